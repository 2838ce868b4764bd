//! GET /statuses — what others have posted and phones still show.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, Input, utc};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::report::MessageMedia;
use crate::device::session::Session;
use crate::device::session::others_statuses::OthersStatus;
use crate::failure::{Failure, Invalid};

/// Statuses in one answer, unless the request wants fewer.
const MOST: i64 = 500;
const USUALLY: i64 = 100;

/// Which of them.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetStatuses {
    /// How many; 100 unless given, at most 500.
    #[schema(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// Those before the ones of an earlier answer: its `next`.
    before: Option<i64>,
}

/// A page of them.
pub struct ListStatuses {
    limit: i64,
    before: i64,
}

/// What others have posted within the last 24 hours, the newest first.
#[derive(Serialize, ToSchema)]
#[schema(
    as = OthersStatuses,
    example = json!({
        "statuses": [{
            "message_id": "3EB0C431D17A2B6E9F0C",
            "author_pn": "5511999999999@s.whatsapp.net",
            "author_lid": "123456789012345@lid",
            "author_name": "Ana Souza",
            "message_type": "text",
            "content": "We are open on Sunday",
            "background_color": "#1E6E4F",
            "font": 0,
            "posted_at": "2026-06-15T17:32:05Z",
            "expires_at": "2026-06-16T17:32:05Z",
            "read": false
        }],
        "next": null
    })
)]
pub struct Statuses {
    statuses: Vec<Shown>,
    /// The next page is `before` this; `null`: there is none.
    next: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OthersStatus)]
struct Shown {
    message_id: String,
    /// The number of who has posted it, where it is known.
    author_pn: Option<String>,
    /// The LID of who has posted it, where it is known.
    author_lid: Option<String>,
    /// As the address book calls them, or they themselves.
    author_name: Option<String>,
    /// As `message.received` has it: `text`, `image`, `video`, `audio`, …
    message_type: String,
    /// Text or caption.
    content: Option<String>,
    /// Of a text: `#RRGGBB`, or `#AARRGGBB` of one that shines through.
    #[serde(skip_serializing_if = "Option::is_none")]
    background_color: Option<String>,
    /// Of a text: WhatsApp's number of its letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    font: Option<i32>,
    /// `GET /messages/{message_id}/media` fetches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<MessageMedia>,
    posted_at: String,
    /// When phones stop showing it.
    expires_at: String,
    /// Its author was told by `POST /statuses/{message_id}/read` that it was seen.
    read: bool,
}

impl From<OthersStatus> for Shown {
    fn from(status: OthersStatus) -> Self {
        Self {
            author_pn: status.author.phone_jid(),
            author_lid: status.author.lid_jid(),
            author_name: status.name,
            message_type: status.gist.kind,
            content: status.gist.text,
            media: status.gist.media,
            background_color: status.background.map(color),
            font: status.font,
            posted_at: utc(status.at),
            expires_at: utc(status.until),
            read: status.read,
            message_id: status.id,
        }
    }
}

/// As it is given when a status is posted.
fn color(argb: u32) -> String {
    match argb >> 24 {
        0xFF => format!("#{:06X}", argb & 0x00FF_FFFF),
        _ => format!("#{argb:08X}"),
    }
}

impl Input for GetStatuses {
    type Command = ListStatuses;

    fn check(self) -> Result<ListStatuses, Invalid> {
        let limit = self.limit.unwrap_or(USUALLY);
        if !(1..=MOST).contains(&limit) {
            let problem = format!("limit must be from 1 to {MOST}");
            return Err(Invalid::field("limit", problem));
        }
        Ok(ListStatuses {
            limit,
            before: self.before.unwrap_or(i64::MAX),
        })
    }
}

impl Command for ListStatuses {
    type Reply = Statuses;
    const SUMMARY: &'static str = "Lists what others have posted to their statuses";
    const OPERATION: Operation =
        Operation::new("statuses", Envelope::Object).failing_with("failed to list statuses");
    const PARAMS: &'static [Param] = &[Param::query("limit"), Param::query("before")];

    async fn run(self, session: Session) -> Result<Statuses, Failure> {
        let mut page = session
            .others_statuses()
            .page(self.before, self.limit + 1)
            .await?;
        let most = usize::try_from(self.limit).unwrap_or_default();
        let more = page.len() > most;
        page.truncate(most);
        let next = page.last().filter(|_| more).map(|last| last.number);
        Ok(Statuses {
            statuses: page.into_iter().map(Shown::from).collect(),
            next,
        })
    }
}
