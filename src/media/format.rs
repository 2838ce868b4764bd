//! What media is, by its bytes alone: what a status can show, and the names of what it cannot.

use std::borrow::Cow;

use super::Kind;

/// A format with the name that people know it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    pub name: Cow<'static, str>,
    /// Its media type.
    pub mime_type: &'static str,
    /// What it is shown as; none: phones do not show it.
    pub shown: Option<Kind>,
}

const IMAGE: Option<Kind> = Some(Kind::Image);
const VIDEO: Option<Kind> = Some(Kind::Video);

/// After so many bytes that may be anything these follow: then it is called so, and has this type.
type Signature = (
    usize,
    &'static [u8],
    &'static str,
    &'static str,
    Option<Kind>,
);

/// What files begin with.
#[rustfmt::skip]
const SIGNATURES: [Signature; 18] = [
    (0, b"\xff\xd8\xff",        "JPEG",     "image/jpeg",       IMAGE),
    (0, b"\x89PNG\r\n\x1a\n",   "PNG",      "image/png",        IMAGE),
    (8, b"WEBP",                "WebP",     "image/webp",       IMAGE),
    (0, b"GIF87a",              "GIF",      "image/gif",        None),
    (0, b"GIF89a",              "GIF",      "image/gif",        None),
    (0, b"BM",                  "BMP",      "image/bmp",        None),
    (0, b"II*\0",               "TIFF",     "image/tiff",       None),
    (0, b"MM\0*",               "TIFF",     "image/tiff",       None),
    (0, b"II+\0",               "TIFF",     "image/tiff",       None),
    (0, b"MM\0+",               "TIFF",     "image/tiff",       None),
    (8, b"AVI ",                "AVI",      "video/x-msvideo",  None),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMV", "video/x-ms-wmv", None),
    (0, b"FLV\x01",             "FLV",      "video/x-flv",      None),
    (0, b"\0\0\x01\xba",        "MPEG",     "video/mpeg",       None),
    (0, b"\0\0\x01\xb3",        "MPEG",     "video/mpeg",       None),
    (0, b"OggS",                "Ogg",      "application/ogg",  None),
    (0, b"%PDF",                "PDF",      "application/pdf",  None),
    (8, b"WAVE",                "WAV",      "audio/wav",        None),
];

/// Brands of files that are made of boxes (ISO/IEC 14496-12), by how they begin.
#[rustfmt::skip]
const BRANDS: [(&[u8], &str, &str, Option<Kind>); 12] = [
    (b"avi",  "AVIF",      "image/avif",      None),
    (b"hei",  "HEIC",      "image/heic",      None),
    (b"hev",  "HEIC",      "image/heic",      None),
    (b"mif1", "HEIF",      "image/heif",      None),
    (b"msf1", "HEIF",      "image/heif",      None),
    (b"crx ", "CR3",       "image/x-canon-cr3", None),
    (b"M4A ", "M4A",       "audio/mp4",       None),
    (b"M4B ", "M4A",       "audio/mp4",       None),
    (b"3gp",  "3GP",       "video/3gpp",      VIDEO),
    (b"3gr",  "3GP",       "video/3gpp",      VIDEO),
    (b"3g2",  "3GP",       "video/3gpp2",     VIDEO),
    (b"qt  ", "QuickTime", "video/quicktime", VIDEO),
];

impl Format {
    /// None: nothing that has a name.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        boxes(bytes)
            .or_else(|| by_signature(bytes))
            .or_else(|| matroska(bytes))
            .or_else(|| transport_stream(bytes))
            .or_else(|| text(bytes))
            .or_else(|| anything_else(bytes))
    }

    fn new(name: &'static str, mime_type: &'static str, shown: Option<Kind>) -> Self {
        Self {
            name: Cow::Borrowed(name),
            mime_type,
            shown,
        }
    }

    /// What to send in place of it.
    pub fn instead(&self) -> &'static str {
        match self.mime_type.split('/').next() {
            _ if self.mime_type == "image/gif" => "send it as an MP4 video, or one picture of it",
            Some("image") => "send a JPEG, PNG or WebP picture",
            Some("video") => "send an MP4 video (H.264 with AAC) or a 3GP",
            _ => "send a picture (JPEG, PNG, WebP) or a video (MP4, 3GP)",
        }
    }
}

