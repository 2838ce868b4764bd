//! The daemon as a whole: built in order, taken down in reverse.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix::{Actor, Addr};
use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use futures::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use tracing::{error, info, warn};

use crate::accounts::master::{MasterToken, MasterTokenError};
use crate::accounts::passwords::Passwords;
use crate::accounts::tokens::Tokens;
use crate::config::{self, Config};
use crate::device::receipts::Receipts;
use crate::device::settle::settle_left;
use crate::device::shared::{ShareError, Shared};
use crate::device::states::States;
use crate::http::console::Console;
use crate::http::idempotency::UnderWay;
use crate::http::ryze::rates::Rates;
use crate::http::{self, Api, Limits, Listener};
use crate::memory::Memory;
use crate::metrics::Registry;
use crate::open_files;
use crate::private_file;
use crate::store::messages::KeptBounds;
use crate::store::{Options, SealingKey, Store, StoreError};
use crate::supervision;
use crate::supervision::alive::Gone;
use crate::supervision::feed::Feed;
use crate::supervision::router::Router;
use crate::supervision::shards::Shards;
use crate::supervision::supervisor::{Adopt, StopAll, Supervisor};
use crate::supervision::watchdog::{Health, Watchdog};
use crate::telemetry::Chain;
use crate::webhooks::Webhooks;
use crate::webhooks::dispatcher::{self, Dispatcher};

/// How often all parts of the daemon are asked for a sign of life; more often where systemd wants to hear more often.
const CHECKUP_PAUSE: Duration = Duration::from_secs(5);
/// How much of the grace at the end belongs to requests under way. Then the lives end, which answers what still waits;
/// devices say goodbye within five seconds each, all at the same time.
const REQUESTS_SHARE: f64 = 0.6;
/// How much of it has passed when lives that still close are left to their fate: the store has the rest.
const LIVES_SHARE: f64 = 0.9;

