//! How many connections one outbound host has at the same time.

use crate::time::Span;

/// How many connections to the domain one outbound host has at the same time; messages beyond wait in its queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concurrency {
    /// At first, and again after the queue has run empty.
    pub initial: u32,
    /// At most.
    pub most: u32,
    /// How it gets from one to the other.
    pub growth: Growth,
}

/// How the number of connections an outbound host may have changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Growth {
    /// It grows by one with each delivery and shrinks by one with each failure (Postfix, `qmgr_queue.c`).
    ByOne,
    /// The same, where each delivery is the work of a process. The first ones are still to be started, one at a time (Postfix, `master_avail.c`:
    /// another is started only if none is free, and until one is free it does not look again). Where a start takes no longer than a blink
    /// this is [`Growth::ByOne`].
    Processes {
        /// Mean time until a process that is started is there.
        start: Span,
        /// Time between the end of a delivery and the beginning of the next one of its process, in which the connection is free.
        hand_over: Span,
        /// What else the machine has to do, in deliveries, if they share it: both times are those of a delivery begun while `most` are under
        /// way, and with `busy` it takes `(busy + beside) / (most + beside)` of them. `None` if none slows down another.
        beside: Option<f64>,
    },
    /// OpenSMTPD, mta.c `mta_connect`: two whenever mail waits, more up to half of what waits. They are opened for the destination and not for
    /// a message, which waits for the first that is ready, and only the last is kept.
    HalfQueue {
        /// Time between two new connections.
        pause: Span,
        /// Time between two new connections to one address.
        pause_per_address: Span,
    },
    /// KumoMTA, ready_queue.rs `ideal_connection_count`: `most` times (1 - exp(-`rate` times what waits)), rounded up.
    Exponential {
        /// Rate per waiting message.
        rate: f64,
    },
}

impl Concurrency {
    /// No limit.
    pub const UNLIMITED: Self = Self { initial: u32::MAX, most: u32::MAX, growth: Growth::ByOne };

    /// True if connections are opened for the destination and not for a message.
    pub(crate) const fn is_for_destination(self) -> bool {
        matches!(self.growth, Growth::HalfQueue { .. })
    }

    /// How long something takes that takes `time` while `most` deliveries are under way, if `busy` are. What a delivery begun now takes is
    /// settled now: of those that begin and end meanwhile there are about as many.
    pub(crate) fn shared(self, time: Span, busy: u32) -> Span {
        let Growth::Processes { beside: Some(beside), .. } = self.growth else { return time };
        let part = (f64::from(busy) + beside) / (f64::from(self.most) + beside);
        Span::from_secs_f64(time.as_secs_f64() * part)
    }

    /// Time between two new connections; zero for most.
    pub(crate) const fn pause(self) -> Span {
        match self.growth {
            Growth::HalfQueue { pause, .. } => pause,
            Growth::ByOne | Growth::Processes { .. } | Growth::Exponential { .. } => Span::ZERO,
        }
    }

    /// Time between two new connections to one address; zero for most.
    pub(crate) const fn pause_per_address(self) -> Span {
        match self.growth {
            Growth::HalfQueue { pause_per_address, .. } => pause_per_address,
            Growth::ByOne | Growth::Processes { .. } | Growth::Exponential { .. } => Span::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processes(beside: Option<f64>) -> Concurrency {
        let growth = Growth::Processes { start: Span::ZERO, hand_over: Span::ZERO, beside };
        Concurrency { initial: 5, most: 20, growth }
    }

    /// Postfix 3.7.11, 600 messages released at once under `smtp_destination_concurrency_limit`: a message every 1.1 to 1.4 ms at 5, 10 and 20, so that
    /// the next on a connection took 6.2 to 6.7 ms, 10.8 to 12.0 ms and 24.8 to 28.0 ms.
    #[test]
    fn deliveries_that_share_a_machine_take_as_long_as_there_are_many() {
        let time = Span(26_000);
        let alone = processes(Some(0.0));
        assert_eq!([5, 10, 20].map(|busy| alone.shared(time, busy).0), [6_500, 13_000, 26_000]);
        let on_a_busy_machine = processes(Some(15.0));
        assert_eq!(on_a_busy_machine.shared(Span(35_000), 1), Span(16_000));
        assert_eq!(processes(None).shared(time, 1), time);
        assert_eq!(Concurrency::UNLIMITED.shared(time, 1), time);
    }
}
