//! What the app-state calls tell of a sync: the library itself does not answer whether one came about.

use std::collections::{HashMap, HashSet};

use parking_lot::Mutex;
use tokio::sync::watch;

/// How often a collection was brought up to date in this life, and how often from nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Times that it moved on, those from nothing among them.
    pub all: u64,
    /// Times that it began from nothing.
    pub anew: u64,
}

/// Collections that moved on, and keys that were looked for in vain.
#[derive(Default)]
pub struct Progress {
    steps: Mutex<HashMap<String, Steps>>,
    missing: watch::Sender<HashSet<Vec<u8>>>,
    removals: watch::Sender<HashSet<String>>,
}

impl Progress {
    /// What a collection has done in this life.
    pub fn steps(&self, collection: &str) -> Steps {
        let steps = self.steps.lock();
        steps.get(collection).copied().unwrap_or_default()
    }

    /// Whether something could not be read for want of a key that only the phone has.
    pub fn lacks_key(&self) -> bool {
        !self.missing.borrow().is_empty()
    }

    /// Waits until no key is missing.
    pub async fn has_all_keys(&self) {
        // It cannot fail: this handle holds the sender.
        let _ = self.missing.subscribe().wait_for(HashSet::is_empty).await;
    }

    /// Waits until a patch has removed something from a collection, which can be taken then.
    pub async fn has_removals(&self) {
        let some = |removals: &HashSet<String>| !removals.is_empty();
        // It cannot fail: this handle holds the sender.
        let _ = self.removals.subscribe().wait_for(some).await;
    }

    /// The collections from which patches have removed something since this was asked last.
    pub fn take_removals(&self) -> HashSet<String> {
        self.removals.send_replace(HashSet::new())
    }

    /// A patch has removed something from a collection.
    pub(super) fn removed(&self, collection: &str) {
        self.removals
            .send_if_modified(|removals| removals.insert(collection.to_owned()));
    }

    /// A collection moved on.
    pub(super) fn step(&self, collection: &str) {
        let mut steps = self.steps.lock();
        steps.entry(collection.to_owned()).or_default().all += 1;
    }

    /// A collection begins from nothing.
    pub(super) fn step_anew(&self, collection: &str) {
        let mut steps = self.steps.lock();
        steps.entry(collection.to_owned()).or_default().anew += 1;
    }

    /// A key was looked for in vain.
    pub(super) fn missed(&self, key_id: &[u8]) {
        self.missing.send_if_modified(|missing| {
            !missing.contains(key_id) && missing.insert(key_id.to_vec())
        });
    }

    /// A key that may have been missing has come.
    pub(super) fn found(&self, key_id: &[u8]) {
        self.missing
            .send_if_modified(|missing| missing.remove(key_id));
    }
}
