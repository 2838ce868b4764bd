//! How far messages have come: signs of it, from all devices, on their way to the store.
//!
//! They come in floods, in any order, and where nothing may wait. One that is lost with the process is no harm: a later
//! sign says more.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
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

/// Signs that count, and others.
type Sorted<'a> = (Vec<Reach<'a, KnownAs>>, Vec<&'a Sign>);
type Key = (DeviceNumber, String, State, Option<String>);

/// Where signs are handed in. Its clones are the same.
#[derive(Clone)]
pub struct States(Arc<Shared>);

struct Shared {
    store: Store,
    waiting: Mutex<HashMap<Key, Sign>>,
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
        let name = sign.who.as_ref().map(|who| who.name().to_owned());
        let key = (sign.device, sign.id.clone(), sign.state, name);
        let mut waiting = self.0.waiting.lock();
        if waiting.len() >= MOST {
            return;
        }
        if waiting.len() == MOST - 1 {
            warn!("too many receipts at once: some are not taken note of");
        }
        waiting.entry(key).or_insert(sign);
        drop(waiting);
        self.0.news.notify_one();
    }

    /// Takes note of a sign at once; durable when it returns.
    pub async fn note_now(&self, sign: Sign) {
        self.note_all_now(&[sign]).await;
    }

    /// The same of many. Those that come from somebody to whom the message was not sent are given back.
    pub async fn note_all_now<'a>(&self, signs: &'a [Sign]) -> Vec<&'a Sign> {
        let mut refused = Vec::new();
        for signs in signs.chunks(CHUNK) {
            refused.extend(self.0.write(signs).await);
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
        let waiting = std::mem::take(&mut *self.waiting.lock());
        let signs: Vec<Sign> = waiting.into_values().collect();
        for signs in signs.chunks(CHUNK) {
            self.write(signs).await;
        }
    }

    /// What it gives back does not count: it comes from somebody to whom the message was not sent.
    async fn write<'a>(&self, signs: &'a [Sign]) -> Vec<&'a Sign> {
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

    /// Those that come from whom they may come, and those that do not.
    async fn sorted<'a>(&self, signs: &'a [Sign]) -> Result<Sorted<'a>, StoreError> {
        let mut messages: HashMap<(DeviceNumber, &str), Option<Kept>> = HashMap::new();
        let (mut counted, mut refused) = (Vec::with_capacity(signs.len()), Vec::new());
        for sign in signs {
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
                        refused.push(sign);
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
