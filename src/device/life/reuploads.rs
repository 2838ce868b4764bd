//! Messages whose media their senders were asked to upload again: each of them once at a time.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;

/// So many of one device at a time.
const MOST: usize = 64;

/// The messages of one life whose media is asked for.
#[derive(Clone, Default)]
pub struct Reuploads(Arc<Mutex<HashSet<String>>>);

/// One of them, until it is dropped.
pub struct Reupload {
    all: Reuploads,
    message_id: String,
}

/// Why nobody is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAsked {
    /// Somebody was asked already, and may still answer.
    UnderWay,
    /// Too many at the same time.
    TooMany,
}

impl Reuploads {
    /// Takes note that one is asked for.
    pub fn begin(&self, message_id: &str) -> Result<Reupload, NotAsked> {
        let mut all = self.0.lock();
        if all.contains(message_id) {
            return Err(NotAsked::UnderWay);
        }
        if all.len() >= MOST {
            return Err(NotAsked::TooMany);
        }
        all.insert(message_id.to_owned());
        Ok(Reupload {
            all: self.clone(),
            message_id: message_id.to_owned(),
        })
    }
}

impl Drop for Reupload {
    fn drop(&mut self) {
        self.all.0.lock().remove(&self.message_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_asked_for_once_at_a_time_and_not_too_many() {
        let all = Reuploads::default();
        let first = all.begin("a").expect("the first");
        assert_eq!(all.begin("a").err(), Some(NotAsked::UnderWay));
        let others: Vec<_> = (1..MOST).map(|n| all.begin(&n.to_string())).collect();
        assert!(others.iter().all(Result::is_ok));
        assert_eq!(all.begin("b").err(), Some(NotAsked::TooMany));
        drop(first);
        assert!(all.begin("a").is_ok());
    }
}
