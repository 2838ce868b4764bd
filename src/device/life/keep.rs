//! What a life takes note of, about messages: what came in, what it does to earlier ones, and how far own ones have come.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use tracing::warn;
use wacore::types::events::{InboundMessage, Receipt};
use wacore::types::presence::ReceiptType;
use wacore_binary::{Jid, JidExt as _};
use waproto::whatsapp::MessageKey;

use super::Life;
use super::acks::Answer;
use crate::device::kept::{self, Kept};
use crate::device::known_as::KnownAs;
use crate::device::report::{self, Change, Participant, Participants, changes};
use crate::device::states::{InGroup, Reader, Sign};
use crate::store::messages::{State, Whose};
use crate::store::{Statement, StoreError};
use crate::telemetry::Chain;

impl Life {
    /// Keeps an inbound message, and what it changes, with what is committed before it is acknowledged.
    pub async fn keep(
        &self,
        message: &InboundMessage,
        people: &Participants,
        along: &mut Vec<Statement>,
    ) -> Result<(), StoreError> {
        if !self.shared.keeps() {
            return Ok(());
        }
        let (store, device) = (&self.shared.store, self.plan.number);
        let (content, info) = (&*message.message, &message.info);
        if let Some(settings) = kept::settings(content, info) {
            let other = people.chat.as_ref().map(KnownAs::from).unwrap_or_default();
            let chat = (&info.source.chat, &other);
            along.extend(kept::put_settings(store, device, chat, &settings)?);
        }
        let sender = KnownAs::from(&people.sender);
        let book = store.message_book(device);
        match changes(content) {
            Some(Change::Edit(key, edited)) => {
                if let Some(kept) = self.target(key, &sender, false).await? {
                    along.push(book.change(&kept, &kept::encoded(edited))?);
                }
            }
            Some(Change::Revoke(key)) => {
                // WhatsApp lets admins delete what others have written, and nobody else.
                if let Some(mut kept) = self.target(key, &sender, info.source.is_group).await? {
                    kept.about.deleted = true;
                    along.push(match kept.about.is_status() {
                        true => book.forget(&kept),
                        false => book.change(&kept, &[])?,
                    });
                }
            }
            None => {
                if let Some(about) = kept::about(content, info, people) {
                    let content = kept::encoded(content);
                    let inbound = kept::inbound(info, &about, &content);
                    if about.is_status() {
                        along.push(book.put_status(&inbound)?);
                    } else {
                        along.push(self.chats.wrote(people, &inbound, &info.push_name)?);
                        along.push(book.put(&inbound)?);
                    }
                }
            }
        }
        Ok(())
    }

    /// The message that somebody changes. `None`: it is not kept, or is not theirs to change.
    async fn target(
        &self,
        key: &MessageKey,
        sender: &KnownAs,
        anybodys: bool,
    ) -> Result<Option<Kept>, StoreError> {
        let id = key.id.as_deref().unwrap_or_default();
        let found = self
            .shared
            .store
            .message(self.plan.number, id, Whose::Anybodys);
        let found: Option<Kept> = found.await?;
        Ok(found.filter(|kept| anybodys || kept.about.author.is(sender)))
    }

    /// What WhatsApp has said of a message for which nobody waits any more.
    pub fn note_answer(&self, id: &str, answer: &Answer) {
        if self.shared.keeps() {
            self.shared.states.note(self.answered(id, answer));
        }
    }

    /// The same of one for which somebody waits; durable when it returns.
    pub async fn note_answer_now(&self, id: &str, answer: &Answer) {
        if self.shared.keeps() {
            self.shared.states.note_now(self.answered(id, answer)).await;
        }
    }

    fn answered(&self, id: &str, answer: &Answer) -> Sign {
        let (state, at, failure) = match answer {
            Ok(at) => (State::Sent, *at, None),
            Err(code) => (State::Failed, Utc::now(), Some(code.clone())),
        };
        self.sign(id, state, None, at, failure)
    }

    /// A receipt by the names that are known here, and the signs that are in it.
    pub(in crate::device) async fn understand(
        &self,
        receipt: &Receipt,
    ) -> (Participant, Vec<Sign>) {
        let source = &receipt.source;
        let reader = Participant::new(&source.sender, source.sender_alt.as_ref());
        let reader = reader.known_in(&self.records).await;
        let signs = self.signs(receipt, &reader);
        if self
            .own
            .get()
            .is_some_and(|own| own.is(&KnownAs::from(&reader)))
        {
            self.note_own_reading(receipt).await;
        }
        (reader, signs)
    }

    /// Another device of the account has read what somebody wrote. In which chat that is the library does not tell.
    async fn note_own_reading(&self, receipt: &Receipt) {
        use ReceiptType::{Played, PlayedSelf, Read, ReadSelf};
        if !matches!(receipt.r#type, Read | ReadSelf | Played | PlayedSelf) {
            return;
        }
        for id in &receipt.message_ids {
            let store = &self.shared.store;
            let found = store.message(self.plan.number, id, Whose::Anybodys).await;
            let found: Option<Kept> = found.unwrap_or_else(|error| {
                warn!(device.id = %self.plan.device, error = %Chain(&error), "which chat was read could not be found");
                None
            });
            let others = found.filter(|kept| !kept.mine);
            if others.as_ref().is_some_and(|kept| kept.about.is_status()) {
                return self.note_own_viewing(&receipt.message_ids).await;
            }
            let chat = others.and_then(|kept| kept.about.chat.parse::<Jid>().ok());
            if let Some(chat) = chat {
                return self.chats.read(&chat);
            }
        }
    }

    async fn note_own_viewing(&self, ids: &[String]) {
        let seen = self.shared.store.statuses_seen(self.plan.number, ids);
        if let Err(error) = seen.await {
            warn!(device.id = %self.plan.device, error = %Chain(&error), "that a status was seen could not be kept");
        }
    }

    fn signs(&self, receipt: &Receipt, reader: &Participant) -> Vec<Sign> {
        let state = match receipt.r#type {
            ReceiptType::Delivered | ReceiptType::Inactive => State::Delivered,
            ReceiptType::Read => State::Read,
            ReceiptType::Played => State::Played,
            _ => return Vec::new(),
        };
        let source = &receipt.source;
        if !self.shared.keeps() || source.chat.is_status_broadcast() {
            return Vec::new();
        }
        let reader = Reader {
            group: source.chat.is_group().then(|| InGroup {
                jid: source.chat.to_non_ad_string(),
                name: source.sender.user.to_string(),
            }),
            names: KnownAs::from(reader),
        };
        let at = crate::device::told::time(receipt.timestamp);
        let ids = receipt.message_ids.iter();
        ids.map(|id| self.sign(id, state, Some(reader.clone()), at, None))
            .collect()
    }

    /// Tells of a receipt, but for what its sender cannot know of.
    pub(in crate::device) fn tell_receipt(
        &self,
        receipt: &Receipt,
        reader: &Participant,
        refused: &HashSet<&str>,
    ) {
        let is_told = |id: &&String| !refused.contains(id.as_str());
        let ids: Vec<String> = receipt
            .message_ids
            .iter()
            .filter(is_told)
            .cloned()
            .collect();
        if let Some(event) = report::receipt(receipt, ids, reader) {
            self.publish(event);
        }
    }

    fn sign(
        &self,
        id: &str,
        state: State,
        who: Option<Reader>,
        at: DateTime<Utc>,
        failure: Option<String>,
    ) -> Sign {
        Sign {
            device: self.plan.number,
            id: id.to_owned(),
            state,
            who,
            at: at.timestamp(),
            failure,
        }
    }
}
