//! POST /status/text — a text-only status, to everyone the status privacy admits.

use serde::Deserialize;
use utoipa::ToSchema;

use super::audience::{OnceAudience, once};
use super::link::{Link, LinkPreview};
use super::privacy::each_once;
use super::{OPERATION, Posted, PostedOrUnderWay, StatusType};
use crate::commands::{Command, Input};
use crate::contract::color::Color;
use crate::contract::operation::Operation;
use crate::contract::text::NonBlank;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::status::{Font, Look};
use crate::device::session::status::Once;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// People whom one status mentions: as many as phones let anybody mention.
const MOST_MENTIONED: usize = 5;

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
    mentions: Vec<Person>,
    once: Option<Once>,
}

impl Input for PostStatusText {
    type Command = PublishText;

    fn check(self) -> Result<PublishText, Invalid> {
        let text = String::from(self.text);
        let mentions = each_once(self.mentions.unwrap_or_default());
        if mentions.len() > MOST_MENTIONED {
            let problem = format!("mentions must not hold more than {MOST_MENTIONED} people");
            return Err(Invalid::field("mentions", problem));
        }
        let link = self.link_preview.map(|link| link.of(&text)).transpose()?;
        Ok(PublishText {
            look: Look {
                background: self.background_color.map(|color| color.argb),
                font: self.font.unwrap_or_default(),
            },
            text,
            link,
            mentions,
            once: once(self.audience),
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
        let status = session.status();
        let preview = async {
            match self.link {
                Some(link) => link.preview(&session).await.map(Some),
                None => Ok(None),
            }
        };
        let audience = status.audience(self.once.as_ref());
        let mentioned = status.mentioned(&self.mentions);
        let (preview, audience, mentioned) = futures::try_join!(preview, audience, mentioned)?;
        let text = Outgoing::status_text(self.text, self.look);
        let text = text.with_preview(preview).mentioning(&mentioned);
        let posting = status.post(audience.and(&mentioned), text).await?;
        Ok(PostedOrUnderWay::new(posting, StatusType::Text, |posted| {
            posted
        }))
    }
}
