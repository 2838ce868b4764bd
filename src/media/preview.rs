//! What is shown of media before it has been fetched: a small picture, its dimensions, how long it lasts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use image::{ImageFormat, ImageResult};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::debug;

use super::Kind;
use super::header::Header;
use super::mp4::Movie;
use super::picture::{self, Picture};
use crate::failure::{Failure, Invalid};
use crate::memory::{Held, NoRoom, Permit};
use crate::telemetry::Chain;

/// A picture that would need more memory than this is not read.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// Pixels. No JPEG can have more, and no phone shows it.
const LONGEST_SIDE: u32 = 65_535;
/// Pictures that are decoded at the same time, for all devices together, when they are small; large ones fewer.
const AT_ONCE: u64 = 2;
/// Bytes are counted in pieces of so many.
const PIECE: u64 = 4096;

/// What is known; what there is no memory to find out is left out, and the media is sent all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// JPEG. None of a video: that would take a decoder for each kind of video.
    pub thumbnail: Option<Vec<u8>>,
    /// Pixels, as it is seen.
    pub width: Option<u32>,
    /// Pixels, as it is seen.
    pub height: Option<u32>,
    /// Of a video.
    pub seconds: Option<u32>,
}

/// Why there is no profile picture.
#[derive(Debug, thiserror::Error)]
enum NoPortrait {
    #[error("must be a JPEG, PNG or WebP picture")]
    Unreadable,
    #[error(
        "is too large: {width} × {height} pixels need {needed} MiB to be read, {} are allowed",
        MOST_MEMORY >> 20
    )]
    TooLarge {
        width: u32,
        height: u32,
        /// MiB.
        needed: u64,
    },
}

/// Looks at the media, and gives it back. `room`: for what the decoder takes.
pub async fn of(
    kind: Kind,
    bytes: Held<Vec<u8>>,
    room: Permit,
) -> Result<(Held<Vec<u8>>, Preview), Failure> {
    match kind {
        Kind::Video => {
            let preview = of_video(&bytes);
            Ok((bytes, preview))
        }
        Kind::Image => of_image(bytes, room).await,
    }
}

/// A square JPEG from the middle of the picture, upright, as a profile shows it. `room`: for what the decoder takes.
/// `field`: where the request has it.
pub async fn portrait(
    field: &'static str,
    picture: Held<Vec<u8>>,
    room: Permit,
) -> Result<Vec<u8>, Failure> {
    let refused =
        |problem: NoPortrait| Failure::from(Invalid::field(field, format!("{field} {problem}")));
    let header = header(&picture).map_err(refused)?;
    let needed = picture::finishing(&header);
    match decode(picture, header, needed, room, Picture::portrait).await? {
        (_, Drawn::Done(portrait)) => Ok(portrait.into_parts().0),
        (_, Drawn::NoRoom | Drawn::Unreadable) => Err(refused(NoPortrait::Unreadable)),
    }
}

/// Makes a picture of another kind JPEG, upright and on white, which is what phones send each other; and looks at it.
/// `room`: for what the decoder takes.
pub async fn as_jpeg(
    picture: Held<Vec<u8>>,
    room: Permit,
) -> Result<(Held<Vec<u8>>, Preview), Failure> {
    let (header, preview) = sides(&picture)?;
    if header.format == ImageFormat::Jpeg {
        return of_image(picture, room).await;
    }
    let needed = picture::finishing(&header) + picture::rewriting(&header);
    let draw = |picture: &Picture| Ok((picture.jpeg()?, picture.thumbnail()?));
    match decode(picture, header, needed, room, draw).await? {
        (_, Drawn::Unreadable) => Err(damaged().into()),
        // It is a small server, and phones can read it.
        (picture, Drawn::NoRoom) => Ok((picture, preview)),
        (_, Drawn::Done(drawn)) => {
            let ((jpeg, thumbnail), counted) = drawn.into_parts();
            counted.shrink_to(jpeg.len() + thumbnail.len());
            let thumbnail = Some(thumbnail);
            Ok((
                Held::new(jpeg, counted),
                Preview {
                    thumbnail,
                    ..preview
                },
            ))
        }
    }
}

