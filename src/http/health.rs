//! GET /healthz, /readyz and /metrics — for machines that watch this one; no token needed.

use std::time::Duration;

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use tracing::error;
use utoipa::ToSchema;

use super::Api;
use super::openapi::about::About;
use crate::supervision::supervisor::Ping;
use crate::telemetry::Chain;

/// An actor that does not answer a ping in this time is not well.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Serialize, ToSchema)]
#[schema(as = Alive)]
struct Health {
    /// `ok`
    status: &'static str,
}

/// Each is `ok` or `failing`.
#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
struct Readiness {
    status: &'static str,
    store: &'static str,
    supervisor: &'static str,
}

pub fn about_healthz() -> About {
    About::open("Tells that the process runs").answers::<Health>(200)
}

/// The process runs and serves HTTP.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

pub fn about_readyz() -> About {
    About::open("Tells whether requests can be worked on")
        .answers::<Readiness>(200)
        .answers::<Readiness>(503)
}

/// Requests can be worked on: the store writes and reads, the supervisor answers.
pub async fn readyz(api: web::Data<Api>) -> HttpResponse {
    let supervisor = tokio::time::timeout(PING_TIMEOUT, api.supervisor.send(Ping)).await;
    let supervisor = matches!(supervisor, Ok(Ok(())));
    let store = api.store.ready().await.is_ok();
    let word = |well: bool| if well { "ok" } else { "failing" };
    let body = Readiness {
        status: word(supervisor && store),
        store: word(store),
        supervisor: word(supervisor),
    };
    match supervisor && store {
        true => HttpResponse::Ok().json(body),
        false => HttpResponse::ServiceUnavailable().json(body),
    }
}

pub fn about_metrics() -> About {
    About::open("Shows the metrics in Prometheus' text format").answers_text()
}

pub async fn metrics(api: web::Data<Api>) -> HttpResponse {
    match api.registry.scrape() {
        Ok(text) => HttpResponse::Ok()
            .content_type("text/plain; version=0.0.4; charset=utf-8")
            .body(text),
        Err(error) => {
            error!(error = %Chain(&error), "metrics could not be written");
            HttpResponse::InternalServerError()
                .content_type(ContentType::plaintext())
                .body("")
        }
    }
}
