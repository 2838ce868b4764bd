//! POST /send/video — a video to somebody or to a group.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::job::SentOrJob;
use super::media::{Manner, refusals};
use super::picture::Picture;
use super::{Effort, Quoted, Seconds, Sent, Stopwatch, by_number, millis};
use crate::commands::{Command, Input, TakenOn};
use crate::contract::operation::Operation;
use crate::contract::text::Caption;
use crate::device::session::Session;
use crate::device::session::media::File;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::media::Video;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};
use crate::media::film::{self, Wishes};
use crate::media::source::Source;

/// Which video to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "number": "5511999999999",
        "video_url": "https://cdn.example.com/tours/flat-12.mp4",
        "caption": "A tour of the flat",
        "generateThumbnail": true,
        "convertToMP4": false
    })
)]
pub struct SendVideo {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    number: Chat,
    /// MP4, 3GP or QuickTime in base64, also as a data URL. Either this or `video_url`.
    video: Option<String>,
    /// Where to fetch it.
    video_url: Option<String>,
    /// Below it.
    caption: Option<Caption>,
    /// How long it lasts; absent: what its bytes say.
    seconds: Option<u32>,
    /// A JPEG, PNG or WebP in base64 that is shown of it. Either this or `thumbnail_url`, or none.
    thumbnail: Option<String>,
    /// Where to fetch what is shown of it.
    thumbnail_url: Option<String>,
    /// Draw one of the video where there is no other; absent: yes. The server needs ffmpeg for it.
    #[serde(rename = "generateThumbnail")]
    generate_thumbnail: Option<bool>,
    /// Make MP4 of a video of another kind; absent: no. The server needs ffmpeg for it.
    #[serde(rename = "convertToMP4")]
    convert_to_mp4: Option<bool>,
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

/// A video that is to be sent.
pub struct SendFilm {
    source: Source,
    manner: Manner,
    seconds: Option<u32>,
    thumbnail: Option<Picture>,
    draw: bool,
    convert: bool,
    view_once: bool,
}

/// A video that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentVideo {
    #[serde(flatten)]
    sent: Sent,
    metadata: SentVideoMetadata,
}

/// How it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentVideoMetadata {
    #[serde(flatten)]
    effort: Effort,
    /// Of what was sent.
    video_size_bytes: usize,
    /// Of what was sent.
    #[schema(example = "video/mp4")]
    video_format: &'static str,
    /// 0: not known.
    video_duration_seconds: u32,
    upload_time_ms: u64,
    /// It was another format.
    was_converted: bool,
    /// The request brought one.
    has_custom_thumbnail: bool,
    /// Always no: what goes on as a job has no metadata.
    async_processing: bool,
}

impl Input for SendVideo {
    type Command = SendFilm;

    fn check(self) -> Result<SendFilm, Invalid> {
        let source = Source::one_of(("video", self.video), ("video_url", self.video_url))?;
        let times = (self.delay, self.typing_duration);
        let manner = Manner::new(
            self.number,
            times,
            self.caption,
            self.mentioned,
            self.quoted,
        );
        let thumbnail = ("thumbnail", self.thumbnail);
        Ok(SendFilm {
            source,
            manner,
            seconds: self.seconds,
            thumbnail: Picture::either(thumbnail, ("thumbnail_url", self.thumbnail_url))?,
            draw: self.generate_thumbnail.unwrap_or(true),
            convert: self.convert_to_mp4.unwrap_or(false),
            view_once: self.view_once.unwrap_or(false),
        })
    }
}

impl Command for SendFilm {
    type Reply = SentOrJob<SentVideo>;
    const SUMMARY: &'static str = "Sends a video to somebody or to a group";
    const OPERATION: Operation = by_number("send_video", "failed to send video");
    const LARGE: bool = true;
    const JOB: bool = true;
    const SENDS: bool = true;

    fn patience(&self) -> Duration {
        self.manner.patience()
    }

    fn refusals() -> Vec<Failure> {
        refusals()
    }

    fn taken_on(&self, message_id: &str) -> Option<TakenOn<Self::Reply>> {
        Some(self.manner.taken_on(message_id))
    }

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let (stopwatch, media) = (Stopwatch::start(&session), session.media());
        let (manner, source, view_once) = (self.manner, self.source, self.view_once);
        let has_custom_thumbnail = self.thumbnail.is_some();
        let prepare = async {
            let custom = match self.thumbnail {
                None => None,
                Some(picture) => Some(picture.thumbnail(&session).await?),
            };
            let found = media.fetch(source, true).await?;
            let wishes = Wishes {
                field: found.field,
                served: found.content_type.as_deref(),
                convert: self.convert,
                draw: self.draw && custom.is_none(),
            };
            let room = session.room();
            let mut film = film::of(media.ffmpeg(), found.bytes, wishes, room).await?;
            film.preview.thumbnail = custom.or(film.preview.thumbnail);
            film.preview.seconds = self.seconds.or(film.preview.seconds);
            Ok(film)
        };
        let (chat, film) = manner.open_for_job(&session, prepare).await?;
        let (size, beside) = (film.bytes.len(), manner.bytes());
        let refers = manner.refer(&chat).await?;
        let uploaded = media.upload(File::Video, film.bytes, beside).await?;
        let upload_time = uploaded.took;
        let seconds = film.preview.seconds.unwrap_or(0);
        let video = Video {
            mime_type: film.mime_type.to_owned(),
            caption: refers.caption,
            preview: film.preview,
        };
        let message = Outgoing::video(uploaded, video, refers.references, view_once);
        chat.pace(&refers.pace).await?;
        let jid = chat.named();
        let ack = chat.send(message.in_envelope(view_once)).await?;
        let (sent, effort) = stopwatch.stop(ack, jid);
        Ok(SentOrJob::Sent(SentVideo {
            sent,
            metadata: SentVideoMetadata {
                effort,
                video_size_bytes: size,
                video_format: film.mime_type,
                video_duration_seconds: seconds,
                upload_time_ms: millis(upload_time),
                was_converted: film.conversion.is_some(),
                has_custom_thumbnail,
                async_processing: false,
            },
        }))
    }
}
