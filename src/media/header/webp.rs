//! WebP (RFC 9649): the canvas, the frame inside, what is lossless in it, and EXIF.

use image::ImageFormat;
use image::metadata::Orientation;

use super::{Header, orientation, product};

/// The most bytes of tables of codes that a byte of a lossless picture can make the decoder build: 11 bytes describe a
/// code whose table takes 4 KiB.
const TABLES: u64 = 450;
/// A pixel of a frame: its planes, its colours, and its transparency with what that was made of.
const OF_FRAME: u64 = 12;
/// A pixel of the canvas: what is drawn on, and what comes of it.
const OF_CANVAS: u64 = 8;
/// The tables that every decoder has, whatever the picture.
const FIXED: u64 = 256 * 1024;
/// What a frame may call the size of one of its parts: it is reserved before it turns out that less is there.
const PART: u64 = 1 << 24;
/// The bit of an extended picture's flags that says so.
const ANIMATION: u8 = 0x02;
/// Chunks that are looked into: `ANMF` holds others.
const DEEPEST: u8 = 1;

/// What stands in the chunks.
#[derive(Default)]
struct Found<'a> {
    canvas: Option<(u32, u32)>,
    /// Of the largest.
    frame: Option<(u32, u32)>,
    lossy: bool,
    /// Bytes in the largest chunk that is lossless, or may be.
    lossless: u64,
    exif: Option<&'a [u8]>,
    animated: bool,
    /// A chunk is longer than what is there.
    cut: bool,
}

pub fn read(bytes: &[u8]) -> Option<Header> {
    let mut found = Found::default();
    found.look(bytes.get(12..)?, 0)?;
    if found.cut {
        return None;
    }
    let frame = found.frame?;
    let (width, height) = found.canvas.unwrap_or(frame);
    // Planes are made of squares of 16 pixels.
    let of_frame = product(&[frame.0.next_multiple_of(16), frame.1.next_multiple_of(16)]);
    let of_frame = of_frame.saturating_mul(OF_FRAME);
    let of_canvas = product(&[width, height]).saturating_mul(OF_CANVAS);
    let of_tables = found.lossless.saturating_mul(TABLES);
    let file = 2 * bytes.len() as u64 + FIXED + if found.lossy { PART } else { 0 };
    let memory = of_frame
        .saturating_add(of_canvas)
        .saturating_add(of_tables)
        .saturating_add(file);
    Some(Header {
        format: ImageFormat::WebP,
        width,
        height,
        orientation: found.exif.map_or(Orientation::NoTransforms, orientation),
        memory,
        beside: 0,
        animated: found.animated,
    })
}

impl<'a> Found<'a> {
    /// None: there is something that decoders may read in another way than we do.
    fn look(&mut self, mut bytes: &'a [u8], depth: u8) -> Option<()> {
        while let Some(kind) = bytes.first_chunk::<4>() {
            let length = u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?) as usize;
            let content = bytes.get(8..)?;
            self.cut |= length > content.len();
            let content = &content[..length.min(content.len())];
            self.take(kind, content, depth)?;
            let after = 8 + length.saturating_add(length & 1);
            bytes = bytes.get(after..).unwrap_or_default();
        }
        Some(())
    }

    fn take(&mut self, kind: &[u8; 4], content: &'a [u8], depth: u8) -> Option<()> {
        match kind {
            b"VP8X" => {
                self.canvas = Some((u24(content, 4)? + 1, u24(content, 7)? + 1));
                self.animated |= content.first()? & ANIMATION != 0;
            }
            b"VP8 " => {
                self.frame(lossy(content)?);
                self.lossy = true;
            }
            b"VP8L" => {
                self.frame(lossless(content)?);
                self.lossless = self.lossless.max(content.len() as u64);
            }
            b"ALPH" => self.lossless = self.lossless.max(content.len() as u64),
            b"ANMF" if depth < DEEPEST => {
                self.frame((u24(content, 6)? + 1, u24(content, 9)? + 1));
                self.look(content.get(16..)?, depth + 1)?;
            }
            b"EXIF" => {
                self.exif.get_or_insert(content);
            }
            _ => {}
        }
        Some(())
    }

    fn frame(&mut self, sides: (u32, u32)) {
        let (width, height) = self.frame.unwrap_or_default();
        self.frame = Some((width.max(sides.0), height.max(sides.1)));
    }
}

fn u24(bytes: &[u8], place: usize) -> Option<u32> {
    let [low, middle, high] = *bytes.get(place..)?.first_chunk()?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}

/// Behind a tag of three bytes and a start code.
fn lossy(frame: &[u8]) -> Option<(u32, u32)> {
    let [w, idth, h, eight] = *frame.get(6..)?.first_chunk()?;
    let side = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3fff);
    Some((side([w, idth]), side([h, eight])))
}

/// Behind a signature of one byte: two numbers of 14 bits, less one.
fn lossless(frame: &[u8]) -> Option<(u32, u32)> {
    let bits = u32::from_le_bytes(*frame.get(1..)?.first_chunk()?);
    Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
}