fn by_signature(bytes: &[u8]) -> Option<Format> {
    let found = SIGNATURES.iter().find(|(offset, signature, ..)| {
        let riff = *offset == 0 || bytes.starts_with(b"RIFF");
        let rest = bytes.get(*offset..);
        riff && rest.is_some_and(|rest| rest.starts_with(signature))
    });
    found.map(|(_, _, name, mime_type, shown)| Format::new(name, mime_type, *shown))
}

/// MP4 and its relatives: their first box says what they are, by the brand that they are and those that they claim to be
/// compatible with.
fn boxes(bytes: &[u8]) -> Option<Format> {
    let mp4 = Format::new("MP4", "video/mp4", VIDEO);
    match bytes.get(4..8)? {
        b"ftyp" => {}
        b"styp" | b"moof" => return Some(mp4),
        // From before there were brands.
        b"moov" | b"mdat" | b"wide" | b"pnot" | b"free" | b"skip" => {
            return Some(Format::new("QuickTime", "video/quicktime", VIDEO));
        }
        _ => return None,
    }
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let brands = bytes.get(8..length.min(bytes.len())).unwrap_or_default();
    let (brands, _) = brands.as_chunks::<4>();
    let named = |brand: &[u8; 4]| BRANDS.iter().find(|(begin, ..)| brand.starts_with(begin));
    let major = brands.first().and_then(named);
    // A picture in a general container names its codec among the others; a video's compatible brands say little.
    let is_codec = |found: &&(&[u8], &str, &str, Option<Kind>)| matches!(found.1, "AVIF" | "HEIC");
    let codec = || brands.iter().skip(2).filter_map(named).find(is_codec);
    let found = match major {
        Some((_, "HEIF", ..)) => codec().or(major),
        _ => major,
    };
    let named = found.map(|(_, name, mime_type, shown)| Format::new(name, mime_type, *shown));
    Some(named.unwrap_or(mp4))
}

fn matroska(bytes: &[u8]) -> Option<Format> {
    let head = bytes.strip_prefix(b"\x1a\x45\xdf\xa3")?;
    let head = &head[..head.len().min(256)];
    match head.windows(4).any(|window| window == b"webm") {
        true => Some(Format::new("WebM", "video/webm", None)),
        false => Some(Format::new("MKV (Matroska)", "video/x-matroska", None)),
    }
}

/// Packets of 188 bytes, each of which begins with the letter G.
fn transport_stream(bytes: &[u8]) -> Option<Format> {
    let packets = bytes.first() == Some(&b'G') && bytes.get(188) == Some(&b'G');
    packets.then(|| Format::new("MPEG-TS", "video/mp2t", None))
}

/// What servers answer in place of a picture, and the picture that is a text.
fn text(bytes: &[u8]) -> Option<Format> {
    let head = &bytes[..bytes.len().min(1024)];
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    let is_markup = head.starts_with('<');
    let begins = |names: &[&str]| names.iter().any(|name| head.starts_with(name));
    let (name, mime_type) = if is_markup && head.contains("<svg") && !head.contains("<html") {
        ("SVG", "image/svg+xml")
    } else if begins(&["<!doctype html", "<html", "<head", "<body", "<script"]) {
        ("HTML", "text/html")
    } else if begins(&["<?xml"]) {
        ("XML", "text/xml")
    } else if begins(&["{\"", "{ ", "{\n", "{\r", "{}", "[{", "[\"", "[]"]) {
        ("JSON", "application/json")
    } else {
        return None;
    };
    Some(Format::new(name, mime_type, None))
}

