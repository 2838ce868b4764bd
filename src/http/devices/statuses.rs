//! GET /devices/{deviceID}/statuses — what a device has posted lately and how far it is, the newest first.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DEVICE, in_path};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::paging::Paging;
use crate::http::statuses::show::Progress;
use crate::http::which::NOT_FOUND;
use crate::store::accounts::Caller;

#[derive(Deserialize, ToSchema)]
pub struct GetDeviceStatuses {
    /// One of the caller's devices.
    #[serde(rename = "deviceID")]
    pub device: String,
    /// How many at most; 50 unless given, never more than 200.
    pub limit: Option<i64>,
    /// Those before the ones of an earlier answer: its `next`.
    pub before: Option<i64>,
}

/// Each is known for a day after its end.
#[derive(Serialize, ToSchema)]
#[schema(
    as = DeviceStatuses,
    example = json!({
        "statuses": [{
            "message_id": "3EB0C431D17A2B6E9F0C",
            "state": "sent",
            "recipients": 12,
            "sent_to": 12,
            "posted_at": "2026-06-15T14:32:05-03:00"
        }],
        "next": null
    })
)]
pub struct Statuses {
    statuses: Vec<Progress>,
    /// The next page is `before` this; `null`: there is none.
    next: Option<i64>,
}

impl Endpoint for GetDeviceStatuses {
    type Caller = Caller;
    type Reply = Statuses;
    const SUMMARY: &'static str = "Lists what a device has posted lately, the newest first";
    const OPERATION: Operation = Operation::new("statuses", Envelope::Flat);
    const PARAMS: &'static [Param] = &[DEVICE, Param::query("limit"), Param::query("before")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Statuses, Failure> {
        let device = in_path(&context.api, context.caller, &self.device).await?;
        let page = Paging::new(self.limit, self.before);
        let found = context.api.store.posted(device, page.before, page.read());
        let found = found
            .await
            .map_err(|error| Failure::of_store("statuses could not be listed", &error))?;
        let (found, next) = page.cut(found, |(number, _)| *number);
        Ok(Statuses {
            statuses: found.into_iter().map(|(_, known)| known.into()).collect(),
            next,
        })
    }
}
