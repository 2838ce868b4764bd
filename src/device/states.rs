//! How far messages have come: signs of it, from all devices, on their way to the store.
//!
//! Some come where nothing may wait. One that is lost with the process is no harm: a later sign says more.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tracing::warn;

use super::kept::{About, Kept};
use super::known_as::KnownAs;
use crate::store::messages::{Reach, State, Whose};
use crate::store::{DeviceNumber, Store, StoreError};
use crate::telemetry::Chain;

/// Signs that may wait; what comes beyond that is dropped.
const MOST: usize = 20_000;
/// Signs in one transaction.
const CHUNK: usize = 500;

/// A sign that an own message has come so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// Whose message.
    pub device: DeviceNumber,
    /// Which message.
    pub id: String,
    /// How far.
    pub state: State,
    /// With whom; `None`: with WhatsApp itself.
    pub who: Option<Reader>,
    /// Unix seconds.
    pub at: i64,
    /// WhatsApp's code of a refusal.
    pub failure: Option<String>,
}

/// Whom a message has reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// `None`: as the other side of a chat between two.
    pub group: Option<InGroup>,
    /// The person's names.
    pub names: KnownAs,
}

/// Somebody in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InGroup {
    /// The group's JID.
    pub jid: String,
    /// What the group calls them: everybody always by the same name.
    pub name: String,
}

impl Reader {
    /// The same for the same person, in one chat.
    fn name(&self) -> &str {
        self.group.as_ref().map_or("", |group| &group.name)
    }

    /// Whether this message was sent to them. Whoever knows its id can say that they have read it.
    fn may_read(&self, about: &About) -> bool {
        match &self.group {
            Some(group) => about.chat == group.jid,
            None => !about.in_group() && about.other.is(&self.names),
        }
    }
}

/// Signs that count, and the places of others.
type Sorted<'a> = (Vec<Reach<'a, KnownAs>>, Vec<usize>);

/// Where signs are handed in. Its clones are the same.
#[derive(Clone)]
pub struct States(Arc<Shared>);

struct Shared {
    store: Store,
    waiting: Mutex<Vec<Sign>>,
    news: Arc<Notify>,
}

impl States {
    /// Writes signs as long as anybody can hand one in.
    pub fn start(store: Store) -> Self {
        let shared = Arc::new(Shared {
            store,
            waiting: Mutex::default(),
            news: Arc::default(),
        });
        tokio::spawn(write_all(Arc::downgrade(&shared), shared.news.clone()));
        Self(shared)
    }

    /// Takes note of a sign, soon.
    pub fn note(&self, sign: Sign) {
        let mut waiting = self.0.waiting.lock();
        if waiting.len() >= MOST {
            return;
        }
        if waiting.len() == MOST - 1 {
            warn!("too much is said of messages at once: some of it is not taken note of");
        }
        waiting.push(sign);
        drop(waiting);
        self.0.news.notify_one();
    }

    /// Takes note of a sign at once; durable when it returns.
    pub async fn note_now(&self, sign: Sign) {
        self.note_all_now(&[sign]).await;
    }

    /// The same of many. Returns the places of those that come from somebody to whom the message was not sent.
    pub async fn note_all_now(&self, signs: &[Sign]) -> HashSet<usize> {
        let mut refused = HashSet::new();
        for (chunk, signs) in signs.chunks(CHUNK).enumerate() {
            let places = self.0.write(signs).await.into_iter();
            refused.extend(places.map(|place| chunk * CHUNK + place));
        }
        refused
    }

    /// Writes what waits.
    pub async fn flush(&self) {
        self.0.write_waiting().await;
    }
}

impl Shared {
    async fn write_waiting(&self) {
        let signs = std::mem::take(&mut *self.waiting.lock());
        for signs in signs.chunks(CHUNK) {
            self.write(signs).await;
        }
    }

    /// Those whose places it returns do not count: they come from somebody to whom the message was not sent.
    async fn write(&self, signs: &[Sign]) -> Vec<usize> {
        let written = async {
            let (counted, refused) = self.sorted(signs).await?;
            self.store.reach(&counted).await?;
            Ok::<_, StoreError>(refused)
        };
        written.await.unwrap_or_else(|error| {
            warn!(error = %Chain(&error), "how far messages have come could not be kept");
            Vec::new()
        })
    }

    /// Those that come from whom they may come, and the places of those that do not.
    async fn sorted<'a>(&self, signs: &'a [Sign]) -> Result<Sorted<'a>, StoreError> {
        let mut messages: HashMap<(DeviceNumber, &str), Option<Kept>> = HashMap::new();
        let (mut counted, mut refused) = (Vec::with_capacity(signs.len()), Vec::new());
        for (place, sign) in signs.iter().enumerate() {
            if let Some(who) = &sign.who {
                let message = match messages.entry((sign.device, &sign.id)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(unknown) => {
                        let found = self.store.message(sign.device, &sign.id, Whose::Mine);
                        unknown.insert(found.await?)
                    }
                };
                match message {
                    None => continue,
                    Some(kept) if !who.may_read(&kept.about) => {
                        refused.push(place);
                        continue;
                    }
                    Some(_) => {}
                }
            }
            counted.push(sign.reach());
        }
        Ok((counted, refused))
    }
}

impl Sign {
    fn reach(&self) -> Reach<'_, KnownAs> {
        let who = self.who.as_ref();
        Reach {
            device: self.device,
            id: &self.id,
            state: self.state,
            who: who.map(|who| (who.name(), &who.names)),
            at: self.at,
            failure: self.failure.as_deref(),
        }
    }
}

async fn write_all(shared: Weak<Shared>, news: Arc<Notify>) {
    loop {
        news.notified().await;
        match shared.upgrade() {
            Some(shared) => shared.write_waiting().await,
            None => return,
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // The task looks once more, and finds nobody.
        self.news.notify_one();
    }
}
