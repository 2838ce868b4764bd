//! Newsletters, which people know as channels: every answer is read from WhatsApp.

pub(in crate::device) mod live;
mod mex;
pub mod posts;
mod read;
pub mod upload;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use serde_json::json;
use wacore::iq::mex_operations::{
    create_newsletter, fetch_all_newsletters_metadata, fetch_newsletter, join_newsletter,
    leave_newsletter, update_newsletter_user_setting,
};
use wacore::request::InfoQuery;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, NodeContent, Server};

use self::mex::Mex;
use super::{Session, failures};
use crate::failure::Failure;
use crate::jid::{self, NewsletterJid};

/// There is no such newsletter, or it is gone.
pub const NOT_FOUND: Failure = Failure::NotFound("newsletter not found");
/// Whoever made it, and whom they have made admin, lead a newsletter; the account is none of them.
pub const NO_ADMIN: Failure =
    Failure::documented(403, "only an admin of the newsletter may do that");
/// WhatsApp does not show it to this account, or has closed it.
pub const CLOSED: Failure = Failure::documented(403, "the newsletter is not open to this account");
/// The notice with the terms under which newsletters are made, and the stage at which it is accepted.
const TERMS: (&str, &str) = ("20601218", "5");

/// A newsletter, as WhatsApp tells of it to this account.
#[derive(Clone, Debug)]
pub struct Newsletter {
    /// `<digits>@newsletter`
    pub jid: String,
    /// WhatsApp's word, in lower case: `active`, `suspended`, …
    pub state: String,
    /// `None`: not told.
    pub created_at: Option<DateTime<Utc>>,
    pub name: Written,
    pub description: Written,
    /// The code that invites to it.
    pub invite: Option<String>,
    pub picture: Option<Picture>,
    /// How many follow it; on lists WhatsApp does not tell.
    pub subscribers: Option<u64>,
    /// WhatsApp's word, in lower case: `verified`, `unverified`.
    pub verification: Option<String>,
    /// What the account is in it; WhatsApp's word, in lower case.
    pub role: Option<String>,
    /// Its posts are not announced to the account; `None`: not told.
    pub muted: Option<bool>,
}

/// What a newsletter says of itself.
#[derive(Clone, Debug, Default)]
pub struct Written {
    pub id: Option<String>,
    pub text: String,
    pub at: Option<DateTime<Utc>>,
}

/// The picture of a newsletter.
#[derive(Clone, Debug)]
pub struct Picture {
    pub id: Option<String>,
    /// Its path on WhatsApp's hosts.
    pub direct_path: String,
}

impl Newsletter {
    /// Whether the account may post in it.
    pub fn is_led(&self) -> bool {
        matches!(self.role.as_deref(), Some("owner" | "admin"))
    }
}

/// The newsletters of WhatsApp, as this account sees them.
pub struct Newsletters<'a>(&'a Session);

impl Session {
    /// The newsletters of WhatsApp, as this account sees them.
    pub fn newsletters(&self) -> Newsletters<'_> {
        Newsletters(self)
    }
}

