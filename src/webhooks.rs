//! Webhooks: what happens to a device is told to a URL of its owner's choice, in order and at least once.
//!
//! An event is stored in the outbox, an inbound message's in the very commit that lets WhatsApp forget the message. The
//! dispatcher takes it from there: [`schedule`] says who is delivered to when, [`delivery`] makes one attempt.

pub mod catalog;
pub mod delivery;
pub mod dispatcher;
pub mod event;
mod metrics;
mod names;
pub mod payload;
mod pending_devices;
mod recorder;
mod retention;
mod schedule;
pub mod settings;
mod signature;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use dashmap::DashMap;
use prometheus::core::Collector;
use tokio::sync::{mpsc, oneshot};
use tracing::error;
use url::Url;
use uuid::Uuid;

use self::catalog::{EventName, EventSet};
use self::event::{Event, Told};
use self::metrics::{Dropped, Metrics};
use self::pending_devices::PendingDevices;
use self::recorder::{Published, Recording};
use self::schedule::Receiver;
use self::settings::{Private, Reach, Wanted};
use crate::config;
use crate::failure::Invalid;
use crate::media::address::Rule;
use crate::store::history::NewEntry;
use crate::store::outbox::{NewEvent, OutboxWriter};
use crate::store::webhooks::{Owner, StoredWebhook};
use crate::store::{DeviceNumber, RecordBackend, Statement, Store, StoreError};

/// Events and entries of histories that wait to be stored, besides inbound messages; beyond that they are counted and dropped.
const RECORDINGS: usize = 8192;

/// Where the events of one device go.
pub struct Webhook {
    /// Who may see and change it.
    pub owner: Owner,
    /// `wh_…`
    pub id: String,
    /// Checked when it was written, and its host again before each delivery.
    pub url: Url,
    /// The same as its owner wrote it, and without the password that older versions took.
    pub shown_url: String,
    /// Why nothing is sent there at present.
    pub problem: Option<&'static str>,
    /// What its owner wants to know.
    pub events: EventSet,
    /// The same in the order in which its owner named them.
    pub named_events: Box<[EventName]>,
    /// Whether anything is sent.
    pub enabled: bool,
    /// Attempts after the first, before an event becomes a dead letter.
    pub retry_attempts: u32,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// Secrets and headers.
    pub private: Private,
    /// To the second.
    pub created_at: DateTime<Utc>,
    /// When it was written or switched off last.
    pub updated_at: DateTime<Utc>,
    receiver: Receiver,
    outbox: OutboxWriter,
}

/// Why a webhook was not written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the device is not there")]
    NoDevice,
}

/// All webhooks. They are few and small, so they are in memory: every change passes here.
#[derive(Clone)]
pub struct Webhooks {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    known: DashMap<DeviceNumber, Arc<Webhook>>,
    reach: Reach,
    secret_overlap: Duration,
    recordings: mpsc::Sender<Recording>,
    pending: PendingDevices,
    metrics: Metrics,
}

/// What is to be stored, on its way to [`dispatcher::start`].
pub struct Intake(mpsc::Receiver<Recording>);

impl Webhooks {
    /// Knows none until the dispatcher has started.
    pub fn new(store: Store, config: &config::Webhooks) -> (Self, Intake) {
        let (recordings, intake) = mpsc::channel(RECORDINGS);
        let reach = Reach {
            plain: config.allow_http,
            addresses: Rule {
                private: config.allow_private_addresses,
            },
        };
        let shared = Shared {
            store,
            known: DashMap::new(),
            reach,
            secret_overlap: config.secret_overlap,
            recordings,
            pending: PendingDevices::default(),
            metrics: Metrics::default(),
        };
        let shared = Arc::new(shared);
        (Self { shared }, Intake(intake))
    }

    /// What is measured of deliveries, for a registry.
    pub fn metrics(&self) -> impl Collector + use<> {
        self.shared.metrics.clone()
    }

    /// Whether anybody wants to know.
    pub fn wants(&self, device: DeviceNumber, name: EventName) -> bool {
        self.listener(device, name).is_some()
    }

    /// Whether anything at all is to be told.
    pub fn listens(&self, device: DeviceNumber) -> bool {
        self.get(device).is_some()
    }

