//! Load of the nodes, second by second, for as long as it takes to find the busiest bins.
//!
//! Time is handled in *chunks* that lie within one hour and one window. Only the current chunk is kept by the second; when it closes, its
//! busiest bins, its minutes and its sum remain. So a run of years needs no more memory for it than a day.

use crate::ids::NodeId;
use crate::tally::{DURATION_PARTS, PEAK_BINS};
use crate::time::{Span, Time};

const SECONDS_PER_HOUR: usize = 3_600;
const SECOND: i64 = 1_000_000;

/// A part of the measured time within one hour and one window, in which no event begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// First moment.
    pub(crate) from: Time,
    /// First moment after it.
    pub(crate) to: Time,
    /// The window it lies in.
    pub(crate) window: usize,
    /// The part of its hour that lies in its window: one chunk, or several if an event begins or ends in between.
    hour: (Time, Time),
    /// When its hour begins (µs).
    hour_begins: i64,
    /// When its window begins.
    window_begins: Time,
}

impl Chunk {
    /// The chunk that begins at `from`; an event begins or ends at `edge`.
    pub(crate) fn beginning_at(from: Time, (window, windows): (Span, usize), edge: Time) -> Self {
        let next = |bin: Span| (from.0 / bin.0 + 1).saturating_mul(bin.0);
        let hour_ends = Time(next(Span::HOUR).min(next(window)));
        let number = ((from.0 / window.0) as usize).min(windows - 1);
        let window_begins = Time(number as i64 * window.0);
        let hour_begins = from.0 / Span::HOUR.0 * Span::HOUR.0;
        let hour = (Time(hour_begins).max(window_begins), hour_ends);
        Self { from, to: hour_ends.min(edge), window: number, hour, hour_begins, window_begins }
    }

    /// From when to when its hour lies in its window.
    pub(crate) const fn hour_span(&self) -> (Time, Time) {
        self.hour
    }

    /// True if its hour or its window ends with it.
    pub(crate) const fn ends_hour(&self) -> bool {
        self.to.0 == self.hour.1.0
    }

    /// The hour of the run it lies in.
    pub(crate) const fn hour(&self) -> usize {
        (self.from.0 / Span::HOUR.0) as usize
    }

    /// True if its window begins with it.
    pub(crate) const fn begins_window(&self) -> bool {
        self.from.0 == self.window_begins.0
    }

    /// When its hour begins, in whole seconds.
    pub(crate) const fn hour_second(&self) -> u64 {
        (self.hour_begins / SECOND) as u64
    }

    /// The second of its hour that `at` lies in.
    #[inline]
    pub(crate) const fn second_of_hour(&self, at: Time) -> usize {
        ((at.0 - self.hour_begins) as u64 / SECOND as u64) as usize
    }
}

/// What one node carried in a chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChunkLoad {
    /// Messages accepted.
    pub(crate) total: u64,
    /// Most in one bin of each of [`PEAK_BINS`].
    pub(crate) busiest: [u64; PEAK_BINS.len()],
    /// First and last second of the hour in which there were some.
    pub(crate) between: Option<(usize, usize)>,
}

/// Messages accepted by second of the current chunk and by minute of the run.
#[derive(Debug)]
pub(crate) struct Load {
    /// `[node * 3600 + second of the hour]`.
    seconds: Vec<u32>,
    /// `[node * minutes + minute of the run]`.
    minutes: Vec<u32>,
    minutes_per_node: usize,
}

impl Load {
    pub(crate) fn new(nodes: usize, run_length: Span) -> Self {
        let minutes_per_node = (run_length.0 as usize).div_ceil(Span::MINUTE.0 as usize);
        Self {
            seconds: vec![0; nodes * SECONDS_PER_HOUR],
            minutes: vec![0; nodes * minutes_per_node],
            minutes_per_node,
        }
    }

    /// Counts messages of one second.
    #[inline]
    pub(crate) fn add(&mut self, node: NodeId, second_of_hour: usize, count: u32) {
        self.seconds[node.index() * SECONDS_PER_HOUR + second_of_hour] += count;
    }

    /// The seconds of a node in the hour.
    pub(crate) fn seconds_of(&mut self, node: NodeId) -> &mut [u32] {
        let first = node.index() * SECONDS_PER_HOUR;
        &mut self.seconds[first..first + SECONDS_PER_HOUR]
    }

