//! What is kept of a message before its first byte leaves, and what is known of its chat.

use chrono::Utc;

use super::OpenChat;
use crate::device::kept::{self, About, ChatSettings};
use crate::device::known_as::KnownAs;
use crate::device::report::{self, Participant, REACTION};
use crate::device::session::outgoing::Outgoing;
use crate::failure::Failure;
use crate::store::StoreError;
use crate::store::messages::{NewMessage, State};

/// The kind of an own message whose state may be asked for: whatever is answered with an id of its own.
pub(super) fn asked_for(message: &Outgoing) -> Option<String> {
    let reaction = message.0.reaction_message.is_set();
    report::kept_kind(&message.0).or_else(|| reaction.then(|| REACTION.to_owned()))
}

impl OpenChat<'_> {
    /// Keeps it as one that is on its way. Whatever becomes of the process, its id is known from now on.
    /// `kind`: its `message_type`, of one that may be asked for.
    pub(super) async fn keep(
        &self,
        message_id: &str,
        kind: Option<String>,
        message: &Outgoing,
    ) -> Result<(), Failure> {
        // Before it is known whether a job sends it: one that begins from here on knows that it may have left.
        self.session.terms.sending.begin();
        let kept = self.kept(message_id, kind, message).await;
        kept.map_err(|error| {
            self.session.terms.sending.has_not();
            Failure::of_store("a message could not be kept", &error)
        })
    }

    async fn kept(
        &self,
        message_id: &str,
        kind: Option<String>,
        message: &Outgoing,
    ) -> Result<(), StoreError> {
        let life = &self.session.life;
        let (store, device) = (&life.shared.store, life.plan.number);
        let job = life.jobs.has(message_id);
        let Some(kind) = kind.filter(|_| life.shared.keeps()) else {
            return match job {
                true => store.job_leaves(device, message_id).await,
                false => Ok(()),
            };
        };
        // Of a reaction only what becomes of it.
        let content = match kind.as_str() {
            REACTION => Vec::new(),
            _ => kept::encoded(&message.0),
        };
        let about = About {
            chat: self.jid.to_string(),
            other: self.other().await,
            author: self.account(),
            author_jid: self.own().map(|own| own.to_string()).unwrap_or_default(),
            kind,
            deleted: false,
        };
        let kept = NewMessage {
            id: message_id,
            mine: true,
            state: State::Pending,
            at: Utc::now().timestamp(),
            about: &about,
            content: &content,
        };
        store.keep_leaving(device, &kept, job).await
    }

    /// The account itself.
    pub(super) fn account(&self) -> KnownAs {
        let client = &self.session.client;
        KnownAs::of([client.pn(), client.lid()].into_iter().flatten())
    }

    /// In a chat between two: the other one, by all names that are known.
    pub(super) async fn other(&self) -> KnownAs {
        Participant::names_in(&self.session.life.records, &self.jid).await
    }

    /// How long the chat's messages last, where they do not last for ever.
    pub(super) async fn settings(&self) -> Result<Option<ChatSettings>, Failure> {
        let life = &self.session.life;
        // They are kept under every name of the chat.
        let name = self.jid.to_non_ad_string();
        let known = life.shared.store.chat(life.plan.number, &name).await;
        let known: Option<ChatSettings> = known
            .map_err(|error| Failure::of_store("a chat's settings could not be read", &error))?;
        Ok(known.filter(|settings| settings.disappear_after > 0))
    }
}
