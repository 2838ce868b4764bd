//! Who waits for WhatsApp's `<ack>` to which message.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::device::report::REACTION;

/// Messages whose acks may come when nobody waits any more; beyond that the oldest are forgotten.
const MOST_LATE: usize = 256;

/// WhatsApp's answer to one message: when it was accepted, or the nack's code.
pub type Answer = Result<DateTime<Utc>, String>;

/// The waiting list of one life. Entries leave when answered, or when they are too many for which nobody waits.
#[derive(Clone, Default)]
pub struct Acks(Arc<Mutex<List>>);

#[derive(Default)]
struct List {
    awaited: HashMap<String, Entry>,
    late: VecDeque<(String, Acked)>,
}

struct Entry {
    answer: oneshot::Sender<Answer>,
    kind: Option<String>,
    part: bool,
}

/// A message of a command, to which WhatsApp has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acked {
    /// Its `message_type`, where it is known.
    pub kind: Option<String>,
    /// It is one part of several, of which only the whole is told.
    pub part: bool,
    /// Somebody waits for the answer.
    pub awaited: bool,
    /// It was a job's, and that has been told as one that failed.
    pub by_job: bool,
}

impl Acked {
    /// Whether it says something, and is not about something that was said.
    pub fn is_talk(&self) -> bool {
        let kind = self.kind.as_deref();
        kind.is_some_and(|kind| kind != REACTION)
    }
}

impl Acks {
    /// Starts to wait; call it before the message is written, or its ack may come first. `kind`: its `message_type`.
    pub fn expect(&self, message_id: &str, kind: Option<String>) -> Expected {
        self.wait(message_id, kind, false)
    }

    /// The same for one part of a message that leaves in several under its id, one after the other.
    pub fn expect_part(&self, message_id: &str) -> Expected {
        self.wait(message_id, None, true)
    }

    fn wait(&self, message_id: &str, kind: Option<String>, part: bool) -> Expected {
        let (answer, receiver) = oneshot::channel();
        let mut list = self.0.lock();
        list.late.retain(|(late, _)| late != message_id);
        let entry = Entry { answer, kind, part };
        list.awaited.insert(message_id.to_owned(), entry);
        Expected {
            acks: self.clone(),
            message_id: message_id.to_owned(),
            receiver,
        }
    }

    /// Hands an answer to whoever waits for it. `None`: it is not about a message of a command.
    pub fn resolve(&self, message_id: &str, answer: Answer) -> Option<Acked> {
        let mut list = self.0.lock();
        if let Some(entry) = list.awaited.remove(message_id) {
            return Some(Acked {
                kind: entry.kind,
                part: entry.part,
                // The waiter may have given up meanwhile.
                awaited: entry.answer.send(answer).is_ok(),
                by_job: false,
            });
        }
        let place = list.late.iter().position(|(late, _)| late == message_id)?;
        list.late.remove(place).map(|(_, acked)| acked)
    }

    /// The job that has sent this message has been told as one that failed.
    pub fn note_job(&self, message_id: &str) {
        let mut list = self.0.lock();
        for (_, acked) in list.late.iter_mut().filter(|(late, _)| late == message_id) {
            acked.by_job = true;
        }
    }
}

/// One awaited ack.
pub struct Expected {
    acks: Acks,
    message_id: String,
    receiver: oneshot::Receiver<Answer>,
}

impl Expected {
    /// Waits as long as the life lasts; the caller sets the deadline. `None`: nobody can answer any more.
    pub async fn answer(mut self) -> Option<Answer> {
        (&mut self.receiver).await.ok()
    }
}

impl Drop for Expected {
    /// What was not answered may be later.
    fn drop(&mut self) {
        let mut list = self.acks.0.lock();
        // Another one may wait for the same message.
        self.receiver.close();
        let mine = list
            .awaited
            .get(&self.message_id)
            .is_some_and(|entry| entry.answer.is_closed());
        if !mine {
            return;
        }
        if let Some(entry) = list.awaited.remove(&self.message_id) {
            let acked = Acked {
                kind: entry.kind,
                part: entry.part,
                awaited: false,
                by_job: false,
            };
            list.late.push_back((self.message_id.clone(), acked));
            if list.late.len() > MOST_LATE {
                list.late.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_ack_reaches_the_one_who_waits_for_it_and_leaves_nothing_behind() {
        let acks = Acks::default();
        let kind = Some("text".to_owned());
        let expected = acks.expect("3EB0A", kind.clone());
        let awaited = Acked {
            kind,
            part: false,
            awaited: true,
            by_job: false,
        };
        assert_eq!(acks.resolve("3EB0A", Err("479".into())), Some(awaited));
        assert_eq!(acks.resolve("unknown", Ok(Utc::now())), None);
        assert_eq!(expected.answer().await, Some(Err("479".into())));
        let list = acks.0.lock();
        assert!(list.awaited.is_empty() && list.late.is_empty());
    }

    #[test]
    fn one_that_comes_late_is_known_once_and_no_more_of_them_than_fit() {
        let acks = Acks::default();
        drop(acks.expect("3EB0A", None));
        acks.note_job("3EB0A");
        let late = Acked {
            kind: None,
            part: false,
            awaited: false,
            by_job: true,
        };
        assert_eq!(acks.resolve("3EB0A", Ok(Utc::now())), Some(late));
        assert_eq!(acks.resolve("3EB0A", Ok(Utc::now())), None);
        for number in 0..2 * MOST_LATE {
            drop(acks.expect(&number.to_string(), None));
        }
        assert_eq!(acks.0.lock().late.len(), MOST_LATE);
    }

    #[test]
    fn whoever_sends_a_message_again_waits_for_its_ack_although_the_first_gives_up() {
        let acks = Acks::default();
        let first = acks.expect("3EB0A", None);
        let _second = acks.expect("3EB0A", None);
        drop(first);
        let acked = acks.resolve("3EB0A", Ok(Utc::now()));
        assert!(acked.is_some_and(|acked| acked.awaited));
    }
}
