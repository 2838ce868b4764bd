//! GET /contacts/profile — what somebody shows of themselves.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::commands::named::NamedPerson;
use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

const NOBODY: Failure = Failure::NotFound("nobody on WhatsApp has this number");

/// Whose profile.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetContactProfile {
    /// Whose, as a JID or LID.
    #[schema(value_type = Option<String>)]
    pub jid: Option<Person>,
    /// A phone number, where there is no `jid`.
    #[schema(value_type = Option<String>)]
    pub number: Option<Person>,
}

/// Asks WhatsApp what this person shows.
pub struct GetProfile(Person);

/// What they show.
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
    #[serde(flatten)]
    person: NamedPerson,
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

impl Input for GetContactProfile {
    type Command = GetProfile;

    fn check(self) -> Result<GetProfile, Invalid> {
        Person::from_either(self.jid, self.number).map(GetProfile)
    }
}

impl Command for GetProfile {
    type Reply = Profile;
    const SUMMARY: &'static str = "Shows what somebody shows of themselves";
    const OPERATION: Operation =
        Operation::new("profile", Envelope::Data).failing_with("failed to get contact profile");
    const PARAMS: &'static [Param] = &[Param::body_or_query("jid"), Param::body_or_query("number")];

    fn refusals() -> Vec<Failure> {
        vec![NOBODY]
    }

    async fn run(self, session: Session) -> Result<Profile, Failure> {
        let Self(person) = self;
        let shown = session.contacts().profile(&person).await?.ok_or(NOBODY)?;
        Ok(Profile {
            person: session.named(shown.jid).await.into(),
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
