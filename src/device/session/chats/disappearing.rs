//! After how long the messages of a chat disappear.

use chrono::{DateTime, Utc};
use wacore_binary::Jid;
use whatsapp_rust::IqError;
use whatsapp_rust::features::GroupError;

use super::Chats;
use crate::device::kept::{self, ChatSettings};
use crate::device::report::Participant;
use crate::device::session::failures;
use crate::device::session::outgoing::Outgoing;
use crate::failure::Failure;
use crate::jid::{Chat, GroupJid};
use crate::store::StoreError;

/// The group lets only its admins change that.
pub const NOT_ADMIN: Failure = Failure::documented(
    403,
    "only an admin of the group can change how long its messages last",
);

impl Chats<'_> {
    /// Has the chat's messages disappear after so many seconds, 0: never, for everybody in it; what is sent from here goes
    /// by it once this returns. Returns the chat's JID, and when WhatsApp took it. `field`: where the request names it.
    pub async fn disappear_after(
        &self,
        field: &'static str,
        chat: &Chat,
        seconds: u32,
    ) -> Result<(String, DateTime<Utc>), Failure> {
        let since = Utc::now();
        let (jid, at) = match chat {
            Chat::Person(_) => {
                let open = self.0.messages().open(field, chat).await?;
                let jid = open.jid();
                let setting = Outgoing::disappearing_setting(seconds, since.timestamp());
                (jid, open.send(setting).await?.at)
            }
            Chat::Group(group) => (self.set_in_group(group, seconds).await?, since),
        };
        let settings = ChatSettings {
            jid: jid.clone(),
            disappear_after: seconds,
            since: since.timestamp(),
        };
        let kept = self.keep(&settings).await;
        kept.map_err(|error| Failure::of_store("a chat's settings could not be kept", &error))?;
        Ok((jid, at))
    }

    async fn set_in_group(&self, group: &GroupJid, seconds: u32) -> Result<String, Failure> {
        let jid = self.group(group).await?;
        let set = async {
            let set = self.0.client.groups().set_ephemeral(&jid, seconds).await;
            set.map_err(|error| match error {
                GroupError::Iq(IqError::ServerError {
                    code: 401 | 403, ..
                }) => NOT_ADMIN,
                error => failures::group(error),
            })
        };
        self.0.changes(self.0.query(set)).await?;
        Ok(jid.to_string())
    }

    /// Under every name of the chat.
    async fn keep(&self, settings: &ChatSettings) -> Result<(), StoreError> {
        let life = &self.0.life;
        let Ok(jid) = settings.jid.parse::<Jid>() else {
            return Err(StoreError::Shape("a chat has no JID"));
        };
        let other = Participant::names_in(&life.records, &jid).await;
        let (store, device) = (&life.shared.store, life.plan.number);
        let unit = kept::put_settings(store, device, (&jid, &other), settings)?;
        store.write(unit).await.map(drop)
    }
}
