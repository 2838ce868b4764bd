//! What all devices of the account share of a chat: whether it is archived, muted, pinned.
//!
//! Each is a write to the app state, which the phone takes over.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use wacore_binary::{Jid, JidExt as _};
use whatsapp_rust::Client;
use whatsapp_rust::features::{AppStateError, SyncActionMessageRange, message_key, message_range};

use super::Chats;
use crate::device::life::chats::{Called, FOR_EVER, Last};
use crate::device::session::failures;
use crate::failure::Failure;
use crate::jid::Chat;
use crate::store::chat_list::Done;

/// For how long a chat stays silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mute {
    /// Until somebody unmutes it.
    ForEver,
    /// So long from now.
    For(Duration),
    /// Not at all.
    Off,
}

/// A chat, as the app state names it.
struct Place {
    jid: Jid,
    last: Option<Last>,
    /// The chat's JID, of a person by number where it is known.
    shown: String,
}

impl Chats<'_> {
    /// Puts a chat out of sight, or back; returns its JID. What is out of sight is not pinned. `last_at`: when the last message
    /// came that the caller knows, in Unix seconds. `field`: where the request names the chat.
    pub async fn archive(
        &self,
        field: &'static str,
        chat: &Chat,
        archived: bool,
        last_at: Option<i64>,
    ) -> Result<String, Failure> {
        let Place { jid, last, shown } = self.place(field, chat).await?;
        let range = range(&jid, last, last_at);
        let index = jid.clone();
        self.write(async move |client| {
            let actions = client.chat_actions();
            match archived {
                true => {
                    actions.archive_chat(&index, range).await?;
                    actions.unpin_chat(&index).await
                }
                false => actions.unarchive_chat(&index, range).await,
            }
        })
        .await?;
        let book = &self.0.life.chats;
        book.done(&jid, Done::Archived(archived));
        if archived {
            book.done(&jid, Done::Pinned(false));
        }
        Ok(shown)
    }

    /// Silences a chat, or no longer; returns its JID. `field`: where the request names the chat.
    pub async fn mute(
        &self,
        field: &'static str,
        chat: &Chat,
        mute: Mute,
    ) -> Result<String, Failure> {
        let Place { jid, shown, .. } = self.place(field, chat).await?;
        let until = match mute {
            Mute::ForEver => FOR_EVER,
            Mute::Off => 0,
            Mute::For(time) => {
                let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
                Utc::now().timestamp_millis().saturating_add(time)
            }
        };
        let index = jid.clone();
        self.write(async move |client| {
            let actions = client.chat_actions();
            match until {
                FOR_EVER => actions.mute_chat(&index).await,
                0 => actions.unmute_chat(&index).await,
                until => actions.mute_chat_until(&index, until).await,
            }
        })
        .await?;
        self.0.life.chats.done(&jid, Done::MutedUntil(until));
        Ok(shown)
    }

    /// Has a chat stand above others, or no longer; returns its JID. `field`: where the request names the chat.
    pub async fn pin(
        &self,
        field: &'static str,
        chat: &Chat,
        pinned: bool,
    ) -> Result<String, Failure> {
        let Place { jid, shown, .. } = self.place(field, chat).await?;
        let index = jid.clone();
        self.write(async move |client| {
            let actions = client.chat_actions();
            match pinned {
                true => actions.pin_chat(&index).await,
                false => actions.unpin_chat(&index).await,
            }
        })
        .await?;
        self.0.life.chats.done(&jid, Done::Pinned(pinned));
        Ok(shown)
    }

    /// A chat, by the name under which the phone has it in the app state: where that is not known, by number.
    async fn place(&self, field: &'static str, chat: &Chat) -> Result<Place, Failure> {
        let jid = self.find(field, chat).await?;
        let shown = jid.to_string();
        let life = &self.0.life;
        let Some(called) = Called::known_in(&life.records, &jid).await else {
            return Ok(Place {
                jid,
                last: None,
                shown,
            });
        };
        let known = life.chats.last(&called).await;
        let (by_lid, last) = known.map_err(|error| {
            Failure::of_store("what is known of a chat could not be read", &error)
        })?;
        let lid = called.other.lid.filter(|_| by_lid);
        Ok(Place {
            jid: lid.map_or(jid, Jid::lid),
            last,
            shown,
        })
    }

    /// Writes to the app state, and returns once WhatsApp has taken it. In a task of its own: it must not be cut off half-way.
    async fn write<F>(&self, write: impl FnOnce(Arc<Client>) -> F) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), AppStateError>> + Send + 'static,
    {
        let write = tokio::spawn(write(self.0.client.clone()));
        let written = async {
            let written = write.await.map_err(|error| failures::task(&error))?;
            written.map_err(failures::app_state)
        };
        self.0.query(written).await
    }
}

/// Up to which message a chat is archived: phones bring it back for a later one. `last_at`: Unix seconds.
fn range(chat: &Jid, last: Option<Last>, last_at: Option<i64>) -> Option<SyncActionMessageRange> {
    let last = last.filter(|last| last_at.is_none_or(|at| at <= last.at));
    let Some(last) = last else {
        return last_at.map(|at| message_range(at, None, Vec::new()));
    };
    let author = last.author.parse::<Jid>().ok();
    let author = author.filter(|_| chat.is_group() && !last.mine);
    let key = message_key(last.id, chat, last.mine, author.as_ref());
    Some(message_range(last.at, None, vec![(key, last.at)]))
}
