//! JPEG: the frame (ITU-T T.81, B.2.2), whether its coefficients are kept until the last scan, and EXIF.

use image::ImageFormat;
use image::metadata::Orientation;

use super::{Header, orientation, product, u16_at};

/// What stands in front of the pixels: frame and first scan.
#[derive(Default)]
struct Segments<'a> {
    frame: Option<Frame<'a>>,
    /// Components in the first scan.
    scan: u8,
    exif: Option<&'a [u8]>,
    /// Something that decoders may read in another way than we do.
    doubtful: bool,
}

#[derive(Clone, Copy)]
struct Frame<'a> {
    progressive: bool,
    height: u16,
    width: u16,
    /// Three bytes each: id, sampling factors, table.
    components: &'a [u8],
}

pub fn read(bytes: &[u8]) -> Option<Header> {
    let segments = Segments::read(bytes);
    let frame = segments.frame?;
    let turned = segments.exif.map(orientation);
    Some(Header {
        format: ImageFormat::Jpeg,
        width: frame.width.into(),
        height: frame.height.into(),
        orientation: turned.unwrap_or(Orientation::NoTransforms),
        memory: memory(bytes, &segments, frame),
        beside: 0,
        animated: false,
    })
}

impl<'a> Segments<'a> {
    fn read(bytes: &'a [u8]) -> Self {
        let mut found = Self::default();
        let mut rest = bytes.get(2..).unwrap_or_default();
        while let Some((marker, content, after)) = segment(rest) {
            rest = after;
            match marker {
                0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                    found.doubtful |= found.frame.is_some();
                    // The larger one of two, whichever is decoded.
                    let frame = Frame::read(marker, content);
                    found.frame = [found.frame, frame]
                        .into_iter()
                        .flatten()
                        .max_by_key(Frame::pixels);
                }
                0xda => {
                    found.scan = content.first().copied().unwrap_or(0);
                    return found;
                }
                0xe1 if content.starts_with(b"Exif\0\0") => {
                    found.exif.get_or_insert(content);
                }
                // Without content, and not expected here.
                0x01 | 0xd0..=0xd9 => found.doubtful = true,
                _ => {}
            }
        }
        found.doubtful = true;
        found
    }
}

/// The next marker with its content, and what follows.
fn segment(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let bytes = bytes.strip_prefix(b"\xff")?;
    let filling = bytes.iter().take_while(|byte| **byte == 0xff).count();
    let marker = *bytes.get(filling)?;
    let length = usize::from(u16_at(bytes, filling + 1)?);
    let content = bytes.get(filling + 3..filling + 1 + length)?;
    Some((marker, content, &bytes[filling + 1 + length..]))
}

impl<'a> Frame<'a> {
    fn read(marker: u8, content: &'a [u8]) -> Option<Self> {
        let count = usize::from(*content.get(5)?);
        Some(Self {
            progressive: !matches!(marker, 0xc0 | 0xc1),
            height: u16_at(content, 1)?,
            width: u16_at(content, 3)?,
            components: content.get(6..6 + count * 3)?,
        })
    }

    fn pixels(&self) -> u64 {
        product(&[self.width.into(), self.height.into()])
    }

    /// Horizontal and vertical sampling of each component.
    fn samplings(&self) -> impl Iterator<Item = (u32, u32)> {
        let factors = self
            .components
            .chunks_exact(3)
            .map(|component| component[1]);
        factors.map(|both| (u32::from(both >> 4).max(1), u32::from(both & 15).max(1)))
    }
}

/// The file is copied, and once more what it says beside the picture; then the pixels, some rows of each component, and all
/// coefficients where a later scan may still change them.
fn memory(bytes: &[u8], segments: &Segments<'_>, frame: Frame<'_>) -> u64 {
    let (width, height) = (u32::from(frame.width), u32::from(frame.height));
    let components = (frame.components.len() / 3) as u32;
    let horizontal = frame.samplings().map(|(h, _)| h).max().unwrap_or(1);
    let vertical = frame.samplings().map(|(_, v)| v).max().unwrap_or(1);
    let channels = if components == 1 { 1 } else { 3 };
    let pixels = product(&[width, height, channels]);
    let columns = width.div_ceil(8 * horizontal);
    let rows = product(&[columns * 8 * horizontal, components + 1, 64 * vertical]);
    let kept = frame.progressive || segments.doubtful || u32::from(segments.scan) != components;
    let blocks: u32 = frame.samplings().map(|(h, v)| h * v).sum();
    let of_rows = height.div_ceil(8 * vertical);
    let coefficients = product(&[columns, of_rows, blocks, 64, 2]);
    let file = 2 * bytes.len() as u64;
    file + pixels + rows + if kept { coefficients } else { 0 }
}
