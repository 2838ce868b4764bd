//! POST /newsletters — a new newsletter, which the account owns.

use serde::Deserialize;
use utoipa::ToSchema;

use super::One;
use crate::commands::{Command, Input};
use crate::contract::bounded::{Filled, UpTo};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply::Created;
use crate::device::session::Session;
use crate::device::session::newsletters::NO_ADMIN;
use crate::failure::{Failure, Invalid};
use crate::media::source::Source;

/// What it is called, and what it says of itself.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "name": "Shop news",
        "description": "What is new in the shop",
        "picture": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    })
)]
pub struct CreateNewsletter {
    /// 1 to 100 characters.
    name: Filled<100>,
    /// At most 2048 characters.
    description: Option<UpTo<2048>>,
    /// A JPEG, PNG or WebP picture in base64, also as a data URL; its middle is shown.
    picture: Option<String>,
}

/// A newsletter that is to be made.
pub struct MakeNewsletter {
    name: String,
    description: Option<String>,
    picture: Option<Vec<u8>>,
}

impl Input for CreateNewsletter {
    type Command = MakeNewsletter;

    fn check(self) -> Result<MakeNewsletter, Invalid> {
        let picture = self.picture.filter(|picture| !picture.trim().is_empty());
        let picture = picture.map(|picture| Source::bytes("picture", picture));
        Ok(MakeNewsletter {
            name: self.name.into(),
            description: self.description.map(String::from),
            picture: picture.transpose()?,
        })
    }
}

impl Command for MakeNewsletter {
    type Reply = Created<One>;
    const SUMMARY: &'static str = "Makes a newsletter, which people know as a channel";
    const OPERATION: Operation =
        Operation::new("newsletter", Envelope::Flat).failing_with("failed to create newsletter");
    const MAKES: bool = true;
    const LARGE: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![NO_ADMIN]
    }

    async fn run(self, session: Session) -> Result<Created<One>, Failure> {
        let picture = match self.picture {
            Some(picture) => Some(session.media().square("picture", picture).await?),
            None => None,
        };
        let newsletters = session.newsletters();
        let made = newsletters.create(&self.name, self.description.as_deref(), picture);
        Ok(Created(made.await?.into()))
    }
}
