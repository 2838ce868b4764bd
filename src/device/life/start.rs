//! How a life begins: the protocol library's client is built on the device's records, and runs for one connection.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix::Recipient;
use chrono::Utc;
use futures::FutureExt;
use tracing::{Instrument, Span};
use wacore::store::DevicePropsOverride;
use wacore::types::events::EventHandler;
use waproto::whatsapp::device_props::PlatformType;
use whatsapp_rust::store::persistence_manager::PersistenceManager;
use whatsapp_rust::{CacheConfig, CacheEntryConfig, Client, ClientBuilderError};

use super::Life;
use super::failpoints::Point;
use super::hook::Hook;
use super::observer::Observer;
use super::retry_admission::key_holders;
use super::running::Running;
use super::runtime::{ShardRuntime, Tasks, on_panic};
use super::signs::{Ended, RunEnded, Signs};
use super::transport::{DialFailure, Dialer};
use super::version;
use crate::config::Whatsapp;
use crate::device::exit::ExitReason;
use crate::device::messages::{Observed, Plan};
use crate::device::shared::Shared;
use crate::store::StoreError;
use crate::store::devices::Account;
use crate::store::statuses::{State, Step};

/// How often the library writes what it changed in its device record, besides the moments that matter.
const SAVE_INTERVAL: Duration = Duration::from_secs(5);
/// Chats whose receive state is kept: each costs about 12 KiB, the library's default is 5,000.
const CHAT_LANES: u64 = 16;
/// People whose devices are kept in memory, some hundred bytes each, and for how long. With more people in an audience than
/// there is room for, each of them is read from the store for every status; the library's default is 5,000.
const DEVICES_KEPT: u64 = 65_536;
const DEVICES_KEPT_FOR: Duration = Duration::from_secs(3600);
/// The version to claim towards a simulated WhatsApp, which has no page to ask for it.
const SIMULATED_VERSION: version::Number = (2, 3000, 1_030_000_000);

/// Why a status has failed that was cut off, with whoever had asked for it.
const CUT_OFF: &str =
    "the connection or the daemon has ended while it was posted: it may have been posted";

