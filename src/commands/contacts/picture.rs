//! GET /contacts/profile-picture — where somebody's picture, or a group's, is to be fetched.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::named::NamedPerson;
use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};

const NONE: Failure = Failure::NotFound("profile picture not found");

/// Whose picture, and how large.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetContactProfilePicture {
    /// Whose, as a JID or LID; or a group.
    #[schema(value_type = Option<String>)]
    pub jid: Option<Chat>,
    /// A phone number, where there is no `jid`.
    #[schema(value_type = Option<String>)]
    pub number: Option<Person>,
    /// `false` or `0` for the full size.
    pub preview: Option<bool>,
    /// The caller's copy: when it is still the one, no address is given.
    pub existing_id: Option<String>,
}

/// Asks WhatsApp where a picture is.
pub struct GetPicture {
    of: Chat,
    preview: bool,
    existing_id: Option<String>,
}

/// Where it is to be fetched.
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
    #[serde(flatten)]
    person: NamedPerson,
    url: Option<String>,
    id: String,
    #[serde(rename = "type")]
    kind: Size,
    #[serde(skip_serializing_if = "Option::is_none")]
    direct_path: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unchanged: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PictureSize)]
enum Size {
    Preview,
    Image,
}

impl Input for GetContactProfilePicture {
    type Command = GetPicture;

    fn check(self) -> Result<GetPicture, Invalid> {
        Ok(GetPicture {
            of: Person::from_either(self.jid, self.number)?,
            preview: self.preview.unwrap_or(true),
            existing_id: self.existing_id,
        })
    }
}

impl Command for GetPicture {
    type Reply = Picture;
    const SUMMARY: &'static str =
        "Tells where the picture of somebody, or of a group, is to be fetched";
    const OPERATION: Operation = Operation::new("profile_picture", Envelope::Data)
        .failing_with("failed to get profile picture");
    const PARAMS: &'static [Param] = &[
        Param::query("jid"),
        Param::query("number"),
        Param::query("preview"),
        Param::query("existing_id"),
    ];

    fn refusals() -> Vec<Failure> {
        vec![NONE]
    }

    async fn run(self, session: Session) -> Result<Picture, Failure> {
        let preview = self.preview;
        let picture = session
            .contacts()
            .picture(&self.of, preview)
            .await?
            .ok_or(NONE)?;
        let unchanged = self.existing_id.as_ref() == Some(&picture.id);
        Ok(Picture {
            person: session.named(picture.jid).await.into(),
            url: (!unchanged).then_some(picture.url),
            id: picture.id,
            kind: match preview {
                true => Size::Preview,
                false => Size::Image,
            },
            direct_path: picture.direct_path.filter(|_| !unchanged),
            unchanged,
        })
    }
}
