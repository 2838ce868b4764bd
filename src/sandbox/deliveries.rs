//! Which messages a device has had, so that a retransmission reaches only those who asked for it.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

use super::address::Address;

/// Entries of each kind; the oldest is forgotten. Thousands of devices have such a list.
const REMEMBERED: usize = 1000;

/// The messages that one device has had.
#[derive(Default)]
pub struct Deliveries {
    /// Keys are hashes: two messages that share one are rarer than a flipped bit.
    hasher: RandomState,
    delivered: Remembered,
    asked_again: Remembered,
}

impl Deliveries {
    /// True when the device has not had the message yet, or has asked for it again.
    pub fn wants(&mut self, author: &Address, id: &str) -> bool {
        let key = self.hasher.hash_one((author, id));
        self.asked_again.remove(key) || self.delivered.insert(key)
    }

    /// The device could not read a message: it may have it once more.
    pub fn asked_again(&mut self, author: &Address, id: &str) {
        let key = self.hasher.hash_one((author, id));
        self.asked_again.insert(key);
    }
}

/// A set that forgets its oldest entries.
#[derive(Default)]
struct Remembered {
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Remembered {
    fn insert(&mut self, key: u64) -> bool {
        if !self.known.insert(key) {
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

    fn remove(&mut self, key: u64) -> bool {
        let removed = self.known.remove(&key);
        if removed {
            self.order.retain(|known| *known != key);
        }
        removed
    }
}
