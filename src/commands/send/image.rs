//! POST /send/image — a picture to somebody or to a group.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::media::{Manner, refusals};
use super::picture::shown;
use super::{Effort, Quoted, Seconds, Sent, Stopwatch, by_number, millis};
use crate::commands::{Command, Input};
use crate::contract::operation::Operation;
use crate::contract::text::Caption;
use crate::device::session::Session;
use crate::device::session::media::File;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::media::Image;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};
use crate::media::mime_type;
use crate::media::source::Source;

/// Which picture to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "number": "5511999999999",
        "image_url": "https://cdn.example.com/products/shirt.jpg",
        "caption": "The blue one is back",
        "delay": 2,
        "viewOnce": false
    })
)]
pub struct SendImage {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    number: Chat,
    /// JPEG, PNG or WebP in base64, also as a data URL. Either this or `image_url`.
    image: Option<String>,
    /// Where to fetch it.
    image_url: Option<String>,
    /// Below it.
    caption: Option<Caption>,
    /// How many seconds nothing happens before.
    delay: Option<Seconds>,
    /// How many seconds the chat then shows that somebody is typing.
    #[serde(rename = "typingDuration")]
    typing_duration: Option<Seconds>,
    /// Whoever has seen it cannot see it again; absent: no.
    #[serde(rename = "viewOnce")]
    view_once: Option<bool>,
    /// Who is mentioned: their numbers, as they stand after an `@` in the caption.
    #[schema(value_type = Option<Vec<String>>)]
    mentioned: Option<Vec<Person>>,
    /// The message that it answers.
    quoted: Option<Quoted>,
}

/// A picture that is to be sent.
pub struct SendPicture {
    source: Source,
    manner: Manner,
    view_once: bool,
}

/// A picture that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentImage {
    #[serde(flatten)]
    sent: Sent,
    metadata: SentImageMetadata,
}

/// How it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentImageMetadata {
    #[serde(flatten)]
    effort: Effort,
    /// Of what was sent.
    image_size_bytes: usize,
    /// Of what was sent: PNG and WebP are made JPEG.
    #[schema(example = "image/jpeg")]
    image_format: &'static str,
    /// Nothing where the request brought it.
    download_time_ms: u64,
    upload_time_ms: u64,
    /// How many people it mentions.
    mentions_processed: usize,
    /// The message that it answers is known here: it shows what that holds.
    quoted_message_found: bool,
    /// It can be seen once.
    view_once_enabled: bool,
}

impl Input for SendImage {
    type Command = SendPicture;

    fn check(self) -> Result<SendPicture, Invalid> {
        let source = Source::one_of(("image", self.image), ("image_url", self.image_url))?;
        let times = (self.delay, self.typing_duration);
        let manner = Manner::new(
            self.number,
            times,
            self.caption,
            self.mentioned,
            self.quoted,
        );
        Ok(SendPicture {
            source,
            manner,
            view_once: self.view_once.unwrap_or(false),
        })
    }
}

impl Command for SendPicture {
    type Reply = SentImage;
    const SUMMARY: &'static str = "Sends a picture to somebody or to a group";
    const OPERATION: Operation = by_number("send_image", "failed to send image");
    const LARGE: bool = true;
    const SENDS: bool = true;

    fn patience(&self) -> Duration {
        self.manner.patience()
    }

    fn refusals() -> Vec<Failure> {
        refusals()
    }

    async fn run(self, session: Session) -> Result<SentImage, Failure> {
        let Self {
            source,
            manner,
            view_once,
        } = self;
        let stopwatch = Stopwatch::start(&session);
        let (chat, found) = manner.open(&session, source, false).await?;
        let download_time = found.took;
        let (picture, preview) = shown(&session, found).await?;
        let (size, mime_type) = (picture.len(), mime_type(&picture));
        let (beside, media) = (manner.bytes(), session.media());
        let refers = manner.refer(&chat).await?;
        let uploaded = media.upload(File::Image, picture, beside).await?;
        let upload_time = uploaded.took;
        let image = Image {
            mime_type: mime_type.to_owned(),
            caption: refers.caption,
            preview,
        };
        let message = Outgoing::image(uploaded, image, refers.references, view_once);
        chat.pace(&refers.pace).await?;
        let jid = chat.named();
        let ack = chat.send(message.in_envelope(view_once)).await?;
        let (sent, effort) = stopwatch.stop(ack, jid);
        Ok(SentImage {
            sent,
            metadata: SentImageMetadata {
                effort,
                image_size_bytes: size,
                image_format: mime_type,
                download_time_ms: millis(download_time),
                upload_time_ms: millis(upload_time),
                mentions_processed: refers.mentions,
                quoted_message_found: refers.quotes,
                view_once_enabled: view_once,
            },
        })
    }
}
