//! Newsletters, which people know as channels.

pub mod create;
pub mod invite;
pub mod list;
pub mod media;
pub mod message;
pub mod mute;
pub mod read;
pub mod show;
pub mod subscribe;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::commands::utc;
use crate::device::session::newsletters::posts::Posted;
use crate::device::session::newsletters::{Newsletter, Picture, Written};

/// A newsletter, as all endpoints about newsletters show it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Newsletter)]
pub struct Shown {
    /// Its JID.
    id: String,
    state: State,
    thread_metadata: Thread,
    viewer_metadata: Viewer,
}

/// Whether it is there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewsletterState)]
struct State {
    /// `active`, `suspended`, `geosuspended`, or another word of WhatsApp's, in lower case.
    #[schema(example = "active")]
    r#type: String,
}

/// What it says of itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewsletterThread)]
struct Thread {
    /// RFC 3339, UTC.
    creation_time: Option<String>,
    name: Text,
    description: Text,
    /// The code that invites to it.
    invite: Option<String>,
    picture: Option<Image>,
    /// How many follow it; null on lists, where WhatsApp does not tell.
    subscribers_count: Option<u64>,
    /// `unverified` or `verified`.
    verification: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewsletterText)]
struct Text {
    text: String,
    /// WhatsApp's mark of this text.
    id: Option<String>,
    /// When it was written: RFC 3339, UTC.
    update_time: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewsletterPicture)]
struct Image {
    /// WhatsApp's mark of this picture.
    id: Option<String>,
    /// Its path on WhatsApp's media hosts, such as `mmg.whatsapp.net`.
    direct_path: String,
}

/// What the account is in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewsletterViewer)]
struct Viewer {
    /// `on` or `off`: whether its posts are announced to the account no longer.
    #[schema(example = "off")]
    mute: Option<&'static str>,
    /// `owner`, `admin`, `subscriber` or `guest`, or another word of WhatsApp's, in lower case.
    #[schema(example = "owner")]
    role: Option<String>,
}

impl Shown {
    /// For the API's document.
    pub fn example() -> Value {
        let text = |text: &str| json!({ "text": text, "id": "1750000000000000", "update_time": "2026-06-15T12:00:00Z" });
        json!({
            "id": "120363021234567890@newsletter",
            "state": { "type": "active" },
            "thread_metadata": {
                "creation_time": "2026-06-15T12:00:00Z",
                "name": text("Shop news"),
                "description": text("What is new in the shop"),
                "invite": "0029Va4K0PZ5a245NkngBA2M",
                "picture": null,
                "subscribers_count": 42,
                "verification": "unverified"
            },
            "viewer_metadata": { "mute": "off", "role": "owner" }
        })
    }
}

impl From<Newsletter> for Shown {
    fn from(newsletter: Newsletter) -> Self {
        Self {
            id: newsletter.jid,
            state: State {
                r#type: newsletter.state,
            },
            thread_metadata: Thread {
                creation_time: newsletter.created_at.map(utc),
                name: newsletter.name.into(),
                description: newsletter.description.into(),
                invite: newsletter.invite,
                picture: newsletter.picture.map(Image::from),
                subscribers_count: newsletter.subscribers,
                verification: newsletter.verification,
            },
            viewer_metadata: Viewer {
                mute: newsletter
                    .muted
                    .map(|muted| if muted { "on" } else { "off" }),
                role: newsletter.role,
            },
        }
    }
}

impl From<Written> for Text {
    fn from(written: Written) -> Self {
        Self {
            text: written.text,
            id: written.id,
            update_time: written.at.map(|at: DateTime<Utc>| utc(at)),
        }
    }
}

impl From<Picture> for Image {
    fn from(picture: Picture) -> Self {
        Self {
            id: picture.id,
            direct_path: picture.direct_path,
        }
    }
}

/// One newsletter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OneNewsletter, example = json!({"newsletter": Shown::example()}))]
pub struct One {
    newsletter: Shown,
}

impl From<Newsletter> for One {
    fn from(newsletter: Newsletter) -> Self {
        Self {
            newsletter: newsletter.into(),
        }
    }
}

/// Something that WhatsApp has taken for a newsletter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = NewsletterPost,
    example = json!({
        "message_id": "3EB0C431D17A2B6E9F0C",
        "timestamp": "2026-06-15T17:32:05Z",
        "newsletter": "120363021234567890@newsletter",
        "status_type": "text",
        "server_id": 101
    })
)]
pub struct SentPost {
    /// WhatsApp knows it by this id.
    message_id: String,
    /// When WhatsApp accepted it.
    timestamp: String,
    /// The newsletter's JID.
    newsletter: String,
    /// `text`, or of media its type.
    status_type: &'static str,
    /// The number of the post in its newsletter, by which its readers name it; null where WhatsApp does not tell.
    server_id: Option<u64>,
}

impl SentPost {
    fn new(posted: Posted, newsletter: String, status_type: &'static str) -> Self {
        Self {
            message_id: posted.ack.message_id,
            timestamp: utc(posted.ack.at),
            newsletter,
            status_type,
            server_id: posted.server_id,
        }
    }
}
