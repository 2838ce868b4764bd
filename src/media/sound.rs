//! Sound as phones send it: Opus in Ogg, with its duration and, of a voice message, its bars.

use std::time::{Duration, Instant};

use tracing::debug;

use super::ffmpeg::Ffmpeg;
use super::format::Format;
use super::opus::{NotHeard, Opus};
use super::waveform::BARS;
use crate::failure::{Failure, Invalid};
use crate::memory::{Held, Permit};
use crate::telemetry::Chain;

/// Of what is sent.
pub const MIME_TYPE: &str = "audio/ogg; codecs=opus";
const INSTEAD: &str = "send Opus in Ogg (audio/ogg; codecs=opus)";

/// A sound that phones can play.
pub struct Sound {
    pub bytes: Held<Vec<u8>>,
    pub seconds: u32,
    /// None: it is no voice message, or there is nothing that could listen to it.
    pub bars: Option<[u8; BARS]>,
    /// What it was.
    pub original: &'static str,
    /// How long it took to make it what it is; none: it was already.
    pub conversion: Option<Duration>,
}

/// Makes it what phones send, where it is not. `field`: where the request has it. `voice`: it is to be a voice message.
/// `room`: for what is made of it.
pub async fn of(
    ffmpeg: &Ffmpeg,
    field: &'static str,
    bytes: Held<Vec<u8>>,
    voice: bool,
    room: Permit,
) -> Result<Sound, Failure> {
    let unheard = |problem: NotHeard| Invalid::media(format!("{field} {problem}")).at(field);
    let original = original(&bytes).map_err(|wrong| wrong.at(field))?;
    let (bytes, opus, original, conversion) = match Opus::read(&bytes) {
        Some(opus) => (bytes, opus.map_err(unheard)?, MIME_TYPE, None),
        None => {
            let begun = Instant::now();
            let made = ffmpeg.opus(&bytes, voice, room).await;
            let made = made.map_err(|unmade| {
                let what = format!("converted from {original} to Opus");
                unmade.explain(field, &what, INSTEAD)
            })?;
            let opus = Opus::read(&made).unwrap_or(Err(NotHeard::Silent));
            (
                made,
                opus.map_err(unheard)?,
                original,
                Some(begun.elapsed()),
            )
        }
    };
    let bars = match voice && ffmpeg.is_configured() {
        true => bars(ffmpeg, &bytes).await,
        false => None,
    };
    Ok(Sound {
        bytes,
        seconds: opus.seconds,
        bars,
        original,
        conversion,
    })
}

/// A voice message is one without them.
async fn bars(ffmpeg: &Ffmpeg, sound: &[u8]) -> Option<[u8; BARS]> {
    let bars = ffmpeg.bars(sound).await;
    bars.unwrap_or_else(|error| {
        debug!(error = %Chain(&error), "a voice message has no bars");
        None
    })
}

/// What it is. What certainly is no sound is refused by name.
fn original(bytes: &[u8]) -> Result<&'static str, Invalid> {
    if bytes.is_empty() {
        return Err(Invalid::media("the media is empty"));
    }
    let Some(Format {
        name, mime_type, ..
    }) = Format::of(bytes)
    else {
        return Ok("an unknown format");
    };
    let has_sound = ["audio/", "video/"]
        .iter()
        .any(|kind| mime_type.starts_with(kind));
    match has_sound || mime_type == "application/ogg" {
        true => Ok(mime_type),
        false => {
            let problem = format!("the media is {name} ({mime_type}), not sound: {INSTEAD}");
            Err(Invalid::media(problem))
        }
    }
}