/// Why the daemon did not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("cannot create the data folder {}", path.display())]
    DataDir { path: PathBuf, source: io::Error },
    #[error(transparent)]
    MasterToken(#[from] MasterTokenError),
    #[error("the store cannot be opened")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Devices(#[from] ShareError),
    #[error(transparent)]
    Webhooks(#[from] dispatcher::StartError),
    #[error("metrics cannot be set up")]
    Metrics(#[from] prometheus::Error),
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
}

/// A running daemon.
pub struct App {
    /// Where the API listens.
    pub address: SocketAddr,
    /// Where else health and metrics are.
    pub health: Option<SocketAddr>,
    servers: Vec<ServerHandle>,
    fleet: Fleet,
    store: Store,
    dispatcher: Dispatcher,
    webhooks: Webhooks,
    receipts: Receipts,
    states: States,
    draining: Arc<AtomicBool>,
    console: Option<Arc<Console>>,
    grace: Duration,
}

/// What the daemon cannot go on without, and is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fatal {
    #[error("the store's writer has ended")]
    Store,
    #[error("the router has ended")]
    Router,
    #[error("the supervisor has ended")]
    Supervisor,
    #[error("the webhook dispatcher has ended")]
    Dispatcher,
}

impl App {
    /// Starts everything. When this returns the API answers, and the devices are on their way.
    pub async fn start(config: Config) -> Result<Self, AppError> {
        open_files::take_all();
        create_private_folder(&config.data_dir)?;
        let master = MasterToken::load(&config)?;
        let store = open_store(&config)?;
        let (webhooks, intake) = Webhooks::new(store.clone(), &config.webhooks);
        let shared = Arc::new(Shared::new(&config, store.clone(), webhooks.clone())?);
        let (tls, receipts, states) = (
            (*shared.tls).clone(),
            shared.receipts.clone(),
            shared.states.clone(),
        );
        let dispatcher = dispatcher::start(webhooks.clone(), intake, &config.webhooks, tls).await?;
        settle_left(&shared).await;
        let fleet = Fleet::start(&config.supervision, shared).await?;
        let api = api(&config, master, &store, webhooks.clone(), &fleet)?;
        let (draining, console) = (api.draining.clone(), api.console.clone());
        let api = Data::new(api);
        let (address, server) = listen(Listener::api(&config), &api, &config)?;
        info!(address = %address, "API listens");
        let mut servers = vec![server];
        let mut health = None;
        if let Some(listener) = Listener::health(&config.http) {
            let (address, server) = listen(listener, &api, &config)?;
            info!(address = %address, "health listens");
            (health, servers) = (Some(address), [servers, vec![server]].concat());
        }
        actix::spawn(store.clone().keep_swept(KeptBounds::from(&config.messages)));
        Ok(Self {
            address,
            health,
            servers,
            fleet,
            store,
            dispatcher,
            webhooks,
            receipts,
            states,
            draining,
            console,
            grace: config.http.shutdown_grace,
        })
    }

    /// Returns when the daemon cannot go on, and why: without the store nothing may be acknowledged, without supervisor
    /// and router nobody is in charge, and without the dispatcher nobody is told.
    pub async fn failed(&self) -> Fatal {
        tokio::select! {
            () = self.store.ended() => Fatal::Store,
            () = self.fleet.router_gone.wait() => Fatal::Router,
            () = self.fleet.supervisor_gone.wait() => Fatal::Supervisor,
            () = self.dispatcher.ended() => Fatal::Dispatcher,
        }
    }

    /// What is found out about the daemon's health, again and again.
    pub fn checkups(&self) -> watch::Receiver<Health> {
        self.fleet.checkups.clone()
    }

    /// Takes no more requests, lets those under way finish, ends all lives, and closes the store; all within the grace.
    pub async fn shutdown(self) {
        let begun = Instant::now();
        self.draining.store(true, Ordering::Relaxed);
        if let Some(console) = &self.console {
            console.look_again();
        }
        let stopping = self.servers.iter().map(|server| server.stop(true));
        let mut drained = pin!(join_all(stopping));
        let requests = begun + self.grace.mul_f64(REQUESTS_SHARE);
        let in_time = timeout_at(requests, &mut drained).await.is_ok();
        if !in_time {
            warn!("requests are still under way: they are answered as the devices close");
        }
        let lives = begun + self.grace.mul_f64(LIVES_SHARE);
        let closed = timeout_at(lives, self.fleet.supervisor.send(StopAll)).await;
        if !matches!(closed, Ok(Ok(()))) {
            warn!("some devices did not close in time");
        }
        if !in_time && timeout_at(begun + self.grace, drained).await.is_err() {
            warn!("some requests were not answered");
        }
        // After the devices, whose last words are events too; what is not delivered now waits for the next start.
        let noted = timeout_at(begun + self.grace, self.receipts.flush()).await;
        if noted.is_err() {
            warn!("some receipts were not taken note of");
        }
        if timeout_at(begun + self.grace, self.webhooks.flush())
            .await
            .is_err()
        {
            warn!("some of what happened at the end is in no history");
        }
        self.dispatcher.stop().await;
        self.states.flush().await;
        self.store.close().await;
        info!("stopped");
    }
}

/// The devices and who is in charge of them.
struct Fleet {
    router: Addr<Router>,
    supervisor: Addr<Supervisor>,
    router_gone: Gone,
    supervisor_gone: Gone,
    checkups: watch::Receiver<Health>,
    metrics: supervision::metrics::Metrics,
    feed: Feed,
}

impl Fleet {
    /// Starts router and supervisor, gives them all devices of the store, and begins to ask all parts for a sign of life.
    async fn start(config: &config::Supervision, shared: Arc<Shared>) -> Result<Self, StoreError> {
        let store = shared.store.clone();
        let metrics = supervision::metrics::Metrics::default();
        let (router_alive, router_gone) = Gone::pair();
        let (supervisor_alive, supervisor_gone) = Gone::pair();
        let router = Router::new(config.commands_per_device.get(), router_alive).start();
        let feed = Feed::default();
        let shards = Shards::start(config.shards);
        let threads = shards.handles();
        let supervisor = Supervisor::new(
            config,
            shards,
            shared,
            router.clone(),
            metrics.clone(),
            feed.clone(),
            supervisor_alive,
        );
        let supervisor = supervisor.start();
        let devices = store.devices().await?;
        info!(devices = devices.len(), "devices loaded");
        for device in devices {
            supervisor.do_send(Adopt(device));
        }
        let watchdog = Watchdog {
            router: router.clone(),
            supervisor: supervisor.clone(),
            store,
            metrics: metrics.clone(),
        };
        Ok(Self {
            checkups: watchdog.watch(threads, checkup_pause()),
            router,
            supervisor,
            router_gone,
            supervisor_gone,
            metrics,
            feed,
        })
    }
}

/// Three times as often as systemd wants to hear, if it does.
fn checkup_pause() -> Duration {
    let watchdog = sd_notify::watchdog_enabled().map(|limit| limit / 3);
    watchdog.map_or(CHECKUP_PAUSE, |third| third.min(CHECKUP_PAUSE))
}

/// What every request may use.
fn api(
    config: &Config,
    master: MasterToken,
    store: &Store,
    webhooks: Webhooks,
    fleet: &Fleet,
) -> Result<Api, prometheus::Error> {
    let metrics = http::metrics::Metrics::default();
    let registry = Registry::new()?;
    registry.add(store.metrics())?;
    registry.add(webhooks.metrics())?;
    registry.add(fleet.metrics.clone())?;
    registry.add(metrics.clone())?;
    let memory = Memory::new(config.memory.limit, config.small_request());
    registry.add(memory.metrics())?;
    Ok(Api {
        draining: Arc::default(),
        router: fleet.router.clone(),
        supervisor: fleet.supervisor.clone(),
        tokens: Tokens::new(store.clone()),
        store: store.clone(),
        master,
        passwords: Passwords::default(),
        webhooks,
        metrics,
        registry,
        limits: Limits::from(config),
        public_url: config.http.public_url.clone(),
        memory,
        rates: Rates::default(),
        console: Console::of(config, &fleet.feed).map(Arc::new),
        under_way: UnderWay::default(),
    })
}

/// Answers requests from now on.
fn listen(
    listener: Listener,
    api: &Data<Api>,
    config: &Config,
) -> Result<(SocketAddr, ServerHandle), AppError> {
    let address = listener.address;
    let failed = |source| AppError::Listen { address, source };
    let bound = listener.bind(api.clone(), &config.http);
    let (server, address) = bound.map_err(failed)?;
    let handle = server.handle();
    actix::spawn(async move {
        if let Err(error) = server.await {
            error!(error = %Chain(&error), "the HTTP server ended");
        }
    });
    Ok((address, handle))
}

fn create_private_folder(path: &std::path::Path) -> Result<(), AppError> {
    use std::os::unix::fs::DirBuilderExt;
    let created = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path);
    created.map_err(|source| AppError::DataDir {
        path: path.to_owned(),
        source,
    })
}

fn open_store(config: &Config) -> Result<Store, AppError> {
    let given = config
        .store
        .key_file
        .clone()
        .or_else(|| private_file::credential("store_key"));
    let key = match given {
        Some(path) => SealingKey::load(&path)?,
        None => SealingKey::of_folder(&config.data_dir)?,
    };
    let mut options = Options::new(config.data_dir.clone(), key);
    options.readers = config.store.readers.get();
    options.queue = config.store.queue.get();
    Ok(Store::open(options)?)
}
