//! What a video of the MP4 family says about itself: sides, rotation, duration. ISO/IEC 14496-12; 3GP and QuickTime alike.
//!
//! A walk over the boxes that matter, without a copy of anything: libraries for this read all tables of samples into memory,
//! give the whole file up for one box that they do not like, and know nothing of fragments.

/// A file that can be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movie {
    /// Pixels, as it is shown; none: not known.
    pub sides: Option<(u32, u32)>,
    /// Not zero; none: not known.
    pub seconds: Option<u32>,
}

/// Why no phone can show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotShown {
    #[error("without its index (moov), or with a part of it: it was cut off, send all of it")]
    NoIndex,
    #[error("without a video track: it has sound at most, send a picture or a video")]
    NoPictures,
    #[error("without all of its pictures and sound (mdat): it was cut off, send all of it")]
    CutOff,
}

/// A box: its type, and what is in it.
type Part<'a> = ([u8; 4], &'a [u8]);

impl Movie {
    /// Takes the time that the number of boxes takes, and no memory.
    pub fn read(file: &[u8]) -> Result<Self, NotShown> {
        let moov = whole(file, b"moov").ok_or(NotShown::NoIndex)?;
        let tracks = parts(moov).filter(|(kind, _)| kind == b"trak");
        let track = tracks.map(|(_, track)| track).find(|track| is_video(track));
        let track = track.ok_or(NotShown::NoPictures)?;
        whole(file, b"mdat").ok_or(NotShown::CutOff)?;
        let header = Header::read(child(track, b"tkhd").unwrap_or_default());
        let movie = child(moov, b"mvhd").unwrap_or_default();
        Ok(Self {
            sides: sides(track, &header, movie),
            seconds: seconds(file, moov, track, &header, movie),
        })
    }
}

/// The boxes one after another. One that is longer than what is there ends with it; what is no box ends them.
fn parts(mut bytes: &[u8]) -> impl Iterator<Item = Part<'_>> {
    std::iter::from_fn(move || {
        let (part, _, rest) = split(bytes)?;
        bytes = rest;
        Some(part)
    })
}

/// The first box, whether all of it is there, and what follows.
fn split(bytes: &[u8]) -> Option<(Part<'_>, bool, &[u8])> {
    let kind: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
    let (head, length) = match u32_at(bytes, 0)? {
        // Up to the end.
        0 => (8, bytes.len() as u64),
        1 => (16, u64_at(bytes, 8)?),
        length => (8, u64::from(length)),
    };
    let length = usize::try_from(length)
        .ok()
        .filter(|length| *length >= head)?;
    let end = length.min(bytes.len());
    let content = bytes.get(head..end)?;
    Some(((kind, content), end == length, &bytes[end..]))
}

fn child<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    let found = parts(bytes).find(|(kind, _)| kind == wanted);
    found.map(|(_, content)| content)
}

fn descendant<'a>(bytes: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter()
        .try_fold(bytes, |bytes, kind| child(bytes, kind))
}

/// The first box of this type, if nothing is missing at its end.
fn whole<'a>(mut bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    loop {
        let ((kind, content), complete, rest) = split(bytes)?;
        if kind == *wanted {
            return complete.then_some(content);
        }
        bytes = rest;
    }
}

