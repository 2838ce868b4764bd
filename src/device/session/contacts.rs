//! The address book, and what people show of themselves.

use serde_json::Value;
use wacore_binary::Jid;

use super::{Session, failures, jids};
pub use crate::device::life::contact::Contact;
use crate::failure::Failure;
use crate::jid::{Chat, Person};

/// The address book, and what people show of themselves.
pub struct Contacts<'a>(&'a Session);

impl Session {
    /// The address book, and what people show of themselves.
    pub fn contacts(&self) -> Contacts<'_> {
        Contacts(self)
    }
}

/// What WhatsApp tells about somebody.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Who it is: by the number that WhatsApp knows, or by LID if they were named so.
    pub jid: String,
    /// The about text.
    pub about: String,
    /// WhatsApp's id of the picture; empty where there is none to see.
    pub picture_id: String,
    /// JIDs.
    pub devices: Vec<String>,
    /// Of a business: the name that WhatsApp has verified.
    pub verified_name: Option<String>,
    /// Of a business: as WhatsApp has it.
    pub business: Option<Value>,
}

/// Where a profile picture is to be fetched.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Whose it is: by the number that WhatsApp knows, or by LID if they were named so.
    pub jid: String,
    /// Another picture has another one.
    pub id: String,
    /// Good for some days.
    pub url: String,
    /// The same without the host.
    pub direct_path: Option<String>,
}

impl Contacts<'_> {
    /// Everybody in the address book.
    pub async fn all(&self) -> Result<Vec<Contact>, Failure> {
        let contacts = self.0.life.contacts.all().await;
        contacts.map_err(|error| Failure::of_store("the contacts could not be read", &error))
    }

    /// What somebody shows, which may be nothing. `None`: nobody is there.
    pub async fn profile(&self, person: &Person) -> Result<Option<Profile>, Failure> {
        let Some(who) = self.0.lookup().jid(person).await? else {
            return Ok(None);
        };
        let asked = async {
            let contacts = self.0.client.contacts();
            let told = contacts.get_user_info(std::slice::from_ref(&who)).await;
            told.map_err(failures::contact)
        };
        let told = self.0.query(asked).await?.into_values().next();
        // Whoever is on WhatsApp has a phone.
        let Some(info) = told.filter(|info| !info.devices.is_empty()) else {
            return Ok(None);
        };
        let business = match info.is_business {
            true => self.business(&who).await?,
            false => None,
        };
        let devices = info.devices.iter();
        Ok(Some(Profile {
            jid: who.to_string(),
            about: info.status.unwrap_or_default(),
            picture_id: info.picture_id.unwrap_or_default(),
            devices: devices.map(|id| who.with_device(*id).to_string()).collect(),
            verified_name: info.verified_name.and_then(|verified| verified.name),
            business,
        }))
    }

    async fn business(&self, who: &Jid) -> Result<Option<Value>, Failure> {
        let asked = async {
            let told = self.0.client.get_business_profile(who).await;
            told.map_err(failures::unanswered)
        };
        let profile = self.0.query(asked).await?;
        Ok(profile.and_then(|profile| serde_json::to_value(profile).ok()))
    }

    /// The picture of somebody or of a group, or `None`: there is none that this account may see.
    pub async fn picture(&self, of: &Chat, preview: bool) -> Result<Option<Picture>, Failure> {
        let who = match of {
            Chat::Person(person) => self.0.lookup().jid(person).await?,
            Chat::Group(group) => Some(jids::group(group)),
        };
        let Some(who) = who else {
            return Ok(None);
        };
        let asked = async {
            let contacts = self.0.client.contacts();
            let told = contacts.get_profile_picture(&who, preview).await;
            told.map_err(failures::contact)
        };
        let picture = self.0.query(asked).await?;
        Ok(picture.map(|found| Picture {
            jid: who.to_string(),
            id: found.id,
            url: found.url,
            direct_path: found.direct_path,
        }))
    }
}
