//! POST /profile/picture — the account's own picture, given in base64.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::media::encoded;

/// What to show.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "image_base64": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    })
)]
pub struct SetProfilePicture {
    /// A JPEG, PNG or WebP picture in base64, also as a data URL; its middle is shown.
    pub image_base64: String,
}

/// Shows this picture: a JPEG, PNG or WebP, not looked at yet.
pub struct SetPicture(Vec<u8>);

/// The picture as WhatsApp knows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PostedPicture, example = json!({"picture_id": "1718000000"}))]
pub struct Posted {
    picture_id: String,
}

impl Input for SetProfilePicture {
    type Command = SetPicture;

    fn check(self) -> Result<SetPicture, Invalid> {
        if self.image_base64.trim().is_empty() {
            return Err(Invalid::field("image_base64", "image_base64 is required"));
        }
        encoded::decode("image_base64", self.image_base64).map(SetPicture)
    }
}

impl Command for SetPicture {
    type Reply = Posted;
    const SUMMARY: &'static str = "Sets the account's own picture";
    const OPERATION: Operation = Operation::new("profile_picture", Envelope::Flat)
        .failing_with("failed to set profile picture");
    const LARGE: bool = true;

    async fn run(self, session: Session) -> Result<Posted, Failure> {
        let portrait = session.media().portrait(self.0).await?;
        let picture_id = session.profile().set_picture(portrait).await?;
        Ok(Posted { picture_id })
    }
}
