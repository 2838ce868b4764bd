//! The protocol library's client of one life: built, run, and taken down.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix::{Addr, Recipient};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared as SharedFuture};
use tokio::time::{Instant, timeout};
use tracing::{Instrument, Span};
use wacore::store::DevicePropsOverride;
use wacore::types::events::EventHandler;
use waproto::whatsapp::device_props::PlatformType;
use whatsapp_rust::pair_code::PairCodeOptions;
use whatsapp_rust::store::persistence_manager::PersistenceManager;
use whatsapp_rust::{CacheConfig, Client, NodeFilter};

use super::acks::Acks;
use super::app_state::AppState;
use super::audience::key_holders;
use super::contacts::ContactBook;
use super::events::{Identity, Observed, Observer};
use super::exit::ExitReason;
use super::fetch::Fetcher;
use super::heavy::Heavy;
use super::hook::Hook;
use super::pairing::PairCode;
use super::pulse::{self, Pulse};
use super::readers::Readers;
use super::report::AppStateSyncComplete;
use super::runtime::ShardRuntime;
use super::sabotage::{Place, Sabotage};
use super::session::Session;
use super::transport::{DialFailure, Dialer};
use super::version::{self, Version};
use super::{DeviceActor, News, Plan, Stop};
use crate::config::Whatsapp;
use crate::media::download::Downloader;
use crate::store::{DeviceNumber, RecordBackend, Store, StoreError};
use crate::webhooks::Webhooks;

/// How long a life may take to say goodbye.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often the library writes what it changed in its device record, besides the moments that matter.
const SAVE_INTERVAL: Duration = Duration::from_secs(5);
/// Chats whose receive state is kept: each costs about 12 KiB, the library's default is 5,000.
const CHAT_LANES: u64 = 16;
/// The version to claim towards a simulated WhatsApp, which has no page to ask for it.
const SIMULATED_VERSION: version::Number = (2, 3000, 1_030_000_000);

