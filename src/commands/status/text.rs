//! POST /status/text — a text-only status, to everyone the status privacy admits.

use serde::Deserialize;
use utoipa::ToSchema;

use super::audience::{OnceAudience, once};
use super::{OPERATION, Posted, PostedOrUnderWay, StatusType};
use crate::commands::Command;
use crate::contract::color::Color;
use crate::contract::operation::Operation;
use crate::contract::text::NonBlank;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::status::{Font, Look};
use crate::failure::Failure;

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
    /// To whom it goes this once; absent: to everyone whom the status privacy admits.
    #[schema(value_type = Option<super::audience::Given>)]
    pub audience: Option<OnceAudience>,
}

impl Command for PostStatusText {
    type Reply = PostedOrUnderWay<Posted>;
    const SUMMARY: &'static str = "Posts a text status to everyone whom the status privacy admits";
    const OPERATION: Operation = OPERATION;
    const SENDS: bool = true;

    fn going_on(&self, message_id: &str) -> Option<Self::Reply> {
        PostedOrUnderWay::going_on(message_id, Some(StatusType::Text))
    }

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let once = once(self.audience);
        let audience = session.status().audience(once.as_ref()).await?;
        let look = Look {
            background: self.background_color.map(|color| color.argb),
            font: self.font.unwrap_or_default(),
        };
        let text = Outgoing::status_text(self.text.into(), look);
        let posting = session.status().post(audience, text).await?;
        Ok(PostedOrUnderWay::new(posting, StatusType::Text, |posted| {
            posted
        }))
    }
}
