//! Our words for people and groups, as the protocol library addresses them.

use wacore_binary::Jid;

use crate::jid::{GroupJid, Person};

/// Somebody, by whatever name they were given.
pub fn person(person: &Person) -> Jid {
    match person {
        Person::Phone(number) => Jid::pn(number.digits()),
        Person::Lid(user) => Jid::lid(user.as_str()),
    }
}

/// A group.
pub fn group(group: &GroupJid) -> Jid {
    let jid = group.as_str();
    Jid::group(jid.strip_suffix("@g.us").unwrap_or(jid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_called_the_same() {
        for text in ["5511999999999@s.whatsapp.net", "123456789012345@lid"] {
            assert_eq!(person(&text.parse().unwrap()).to_string(), text);
        }
        for text in ["120363021234567890@g.us", "5511999999999-1500000000@g.us"] {
            assert_eq!(group(&text.parse().unwrap()).to_string(), text);
        }
    }
}
