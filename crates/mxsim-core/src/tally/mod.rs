//! What one replication counted. Tallies hold integers only, so merging them in the order of replications is exact.

mod delay_counts;
mod delays;
pub mod labels;
mod shape;

pub(crate) use delays::DelayCounter;
pub use delays::{DelayBucket, DelayHistogram};
pub(crate) use shape::{MOST_TOGETHER, Shape};

use crate::results::{DeliveryTotals, NodeTotals};
use crate::scenario::TURNED_AWAY;
use crate::time::{Span, Time};
use serde::{Deserialize, Serialize};

/// Lengths of the bins whose busiest is looked for, longest first; see [`WindowTally::busiest`].
pub const PEAK_BINS: [Span; 3] = [Span::HOUR, Span::MINUTE, Span::from_secs(1)];
/// Place of the minute among [`PEAK_BINS`].
pub const MINUTE: usize = 1;
/// Length of a bin of the load series.
pub const SERIES_BIN: Span = Span::HOUR;

/// What is not there is not written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Everything one replication counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// One per window, in order.
    pub windows: Vec<WindowTally>,
    /// Messages accepted per series bin and node, `[bin * nodes + node]`; bins cover the whole run length, the last one perhaps in part.
    pub series: Vec<u64>,
    /// Load duration: messages a node accepted in the minute that is exceeded in each part of [`DURATION_PARTS`] of the run's minutes,
    /// `[node * parts + part]`.
    pub duration: Vec<u64>,
    /// Per node: its sessions; empty while sessions take no time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<SessionTally>,
    /// The same by sender, `[sender * nodes + node]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldTally>,
    /// Delays of the accepted messages.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delays: DelayHistogram,
    /// How long the messages have waited that are still queued when the run ends: each takes at least that long.
    #[serde(default, skip_serializing_if = "is_default")]
    pub waiting: DelayHistogram,
    /// What became of the wanted messages, and the connections of all.
    pub totals: DeliveryTotals,
    /// The same for each sender; those whose mail is wanted add up to `totals`, and so do the connections of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub senders: Vec<SenderTally>,
    /// Per node.
    pub nodes: Vec<NodeTotals>,
    /// Per edge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<EdgeTally>,
    /// Messages accepted per address of the world.
    pub accepted_by_address: Vec<u64>,
    /// Messages accepted per exchange host of the world.
    pub accepted_by_host: Vec<u64>,
    /// Per exchange host of the world: the seconds of the measured time in which it took its first and its last message. Where hosts share a
    /// machine, they may be those of another of its hosts in the same hour.
    pub accepted_between: Vec<Option<(u64, u64)>>,
    /// Before, during and after each event, `[event * PHASES + phase]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<PhaseTally>,
    /// MX look-ups during measured windows.
    pub mx_lookups: u64,
    /// Those the nearest cache answered.
    pub mx_cache_hits: u64,
    /// The work it took: an event, a message that arrives, a chunk of counting or a piece of mail drawn as a number counts one each, and a message that
    /// does not arrive in a run of equal ones three. The same on every machine, and what other worlds are held against; 0 where that is not asked.
    pub work: u64,
}

impl Tally {
    /// What was counted in a phase of an event: 0 before it, 1 while it goes on, 2 after it.
    pub(crate) fn phase(&self, event: usize, phase: usize) -> Option<&PhaseTally> {
        self.phases.get(event * PHASES + phase)
    }

    /// What was counted while an event goes on.
    pub(crate) fn during(&self, event: usize) -> Option<&PhaseTally> {
        self.phase(event, 1)
    }

    /// Moves all delays to the tally of another replication of the same world.
    pub(crate) fn move_delays_to(&mut self, other: &mut Self) {
        other.delays.merge(&std::mem::take(&mut self.delays));
        other.waiting.merge(&std::mem::take(&mut self.waiting));
        for (to, from) in other.senders.iter_mut().zip(&mut self.senders) {
            to.delays.merge(&std::mem::take(&mut from.delays));
            to.greylisted.delays.merge(&std::mem::take(&mut from.greylisted.delays));
        }
        for (to, from) in other.phases.iter_mut().zip(&mut self.phases) {
            to.delays.merge(&std::mem::take(&mut from.delays));
        }
    }

    /// True if a node turns away more in the busiest hour of a window than is worth a word.
    pub(crate) fn is_full(&self) -> bool {
        let mut hours = self.windows.iter().flat_map(|window| &window.busiest_hour);
        hours.any(|hour| hour.part_full() > TURNED_AWAY)
    }

    /// Takes in the same replication of a world with nodes down.
    pub(crate) fn put_under(&mut self, down: &Self) {
        for (window, down) in self.windows.iter_mut().zip(&down.windows) {
            window.with_nodes_down.push(Strain::of(down));
        }
    }