    /// Takes what a node carried in the hour of `chunk`, with which it ends; it is then empty again.
    pub(crate) fn take(&mut self, node: NodeId, chunk: &Chunk) -> ChunkLoad {
        let node = node.index();
        let (from, to) = chunk.hour_span();
        let (first, last) = (chunk.second_of_hour(from), chunk.second_of_hour(Time(to.0 - 1)));
        let minutes_before = chunk.hour() * 60;
        let mut load = ChunkLoad { total: 0, busiest: [0; 3], between: None };
        let mut start = first;
        while start <= last {
            let minute = start / 60;
            let end = ((minute + 1) * 60).min(last + 1);
            let seconds = &mut self.seconds[node * SECONDS_PER_HOUR + start..node * SECONDS_PER_HOUR + end];
            let sum: u64 = seconds.iter().copied().map(u64::from).sum();
            if sum > 0 {
                let most = seconds.iter().copied().max().unwrap_or(0);
                load.between = between(seconds, start, load.between);
                seconds.fill(0);
                load.total += sum;
                load.busiest[1] = load.busiest[1].max(sum);
                load.busiest[2] = load.busiest[2].max(u64::from(most));
                // More than 4 * 10^9 messages in a minute count as so many.
                let minute = &mut self.minutes[node * self.minutes_per_node + minutes_before + minute];
                *minute = minute.saturating_add(u32::try_from(sum).unwrap_or(u32::MAX));
            }
            start = end;
        }
        load.busiest[0] = load.total;
        load
    }

    /// The load duration curves of all nodes, see [`crate::tally::Tally::duration`].
    pub(crate) fn duration(mut self) -> Vec<u64> {
        let curve = |minutes: &mut [u32]| {
            minutes.sort_unstable_by(|a, b| b.cmp(a));
            let last = (minutes.len() - 1) as f64;
            DURATION_PARTS.map(|part| u64::from(minutes[(part * last).round() as usize]))
        };
        self.minutes.chunks_exact_mut(self.minutes_per_node).flat_map(curve).collect()
    }
}

/// The first and last second with messages, those `before` included and those of a minute that begins at second `start`.
fn between(minute: &[u32], start: usize, before: Option<(usize, usize)>) -> Option<(usize, usize)> {
    let is_some = |count: &u32| *count > 0;
    let last = start + minute.iter().rposition(is_some)?;
    let first = || Some(start + minute.iter().position(is_some)?);
    Some((before.map(|(first, _)| first).or_else(first)?, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_end_with_the_hour_with_the_window_and_with_events() {
        let window = Span::from_secs(5_400);
        let mut edges = vec![];
        let event = |at: Time| if at.0 < 4_000 * SECOND { Time(4_000 * SECOND) } else { Time::NEVER };
        let mut chunk = Chunk::beginning_at(Time::ZERO, (window, 2), event(Time::ZERO));
        for _ in 0..5 {
            edges.push((chunk.to.0 / SECOND, chunk.window, chunk.ends_hour()));
            chunk = Chunk::beginning_at(chunk.to, (window, 2), event(chunk.to));
        }
        let ends = [3_600, 4_000, 5_400, 7_200, 10_800];
        let windows = [0, 0, 0, 1, 1];
        let expected: Vec<_> =
            ends.into_iter().zip(windows).map(|(end, window)| (end, window, end != 4_000)).collect();
        assert_eq!(edges, expected);
    }

    #[test]
    fn the_busiest_bins_of_a_chunk_are_found_and_the_chunk_is_empty_afterwards() {
        let mut load = Load::new(2, Span::HOUR);
        let chunk = Chunk::beginning_at(Time::ZERO, (Span::HOUR, 1), Time::NEVER);
        for (second, count) in [(0, 3), (59, 4), (60, 6), (3_599, 1)] {
            load.add(NodeId(1), second, count);
        }
        let seen = load.take(NodeId(1), &chunk);
        assert_eq!((seen.total, seen.busiest, seen.between), (14, [14, 7, 6], Some((0, 3_599))));
        assert_eq!(load.take(NodeId(1), &chunk).total, 0);
        let curves = load.duration();
        assert_eq!(curves[DURATION_PARTS.len()], 7, "the busiest minute of the second node");
        assert_eq!(curves[..DURATION_PARTS.len()], [0; DURATION_PARTS.len()]);
    }
}