/// A small JPEG of a picture that stands for something else. `field`: where the request has it.
pub async fn thumbnail(
    field: &'static str,
    picture: Held<Vec<u8>>,
    room: Permit,
) -> Result<Vec<u8>, Failure> {
    let blamed = |problem: &dyn std::fmt::Display| {
        Failure::from(Invalid::media(format!("{field} {problem}")).at(field))
    };
    let header = header(&picture).map_err(|problem| blamed(&problem))?;
    let needed = picture::finishing(&header);
    match decode(picture, header, needed, room, Picture::thumbnail).await? {
        (_, Drawn::Done(thumbnail)) => Ok(thumbnail.into_parts().0),
        (_, Drawn::NoRoom | Drawn::Unreadable) => Err(blamed(&NoPortrait::Unreadable)),
    }
}

fn of_video(bytes: &[u8]) -> Preview {
    let movie = Movie::read(bytes).unwrap_or_default();
    Preview {
        thumbnail: None,
        width: movie.sides.map(|(width, _)| width),
        height: movie.sides.map(|(_, height)| height),
        seconds: movie.seconds,
    }
}

/// What is said of a picture before it is read. One that can be read by nobody is refused, and so is one whose pixels
/// nobody here could look at: phones show nothing of what is damaged.
fn sides(bytes: &[u8]) -> Result<(Header, Preview), Invalid> {
    let header = Header::read(bytes).ok_or_else(damaged)?;
    let (width, height) = header.sides();
    if !(1..=LONGEST_SIDE).contains(&width) || !(1..=LONGEST_SIDE).contains(&height) {
        return Err(damaged());
    }
    if header.memory > MOST_MEMORY {
        return Err(too_large(&header));
    }
    let preview = Preview {
        width: Some(width),
        height: Some(height),
        ..Preview::default()
    };
    Ok((header, preview))
}

async fn of_image(bytes: Held<Vec<u8>>, room: Permit) -> Result<(Held<Vec<u8>>, Preview), Failure> {
    let (header, mut preview) = sides(&bytes)?;
    let needed = picture::finishing(&header);
    let (bytes, drawn) = decode(bytes, header, needed, room, Picture::thumbnail).await?;
    preview.thumbnail = match drawn {
        Drawn::Unreadable => return Err(damaged().into()),
        Drawn::NoRoom => None,
        Drawn::Done(thumbnail) => Some(thumbnail.into_parts().0),
    };
    Ok((bytes, preview))
}

fn damaged() -> Invalid {
    Invalid::media("the picture cannot be read: it was cut off or is damaged, send all of it")
}

/// It asks for more than is allowed for one.
fn too_large(header: &Header) -> Invalid {
    let (width, height) = header.sides();
    let needed = header.memory.div_ceil(1 << 20);
    Invalid::media(format!(
        "the picture is too large: {width} × {height} pixels need {needed} MiB to be read, at most {} are allowed: send \
         a smaller one",
        MOST_MEMORY >> 20
    ))
}

fn header(picture: &[u8]) -> Result<Header, NoPortrait> {
    let header = Header::read(picture).ok_or(NoPortrait::Unreadable)?;
    let (width, height) = header.sides();
    match header.memory > MOST_MEMORY {
        true => Err(NoPortrait::TooLarge {
            width,
            height,
            needed: header.memory.div_ceil(1 << 20),
        }),
        false => Ok(header),
    }
}

/// What came of drawing a picture.
enum Drawn<T> {
    /// Counted as what drawing it took.
    Done(Held<T>),
    /// There is never room for it.
    NoRoom,
    /// It cannot be decoded.
    Unreadable,
}