    /// Drops what is counted for each sender and each event alone: of the worlds beside a run nobody asks for it, and there are many of them.
    pub(crate) fn forget_details(&mut self) {
        (self.senders, self.phases) = (Vec::new(), Vec::new());
    }
}

/// A message is late if it is not accepted within this after it arrived.
pub const LATE: Span = Span::HOUR;

/// What became of the messages of one sender.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenderTally {
    /// Counts.
    pub totals: DeliveryTotals,
    /// Messages that took longer than [`LATE`]: accepted later, or waiting for longer than that when the run ends.
    pub late: u64,
    /// Delays of its accepted messages, in coarser buckets than those of all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delays: DelayHistogram,
    /// Connections and messages that were one too many for their client at a node.
    pub over_limits: u64,
    /// What greylists did to them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub greylisted: GreylistedTally,
    /// Messages that each node accepted from a sender whose mail is not wanted; empty for all others, whose mail counts in the windows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unwanted_at: Vec<u64>,
}

/// Messages of one sender that a greylist deferred at least once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GreylistedTally {
    /// How many.
    pub messages: u64,
    /// Deferrals by a node though the table of another would have let the message pass.
    pub known_elsewhere: u64,
    /// Those of the messages that were accepted.
    pub accepted: u64,
    /// Those accepted by a node that does not greylist.
    pub leaked: u64,
    /// The delays of those accepted, in coarser buckets than those of all messages.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delays: DelayHistogram,
}

/// What happened at one edge. Of connections only those of messages that arrived after the warm-up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeTally {
    /// Connections that got no further than the edge.
    pub ended: u64,
    /// Those for which no node was up, however often they asked.
    pub without_node: u64,
    /// Connections that found edge and nodes full, and no room in the queue.
    pub full: u64,
    /// Connections that waited at the edge for a node.
    pub queued: u64,
    /// Nodes that refused a connection of the edge or did not answer, and were passed over.
    pub passed_over: u64,
    /// Per node behind it.
    pub nodes: Vec<BehindEdge>,
    /// Nodes behind it that were drained, as that began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drains: Vec<DrainTally>,
}

/// The parts of the connections open to a node that is drained whose end is looked for.
pub const DRAINED_PARTS: [f64; 2] = [0.95, 0.99];

/// A node behind an edge that is drained: how its connections end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrainTally {
    /// Its place behind the edge.
    pub place: u32,
    /// When the drain began.
    pub at: Time,
    /// Connections that were open then.
    pub open: u32,
    /// When each of the [`DRAINED_PARTS`] of them had ended; `None` if the drain or the run ended before.
    pub gone: [Option<Time>; 2],
}

impl DrainTally {
    /// One that begins with so many connections open.
    pub(crate) fn new(place: usize, at: Time, open: u32) -> Self {
        let mut own = Self { place: place as u32, at, open, gone: [None; 2] };
        own.note(open, at);
        own
    }

    /// Notes that so many are left.
    pub(crate) fn note(&mut self, left: u32, now: Time) {
        for (gone, part) in self.gone.iter_mut().zip(DRAINED_PARTS) {
            // The least whole number of connections that is this part or more.
            let needed = libm::ceil(part * f64::from(self.open) - 1e-9) as u32;
            if gone.is_none() && left + needed <= self.open {
                *gone = Some(now);
            }
        }
    }
}

/// What health checks did with one node behind an edge, in the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BehindEdge {
    /// Times it was taken out.
    pub taken_out: u64,
    /// Those of them in which no fault kept it from taking connections.
    pub taken_out_alive: u64,
    /// How long it was out, together (µs).
    pub out_us: u64,
}

impl BehindEdge {
    /// Adds a time out of use, as far as it is measured.
    pub(crate) fn be_out(&mut self, from: Time, to: Time) {
        self.out_us += to.since(from.max(Time::ZERO)).0.max(0) as u64;
    }

    /// Notes that it is out from `now` on, perhaps though it is well, or that it is back after having been out since then.
    pub(crate) fn be_out_or_back(&mut self, since: Option<Time>, is_wrong: bool, now: Time) {
        match since {
            Some(since) => self.be_out(since, now),
            None if now >= Time::ZERO => {
                self.taken_out += 1;
                self.taken_out_alive += u64::from(is_wrong);
            }
            None => {}
        }
    }
}

/// Phases of an event: before it, during it and after it.
pub const PHASES: usize = 3;

/// What happened in one phase of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseTally {
    /// What happened at each node in this time.
    pub nodes: Vec<PhaseAtNode>,
    /// Messages that arrived at their senders in this time.
    pub arrived: u64,
    /// Those of them that bounced.
    pub bounced: u64,
    /// Those that a node accepted and then bounced; they are among the accepted ones.
    pub accepted_then_bounced: u64,
    /// Those that were accepted without delay.
    pub prompt: u64,
    /// Those that were accepted later.
    pub later: u64,
    /// Those that still waited when the run ended; with the other three they are all that arrived.
    pub waiting: u64,
    /// The delays of those, in coarser buckets than those of all messages.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delays: DelayHistogram,
}