    /// Tells of something, soon and without waiting.
    pub fn tell<T: Told>(&self, device: DeviceNumber, told: &T) {
        if self.wants(device, T::NAME) {
            self.publish(device, Event::of(told));
        }
    }

    /// The same with an event that is made already.
    pub fn publish(&self, device: DeviceNumber, event: Event) {
        self.publish_with(device, event, None);
    }

    /// The same of people whom the event may name by number or LID alone; `names` has the other one.
    pub fn publish_with(
        &self,
        device: DeviceNumber,
        event: Event,
        names: Option<Arc<RecordBackend>>,
    ) {
        let Some(webhook) = self.listener(device, event.name) else {
            return;
        };
        self.record_soon(Recording::Event(Box::new(Published {
            device,
            webhook,
            event,
            names,
        })));
    }

    /// Stores an entry of a device's history, whether anybody listens or not: at the latest together with what is
    /// published after it.
    pub fn remember(&self, device: DeviceNumber, entry: NewEntry) {
        self.record_soon(Recording::Entry { device, entry });
    }

    /// Waits until what was published and remembered before is stored, or cannot be.
    pub async fn flush(&self) {
        let (reply, stored) = oneshot::channel();
        // A full queue is waited for: whoever flushes wants it empty.
        let sent = self.shared.recordings.send(Recording::Flush(reply)).await;
        if sent.is_ok() {
            // An error means that the recorder has ended.
            let _ = stored.await;
        }
    }

    fn record_soon(&self, recording: Recording) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.shared.recordings.try_send(recording)
        {
            self.shared.metrics.dropped(Dropped::TooManyAtOnce, 1);
        }
    }

    /// How to store an event together with what it tells of, which may be people whom it names by number or LID alone;
    /// `names` has the other one. `None`: nobody wants to know.
    pub async fn record(
        &self,
        device: DeviceNumber,
        mut event: Event,
        names: &RecordBackend,
    ) -> Result<Option<Statement>, StoreError> {
        let Some(webhook) = self.listener(device, event.name) else {
            return Ok(None);
        };
        names::complete(&mut event.data, names).await;
        webhook.put(&event).map(Some)
    }

    /// What [`Self::record`] gave was committed.
    pub fn recorded(&self, device: DeviceNumber) {
        self.shared.pending.stored(device);
    }

    /// Where the events of a device go, for those who list devices.
    pub fn url(&self, device: DeviceNumber) -> Option<String> {
        let known = self.shared.known.get(&device)?;
        Some(known.shown_url.clone())
    }

    /// The webhook of a device, switched off or not.
    pub fn of(&self, owner: Owner) -> Option<Arc<Webhook>> {
        // There are as many as devices that have one, and this is asked when a person looks.
        let mut known = self.shared.known.iter();
        known
            .find(|webhook| webhook.owner == owner)
            .map(|found| found.clone())
    }

    /// Makes or overwrites the webhook of a device.
    pub async fn write(&self, owner: Owner, wanted: Wanted) -> Result<Arc<Webhook>, NotWritten> {
        let before = self.of(owner).map(|webhook| webhook.private.clone());
        let overlap = self.shared.secret_overlap;
        let content = wanted.check(self.shared.reach, before.unwrap_or_default(), overlap)?;
        let stored = self
            .shared
            .store
            .put_webhook(owner, new_id(), content)
            .await?;
        self.learn(stored.ok_or(NotWritten::NoDevice)?)
            .ok_or(NotWritten::NoDevice)
    }

    /// Deletes the webhook of a device, with what waits for it.
    pub async fn delete(&self, owner: Owner) -> Result<(), StoreError> {
        self.shared.store.delete_webhook(owner).await?;
        self.shared.known.retain(|device, webhook| {
            let gone = webhook.owner == owner;
            if gone {
                self.shared.pending.changed(*device);
            }
            !gone
        });
        Ok(())
    }

    /// Checks a URL for devices that are yet to be made.
    pub fn check_url(&self, url: &str) -> Result<Url, Invalid> {
        self.shared.reach.check("webhook_url", url)
    }

    /// Gives a new device the webhook that its user has asked for, if any.
    pub async fn apply_pending(&self, owner: Owner) -> Result<(), StoreError> {
        let (store, like) = (&self.shared.store, settings::all_events());
        if let Some(stored) = store.apply_pending_webhook(owner, new_id(), like).await? {
            self.learn(stored);
        }
        Ok(())
    }

    /// Sends a webhook something to see, as soon as what waits before it is sent. `None`: there is none that is switched on.
    pub async fn test(&self, owner: Owner) -> Result<Option<Uuid>, StoreError> {
        let found = self.of(owner).filter(|webhook| webhook.enabled);
        let Some(webhook) = found else {
            return Ok(None);
        };
        let id = Uuid::new_v4();
        let put = webhook.outbox.put(&NewEvent {
            id,
            name: event::TEST,
            body: &event::test_body(id, &owner),
        })?;
        self.shared.store.write(vec![put]).await?;
        for known in self.shared.known.iter() {
            if known.owner == owner {
                self.recorded(*known.key());
            }
        }
        Ok(Some(id))
    }

    /// Puts dead letters back into the queue: one, or all of a device. Answers how many.
    pub async fn replay(&self, owner: Owner, id: Option<&str>) -> Result<usize, StoreError> {
        let replayed = self.shared.store.replay(owner, id).await?;
        for webhook in self.shared.known.iter() {
            if webhook.owner == owner {
                self.shared.pending.changed(*webhook.key());
            }
        }
        Ok(replayed)
    }

    /// The device was removed.
    pub fn forget(&self, device: DeviceNumber) {
        self.shared.known.remove(&device);
        self.shared.pending.changed(device);
    }

    async fn load(&self) -> Result<(), StoreError> {
        for stored in self.shared.store.webhooks().await? {
            self.learn(stored);
        }
        Ok(())
    }

    fn get(&self, device: DeviceNumber) -> Option<Arc<Webhook>> {
        let known = self.shared.known.get(&device)?;
        known.enabled.then(|| known.clone())
    }

    fn listener(&self, device: DeviceNumber, name: EventName) -> Option<Arc<Webhook>> {
        self.get(device)
            .filter(|webhook| webhook.events.contains(name))
    }

    fn learn(&self, stored: StoredWebhook<Private>) -> Option<Arc<Webhook>> {
        let number = stored.number;
        let outbox = self.shared.store.outbox_writer(number);
        let webhook = Webhook::new(stored, outbox, self.shared.reach);
        let Some(webhook) = webhook.map(Arc::new) else {
            error!("a stored webhook has no URL that can be used");
            return None;
        };
        self.shared.known.insert(number, webhook.clone());
        self.shared.pending.changed(number);
        Some(webhook)
    }

    /// The receiver has said that it is gone for good.
    async fn disable(&self, device: DeviceNumber) -> Result<(), StoreError> {
        if let Some(stored) = self.shared.store.disable_webhook(device).await? {
            self.learn(stored);
        }
        Ok(())
    }
}

