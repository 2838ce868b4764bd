//! Which devices asked to hear of whose presence.

use std::collections::HashMap;

use super::address::{Address, Form};

/// Devices that watch one account; more are not told.
const WATCHERS: usize = 1000;

/// Who wants to hear when an account comes and goes: devices by phone number, each with the name by which it asked.
#[derive(Default)]
pub struct Subscriptions(HashMap<String, HashMap<Address, Form>>);

impl Subscriptions {
    pub fn add(&mut self, phone: &str, watcher: &Address, form: Form) {
        let watchers = self.0.entry(phone.to_owned()).or_default();
        if watchers.len() < WATCHERS || watchers.contains_key(watcher) {
            watchers.insert(watcher.clone(), form);
        }
    }

    /// The device wants to hear of that account no more.
    pub fn remove(&mut self, phone: &str, watcher: &Address) {
        if let Some(watchers) = self.0.get_mut(phone) {
            watchers.remove(watcher);
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
    pub fn of(&self, phone: &str) -> Vec<(Address, Form)> {
        let watchers = self.0.get(phone).into_iter().flatten();
        watchers
            .map(|(watcher, form)| (watcher.clone(), *form))
            .collect()
    }

    /// The accounts that a device watches.
    pub fn by(&self, watcher: &Address) -> Vec<(String, Form)> {
        let watched = self.0.iter();
        let watched = watched.filter_map(|(phone, watchers)| {
            let form = watchers.get(watcher)?;
            Some((phone.clone(), *form))
        });
        watched.collect()
    }
}
