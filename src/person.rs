//! Somebody on WhatsApp, as callers name them: a phone number, a number's JID, or a LID.

use std::fmt;
use std::str::FromStr;

use crate::failure::Invalid;
use crate::phone::PhoneNumber;

const BY_PHONE: &str = "s.whatsapp.net";
const BY_LID: &str = "lid";

/// A user, never a group, a newsletter or one of a user's devices.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Person {
    Phone(PhoneNumber),
    /// Digits.
    Lid(String),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a phone number nor a user JID such as 5511999999999@s.whatsapp.net")]
pub struct NoPerson(String);

impl FromStr for Person {
    type Err = NoPerson;

    fn from_str(text: &str) -> Result<Self, NoPerson> {
        let nobody = || NoPerson(text.chars().take(80).collect());
        let (user, server) = match text.trim().split_once('@') {
            None => (text, BY_PHONE),
            Some((user, server)) => (user, server),
        };
        match server {
            BY_PHONE => PhoneNumber::parse(user)
                .map(Self::Phone)
                .map_err(|_| nobody()),
            BY_LID if is_lid(user) => Ok(Self::Lid(user.to_owned())),
            _ => Err(nobody()),
        }
    }
}

/// Whether this is the JID of a group: digits, and in old ones a dash.
pub fn is_group(jid: &str) -> bool {
    jid.strip_suffix("@g.us").is_some_and(|id| {
        let allowed = |byte: u8| byte.is_ascii_digit() || byte == b'-';
        (1..=64).contains(&id.len()) && id.bytes().all(allowed)
    })
}

fn is_lid(user: &str) -> bool {
    (1..=20).contains(&user.len()) && user.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for Person {
    /// As a JID.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phone(number) => write!(f, "{number}@{BY_PHONE}"),
            Self::Lid(user) => write!(f, "{user}@{BY_LID}"),
        }
    }
}

impl Person {
    /// The person in field `field` of a request.
    pub fn parse(field: &str, text: &str) -> Result<Self, Invalid> {
        text.parse()
            .map_err(|nobody| Invalid::field(field, format!("{field}: {nobody}")))
    }

    /// The person named by `jid` or else by `number`, of which one is required.
    pub fn from_either(jid: Option<&str>, number: Option<&str>) -> Result<Self, Invalid> {
        match (jid, number) {
            (Some(jid), _) => Self::parse("jid", jid),
            (None, Some(number)) => Self::parse("number", number),
            (None, None) => Err(Invalid::field("jid", "jid or number is required")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_are_named_in_three_ways() {
        let table = [
            ("5511999999999", Some("5511999999999@s.whatsapp.net")),
            ("+55 11 99999-9999", Some("5511999999999@s.whatsapp.net")),
            (
                "5511999999999@s.whatsapp.net",
                Some("5511999999999@s.whatsapp.net"),
            ),
            ("123456789012345@lid", Some("123456789012345@lid")),
            ("5511999999999:3@s.whatsapp.net", None),
            ("120363000000000000@g.us", None),
            ("status@broadcast", None),
            ("@lid", None),
            ("", None),
        ];
        for (text, expected) in table {
            let person = text.parse::<Person>().ok().map(|person| person.to_string());
            assert_eq!(person.as_deref(), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_read_once_reads_the_same_again(text in "\\PC{0,40}") {
            if let Ok(person) = text.parse::<Person>() {
                prop_assert_eq!(person.to_string().parse(), Ok(person));
            }
        }

        #[test]
        fn every_way_to_write_a_number_is_the_same_person(digits in "[1-9][0-9]{9,14}", at in 0usize..9) {
            let spread = format!("+{} ({})-", &digits[..at], &digits[at..]);
            prop_assert_eq!(spread.parse::<Person>(), digits.parse());
        }
    }
}
