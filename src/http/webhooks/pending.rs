//! POST /user/webhook — the webhook that devices which the caller makes from now on begin with.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OPERATION;
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::{Api, body, envelope};
use crate::webhooks::catalog::EventSet;

const MESSAGE: &str = "Webhook URL configured. It will be automatically applied to new devices with ALL available events";

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetWebhookUrl, example = json!({"webhook_url": "https://app.example.com/webhook"}))]
pub struct SetUrl {
    /// An `https://` URL.
    pub webhook_url: String,
}

#[derive(Serialize, ToSchema)]
#[schema(
    as = PendingWebhookAccepted,
    example = json!({
        "message": "Webhook URL configured. It will be automatically applied to new devices with ALL available events",
        "data": {
            "webhook_url": "https://app.example.com/webhook",
            "available_events": ["message.received"],
            "events_count": 58
        }
    })
)]
struct Accepted {
    message: &'static str,
    data: Pending,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PendingWebhook)]
struct Pending {
    webhook_url: String,
    available_events: Vec<&'static str>,
    events_count: usize,
}

pub fn about() -> About {
    let summary = "Sets the webhook that devices which the caller makes from now on begin with";
    About::new(summary, &OPERATION)
        .takes::<SetUrl>()
        .gives::<Accepted>()
}

pub async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    envelope::respond(&OPERATION, set(&request, payload, &api).await)
}

async fn set(request: &HttpRequest, payload: web::Payload, api: &Api) -> Result<Accepted, Failure> {
    let caller = api.caller(request).await?;
    let wanted: SetUrl = body::json(request, payload, &api.limits).await?;
    let url = api.webhooks.check_url(&wanted.webhook_url)?;
    let set = api
        .store
        .set_pending_webhook(caller.tenant, caller.user, url.as_str());
    set.await
        .map_err(|error| Failure::of_store("a webhook could not be stored", &error))?;
    let available_events = EventSet::all().names();
    Ok(Accepted {
        message: MESSAGE,
        data: Pending {
            webhook_url: url.into(),
            events_count: available_events.len(),
            available_events,
        },
    })
}
