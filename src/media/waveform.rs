//! The bars that phones draw of a voice message: how loud it is from its beginning to its end.

/// Bars.
pub const BARS: usize = 64;
/// How high the loudest one is.
const HIGHEST: f32 = 100.0;
/// Loudness is kept of so many pieces at most: when there are more, each is made twice as long.
const MOST_PIECES: usize = 4096;
/// Samples of a piece at first.
const PIECE: u64 = 80;

/// Listens to samples as they come. It takes the same memory however long they last.
pub struct Listener {
    pieces: Vec<f32>,
    /// Samples of a piece.
    length: u64,
    /// Of the piece that is under way.
    sum: f64,
    count: u64,
    /// Half a sample.
    odd: Option<u8>,
}

impl Default for Listener {
    fn default() -> Self {
        Self {
            pieces: Vec::new(),
            length: PIECE,
            sum: 0.0,
            count: 0,
            odd: None,
        }
    }
}

impl Listener {
    /// Samples of 16 bits, the lower byte first; they may be torn anywhere.
    pub fn hear(&mut self, mut bytes: &[u8]) {
        if let (Some(low), Some((high, rest))) = (self.odd, bytes.split_first()) {
            self.sample(i16::from_le_bytes([low, *high]));
            (self.odd, bytes) = (None, rest);
        }
        let (samples, odd) = bytes.as_chunks::<2>();
        samples
            .iter()
            .copied()
            .map(i16::from_le_bytes)
            .for_each(|sample| self.sample(sample));
        self.odd = self.odd.or(odd.first().copied());
    }

    fn sample(&mut self, sample: i16) {
        self.sum += f64::from(sample).abs();
        self.count += 1;
        if self.count < self.length {
            return;
        }
        self.pieces.push((self.sum / self.count as f64) as f32);
        (self.sum, self.count) = (0.0, 0);
        if self.pieces.len() == MOST_PIECES {
            let (pairs, _) = self.pieces.as_chunks::<2>();
            self.pieces = pairs.iter().map(|[a, b]| (a + b) / 2.0).collect();
            self.length *= 2;
        }
    }

    /// Each 0 to 100. `None`: there was nothing to hear.
    pub fn bars(mut self) -> Option<[u8; BARS]> {
        if self.count > 0 {
            self.pieces.push((self.sum / self.count as f64) as f32);
        }
        let count = self.pieces.len();
        if count == 0 {
            return None;
        }
        // Noise below the smallest step is silence, and is not made loud.
        let loudest = self.pieces.iter().copied().fold(1.0, f32::max);
        Some(std::array::from_fn(|bar| {
            let begin = bar * count / BARS;
            let end = ((bar + 1) * count / BARS).max(begin + 1);
            let pieces = &self.pieces[begin..end];
            let mean = pieces.iter().sum::<f32>() / pieces.len() as f32;
            (mean / loudest * HIGHEST).round() as u8
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(samples: impl IntoIterator<Item = i16>, torn: usize) -> Option<[u8; BARS]> {
        let bytes: Vec<u8> = samples.into_iter().flat_map(i16::to_le_bytes).collect();
        let mut listener = Listener::default();
        bytes.chunks(torn).for_each(|bytes| listener.hear(bytes));
        listener.bars()
    }

    #[test]
    fn the_bars_follow_what_is_heard_however_it_is_torn_and_however_long_it_lasts() {
        for seconds in [1, 10, 600] {
            let loudness = |at: i32| if at % 2 == 0 { 1 } else { -1 };
            let quiet = (0..4000 * seconds).map(|at| (1000 * loudness(at)) as i16);
            let loud = (0..4000 * seconds).map(|at| (20_000 * loudness(at)) as i16);
            let bars = heard(quiet.chain(loud), 4099).expect("bars");
            assert_eq!(
                (bars[0], bars[20], bars[40], bars[63]),
                (5, 5, 100, 100),
                "{seconds}"
            );
        }
        assert_eq!(heard([30_000; 3], 1), Some([100; BARS]));
    }

    #[test]
    fn of_silence_they_are_flat_and_of_nothing_there_are_none() {
        assert_eq!(heard([], 1), None);
        assert_eq!(heard([0; 8000], 7), Some([0; BARS]));
    }
}
