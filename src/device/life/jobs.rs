//! The messages that jobs are to send.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;

/// The ids of those that are under way. As many at most as commands are.
#[derive(Clone, Default)]
pub struct Jobs(Arc<Mutex<HashSet<String>>>);

impl Jobs {
    /// A job is to send this message.
    pub fn begin(&self, message_id: &str) {
        self.0.lock().insert(message_id.to_owned());
    }

    /// It has, or never will.
    pub fn end(&self, message_id: &str) {
        self.0.lock().remove(message_id);
    }

    /// The job that sends this message, if one does.
    pub fn of(&self, message_id: &str) -> Option<String> {
        let known = self.0.lock().contains(message_id);
        known.then(|| job_id(message_id))
    }
}

/// What callers know a job by.
pub fn job_id(message_id: &str) -> String {
    format!("job_{message_id}")
}
