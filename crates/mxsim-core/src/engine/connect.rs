//! One connection from a sender to a node.

use crate::node::{Client, Fault, Outage, Schedule};
use crate::sender::{Outcome, Timeouts};
use crate::smtp::Stage;
use crate::time::{Span, Time};

/// The end of a connection attempt: at once, or later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectResult {
    Now(Outcome),
    Later(Time, Outcome),
}

/// How a connection begun at `begun` of this client ends whose SYN is sent, for the first time or again, at `now`; `Accepted` if it gets past
/// the greeting. A node that drops packets is asked again with each repeated SYN, so one that comes back is found.
pub(crate) fn connect(
    faults: &Schedule,
    (begun, now): (Time, Time),
    timeouts: &Timeouts,
    client: &Client,
) -> ConnectResult {
    if let Some(over) = faults.outage_at(now, client).and_then(|outage| outlasts(outage, begun, timeouts)) {
        return ConnectResult::Later(over, Outcome::TimedOut);
    }
    let repeats = repeated_syns(begun, timeouts).filter(|&syn| syn > now);
    for syn in std::iter::once(now).chain(repeats) {
        match faults.fault_at(syn, client) {
            Some(Fault::Drop) => {}
            // No greeting comes any more, whatever becomes of the node: this connection is lost.
            Some(Fault::NoGreeting) => {
                return ConnectResult::Later(syn + timeouts.greeting, Outcome::NoGreeting);
            }
            fault => return at(now, syn, fault.map_or(Outcome::Accepted, greeted)),
        }
    }
    ConnectResult::Later(begun + timeouts.connect_timeout(), Outcome::TimedOut)
}

/// When the kernel repeats the SYN of a connection begun at `begun`, as long as its sender waits.
fn repeated_syns(begun: Time, timeouts: &Timeouts) -> impl Iterator<Item = Time> {
    let limit = timeouts.connect_timeout();
    let repeats = timeouts.kernel.retransmissions().iter().map(|&seconds| Span::from_secs(seconds));
    repeats.take_while(move |&after| after < limit).map(move |after| begun + after)
}

/// Until when a connection begun at `begun` hears nothing whose SYN at `now` was dropped: its next SYN, or its time-out.
pub(crate) fn silent_until(begun: Time, now: Time, timeouts: &Timeouts) -> Time {
    let next = repeated_syns(begun, timeouts).find(|&syn| syn > now);
    next.unwrap_or_else(|| begun + timeouts.connect_timeout())
}

/// When a connection begun at `begun` times out, if the outage that hits it drops all its packets until then: most outages do.
pub(crate) fn outlasts(outage: &Outage, begun: Time, timeouts: &Timeouts) -> Option<Time> {
    let over = begun + timeouts.connect_timeout();
    (outage.fault == Fault::Drop && over <= outage.to).then_some(over)
}

const fn at(now: Time, syn: Time, outcome: Outcome) -> ConnectResult {
    if syn.0 == now.0 { ConnectResult::Now(outcome) } else { ConnectResult::Later(syn, outcome) }
}

/// How a connection to a node with this fault gets past the greeting, or does not.
fn greeted(fault: Fault) -> Outcome {
    if fault.is_past_greeting() { Outcome::Accepted } else { outcome_of(fault) }
}

