//! GET /contacts/profile — what somebody shows of themselves.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::commands::Command;
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::operation::{Envelope, Operation};
use crate::person::Person;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetProfile {
    /// Whose, as a JID or LID.
    #[serde(default)]
    pub jid: Option<String>,
    /// A phone number, where there is no `jid`.
    #[serde(default)]
    pub number: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = ContactProfile,
    example = json!({
        "jid": "5511999999999@s.whatsapp.net",
        "user_info": {
            "Status": "Available",
            "PictureID": "1718000000",
            "Devices": ["5511999999999@s.whatsapp.net"],
            "VerifiedName": null
        },
        "business_profile": null
    })
)]
pub struct Profile {
    jid: String,
    user_info: UserInfo,
    business_profile: Option<Value>,
}

/// The contract's names for these are in Pascal case.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
struct UserInfo {
    status: String,
    #[serde(rename = "PictureID")]
    picture_id: String,
    devices: Vec<String>,
    verified_name: Option<String>,
}

impl GetProfile {
    fn person(&self) -> Result<Person, Invalid> {
        Person::from_either(self.jid.as_deref(), self.number.as_deref())
    }
}

impl Command for GetProfile {
    type Reply = Profile;
    const SUMMARY: &'static str = "Shows what somebody shows of themselves";
    const OPERATION: Operation =
        Operation::new("profile", Envelope::Data).failing_with("failed to get contact profile");
    const QUERY: &'static [&'static str] = &["jid", "number"];

    fn validate(&self) -> Result<(), Invalid> {
        self.person().map(drop)
    }

    async fn run(self, session: Session) -> Result<Profile, Failure> {
        let person = self.person()?;
        let shown = session.contacts().profile(&person).await?;
        Ok(Profile {
            jid: person.to_string(),
            user_info: UserInfo {
                status: shown.about,
                picture_id: shown.picture_id,
                devices: shown.devices,
                verified_name: shown.verified_name,
            },
            business_profile: shown.business,
        })
    }
}
