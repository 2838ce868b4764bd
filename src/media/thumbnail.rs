//! The small picture that is shown before the large one has been fetched.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

/// Longest side, in pixels.
const SIDE: u32 = 96;
/// A picture that would need more memory than this is sent without a thumbnail.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// Pictures that are worked on at the same time, for all devices together.
static PERMITS: Semaphore = Semaphore::const_new(2);

/// A small JPEG of the picture, if it is one that can be read.
pub async fn of(picture: Vec<u8>) -> (Vec<u8>, Option<Vec<u8>>) {
    // It cannot fail: the semaphore is never closed.
    let _permit = PERMITS.acquire().await;
    let work = move || {
        let thumbnail = draw(&picture);
        (picture, thumbnail)
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_default()
}

fn draw(picture: &[u8]) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(picture))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let small = reader.decode().ok()?.thumbnail(SIDE, SIDE).to_rgb8();
    let mut jpeg = Cursor::new(Vec::new());
    small.write_to(&mut jpeg, ImageFormat::Jpeg).ok()?;
    Some(jpeg.into_inner())
}
