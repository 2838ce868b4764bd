//! The app-state collections that a life still owes itself a look at.
//!
//! The library fetches what WhatsApp tells it of, but it forgets what it was fetching when the connection ends, and it
//! leaves out a collection that it is fetching already, though the news may be newer than that fetch. So every life
//! asks for all collections once, and again for those that were left out. What could not be fetched, or not be read for
//! want of a key, is kept and tried again when the phone has sent the key, or after a long pause.

pub(super) mod sync;

use tokio::sync::watch;
/// One of the collections in which the phone shares what it shares.
pub use wacore_appstate::patch_decode::WAPatchName as Collection;

/// The one that holds the address book. Of this one, removals count: what is gone must not be kept as a contact.
pub(super) const CONTACTS: Collection = Collection::CriticalUnblockLow;

/// In the order in which they matter: contacts decide who gets a status.
const COLLECTIONS: [Collection; 5] = [
    CONTACTS,
    Collection::CriticalBlock,
    Collection::RegularHigh,
    Collection::Regular,
    Collection::RegularLow,
];

/// How far it is with all of them.
#[derive(Debug, Default)]
struct State {
    waiting: Vec<Wanted>,
    fetching: Option<Collection>,
    /// Tried in vain.
    stuck: Vec<Wanted>,
}

/// One that must be fetched.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    name: Collection,
    /// Everything anew, by snapshot.
    full: bool,
}

impl State {
    fn want(&mut self, mut wanted: Wanted) {
        let of_same = |other: &&Wanted| other.name == wanted.name;
        // What was to be fetched anew still is.
        wanted.full |= self.stuck.iter().filter(of_same).any(|stuck| stuck.full);
        self.stuck.retain(|stuck| stuck.name != wanted.name);
        match self
            .waiting
            .iter_mut()
            .find(|other| other.name == wanted.name)
        {
            Some(other) => other.full |= wanted.full,
            None => self.waiting.push(wanted),
        }
    }

    fn is_under_way(&self, name: Collection) -> bool {
        self.fetching == Some(name) || self.waiting.iter().any(|wanted| wanted.name == name)
    }
}

/// What one life owes.
pub struct Owed(watch::Sender<State>);

impl Owed {
    /// Nothing is fetched before [`sync::start`].
    pub fn everything() -> Self {
        let owed = Self(watch::Sender::default());
        owed.note(COLLECTIONS);
        owed
    }

    /// Notes collections that must be fetched (again).
    pub fn note(&self, names: impl IntoIterator<Item = Collection>) {
        self.want(names, false);
    }

    /// The same, and `full` means by snapshot. Whoever wants what is waiting already shares its fetch.
    pub fn want(&self, names: impl IntoIterator<Item = Collection>, full: bool) {
        let wanted = names.into_iter().map(|name| Wanted { name, full });
        self.0
            .send_modify(|owed| wanted.for_each(|wanted| owed.want(wanted)));
    }

    /// Waits until this collection was fetched, or tried in vain, which is false; the caller sets the limit.
    pub async fn fetched(&self, name: Collection) -> bool {
        let mut owed = self.0.subscribe();
        // It cannot fail: this is the sender.
        let settled = owed.wait_for(|owed| !owed.is_under_way(name)).await;
        settled.is_ok_and(|owed| owed.stuck.iter().all(|stuck| stuck.name != name))
    }

    /// Waits until nothing is owed that can be had now; the caller sets the limit.
    pub async fn caught_up(&self) {
        let settled = |owed: &State| owed.waiting.is_empty() && owed.fetching.is_none();
        // It cannot fail: this is the sender.
        let _ = self.0.subscribe().wait_for(settled).await;
    }

    /// What was tried in vain.
    fn stuck(&self) -> Vec<Collection> {
        let owed = self.0.borrow();
        owed.stuck.iter().map(|wanted| wanted.name).collect()
    }

    /// Whether some are still to be tried.
    fn is_fetching(&self) -> bool {
        let owed = self.0.borrow();
        !owed.waiting.is_empty() || owed.fetching.is_some()
    }

    /// Takes the next one that waits; it is under way from then on.
    fn take(&self) -> Option<Wanted> {
        let mut next = None;
        self.0.send_modify(|owed| {
            if !owed.waiting.is_empty() {
                next = Some(owed.waiting.remove(0));
                owed.fetching = next.map(|wanted| wanted.name);
            }
        });
        next
    }

    /// What was taken is here, or was tried in vain.
    fn settle(&self, wanted: Wanted, fetched: bool) {
        self.0.send_modify(|owed| {
            owed.fetching = None;
            if !fetched && !owed.is_under_way(wanted.name) {
                owed.stuck.push(wanted);
            }
        });
    }

    /// What was tried in vain waits again.
    fn retry(&self) {
        self.0
            .send_modify(|owed| owed.waiting.append(&mut owed.stuck));
    }
}
