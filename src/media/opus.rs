//! Opus in Ogg (RFC 3533, RFC 7845), the sound that phones send each other: its channels, and how long it lasts.
//!
//! A walk over the pages, without a copy of anything: libraries for this read all packets into memory, or stop at the
//! first thing that they do not like.

/// Positions count so many to a second, whatever the sound was made from.
const RATE: u64 = 48_000;
/// Of a page in front of its table of segments.
const HEAD: usize = 27;
/// The position of a page in which no packet ends.
const NOWHERE: u64 = u64::MAX;

/// What such a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opus {
    pub channels: u8,
    /// Never zero.
    pub seconds: u32,
    /// Positions that are heard.
    pub samples: u64,
}

/// Why nobody can hear it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHeard {
    #[error("was cut off: send all of it")]
    CutOff,
    #[error("has no sound in it")]
    Silent,
}

/// One page.
struct Page<'a> {
    stream: &'a [u8],
    /// Where its last packet ends.
    position: u64,
    content: &'a [u8],
}

impl Opus {
    /// `None`: it is something else. Takes the time that the number of pages takes, and no memory.
    pub fn read(file: &[u8]) -> Option<Result<Self, NotHeard>> {
        let (first, mut rest) = Page::read(file)?.ok()?;
        let head = first.content.strip_prefix(b"OpusHead")?;
        let (channels, skipped) = (*head.get(1)?, *head.get(2..)?.first_chunk()?);
        let mut end = 0;
        while !rest.is_empty() {
            let page = match Page::read(rest) {
                Some(Ok((page, after))) => {
                    rest = after;
                    page
                }
                Some(Err(cut_off)) => return Some(Err(cut_off)),
                // What is no page is not heard, wherever it comes from.
                None => break,
            };
            if page.stream == first.stream && page.position != NOWHERE {
                end = page.position;
            }
        }
        let samples = end.saturating_sub(u16::from_le_bytes(skipped).into());
        if samples == 0 {
            return Some(Err(NotHeard::Silent));
        }
        let seconds = samples.saturating_add(RATE / 2) / RATE;
        Some(Ok(Self {
            channels,
            seconds: u32::try_from(seconds).unwrap_or(u32::MAX).max(1),
            samples,
        }))
    }
}

impl<'a> Page<'a> {
    /// The first page and what follows. `None`: there is none.
    fn read(bytes: &'a [u8]) -> Option<Result<(Self, &'a [u8]), NotHeard>> {
        bytes.strip_prefix(b"OggS\0")?;
        Some(Self::whole(bytes).ok_or(NotHeard::CutOff))
    }

    fn whole(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let position = u64::from_le_bytes(*bytes.get(6..)?.first_chunk()?);
        let segments = usize::from(*bytes.get(HEAD - 1)?);
        let table = bytes.get(HEAD..)?.get(..segments)?;
        let length: usize = table.iter().copied().map(usize::from).sum();
        let content = bytes.get(HEAD + segments..)?;
        let page = Self {
            stream: bytes.get(14..18)?,
            position,
            content: content.get(..length)?,
        };
        Some((page, &content[length..]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(position: u64, content: &[u8]) -> Vec<u8> {
        let segments = content.len() / 255 + 1;
        let mut page = b"OggS\0\0".to_vec();
        page.extend(position.to_le_bytes());
        page.extend([7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        page.push(u8::try_from(segments).unwrap());
        page.extend(std::iter::repeat_n(255, segments - 1));
        page.push(u8::try_from(content.len() % 255).unwrap());
        page.extend(content);
        page
    }

    fn head() -> Vec<u8> {
        page(0, b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0")
    }

    #[test]
    fn it_lasts_as_long_as_its_last_position_says() {
        let second = RATE;
        for (end, seconds) in [(1, 1), (second, 1), (second * 3 / 2, 2), (90 * second, 90)] {
            let file = [
                head(),
                page(end + 0x138, &[1; 700]),
                page(NOWHERE, &[2; 10]),
            ]
            .concat();
            let expected = Opus {
                channels: 1,
                seconds,
                samples: end,
            };
            assert_eq!(Opus::read(&file), Some(Ok(expected)));
        }
    }

    #[test]
    fn what_is_cut_off_or_empty_is_known() {
        let file = [head(), page(RATE, &[1; 700])].concat();
        for length in head().len() + 5..file.len() {
            let read = Opus::read(&file[..length]);
            assert_eq!(read, Some(Err(NotHeard::CutOff)), "{length}");
        }
        assert_eq!(Opus::read(&head()), Some(Err(NotHeard::Silent)));
        let vorbis = page(0, b"\x01vorbis");
        for other in [&b""[..], b"OggS", b"RIFF", &vorbis, &head()[..20]] {
            assert_eq!(Opus::read(other), None);
        }
    }

    proptest! {
        #[test]
        fn every_file_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = Opus::read(&bytes);
            let _ = Opus::read(&[head(), bytes].concat());
        }
    }
}
