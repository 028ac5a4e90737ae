//! The child processes of an outbound host of which each delivers one message after the other (Courier, `courieresmtp.c`).
//!
//! A message goes to the first child that is idle, in the order of their places, and only if none is to a new one. A child keeps its connection,
//! where it stands in the sequence of its generator, and what it has found out; all that ends with it when it has been idle for too long.

use crate::time::{Span, Time};

/// A process.
#[derive(Debug, Clone, Copy)]
struct Child {
    /// Tells it from all others of this outbound host; from 1.
    number: u32,
    begun: Time,
    /// How many orders it has drawn.
    drawn: u32,
    /// When it ends unless it gets a message; `None` while it is at work.
    ends: Option<Time>,
}

/// The children of one outbound host, by place.
#[derive(Debug, Default)]
pub(crate) struct Children {
    places: Vec<Child>,
    numbered: u32,
}

impl Children {
    /// Puts a child to work; gives its number.
    pub(crate) fn employ(&mut self, now: Time) -> u32 {
        let is_idle = |child: &Child| child.ends.is_some_and(|ends| now <= ends);
        if let Some(idle) = self.places.iter_mut().find(|child| is_idle(child)) {
            idle.ends = None;
            return idle.number;
        }
        self.numbered += 1;
        let new = Child { number: self.numbered, begun: now, drawn: 0, ends: None };
        match self.places.iter_mut().find(|child| child.ends.is_some()) {
            Some(ended) => *ended = new,
            None => self.places.push(new),
        }
        new.number
    }

    /// A child has no work any more.
    pub(crate) fn rest(&mut self, number: u32, idle: Span, now: Time) {
        if let Some(child) = self.places.iter_mut().find(|child| child.number == number) {
            child.ends = Some(now + idle);
        }
    }

    /// When a child began, and how many orders it drew before this one.
    pub(crate) fn draw(&mut self, number: u32) -> Option<(Time, u32)> {
        let child = self.places.iter_mut().find(|child| child.number == number)?;
        child.drawn += 1;
        Some((child.begun, child.drawn - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Span = Span::from_secs(60);

    fn at(seconds: i64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    /// Recorded (`courier-unbound-a-seq`): 289 of 300 messages on the first connection, and each of the 11 on the second alone.
    #[test]
    fn the_first_idle_child_has_the_next_message() {
        let mut children = Children::default();
        let (first, second) = (children.employ(at(0)), children.employ(at(0)));
        assert_ne!(first, second, "one at work takes nothing");
        children.rest(second, IDLE, at(1));
        children.rest(first, IDLE, at(2));
        assert_eq!(children.employ(at(3)), first, "though the other has waited longer");
        assert_eq!(children.employ(at(3)), second);
    }

    #[test]
    fn a_child_ends_when_it_has_been_idle_and_its_place_is_taken() {
        let mut children = Children::default();
        let (first, second) = (children.employ(at(0)), children.employ(at(0)));
        children.rest(first, IDLE, at(0));
        assert_eq!(children.employ(at(60)), first);
        children.rest(first, IDLE, at(60));
        let third = children.employ(at(121));
        assert!(third != first && third != second);
        children.rest(second, IDLE, at(121));
        children.rest(third, IDLE, at(122));
        assert_eq!(children.employ(at(123)), third, "in the first place");
    }

    /// esmtpclient.c `esmtpchild` calls srand once.
    #[test]
    fn a_child_goes_on_with_its_sequence_until_it_ends() {
        let mut children = Children::default();
        let first = children.employ(at(5));
        assert_eq!(children.draw(first), Some((at(5), 0)));
        assert_eq!(children.draw(first), Some((at(5), 1)));
        children.rest(first, IDLE, at(7));
        let later = children.employ(at(70));
        assert_eq!(children.draw(later), Some((at(70), 0)));
        assert_eq!(children.draw(first), None, "it has ended");
    }
}
