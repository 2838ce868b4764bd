//! What a picture says about itself in front of its pixels, and how much memory its decoder takes for them.
//!
//! Read before anything is decoded and without a copy of anything, since what a decoder takes has to be known before it is
//! let do it: a progressive JPEG takes three times its pixels, and a WebP may hold a frame larger than itself.

mod jpeg;
mod png;
mod webp;

use image::ImageFormat;
use image::metadata::Orientation;

/// What is known of a picture without decoding it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Header {
    pub format: ImageFormat,
    /// Pixels, as they are stored.
    pub width: u32,
    pub height: u32,
    /// How it has to be turned to be seen as it was taken.
    pub orientation: Orientation,
    /// The most bytes that decoding takes, with the pixels that come of it.
    pub memory: u64,
    /// Bytes of it that a decoder of PNG is to be held to, beside the pixels.
    pub beside: u64,
    /// A WebP that moves.
    pub animated: bool,
}

impl Header {
    /// None: not a picture that can be decoded.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let header = match image::guess_format(bytes).ok()? {
            ImageFormat::Jpeg => jpeg::read(bytes),
            ImageFormat::Png => png::read(bytes),
            ImageFormat::WebP => webp::read(bytes),
            _ => None,
        };
        header.filter(|header| header.width > 0 && header.height > 0)
    }

    /// Width and height as it is seen.
    pub fn sides(&self) -> (u32, u32) {
        match self.orientation.to_exif() {
            5..=8 => (self.height, self.width),
            _ => (self.width, self.height),
        }
    }
}

/// Of the EXIF block of a file, which some begin with its name.
fn orientation(exif: &[u8]) -> Orientation {
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms)
}

/// Bytes for so many pixels, never less than there are.
fn product(factors: &[u32]) -> u64 {
    let factors = factors.iter().copied().map(u64::from);
    factors.fold(1, u64::saturating_mul)
}

fn u16_at(bytes: &[u8], place: usize) -> Option<u16> {
    let bytes = bytes.get(place..)?.first_chunk()?;
    Some(u16::from_be_bytes(*bytes))
}

fn u32_at(bytes: &[u8], place: usize) -> Option<u32> {
    let bytes = bytes.get(place..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}
