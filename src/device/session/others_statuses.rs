//! Statuses that others have posted.

use chrono::{DateTime, TimeDelta, Utc};
use waproto::whatsapp as wa;

use super::Session;
use super::messages::receipts::Told;
use crate::device::kept::{self, Kept};
use crate::device::known_as::KnownAs;
use crate::device::life::contact::{Contact, Names};
use crate::device::report::{Gist, gist, unwrapped};
use crate::device::told;
use crate::failure::Failure;
use crate::store::StoreError;
use crate::store::messages::{SHOWN, Whose};

/// No status of this id that is still shown.
pub const UNKNOWN: Failure = Failure::NotFound("no such status, or it is not shown any more");

/// Others' statuses.
pub struct OthersStatuses<'a>(&'a Session);

/// A status of somebody's.
pub struct OthersStatus {
    /// Its place: those before it are older.
    pub number: i64,
    /// WhatsApp's id.
    pub id: String,
    /// Who has posted it.
    pub author: KnownAs,
    /// As the address book calls them, or they themselves.
    pub name: Option<String>,
    /// What is in it.
    pub gist: Gist,
    /// `0xAARRGGBB`, of a text.
    pub background: Option<u32>,
    /// WhatsApp's number of the letters, of a text.
    pub font: Option<i32>,
    /// When it was posted.
    pub at: DateTime<Utc>,
    /// When phones stop showing it.
    pub until: DateTime<Utc>,
    /// Its author was told that it was seen.
    pub read: bool,
}

impl Session {
    /// Others' statuses.
    pub fn others_statuses(&self) -> OthersStatuses<'_> {
        OthersStatuses(self)
    }
}

impl OthersStatuses<'_> {
    /// Those that are shown now, the newest first: so many before this place.
    pub async fn page(&self, before: i64, most: i64) -> Result<Vec<OthersStatus>, Failure> {
        let life = &self.0.life;
        let (store, device) = (&life.shared.store, life.plan.number);
        let now = Utc::now().timestamp();
        let found = store.others_statuses(device, now, (before, most)).await;
        let found: Vec<(Kept, bool)> = found.map_err(|error| not_read(&error))?;
        let names = |kept: &Kept| [kept.about.author.phone_jid(), kept.about.author.lid_jid()];
        let jids: Vec<String> = found
            .iter()
            .flat_map(|(kept, _)| names(kept))
            .flatten()
            .collect();
        let contacts = store.contacts_of::<Contact, Names>(device, &jids).await;
        let contacts = contacts.map_err(|error| not_read(&error))?;
        let shown = found.into_iter().map(|(kept, read)| {
            let contact = names(&kept)
                .into_iter()
                .flatten()
                .find_map(|jid| contacts.get(&jid));
            let name = contact.and_then(|(contact, names)| contact.called(names.as_ref()));
            shown(kept, name, read)
        });
        Ok(shown.collect())
    }

    /// Tells its author that a status was seen. There is no answer: it returns once that is on its way and kept.
    pub async fn read(&self, id: &str) -> Result<(), Failure> {
        let messages = self.0.messages();
        let kept = messages.kept(id, Whose::Anybodys).await?;
        let oldest = Utc::now().timestamp() - SHOWN;
        let shown = kept.filter(|kept| kept.about.is_status() && !kept.mine && kept.at > oldest);
        let status = shown.ok_or(UNKNOWN)?;
        let author = messages.author(id, None, None).await?;
        messages.tell(&author, &[status.id], Told::Read).await?;
        Ok(())
    }

    /// Keeps that the account has seen these.
    pub(super) async fn seen(&self, ids: &[String]) -> Result<(), Failure> {
        let life = &self.0.life;
        let noted = life.shared.store.statuses_seen(life.plan.number, ids).await;
        noted.map_err(|error| Failure::of_store("that a status was seen could not be kept", &error))
    }
}

fn not_read(error: &StoreError) -> Failure {
    Failure::of_store("others' statuses could not be read", error)
}

fn shown(kept: Kept, name: Option<String>, read: bool) -> OthersStatus {
    let message = kept::content(&kept);
    let text = unwrapped(&message).extended_text_message.as_option();
    let at = told::time(DateTime::from_timestamp(kept.at, 0).unwrap_or_default());
    OthersStatus {
        number: kept.number,
        background: text.and_then(|text| text.background_argb),
        font: text.and_then(font),
        gist: gist(&message),
        id: kept.id,
        author: kept.about.author,
        name,
        at,
        until: at + TimeDelta::seconds(SHOWN),
        read,
    }
}

fn font(text: &wa::message::ExtendedTextMessage) -> Option<i32> {
    text.font.map(|font| font as i32)
}