/// Works where it keeps nobody waiting. What it takes is counted until the work is done, also when whoever asked for it
/// has gone. `beside`: bytes that `draw` takes.
async fn decode<T: Send + 'static>(
    bytes: Held<Vec<u8>>,
    header: Header,
    beside: u64,
    room: Permit,
    draw: fn(&Picture) -> ImageResult<T>,
) -> Result<(Held<Vec<u8>>, Drawn<T>), Failure> {
    let needed = header.memory + beside;
    let turn = turn(needed).await;
    match room.grow(usize::try_from(needed).unwrap_or(usize::MAX)) {
        Ok(()) => {}
        Err(NoRoom::Ever) => return Ok((bytes, Drawn::NoRoom)),
        Err(no_room) => return Err(no_room.into()),
    }
    let work = move || {
        // They belong to this thread, which nobody can stop.
        let (room, _turn) = (room, turn);
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            Picture::decode(&bytes, &header).and_then(|picture| draw(&picture))
        }));
        let drawn = drawn.ok().and_then(|drawn| {
            drawn
                .inspect_err(|error| debug!(error = %Chain(error), "a picture cannot be read"))
                .ok()
        });
        let drawn = drawn.map(|drawn| Drawn::Done(Held::new(drawn, room)));
        (bytes, drawn.unwrap_or(Drawn::Unreadable))
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::internal("a picture was not looked at", &error))
}

/// What pictures take while they are decoded, all together: each waits for its turn, in the order in which they came.
async fn turn(bytes: u64) -> Option<OwnedSemaphorePermit> {
    static TURNS: LazyLock<Arc<Semaphore>> =
        LazyLock::new(|| Arc::new(Semaphore::new((MOST_MEMORY / PIECE) as usize)));
    let bytes = bytes.clamp(MOST_MEMORY / AT_ONCE, MOST_MEMORY);
    let pieces = u32::try_from(bytes / PIECE).unwrap_or(u32::MAX);
    // It cannot fail: the semaphore is never closed.
    TURNS.clone().acquire_many_owned(pieces).await.ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::Notify;

    use super::*;
    use crate::memory::Memory;

    /// What a test keeps the decoder at.
    static GATE: Mutex<()> = Mutex::new(());
    static BEGUN: Notify = Notify::const_new();

    fn slowly(_: &Picture) -> ImageResult<Vec<u8>> {
        BEGUN.notify_one();
        drop(GATE.lock());
        Ok(Vec::new())
    }

    fn picture(memory: &Memory) -> Held<Vec<u8>> {
        let png = include_bytes!("../../tests/corpus/media/transparent.png").to_vec();
        Held::new(png, memory.permit(None))
    }

    #[tokio::test]
    async fn what_a_decoder_takes_is_counted_until_it_is_done_whoever_waits_for_it() {
        // 8,750,000 bytes for what is large, of which one alone gets half.
        let memory = Memory::new(10_000_000, 0);
        let header = Header::read(&picture(&memory)).expect("a picture");
        let needed = header.memory + picture::finishing(&header);
        let more = 4_375_000 - needed as usize / 2;
        let room_for_another = || memory.permit(None).grow(more);
        assert_eq!(room_for_another(), Ok(()));
        let gate = GATE.lock();
        {
            let beside = picture::finishing(&header);
            let work = decode(
                picture(&memory),
                header,
                beside,
                memory.permit(None),
                slowly,
            );
            tokio::select! {
                _ = work => panic!("it is kept at it"),
                () = BEGUN.notified() => {}
            }
        }
        assert_eq!(
            room_for_another(),
            Err(NoRoom::Now),
            "nobody waits, but it goes on"
        );
        drop(gate);
        while room_for_another().is_err() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_there_is_no_room_for_is_refused_or_left_out() {
        let small = Memory::new(1000, 0);
        let done = of(Kind::Image, picture(&small), small.permit(None)).await;
        let (_, preview) = done.expect("it is sent all the same");
        assert_eq!((preview.thumbnail, preview.width), (None, Some(24)));
        let memory = Memory::new(3_000_000, 0);
        let others = memory.permit(None);
        others.grow(1_200_000).expect("room");
        let refused = portrait("image_base64", picture(&memory), memory.permit(None)).await;
        assert_eq!(refused, Err(Failure::Overloaded));
        drop(others);
        portrait("image_base64", picture(&memory), memory.permit(None))
            .await
            .expect("a portrait");
    }
}
