//! What is compared of a run.
//!
//! A run is summed up by numbers that do not depend on how fast the lab's machine was. In bursts the order in which the nodes saw things
//! is not that in which they were done, so nothing that depends on order is compared there.

use super::event::{Event, NODES, What};
use super::greylist::Tries;
use super::recordings::Recorded;
use super::submission::Pattern;
use mxsim_core::time::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One number about a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    /// Messages accepted.
    Accepted,
    /// Part of the accepted messages that a node took.
    MessageShare(u8),
    /// Part of successive messages that the same node took.
    MessageSame,
    /// Part of successive messages of which the next node took the second.
    MessageNext,
    /// Mean length of a run of messages at one node.
    MessageMeanRun,
    /// Longest run of messages at one node.
    MessageLongestRun,
    /// Connections that the nodes took.
    Connections,
    /// Part of the connections that came to a node.
    ConnectionShare(u8),
    /// As for messages.
    ConnectionSame,
    /// As for messages.
    ConnectionNext,
    /// As for messages.
    ConnectionMeanRun,
    /// As for messages.
    ConnectionLongestRun,
    /// Messages of a connection that took any, on average.
    PerConnectionMean,
    /// Most messages of a connection.
    PerConnectionMost,
    /// How often a node did not take the mail: refused, silent, or with a reply.
    Failures(u8),
    /// Successes before the first failure.
    BeforeFirstFailure,
    /// Successes after the last failure.
    AfterLastFailure,
    /// Spans of 20 s in which a node took mail.
    Spans(u8),
    /// Recipients that were answered, of all messages.
    Attempts,
    /// The same of the message with most.
    AttemptsMost,
    /// Messages accepted in their first try.
    AtOnce,
    /// Mean time from the first attempt to acceptance (s).
    DelayMean,
    /// The shortest (s).
    DelayLeast,
    /// The longest (s).
    DelayMost,
    /// Mean time of the try of this number after the first (s).
    TryBegins(u8),
}

/// Tries after the first whose times are compared.
const TRIES: u8 = 4;

impl Statistic {
    /// True if it is a time, which a loaded machine lets be seen later.
    #[must_use]
    pub const fn is_time(self) -> bool {
        matches!(self, Self::DelayMean | Self::DelayLeast | Self::DelayMost | Self::TryBegins(_))
    }
}

/// Length of a span of [`Statistic::Spans`].
const SPAN: Span = Span::from_secs(20);

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = |f: &mut fmt::Formatter<'_>, what: &str, node: u8| write!(f, "{what} mx{}", node + 1);
        f.write_str(match *self {
            Self::MessageShare(of) => return node(f, "share of messages", of),
            Self::ConnectionShare(of) => return node(f, "share of connections", of),
            Self::Spans(of) => return node(f, "spans of 20 s with mail at", of),
            Self::Failures(of) => return node(f, "failures at", of),
            Self::TryBegins(number) => return write!(f, "time of try {}", number + 1),
            Self::Attempts => "attempts",
            Self::AttemptsMost => "attempts of a message, most",
            Self::AtOnce => "accepted in the first try",
            Self::DelayMean => "mean time to acceptance",
            Self::DelayLeast => "shortest time to acceptance",
            Self::DelayMost => "longest time to acceptance",
            Self::Accepted => "messages accepted",
            Self::MessageSame => "next message at the same node",
            Self::MessageNext => "next message at the next node",
            Self::MessageMeanRun => "mean run of messages",
            Self::MessageLongestRun => "longest run of messages",
            Self::Connections => "connections",
            Self::ConnectionSame => "next connection at the same node",
            Self::ConnectionNext => "next connection at the next node",
            Self::ConnectionMeanRun => "mean run of connections",
            Self::ConnectionLongestRun => "longest run of connections",
            Self::PerConnectionMean => "messages per connection, mean",
            Self::PerConnectionMost => "messages per connection, most",
            Self::BeforeFirstFailure => "accepted before the first failure",
            Self::AfterLastFailure => "accepted after the last failure",
        })
    }
}

