//! Whether somebody is there, and at it: what the account shows, and what it is told of others.
//!
//! WhatsApp answers none of this: it is done once it is written.

use wacore_binary::Jid;
use whatsapp_rust::features::{ChatStateType, PresenceStatus};

use super::{Session, failures};
use crate::device::life::presence::Wishes;
use crate::failure::Failure;
use crate::jid::{Chat, Person};
use crate::store::StoreError;

/// The phone has not told the account's own name, without which WhatsApp takes no presence.
pub const NAMELESS: Failure = Failure::coded(
    503,
    "DEVICE_NOT_READY",
    "the account's own name has not come from the phone yet, try again later",
);

/// What a chat shows of whoever writes in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Somebody types.
    Typing,
    /// Somebody records a voice message.
    Recording,
    /// Somebody has stopped.
    Paused,
}

/// Whether somebody is there, and at it.
pub struct Presence<'a>(&'a Session);

impl Session {
    /// Whether somebody is there, and at it.
    pub fn presence(&self) -> Presence<'_> {
        Presence(self)
    }
}

impl Presence<'_> {
    /// Has a chat show what somebody does in it, and returns the chat's JID. `field`: where the request names it. Phones
    /// stop showing it by themselves after some seconds.
    pub async fn show(
        &self,
        field: &'static str,
        chat: &Chat,
        activity: Activity,
    ) -> Result<String, Failure> {
        let jid = self.0.chats().find(field, chat).await?;
        let state = match activity {
            Activity::Typing => ChatStateType::Composing,
            Activity::Recording => ChatStateType::Recording,
            Activity::Paused => ChatStateType::Paused,
        };
        let written = async {
            let shown = self.0.client.chatstate().send(&jid, state).await;
            shown.map_err(|_gone| Failure::Disconnected)
        };
        self.0.query(written).await?;
        Ok(jid.to_string())
    }

    /// Shows whether somebody is there, now and on later connections.
    pub async fn set(&self, available: bool) -> Result<(), Failure> {
        let life = &self.0.life;
        let _turn = life.presence_turn().await;
        let mut wishes = life.wishes().await.map_err(|error| not_kept(&error))?;
        self.say(available).await?;
        wishes.hidden = !available;
        self.keep(&wishes).await
    }

    /// Has somebody's presence told from now on, and on later connections; returns by which JID. `field`: where the request
    /// names them. `online`: shows that somebody is there, without which WhatsApp tells nothing.
    pub async fn subscribe(
        &self,
        field: &'static str,
        person: &Person,
        online: bool,
    ) -> Result<String, Failure> {
        let who = self.0.chats().person(field, person).await?;
        let life = &self.0.life;
        let _turn = life.presence_turn().await;
        let mut wishes = life.wishes().await.map_err(|error| not_kept(&error))?;
        if online {
            self.say(true).await?;
            wishes.hidden = false;
        }
        let jid = who.to_string();
        let client = &self.0.client;
        let gives_way = wishes.watch(jid.clone());
        let written = async {
            let presence = client.presence();
            presence.subscribe(who).await.map_err(failures::presence)?;
            if let Some(other) = gives_way.and_then(|other| other.parse::<Jid>().ok()) {
                let ended = presence.unsubscribe(&other).await;
                ended.map_err(failures::presence)?;
            }
            Ok(())
        };
        self.0.query(written).await?;
        self.keep(&wishes).await?;
        Ok(jid)
    }

    async fn say(&self, available: bool) -> Result<(), Failure> {
        let status = match available {
            true => PresenceStatus::Available,
            false => PresenceStatus::Unavailable,
        };
        let written = async {
            let shown = self.0.client.presence().set(status).await;
            shown.map_err(failures::presence)
        };
        self.0.query(written).await
    }

    async fn keep(&self, wishes: &Wishes) -> Result<(), Failure> {
        let kept = self.0.life.keep_wishes(wishes).await;
        kept.map_err(|error| not_kept(&error))
    }
}

fn not_kept(error: &StoreError) -> Failure {
    Failure::of_store(
        "what the account shows of its presence could not be kept",
        error,
    )
}
