//! `/control/webhooks`: somebody's server that takes webhooks, so that a newcomer sees them without having one.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::answer::{Answer, Data, parse};

pub async fn receive(shared: Data, request: HttpRequest, body: web::Bytes) -> Answer {
    let body: Value = parse(&body)?;
    let header = |name: &str| {
        request
            .headers()
            .get(name)?
            .to_str()
            .ok()
            .map(str::to_owned)
    };
    let received = json!({
        "webhook-id": header("webhook-id"),
        "webhook-timestamp": header("webhook-timestamp"),
        "webhook-signature": header("webhook-signature"),
        "body": body,
    });
    shared.with(|world| world.keep_webhook(received));
    Ok(HttpResponse::NoContent().finish())
}

/// In the order in which they came.
pub async fn list(shared: Data) -> Answer {
    let received = shared.with(|world| world.webhooks().clone());
    Ok(HttpResponse::Ok().json(json!({ "webhooks": received })))
}

pub async fn clear(shared: Data) -> Answer {
    shared.with(|world| world.forget_webhooks());
    Ok(HttpResponse::NoContent().finish())
}
