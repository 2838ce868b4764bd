//! The HTTP API: server wiring and limits.

pub mod auth;
pub mod body;
pub mod connection;
pub mod console;
pub mod cors;
pub mod crowd;
pub mod detached;
pub mod devices;
pub mod endpoint;
pub mod envelope;
pub mod execute;
pub mod expiry;
pub mod health;
pub mod idempotency;
pub mod input;
pub mod links;
pub mod messages;
pub mod metrics;
pub mod observe;
pub mod on_device;
pub mod openapi;
pub mod paging;
pub mod qr_image;
pub mod routes;
pub mod ryze;
pub mod statuses;
pub mod table;
pub mod tenants;
pub mod tokens;
pub mod users;
pub mod webhooks;
pub mod which;
pub mod wire;

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix::{Addr, Handler, Message};
use actix_web::dev::Server;
use actix_web::middleware::{Condition, NormalizePath, TrailingSlash, from_fn};
use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, HttpServer};
use utoipa::openapi::OpenApi;

use self::connection::{Clocks, Connection};
use self::console::Console;
use self::crowd::Crowd;
use self::endpoint::Admitted;
use self::idempotency::UnderWay;
use self::metrics::Metrics;
use self::ryze::rates::Rates;
use crate::accounts::master::MasterToken;
use crate::accounts::passwords::Passwords;
use crate::accounts::tokens::Tokens;
pub use crate::config::UnknownFields;
use crate::config::{self, Config};
use crate::failure::Failure;
use crate::memory::{Memory, Permit};
use crate::metrics::Registry;
use crate::store::Store;
use crate::supervision::router::Router;
use crate::supervision::supervisor::Supervisor;
use crate::webhooks::Webhooks;

/// Connections at the same time at the listener for health.
const WATCHERS: NonZeroUsize = NonZeroUsize::new(64).expect("not 0");

/// What every request may use.
pub struct Api {
    pub router: Addr<Router>,
    pub supervisor: Addr<Supervisor>,
    pub store: Store,
    pub tokens: Tokens,
    pub master: MasterToken,
    pub passwords: Passwords,
    pub webhooks: Webhooks,
    pub metrics: Metrics,
    /// All that `/metrics` shows.
    pub registry: Registry,
    pub limits: Limits,
    /// What links begin with, without a slash at its end; `None`: as their maker has called the daemon.
    pub public_url: Option<String>,
    /// What callers may make the daemon hold.
    pub memory: Memory,
    pub rates: Rates,
    /// The page for people; `None`: there is none.
    pub console: Option<Arc<Console>>,
    /// Requests under a key.
    pub under_way: UnderWay,
    /// Set when the daemon stops: every answer is then the last one on its connection.
    pub draining: Arc<AtomicBool>,
}

impl Api {
    /// Asks the supervisor.
    pub async fn ask<M>(&self, message: M) -> Result<M::Result, Failure>
    where
        Supervisor: Handler<M>,
        M: Message<Result: Send> + Send + 'static,
    {
        let answer = self.supervisor.send(message).await;
        answer.map_err(|error| Failure::internal("the supervisor did not answer", &error))
    }

    /// For what this caller makes the daemon hold; for nothing yet.
    pub fn room(&self, caller: &impl Admitted) -> Permit {
        self.memory.permit(caller.holder())
    }
}

/// The clocks and sizes of requests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes.
    pub body: usize,
    pub body_timeout: Duration,
    /// Bytes, for commands with media: base64 is a third larger.
    pub large_body: usize,
    pub command: Duration,
    pub large_command: Duration,
    /// The same for one that goes on as a job.
    pub job: Duration,
    pub connect: Duration,
    pub pairing: Duration,
    /// The whole request, whatever it waits for.
    pub request: Duration,
    pub unknown_fields: UnknownFields,
}

impl From<&Config> for Limits {
    fn from(config: &Config) -> Self {
        Self {
            body: config.http.body_limit,
            body_timeout: config.http.body_timeout,
            large_body: config.large_body_limit(),
            command: config.whatsapp.command_timeout,
            large_command: config.media.command_timeout,
            job: config.media.job_timeout,
            connect: config.whatsapp.connect_timeout,
            pairing: config.whatsapp.pairing_timeout,
            request: config.http.request_timeout,
            unknown_fields: config.http.unknown_fields,
        }
    }
}

/// The API's document.
pub fn document() -> OpenApi {
    openapi::document(routes::areas())
}

/// One of the addresses at which the daemon answers.
pub struct Listener {
    /// Port 0 takes any free port.
    pub address: SocketAddr,
    /// Threads that serve it.
    workers: usize,
    /// Connections at the same time.
    connections: NonZeroUsize,
    connections_per_peer: Option<NonZeroUsize>,
    routes: fn(&mut ServiceConfig),
}

impl Listener {
    /// For everybody.
    pub fn api(config: &Config) -> Self {
        let http = &config.http;
        Self {
            address: http.listen,
            workers: http.workers.get(),
            connections: http.connections,
            connections_per_peer: http.connections_per_peer,
            routes: match config.console.enabled {
                true => routes::configure_with_console,
                false => routes::configure,
            },
        }
    }

    /// For whoever watches the daemon: no crowd at the API can fill it.
    pub fn health(config: &config::Http) -> Option<Self> {
        Some(Self {
            address: config.health_listen?,
            workers: 1,
            connections: WATCHERS,
            connections_per_peer: None,
            routes: routes::configure_health,
        })
    }

    /// Binds it. It answers as soon as the returned server is awaited.
    pub fn bind(self, api: Data<Api>, config: &config::Http) -> io::Result<(Server, SocketAddr)> {
        let origins = config.cors_origins.clone();
        let crowd = Crowd::new(self.connections.get(), self.connections_per_peer);
        let clocks = Clocks {
            head: config.header_timeout,
            keep_alive: config.keep_alive,
            age: config.connection_age,
        };
        let server = HttpServer::new(move || {
            App::new()
                .app_data(api.clone())
                // `//contacts` is what a base URL with a slash at its end makes of `/contacts`.
                .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
                .wrap(Condition::new(!origins.is_empty(), cors::allow(&origins)))
                .wrap(from_fn(observe::observe))
                .configure(self.routes)
        })
        .workers(self.workers)
        .max_connections(self.connections.get().div_ceil(self.workers))
        .client_request_timeout(clocks.head)
        .keep_alive(clocks.keep_alive)
        .on_connect(move |stream, data| Connection::begin(stream, data, &crowd, clocks))
        .shutdown_timeout(config.shutdown_grace.as_secs().max(1))
        .disable_signals()
        .bind(self.address)?;
        let address = server.addrs().first().copied().unwrap_or(self.address);
        Ok((server.run(), address))
    }
}
