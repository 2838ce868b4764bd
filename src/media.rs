//! Pictures, videos, sounds and files on their way to WhatsApp: where they come from and what they are.

pub mod address;
pub mod document;
pub mod download;
pub mod encoded;
pub mod ffmpeg;
pub mod film;
pub mod format;
pub mod header;
pub mod mp4;
pub mod opus;
pub mod picture;
pub mod preview;
pub mod sound;
pub mod source;
mod special;
pub mod sticker;
pub mod waveform;

use std::borrow::Cow;

use self::format::Format;
use self::mp4::Movie;
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

    /// What a media type is shown as.
    pub fn of(mime_type: &str) -> Option<Self> {
        match mime_type.split('/').next()?.to_ascii_lowercase().as_str() {
            "image" => Some(Self::Image),
            "video" => Some(Self::Video),
            _ => None,
        }
    }
}

/// A picture or a video of a format that phones show.
#[derive(Debug)]
pub struct Media {
    /// What it is shown as.
    pub kind: Kind,
    /// What its bytes say.
    pub mime_type: &'static str,
    /// Not empty.
    pub bytes: Vec<u8>,
}

impl Media {
    /// The bytes alone decide what it is; that has to be what is `wanted`. `served` is what its server calls it, for the
    /// refusal of what nobody knows.
    pub fn new(
        wanted: Option<Kind>,
        served: Option<&str>,
        bytes: Vec<u8>,
    ) -> Result<Self, Invalid> {
        if bytes.is_empty() {
            return Err(Invalid::media("the media is empty"));
        }
        let Some(format) = Format::of(&bytes) else {
            let what = served.map_or(Cow::Borrowed("of an unknown kind"), in_words);
            return Err(is_not(&what, wanted));
        };
        let Some(kind) = format.shown else {
            return Err(not_shown(&format));
        };
        if wanted.is_some_and(|wanted| wanted != kind) {
            return Err(is_not(format.mime_type, wanted));
        }
        if kind == Kind::Video {
            let read = Movie::read(&bytes);
            read.map_err(|problem| {
                let Format {
                    name, mime_type, ..
                } = &format;
                Invalid::media(format!("the media is {name} ({mime_type}) {problem}"))
            })?;
        }
        Ok(Self {
            kind,
            mime_type: format.mime_type,
            bytes,
        })
    }
}

/// The media type that the bytes say; of bytes that say nothing, the one of bytes.
pub fn mime_type(bytes: &[u8]) -> &'static str {
    Format::of(bytes).map_or("application/octet-stream", |format| format.mime_type)
}

/// What a server says of a file, as far as it can be repeated.
fn in_words(content_type: &str) -> Cow<'_, str> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/.+-_".contains(c);
    match essence.is_empty() || essence.len() > 100 || !essence.chars().all(plain) {
        true => Cow::Borrowed("of an unknown kind"),
        false => Cow::Owned(format!("of an unknown kind, served as {essence}")),
    }
}

fn is_not(what: &str, wanted: Option<Kind>) -> Invalid {
    let wanted = wanted.map_or("an image or a video", Kind::name);
    Invalid::media(format!("the media is {what}, not {wanted}"))
}

fn not_shown(format: &Format) -> Invalid {
    let (name, mime_type, instead) = (&format.name, format.mime_type, format.instead());
    let problem = format!("the media is {name} ({mime_type}), which phones do not show: {instead}");
    Invalid::media(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_have_the_last_word() {
        let png = b"\x89PNG\r\n\x1a\n0000".to_vec();
        let mp4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
        let new = |wanted, served, bytes: &[u8]| {
            let media = Media::new(wanted, served, bytes.to_vec());
            media
                .map(|media| (media.kind, media.mime_type))
                .map_err(|problem| problem.message)
        };
        let image = Ok((Kind::Image, "image/png"));
        assert_eq!(new(None, None, &png), image);
        assert_eq!(new(None, Some("application/json"), &png), image);
        assert_eq!(new(Some(Kind::Image), Some("video/mp4"), &png), image);
        let table = [
            (
                Some(Kind::Video),
                None,
                &png[..],
                "the media is image/png, not video",
            ),
            (
                Some(Kind::Image),
                None,
                b"%PDF-1.7",
                "the media is PDF (application/pdf), which phones do not show: \
                 send a picture (JPEG, PNG, WebP) or a video (MP4, 3GP)",
            ),
            (
                None,
                None,
                &mp4,
                "the media is MP4 (video/mp4) without its index (moov), or with a part of it: it was cut off, send all of it",
            ),
            (
                Some(Kind::Image),
                None,
                b"nobody knows",
                "the media is of an unknown kind, not image",
            ),
            (
                None,
                Some("text/plain; charset=utf-8"),
                b"nobody knows",
                "the media is of an unknown kind, served as text/plain, not an image or a video",
            ),
            (
                None,
                Some("<b>\u{7f}</b>"),
                b"nobody knows",
                "the media is of an unknown kind, not an image or a video",
            ),
            (None, None, b"", "the media is empty"),
        ];
        for (wanted, served, bytes, expected) in table {
            assert_eq!(new(wanted, served, bytes), Err(expected.to_owned()));
        }
    }
}
