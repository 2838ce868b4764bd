//! The HTTP API: server wiring, limits, request ids.

pub mod auth;
pub mod body;
pub mod envelope;
pub mod execute;
pub mod health;
pub mod instances;
pub mod openapi;
pub mod qr_image;
pub mod query;
pub mod routes;
mod stored;
pub mod tenants;
pub mod uninterrupted;
pub mod users;
pub mod webhooks;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::Addr;
use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpServer, web};
use uuid::Uuid;

use crate::accounts::master::MasterToken;
use crate::accounts::passwords::Passwords;
use crate::accounts::tokens::Tokens;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::store::Store;
use crate::supervision::router::Router;
use crate::supervision::supervisor::Supervisor;
use crate::webhooks::Webhooks;

/// What every request may use.
pub struct Api {
    pub router: Addr<Router>,
    pub supervisor: Addr<Supervisor>,
    pub store: Store,
    pub tokens: Tokens,
    pub master: MasterToken,
    pub passwords: Passwords,
    pub webhooks: Webhooks,
    pub metrics: Arc<Metrics>,
    pub limits: Limits,
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
    pub connect: Duration,
    pub pairing: Duration,
}

impl From<&Config> for Limits {
    fn from(config: &Config) -> Self {
        Self {
            body: config.http.body_limit,
            body_timeout: config.http.body_timeout,
            large_body: config
                .http
                .body_limit
                .saturating_add(config.media.limit / 3 * 4),
            command: config.whatsapp.command_timeout,
            large_command: config.media.command_timeout,
            connect: config.whatsapp.connect_timeout,
            pairing: config.whatsapp.pairing_timeout,
        }
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Binds the API. It answers as soon as the returned server is awaited.
pub fn bind(api: Api, config: &Config) -> io::Result<(Server, SocketAddr)> {
    let api = web::Data::new(api);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(api.clone())
            .wrap(from_fn(observe))
            .configure(routes::configure)
    })
    .workers(config.http.workers.get())
    .client_request_timeout(config.http.header_timeout)
    .shutdown_timeout(config.http.shutdown_grace.as_secs().max(1))
    .disable_signals()
    .bind(config.http.listen)?;
    let address = server
        .addrs()
        .first()
        .copied()
        .unwrap_or(config.http.listen);
    Ok((server.run(), address))
}

/// Counts and times every request, and gives it an id that the caller can quote.
async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let api = request.app_data::<web::Data<Api>>().cloned();
    let mut response = next.call(request).await?;
    if let Some(api) = api {
        // The pattern, not the path: paths hold ids.
        let route = response
            .request()
            .match_pattern()
            .unwrap_or_else(|| "unknown".into());
        let status = response.status();
        let labels = [route.as_str(), status.as_str()];
        api.metrics.http_requests.with_label_values(&labels).inc();
        let duration = api.metrics.http_duration.with_label_values(&labels[..1]);
        duration.observe(started.elapsed().as_secs_f64());
    }
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    Ok(response)
}
