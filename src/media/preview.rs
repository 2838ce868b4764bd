//! What is shown of media before it has been fetched: a small picture, its dimensions, how long it lasts.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use mp4parse::TrackType;
use tokio::sync::Semaphore;

use super::Kind;
use crate::failure::Invalid;

/// Longest side of a thumbnail, in pixels.
const SIDE: u32 = 96;
/// Sides of a profile picture: what WhatsApp's own clients upload.
const PORTRAIT: u32 = 640;
/// A picture that would need more memory than this is not read.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// Media that is worked on at the same time, for all devices together.
static PERMITS: Semaphore = Semaphore::const_new(2);

/// What is known; what cannot be read is left out, and the media is sent all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// JPEG. None of a video: that would take a decoder for each kind of video.
    pub thumbnail: Option<Vec<u8>>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// Of a video.
    pub seconds: Option<u32>,
}

/// Looks at the media, and gives it back.
pub async fn of(kind: Kind, bytes: Vec<u8>) -> (Vec<u8>, Preview) {
    aside(bytes, move |bytes| match kind {
        Kind::Image => of_image(bytes),
        Kind::Video => of_video(bytes),
    })
    .await
}

/// A square JPEG from the middle of the picture, as a profile shows it.
pub async fn portrait(picture: Vec<u8>) -> Result<Vec<u8>, Invalid> {
    let (_, portrait) = aside(picture, |picture| {
        let picture = read(picture)?;
        let side = picture.width().min(picture.height()).min(PORTRAIT);
        jpeg(&picture.resize_to_fill(side, side, image::imageops::FilterType::Triangle))
    })
    .await;
    let unreadable = "image_base64 must be a JPEG, PNG or WebP picture";
    portrait.ok_or_else(|| Invalid::field("image_base64", unreadable))
}

/// Works where it keeps nobody waiting.
async fn aside<T: Default + Send + 'static>(
    bytes: Vec<u8>,
    work: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> (Vec<u8>, T) {
    // It cannot fail: the semaphore is never closed.
    let _permit = PERMITS.acquire().await;
    let work = move || {
        let result = work(&bytes);
        (bytes, result)
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_default()
}

fn of_image(bytes: &[u8]) -> Preview {
    let Some(picture) = read(bytes) else {
        return Preview::default();
    };
    Preview {
        thumbnail: jpeg(&picture.thumbnail(SIDE, SIDE)),
        width: Some(picture.width()),
        height: Some(picture.height()),
        seconds: None,
    }
}

fn read(bytes: &[u8]) -> Option<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    reader.decode().ok()
}

fn jpeg(picture: &DynamicImage) -> Option<Vec<u8>> {
    let mut jpeg = Cursor::new(Vec::new());
    let written = picture.to_rgb8().write_to(&mut jpeg, ImageFormat::Jpeg);
    written.ok().map(|()| jpeg.into_inner())
}

fn of_video(bytes: &[u8]) -> Preview {
    let Ok(file) = mp4parse::read_mp4(&mut Cursor::new(bytes)) else {
        return Preview::default();
    };
    let video = file
        .tracks
        .iter()
        .find(|track| matches!(track.track_type, TrackType::Video));
    let Some(video) = video else {
        return Preview::default();
    };
    // 16.16 fixed point.
    let pixels = |side: u32| Some(side >> 16).filter(|side| *side > 0);
    let seconds = video
        .duration
        .zip(video.timescale)
        .and_then(|(duration, scale)| {
            let seconds = duration.0.checked_add(scale.0 / 2)?.checked_div(scale.0)?;
            u32::try_from(seconds).ok()
        });
    Preview {
        thumbnail: None,
        width: video.tkhd.as_ref().and_then(|header| pixels(header.width)),
        height: video.tkhd.as_ref().and_then(|header| pixels(header.height)),
        seconds,
    }
}