/// Why a life could not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What it begins with could not be read or noted.
    #[error("the store refused")]
    Store(#[from] StoreError),
    /// The library found nothing that it can work with.
    #[error("the device record could not be loaded")]
    Record(#[from] wacore::store::error::StoreError),
    /// A part is missing.
    #[error("the client could not be built")]
    Client(#[from] ClientBuilderError),
    /// Neither now nor earlier.
    #[error("WhatsApp's version could not be looked up")]
    Version(#[source] anyhow::Error),
}

impl StartError {
    /// What it means to the supervisor.
    pub fn reason(&self) -> ExitReason {
        match self {
            Self::Store(_) | Self::Record(_) | Self::Client(_) => ExitReason::StoreFailed,
            Self::Version(_) => ExitReason::ConnectFailed,
        }
    }
}

/// Builds the client on the device's records and lets it run for one connection.
pub(in crate::device) async fn start(
    plan: Plan,
    shared: Arc<Shared>,
    actor: Recipient<Observed>,
) -> Result<(Running, Signs), StartError> {
    let life = Arc::new(Life::new(plan, shared, actor));
    life.failpoints.hit(Point::Start);
    let (client, dial_failure, tasks) = build(&life).await?;
    // One run is one connection: the supervisor decides about the next.
    client.enable_auto_reconnect.store(false, Ordering::Relaxed);
    let props = props(&life.shared.whatsapp);
    client.set_device_props(props).await;

    if let Some(login) = login(&client) {
        // Again at every start: the life that made the pairing may have died before it could say so.
        life.note_login(login).await?;
    }
    life.recall_restriction().await?;
    guard_retries(&life, &client).await?;
    find_statuses(&life).await?;
    let observer: Arc<dyn EventHandler> = Arc::new(Observer(life.clone()));
    // For as long as the client lives, which may be a moment longer than this life: what comes with a fetch that is under
    // way at the end is told only once.
    client.subscribe_handler(observer).detach();
    // Who has seen a status is told by stanzas of which the library keeps that back.
    let stanzas = client.acquire_raw_node_forwarding();
    let records = life.records.clone();
    let signs = Signs::before(&client, records, || run(client.clone(), dial_failure));
    let running = Running {
        life,
        ended: signs.ended(),
        client,
        tasks,
        _stanzas: stanzas,
    };
    Ok((running, signs))
}

async fn build(life: &Arc<Life>) -> Result<(Arc<Client>, DialFailure, Tasks), StartError> {
    let shared = &life.shared;
    let manager = PersistenceManager::new(life.records.clone()).await?;
    let (url, heard) = (shared.whatsapp.url.clone(), life.keepalive.heard().clone());
    let (dialer, dial_failure) = Dialer::new(url, shared.tls.clone(), heard);
    let runtime = ShardRuntime::here(shared.blocking.clone(), on_panic(&life.actor));
    let tasks = runtime.tasks().clone();
    let caches = CacheConfig {
        chat_lanes_capacity: CHAT_LANES,
        device_registry_cache: CacheEntryConfig::new(Some(DEVICES_KEPT_FOR), DEVICES_KEPT),
        ..Default::default()
    };
    let version = match shared.whatsapp.is_loopback() {
        true => SIMULATED_VERSION,
        false => shared.version.claim().await.map_err(StartError::Version)?,
    };
    let builder = Client::builder()
        .with_runtime(runtime)
        .with_persistence_manager(Arc::new(manager))
        .with_transport_factory(dialer)
        .with_http_client_arc(shared.fetcher.clone())
        .with_cache_config(caches)
        .with_inbound_durability_hook(Hook(life.clone()))
        .with_skip_history_sync(true)
        .with_version_override(version)
        .with_background_saver_interval(SAVE_INTERVAL);
    Ok((builder.build().await?.into_client(), dial_failure, tasks))
}

fn props(whatsapp: &Whatsapp) -> DevicePropsOverride {
    DevicePropsOverride::new()
        .with_os(whatsapp.device_os.clone())
        .with_platform_type(PlatformType::CHROME)
}

/// As whom the client's records say it is logged in.
fn login(client: &Client) -> Option<Account> {
    let (jid, lid) = (client.pn()?, client.lid()?);
    Some(Account {
        jid: jid.to_string(),
        lid: lid.to_string(),
    })
}

/// Admits the audience of the latest status. By LID alone where it was posted in another life: the library addresses
/// people by that.
async fn guard_retries(life: &Life, client: &Client) -> Result<(), StoreError> {
    let holders = key_holders(&life.shared.store, life.plan.number).await?;
    life.statuses.set_holders(holders.clone());
    life.retry_gate.admit_only(holders);
    life.retry_gate.guard(client);
    Ok(())
}

/// What earlier lives were to post, and had not. What was promised to nobody has failed.
async fn find_statuses(life: &Life) -> Result<(), StoreError> {
    let (store, device) = (&life.shared.store, life.plan.number);
    let mut jobs = 0;
    for status in store.statuses_left(device).await? {
        if status.promised || status.state == State::Deleting {
            jobs += 1;
            continue;
        }
        let step = Step {
            begun: status.begun,
            done: status.done,
            refused: status.refused,
            failure: Some(CUT_OFF),
        };
        let now = Utc::now().timestamp();
        let id = status.id.as_str();
        let ended = store.end_status(device, id, (State::Failed, step), (now, Vec::new()));
        ended.await?;
    }
    life.statuses.left(jobs);
    Ok(())
}

/// The loop runs in a task of its own: dropped half-way it would leave a zombie behind.
fn run(client: Arc<Client>, dial_failure: DialFailure) -> Ended {
    let run = async move { client.run().await };
    let task = tokio::spawn(run.instrument(Span::current()));
    let ended = task.map(move |result| RunEnded {
        panicked: result.is_err_and(|error| error.is_panic()),
        dial_failure: dial_failure.take(),
    });
    ended.boxed().shared()
}
