//! Where a command stands that sends to a chat: in the chat's line, and a possible job among the chat's jobs.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::device::known_as::KnownAs;
use crate::device::life::lanes::Place;
use crate::jid::Chat;

/// Every name that a chat has in lines, its lasting one first. `known`: who it is, where that is known.
pub(super) fn names(chat: &Chat, known: Option<&KnownAs>) -> Vec<String> {
    let known = known.cloned().unwrap_or_default();
    let mut names: Vec<String> = [known.lid_jid(), known.phone_jid()]
        .into_iter()
        .flatten()
        .collect();
    let given = chat.to_string();
    if !names.contains(&given) {
        names.push(given);
    }
    names
}

/// Where one command stands, until it has its turn. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct InLine(Arc<Mutex<Stands>>);

#[derive(Default)]
struct Stands {
    /// In the chat's line.
    place: Option<Place>,
    /// Among the jobs of the chat, of which none has become one yet.
    among_jobs: Option<Place>,
    /// It is a job: it takes its place when all else is done.
    lets_past: bool,
    /// What the chat was asked for by.
    chat: Option<String>,
}

impl InLine {
    /// It writes to this chat.
    pub fn note_chat(&self, chat: String) {
        self.0.lock().chat = Some(chat);
    }

    /// What the chat was asked for by, of a command that writes to one.
    pub fn chat(&self) -> Option<String> {
        self.0.lock().chat.clone()
    }

    /// It stands here, unless it lets others past.
    pub fn stand(&self, place: Place) {
        let mut stands = self.0.lock();
        if !stands.lets_past {
            stands.place = Some(place);
        }
    }

    /// It is a job, and lets others past; not one that has its turn.
    pub fn let_past(&self) {
        let mut stands = self.0.lock();
        stands.lets_past = true;
        stands.place = None;
    }

    /// If it becomes a job it stands here among others.
    pub fn stand_among_jobs(&self, place: Place) {
        self.0.lock().among_jobs = Some(place);
    }

    /// Where it stands; nowhere if it has let others past.
    pub fn place(&self) -> Option<Place> {
        self.0.lock().place.clone()
    }

    /// It has its turn: the place is its own from now on.
    pub fn take_place(&self) -> Option<Place> {
        self.0.lock().place.take()
    }

    /// Its place among jobs.
    pub fn among_jobs(&self) -> Option<Place> {
        self.0.lock().among_jobs.clone()
    }

    /// It has left.
    pub fn leave(&self) {
        let mut stands = self.0.lock();
        stands.place = None;
        stands.among_jobs = None;
    }
}
