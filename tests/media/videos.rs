//! What is announced of videos is how they are shown.

use wutsd::media::mp4::{Movie, NotShown};

use crate::{beside_others, file};

#[test]
fn sides_and_seconds_are_those_that_are_shown() {
    let _beside = beside_others();
    let table = [
        ("video.mp4", (64, 32), 3),
        ("video.mov", (64, 32), 3),
        ("upside-down.mp4", (64, 32), 3),
        ("rotated.mp4", (32, 64), 3),
        ("fragmented.mp4", (64, 32), 3),
        ("video.3gp", (176, 144), 2),
    ];
    for (name, sides, seconds) in table {
        let expected = Movie {
            sides: Some(sides),
            seconds: Some(seconds),
        };
        assert_eq!(Movie::read(&file(name)), Ok(expected), "{name}");
    }
}

#[test]
fn what_nobody_could_see_is_no_movie() {
    let _beside = beside_others();
    let table = [
        ("sound.mp4", NotShown::NoPictures),
        ("no-index.mp4", NotShown::NoIndex),
        ("cut-index.mp4", NotShown::NoIndex),
        ("baseline.jpg", NotShown::NoIndex),
    ];
    for (name, expected) in table {
        assert_eq!(Movie::read(&file(name)), Err(expected), "{name}");
    }
    assert_eq!(Movie::read(b""), Err(NotShown::NoIndex));
}

/// The bytes of a box with this type, to be changed.
fn inside<'a>(file: &'a mut [u8], kind: &[u8; 4]) -> &'a mut [u8] {
    let place = file.windows(4).position(|window| window == kind);
    &mut file[place.expect("such a box") + 4..]
}

#[test]
fn what_is_not_known_is_left_out() {
    let _beside = beside_others();
    let mut fragmented = file("fragmented.mp4");
    // The fragments belong to another track.
    inside(&mut fragmented, b"tkhd")[15] = 9;
    let movie = Movie::read(&fragmented).expect("a movie");
    assert_eq!((movie.sides, movie.seconds), (Some((64, 32)), None));
    let mut nothing = file("video.mp4");
    for kind in [b"mvhd", b"tkhd", b"mdhd", b"stsd"] {
        let length = match kind {
            b"tkhd" => 84,
            b"stsd" => 48,
            _ => 24,
        };
        inside(&mut nothing, kind)[8..length].fill(0);
    }
    assert_eq!(Movie::read(&nothing), Ok(Movie::default()));
    let mut endless = file("video.mp4");
    for (kind, place) in [(b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)] {
        inside(&mut endless, kind)[place..place + 4].fill(0xff);
    }
    assert_eq!(Movie::read(&endless).expect("a movie").seconds, None);
}

#[test]
fn a_glimpse_takes_a_second_and_halves_are_rounded() {
    let _beside = beside_others();
    for (ticks, seconds) in [(1, 1), (1000, 1), (1499, 1), (1500, 2), (7000, 7)] {
        let mut video = file("video.mp4");
        let media = inside(&mut video, b"mdhd");
        media[12..16].copy_from_slice(&1000_u32.to_be_bytes());
        media[16..20].copy_from_slice(&u32::to_be_bytes(ticks));
        // Not edited any more: what is shown is the media.
        let place = video.windows(4).position(|window| window == b"edts");
        if let Some(place) = place {
            video[place..place + 4].copy_from_slice(b"free");
        }
        assert_eq!(Movie::read(&video).expect("a movie").seconds, Some(seconds));
    }
}
