//! POST /send/sticker — a sticker to somebody or to a group.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::media::refusals;
use super::{SentTo, by_to};
use crate::commands::{Command, Input};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::media::File;
use crate::device::session::outgoing::{Outgoing, media};
use crate::failure::{Failure, Invalid};
use crate::jid::Chat;
use crate::media::source::Source;
use crate::media::sticker::Sticker;
use crate::media::{Kind, preview};

/// Which sticker to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "sticker_url": "https://cdn.example.com/stickers/thanks.webp",
        "is_animated": false
    })
)]
pub struct SendSticker {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    /// A WebP of at most 500 KB in base64, also as a data URL. Either this or `sticker_url`.
    sticker: Option<String>,
    /// Where to fetch it.
    sticker_url: Option<String>,
    /// What the caller takes it for. Whether it moves, its bytes decide.
    #[serde(rename = "is_animated")]
    _is_animated: Option<bool>,
}

/// A sticker that is to be sent.
pub struct SendThisSticker {
    to: Chat,
    source: Source,
}

/// A sticker that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentSticker {
    #[serde(flatten)]
    sent: SentTo,
    /// It moves.
    is_animated: bool,
}

impl Input for SendSticker {
    type Command = SendThisSticker;

    fn check(self) -> Result<SendThisSticker, Invalid> {
        let (here, url) = (self.sticker, self.sticker_url);
        Ok(SendThisSticker {
            to: self.to,
            source: Source::one_of(("sticker", here), ("sticker_url", url))?,
        })
    }
}

impl Command for SendThisSticker {
    type Reply = SentSticker;
    const SUMMARY: &'static str = "Sends a sticker to somebody or to a group";
    const OPERATION: Operation = by_to("send_sticker", "Failed to send sticker");
    const LARGE: bool = true;
    const SENDS: bool = true;

    fn refusals() -> Vec<Failure> {
        refusals()
    }

    async fn run(self, session: Session) -> Result<SentSticker, Failure> {
        let (messages, uploads) = (session.messages(), session.media());
        let (chat, found) = futures::try_join!(
            messages.open("to", &self.to),
            uploads.fetch(self.source, false)
        )?;
        let field = found.field;
        let sticker = Sticker::read(&found.bytes).map_err(|wrong| wrong.at(field))?;
        // Phones show nothing at all of one whose pixels cannot be read.
        let seen = preview::of(Kind::Image, found.bytes, session.room()).await;
        let (bytes, _) = seen.map_err(|failure| failure.at(field))?;
        let uploaded = uploads.upload(File::Sticker, bytes, 0).await?;
        let shown = media::Sticker {
            mime_type: "image/webp",
            width: sticker.width,
            height: sticker.height,
            animated: sticker.animated,
        };
        let ack = chat.send(Outgoing::sticker(uploaded, shown)).await?;
        Ok(SentSticker {
            sent: SentTo::new(ack, "Sticker sent successfully"),
            is_animated: sticker.animated,
        })
    }
}
