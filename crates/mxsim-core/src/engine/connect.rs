//! One connection from a sender to a node.

use crate::node::{Fault, Schedule};
use crate::sender::{Outcome, Timeouts};
use crate::time::{Span, Time};

/// The end of a connection attempt: at once, or later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    Now(Outcome),
    Later(Time, Outcome),
}

/// How a connection begun at `now` ends. A silent node is asked again with each repeated SYN, so one that comes back is found.
pub(super) fn connect(faults: &Schedule, now: Time, timeouts: &Timeouts) -> Connection {
    match faults.fault_at(now) {
        None => return Connection::Now(Outcome::Accepted),
        Some(Fault::Refuse) => return Connection::Now(Outcome::Refused),
        Some(Fault::Drop) => {}
    }
    let limit = timeouts.silent_host();
    let repeats = timeouts.kernel.retransmissions().iter().map(|&seconds| Span::from_secs(seconds));
    for at in repeats.take_while(|&after| after < limit).map(|after| now + after) {
        match faults.fault_at(at) {
            None => return Connection::Later(at, Outcome::Accepted),
            Some(Fault::Refuse) => return Connection::Later(at, Outcome::Refused),
            Some(Fault::Drop) => {}
        }
    }
    Connection::Later(now + limit, Outcome::TimedOut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Outage;
    use crate::sender::Kernel;

    fn silent_until(seconds: i64) -> Schedule {
        let to = Time::ZERO + Span::from_secs(seconds);
        Schedule::new(vec![Outage { from: Time::ZERO, to, fault: Fault::Drop }])
    }

    fn after(seconds: i64, outcome: Outcome) -> Connection {
        Connection::Later(Time::ZERO + Span::from_secs(seconds), outcome)
    }

    #[test]
    fn the_shorter_time_out_counts_and_a_repeated_syn_finds_a_node_that_is_back() {
        let greeting = Span::from_secs(300);
        let postfix = Timeouts { connect: Some(Span::from_secs(30)), kernel: Kernel::Linux, greeting };
        let exim = Timeouts { connect: Some(Span::from_secs(300)), kernel: Kernel::Linux, greeting };
        let old = Timeouts { connect: None, kernel: Kernel::LinuxBefore6_5, greeting };
        let hour = silent_until(3_600);
        assert_eq!(connect(&hour, Time::ZERO, &postfix), after(30, Outcome::TimedOut));
        assert_eq!(connect(&hour, Time::ZERO, &exim), after(133, Outcome::TimedOut));
        assert_eq!(connect(&hour, Time::ZERO, &old), after(127, Outcome::TimedOut));
        assert_eq!(connect(&silent_until(9), Time::ZERO, &postfix), after(11, Outcome::Accepted));
        assert_eq!(connect(&silent_until(9), Time::ZERO, &old), after(15, Outcome::Accepted));
    }
}
