//! POST and DELETE /groups/{jid}/picture — what a group shows as its picture.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::groups::{NOT_ADMIN, NOT_FOUND};
use crate::failure::{Failure, Invalid};
use crate::jid::GroupJid;
use crate::media::encoded;

/// What to show.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "image_base64": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    })
)]
pub struct SetGroupPicture {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
    /// A JPEG, PNG or WebP picture in base64, also as a data URL; its middle is shown.
    image_base64: String,
}

/// Which group.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RemoveGroupPicture {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
}

/// Shows this picture: a JPEG, PNG or WebP, not looked at yet.
pub struct SetPicture {
    group: GroupJid,
    picture: Vec<u8>,
}

/// The picture as WhatsApp knows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupPicture, example = json!({"picture_id": "1718000000"}))]
pub struct Set {
    picture_id: String,
}

/// The group shows no picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NoGroupPicture)]
pub struct Removed {}

impl Input for SetGroupPicture {
    type Command = SetPicture;

    fn check(self) -> Result<SetPicture, Invalid> {
        if self.image_base64.trim().is_empty() {
            let problem = "image_base64 is required: DELETE takes the picture away";
            return Err(Invalid::field("image_base64", problem));
        }
        Ok(SetPicture {
            group: self.jid,
            picture: encoded::decode("image_base64", self.image_base64)?,
        })
    }
}

impl Command for SetPicture {
    type Reply = Set;
    const SUMMARY: &'static str = "Gives a group its picture";
    const OPERATION: Operation =
        Operation::new("group_picture", Envelope::Flat).failing_with("failed to set group picture");
    const PARAMS: &'static [Param] = &[Param::path("jid")];
    const LARGE: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ADMIN]
    }

    async fn run(self, session: Session) -> Result<Set, Failure> {
        let portrait = session.media().portrait(self.picture).await?;
        let picture_id = session.groups().set_picture(&self.group, portrait).await?;
        Ok(Set { picture_id })
    }
}

impl Command for RemoveGroupPicture {
    type Reply = Removed;
    const SUMMARY: &'static str = "Takes a group's picture away";
    const OPERATION: Operation = Operation::new("group_picture_removal", Envelope::Flat)
        .failing_with("failed to remove group picture");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ADMIN]
    }

    async fn run(self, session: Session) -> Result<Removed, Failure> {
        session.groups().remove_picture(&self.jid).await?;
        Ok(Removed {})
    }
}
