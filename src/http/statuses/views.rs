//! GET /status/{message_id}/views — who has got and seen an own status.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::time;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::known_as::KnownAs;
use crate::device::life::contact::{Contact, Names};
use crate::device::life::jobs::message_meant;
use crate::device::session::status::delete::UNKNOWN;
use crate::failure::{Failure, Invalid};
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Caller;
use crate::store::status_views::{Page, StatusView};
use crate::store::{DeviceNumber, Store, StoreError};

/// People in one answer, unless the request wants fewer.
const MOST: i64 = 1000;
const USUALLY: i64 = 100;

/// Which status, and which of those who have it.
#[derive(Deserialize, ToSchema)]
pub struct GetStatusViews {
    /// The message's id, or the `job_id` that came with it.
    #[schema(example = "3EB0C431D17A2B6E9F0C")]
    message_id: String,
    /// How many people; 100 unless given, at most 1,000.
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
    /// Those after the ones of an earlier answer: its `next`.
    after: Option<i64>,
    /// Only those who have seen it.
    viewed: Option<bool>,
}

/// Who has got and seen a status, in the order in which they were first heard of.
#[derive(Serialize, ToSchema)]
#[schema(
    as = StatusViews,
    example = json!({
        "message_id": "3EB0C431D17A2B6E9F0C",
        "counts": {"delivered": 2, "viewed": 1},
        "views": [{
            "pn": "5511999999999@s.whatsapp.net",
            "lid": "123456789012345@lid",
            "name": "Ana Souza",
            "delivered_at": "2026-06-15T14:32:06-03:00",
            "viewed_at": "2026-06-15T14:40:00-03:00"
        }],
        "next": null
    })
)]
pub struct Views {
    message_id: String,
    counts: Counts,
    views: Vec<View>,
    /// The next page is `after` this; `null`: there is none.
    next: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StatusCounts)]
struct Counts {
    /// How many have it on a device.
    delivered: i64,
    /// How many have seen it; who hides that from others is not among them.
    viewed: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StatusView)]
struct View {
    /// The number, where it is known.
    pn: Option<String>,
    /// The LID, where it is known.
    lid: Option<String>,
    /// As the address book calls them, or else they themselves.
    name: Option<String>,
    delivered_at: Option<String>,
    viewed_at: Option<String>,
}

impl Endpoint for GetStatusViews {
    type Caller = Caller;
    type Reply = Views;
    const SUMMARY: &'static str = "Shows who has got and seen a status of this account";
    const OPERATION: Operation = Operation::new("status_views", Envelope::Object);
    const PARAMS: &'static [Param] = &[
        Param::path("message_id"),
        Param::query("limit"),
        Param::query("after"),
        Param::query("viewed"),
    ];

    fn refusals() -> Vec<Failure> {
        vec![UNKNOWN]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Views, Failure> {
        let limit = self.limit.unwrap_or(USUALLY);
        if !(1..=MOST).contains(&limit) {
            let problem = format!("limit must be from 1 to {MOST}");
            return Err(Invalid::field("limit", problem).into());
        }
        let id = message_meant(&self.message_id);
        let page = Page {
            after: self.after.unwrap_or_default(),
            viewed: self.viewed.unwrap_or_default(),
            limit: limit + 1,
        };
        let store = &context.api.store;
        let not_read = |error: StoreError| {
            Failure::of_store("who has seen a status could not be looked up", &error)
        };
        let found = store
            .status_views::<KnownAs>(&context.caller, id, page)
            .await;
        let mut found = found.map_err(not_read)?.ok_or(UNKNOWN)?;
        let most = usize::try_from(limit).unwrap_or_default();
        let more = found.views.len() > most;
        found.views.truncate(most);
        let next = found.views.last().filter(|_| more).map(|last| last.number);
        let views = named(store, found.device, found.views).await;
        Ok(Views {
            message_id: id.to_owned(),
            counts: Counts {
                delivered: found.delivered,
                viewed: found.viewed,
            },
            views: views.map_err(not_read)?,
            next,
        })
    }
}

/// With what the address book calls them.
async fn named(
    store: &Store,
    device: DeviceNumber,
    views: Vec<StatusView<KnownAs>>,
) -> Result<Vec<View>, StoreError> {
    let names = |view: &StatusView<KnownAs>| [view.who.phone_jid(), view.who.lid_jid()];
    let jids: Vec<String> = views.iter().flat_map(names).flatten().collect();
    let contacts = store.contacts_of::<Contact, Names>(device, &jids).await?;
    let view = |view: StatusView<KnownAs>| {
        let contact = names(&view)
            .into_iter()
            .flatten()
            .find_map(|jid| contacts.get(&jid));
        View {
            name: contact.and_then(|(contact, names)| contact.called(names.as_ref())),
            pn: view.who.phone_jid(),
            lid: view.who.lid_jid(),
            delivered_at: view.delivered_at.and_then(time),
            viewed_at: view.viewed_at.and_then(time),
        }
    };
    Ok(views.into_iter().map(view).collect())
}
