//! The messages that jobs are to send.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

/// Those that are under way, by the ids of their messages, and the chats that they are for. As many at most as commands
/// are.
#[derive(Clone, Default)]
pub struct Jobs(Arc<Mutex<HashMap<String, String>>>);

impl Jobs {
    /// A job is to send this message.
    pub fn begin(&self, message_id: &str, chat: &str) {
        let mut jobs = self.0.lock();
        jobs.insert(message_id.to_owned(), chat.to_owned());
    }

    /// Whether a job is to send this message.
    pub fn has(&self, message_id: &str) -> bool {
        self.0.lock().contains_key(message_id)
    }

    /// The job that sends this message has come to its end, and whoever is given its chat has that told: once.
    pub fn take(&self, message_id: &str) -> Option<String> {
        self.0.lock().remove(message_id)
    }
}

/// What stands before the id of its message.
const JOB: &str = "job_";

/// What callers know a job by.
pub fn job_id(message_id: &str) -> String {
    format!("{JOB}{message_id}")
}

/// The id of the message that is meant by its own id, or by that of the job that sends it.
pub fn message_meant(id: &str) -> &str {
    id.strip_prefix(JOB).unwrap_or(id)
}
