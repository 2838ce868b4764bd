//! Newsletters, which people know as channels, as callers name them.

use std::fmt;
use std::str::FromStr;

use super::plain::plain;

const SERVER: &str = "@newsletter";
/// Of a link that invites to one, without its scheme.
const LINKS: [&str; 2] = ["whatsapp.com/channel/", "www.whatsapp.com/channel/"];
/// Digits of a newsletter's id.
const ID: std::ops::RangeInclusive<usize> = 5..=25;
/// Characters of an invite code.
const CODE: std::ops::RangeInclusive<usize> = 12..=64;

/// A newsletter: digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NewsletterJid(String);

/// The text names no newsletter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the JID of a newsletter, like 120363021234567890@newsletter")]
pub struct NoNewsletter;

impl FromStr for NewsletterJid {
    type Err = NoNewsletter;

    fn from_str(text: &str) -> Result<Self, NoNewsletter> {
        let text = plain(text).to_lowercase();
        let id = text.strip_suffix(SERVER).ok_or(NoNewsletter)?;
        let digits = id.bytes().all(|byte| byte.is_ascii_digit());
        match digits && ID.contains(&id.len()) {
            true => Ok(Self(text)),
            false => Err(NoNewsletter),
        }
    }
}

impl NewsletterJid {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn id(&self) -> &str {
        self.0.strip_suffix(SERVER).unwrap_or(&self.0)
    }
}

impl fmt::Display for NewsletterJid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A newsletter by its JID, or by the code that invites to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Newsletter {
    Jid(NewsletterJid),
    Invite(String),
}

/// The text is neither.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be the JID of a newsletter, like 120363021234567890@newsletter, or what invites to one, like \
     https://whatsapp.com/channel/0029Va4K0PZ5a245NkngBA2M"
)]
pub struct NoInvite;

impl FromStr for Newsletter {
    type Err = NoInvite;

    fn from_str(text: &str) -> Result<Self, NoInvite> {
        if let Ok(jid) = text.parse() {
            return Ok(Self::Jid(jid));
        }
        let text = plain(text);
        let code = code(&text);
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        // Digits alone are an id, of which nobody can say of what.
        let letters = code.contains(|c: char| c.is_ascii_alphabetic());
        match letters && CODE.contains(&code.len()) && code.chars().all(fits) {
            true => Ok(Self::Invite(code.to_owned())),
            false => Err(NoInvite),
        }
    }
}

/// What a link ends in; the text where it is none.
fn code(text: &str) -> &str {
    let text = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .unwrap_or(text);
    let code = LINKS.iter().find_map(|link| text.strip_prefix(link));
    let end = |c: char| matches!(c, '/' | '?' | '#');
    code.and_then(|code| code.split(end).next()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newsletters_are_named_by_their_jid() {
        let jid = "120363021234567890@newsletter";
        for text in [
            jid,
            " 120363021234567890@Newsletter ",
            "120363021234567890@NEWSLETTER",
        ] {
            let parsed: NewsletterJid = text.parse().unwrap();
            assert_eq!((parsed.as_str(), parsed.id()), (jid, &jid[..18]));
        }
        for text in [
            "",
            "@newsletter",
            "1@newsletter",
            "120363021234567890@g.us",
            "120363021234567890",
            "12036a021234567890@newsletter",
        ] {
            assert_eq!(text.parse::<NewsletterJid>(), Err(NoNewsletter), "{text}");
        }
    }

    #[test]
    fn or_by_what_invites_to_them() {
        let code = "0029Va4K0PZ5a245NkngBA2M";
        let link = format!("https://whatsapp.com/channel/{code}");
        for text in [
            code,
            &link,
            &format!("{link}/"),
            &format!("{link}?x=1"),
            &format!("www.whatsapp.com/channel/{code}"),
        ] {
            assert_eq!(
                text.parse(),
                Ok(Newsletter::Invite(code.to_owned())),
                "{text}"
            );
        }
        for text in [
            "",
            "short",
            "120363021234567890",
            "5511999999999@s.whatsapp.net",
            "https://chat.whatsapp.com/ABCDEFGHIJKLMNOPQRSTUV",
        ] {
            assert_eq!(text.parse::<Newsletter>(), Err(NoInvite), "{text}");
        }
    }
}