/// The statistics that mean something for a run.
#[must_use]
pub fn of_run(run: &Recorded, pattern: &Pattern, nodes: usize) -> Vec<Statistic> {
    use Statistic::{
        Accepted, AfterLastFailure, AtOnce, Attempts, AttemptsMost, BeforeFirstFailure, ConnectionLongestRun,
        ConnectionMeanRun, ConnectionNext, ConnectionSame, ConnectionShare, Connections, DelayLeast,
        DelayMean, DelayMost, Failures, MessageLongestRun, MessageMeanRun, MessageNext, MessageSame,
        MessageShare, PerConnectionMean, PerConnectionMost, Spans,
    };
    let every_node = |of: fn(u8) -> Statistic| (0..nodes as u8).map(of);
    if pattern.from > Time::ZERO {
        return every_node(MessageShare).chain(every_node(Spans)).collect();
    }
    if pattern.greylist.is_some() {
        let mut all = vec![Accepted, Attempts, AttemptsMost, AtOnce, DelayMean, DelayLeast, DelayMost];
        all.extend(every_node(MessageShare).chain(every_node(Failures)));
        all.extend((1..=TRIES).map(Statistic::TryBegins));
        return all;
    }
    let all_seen = run.silent == [0; NODES];
    let mut all = vec![Accepted, Connections, PerConnectionMean, PerConnectionMost];
    all.extend(every_node(MessageShare).chain(every_node(ConnectionShare)));
    if !pattern.blurred {
        all.extend([MessageSame, MessageNext, MessageMeanRun, MessageLongestRun]);
    }
    if !pattern.blurred && all_seen {
        all.extend([ConnectionSame, ConnectionNext, ConnectionMeanRun, ConnectionLongestRun]);
    }
    if pattern.fault.is_some() && all_seen {
        all.extend(every_node(Failures));
        all.extend([BeforeFirstFailure, AfterLastFailure]);
    }
    all
}

/// What the statistics are worked out from.
#[derive(Debug, Default)]
pub struct Sights {
    /// Nodes of accepted messages.
    messages: Vec<u8>,
    /// Nodes of connections, without those whose time is not known.
    connections: Vec<u8>,
    /// Connections per node, all of them.
    connected: [usize; NODES],
    /// Messages per connection.
    per_connection: BTreeMap<u64, usize>,
    /// Node and whether it failed, of accepted messages and failures.
    sights: Vec<(u8, bool)>,
    /// Node and number of a span in which it took mail.
    spans: BTreeSet<(u8, i64)>,
    /// How often and when each message was tried; nothing unless asked for.
    tries: Tries,
}

impl Sights {
    /// Of events in order of time, from a moment on, and of connections of which only the number is known.
    #[must_use]
    pub fn of(events: &[Event], from: Time, silent: &[usize; NODES]) -> Self {
        let mut all = Self { connected: *silent, ..Self::default() };
        for event in events.iter().filter(|event| event.at >= from) {
            match event.what {
                What::Opened => {
                    all.connections.push(event.node);
                    all.connected[usize::from(event.node)] += 1;
                }
                What::Accepted { connection, .. } => {
                    all.messages.push(event.node);
                    all.spans.insert((event.node, event.at.0.div_euclid(SPAN.0)));
                    *all.per_connection.entry(connection).or_default() += 1;
                    all.sights.push((event.node, false));
                }
                _ => all.sights.push((event.node, true)),
            }
        }
        all
    }

    /// The same with what is asked of runs against greylists: how often and when each message was tried.
    #[must_use]
    pub fn with_tries(self, events: &[Event]) -> Self {
        Self { tries: Tries::of(events), ..self }
    }

