//! What has come for phones and is not read yet.

use std::collections::VecDeque;

use wacore_binary::Node;

use super::persistence::{Journal, PersistenceError, Record, in_order};
use super::stanza;

/// How records of it are called.
pub const KIND: &str = "mail";

/// A stanza for a phone.
struct Letter {
    sequence: u64,
    phone: String,
    node: Node,
    /// It is on disk.
    kept: bool,
}

/// Stanzas on their way into phones, oldest first.
#[derive(Default)]
pub struct Mail {
    unread: VecDeque<Letter>,
    next_sequence: u64,
    /// Somebody will come back for the rest.
    goes_on: bool,
}

impl Mail {
    pub fn put(&mut self, phone: &str, node: Node) {
        self.unread.push_back(Letter {
            sequence: self.next_sequence,
            phone: phone.to_owned(),
            node,
            kept: false,
        });
        self.next_sequence += 1;
    }

    /// The next stanza, with the number of the phone that it is for.
    pub fn next(&mut self, journal: &mut Journal) -> Option<(String, Node)> {
        let letter = self.unread.pop_front()?;
        if letter.kept {
            journal.delete(KIND, &letter.phone, &in_order(letter.sequence));
        }
        Some((letter.phone, letter.node))
    }

    /// Keeps what is not read at the end of an event: its sender is told that it was taken.
    pub fn keep(&mut self, journal: &mut Journal) {
        let new = self.unread.iter_mut().rev().take_while(|new| !new.kept);
        for letter in new {
            journal.put_stanza(
                KIND,
                &letter.phone,
                &in_order(letter.sequence),
                &letter.node,
            );
            letter.kept = true;
        }
    }

    /// Takes back a stanza that `keep` wrote.
    pub fn restore(&mut self, record: &Record) -> Result<(), PersistenceError> {
        let corrupt = || record.corrupt();
        let sequence = record.key.parse().map_err(|_| corrupt())?;
        self.unread.push_back(Letter {
            sequence,
            phone: record.owner.clone(),
            node: stanza::unmarshal(&record.value).ok_or_else(corrupt)?,
            kept: true,
        });
        self.next_sequence = self.next_sequence.max(sequence + 1);
        Ok(())
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