/// The other formats of a list that others keep, under the ending that their files have.
fn anything_else(bytes: &[u8]) -> Option<Format> {
    let found = infer::get(bytes)?;
    Some(Format {
        name: Cow::Owned(found.extension().to_uppercase()),
        mime_type: found.mime_type(),
        shown: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ftyp(brands: &[u8]) -> Vec<u8> {
        let length = u32::try_from(brands.len() + 8).unwrap().to_be_bytes();
        [&length[..], b"ftyp", brands].concat()
    }

    #[test]
    fn each_format_has_its_name() {
        let long = [0; 300];
        let table: [(&[u8], &str, &str); 41] = [
            (b"\xff\xd8\xff\xe0", "JPEG", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n", "PNG", "image/png"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "WebP", "image/webp"),
            (&ftyp(b"isom\0\0\x02\0isomiso2avc1mp41"), "MP4", "video/mp4"),
            (&ftyp(b"mp42\0\0\0\0mp42isom"), "MP4", "video/mp4"),
            (&ftyp(b"M4V \0\0\0\0"), "MP4", "video/mp4"),
            (&ftyp(b"iso8\0\0\0\0mp413gp4"), "MP4", "video/mp4"),
            (&ftyp(b"zzzz\0\0\0\0"), "MP4", "video/mp4"),
            (&ftyp(b"3gp4\0\0\0\0isom3gp4"), "3GP", "video/3gpp"),
            (&ftyp(b"3gp5\0\0\0\0"), "3GP", "video/3gpp"),
            (&ftyp(b"3g2a\0\0\0\0"), "3GP", "video/3gpp2"),
            (&ftyp(b"qt  \0\0\0\0qt  "), "QuickTime", "video/quicktime"),
            (
                b"\0\0\0\x08wide\0\0\0\0mdat",
                "QuickTime",
                "video/quicktime",
            ),
            (&ftyp(b"heic\0\0\0\0mif1heic"), "HEIC", "image/heic"),
            (&ftyp(b"mif1\0\0\0\0mif1heic"), "HEIC", "image/heic"),
            (&ftyp(b"mif1\0\0\0\0miafavif"), "AVIF", "image/avif"),
            (&ftyp(b"mif1\0\0\0\0mif1"), "HEIF", "image/heif"),
            (&ftyp(b"hevc\0\0\0\0msf1"), "HEIC", "image/heic"),
            (&ftyp(b"avif\0\0\0\0avifmif1miaf"), "AVIF", "image/avif"),
            (&ftyp(b"avis\0\0\0\0"), "AVIF", "image/avif"),
            (&ftyp(b"M4A \0\0\0\0M4A mp42"), "M4A", "audio/mp4"),
            (b"GIF89a\x01\0\x01\0", "GIF", "image/gif"),
            (b"GIF87a\x01\0\x01\0", "GIF", "image/gif"),
            (b"BM\x3a\0\0\0", "BMP", "image/bmp"),
            (b"II*\0\x08\0\0\0", "TIFF", "image/tiff"),
            (b"MM\0*\0\0\0\x08", "TIFF", "image/tiff"),
            (b"RIFF\0\0\0\0AVI LIST", "AVI", "video/x-msvideo"),
            (b"RIFF\0\0\0\0WAVEfmt ", "WAV", "audio/wav"),
            (b"\x1a\x45\xdf\xa3\x9fB\x82\x84webm", "WebM", "video/webm"),
            (
                b"\x1a\x45\xdf\xa3B\x82\x88matroska",
                "MKV (Matroska)",
                "video/x-matroska",
            ),
            (
                &[b"G".as_slice(), &long[..187], b"G"].concat(),
                "MPEG-TS",
                "video/mp2t",
            ),
            (b"%PDF-1.7", "PDF", "application/pdf"),
            (
                b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg xmlns='x'/>",
                "SVG",
                "image/svg+xml",
            ),
            (b"<svg width='1'/>", "SVG", "image/svg+xml"),
            (b"<?xml version='1.0'?><Error/>", "XML", "text/xml"),
            (b"\n<!DOCTYPE html><html><svg/></html>", "HTML", "text/html"),
            (b"{\"error\":\"link expired\"}", "JSON", "application/json"),
            (b"[{\"a\": 1}]", "JSON", "application/json"),
            (b"PK\x03\x04\x14\0\0\0", "ZIP", "application/zip"),
            (b"ID3\x04\0\0\0", "MP3", "audio/mpeg"),
            (b"8BPS\0\x01", "PSD", "image/vnd.adobe.photoshop"),
        ];
        for (bytes, name, mime_type) in table {
            let found = Format::of(bytes).expect(name);
            assert_eq!((found.name.as_ref(), found.mime_type), (name, mime_type));
            let shown = ["JPEG", "PNG", "WebP", "MP4", "3GP", "QuickTime"].contains(&name);
            assert_eq!(found.shown.is_some(), shown, "{name}");
        }
        for unknown in [
            &b"nobody knows"[..],
            b"",
            b"\0",
            b"{",
            b"RIFF",
            b"G",
            b"\0\0\0\x18fty",
        ] {
            assert_eq!(Format::of(unknown), None, "{unknown:?}");
        }
    }
}
