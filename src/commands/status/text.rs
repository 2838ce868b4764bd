//! POST /status/text — a text-only status, to everyone the status privacy admits.

use serde::Deserialize;
use utoipa::ToSchema;

use super::audience::{OnceAudience, Readers};
use super::link::{Link, LinkPreview};
use super::{OPERATION, Posted, PostedOrUnderWay, StatusType};
use crate::commands::{Command, Input};
use crate::contract::color::Color;
use crate::contract::operation::Operation;
use crate::contract::text::NonBlank;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::status::{Font, Look};
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// What to publish.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"text": "We are open today from 9am to 6pm. Reply here for support."}))]
pub struct PostStatusText {
    /// What to publish; not blank.
    #[schema(value_type = String)]
    pub text: NonBlank,
    /// What it stands on; absent: WhatsApp's green.
    pub background_color: Option<Color>,
    /// In which letters; absent: the phone's own.
    pub font: Option<Font>,
    /// The page to which the text leads, as phones show it.
    pub link_preview: Option<LinkPreview>,
    /// Who is told that they are mentioned, and gets it whatever the privacy says: numbers or JIDs, at most 5.
    #[schema(value_type = Option<Vec<String>>, max_items = 5)]
    pub mentions: Option<Vec<Person>>,
    /// To whom it goes this once; absent: to everyone whom the status privacy admits.
    #[schema(value_type = Option<super::audience::Given>)]
    pub audience: Option<OnceAudience>,
}

/// Publishes this text.
pub struct PublishText {
    text: String,
    look: Look,
    link: Option<Link>,
    readers: Readers,
}

impl Input for PostStatusText {
    type Command = PublishText;

    fn check(self) -> Result<PublishText, Invalid> {
        let text = String::from(self.text);
        let link = self.link_preview.map(|link| link.of(&text)).transpose()?;
        Ok(PublishText {
            look: Look {
                background: self.background_color.map(|color| color.argb),
                font: self.font.unwrap_or_default(),
            },
            text,
            link,
            readers: Readers::check(self.audience, self.mentions)?,
        })
    }
}

impl Command for PublishText {
    type Reply = PostedOrUnderWay<Posted>;
    const SUMMARY: &'static str = "Posts a text status to everyone whom the status privacy admits";
    const OPERATION: Operation = OPERATION;
    const SENDS: bool = true;

    fn going_on(&self, message_id: &str) -> Option<Self::Reply> {
        PostedOrUnderWay::going_on(message_id, Some(StatusType::Text))
    }

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let asked = session.status().ask();
        let preview = async {
            match self.link {
                Some(link) => link.preview(&session).await.map(Some),
                None => Ok(None),
            }
        };
        let readers = self.readers.find(&session);
        let (preview, (audience, mentioned)) = futures::try_join!(preview, readers)?;
        let text = Outgoing::status_text(self.text, self.look);
        let text = text.with_preview(preview).mentioning(&mentioned);
        let posting = session.status().post(asked, audience, text).await?;
        Ok(PostedOrUnderWay::new(posting, StatusType::Text, |posted| {
            posted
        }))
    }
}
