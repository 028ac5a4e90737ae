//! What the receiving side sees, recorded and simulated alike.

use mxsim_core::time::Time;

/// Nodes of a lab zone at most.
pub const NODES: usize = 3;

/// One thing that a node saw, or would have seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Time,
    /// Which node, from 0.
    pub node: u8,
    /// What.
    pub what: What,
}

/// What a node can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A connection that it took.
    Opened,
    /// A message that it accepted.
    Accepted {
        /// Number of the message.
        message: u32,
        /// Over which connection.
        connection: u64,
    },
    /// A message or a connection that it turned away with a reply.
    TurnedAway {
        /// Number of the message, if it came as far as to be known.
        message: Option<u32>,
    },
    /// A connection that it refused with a reset.
    Refused,
    /// A connection that got no answer, from its first packet.
    NoAnswer,
}

impl What {
    /// True if mail did not get on here.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::TurnedAway { .. } | Self::Refused | Self::NoAnswer)
    }
}

/// When the recording of a run stopped: it was watched until all messages had come, until nothing had happened for `idle`, or to `cap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// How many messages there are.
    pub messages: usize,
    /// When the last one was submitted.
    pub submitted: Time,
    /// How long without news.
    pub idle: mxsim_core::time::Span,
    /// The end in any case.
    pub cap: Time,
}

/// The watcher looked twice a second, so that what came right after the last message was still recorded.
const LOOK: mxsim_core::time::Span = mxsim_core::time::Span(500_000);

impl Stop {
    /// Takes away what would not have been recorded.
    pub fn cut(&self, events: &mut Vec<Event>) {
        let mut seen = vec![false; self.messages];
        let (mut left, mut last, mut end) = (self.messages, self.submitted, self.cap);
        let mut kept = events.len();
        for (place, event) in events.iter().enumerate() {
            if event.at > end || event.at > last + self.idle {
                kept = place;
                break;
            }
            last = last.max(event.at);
            if let What::Accepted { message, .. } = event.what
                && let Some(seen) = seen.get_mut(message as usize)
                && !std::mem::replace(seen, true)
            {
                left -= 1;
                if left == 0 {
                    end = end.min(event.at.max(self.submitted) + LOOK);
                }
            }
        }
        events.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mxsim_core::time::Span;

    fn accepted(seconds: i64, message: u32) -> Event {
        let at = Time::ZERO + Span::from_secs(seconds);
        Event { at, node: 0, what: What::Accepted { message, connection: 0 } }
    }

    fn stop(messages: usize) -> Stop {
        let at = |seconds| Time::ZERO + Span::from_secs(seconds);
        Stop { messages, submitted: at(2), idle: Span::from_secs(8), cap: at(60) }
    }

    #[test]
    fn a_recording_stops_when_all_is_delivered_when_nothing_happens_or_at_its_cap() {
        let mut all = vec![accepted(1, 0), accepted(4, 1), accepted(6, 0)];
        stop(2).cut(&mut all);
        assert_eq!(all.len(), 2, "both messages have come");
        let mut silent = vec![accepted(1, 0), accepted(11, 1)];
        stop(2).cut(&mut silent);
        assert_eq!(silent.len(), 1, "nothing for more than 8 s after the last submission");
        let mut long: Vec<Event> = (0..20).map(|i| accepted(i64::from(i) * 5, i)).collect();
        stop(20).cut(&mut long);
        assert_eq!(long.len(), 13, "0 to 60 s");
    }
}
