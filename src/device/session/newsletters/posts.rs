//! What the account posts in newsletters, and which posts it has seen. Nothing of it is encrypted.

use buffa::Message as _;
use chrono::Utc;
use futures::FutureExt;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::client::NodeFilter;

use super::{NO_ADMIN, Newsletters, address};
use crate::device::kept::{self, About};
use crate::device::known_as::KnownAs;
use crate::device::life::lanes::Place;
use crate::device::report::kept_kind;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::{Ack, failures};
use crate::failure::Failure;
use crate::jid::{self, NewsletterJid};
use crate::store::StoreError;
use crate::store::messages::{NewMessage, State};

/// A message for a newsletter.
pub struct Post {
    pub(super) message: Outgoing,
    /// Of the file in it: by which kind and under which handle WhatsApp knows it.
    pub(super) file: Option<(&'static str, String)>,
}

/// A message that WhatsApp has taken.
pub struct Posted {
    pub ack: Ack,
    /// The number of the post in its newsletter; `None`: WhatsApp did not tell.
    pub server_id: Option<u64>,
}

impl Post {
    pub fn text(text: String) -> Self {
        Self {
            message: Outgoing::text(text, Default::default()),
            file: None,
        }
    }
}

impl Newsletters<'_> {
    /// A newsletter that the account leads; what is asked before anything is uploaded for it.
    pub async fn led(&self, newsletter: &NewsletterJid) -> Result<(), Failure> {
        let found = self.find(&jid::Newsletter::Jid(newsletter.clone())).await?;
        match (found.state.as_str(), found.is_led()) {
            ("active", true) => Ok(()),
            ("active", false) => Err(NO_ADMIN),
            (state, _) => {
                let problem = format!("the newsletter is {state}: nobody posts in it");
                Err(Failure::told(403, problem))
            }
        }
    }

    /// Takes the last place in the line of those who post in it.
    pub fn stand(&self, newsletter: &NewsletterJid) -> Result<Place, Failure> {
        let (session, life) = (self.0, &self.0.life);
        session.line.note_chat(newsletter.to_string());
        let (announced, most) = (session.terms.announced, life.shared.sends_per_chat);
        let names = [newsletter.to_string()];
        let (place, ahead) = life.lanes.enter(&names, announced, most)?;
        session.terms.deadline.put_off(ahead);
        Ok(place)
    }

    /// Posts it when it is its turn, and returns once WhatsApp has accepted it.
    pub async fn post(
        &self,
        newsletter: &NewsletterJid,
        place: Place,
        post: Post,
    ) -> Result<Posted, Failure> {
        place.turn().await;
        let session = self.0;
        let message_id = session.id_to_send();
        let kind = kept_kind(&post.message.0);
        let kept = self.keep(newsletter, &message_id, kind.clone(), &post.message);
        kept.await.map_err(|error| {
            session.terms.sending.has_not();
            Failure::of_store("a message could not be kept", &error)
        })?;
        let numbered = NodeFilter::tag("ack").attr("class", "message");
        let numbered = session
            .client
            .wait_for_node(numbered.attr("id", message_id.as_str()));
        let write = async |message_id: String| {
            let stanza = stanza(newsletter, &message_id, post);
            let written = session.client.send_node(stanza).await;
            drop(place);
            written.map_err(|_gone| Failure::Disconnected)
        };
        let ack = session.accepted(message_id, kind, write).await;
        let ack = ack.map_err(|failure| match failure {
            Failure::NotAccepted(refusal) if is_no_admin(&refusal.code) => NO_ADMIN,
            other => other,
        })?;
        // The library hands every stanza to whoever waits for it before it acts on it.
        let numbered = numbered.now_or_never().and_then(Result::ok);
        let server_id = numbered.and_then(|ack| {
            let number = ack.get().get_attr("server_id")?.as_str().parse();
            number.ok()
        });
        self.watch(newsletter);
        Ok(Posted { ack, server_id })
    }

    /// Keeps it as one that is on its way: whatever becomes of the process, its id is known from now on.
    async fn keep(
        &self,
        newsletter: &NewsletterJid,
        message_id: &str,
        kind: Option<String>,
        message: &Outgoing,
    ) -> Result<(), StoreError> {
        let (session, life) = (self.0, &self.0.life);
        session.terms.sending.begin();
        let Some(kind) = kind.filter(|_| life.shared.keeps()) else {
            return Ok(());
        };
        let own = [session.client.pn(), session.client.lid()];
        let about = About {
            chat: newsletter.to_string(),
            other: KnownAs::default(),
            author: KnownAs::of(own.into_iter().flatten()),
            // Its followers are not told who has posted it.
            author_jid: newsletter.to_string(),
            kind,
            deleted: false,
        };
        let content = kept::encoded(&message.0);
        let kept = NewMessage {
            id: message_id,
            mine: true,
            state: State::Pending,
            at: Utc::now().timestamp(),
            about: &about,
            content: &content,
        };
        let (store, device) = (&life.shared.store, life.plan.number);
        store.keep_leaving(device, &kept, false).await
    }

    /// Counts the account among those who have seen these posts, and returns once WhatsApp has taken note.
    pub async fn viewed(
        &self,
        newsletter: &NewsletterJid,
        server_ids: &[u32],
    ) -> Result<(), Failure> {
        let client = &self.0.client;
        let id = client.generate_message_id();
        let noted = NodeFilter::tag("ack").attr("class", "receipt");
        let noted = client.wait_for_node(noted.attr("id", id.as_str()));
        let items = server_ids.iter().map(|number| {
            let item = NodeBuilder::new("item").attr("server_id", *number);
            item.build()
        });
        let list = NodeBuilder::new("list").children(items).build();
        let receipt = NodeBuilder::new("receipt")
            .attr("to", address(newsletter))
            .attr("type", "view")
            .attr("id", id)
            .children([list])
            .build();
        let viewed = async {
            let sent = client.send_node(receipt).await;
            sent.map_err(|_gone| Failure::Disconnected)?;
            noted.await.map_err(|_gone| Failure::Disconnected)
        };
        let ack = self.0.query(viewed).await?;
        let error = ack.get().get_attr("error");
        match error.map(|code| code.as_str().parse()) {
            None => {
                self.watch(newsletter);
                Ok(())
            }
            Some(Ok(404)) => Err(super::NOT_FOUND),
            Some(Ok(code)) => Err(failures::refused(code, None)),
            Some(Err(_)) => Err(failures::unreadable()),
        }
    }
}

/// What WhatsApp says to whoever may not post in a newsletter.
fn is_no_admin(code: &str) -> bool {
    matches!(code, "401" | "403")
}

fn stanza(newsletter: &NewsletterJid, message_id: &str, post: Post) -> wacore_binary::Node {
    let message = NodeBuilder::new("message")
        .attr("to", address(newsletter))
        .attr("id", message_id);
    let plaintext = NodeBuilder::new("plaintext");
    let (message, plaintext) = match &post.file {
        Some((kind, handle)) => (
            message
                .attr("type", "media")
                .attr("media_id", handle.as_str()),
            plaintext.attr("mediatype", *kind),
        ),
        None => (message.attr("type", "text"), plaintext),
    };
    let plaintext = plaintext.bytes(post.message.0.encode_to_vec()).build();
    message.children([plaintext]).build()
}