/// What a fault looks like to a sender.
pub(crate) const fn outcome_of(fault: Fault) -> Outcome {
    match fault {
        Fault::Refuse => Outcome::Refused,
        Fault::Drop => Outcome::TimedOut,
        Fault::NoGreeting => Outcome::NoGreeting,
        Fault::Defer(Stage::Tls) | Fault::Reject(Stage::Tls) | Fault::Disconnect(Stage::Tls) => {
            Outcome::TlsFailed
        }
        Fault::Defer(Stage::Greeting) => Outcome::Busy,
        Fault::Reject(Stage::Greeting) => Outcome::RejectedGreeting,
        Fault::Defer(stage) => Outcome::Deferred(stage),
        Fault::Reject(stage) => Outcome::Rejected(stage),
        Fault::Disconnect(stage) => Outcome::Lost(stage),
        Fault::Certificate => Outcome::Untrusted,
        // As far as the sender knows; and what takes longer is taken all the same.
        Fault::AcceptThenBounce | Fault::Slow(_) | Fault::Tarpit(_) | Fault::Drain => Outcome::Accepted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Scope;
    use crate::sender::Kernel;

    fn faulty_until(seconds: i64, fault: Fault) -> Schedule {
        let to = Time::ZERO + Span::from_secs(seconds);
        Schedule::new(vec![Outage { from: Time::ZERO, to, fault, scope: Scope::ALL }])
    }

    fn after(seconds: i64, outcome: Outcome) -> ConnectResult {
        ConnectResult::Later(Time::ZERO + Span::from_secs(seconds), outcome)
    }

    fn begun_at_zero(faults: &Schedule, timeouts: &Timeouts) -> ConnectResult {
        connect(faults, (Time::ZERO, Time::ZERO), timeouts, &Client::ANYBODY)
    }

    const POSTFIX: Timeouts = Timeouts {
        connect: Some(Span::from_secs(30)),
        kernel: Kernel::Linux,
        greeting: Span::from_secs(300),
    };

    #[test]
    fn the_shorter_time_out_counts_and_a_repeated_syn_finds_a_node_that_is_back() {
        let exim = Timeouts { connect: Some(Span::from_secs(300)), ..POSTFIX };
        let old = Timeouts { connect: None, kernel: Kernel::LinuxBefore6_5, ..POSTFIX };
        let hour = faulty_until(3_600, Fault::Drop);
        assert_eq!(begun_at_zero(&hour, &POSTFIX), after(30, Outcome::TimedOut));
        assert_eq!(begun_at_zero(&hour, &exim), after(133, Outcome::TimedOut));
        assert_eq!(begun_at_zero(&hour, &old), after(127, Outcome::TimedOut));
        let short = faulty_until(9, Fault::Drop);
        assert_eq!(begun_at_zero(&short, &POSTFIX), after(11, Outcome::Accepted));
        assert_eq!(begun_at_zero(&short, &old), after(15, Outcome::Accepted));
    }

    #[test]
    fn a_repeated_syn_is_one_of_the_connection_it_repeats() {
        let second = |seconds| Time::ZERO + Span::from_secs(seconds);
        let again = |until, now| {
            connect(&faulty_until(until, Fault::Drop), (Time::ZERO, second(now)), &POSTFIX, &Client::ANYBODY)
        };
        assert_eq!(again(9, 5), after(11, Outcome::Accepted));
        assert_eq!(again(60, 5), after(30, Outcome::TimedOut));
        assert_eq!(again(3, 5), ConnectResult::Now(Outcome::Accepted));
        let silent = |now| silent_until(Time::ZERO, second(now), &POSTFIX);
        assert_eq!([0, 1, 5, 11, 19].map(silent), [1, 2, 7, 19, 30].map(second));
    }

    #[test]
    fn a_node_that_takes_the_connection_says_at_once_what_is_wrong_or_nothing_at_all() {
        let meets = |fault| begun_at_zero(&faulty_until(60, fault), &POSTFIX);
        assert_eq!(
            meets(Fault::NoGreeting),
            after(300, Outcome::NoGreeting),
            "though the node is back after 60 s"
        );
        assert_eq!(meets(Fault::Defer(Stage::Greeting)), ConnectResult::Now(Outcome::Busy));
        assert_eq!(meets(Fault::Reject(Stage::Greeting)), ConnectResult::Now(Outcome::RejectedGreeting));
        assert_eq!(
            meets(Fault::Disconnect(Stage::Greeting)),
            ConnectResult::Now(Outcome::Lost(Stage::Greeting))
        );
        assert_eq!(meets(Fault::Defer(Stage::Data)), ConnectResult::Now(Outcome::Accepted), "so far");
    }
}
