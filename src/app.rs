//! The daemon as a whole: built in order, taken down in reverse.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr};
use actix_web::dev::ServerHandle;
use chrono::Utc;
use tokio::sync::Semaphore;
use tracing::{debug, error, info, warn};

use crate::accounts::master::{self, MasterToken, MasterTokenError};
use crate::accounts::passwords::Passwords;
use crate::accounts::tokens::Tokens;
use crate::config::Config;
use crate::device::client::Shared;
use crate::device::fetch::Fetcher;
use crate::device::version::Version;
use crate::http::ryze::rates::Rates;
use crate::http::{self, Api, Limits};
use crate::media::download::Downloader;
use crate::metrics::Metrics;
use crate::open_files;
use crate::store::{Options, SealingKey, Store, StoreError};
use crate::supervision::router::Router;
use crate::supervision::supervisor::{Adopt, StopAll, Supervisor};
use crate::webhooks::Webhooks;
use crate::webhooks::dispatcher::{self, Dispatcher};

/// How often old records are looked for.
const SWEEP_PAUSE: Duration = Duration::from_secs(300);
/// Devices say goodbye within five seconds each, all at the same time.
const LIVES_TIMEOUT: Duration = Duration::from_secs(8);

#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("cannot create the data folder {}: {source}", path.display())]
    DataDir { path: PathBuf, source: io::Error },
    #[error(transparent)]
    MasterToken(#[from] MasterTokenError),
    #[error("the store cannot be opened: {0}")]
    Store(#[from] StoreError),
    #[error("the HTTP client cannot be built: {0}")]
    Client(#[from] reqwest::Error),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    #[error(transparent)]
    Webhooks(#[from] dispatcher::StartError),
    #[error("metrics cannot be set up: {0}")]
    Metrics(#[from] prometheus::Error),
    #[error("cannot listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
}

/// A running daemon.
pub struct App {
    /// Where the API listens.
    pub address: SocketAddr,
    server: ServerHandle,
    supervisor: Addr<Supervisor>,
    store: Store,
    dispatcher: Dispatcher,
}

impl App {
    /// Starts everything. When this returns the API answers, and the devices are on their way.
    pub async fn start(config: Config) -> Result<Self, AppError> {
        open_files::take_all();
        create_private_folder(&config.data_dir)?;
        let master = MasterToken::load(&config)?;
        let store = open_store(&config)?;
        let metrics = Arc::new(Metrics::new()?);
        let (webhooks, intake) = Webhooks::new(store.clone(), &config.webhooks, metrics.clone());
        let shared = share(&config, store.clone(), webhooks.clone())?;
        let tls = (*shared.tls).clone();
        let dispatcher = dispatcher::start(webhooks.clone(), intake, &config.webhooks, tls).await?;
        let shared = Arc::new(shared);

        let router = Router::new(config.supervision.commands_per_device.get()).start();
        let supervision = &config.supervision;
        let supervisor =
            Supervisor::new(supervision, shared, router.clone(), metrics.clone()).start();
        let devices = store.devices().await?;
        info!(devices = devices.len(), "devices loaded");
        for device in devices {
            supervisor.do_send(Adopt(device));
        }

        let api = Api {
            router,
            supervisor: supervisor.clone(),
            tokens: Tokens::new(store.clone()),
            store: store.clone(),
            master,
            passwords: Passwords::default(),
            webhooks,
            metrics,
            limits: Limits::from(&config),
            room: Arc::new(Semaphore::new(config.http.bodies_in_memory)),
            rates: Rates::default(),
        };
        let listen = |source| AppError::Listen {
            address: config.http.listen,
            source,
        };
        let (server, address) = http::bind(api, &config).map_err(listen)?;
        let handle = server.handle();
        actix::spawn(async move {
            if let Err(error) = server.await {
                error!(error = %error, "the HTTP server ended");
            }
        });
        actix::spawn(sweep(store.clone()));
        info!(address = %address, "API listens");
        Ok(Self {
            address,
            server: handle,
            supervisor,
            store,
            dispatcher,
        })
    }

    /// Returns when the daemon cannot go on: without the store nothing may be acknowledged, without the dispatcher
    /// nothing is told.
    pub async fn failed(&mut self) {
        tokio::select! {
            () = self.store.ended() => {}
            () = self.dispatcher.ended() => {}
        }
    }

    /// Lets requests under way finish, closes all connections, and closes the store.
    pub async fn shutdown(self) {
        self.server.stop(true).await;
        let lives = tokio::time::timeout(LIVES_TIMEOUT, self.supervisor.send(StopAll)).await;
        if !matches!(lives, Ok(Ok(()))) {
            warn!("some devices did not close in time");
        }
        // After the devices, whose last words are events too; what is not delivered now waits for the next start.
        self.dispatcher.stop().await;
        self.store.close().await;
        info!("stopped");
    }
}

/// Removes old records of all devices, once in a while. Ends with the runtime.
async fn sweep(store: Store) {
    let mut pause = tokio::time::interval(SWEEP_PAUSE);
    loop {
        pause.tick().await;
        match store.sweep(Utc::now().timestamp()).await {
            Ok(0) => {}
            Ok(removed) => debug!(removed, "old records removed"),
            Err(StoreError::Closed) => return,
            Err(error) => warn!(error = %error, "old records could not be removed"),
        }
    }
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
        .or_else(|| master::credential("store_key"));
    let key = match given {
        Some(path) => SealingKey::load(&path)?,
        None => SealingKey::load_or_generate(&config.data_dir.join("store.key"))?,
    };
    let mut options = Options::new(config.data_dir.clone(), key);
    options.readers = config.store.readers.get();
    options.queue = config.store.queue.get();
    Ok(Store::open(options)?)
}

/// What is made once for all devices, TLS above all: it is the largest piece.
pub(crate) fn share(config: &Config, store: Store, webhooks: Webhooks) -> Result<Shared, AppError> {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let plain = config.whatsapp.url.scheme() == "ws";
    let fetcher = Arc::new(Fetcher::new(tls.clone(), plain)?);
    let downloader = Downloader::new(&config.media, tls.clone())?;
    Ok(Shared {
        store,
        whatsapp: config.whatsapp.clone(),
        tls: Arc::new(tls),
        version: Version::new(fetcher.clone()),
        fetcher,
        downloader: Arc::new(downloader),
        webhooks,
    })
}
