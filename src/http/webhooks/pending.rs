//! POST /user/webhook — the webhook that devices which the caller makes from now on begin with.

use actix_web::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::store::accounts::{Caller, Scope};
use crate::webhooks::catalog::EventSet;

const MESSAGE: &str = "Webhook URL configured. It will be automatically applied to new devices with ALL available events";

#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"webhook_url": "https://app.example.com/webhook"}))]
pub struct SetUserWebhookUrl {
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
pub struct Accepted {
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

impl Endpoint for SetUserWebhookUrl {
    type Caller = Caller;
    type Reply = Accepted;
    const SUMMARY: &'static str =
        "Sets the webhook that devices which the caller makes from now on begin with";
    const OPERATION: Operation = Operation::new("webhook", Envelope::Flat);

    fn needs(_: &Method) -> Needs {
        Needs::AllDevices(Scope::Manage)
    }

    async fn answer(self, context: Context<Caller>) -> Result<Accepted, Failure> {
        let Context { api, caller, .. } = context;
        api.webhooks.check_url(&self.webhook_url)?;
        let set = api
            .store
            .set_pending_webhook(caller.tenant, caller.user, &self.webhook_url);
        set.await
            .map_err(|error| Failure::of_store("a webhook could not be stored", &error))?;
        let available_events = EventSet::all().names();
        Ok(Accepted {
            message: MESSAGE,
            data: Pending {
                webhook_url: self.webhook_url,
                events_count: available_events.len(),
                available_events,
            },
        })
    }
}
