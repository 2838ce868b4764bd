//! GET /contacts/profile-picture — where somebody's picture, or a group's, is to be fetched.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::operation::{Envelope, Operation};
use crate::person::{self, Person};

const NONE: Failure = Failure::NotFound("profile picture not found");

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetPicture {
    /// Whose, as a JID or LID; or a group.
    #[serde(default)]
    pub jid: Option<String>,
    /// A phone number, where there is no `jid`.
    #[serde(default)]
    pub number: Option<String>,
    /// `false` or `0` for the full size.
    #[serde(default)]
    pub preview: Option<String>,
    /// The caller's copy: when it is still the one, no address is given.
    #[serde(default)]
    pub existing_id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = ContactPicture,
    example = json!({
        "jid": "5511999999999@s.whatsapp.net",
        "url": "https://pps.whatsapp.net/v/t61.24694-24/1.jpg",
        "id": "1700000000",
        "type": "image",
        "direct_path": "/v/t61.24694-24/1.jpg"
    })
)]
pub struct Picture {
    jid: String,
    url: Option<String>,
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    direct_path: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unchanged: bool,
}

impl GetPicture {
    /// A user's or a group's JID.
    fn target(&self) -> Result<String, Invalid> {
        if let Some(jid) = self.jid.as_ref().filter(|jid| person::is_group(jid)) {
            return Ok(jid.clone());
        }
        let person = Person::from_either(self.jid.as_deref(), self.number.as_deref())?;
        Ok(person.to_string())
    }

    fn is_preview(&self) -> bool {
        !matches!(self.preview.as_deref(), Some("false" | "0"))
    }
}

impl Command for GetPicture {
    type Reply = Picture;
    const SUMMARY: &'static str =
        "Tells where the picture of somebody, or of a group, is to be fetched";
    const OPERATION: Operation = Operation::new("profile_picture", Envelope::Data)
        .failing_with("failed to get profile picture");
    const QUERY: &'static [&'static str] = &["jid", "number", "preview", "existing_id"];

    fn refusals() -> Vec<Failure> {
        vec![NONE]
    }

    fn validate(&self) -> Result<(), Invalid> {
        self.target().map(drop)
    }

    async fn run(self, session: Session) -> Result<Picture, Failure> {
        let (jid, preview) = (self.target()?, self.is_preview());
        let picture = session
            .contacts()
            .picture(&jid, preview)
            .await?
            .ok_or(NONE)?;
        let unchanged = self.existing_id.as_ref() == Some(&picture.id);
        Ok(Picture {
            jid,
            url: (!unchanged).then_some(picture.url),
            id: picture.id,
            kind: if preview { "preview" } else { "image" },
            direct_path: picture.direct_path.filter(|_| !unchanged),
            unchanged,
        })
    }
}