impl Webhook {
    fn new(stored: StoredWebhook<Private>, outbox: OutboxWriter, reach: Reach) -> Option<Self> {
        let (content, owner) = (stored.content, stored.owner);
        let url = Url::parse(&content.url).ok()?;
        let named_events: Box<[EventName]> = catalog::read(&content.events).into();
        // Of a tenant each: nobody's receiver is judged by what another tenant sends there.
        let receiver = format!("{} {}", owner.tenant, url.origin().ascii_serialization());
        Some(Self {
            owner,
            id: stored.id,
            problem: reach.forbids(&url),
            shown_url: shown(&url, content.url),
            url,
            events: named_events.iter().copied().collect(),
            named_events,
            enabled: content.enabled,
            retry_attempts: content.retry_attempts,
            timeout: Duration::from_secs(content.timeout.into()),
            private: content.private,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
            receiver: receiver.into(),
            outbox,
        })
    }

    fn put(&self, event: &Event) -> Result<Statement, StoreError> {
        self.outbox.put(&NewEvent {
            id: event.id,
            name: event.name.text(),
            body: &event.body(&self.owner),
        })
    }
}

fn shown(url: &Url, written: String) -> String {
    let mut shown = url.clone();
    match settings::has_password(url) {
        // Neither fails for a URL with a host, and only such have a password.
        true if shown.set_username("").is_ok() && shown.set_password(None).is_ok() => shown.into(),
        true => String::new(),
        false => written,
    }
}

fn new_id() -> String {
    format!("wh_{}", Uuid::new_v4().simple())
}
