//! Videos as phones send them: MP4, with their sides, their duration and a small picture.

use std::time::{Duration, Instant};

use tracing::debug;

use super::ffmpeg::Ffmpeg;
use super::format::Format;
use super::preview::{self, Preview};
use super::{Kind, Media};
use crate::failure::{Failure, Invalid};
use crate::memory::{Held, Permit};
use crate::telemetry::Chain;

const MP4: &str = "video/mp4";
const INSTEAD: &str = "send an MP4 video (H.264 with AAC)";

/// A video that phones can play.
pub struct Film {
    pub bytes: Held<Vec<u8>>,
    pub mime_type: &'static str,
    pub preview: Preview,
    /// How long it took to make it what it is; none: it was already.
    pub conversion: Option<Duration>,
}

/// What is wanted of it.
#[derive(Clone, Copy, Debug)]
pub struct Wishes<'a> {
    /// Where the request has it.
    pub field: &'static str,
    /// What its site calls it.
    pub served: Option<&'a str>,
    /// Make MP4 of what is another video.
    pub convert: bool,
    /// Draw a small picture of it, where that can be done.
    pub draw: bool,
}

/// Looks at it, and makes it MP4 where that is wished. `room`: for what is made of it.
pub async fn of(
    ffmpeg: &Ffmpeg,
    bytes: Held<Vec<u8>>,
    wishes: Wishes<'_>,
    room: Permit,
) -> Result<Film, Failure> {
    let field = wishes.field;
    let is_other =
        |format: &Format| format.mime_type.starts_with("video/") && format.mime_type != MP4;
    let other = Format::of(&bytes).filter(is_other);
    if let Some(format) = other.as_ref().filter(|format| format.shown.is_none())
        && !wishes.convert
    {
        let (name, mime_type) = (&format.name, format.mime_type);
        let problem = format!(
            "the media is {name} ({mime_type}), which phones do not show: set convertToMP4 to true, or {}",
            format.instead()
        );
        return Err(Invalid::media(problem).at(field).into());
    }
    let (bytes, conversion) = match other.filter(|_| wishes.convert) {
        None => (bytes, None),
        Some(format) => {
            let begun = Instant::now();
            let made = ffmpeg.mp4(&bytes, room.another()).await;
            let made = made.map_err(|unmade| {
                let what = format!("converted from {} to MP4", format.name);
                unmade.explain(field, &what, INSTEAD)
            })?;
            (made, Some(begun.elapsed()))
        }
    };
    let mut mime_type = MP4;
    let bytes = bytes.try_map(|bytes| {
        let media = Media::new(Some(Kind::Video), wishes.served, bytes)?;
        mime_type = media.mime_type;
        Ok::<_, Invalid>(media.bytes)
    });
    let bytes = bytes.map_err(|wrong| wrong.at(field))?;
    let (bytes, mut preview) = preview::of(Kind::Video, bytes, room.another()).await?;
    if wishes.draw && ffmpeg.is_configured() {
        preview.thumbnail = thumbnail(ffmpeg, &bytes, room).await;
    }
    Ok(Film {
        bytes,
        mime_type,
        preview,
        conversion,
    })
}

/// A video is one without it.
async fn thumbnail(ffmpeg: &Ffmpeg, video: &[u8], room: Permit) -> Option<Vec<u8>> {
    let still = ffmpeg.still(video, room.another()).await;
    let still =
        still.inspect_err(|error| debug!(error = %Chain(error), "a video has no thumbnail"));
    let drawn = preview::thumbnail("thumbnail", still.ok()?, room).await;
    drawn
        .inspect_err(|error| debug!(error = %Chain(error), "a video has no thumbnail"))
        .ok()
}
