//! What was received as somebody's webhooks, in the order in which it came.

use std::collections::VecDeque;

use serde_json::Value;

use super::World;

/// The oldest go first.
const KEPT: usize = 1000;

impl World {
    pub fn keep_webhook(&mut self, received: Value) {
        if self.webhooks.len() >= KEPT {
            self.webhooks.pop_front();
        }
        self.webhooks.push_back(received);
    }

    /// The last of them, oldest first.
    pub fn webhooks(&self) -> &VecDeque<Value> {
        &self.webhooks
    }

    pub fn forget_webhooks(&mut self) {
        self.webhooks.clear();
    }
}
