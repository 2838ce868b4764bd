//! What has come for phones and is not read yet.

use std::collections::VecDeque;

use wacore_binary::Node;

/// Stanzas on their way into phones, oldest first.
#[derive(Default)]
pub struct Mail {
    unread: VecDeque<(String, Node)>,
    /// Somebody will come back for the rest.
    goes_on: bool,
}

impl Mail {
    pub fn put(&mut self, phone: &str, node: Node) {
        self.unread.push_back((phone.to_owned(), node));
    }

    /// The next stanza, with the number of the phone that it is for.
    pub fn next(&mut self) -> Option<(String, Node)> {
        self.unread.pop_front()
    }

    /// Whether somebody has to be asked to come back for the rest. Says so once.
    pub fn has_to_go_on(&mut self) -> bool {
        !self.unread.is_empty() && !std::mem::replace(&mut self.goes_on, true)
    }

    /// Who was asked has come.
    pub fn goes_on(&mut self) {
        self.goes_on = false;
    }
}