/// What happened at one node in one phase of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseAtNode {
    /// Messages accepted.
    pub accepted: u64,
    /// Connections tried.
    pub connections_tried: u64,
    /// Connections and messages that failed, for now or for good.
    pub failed: u64,
    /// Those of them that found it full.
    pub full: u64,
}

/// What one window counted. Only messages that arrived at their sender after the warm-up count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowTally {
    /// Wanted messages accepted in the window, `[sender * nodes + node]`.
    pub accepted: Vec<u64>,
    /// Connections tried in the window, per node.
    pub connections_tried: Vec<u64>,
    /// Most messages accepted in one bin of each of [`PEAK_BINS`], `[bin * nodes + node]`. A bin that reaches into another window counts
    /// with its part in this one.
    pub busiest: Vec<u64>,
    /// Most sessions at the same time, per node; empty while sessions take no time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peak_sessions: Vec<u32>,
    /// Most of them at the same time that had a message under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peak_busy: Vec<u32>,
    /// Most of them at the same time that were kept open without a message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peak_idle: Vec<u32>,
    /// The hour in which most connections came, per node; empty while sessions take no time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub busiest_hour: Vec<HourTally>,
    /// For how long nobody could use each node (µs); empty unless a node fails at random.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub down: Vec<u64>,
    /// Messages that arrived at their senders in the window.
    pub messages: u64,
    /// Those of them that bounced before the run ended.
    pub bounced: u64,
    /// Those of them that a node accepted and then bounced.
    pub accepted_then_bounced: u64,
    /// Messages that arrived in the window and whose delay is known well enough for every delay goal.
    pub arrived: u64,
    /// Per delay goal (in the order of the goals): messages that arrived in the window and were not accepted within the goal's time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<u64>,
    /// With delay goals: messages that arrived in the window and wait when the run ends, too soon to say whether they are late by every goal.
    pub undecided: u64,
    /// The same window with nodes down, for each choice of [`labels::Labels::down`]; empty unless a goal asks for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with_nodes_down: Vec<Strain>,
}

/// What a window would have been with nodes down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strain {
    /// Messages that arrived at their senders.
    pub messages: u64,
    /// Those of them that bounced before the run ended, those that a node had accepted included.
    pub bounced: u64,
    /// Messages whose delay is known well enough.
    pub arrived: u64,
    /// Those of them that were not accepted within [`SLOW`](crate::scenario::SLOW).
    pub late: u64,
    /// Messages that wait when the run ends, too soon to say whether they are late.
    pub undecided: u64,
    /// The node that turned away the largest part of its connections in its busiest hour.
    pub fullest: HourTally,
}

impl Strain {
    /// That of a window of a world with nodes down, whose one delay goal is [`SLOW`](crate::scenario::SLOW).
    #[must_use]
    pub fn of(window: &WindowTally) -> Self {
        let fullest = window.busiest_hour.iter().max_by(|a, b| a.part_full().total_cmp(&b.part_full()));
        Self {
            messages: window.messages,
            bounced: window.bounced + window.accepted_then_bounced,
            arrived: window.arrived,
            late: window.late.first().copied().unwrap_or(0),
            undecided: window.undecided,
            fullest: fullest.copied().unwrap_or_default(),
        }
    }

    /// The same if all mail that waits when the run ends is late.
    pub(crate) const fn at_worst(self) -> Self {
        let undecided = self.undecided;
        Self { arrived: self.arrived + undecided, late: self.late + undecided, undecided: 0, ..self }
    }
}

/// The connections that came to a node in one hour, those of unwanted mail left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HourTally {
    /// Connections tried while it was not failing.
    pub connections: u64,
    /// Those that found it full.
    pub full: u64,
}

impl HourTally {
    /// Part of its connections that found the node full, 0..1; 0 without connections.
    #[must_use]
    pub const fn part_full(&self) -> f64 {
        if self.connections == 0 { 0.0 } else { self.full as f64 / self.connections as f64 }
    }
}

/// The sessions of one sender at one node in the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldTally {
    /// Their number, summed over the measured time (session µs).
    pub occupied_us: u64,
    /// The number of those that had a message under way; the others were kept open for the next one.
    pub busy_us: u64,
}

/// The parts of the time at which load duration is kept.
pub const DURATION_PARTS: [f64; 21] = [
    0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7,
    0.8, 0.9, 1.0,
];

/// The sessions of one node in the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionTally {
    /// Sessions that ended.
    pub ended: u64,
    /// Their time from start to end, together (µs).
    pub lasted_us: u64,
    /// The number of sessions, summed over the measured time (session µs).
    pub occupied_us: u64,
    /// Connections tried while it was not failing.
    pub connections: u64,
    /// Those that found it full.
    pub full: u64,
    /// Connections that delivered at least one message.
    pub used: u64,
    /// Messages they delivered.
    pub messages: u64,
}
