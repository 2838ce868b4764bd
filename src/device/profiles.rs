//! What people show of themselves.

use serde_json::Value;
use wacore_binary::Jid;
use whatsapp_rust::features::ProfileError;

use super::people::{contact_failed, jid};
use super::session::{Session, unanswered};
use crate::failure::Failure;
use crate::jid::Person;

/// What WhatsApp tells about somebody.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// The about text.
    pub about: String,
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
    pub id: String,
    pub url: String,
    pub direct_path: Option<String>,
}

impl Session {
    /// What somebody shows. Whoever hides it, or is not there, shows nothing.
    pub async fn profile(&self, person: &Person) -> Result<Profile, Failure> {
        let who = jid(person);
        let asked = async {
            let info = self
                .client
                .contacts()
                .get_user_info(std::slice::from_ref(&who))
                .await;
            info.map_err(contact_failed)
        };
        let Some(info) = self.query(asked).await?.into_values().next() else {
            return Ok(Profile::default());
        };
        let business = if info.is_business {
            self.business(&who).await?
        } else {
            None
        };
        Ok(Profile {
            about: info.status.unwrap_or_default(),
            picture_id: info.picture_id.unwrap_or_default(),
            devices: info
                .devices
                .iter()
                .map(|id| who.with_device(*id).to_string())
                .collect(),
            verified_name: info.verified_name.and_then(|verified| verified.name),
            business,
        })
    }

    async fn business(&self, who: &Jid) -> Result<Option<Value>, Failure> {
        let asked = async {
            self.client
                .get_business_profile(who)
                .await
                .map_err(unanswered)
        };
        let profile = self.query(asked).await?;
        Ok(profile.and_then(|profile| serde_json::to_value(profile).ok()))
    }

    /// Somebody's picture, or `None`: there is none that this account may see.
    pub async fn picture(&self, of: &str, preview: bool) -> Result<Option<Picture>, Failure> {
        let who: Jid = of.parse().map_err(|_| Failure::Internal)?;
        let asked = async {
            let picture = self
                .client
                .contacts()
                .get_profile_picture(&who, preview)
                .await;
            picture.map_err(contact_failed)
        };
        let picture = self.query(asked).await?;
        Ok(picture.map(|found| Picture {
            id: found.id,
            url: found.url,
            direct_path: found.direct_path,
        }))
    }

    /// Sets the account's own picture, a JPEG, and returns WhatsApp's id of it.
    pub async fn set_picture(&self, jpeg: Vec<u8>) -> Result<String, Failure> {
        let set = async {
            let set = self.client.profile().set_profile_picture(jpeg).await;
            set.map_err(|error| match error {
                ProfileError::Iq(error) => unanswered(error),
                ProfileError::Client(_) => Failure::Disconnected,
                _ => Failure::Refused("profile picture".into()),
            })
        };
        Ok(self.query(set).await?.id)
    }
}