fn u32_at(bytes: &[u8], place: usize) -> Option<u32> {
    let bytes = bytes.get(place..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

fn u64_at(bytes: &[u8], place: usize) -> Option<u64> {
    let bytes = bytes.get(place..)?.first_chunk()?;
    Some(u64::from_be_bytes(*bytes))
}

fn is_video(track: &[u8]) -> bool {
    let handler = descendant(track, &[b"mdia", b"hdlr"]).unwrap_or_default();
    handler.get(8..12) == Some(b"vide")
}

/// Of a track, or of the movie: they differ in what follows the times.
struct Header<'a> {
    id: Option<u32>,
    duration: Option<u64>,
    rest: &'a [u8],
}

impl<'a> Header<'a> {
    fn read(bytes: &'a [u8]) -> Self {
        let wide = bytes.first() == Some(&1);
        let (id, duration, rest) = match wide {
            true => (20, u64_at(bytes, 28), 36),
            false => (12, u32_at(bytes, 20).map(widened), 24),
        };
        Self {
            id: u32_at(bytes, id),
            duration: duration.filter(is_known),
            rest: bytes.get(rest..).unwrap_or_default(),
        }
    }
}

/// All bits set: not known, whatever the width.
fn widened(duration: u32) -> u64 {
    match duration {
        u32::MAX => u64::MAX,
        duration => duration.into(),
    }
}

fn is_known(duration: &u64) -> bool {
    !matches!(*duration, 0 | u64::MAX)
}

/// Ticks in a second, and how many there are: of `mvhd` and `mdhd`.
fn times(header: &[u8]) -> (Option<u32>, Option<u64>) {
    let (scale, duration) = match header.first() {
        Some(1) => (u32_at(header, 20), u64_at(header, 24)),
        _ => (u32_at(header, 12), u32_at(header, 16).map(widened)),
    };
    (scale, duration.filter(is_known))
}

/// As the track's matrix and the movie's turn them: by a quarter, they are swapped.
fn sides(track: &[u8], header: &Header<'_>, movie: &[u8]) -> Option<(u32, u32)> {
    // Reserved, layer, group, volume, reserved; then the matrix, and the sides in 16.16 fixed point.
    let turned = is_turned(header.rest.get(16..52).unwrap_or_default());
    let matrix_of_movie = match movie.first() {
        Some(1) => movie.get(48..84),
        _ => movie.get(36..72),
    };
    let turned = turned ^ is_turned(matrix_of_movie.unwrap_or_default());
    let shown = (side(header.rest, 52), side(header.rest, 56));
    let (width, height) = match shown {
        (Some(width), Some(height)) => (width, height),
        _ => coded_sides(track)?,
    };
    Some(if turned {
        (height, width)
    } else {
        (width, height)
    })
}

/// Rounded to whole pixels; none of them: not known.
fn side(bytes: &[u8], place: usize) -> Option<u32> {
    let pixels = (u64::from(u32_at(bytes, place)?) + 0x8000) >> 16;
    u32::try_from(pixels).ok().filter(|pixels| *pixels > 0)
}

/// The matrix is a b u, c d v, x y w: a quarter turn has b and c, and not a and d.
fn is_turned(matrix: &[u8]) -> bool {
    let number = |index: usize| u32_at(matrix, index * 4).map(|bits| (bits as i32).unsigned_abs());
    let [Some(a), Some(b), Some(c), Some(d)] = [0, 1, 3, 4].map(number) else {
        return false;
    };
    b > a && c > d
}

/// Of the pictures themselves, where the track does not say.
fn coded_sides(track: &[u8]) -> Option<(u32, u32)> {
    let table = descendant(track, &[b"mdia", b"minf", b"stbl", b"stsd"])?;
    let (_, entry) = parts(table.get(8..)?).next()?;
    let sides = u32_at(entry, 24)?;
    let (width, height) = (sides >> 16, sides & 0xffff);
    (width > 0 && height > 0).then_some((width, height))
}

/// Of the track; where it is edited, of what is shown; where it is in fragments, of all of them.
fn seconds(
    file: &[u8],
    moov: &[u8],
    track: &[u8],
    header: &Header<'_>,
    movie: &[u8],
) -> Option<u32> {
    let (scale_of_movie, duration_of_movie) = times(movie);
    let media = descendant(track, &[b"mdia", b"mdhd"]).unwrap_or_default();
    let (scale, duration) = times(media);
    let edited = child(track, b"edts").is_some();
    let shown = header.duration.filter(|_| edited);
    let in_seconds = |ticks: Option<u64>, scale: Option<u32>| rounded(ticks?, scale?);
    in_seconds(shown, scale_of_movie)
        .or_else(|| in_seconds(duration, scale))
        .or_else(|| in_seconds(header.duration.or(duration_of_movie), scale_of_movie))
        .or_else(|| in_seconds(announced(moov), scale_of_movie))
        .or_else(|| in_seconds(fragments(file, moov, header.id?), scale))
}

/// To whole seconds; something that is shown takes at least one.
fn rounded(ticks: u64, scale: u32) -> Option<u32> {
    let scale = u64::from(scale);
    let seconds = ticks.saturating_add(scale / 2).checked_div(scale)?;
    u32::try_from(seconds.max(1)).ok()
}

/// Of all fragments, where the file says it in front of them.
fn announced(moov: &[u8]) -> Option<u64> {
    let header = descendant(moov, &[b"mvex", b"mehd"])?;
    let duration = match header.first()? {
        1 => u64_at(header, 4)?,
        _ => u32_at(header, 4).map(widened)?,
    };
    Some(duration).filter(is_known)
}

/// The durations of all samples of this track, in its own ticks.
fn fragments(file: &[u8], moov: &[u8], track: u32) -> Option<u64> {
    let defaults = child(moov, b"mvex")?;
    let of_track =
        |(kind, content): &Part<'_>| kind == b"trex" && u32_at(content, 4) == Some(track);
    let defaults = parts(defaults).find(of_track);
    let default = defaults.and_then(|(_, content)| u32_at(content, 12));
    let moofs = parts(file).filter(|(kind, _)| kind == b"moof");
    let trafs = moofs.flat_map(|(_, moof)| parts(moof).filter(|(kind, _)| kind == b"traf"));
    let mut total = 0_u64;
    for (_, traf) in trafs {
        let header = child(traf, b"tfhd").unwrap_or_default();
        if u32_at(header, 4) != Some(track) {
            continue;
        }
        let default = default_of_fragment(header).or(default).unwrap_or(0);
        let runs = parts(traf).filter(|(kind, _)| kind == b"trun");
        for (_, run) in runs {
            total = total.saturating_add(duration_of_run(run, default));
        }
    }
    Some(total).filter(is_known)
}

/// Where `tfhd` has it: behind what its flags say is in front of it.
fn default_of_fragment(header: &[u8]) -> Option<u32> {
    let flags = u32_at(header, 0)?;
    let offset = if flags & 1 != 0 { 8 } else { 0 };
    let description = if flags & 2 != 0 { 4 } else { 0 };
    (flags & 8 != 0).then(|| u32_at(header, 8 + offset + description))?
}

fn duration_of_run(run: &[u8], default: u32) -> u64 {
    let (Some(flags), Some(count)) = (u32_at(run, 0), u32_at(run, 4)) else {
        return 0;
    };
    if flags & 0x100 == 0 {
        return u64::from(count) * u64::from(default);
    }
    let before = 8 + [1, 4].iter().filter(|flag| flags & **flag != 0).count() * 4;
    let each = [0x100, 0x200, 0x400, 0x800];
    let each = each.iter().filter(|flag| flags & **flag != 0).count() * 4;
    let samples = run.get(before..).unwrap_or_default().chunks_exact(each);
    let durations = samples
        .take(count as usize)
        .filter_map(|sample| u32_at(sample, 0));
    durations.map(u64::from).fold(0, u64::saturating_add)
}
