//! Which messages a device has had, so that a retransmission reaches only those who asked for it.

use std::collections::{HashSet, VecDeque};

use super::address::Address;

/// Entries of each kind; the oldest is forgotten.
const REMEMBERED: usize = 2000;

#[derive(Default)]
pub struct Deliveries {
    delivered: Remembered,
    asked_again: Remembered,
}

impl Deliveries {
    /// True when the device has not had the message yet, or has asked for it again.
    pub fn wants(&mut self, author: &Address, id: &str) -> bool {
        let key = format!("{author}/{id}");
        self.asked_again.remove(&key) || self.delivered.insert(key)
    }

    pub fn asked_again(&mut self, author: &Address, id: &str) {
        self.asked_again.insert(format!("{author}/{id}"));
    }
}

/// A set that forgets its oldest entries.
#[derive(Default)]
struct Remembered {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Remembered {
    fn insert(&mut self, key: String) -> bool {
        if !self.known.insert(key.clone()) {
            return false;
        }
        self.order.push_back(key);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    fn remove(&mut self, key: &str) -> bool {
        let removed = self.known.remove(key);
        if removed {
            self.order.retain(|known| known != key);
        }
        removed
    }
}