/// What all lives share.
pub struct Shared {
    pub store: Store,
    pub whatsapp: Whatsapp,
    pub tls: Arc<rustls::ClientConfig>,
    pub fetcher: Arc<Fetcher>,
    pub version: Version,
    pub heavy: Heavy,
    /// For media that callers name by URL.
    pub downloader: Arc<Downloader>,
    pub webhooks: Webhooks,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the store refused: {0}")]
    Store(#[from] StoreError),
    #[error("the device record could not be loaded: {0}")]
    Record(String),
    #[error("WhatsApp's version could not be looked up: {0}")]
    Version(anyhow::Error),
}

impl StartError {
    pub fn reason(&self) -> ExitReason {
        match self {
            Self::Store(_) | Self::Record(_) => ExitReason::StoreFailed,
            Self::Version(_) => ExitReason::ConnectFailed,
        }
    }
}

/// A client at work.
pub struct Running {
    client: Arc<Client>,
    downloader: Arc<Downloader>,
    store: Store,
    number: DeviceNumber,
    acks: Acks,
    contacts: ContactBook,
    app_state: AppState,
    webhooks: Webhooks,
    readers: Readers,
    pulse: Pulse,
    records: Arc<RecordBackend>,
    ended: SharedFuture<BoxFuture<'static, RunEnded>>,
    sabotage: Sabotage,
}

/// What may end a life without an event of the library.
pub struct Signs {
    /// WhatsApp sent a stream error that means an end.
    stream_error: BoxFuture<'static, ExitReason>,
    /// The first write of this life that failed.
    fenced: BoxFuture<'static, StoreError>,
    /// The library's loop has returned.
    ended: SharedFuture<BoxFuture<'static, RunEnded>>,
}

/// How a life ends without an event of the library.
pub enum Sign {
    Told(ExitReason),
    Fenced(StoreError),
    Silent(RunEnded),
}

impl Signs {
    /// Waits for the first of them. A loop that has returned is the last to count: it says least about why.
    pub async fn first(self) -> Sign {
        tokio::select! {
            biased;
            reason = self.stream_error => Sign::Told(reason),
            error = self.fenced => Sign::Fenced(error),
            ended = self.ended => Sign::Silent(ended),
        }
    }
}

/// How the library's loop returned.
#[derive(Clone, Debug)]
pub struct RunEnded {
    pub panicked: bool,
    /// Why the socket could not be opened, if that was it.
    pub dial_failure: Option<String>,
}

/// Builds the client on the device's records and lets it run for one connection.
pub async fn start(
    plan: Plan,
    shared: Arc<Shared>,
    actor: Addr<DeviceActor>,
) -> Result<(Running, Signs), StartError> {
    let sabotage = Sabotage::of(plan.device);
    sabotage.strike(Place::Start);
    let records = shared.store.backend(plan.number, plan.life);
    let manager = PersistenceManager::new(records.clone())
        .await
        .map_err(|error| StartError::Record(error.to_string()))?;
    let pulse = Pulse::new(pulse::Limits::from(&shared.whatsapp));
    let (url, heard) = (shared.whatsapp.url.clone(), pulse.heard().clone());
    let (dialer, dial_failure) = Dialer::new(url, shared.tls.clone(), heard);
    let contacts = ContactBook::open(shared.store.clone(), plan.number, &actor);
    let hook = Hook {
        device: plan.device,
        number: plan.number,
        records: records.clone(),
        webhooks: shared.webhooks.clone(),
        contacts: contacts.clone(),
    };
    let client = build(&shared, Arc::new(manager), dialer, hook, &actor).await?;
    // One run is one connection: the supervisor decides about the next.
    client.enable_auto_reconnect.store(false, Ordering::Relaxed);
    client.set_device_props(props(&shared.whatsapp)).await;

    if let Some(identity) = identity(&client) {
        // Again at every start: the life that made the pairing may have died before it could say so.
        store_login(identity, &plan, &shared).await?;
    }

    let readers = readers(&shared.store, plan.number).await?;
    readers.guard(&client);
    let acks = Acks::default();
    let app_state = AppState::owing_all(records.clone(), sabotage.clone());
    let observer: Arc<dyn EventHandler> = Arc::new(Observer {
        actor,
        acks: acks.clone(),
        app_state: app_state.clone(),
        contacts: contacts.clone(),
        device: plan.device,
        number: plan.number,
        webhooks: shared.webhooks.clone(),
        sabotage: sabotage.clone(),
    });
    // For as long as the client lives, which may be a moment longer than this life: what comes with a fetch that is under
    // way at the end is told only once.
    client.subscribe_handler(observer).detach();
    // Before the loop runs, so that none is missed.
    let stream_error = stream_error(&client);
    let ended = run(client.clone(), dial_failure);
    let signs = Signs {
        ended: ended.clone(),
        stream_error,
        fenced: fenced(records.clone()).boxed(),
    };
    let running = Running {
        client,
        downloader: shared.downloader.clone(),
        store: shared.store.clone(),
        number: plan.number,
        acks,
        contacts,
        app_state,
        webhooks: shared.webhooks.clone(),
        readers,
        pulse,
        records,
        ended,
        sabotage,
    };
    Ok((running, signs))
}

/// Those of the latest status. By LID alone where it was posted in another life: the library addresses people by that.
async fn readers(store: &Store, device: DeviceNumber) -> Result<Readers, StoreError> {
    let readers = Readers::default();
    let jids = key_holders(store, device).await?.into_iter();
    let user = |jid: String| jid.split('@').next().map(str::to_owned);
    readers.admit_only(jids.filter_map(user).collect());
    Ok(readers)
}

async fn build(
    shared: &Shared,
    manager: Arc<PersistenceManager>,
    dialer: Dialer,
    hook: Hook,
    actor: &Addr<DeviceActor>,
) -> Result<Arc<Client>, StartError> {
    let runtime = ShardRuntime::here(shared.heavy.clone(), tell_of_panic(actor));
    let caches = CacheConfig {
        chat_lanes_capacity: CHAT_LANES,
        ..Default::default()
    };
    let version = match shared.whatsapp.is_loopback() {
        true => SIMULATED_VERSION,
        false => shared.version.claim().await.map_err(StartError::Version)?,
    };
    let builder = Client::builder()
        .with_runtime(runtime)
        .with_persistence_manager(manager)
        .with_transport_factory(dialer)
        .with_http_client_arc(shared.fetcher.clone())
        .with_cache_config(caches)
        .with_inbound_durability_hook(hook)
        .with_skip_history_sync(true)
        .with_version_override(version)
        .with_background_saver_interval(SAVE_INTERVAL);
    let built = builder
        .build()
        .await
        .map_err(|error| StartError::Record(error.to_string()))?;
    Ok(built.into_client())
}

/// For tasks that belong to a life and that nobody waits for.
pub(super) fn tell_of_panic(
    actor: &Addr<DeviceActor>,
) -> impl Fn() + Clone + Send + Sync + 'static {
    let actor = actor.clone();
    move || actor.do_send(Observed::Ended(ExitReason::Panicked))
}

fn props(whatsapp: &Whatsapp) -> DevicePropsOverride {
    DevicePropsOverride::new()
        .with_os(whatsapp.device_os.clone())
        .with_platform_type(PlatformType::CHROME)
}

/// Whom the client's records say it is.
fn identity(client: &Client) -> Option<Identity> {
    let (jid, lid) = (client.pn()?, client.lid()?);
    Some(Identity {
        jid: jid.to_string(),
        lid: lid.to_string(),
    })
}

async fn fenced(records: Arc<RecordBackend>) -> StoreError {
    records.fenced().await
}

/// The loop runs in a task of its own: dropped half-way it would leave a zombie behind.
fn run(
    client: Arc<Client>,
    dial_failure: DialFailure,
) -> SharedFuture<BoxFuture<'static, RunEnded>> {
    let run = async move { client.run().await };
    let task = tokio::spawn(run.instrument(Span::current()));
    let ended = task.map(move |result| RunEnded {
        panicked: result.is_err_and(|error| error.is_panic()),
        dial_failure: dial_failure.take(),
    });
    ended.boxed().shared()
}

