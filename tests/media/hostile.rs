//! Files that somebody has cut, spoilt or made: nothing panics, takes more memory than was said before, or takes long.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use image::ImageResult;
use proptest::prelude::*;
use proptest::sample::Index;
use wutsd::media::Media;
use wutsd::media::format::Format;
use wutsd::media::header::Header;
use wutsd::media::mp4::Movie;
use wutsd::media::opus::Opus;
use wutsd::media::picture::{self, Picture};

use crate::{ALLOCATOR, alone, file, files};

/// Spoilt pictures that need more are not decoded here: it would take long, and others decode that much.
const LARGEST: u64 = 32 << 20;
/// Of one small file, in a build that is not optimised.
const LONGEST: Duration = Duration::from_secs(5);
/// For what is neither pixels nor file: names, errors, logs.
const SLACK: u64 = 64 << 10;
/// What a decoder takes for itself, however small the picture: its tables, of which a spoilt file may have several.
const TABLES: u64 = 128 << 10;

/// The most bytes that the work takes.
fn taken(work: impl FnOnce()) -> u64 {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    work();
    ALLOCATOR.peak_usage().saturating_sub(before) as u64
}

/// Looks at it as the daemon does.
fn look(bytes: &[u8]) {
    let begun = Instant::now();
    let looked = taken(|| {
        let _ = Format::of(bytes);
        let _ = Movie::read(bytes);
        let _ = Opus::read(bytes);
        let _ = Header::read(bytes);
    });
    assert!(looked < SLACK, "{looked} bytes");
    if let Some(header) = Header::read(bytes)
        && header.memory <= LARGEST
    {
        draw(bytes, &header);
    }
    let took = begun.elapsed();
    assert!(took < LONGEST, "{took:?}");
}

fn draw(bytes: &[u8], header: &Header) {
    let smaller = |picture: &Picture| {
        picture.thumbnail()?;
        picture.portrait()
    };
    let small = picture::finishing(header);
    takes_no_more(bytes, header, small, smaller);
    let whole = small + picture::rewriting(header);
    takes_no_more(bytes, header, whole, Picture::jpeg);
}

/// `beside`: what drawing may take besides decoding.
fn takes_no_more(
    bytes: &[u8],
    header: &Header,
    beside: u64,
    draw: fn(&Picture) -> ImageResult<Vec<u8>>,
) {
    let taken = taken(|| {
        // A decoder may panic, which ends where it was called.
        let _ = catch_unwind(AssertUnwindSafe(|| {
            Picture::decode(bytes, header).and_then(|picture| draw(&picture))
        }));
    });
    let said = header.memory + beside + TABLES;
    assert!(
        taken <= said,
        "{taken} bytes are more than {said}: {header:?}"
    );
}

/// Where the sides of a picture stand, and how.
fn with_sides(
    name: &str,
    places: [Range<usize>; 2],
    sides: (u32, u32),
    big_endian: bool,
) -> Vec<u8> {
    let mut bytes = file(name);
    for (place, side) in places.into_iter().zip([sides.0, sides.1]) {
        let length = place.len();
        let side = match big_endian {
            true => side.to_be_bytes()[4 - length..].to_vec(),
            false => side.to_le_bytes()[..length].to_vec(),
        };
        bytes[place].copy_from_slice(&side);
    }
    bytes
}

fn place_of(name: &str, signature: &[u8]) -> usize {
    let bytes = file(name);
    let found = bytes
        .windows(signature.len())
        .position(|window| window == signature);
    found.expect("such a part")
}

/// The file with other sides than it has pixels for.
fn jpeg(name: &str, width: u32, height: u32) -> Vec<u8> {
    let frame = [b"\xff\xc0", b"\xff\xc2"].into_iter().find_map(|marker| {
        let bytes = file(name);
        bytes.windows(2).position(|window| window == marker)
    });
    let frame = frame.expect("a frame");
    with_sides(
        name,
        [frame + 7..frame + 9, frame + 5..frame + 7],
        (width, height),
        true,
    )
}

fn lossy_webp(width: u32, height: u32) -> Vec<u8> {
    let place = place_of("lossy.webp", b"VP8 ") + 14;
    with_sides(
        "lossy.webp",
        [place..place + 2, place + 2..place + 4],
        (width, height),
        false,
    )
}

