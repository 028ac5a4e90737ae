//! Health checks: what an edge knows of a node, and when.
//!
//! A node is taken out after `fall` failed checks in a row and comes back after `rise` good ones. How long a dead node keeps its place follows by
//! arithmetic: checks that start every `I` find one that refuses within ((fall - 1) I, fall I], and one that is silent a time-out later. Where
//! the wait begins when the last check has ended, each failed check but the last adds its time-out.

use crate::time::{Span, Time};

/// How far a check goes into a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CheckBy {
    /// A TCP connection that is taken is enough.
    Tcp,
    /// The node has to greet with 220.
    Banner,
    /// It has to take a recipient.
    Recipient,
}

/// From when the time between two checks counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spacing {
    /// From the start of one to the start of the next; one that takes longer delays the next until it has ended.
    Start,
    /// From the end of one to the start of the next.
    End,
}

/// How an edge checks each of its nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// How far it goes.
    pub by: CheckBy,
    /// Time between two checks of a node.
    pub every: Span,
    /// The same while checks speak against what is held of it, so that it is about to leave or to come back; `None` if nothing is hurried.
    pub changing: Option<Span>,
    /// The same of a node that is out; `None` if that is no different.
    pub down: Option<Span>,
    /// How long it waits for an answer; `None` for as long as `every`.
    pub timeout: Option<Span>,
    /// Good checks in a row after which a node is used again.
    pub rise: u32,
    /// Failed checks in a row after which a node is not used any more.
    pub fall: u32,
    /// From when `every` counts.
    pub spacing: Spacing,
}

impl Check {
    /// A check by these counts, from start to start, always at the same interval.
    #[must_use]
    pub const fn new(by: CheckBy, every: Span, timeout: Span, (rise, fall): (u32, u32)) -> Self {
        let timeout = Some(timeout);
        Self { by, every, changing: None, down: None, timeout, rise, fall, spacing: Spacing::Start }
    }

    /// How long it waits for an answer.
    #[must_use]
    pub fn patience(&self) -> Span {
        self.timeout.unwrap_or(self.every)
    }

    /// From the start of a check that takes so long, and after which so much is held of the node, to the start of the next.
    #[must_use]
    pub fn step(&self, takes: Span, after: Health) -> Span {
        let hurried = if after.against > 0 { self.changing } else { None };
        let of_one_out = if after.is_up || after.against > 0 { None } else { self.down };
        let every = hurried.or(of_one_out).unwrap_or(self.every);
        match self.spacing {
            Spacing::Start => every.max(takes),
            Spacing::End => every + takes,
        }
    }

    /// When the first check from `until` on starts, after one at `last`, if all between them take so long and leave the node as it is.
    #[must_use]
    pub fn next(&self, last: Time, (takes, after): (Span, Health), until: Time) -> Time {
        let step = self.step(takes, after).0.max(1);
        if until == Time::NEVER {
            return Time::NEVER;
        }
        let steps = (until.since(last).0.max(1) + step - 1) / step;
        last + Span(step.saturating_mul(steps.max(1)))
    }
}

/// What the checks of one node have come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    is_up: bool,
    /// Checks in a row that speak against that.
    against: u32,
}

impl Health {
    /// That of a node that is in use when the run begins.
    pub const UP: Self = Self { is_up: true, against: 0 };

    /// True if it is in use.
    #[must_use]
    pub const fn is_up(self) -> bool {
        self.is_up
    }

    /// True if another check like this one changes nothing.
    #[must_use]
    pub const fn is_settled(self, passed: bool) -> bool {
        self.is_up == passed && self.against == 0
    }

    /// Takes in a check; true if the node is taken out or comes back with it.
    pub fn note(&mut self, passed: bool, check: &Check) -> bool {
        if passed == self.is_up {
            self.against = 0;
            return false;
        }
        self.against += 1;
        let needed = if passed { check.rise } else { check.fall };
        if self.against < needed {
            return false;
        }
        *self = Self { is_up: passed, against: 0 };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: Check = Check::new(CheckBy::Tcp, Span::from_secs(10), Span::from_secs(4), (2, 3));

    #[test]
    fn a_node_falls_after_three_and_rises_after_two_in_a_row() {
        let mut health = Health::UP;
        let noted: Vec<bool> = [false, false, true, false, false, false, true, false, true, true]
            .into_iter()
            .map(|passed| {
                health.note(passed, &CHECK);
                health.is_up()
            })
            .collect();
        let up = [true, true, true, true, true, false, false, false, false, true];
        assert_eq!(noted, up);
    }

    #[test]
    fn the_next_check_keeps_to_its_own_times() {
        let second = |seconds| Time::ZERO + Span::from_secs(seconds);
        let next = |check: &Check, takes, until| {
            check.next(second(3), (Span::from_secs(takes), Health::UP), second(until))
        };
        assert_eq!([4, 13, 14, 23].map(|until| next(&CHECK, 0, until)), [13, 13, 23, 23].map(second));
        let from_end = Check { spacing: Spacing::End, ..CHECK };
        assert_eq!([3, 17, 18].map(|until| next(&from_end, 4, until)), [17, 17, 31].map(second));
        assert_eq!(next(&CHECK, 25, 4), second(28), "one that takes long delays the next");
        assert_eq!(CHECK.next(second(3), (Span::ZERO, Health::UP), Time::NEVER), Time::NEVER);
    }

    #[test]
    fn a_node_that_changes_is_asked_sooner_and_one_that_is_out_later() {
        let (fast, slow) = (Span::from_secs(1), Span::from_secs(60));
        let check = Check { changing: Some(fast), down: Some(slow), ..CHECK };
        let mut health = Health::UP;
        let steps: Vec<Span> = [true, false, false, false, false, true, true]
            .into_iter()
            .map(|passed| {
                health.note(passed, &check);
                check.step(Span::ZERO, health)
            })
            .collect();
        assert_eq!(steps, [check.every, fast, fast, slow, slow, fast, check.every]);
    }
}
