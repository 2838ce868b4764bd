//! POST /status/audio — a voice message or another sound as a status.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::audience::{OnceAudience, Readers};
use super::{OPERATION, Posted, PostedOrUnderWay, StatusType, of_upload};
use crate::commands::{Command, Input};
use crate::contract::color::Color;
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::media::File;
use crate::device::session::messages::context::References;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::media::Audio;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;
use crate::media::sound;
use crate::media::source::Source;

/// What to publish.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "audio_url": "https://cdn.example.com/voice/today.ogg",
        "background_color": "#1E6E4F"
    })
)]
pub struct PostStatusAudio {
    /// The sound in base64, also as a data URL: Opus in Ogg, or what the server can make that of. Either this or
    /// `audio_url`.
    pub audio: Option<String>,
    /// Where to fetch it.
    pub audio_url: Option<String>,
    /// It is a voice message, shown with bars that follow its loudness; absent: yes.
    pub ptt: Option<bool>,
    /// What is shown while it is heard; absent: WhatsApp's green.
    pub background_color: Option<Color>,
    /// Who is told that they are mentioned, and gets it whatever the privacy says: numbers or JIDs, at most 5.
    #[schema(value_type = Option<Vec<String>>, max_items = 5)]
    pub mentions: Option<Vec<Person>>,
    /// To whom it goes this once; absent: to everyone whom the status privacy admits.
    #[schema(value_type = Option<super::audience::Given>)]
    pub audience: Option<OnceAudience>,
}

/// A status with a sound.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    example = json!({
        "message_id": "3EB0C431D17A2B6E9F0C",
        "timestamp": "2026-06-15T14:35:11-03:00",
        "status_type": "audio",
        "mime_type": "audio/ogg; codecs=opus",
        "duration_seconds": 4
    })
)]
pub struct PostedSound {
    #[serde(flatten)]
    pub posted: Posted,
    mime_type: &'static str,
    duration_seconds: u32,
}

impl From<PostedSound> for Posted {
    fn from(sound: PostedSound) -> Self {
        sound.posted
    }
}

/// A sound that is to be posted.
pub struct PostSound {
    source: Source,
    voice: bool,
    background: Option<u32>,
    readers: Readers,
}

impl Input for PostStatusAudio {
    type Command = PostSound;

    fn check(self) -> Result<PostSound, Invalid> {
        Ok(PostSound {
            source: Source::one_of(("audio", self.audio), ("audio_url", self.audio_url))?,
            voice: self.ptt.unwrap_or(true),
            background: self.background_color.map(|color| color.argb),
            readers: Readers::check(self.audience, self.mentions)?,
        })
    }
}

impl Command for PostSound {
    type Reply = PostedOrUnderWay<PostedSound>;
    const SUMMARY: &'static str = "Posts a voice message or another sound as a status";
    const OPERATION: Operation = OPERATION;
    const SENDS: bool = true;
    const LARGE: bool = true;

    fn refusals() -> Vec<Failure> {
        of_upload()
    }

    fn going_on(&self, message_id: &str) -> Option<Self::Reply> {
        PostedOrUnderWay::going_on(message_id, Some(StatusType::Audio))
    }

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let media = session.media();
        let found = media.fetch(self.source, false).await?;
        let (ffmpeg, room) = (media.ffmpeg(), session.room());
        let sound = sound::of(ffmpeg, found.field, found.bytes, self.voice, room).await?;
        // Asked before the upload: nothing is uploaded for an audience that cannot be known.
        let (audience, mentioned) = self.readers.find(&session).await?;
        let uploaded = media.upload(File::Audio, sound.bytes, 0).await?;
        let audio = Audio {
            mime_type: sound::MIME_TYPE,
            seconds: sound.seconds,
            voice: self.voice,
            bars: sound.bars.map(Vec::from),
        };
        let message = Outgoing::audio(uploaded, audio, References::default(), false);
        let message = message
            .on_background(self.background)
            .mentioning(&mentioned);
        // In the order in which files are there: nobody waits for another's.
        let status = session.status();
        let posting = status.post(status.ask(), audience, message).await?;
        let posted = |posted| PostedSound {
            posted,
            mime_type: sound::MIME_TYPE,
            duration_seconds: sound.seconds,
        };
        Ok(PostedOrUnderWay::new(posting, StatusType::Audio, posted))
    }
}
