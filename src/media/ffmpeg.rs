//! ffmpeg, a program of somebody else's that makes one kind of sound or video out of another.
//!
//! It reads what strangers have made, so it is kept short: few at a time, for a bounded time and output, without an
//! environment, in a private folder that is removed with it. It may open that folder's files and nothing else: no address,
//! and no format that names other files. It is killed when nobody waits for it any more.

mod process;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tracing::{debug, error};

use self::process::{Output, Process};
use super::waveform::{BARS, Listener};
use crate::config;
use crate::failure::{Failure, Invalid};
use crate::memory::{Held, Permit};
use crate::telemetry::Chain;

/// Formats of one file each; playlists and the like, which name others, are not among them.
const FORMATS: &str = "mov,mp3,ogg,wav,flac,aac,amr,amrnb,amrwb,matroska,aiff,caf,asf,avi,flv,mpegts,mpeg,w64,ape,\
    wv,ac3,eac3,au";
/// Bytes that it may ask for at a time.
const MOST_MEMORY: &str = "268435456";
/// Of a frame: a side of 8192.
const MOST_PIXELS: &str = "67108864";
/// Samples a second of what is only listened to for its loudness.
const LISTENED: &str = "8000";

/// Where it is, and what it may take.
pub struct Ffmpeg {
    /// None: the configuration names none.
    program: Option<PathBuf>,
    timeout: Duration,
    /// Bytes.
    limit: usize,
    turns: Arc<Semaphore>,
}

