//! Receipts of one message from many people: singly while there are few, then together.
//!
//! The real server tells the author of a status or of a group's message who has it in lists. Some
//! clients see only single receipts, so a handful goes out as it comes.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use wacore_binary::Jid;

use crate::sandbox::address::Address;

/// How often those who have come meanwhile are told together.
pub const PACE: Duration = Duration::from_secs(1);
/// Receipts of one message and type that go out singly before the others wait for a list.
const SINGLES: u32 = 5;
/// Messages that are kept in mind; those of which nothing was heard lately go first.
const REMEMBERED: usize = 256;

/// Of what the receipts are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// By phone number.
    pub author: String,
    /// The status broadcast, or a group.
    pub chat: Jid,
    pub id: String,
    /// Empty for "delivered".
    pub kind: String,
}

/// One of those who have a message.
pub struct Reader {
    pub device: Address,
    /// The name in the form in which the author called the reader, and the other one.
    pub jid: Jid,
    pub other: Option<Jid>,
    /// Unix seconds.
    pub t: String,
}

/// What becomes of a receipt.
#[derive(Debug, PartialEq, Eq)]
pub enum Passage {
    Single,
    /// The first of a list that is to go out after `PACE`.
    Opens,
    Joins,
}

struct Burst {
    since: Instant,
    singles: u32,
    /// By phone number: one line for a user, however many devices have the message.
    readers: BTreeMap<String, Reader>,
}

/// The receipts of a second, for every message.
#[derive(Default)]
pub struct Bursts(HashMap<Subject, Burst>);

impl Bursts {
    /// Decides how a receipt goes on, and keeps it when it has to wait.
    pub fn take(&mut self, subject: &Subject, reader: Reader, now: Instant) -> Passage {
        if self.0.len() >= REMEMBERED {
            self.0
                .retain(|_, burst| !burst.readers.is_empty() || now - burst.since < PACE);
        }
        let burst = self.0.entry(subject.clone()).or_insert(Burst {
            since: now,
            singles: 0,
            readers: BTreeMap::new(),
        });
        let waits = !burst.readers.is_empty();
        if !waits && now - burst.since >= PACE {
            burst.since = now;
            burst.singles = 0;
        }
        if !waits && burst.singles < SINGLES {
            burst.singles += 1;
            return Passage::Single;
        }
        let user = reader.device.phone.clone();
        burst.readers.entry(user).or_insert(reader);
        match waits {
            true => Passage::Joins,
            false => Passage::Opens,
        }
    }

    /// Those whose receipts have waited. Further ones wait for the next list.
    pub fn gathered(&mut self, subject: &Subject, now: Instant) -> Vec<Reader> {
        let Some(burst) = self.0.get_mut(subject) else {
            return Vec::new();
        };
        burst.since = now;
        std::mem::take(&mut burst.readers).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject {
        Subject {
            author: "15550000001".to_owned(),
            chat: Jid::status_broadcast(),
            id: "1".to_owned(),
            kind: String::new(),
        }
    }

    fn reader(number: usize) -> Reader {
        let phone = format!("1555700{number:04}");
        Reader {
            jid: Jid::pn(phone.as_str()),
            device: Address::phone(&phone),
            other: None,
            t: "1".to_owned(),
        }
    }

    #[test]
    fn a_handful_goes_out_singly_and_a_crowd_in_a_list_a_second() {
        let (mut bursts, start) = (Bursts::default(), Instant::now());
        let mut at = |number, after| bursts.take(&subject(), reader(number), start + after);
        for number in 0..5 {
            assert_eq!(at(number, Duration::ZERO), Passage::Single);
        }
        assert_eq!(at(5, Duration::ZERO), Passage::Opens);
        assert_eq!(at(6, PACE / 2), Passage::Joins);
        // Another device of the same user.
        assert_eq!(at(6, PACE / 2), Passage::Joins);
        assert_eq!(bursts.gathered(&subject(), start + PACE).len(), 2);
        let mut at = |number, after| bursts.take(&subject(), reader(number), start + after);
        assert_eq!(at(7, PACE + PACE / 2), Passage::Opens);
        assert_eq!(bursts.gathered(&subject(), start + 2 * PACE).len(), 1);
        // When the crowd has gone by, a late one is told at once.
        let late = bursts.take(&subject(), reader(8), start + 3 * PACE);
        assert_eq!(late, Passage::Single);
    }

    #[test]
    fn messages_of_which_nothing_is_heard_are_forgotten() {
        let (mut bursts, start) = (Bursts::default(), Instant::now());
        for number in 0..10 * REMEMBERED {
            let subject = Subject {
                id: number.to_string(),
                ..subject()
            };
            let now = start + PACE * u32::try_from(number).unwrap();
            bursts.take(&subject, reader(1), now);
        }
        assert!(bursts.0.len() <= REMEMBERED);
    }
}
