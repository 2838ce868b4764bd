//! What a status can show, and what is refused by its name.

use wutsd::media::{Kind, Media};

use crate::{beside_others, file, files};

#[test]
fn what_phones_show_is_taken_as_what_it_is() {
    let _beside = beside_others();
    let table = [
        ("baseline.jpg", Kind::Image, "image/jpeg"),
        ("progressive.jpg", Kind::Image, "image/jpeg"),
        ("transparent.png", Kind::Image, "image/png"),
        ("lossy.webp", Kind::Image, "image/webp"),
        ("video.mp4", Kind::Video, "video/mp4"),
        ("rotated.mp4", Kind::Video, "video/mp4"),
        ("fragmented.mp4", Kind::Video, "video/mp4"),
        ("video.3gp", Kind::Video, "video/3gpp"),
        ("video.mov", Kind::Video, "video/quicktime"),
    ];
    for (name, kind, mime_type) in table {
        let media = Media::new(None, Some("text/plain"), file(name)).expect(name);
        assert_eq!((media.kind, media.mime_type), (kind, mime_type), "{name}");
    }
}

#[test]
fn what_phones_do_not_show_is_refused_by_its_name() {
    let _beside = beside_others();
    let table = [
        ("picture.gif", "GIF", "MP4"),
        ("picture.heic", "HEIC", "JPEG"),
        ("picture.avif", "AVIF", "JPEG"),
        ("picture.tiff", "TIFF", "JPEG"),
        ("picture.bmp", "BMP", "JPEG"),
        ("picture.svg", "SVG", "JPEG"),
        ("video.avi", "AVI", "MP4"),
        ("video.mkv", "MKV", "MP4"),
        ("video.webm", "WebM", "MP4"),
        ("video.flv", "FLV", "MP4"),
        ("video.ts", "MPEG-TS", "MP4"),
        ("sound.m4a", "M4A", "MP4"),
        ("sound.mp4", "MP4", "without a video track"),
        ("no-index.mp4", "MP4", "without its index (moov)"),
        ("cut-index.mp4", "MP4", "without its index (moov)"),
        ("document.pdf", "PDF", "JPEG"),
    ];
    for wanted in [None, Some(Kind::Image), Some(Kind::Video)] {
        for (name, format, instead) in table {
            let is_mp4 = name.ends_with(".mp4");
            if is_mp4 && wanted == Some(Kind::Image) {
                continue;
            }
            let refused = Media::new(wanted, None, file(name))
                .expect_err(name)
                .message;
            assert!(
                refused.starts_with(&format!("the media is {format} (")),
                "{refused}"
            );
            assert!(refused.contains(instead), "{refused}");
        }
    }
}

#[test]
fn every_file_of_the_corpus_is_taken_or_refused_with_words() {
    let _beside = beside_others();
    for (name, bytes) in files() {
        if let Err(refused) = Media::new(None, None, bytes) {
            assert!(
                refused.message.starts_with("the media is "),
                "{name}: {refused}"
            );
        }
    }
}
