//! POST /send/audio — a sound or a voice message to somebody or to a group.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::job::SentOrJob;
use super::media::{Manner, refusals};
use super::{Effort, Quoted, Seconds, Sent, Stopwatch, by_number, millis};
use crate::commands::{Command, Input, TakenOn};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::media::File;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::media::Audio;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};
use crate::media::sound;
use crate::media::source::Source;

/// Which sound to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "number": "5511999999999",
        "audio_url": "https://cdn.example.com/voice/welcome.ogg",
        "ptt": true,
        "delay": 2
    })
)]
pub struct SendAudio {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    number: Chat,
    /// The sound in base64, also as a data URL: Opus in Ogg, or what the server can make that of. Either this or
    /// `audio_url`.
    audio: Option<String>,
    /// Where to fetch it.
    audio_url: Option<String>,
    /// It is a voice message; absent: no.
    ptt: Option<bool>,
    /// How many seconds nothing happens before.
    delay: Option<Seconds>,
    /// How many seconds the chat then shows that somebody is recording, or typing what is no voice message.
    #[serde(rename = "typingDuration")]
    typing_duration: Option<Seconds>,
    /// Whoever has heard it cannot hear it again; absent: no.
    #[serde(rename = "viewOnce")]
    view_once: Option<bool>,
    /// Who is mentioned.
    #[schema(value_type = Option<Vec<String>>)]
    mentioned: Option<Vec<Person>>,
    /// The message that it answers.
    quoted: Option<Quoted>,
}

/// A sound that is to be sent.
pub struct SendSound {
    source: Source,
    manner: Manner,
    voice: bool,
    view_once: bool,
}

/// A sound that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentAudio {
    #[serde(flatten)]
    sent: Sent,
    metadata: SentAudioMetadata,
}

/// How it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentAudioMetadata {
    #[serde(flatten)]
    effort: Effort,
    /// Of what was sent.
    audio_size_bytes: usize,
    /// Of what was sent.
    #[schema(example = "audio/ogg; codecs=opus")]
    audio_format: &'static str,
    audio_duration_seconds: u32,
    /// Nothing where nothing was converted.
    conversion_time_ms: u64,
    /// It is a voice message.
    ptt_enabled: bool,
    /// It was another format.
    conversion_applied: bool,
    /// What it was.
    #[schema(example = "audio/mpeg")]
    original_format: &'static str,
    /// It is shown with bars that follow its loudness.
    waveform_generated: bool,
    /// Always no: what goes on as a job has no metadata.
    async_processing: bool,
}

impl Input for SendAudio {
    type Command = SendSound;

    fn check(self) -> Result<SendSound, Invalid> {
        let source = Source::one_of(("audio", self.audio), ("audio_url", self.audio_url))?;
        let (times, voice) = (
            (self.delay, self.typing_duration),
            self.ptt.unwrap_or(false),
        );
        let manner = Manner::new(self.number, times, None, self.mentioned, self.quoted);
        Ok(SendSound {
            source,
            manner: manner.recording(voice),
            voice,
            view_once: self.view_once.unwrap_or(false),
        })
    }
}

impl Command for SendSound {
    type Reply = SentOrJob<SentAudio>;
    const SUMMARY: &'static str = "Sends a sound or a voice message to somebody or to a group";
    const OPERATION: Operation = by_number("send_audio", "failed to send audio");
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
        let Self {
            source,
            manner,
            voice,
            view_once,
        } = self;
        let stopwatch = Stopwatch::start(&session);
        let media = session.media();
        let prepare = async {
            let found = media.fetch(source, false).await?;
            sound::of(
                media.ffmpeg(),
                found.field,
                found.bytes,
                voice,
                session.room(),
            )
            .await
        };
        let (chat, sound) = manner.open_for_job(&session, prepare).await?;
        let (size, beside) = (sound.bytes.len(), manner.bytes());
        let refers = manner.refer(&chat).await?;
        let uploaded = media.upload(File::Audio, sound.bytes, beside).await?;
        let audio = Audio {
            mime_type: sound::MIME_TYPE,
            seconds: sound.seconds,
            voice,
            bars: sound.bars.map(Vec::from),
        };
        let message = Outgoing::audio(uploaded, audio, refers.references, view_once);
        chat.pace(&refers.pace).await?;
        let jid = chat.named();
        let ack = chat.send(message.in_envelope(view_once)).await?;
        let (sent, effort) = stopwatch.stop(ack, jid);
        Ok(SentOrJob::Sent(SentAudio {
            sent,
            metadata: SentAudioMetadata {
                effort,
                audio_size_bytes: size,
                audio_format: sound::MIME_TYPE,
                audio_duration_seconds: sound.seconds,
                conversion_time_ms: millis(sound.conversion.unwrap_or_default()),
                ptt_enabled: voice,
                conversion_applied: sound.conversion.is_some(),
                original_format: sound.original,
                waveform_generated: sound.bars.is_some(),
                async_processing: false,
            },
        }))
    }
}
