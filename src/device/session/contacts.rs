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
#[derive(Clone, Debug, Default)]
pub struct Profile {
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

    /// What somebody shows. Whoever hides it, or is not there, shows nothing.
    pub async fn profile(&self, person: &Person) -> Result<Profile, Failure> {
        let who = jids::person(person);
        let asked = async {
            let contacts = self.0.client.contacts();
            let told = contacts.get_user_info(std::slice::from_ref(&who)).await;
            told.map_err(failures::contact)
        };
        let Some(info) = self.0.query(asked).await?.into_values().next() else {
            return Ok(Profile::default());
        };
        let business = match info.is_business {
            true => self.business(&who).await?,
            false => None,
        };
        let devices = info.devices.iter();
        Ok(Profile {
            about: info.status.unwrap_or_default(),
            picture_id: info.picture_id.unwrap_or_default(),
            devices: devices.map(|id| who.with_device(*id).to_string()).collect(),
            verified_name: info.verified_name.and_then(|verified| verified.name),
            business,
        })
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
        let who = jids::chat(of);
        let asked = async {
            let contacts = self.0.client.contacts();
            let told = contacts.get_profile_picture(&who, preview).await;
            told.map_err(failures::contact)
        };
        let picture = self.0.query(asked).await?;
        Ok(picture.map(|found| Picture {
            id: found.id,
            url: found.url,
            direct_path: found.direct_path,
        }))
    }
}
