//! The links by which people join groups.

use std::borrow::Cow;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::Url;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Where they lead.
const HOST: &str = "chat.whatsapp.com";
/// A code has 22 characters; those to come may have more.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;

/// The code of a link by which people join a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteCode(String);

/// The text is neither such a link nor its code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an invite link, like https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv, or its code"
)]
pub struct NoInvite;

impl InviteCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for InviteCode {
    type Err = NoInvite;

    fn from_str(text: &str) -> Result<Self, NoInvite> {
        let text = text.trim();
        let code = match text.contains(['/', ':', '?']) {
            true => behind(text).ok_or(NoInvite)?,
            false => text.to_owned(),
        };
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        match LENGTHS.contains(&code.len()) && code.chars().all(is_part) {
            true => Ok(Self(code)),
            false => Err(NoInvite),
        }
    }
}

/// The code in `https://chat.whatsapp.com/CODE?mode=…`, also as `…/invite/CODE`, without a scheme, and as
/// `whatsapp://chat?code=CODE`.
fn behind(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let link = match lower.starts_with(HOST) {
        true => Url::parse(&format!("https://{text}")),
        false => Url::parse(text),
    };
    let link = link.ok()?;
    if link.scheme() == "whatsapp" {
        let mut codes = link.query_pairs().filter(|(name, _)| name == "code");
        return codes.next().map(|(_, code)| code.into_owned());
    }
    let is_link = matches!(link.scheme(), "http" | "https") && link.host_str() == Some(HOST);
    let mut path = link
        .path_segments()
        .filter(|_| is_link)?
        .filter(|part| !part.is_empty());
    match (path.next(), path.next(), path.next()) {
        (Some("invite"), Some(code), None) | (Some(code), None, None) => Some(code.to_owned()),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for InviteCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl PartialSchema for InviteCode {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.examples(["https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv"])
            .into()
    }
}

impl ToSchema for InviteCode {
    fn name() -> Cow<'static, str> {
        "InviteCode".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_from_any_form_in_which_people_have_it() {
        let code = "AbCdEfGhIjKlMnOpQrSt-_";
        for text in [
            format!("https://chat.whatsapp.com/{code}"),
            format!(" https://chat.whatsapp.com/{code}?mode=ac_t "),
            format!("http://chat.whatsapp.com/invite/{code}/"),
            format!("Chat.WhatsApp.com/{code}"),
            format!("whatsapp://chat?code={code}"),
            code.to_owned(),
        ] {
            assert_eq!(text.parse(), Ok(InviteCode(code.to_owned())), "{text}");
        }
        for text in [
            "",
            "short",
            "https://chat.whatsapp.com/",
            "https://chat.whatsapp.com/a/b/c",
            "https://example.com/AbCdEfGhIjKlMnOpQrStUv",
            "https://wa.me/5511999999999",
            "AbCdEfGhIjKlMnOpQrSt v",
            "whatsapp://send?phone=5511999999999",
        ] {
            assert_eq!(text.parse::<InviteCode>(), Err(NoInvite), "{text}");
        }
    }
}
