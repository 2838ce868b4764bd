//! Stickers: small WebP pictures, which may move.

use super::format::Format;
use super::header::Header;
use crate::failure::Invalid;

/// Bytes. The contract's 500 KB, as generously as that can be read.
const LARGEST: usize = 500 * 1024;

/// What a sticker's bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sticker {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    pub animated: bool,
}

impl Sticker {
    /// Takes no memory. Whether its pixels can be read is another question.
    pub fn read(bytes: &[u8]) -> Result<Self, Invalid> {
        let found = Format::of(bytes);
        let name = found.as_ref().map_or("of an unknown kind", |f| &*f.name);
        if name != "WebP" {
            let problem = format!("the sticker is {name}, not WebP: send a WebP picture");
            return Err(Invalid::media(problem));
        }
        let size = bytes.len();
        if size > LARGEST {
            let problem = format!(
                "the sticker is too large: it has {size} bytes, the limit is {LARGEST} bytes"
            );
            return Err(Invalid::media(problem));
        }
        let Some(header) = Header::read(bytes) else {
            let problem =
                "the sticker cannot be read: it was cut off or is damaged, send all of it";
            return Err(Invalid::media(problem));
        };
        let (width, height) = header.sides();
        Ok(Self {
            width,
            height,
            animated: header.animated,
        })
    }
}
