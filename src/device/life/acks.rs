//! Who waits for WhatsApp's `<ack>` to which message.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use tokio::sync::oneshot;

/// WhatsApp's answer to one message: when it was accepted, or the nack's code.
pub type Answer = Result<DateTime<Utc>, String>;

/// The waiting list of one life. Entries leave when answered or when nobody waits any more.
#[derive(Clone, Default)]
pub struct Acks(Arc<Mutex<HashMap<String, oneshot::Sender<Answer>>>>);

impl Acks {
    /// Starts to wait; call it before the message is written, or its ack may come first.
    pub fn expect(&self, message_id: &str) -> Expected {
        let (answer, receiver) = oneshot::channel();
        self.0.lock().insert(message_id.to_owned(), answer);
        Expected {
            acks: self.clone(),
            message_id: message_id.to_owned(),
            receiver,
        }
    }

    /// Hands an answer to whoever waits for it. `false`: it is not about a message of a command.
    pub fn resolve(&self, message_id: &str, answer: Answer) -> bool {
        let Some(waiting) = self.0.lock().remove(message_id) else {
            return false;
        };
        // The waiter may have given up meanwhile.
        let _ = waiting.send(answer);
        true
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
    fn drop(&mut self) {
        self.acks.0.lock().remove(&self.message_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_ack_reaches_the_one_who_waits_for_it_and_leaves_nothing_behind() {
        let acks = Acks::default();
        let expected = acks.expect("3EB0A");
        let forgotten = acks.expect("3EB0B");
        assert!(acks.resolve("3EB0A", Err("479".into())));
        assert!(!acks.resolve("unknown", Ok(Utc::now())));
        assert_eq!(expected.answer().await, Some(Err("479".into())));
        drop(forgotten);
        assert!(acks.0.lock().is_empty());
    }
}
