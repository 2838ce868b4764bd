//! Which devices asked to hear of whose presence.

use std::collections::{HashMap, HashSet};

use super::address::Address;

/// Devices that watch one account; more are not told.
const WATCHERS: usize = 1000;

/// Who wants to hear when an account comes and goes: devices by phone number.
#[derive(Default)]
pub struct Subscriptions(HashMap<String, HashSet<Address>>);

impl Subscriptions {
    pub fn add(&mut self, phone: &str, watcher: &Address) {
        let watchers = self.0.entry(phone.to_owned()).or_default();
        if watchers.len() < WATCHERS {
            watchers.insert(watcher.clone());
        }
    }

    /// A subscription ends with its connection.
    pub fn forget(&mut self, watcher: &Address) {
        self.0.retain(|_, watchers| {
            watchers.remove(watcher);
            !watchers.is_empty()
        });
    }

    /// The devices that watch an account.
    pub fn of(&self, phone: &str) -> Vec<Address> {
        self.0.get(phone).into_iter().flatten().cloned().collect()
    }
}
