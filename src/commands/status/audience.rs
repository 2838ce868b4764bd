//! To whom a status goes this once, whatever the stored privacy says.

use serde::Deserialize;
use utoipa::ToSchema;

use super::privacy::{LONGEST_LIST, each_once};
use crate::device::session::status::Once;
use crate::device::session::status::privacy::Admits;
use crate::jid::Person;

/// To whom it goes this once; the stored privacy stays as it is. Whoever is blocked gets nothing all the same.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    as = StatusAudience,
    example = json!({"type": "whitelist", "list": ["5511999999999@s.whatsapp.net"]})
)]
pub struct Given {
    /// Whom the list means.
    #[serde(rename = "type")]
    admits: Admits,
    /// User JIDs, or numbers in whatever notation; left alone for `contacts`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    list: Vec<Person>,
}

/// The same, checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Given")]
pub struct OnceAudience(pub Once);

impl TryFrom<Given> for OnceAudience {
    type Error = String;

    fn try_from(given: Given) -> Result<Self, String> {
        let kind = match given.admits {
            Admits::Contacts => {
                let (admits, list) = (given.admits, Vec::new());
                return Ok(Self(Once { admits, list }));
            }
            Admits::Whitelist => "whitelist",
            Admits::Blacklist => "blacklist",
        };
        if given.list.is_empty() {
            return Err(format!("audience.list cannot be empty for {kind}"));
        }
        if given.list.len() > LONGEST_LIST {
            return Err(format!(
                "audience.list must not hold more than {LONGEST_LIST} people"
            ));
        }
        Ok(Self(Once {
            admits: given.admits,
            list: each_once(given.list),
        }))
    }
}

/// What a request has of it.
pub fn once(given: Option<OnceAudience>) -> Option<Once> {
    given.map(|OnceAudience(once)| once)
}