#[test]
fn decoders_take_no_more_memory_than_was_said_before() {
    let _alone = alone();
    let mut pictures: Vec<(String, Vec<u8>)> = Vec::new();
    for name in [
        "baseline.jpg",
        "progressive.jpg",
        "gray.jpg",
        "cmyk.jpg",
        "exif-6.jpg",
    ] {
        for (width, height) in [
            (1200, 900),
            (9000, 20),
            (20, 9000),
            (65535, 8),
            (1, 65535),
            (17, 17),
        ] {
            pictures.push((
                format!("{name} {width} × {height}"),
                jpeg(name, width, height),
            ));
        }
    }
    for (width, height) in [(1200, 900), (16383, 16), (16, 16383)] {
        pictures.push((
            format!("WebP {width} × {height}"),
            lossy_webp(width, height),
        ));
    }
    for colours in [
        png::ColorType::Grayscale,
        png::ColorType::Rgb,
        png::ColorType::Rgba,
    ] {
        for depth in [png::BitDepth::Eight, png::BitDepth::Sixteen] {
            for (width, height) in [(1000, 700), (60_000, 3), (3, 60_000)] {
                let mut bytes = Vec::new();
                let mut encoder = png::Encoder::new(&mut bytes, width, height);
                encoder.set_color(colours);
                encoder.set_depth(depth);
                let row = colours.samples() * width as usize * depth.into_u8_bytes();
                let mut writer = encoder.write_header().expect("a header");
                writer
                    .write_image_data(&vec![7; row * height as usize])
                    .expect("pixels");
                writer.finish().expect("a picture");
                pictures.push((format!("PNG {width} × {height} {colours:?}"), bytes));
            }
        }
    }
    let noise = image::RgbaImage::from_fn(500, 400, |x, y| {
        let bits = (x * 7919 + y * 104_729)
            .wrapping_mul(2_654_435_761)
            .to_be_bytes();
        image::Rgba(bits)
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    noise
        .write_to(&mut bytes, image::ImageFormat::WebP)
        .expect("a WebP");
    pictures.push(("lossless WebP".to_owned(), bytes.into_inner()));
    pictures.extend(files());
    let mut drawn = 0;
    for (name, bytes) in &pictures {
        if let Some(header) = Header::read(bytes) {
            println!("{name}: {header:?}");
            draw(bytes, &header);
            drawn += 1;
        }
    }
    assert!(drawn > 60, "{drawn}");
}

trait Depth {
    fn into_u8_bytes(self) -> usize;
}

impl Depth for png::BitDepth {
    fn into_u8_bytes(self) -> usize {
        if self == png::BitDepth::Sixteen { 2 } else { 1 }
    }
}

#[test]
fn what_a_picture_hides_is_counted_before_it_is_decoded() {
    let _alone = alone();
    let needed = |bytes: &[u8]| Header::read(bytes).map_or(0, |header| header.memory >> 20);
    // 4:4:4 and 4:2:0: pixels, and twice as much or as much again for the coefficients.
    assert!((760..=830).contains(&needed(&jpeg("baseline.jpg", 16300, 16300))));
    assert!((1500..=1700).contains(&needed(&jpeg("progressive.jpg", 16300, 16300))));
    assert!((750..=830).contains(&needed(&jpeg("gray.jpg", 16300, 16300))));
    // A second frame, a scan of one component, and something between the segments: read as somebody may read it.
    let small = jpeg("baseline.jpg", 2000, 2000);
    let plain = needed(&small);
    let frame = small
        .windows(2)
        .position(|window| window == b"\xff\xc0")
        .expect("a frame");
    let scan = small
        .windows(2)
        .position(|window| window == b"\xff\xda")
        .expect("a scan");
    let large = jpeg("baseline.jpg", 9000, 9000);
    let two = [&small[..frame], &large[frame..scan], &small[frame..]].concat();
    assert!(needed(&two) > 300);
    let mut one = small.clone();
    one[scan + 4] = 1;
    assert!(needed(&one) > plain * 3 / 2, "{plain}");
    let between = [&small[..scan], b"\xff\xd0\0\x02", &small[scan..]].concat();
    assert!(needed(&between) > plain * 3 / 2);
    // A frame that is larger than its canvas.
    let frame = lossy_webp(16383, 16383);
    let canvas = [b"VP8X\x0a\0\0\0\0\0\0\0", &[15, 0, 0, 15, 0, 0][..]].concat();
    let hidden = [&frame[..12], &canvas, &frame[12..]].concat();
    assert_eq!(Header::read(&hidden).expect("a picture").sides(), (16, 16));
    assert!(needed(&hidden) > 3000);
    // A chunk that is longer than what is there.
    let mut cut = file("exif.webp");
    let exif = place_of("exif.webp", b"EXIF");
    cut[exif + 4..exif + 8].fill(0xff);
    assert_eq!(Header::read(&cut), None);
}

#[test]
fn every_beginning_of_every_file_is_read_or_refused() {
    let _alone = alone();
    for (_, bytes) in files() {
        for end in (0..bytes.len()).step_by(1 + bytes.len() / 60) {
            look(&bytes[..end]);
            let _ = Media::new(None, None, bytes[..end].to_vec());
        }
    }
}

#[test]
fn boxes_in_any_number_take_time_for_each_and_no_memory() {
    let _alone = alone();
    let many = |one: &[u8]| one.repeat((4 << 20) / one.len());
    let in_box = |kind: &[u8], content: &[u8]| {
        let length = u32::try_from(content.len() + 8)
            .expect("small")
            .to_be_bytes();
        [&length, kind, content].concat()
    };
    let video = file("fragmented.mp4");
    let moof = video
        .windows(4)
        .position(|window| window == b"moof")
        .expect("a fragment")
        - 4;
    let (head, fragments) = video.split_at(moof);
    for content in [
        in_box(b"moov", &many(b"\0\0\0\x08free")),
        in_box(b"moov", &many(b"\0\0\0\x08trak")),
        many(b"\0\0\0\x08moof"),
        in_box(b"moof", &many(b"\0\0\0\x08traf")),
        many(fragments),
        in_box(b"uuid", &many(b"\0\0\0\0")),
    ] {
        look(&[head, &content].concat());
        look(&[&head[..28], &content].concat());
    }
    // As many samples as can be said, in a few bytes.
    let mut run = video.clone();
    let trun = video
        .windows(4)
        .position(|window| window == b"trun")
        .expect("a run");
    run[trun + 4..trun + 12].copy_from_slice(b"\0\0\0\0\xff\xff\xff\xff");
    look(&run);
}

/// What somebody does to a file.
#[derive(Clone, Debug)]
enum Harm {
    Set(Index, u8),
    /// A number becomes one that is near the end of its range.
    Extreme(Index, u32),
    Cut(Index),
    Remove(Index, u16),
    Repeat(Index, u16),
}

fn harm() -> impl Strategy<Value = Harm> {
    let extremes = prop::sample::select(vec![0, 1, 2, 7, 8, 0x7fff_ffff, 0x8000_0000, u32::MAX]);
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(place, byte)| Harm::Set(place, byte)),
        3 => (any::<Index>(), extremes).prop_map(|(place, number)| Harm::Extreme(place, number)),
        1 => any::<Index>().prop_map(Harm::Cut),
        1 => (any::<Index>(), 1..64_u16).prop_map(|(place, length)| Harm::Remove(place, length)),
        1 => (any::<Index>(), 1..64_u16).prop_map(|(place, length)| Harm::Repeat(place, length)),
    ]
}

impl Harm {
    fn done_to(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        let part = |place: &Index, count: &u16| {
            let begin = place.index(length);
            begin..length.min(begin + usize::from(*count))
        };
        match self {
            Self::Set(place, byte) => bytes[place.index(length)] = *byte,
            Self::Extreme(place, number) => {
                let part = part(place, &4);
                let number = number.to_be_bytes();
                bytes[part.clone()].copy_from_slice(&number[..part.len()]);
            }
            Self::Cut(place) => bytes.truncate(place.index(length)),
            Self::Remove(place, count) => drop(bytes.drain(part(place, count))),
            Self::Repeat(place, count) => {
                let copy = bytes[part(place, count)].to_vec();
                let place = place.index(length);
                bytes.splice(place..place, copy);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spoilt_files_are_read_or_refused(which in any::<Index>(), harms in prop::collection::vec(harm(), 1..6)) {
        let _alone = alone();
        let (_, mut bytes) = files().swap_remove(which.index(files().len()));
        for harm in &harms {
            harm.done_to(&mut bytes);
        }
        look(&bytes);
        let _ = Media::new(None, None, bytes);
    }
}
