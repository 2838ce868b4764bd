//! The simulated WhatsApp: a server in its own right that happens to be small.
//!
//! It speaks the real protocol on loopback: Noise, binary stanzas, pairing, pre-keys, app state,
//! and messages that it cannot read. Behind every account is a phone, a real Signal peer, and a test
//! reads what that phone decrypted. Nothing here relies on what wutsd's own client happens to send.

mod account;
mod address;
mod after;
mod appstate;
mod calls;
mod certificate;
mod channel;
mod channels;
mod companion;
mod connection;
mod control;
mod counters;
mod deliveries;
mod device_list;
mod edit;
mod error;
mod faults;
mod group;
mod groups;
mod iq;
mod keys;
mod link;
mod mail;
mod media;
mod media_http;
mod noise;
mod numbers;
mod pairing;
mod passkey;
mod persistence;
mod phone;
mod queries;
mod refused;
mod registration;
mod routing;
mod server;
mod settings;
mod shared;
mod stanza;
mod subscriptions;
mod usync;
mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use tokio::sync::watch;

use persistence::{Progress, Writer};
use shared::Shared;
use world::World;

pub use error::SandboxError;

/// What the simulator is started with.
pub struct Options {
    /// A loopback address; port 0 takes any free port.
    pub listen: SocketAddr,
    /// Where accounts, devices and keys are kept. `None`: only in memory.
    pub data: Option<PathBuf>,
}

/// Where a running simulator is found.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// `ws://127.0.0.1:9090/ws/chat`
    pub ws: String,
    /// `http://127.0.0.1:9090/control`
    pub control: String,
    /// The root of its Noise certificates: 64 hex digits.
    pub root_public_key: String,
}

/// A running simulated WhatsApp.
pub struct Simulator {
    addresses: Addresses,
    shutdown: watch::Sender<bool>,
    server: ServerHandle,
    shared: Arc<Shared>,
}

impl Simulator {
    /// Starts the server on a thread of its own. Called inside an actix runtime.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        let listener = server::bind(options.listen)?;
        let failed = |source| SandboxError::Bind {
            address: options.listen,
            source,
        };
        let host = listener.local_addr().map_err(failed)?.to_string();
        let progress = Progress::default();
        let (mut world, writer) = match &options.data {
            Some(folder) => {
                let (writer, records) = Writer::open(folder, progress.clone())?;
                (World::restore(records)?, Some(writer))
            }
            None => (World::new(certificate::ServerKeys::generate(), false), None),
        };
        world.listens_on(&host);
        let addresses = Addresses {
            ws: format!("ws://{host}/ws/chat"),
            control: format!("http://{host}/control"),
            root_public_key: hex::encode(world.keys().root_public_key()),
        };
        let shared = Arc::new(Shared::new(world, writer, progress));
        // Keys that were made just now are kept before anybody sees them.
        shared.with(|_| ());
        let (shutdown, watcher) = watch::channel(false);
        let server =
            server::build(listener, shared.clone(), watcher).map_err(SandboxError::Start)?;
        let handle = server.handle();
        actix_web::rt::spawn(server);
        tracing::info!(address = %host, "the simulated WhatsApp listens");
        Ok(Self {
            addresses,
            shutdown,
            server: handle,
            shared,
        })
    }

    /// Where it is found; the ports are the real ones.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Closes every connection, then writes what is still to be written. Takes a few seconds at most.
    pub async fn stop(self) {
        self.shutdown.send_replace(true);
        server::stop(self.server).await;
        self.shared.close();
    }
}
