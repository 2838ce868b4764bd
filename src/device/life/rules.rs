//! Who may see the account's statuses, and whom it blocks: what WhatsApp said a moment ago is not asked for again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use wacore_binary::OwnedNodeRef;

use crate::device::known_as::KnownAs;
use crate::device::session::status::privacy::StatusPrivacy;

/// For so long an answer is believed; and for so long after news of the account none is: the phone tells its other devices
/// and WhatsApp of a change at the same time, so that whoever asks at once may still be told what was.
const MOMENT: Duration = Duration::from_secs(10);

/// What WhatsApp says of both.
#[derive(Debug, PartialEq, Eq)]
pub struct Rules {
    /// Who may see a status.
    pub privacy: StatusPrivacy,
    /// Who is blocked.
    pub blocked: Vec<KnownAs>,
}

/// The latest answer, and since when it may be wrong.
#[derive(Default)]
pub struct Told(Mutex<State>);

#[derive(Default)]
struct State {
    answer: Option<(Arc<Rules>, Instant)>,
    changed: Option<Instant>,
}

impl Told {
    /// The latest answer, while it is believed.
    pub fn latest(&self) -> Option<Arc<Rules>> {
        let state = self.0.lock();
        let (rules, asked) = state.answer.as_ref()?;
        (asked.elapsed() < MOMENT).then(|| rules.clone())
    }

    /// This was answered to a question of that time.
    pub fn answered(&self, rules: Arc<Rules>, asked: Instant) {
        let mut state = self.0.lock();
        let quiet = |changed: Instant| {
            let since = asked.checked_duration_since(changed);
            since.is_some_and(|since| since >= MOMENT)
        };
        if state.changed.is_none_or(quiet) {
            state.answer = Some((rules, asked));
        }
    }

    /// Something about the account is changed from here until this is dropped.
    pub fn changing(&self) -> Changing<'_> {
        self.changed();
        Changing(self)
    }

    /// Something about the account is not what it was.
    pub fn changed(&self) {
        *self.0.lock() = State {
            answer: None,
            changed: Some(Instant::now()),
        };
    }
}

/// A change that is under way.
pub struct Changing<'a>(&'a Told);

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        self.0.changed();
    }
}

/// Whether a stanza tells that something about the account has changed, by whatever device.
pub fn is_news_of_the_account(node: &OwnedNodeRef) -> bool {
    let node = node.get();
    let kind = || node.get_attr("type").map(|kind| kind.as_str());
    node.tag.as_ref() == "notification"
        && kind().is_some_and(|kind| {
            matches!(
                kind.as_ref(),
                "account_sync" | "server_sync" | "privacy" | "w:blocklist"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::session::status::privacy::Admits;

    fn rules() -> Arc<Rules> {
        let privacy = StatusPrivacy {
            admits: Admits::Contacts,
            list: Vec::new(),
        };
        let blocked = Vec::new();
        Arc::new(Rules { privacy, blocked })
    }

    #[test]
    fn an_answer_is_believed_for_a_moment() {
        let told = Told::default();
        assert!(told.latest().is_none());
        let now = Instant::now();
        told.answered(rules(), now);
        assert_eq!(told.latest(), Some(rules()));
        let before = now.checked_sub(MOMENT).expect("the machine has run longer");
        told.answered(rules(), before);
        assert!(told.latest().is_none());
    }

    #[test]
    fn what_was_asked_before_news_or_soon_after_is_not_believed() {
        let told = Told::default();
        let before = Instant::now();
        told.answered(rules(), before);
        told.changed();
        assert!(told.latest().is_none());
        for asked in [before, Instant::now()] {
            told.answered(rules(), asked);
            assert!(told.latest().is_none());
        }
        let later = Instant::now() + MOMENT;
        told.answered(rules(), later);
        assert!(told.latest().is_some());
    }
}