/// Why it has made nothing.
#[derive(Debug, thiserror::Error)]
pub enum Unmade {
    #[error("the configuration names no ffmpeg")]
    NotConfigured,
    #[error("the program that media.ffmpeg names cannot be run")]
    NotRun(#[source] std::io::Error),
    #[error("a private file for it cannot be written or read")]
    NoFile(#[source] std::io::Error),
    #[error("it takes longer than {} seconds", .0.as_secs_f64())]
    TooLong(Duration),
    #[error("it makes more than {0} bytes of it")]
    TooLarge(usize),
    /// What it says itself, which may name files of ours.
    #[error("it refuses: {0}")]
    Refused(String),
    #[error("there is no room for what it makes")]
    NoRoom(#[from] crate::memory::NoRoom),
}

impl Unmade {
    /// For the caller. `what`: what is to be made, for the words; `instead`: what to send in place of it.
    pub fn explain(self, field: &'static str, what: &str, instead: &str) -> Failure {
        let problem = match &self {
            Self::NotConfigured => format!(
                "{field} would have to be {what}, for which this server needs ffmpeg: {instead}, or have the server's \
                 media.ffmpeg set to where ffmpeg is"
            ),
            Self::NotRun(_) => {
                error!(error = %Chain(&self), "ffmpeg does not run");
                format!(
                    "{field} would have to be {what}, and the program that the server's media.ffmpeg names cannot be \
                     run: {instead}, or have ffmpeg installed there"
                )
            }
            Self::NoFile(_) => return Failure::internal("ffmpeg cannot be given a file", &self),
            Self::NoRoom(_) => return Failure::Overloaded,
            Self::TooLong(_) | Self::TooLarge(_) => {
                format!("{field} cannot be {what}: {self}; {instead}")
            }
            Self::Refused(_) => {
                debug!(error = %Chain(&self), "ffmpeg refuses a file");
                format!(
                    "{field} cannot be {what}: it is damaged, or of a kind that ffmpeg does not know; {instead}"
                )
            }
        };
        Invalid::media(problem).at(field).into()
    }
}

impl Ffmpeg {
    pub fn new(config: &config::Media) -> Self {
        Self {
            program: config.ffmpeg.clone(),
            timeout: config.ffmpeg_timeout,
            limit: config.limit,
            turns: Arc::new(Semaphore::new(config.ffmpeg_processes.get())),
        }
    }

    /// Whether the configuration names one.
    pub fn is_configured(&self) -> bool {
        self.program.is_some()
    }

    /// Opus in Ogg, as phones send it. `voice`: of a voice message, which has one channel. `room`: for what is made.
    pub async fn opus(
        &self,
        sound: &[u8],
        voice: bool,
        room: Permit,
    ) -> Result<Held<Vec<u8>>, Unmade> {
        let (channels, rate, purpose) = match voice {
            true => ("1", "32k", "voip"),
            false => ("2", "96k", "audio"),
        };
        #[rustfmt::skip]
        let arguments = [
            "-map", "0:a:0", "-map_metadata", "-1", "-c:a", "libopus", "-ar", "48000", "-ac", channels, "-b:a", rate,
            "-application", purpose, "-f", "ogg", "pipe:1",
        ];
        self.make(sound, &arguments, room).await
    }

    /// The bars of a voice message. None: there is nothing to hear.
    pub async fn bars(&self, sound: &[u8]) -> Result<Option<[u8; BARS]>, Unmade> {
        #[rustfmt::skip]
        let arguments = ["-map", "0:a:0", "-ac", "1", "-ar", LISTENED, "-f", "s16le", "pipe:1"];
        let mut listener = Listener::default();
        let mut hear = |bytes: &[u8]| {
            listener.hear(bytes);
            Ok(())
        };
        let output = Output::Passing(&mut hear);
        self.run(sound, &arguments, output).await?;
        Ok(listener.bars())
    }

    /// A picture of the video near its beginning, as JPEG. `room`: for what is made.
    pub async fn still(&self, video: &[u8], room: Permit) -> Result<Held<Vec<u8>>, Unmade> {
        #[rustfmt::skip]
        let arguments = [
            "-map", "0:v:0", "-vf", "thumbnail=24,scale=w=640:h=640:force_original_aspect_ratio=decrease",
            "-frames:v", "1", "-c:v", "mjpeg", "-f", "image2pipe", "pipe:1",
        ];
        self.make(video, &arguments, room).await
    }

    /// MP4 with H.264 and AAC, which every phone plays. `room`: for what is made.
    pub async fn mp4(&self, video: &[u8], room: Permit) -> Result<Held<Vec<u8>>, Unmade> {
        #[rustfmt::skip]
        let arguments = [
            "-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-c:v", "libx264", "-preset", "veryfast",
            "-profile:v", "main", "-pix_fmt", "yuv420p", "-vf",
            // Sides that H.264 can have, and that phones play.
            "scale=w='min(1920,iw)':h='min(1920,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2",
            "-c:a", "aac", "-ac", "2", "-b:a", "128k", "-movflags", "+faststart", "-f", "mp4", process::MADE,
        ];
        self.make(video, &arguments, room).await
    }

    /// What it makes of the input, counted by `room`.
    async fn make(
        &self,
        input: &[u8],
        arguments: &[&str],
        room: Permit,
    ) -> Result<Held<Vec<u8>>, Unmade> {
        let mut made = Vec::new();
        let mut keep = |bytes: &[u8]| {
            room.grow(bytes.len())?;
            made.extend_from_slice(bytes);
            Ok(())
        };
        let output = match arguments.last() {
            Some(&process::MADE) => Output::File(&mut keep),
            _ => Output::Pipe(&mut keep),
        };
        self.run(input, arguments, output).await?;
        Ok(Held::new(made, room))
    }

    /// `arguments`: what comes after the input.
    async fn run(
        &self,
        input: &[u8],
        arguments: &[&str],
        output: Output<'_>,
    ) -> Result<(), Unmade> {
        let program = self.program.as_deref().ok_or(Unmade::NotConfigured)?;
        // It cannot fail: the semaphore is never closed.
        let _turn = self.turns.acquire().await;
        #[rustfmt::skip]
        let before = [
            "-nostdin", "-hide_banner", "-loglevel", "error", "-max_alloc", MOST_MEMORY, "-max_pixels", MOST_PIXELS,
            "-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS, "-i", process::GIVEN,
        ];
        let arguments = [&before, arguments].concat();
        let process = Process::start(program, &arguments, input).await?;
        let work = process.work(self.limit, output);
        let done = tokio::time::timeout(self.timeout, work).await;
        done.unwrap_or(Err(Unmade::TooLong(self.timeout)))
    }
}