    /// The value of a statistic.
    #[must_use]
    pub fn value(&self, statistic: Statistic) -> f64 {
        let connections: usize = self.connected.iter().sum();
        match statistic {
            Statistic::Accepted => self.messages.len() as f64,
            Statistic::MessageShare(node) => {
                ratio(self.messages.iter().filter(|&&of| of == node).count(), self.messages.len())
            }
            Statistic::MessageSame => step(&self.messages, 0),
            Statistic::MessageNext => step(&self.messages, 1),
            Statistic::MessageMeanRun => mean_run(&self.messages),
            Statistic::MessageLongestRun => longest_run(&self.messages),
            Statistic::Connections => connections as f64,
            Statistic::ConnectionShare(node) => ratio(self.connected[usize::from(node)], connections),
            Statistic::ConnectionSame => step(&self.connections, 0),
            Statistic::ConnectionNext => step(&self.connections, 1),
            Statistic::ConnectionMeanRun => mean_run(&self.connections),
            Statistic::ConnectionLongestRun => longest_run(&self.connections),
            Statistic::PerConnectionMean => ratio(self.messages.len(), self.per_connection.len()),
            Statistic::PerConnectionMost => {
                self.per_connection.values().max().map_or(0.0, |&most| most as f64)
            }
            Statistic::Failures(node) => {
                self.sights.iter().filter(|&&sight| sight == (node, true)).count() as f64
            }
            Statistic::BeforeFirstFailure => self.sights.iter().take_while(|sight| !sight.1).count() as f64,
            Statistic::AfterLastFailure => {
                self.sights.iter().rev().take_while(|sight| !sight.1).count() as f64
            }
            Statistic::Attempts => self.tries.attempts().0,
            Statistic::AttemptsMost => self.tries.attempts().1,
            Statistic::AtOnce => self.tries.at_once(),
            Statistic::DelayMean => self.tries.delays()[0],
            Statistic::DelayLeast => self.tries.delays()[1],
            Statistic::DelayMost => self.tries.delays()[2],
            Statistic::TryBegins(number) => self.tries.begins(usize::from(number)),
            Statistic::Spans(node) => self.spans.iter().filter(|span| span.0 == node).count() as f64,
        }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The part of neighbours of which the second is `by` nodes further than the first, of three.
fn step(nodes: &[u8], by: u8) -> f64 {
    let steps = nodes.windows(2).filter(|pair| (3 + pair[1] - pair[0]) % 3 == by).count();
    ratio(steps, nodes.len().saturating_sub(1))
}

fn mean_run(nodes: &[u8]) -> f64 {
    ratio(nodes.len(), nodes.chunk_by(|a, b| a == b).count())
}

fn longest_run(nodes: &[u8]) -> f64 {
    nodes.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    fn event(at: i64, node: u8, what: What) -> Event {
        Event { at: Time(at), node, what }
    }

    fn accepted(at: i64, node: u8, connection: u64) -> Event {
        event(at, node, What::Accepted { message: at as u32, connection })
    }

    #[test]
    fn statistics_count_by_hand() {
        let events = [
            event(0, 0, What::Opened),
            accepted(1, 0, 0),
            accepted(2, 0, 0),
            event(3, 1, What::Refused),
            event(4, 2, What::Opened),
            accepted(5, 2, 1),
        ];
        let sights = Sights::of(&events, Time::ZERO, &[0, 3, 0]);
        let value = |statistic| sights.value(statistic);
        assert_eq!(value(Statistic::Accepted), 3.0);
        assert_eq!(value(Statistic::MessageShare(0)), 2.0 / 3.0);
        assert_eq!((value(Statistic::MessageSame), value(Statistic::MessageNext)), (0.5, 0.0));
        assert_eq!((value(Statistic::MessageMeanRun), value(Statistic::MessageLongestRun)), (1.5, 2.0));
        assert_eq!((value(Statistic::Connections), value(Statistic::ConnectionShare(1))), (5.0, 0.6));
        assert_eq!((value(Statistic::PerConnectionMean), value(Statistic::PerConnectionMost)), (1.5, 2.0));
        assert_eq!((value(Statistic::Failures(1)), value(Statistic::Failures(0))), (1.0, 0.0));
        assert_eq!((value(Statistic::BeforeFirstFailure), value(Statistic::AfterLastFailure)), (2.0, 1.0));
    }
}
