//! Counts what happens in one replication. Only messages that arrived after the warm-up are counted.

use super::tally::{DURATION_PARTS, PEAK_BINS, SERIES_BIN, Tally, WindowTally};
use super::world::World;
use crate::results::{DeliveryTotals, NodeTotals};
use crate::time::{Span, Time};

/// A message, as far as counting goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    /// Index of its sender.
    pub(super) sender: usize,
    /// When it arrived there.
    pub(super) born: Time,
}

/// Fills a [`Tally`].
#[derive(Debug)]
pub(super) struct Recorder<'w> {
    world: &'w World,
    tally: Tally,
    /// Per node: window and peak bin now being filled, and its count.
    peaks: Vec<((usize, i64), u64)>,
}

impl<'w> Recorder<'w> {
    pub(super) fn new(world: &'w World) -> Self {
        let nodes = world.nodes.len();
        let run = world.frame.run;
        let window = WindowTally {
            accepted: vec![0; world.senders.len() * nodes],
            attempts: vec![0; nodes],
            busiest: vec![0; PEAK_BINS.len() * nodes],
            peak_sessions: Vec::new(),
            arrived: 0,
            late: vec![0; world.delay_limits.len()],
        };
        let bins = (run.run_length.0 as usize).div_ceil(SERIES_BIN.0 as usize);
        let tally = Tally {
            windows: vec![window; run.windows()],
            series: vec![0; bins * nodes],
            duration: vec![0; DURATION_PARTS.len() * nodes],
            sessions: Vec::new(),
            delays: super::tally::DelayHistogram::default(),
            totals: DeliveryTotals::default(),
            nodes: vec![NodeTotals::default(); nodes],
            accepted_by_address: vec![0; world.addresses.len()],
            accepted_by_host: vec![0; world.hosts.len()],
            mx_lookups: 0,
            mx_cache_hits: 0,
        };
        Self { world, tally, peaks: vec![((0, -1), 0); nodes] }
    }

    pub(super) const fn looked_up(&mut self, now: Time, from_cache: bool) {
        if now.0 >= 0 {
            self.tally.mx_lookups += 1;
            self.tally.mx_cache_hits += from_cache as u64;
        }
    }

    pub(super) fn arrived(&mut self, message: Counted) {
        self.tally.totals.messages += u64::from(counts(message));
    }

    pub(super) fn retried(&mut self, message: Counted) {
        self.tally.totals.retries += u64::from(counts(message));
    }

    pub(super) fn attempted(&mut self, message: Counted, node: usize, now: Time) {
        if counts(message) {
            let window = self.window_of(now);
            self.tally.windows[window].attempts[node] += 1;
            self.tally.nodes[node].attempts += 1;
            self.tally.totals.attempts += 1;
        }
    }

    pub(super) fn failed(&mut self, message: Counted, node: usize) {
        self.tally.nodes[node].deferred += u64::from(counts(message));
    }

    pub(super) fn accepted(&mut self, message: Counted, host: u16, address: u16, now: Time) {
        if !counts(message) {
            return;
        }
        let (node, nodes) = (self.world.addresses[usize::from(address)].node, self.world.nodes.len());
        let window = self.window_of(now);
        self.tally.windows[window].accepted[message.sender * nodes + node] += 1;
        self.tally.series[(now.0 / SERIES_BIN.0) as usize * nodes + node] += 1;
        self.tally.nodes[node].accepted += 1;
        self.tally.accepted_by_address[usize::from(address)] += 1;
        self.tally.accepted_by_host[usize::from(host)] += 1;
        self.tally.totals.accepted += 1;
        self.fill_peak(node, window, now);
        let delay = now.since(message.born);
        self.tally.delays.add(delay);
        self.decide(message, Some(delay));
    }

    pub(super) fn bounced(&mut self, message: Counted) {
        if counts(message) {
            self.tally.totals.bounced += 1;
            self.decide(message, None);
        }
    }

    /// A message that is still queued at the end. It counts as late if it is older than every limit already; else nobody knows yet.
    pub(super) fn waiting(&mut self, message: Counted) {
        if counts(message) {
            self.tally.totals.waiting += 1;
            let age = self.world.end.since(message.born);
            if self.world.delay_limits.iter().all(|&limit| age > limit) {
                self.decide(message, None);
            }
        }
    }

    pub(super) fn finish(self) -> Tally {
        let totals = self.tally.totals;
        assert_eq!(
            totals.messages,
            totals.accepted + totals.bounced + totals.waiting,
            "every message has one fate"
        );
        self.tally
    }

    /// The delay of a message is known: `None` if it never arrives.
    fn decide(&mut self, message: Counted, delay: Option<Span>) {
        let window = self.window_of(message.born);
        let window = &mut self.tally.windows[window];
        window.arrived += 1;
        for (late, &limit) in window.late.iter_mut().zip(&self.world.delay_limits) {
            *late += u64::from(delay.is_none_or(|delay| delay > limit));
        }
    }

    /// Events come in order of time, so a bin is over when the next one starts.
    fn fill_peak(&mut self, node: usize, window: usize, now: Time) {
        let bin = (window, now.0 / PEAK_BINS[super::tally::MINUTE].0);
        let (current, count) = &mut self.peaks[node];
        if *current != bin {
            (*current, *count) = (bin, 0);
        }
        *count += 1;
        let busiest = &mut self.tally.windows[window].busiest[self.world.nodes.len() + node];
        *busiest = (*busiest).max(*count);
    }

    fn window_of(&self, at: Time) -> usize {
        let window = (at.0.max(0) / self.world.window.0) as usize;
        window.min(self.tally.windows.len() - 1)
    }
}

const fn counts(message: Counted) -> bool {
    message.born.0 >= 0
}
