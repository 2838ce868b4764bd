//! The channels by id; each change of one, and of a post, is written down.

use super::World;
use crate::sandbox::channel::{Channel, Channels, Post};

impl World {
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// For what is not written down.
    pub fn channels_mut(&mut self) -> &mut Channels {
        &mut self.channels
    }

    pub fn keep_channel(&mut self, channel: Channel) {
        self.channels.put(channel, &mut self.journal);
    }

    pub fn keep_post(&mut self, channel: &str, post: Post) {
        self.channels.put_post(channel, post, &mut self.journal);
    }

    /// Whether an account has accepted the terms under which channels are made.
    pub fn accept_terms(&mut self, phone: &str, accepted: bool) {
        self.channels
            .accept_terms(phone, accepted, &mut self.journal);
    }
}
