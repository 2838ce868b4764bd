//! GET /contacts/profile-picture — where somebody's picture, or a group's, is to be fetched.

use serde::{Deserialize, Serialize};

use crate::commands::Command;
use crate::device::session::Session;
use crate::failure::{Envelope, Failure, Invalid, Operation};
use crate::person::Person;

const NONE: Failure = Failure::NotFound("profile picture not found");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetPicture {
    #[serde(default)]
    pub jid: Option<String>,
    #[serde(default)]
    pub number: Option<String>,
    /// `false` or `0` for the full size.
    #[serde(default)]
    pub preview: Option<String>,
    /// The caller's copy: when it is still the one, no address is given.
    #[serde(default)]
    pub existing_id: Option<String>,
}

#[derive(Debug, Serialize)]
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
        if let Some(jid) = &self.jid
            && let Some(group) = jid.strip_suffix("@g.us")
            && !group.is_empty()
            && group
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-')
        {
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
    const OPERATION: Operation = Operation::new("profile_picture", Envelope::Data)
        .failing_with("failed to get profile picture");
    const QUERY: &'static [&'static str] = &["jid", "number", "preview", "existing_id"];

    fn validate(&self) -> Result<(), Invalid> {
        self.target().map(drop)
    }

    async fn run(self, session: Session) -> Result<Picture, Failure> {
        let (jid, preview) = (self.target()?, self.is_preview());
        let picture = session.picture(&jid, preview).await?.ok_or(NONE)?;
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
