//! GET /healthz, /readyz and /metrics — for machines that watch this one; no token needed.

use std::time::Duration;

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};
use serde_json::json;
use tracing::error;

use super::Api;
use crate::supervision::supervisor::Ping;

/// An actor that does not answer a ping in this time is not well.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// The process runs and serves HTTP.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Requests can be worked on: the store writes and reads, the supervisor answers.
pub async fn readyz(api: web::Data<Api>) -> HttpResponse {
    let supervisor = tokio::time::timeout(PING_TIMEOUT, api.supervisor.send(Ping)).await;
    let supervisor = matches!(supervisor, Ok(Ok(())));
    let store = api.store.ready().await.is_ok();
    let word = |well: bool| if well { "ok" } else { "failing" };
    let body = json!({
        "status": word(supervisor && store),
        "store": word(store),
        "supervisor": word(supervisor),
    });
    match supervisor && store {
        true => HttpResponse::Ok().json(body),
        false => HttpResponse::ServiceUnavailable().json(body),
    }
}

pub async fn metrics(api: web::Data<Api>) -> HttpResponse {
    match api.metrics.scrape(&api.store) {
        Ok(text) => HttpResponse::Ok()
            .content_type("text/plain; version=0.0.4; charset=utf-8")
            .body(text),
        Err(error) => {
            error!(error = %error, "metrics could not be written");
            HttpResponse::InternalServerError()
                .content_type(ContentType::plaintext())
                .body("")
        }
    }
}
