//! To whom a status goes this once, whatever the stored privacy says.

use serde::Deserialize;
use utoipa::ToSchema;

use super::privacy::each_once;
use crate::device::session::Session;
use crate::device::session::status::Once;
use crate::device::session::status::audience::Audience;
use crate::device::session::status::mention::Mentioned;
use crate::device::session::status::privacy::Admits;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// People who are named for one status.
const MOST_LISTED: usize = 30_000;
/// People whom one status mentions: as many as phones let anybody mention.
const MOST_MENTIONED: usize = 5;

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
    /// User JIDs, or numbers in whatever notation, at most 30,000; none for `contacts`.
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
            Admits::Contacts if !given.list.is_empty() => {
                return Err("audience.list must be empty for contacts".to_owned());
            }
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
        if given.list.len() > MOST_LISTED {
            return Err(format!(
                "audience.list must not hold more than {MOST_LISTED} people"
            ));
        }
        Ok(Self(Once {
            admits: given.admits,
            list: each_once(given.list),
        }))
    }
}

/// To whom a status goes, and whom it mentions.
pub struct Readers {
    once: Option<Once>,
    mentions: Vec<Person>,
}

impl Readers {
    /// As a request has it: `audience` and `mentions`.
    pub fn check(
        audience: Option<OnceAudience>,
        mentions: Option<Vec<Person>>,
    ) -> Result<Self, Invalid> {
        let mentions = each_once(mentions.unwrap_or_default());
        if mentions.len() > MOST_MENTIONED {
            let problem = format!("mentions must not hold more than {MOST_MENTIONED} people");
            return Err(Invalid::field("mentions", problem));
        }
        Ok(Self {
            once: audience.map(|OnceAudience(once)| once),
            mentions,
        })
    }

    /// As WhatsApp knows them.
    pub async fn find(&self, session: &Session) -> Result<(Audience, Mentioned), Failure> {
        let status = session.status();
        let audience = status.audience(self.once.as_ref());
        let mentioned = status.mentioned(&self.mentions);
        let (audience, mentioned) = futures::try_join!(audience, mentioned)?;
        Ok((audience.and(&mentioned), mentioned))
    }
}
