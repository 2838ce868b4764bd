//! Pictures and videos on their way to WhatsApp: where they come from and what they are.

pub mod address;
pub mod download;
pub mod preview;
mod special;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::failure::Invalid;

/// What WhatsApp shows it as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Image,
    Video,
}

impl Kind {
    /// As requests name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
        }
    }
}

/// A picture or a video.
#[derive(Debug)]
pub struct Media {
    /// What it is shown as.
    pub kind: Kind,
    /// What its bytes say, or else its sender.
    pub mime_type: String,
    /// Not empty.
    pub bytes: Vec<u8>,
}

impl Media {
    /// Takes `wanted` and `mime_type` at their word only where the bytes do not say otherwise.
    pub fn new(
        wanted: Option<Kind>,
        mime_type: Option<String>,
        bytes: Vec<u8>,
    ) -> Result<Self, Invalid> {
        if bytes.is_empty() {
            return Err(Invalid::media("the media is empty"));
        }
        let found = infer::get(&bytes).map(|found| found.mime_type().to_owned());
        let told = mime_type.as_deref().and_then(kind_of);
        let seen = found.as_deref().and_then(kind_of);
        let Some(kind) = wanted.or(told).or(seen) else {
            let what = found.as_deref().unwrap_or("of an unknown kind");
            let problem = format!("the media is {what}, not an image or a video");
            return Err(Invalid::media(problem));
        };
        if let Some(what) = &found
            && seen != Some(kind)
        {
            let problem = format!("the media is {what}, not {}", kind.name());
            return Err(Invalid::media(problem));
        }
        let mime_type = found
            .or(mime_type)
            .unwrap_or_else(|| default_type(kind).to_owned());
        Ok(Self {
            kind,
            mime_type,
            bytes,
        })
    }
}

/// Reads base64, also as browsers hand it over: as a data URL.
pub fn decode(field: &str, data: &str) -> Result<Vec<u8>, Invalid> {
    let data = match data.split_once(";base64,") {
        Some((head, data)) if head.starts_with("data:") => data,
        _ => data,
    };
    // Encoders of mail, and many command lines, break the lines.
    let bytes = match data.trim() {
        lines if lines.contains(['\r', '\n']) => {
            BASE64_STANDARD.decode(lines.replace(['\r', '\n'], ""))
        }
        line => BASE64_STANDARD.decode(line),
    };
    bytes.map_err(|error| Invalid::field(field, format!("{field} is not base64: {error}")))
}

/// What a media type is shown as.
pub fn kind_of(mime_type: &str) -> Option<Kind> {
    match mime_type.split('/').next()?.to_ascii_lowercase().as_str() {
        "image" => Some(Kind::Image),
        "video" => Some(Kind::Video),
        _ => None,
    }
}

fn default_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Image => "image/jpeg",
        Kind::Video => "video/mp4",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_have_the_last_word() {
        let png = b"\x89PNG\r\n\x1a\n0000".to_vec();
        let mp4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
        let pdf = b"%PDF-1.7".to_vec();
        let unknown = b"nobody knows".to_vec();
        let new = |wanted, mime: Option<&str>, bytes: &[u8]| {
            let media = Media::new(wanted, mime.map(str::to_owned), bytes.to_vec());
            media
                .map(|media| (media.kind, media.mime_type))
                .map_err(|problem| problem.message)
        };
        let image = |mime: &str| Ok((Kind::Image, mime.to_owned()));
        assert_eq!(new(None, None, &png), image("image/png"));
        assert_eq!(new(None, Some("image/jpeg"), &png), image("image/png"));
        assert_eq!(new(Some(Kind::Image), None, &unknown), image("image/jpeg"));
        assert_eq!(
            new(None, Some("image/x-new"), &unknown),
            image("image/x-new")
        );
        assert_eq!(
            new(None, None, &mp4),
            Ok((Kind::Video, "video/mp4".to_owned()))
        );
        let refused = |text: &str| Err(text.to_owned());
        assert_eq!(
            new(Some(Kind::Video), None, &png),
            refused("the media is image/png, not video")
        );
        assert_eq!(
            new(None, Some("image/png"), &pdf),
            refused("the media is application/pdf, not image")
        );
        let neither = refused("the media is of an unknown kind, not an image or a video");
        assert_eq!(new(None, None, &unknown), neither);
        assert_eq!(new(None, None, b""), refused("the media is empty"));
    }
}
