//! PNG: its header, whether it has transparent pixels, and EXIF.

use image::ImageFormat;
use image::metadata::Orientation;

use super::{Header, orientation, product, u32_at};

/// What the decoder takes beside pixels and rows: its windows.
const WINDOWS: u64 = 512 * 1024;

pub fn read(bytes: &[u8]) -> Option<Header> {
    let header = bytes.get(8..)?;
    if header.get(4..8)? != b"IHDR" {
        return None;
    }
    let (width, height) = (u32_at(header, 8)?, u32_at(header, 12)?);
    let (depth, colours) = (*header.get(16)?, *header.get(17)?);
    let mut exif = None;
    let mut transparent = false;
    for (kind, content) in chunks(bytes) {
        match &kind {
            b"tRNS" => transparent = true,
            b"eXIf" => exif = Some(content),
            _ => {}
        }
    }
    let row = row(width, depth, colours, transparent);
    let pixels = row.saturating_mul(height.into());
    let beside = beside(bytes, row);
    Some(Header {
        format: ImageFormat::Png,
        width,
        height,
        orientation: exif.map_or(Orientation::NoTransforms, orientation),
        memory: pixels.saturating_add(beside.saturating_mul(2)),
        beside,
        animated: false,
    })
}

/// Bytes of a row of pixels as it comes out.
fn row(width: u32, depth: u8, colours: u8, transparent: bool) -> u64 {
    let bytes = if depth == 16 { 2 } else { 1 };
    product(&[width, channels(colours, transparent), bytes])
}

/// What the decoder may take for rows, and for what the file says beside the picture.
fn beside(bytes: &[u8], row: u64) -> u64 {
    let rows = row.saturating_mul(8);
    rows.saturating_add(bytes.len() as u64 + WINDOWS)
}

/// Palettes are looked up, and transparent colours made a channel.
fn channels(colours: u8, transparent: bool) -> u32 {
    match (colours, transparent) {
        (0, false) => 1,
        (0, true) | (4, _) => 2,
        (2 | 3, false) => 3,
        _ => 4,
    }
}

fn chunks(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let length = u32_at(rest, 0)? as usize;
        let kind = rest.get(4..)?.first_chunk()?;
        let content = rest.get(8..)?.get(..length)?;
        rest = rest.get(8 + length..)?.get(4..).unwrap_or_default();
        Some((*kind, content))
    })
}
