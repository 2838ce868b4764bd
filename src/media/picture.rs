//! Pictures that are decoded to be shown smaller: on white, upright, as JPEG.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageResult, Limits, Rgb, RgbImage,
};

use super::header::Header;

/// Longest side of a thumbnail, in pixels.
const THUMBNAIL: u32 = 96;
/// Sides of a profile picture: what WhatsApp's own clients upload.
const PORTRAIT: u32 = 640;
/// What is made smaller than this at once looks no worse for it, and takes no memory for what is in between.
const HALFWAY: u32 = 2 * PORTRAIT;

/// Of a picture that is made JPEG in its own size: what phones use, 1 to 100.
const QUALITY: u8 = 90;

/// The most bytes that a picture takes on its way to JPEG in its own size: turned, and what comes of it.
pub fn rewriting(header: &Header) -> u64 {
    u64::from(header.width) * u64::from(header.height) * 12
}

/// The most bytes that a picture made smaller takes on its way to JPEG.
pub fn finishing(header: &Header) -> u64 {
    let pixels = u64::from(header.width) * u64::from(header.height);
    pixels.min(u64::from(HALFWAY).pow(2)) * 24
}

/// A decoded picture.
pub struct Picture {
    pixels: DynamicImage,
    orientation: Orientation,
}

impl Picture {
    /// Takes no more memory than the header says.
    pub fn decode(bytes: &[u8], header: &Header) -> ImageResult<Self> {
        let source = Cursor::new(bytes);
        let pixels = match header.format {
            ImageFormat::Jpeg => pixels(JpegDecoder::new(source)?, header),
            ImageFormat::WebP => pixels(WebPDecoder::new(source)?, header),
            _ => {
                let mut limits = Limits::default();
                limits.max_alloc = Some(header.beside);
                pixels(PngDecoder::with_limits(source, limits)?, header)
            }
        };
        Ok(Self {
            pixels: pixels?,
            orientation: header.orientation,
        })
    }

    /// A small picture of all of it.
    pub fn thumbnail(&self) -> ImageResult<Vec<u8>> {
        let (width, height) = self.pixels.dimensions();
        let longest = width.max(height);
        let shorter = |side: u32| {
            let side = u64::from(side) * u64::from(THUMBNAIL) / u64::from(longest);
            u32::try_from(side).unwrap_or(THUMBNAIL).max(1)
        };
        let small = match longest > THUMBNAIL {
            true => imageops::thumbnail(&OnWhite(&self.pixels), shorter(width), shorter(height)),
            false => copy(&OnWhite(&self.pixels)),
        };
        self.finish(small)
    }

    /// All of it in its own size.
    pub fn jpeg(&self) -> ImageResult<Vec<u8>> {
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
        let seen = OnWhite(&self.pixels);
        if self.orientation == Orientation::NoTransforms {
            encoder.encode_image(&seen)?;
        } else {
            let mut upright = DynamicImage::ImageRgb8(copy(&seen));
            upright.apply_orientation(self.orientation);
            upright.write_with_encoder(encoder)?;
        }
        Ok(jpeg)
    }

    /// The square in the middle, as a profile shows it.
    pub fn portrait(&self) -> ImageResult<Vec<u8>> {
        let (width, height) = self.pixels.dimensions();
        let side = width.min(height);
        let (left, top) = ((width - side) / 2, (height - side) / 2);
        let seen = OnWhite(&self.pixels);
        let middle = imageops::crop_imm(&seen, left, top, side, side);
        let halfway = match side > HALFWAY {
            true => imageops::thumbnail(&*middle, HALFWAY, HALFWAY),
            false => copy(&*middle),
        };
        let square = match side > PORTRAIT {
            true => imageops::resize(&halfway, PORTRAIT, PORTRAIT, FilterType::Triangle),
            false => halfway,
        };
        self.finish(square)
    }

    /// Turned last, when it is small.
    fn finish(&self, small: RgbImage) -> ImageResult<Vec<u8>> {
        let mut picture = DynamicImage::ImageRgb8(small);
        picture.apply_orientation(self.orientation);
        let mut jpeg = Cursor::new(Vec::new());
        picture.write_to(&mut jpeg, ImageFormat::Jpeg)?;
        Ok(jpeg.into_inner())
    }
}

/// Refuses what is not what its header said.
fn pixels(decoder: impl ImageDecoder, header: &Header) -> ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(header.width);
    limits.max_image_height = Some(header.height);
    limits.max_alloc = Some(header.memory);
    let (width, height) = decoder.dimensions();
    limits.check_dimensions(width, height)?;
    limits.reserve(decoder.total_bytes())?;
    DynamicImage::from_decoder(decoder)
}

fn copy(view: &impl GenericImageView<Pixel = Rgb<u8>>) -> RgbImage {
    RgbImage::from_fn(view.width(), view.height(), |x, y| view.get_pixel(x, y))
}

/// A picture as it looks on white, which is what phones show what is transparent on.
struct OnWhite<'a>(&'a DynamicImage);

impl GenericImageView for OnWhite<'_> {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let [red, green, blue, alpha] = self.0.get_pixel(x, y).0;
        let alpha = u32::from(alpha);
        let on_white = |colour: u8| {
            let light = u32::from(colour) * alpha + 255 * (255 - alpha);
            ((light + 127) / 255) as u8
        };
        Rgb([on_white(red), on_white(green), on_white(blue)])
    }
}
