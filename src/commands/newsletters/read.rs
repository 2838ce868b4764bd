//! POST /newsletters/{jid}/read — the account has seen posts of a newsletter, and is counted among their viewers.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::newsletters::NOT_FOUND;
use crate::failure::{Failure, Invalid};
use crate::jid::{Newsletter, NewsletterJid};

/// As many as WhatsApp's own clients put into one receipt.
const MOST: usize = 256;

/// Which posts.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"server_ids": ["101", "102"]}))]
pub struct MarkNewsletterRead {
    /// The newsletter's JID.
    #[schema(value_type = String, example = "120363021234567890@newsletter")]
    jid: NewsletterJid,
    /// 1 to 256 numbers of posts, as `message.received` has them in `server_id`.
    server_ids: Vec<ServerId>,
}

/// The number of a post in its newsletter, as a text or a number.
#[derive(Clone, Copy, Debug)]
struct ServerId(u32);

impl<'de> Deserialize<'de> for ServerId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text.trim().parse().ok(),
            number => number.as_u64(),
        };
        let number = number.and_then(|number: u64| u32::try_from(number).ok());
        let number = number.filter(|number| *number > 0);
        let wrong = || D::Error::custom("must be the number of a post, like \"101\"");
        number.map(Self).ok_or_else(wrong)
    }
}

impl PartialSchema for ServerId {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.examples(["101"]).into()
    }
}

impl ToSchema for ServerId {
    fn name() -> Cow<'static, str> {
        "ServerId".into()
    }
}

/// Posts that the account has seen.
pub struct View {
    newsletter: NewsletterJid,
    server_ids: Vec<u32>,
}

/// How many posts were marked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = SeenPosts,
    example = json!({"newsletter": "120363021234567890@newsletter", "count": 2})
)]
pub struct Seen {
    /// The newsletter's JID.
    newsletter: String,
    count: usize,
}

impl Input for MarkNewsletterRead {
    type Command = View;

    fn check(self) -> Result<View, Invalid> {
        let mut server_ids: Vec<u32> = self.server_ids.iter().map(|id| id.0).collect();
        server_ids.sort_unstable();
        server_ids.dedup();
        if server_ids.is_empty() || server_ids.len() > MOST {
            let wrong = format!("server_ids must name 1 to {MOST} posts");
            return Err(Invalid::field("server_ids", wrong));
        }
        Ok(View {
            newsletter: self.jid,
            server_ids,
        })
    }
}

impl Command for View {
    type Reply = Seen;
    const SUMMARY: &'static str = "Marks posts of a newsletter as seen";
    const OPERATION: Operation = Operation::new("newsletter", Envelope::Flat)
        .failing_with("failed to mark newsletter messages as read");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<Seen, Failure> {
        let newsletters = session.newsletters();
        // WhatsApp takes note of posts of newsletters that there are not, too.
        let which = Newsletter::Jid(self.newsletter.clone());
        newsletters.find(&which).await?;
        newsletters
            .viewed(&self.newsletter, &self.server_ids)
            .await?;
        Ok(Seen {
            newsletter: self.newsletter.to_string(),
            count: self.server_ids.len(),
        })
    }
}