impl Newsletters<'_> {
    /// Makes one, which the account owns. `picture`: a JPEG.
    pub async fn create(
        &self,
        name: &str,
        description: Option<&str>,
        picture: Option<Vec<u8>>,
    ) -> Result<Newsletter, Failure> {
        self.accept_terms().await?;
        let mut input = json!({ "name": name });
        if let Some(description) = description {
            input["description"] = description.into();
        }
        if let Some(picture) = picture {
            input["picture"] = BASE64_STANDARD.encode(picture).into();
        }
        let made = Mex {
            number: create_newsletter::DOC_ID,
            variables: json!({ "input": input }),
            key: "xwa2_newsletter_create",
        };
        read::newsletter(&self.0.changes(self.ask(made)).await?)
    }

    /// WhatsApp wants them accepted before an account makes its first newsletter; again does no harm.
    async fn accept_terms(&self) -> Result<(), Failure> {
        let (id, stage) = TERMS;
        let notice = NodeBuilder::new("notice")
            .attr("id", id)
            .attr("stage", stage);
        let notice = NodeContent::Nodes(vec![notice.build()]);
        let query = InfoQuery::set("tos", Jid::new("", Server::Pn), Some(notice));
        let accepted = async {
            let accepted = self.0.client.send_iq(query).await;
            accepted.map(drop).map_err(failures::unanswered)
        };
        self.0.query(accepted).await
    }

    /// Those that the account follows, its own among them.
    pub async fn followed(&self) -> Result<Vec<Newsletter>, Failure> {
        let followed = Mex {
            number: fetch_all_newsletters_metadata::DOC_ID,
            variables: json!({}),
            key: "xwa2_newsletter_subscribed",
        };
        let answer = self.ask(followed).await?;
        let rows = answer.as_array().ok_or_else(failures::unreadable)?;
        rows.iter().map(read::newsletter).collect()
    }

    /// One of them; otherwise [`NOT_FOUND`].
    pub async fn find(&self, which: &jid::Newsletter) -> Result<Newsletter, Failure> {
        let (key, kind) = match which {
            jid::Newsletter::Jid(jid) => (jid.as_str(), "JID"),
            jid::Newsletter::Invite(code) => (code.as_str(), "INVITE"),
        };
        let found = Mex {
            number: fetch_newsletter::DOC_ID,
            variables: json!({
                // Whatever is said here, WhatsApp tells what the account is in it.
                "input": { "key": key, "type": kind, "view_role": "GUEST" },
                "fetch_viewer_metadata": true,
                "fetch_full_image": true,
                "fetch_creation_time": true,
            }),
            key: "xwa2_newsletter",
        };
        read::newsletter(&self.ask(found).await?)
    }

    /// The JID of one of them. WhatsApp is asked for the one that an invitation leads to.
    pub async fn jid(&self, which: &jid::Newsletter) -> Result<NewsletterJid, Failure> {
        match which {
            jid::Newsletter::Jid(jid) => Ok(jid.clone()),
            jid::Newsletter::Invite(_) => {
                let found = self.find(which).await?;
                found.jid.parse().map_err(|_none| failures::unreadable())
            }
        }
    }

    /// Follows one from now on; again is no error.
    pub async fn subscribe(&self, newsletter: &NewsletterJid) -> Result<(), Failure> {
        let joined = Mex {
            number: join_newsletter::DOC_ID,
            variables: json!({ "newsletter_id": newsletter.as_str() }),
            key: "xwa2_newsletter_join_v2",
        };
        self.0.changes(self.ask(joined)).await?;
        self.watch(newsletter);
        Ok(())
    }

    /// Follows it no longer; again is no error.
    pub async fn unsubscribe(&self, newsletter: &NewsletterJid) -> Result<(), Failure> {
        let left = Mex {
            number: leave_newsletter::DOC_ID,
            variables: json!({ "newsletter_id": newsletter.as_str() }),
            key: "xwa2_newsletter_leave_v2",
        };
        self.0.changes(self.ask(left)).await.map(drop)
    }

    /// Has its posts announced no longer, or again.
    pub async fn mute(&self, newsletter: &NewsletterJid, muted: bool) -> Result<(), Failure> {
        let changed = Mex {
            number: update_newsletter_user_setting::DOC_ID,
            variables: json!({ "input": {
                "newsletter_id": newsletter.as_str(),
                "type": "MUTE_FOLLOWER_ACTIVITY",
                "value": if muted { "ON" } else { "OFF" },
            }}),
            key: "xwa2_newsletter_update_user_setting",
        };
        self.0.changes(self.ask(changed)).await.map(drop)
    }

    /// What WhatsApp answers, below the question's own name.
    async fn ask(&self, question: Mex) -> Result<serde_json::Value, Failure> {
        let asked = async {
            let answer = self.0.client.execute(question).await;
            answer.map_err(failures::unanswered)
        };
        self.0.query(asked).await?
    }
}

/// As the library addresses it.
fn address(newsletter: &NewsletterJid) -> Jid {
    Jid::new(newsletter.id(), Server::Newsletter)
}
