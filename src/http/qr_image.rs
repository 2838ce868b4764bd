//! Draws a QR code as a PNG.

use crate::failure::Failure;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use qrcode::{Color, EcLevel, QrCode};

/// Pixels per module.
const SCALE: usize = 6;
/// Light modules around the code, without which scanners do not find it.
const QUIET_ZONE: usize = 4;

#[derive(Debug, thiserror::Error)]
enum DrawError {
    #[error("too much for a QR code")]
    Code(#[from] qrcode::types::QrError),
    #[error("the picture could not be written")]
    Picture(#[from] png::EncodingError),
}

/// `data:image/png;base64,…`
pub fn data_url(text: &str) -> Result<String, Failure> {
    let png = png(text);
    let png = png.map_err(|error| Failure::internal("a QR code could not be drawn", &error))?;
    Ok(format!(
        "data:image/png;base64,{}",
        BASE64_STANDARD.encode(png)
    ))
}

fn png(text: &str) -> Result<Vec<u8>, DrawError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L)?;
    draw(&code)
}

fn draw(code: &QrCode) -> Result<Vec<u8>, DrawError> {
    let modules = code.width();
    let side = (modules + 2 * QUIET_ZONE) * SCALE;
    let dark = |pixel: usize| {
        (pixel / SCALE)
            .checked_sub(QUIET_ZONE)
            .filter(|at| *at < modules)
    };
    let mut pixels = Vec::with_capacity(side * side);
    for y in 0..side {
        for x in 0..side {
            let module = dark(x).zip(dark(y)).map(|at| code[at]);
            pixels.push(if module == Some(Color::Dark) {
                0u8
            } else {
                255
            });
        }
    }
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(png)
}