impl Running {
    /// Fetches what earlier lives missed, and what this one is told to.
    pub fn catch_up(&self, actor: Addr<DeviceActor>) {
        self.app_state
            .catch_up(&self.client, self.contacts.clone(), actor);
    }

    /// Tells webhooks once this life has caught up.
    pub fn synced(&self) -> impl Future<Output = ()> + 'static {
        let (app_state, webhooks, number) =
            (self.app_state.clone(), self.webhooks.clone(), self.number);
        async move {
            app_state.caught_up().await;
            webhooks.tell(number, &AppStateSyncComplete {});
        }
    }

    /// Makes what the login brought durable, above all the account's name: a life that begins without it waits ten seconds
    /// for the phone.
    pub fn save(&self) -> impl Future<Output = Result<(), StoreError>> + 'static {
        let client = self.client.clone();
        async move { save_device(&client).await }
    }

    /// Watches over the connection. Returns when it is of no use any more, and why.
    pub fn lost(&self) -> impl Future<Output = ExitReason> + 'static {
        self.pulse.clone().lost(self.client.clone())
    }

    /// This client, lent to one command.
    pub fn session(
        &self,
        deadline: Instant,
        query_timeout: Duration,
        stop: Recipient<Stop>,
    ) -> Session {
        Session {
            client: self.client.clone(),
            downloader: self.downloader.clone(),
            store: self.store.clone(),
            number: self.number,
            acks: self.acks.clone(),
            contacts: self.contacts.clone(),
            app_state: self.app_state.clone(),
            readers: self.readers.clone(),
            pulse: self.pulse.clone(),
            records: self.records.clone(),
            sabotage: self.sabotage.clone(),
            stop,
            query_timeout,
            deadline,
        }
    }

    /// Asks WhatsApp for a code to type. `instead`: an earlier one is to be replaced.
    pub fn pair_code(
        &self,
        phone: String,
        instead: bool,
    ) -> impl Future<Output = Result<PairCode, String>> + 'static {
        let client = self.client.clone();
        async move {
            if instead {
                client.cancel_pair_code().await;
            }
            let options = PairCodeOptions {
                phone_number: phone.clone(),
                ..Default::default()
            };
            let code = client
                .pair_with_code(options)
                .await
                .map_err(|error| error.to_string())?;
            Ok(PairCode::new(code, phone))
        }
    }

    /// Takes the client down without waiting: for a life that ended while it was being built.
    pub fn abandon(self) {
        self.client.signal_shutdown_sync();
    }
}

/// Notes what was agreed, says goodbye and waits for the library to be gone, all within a bounded time.
pub async fn close(
    running: Running,
    paired: Option<Identity>,
    plan: Plan,
    shared: Arc<Shared>,
) -> Result<(), StoreError> {
    let client = running.client.clone();
    let paired = match paired {
        Some(identity) => store_pairing(&client, identity, &plan, &shared).await,
        None => Ok(()),
    };
    if timeout(CLOSE_TIMEOUT, say_goodbye(running)).await.is_err() {
        client.signal_shutdown_sync();
    }
    paired.and(save_device(&client).await)
}

async fn say_goodbye(running: Running) {
    running.client.disconnect().await;
    running.ended.clone().await;
    running.contacts.settle().await;
}

async fn store_pairing(
    client: &Arc<Client>,
    identity: Identity,
    plan: &Plan,
    shared: &Shared,
) -> Result<(), StoreError> {
    // The keys first: a row that says "paired" without them would be a lie.
    save_device(client).await?;
    store_login(identity, plan, shared).await
}

/// Makes the library's device record durable. Its own `flush` returns at once while its saver is still writing, and what
/// is written after the next life has begun is refused.
async fn save_device(client: &Client) -> Result<(), StoreError> {
    let manager = client.persistence_manager();
    let device = manager.get_device_snapshot().to_serializable();
    let saved = manager.backend().save(&device).await;
    saved.map_err(|_| StoreError::Fenced)
}

/// Notes whom the device is logged in as, and tells the supervisor.
async fn store_login(identity: Identity, plan: &Plan, shared: &Shared) -> Result<(), StoreError> {
    shared
        .store
        .set_paired(plan.device, &identity.jid, &identity.lid)
        .await?;
    plan.report(News::Paired(identity));
    Ok(())
}

/// Waits for a `<stream:error>` that means an end: 515, 429 and 503 reach the application in no other way.
fn stream_error(client: &Client) -> BoxFuture<'static, ExitReason> {
    let error = client.wait_for_node(NodeFilter::tag("stream:error"));
    let reason = async {
        let node = error.await.ok();
        let code = node.and_then(|node| Some(node.get_attr("code")?.as_str().into_owned()));
        match code.as_deref() {
            Some("515") => ExitReason::RestartRequired,
            Some("429") => ExitReason::RateLimited,
            Some("500" | "503") => ExitReason::ServerUnavailable,
            // 401, 409 and 516 have events of their own.
            _ => std::future::pending().await,
        }
    };
    reason.boxed()
}
