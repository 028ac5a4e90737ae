//! How a machine starts processes for deliveries, hands messages to them and shares itself out among them: read off the times of a burst.
//!
//! In Postfix the queue manager hands each message to a process (`qmgr_transport.c`), which fetches a connection from a cache that all share
//! (`scache.c`), the one kept first (`scache_multi.c`). So who delivers does not matter; what matters is how long a message holds a connection. All of
//! them run on one machine, and the nodes do, too: with few deliveries under way each is quick, and the first connections get ahead of
//! those that come later. Measured of Postfix 3.7.11, 600 messages released at once, under `smtp_destination_concurrency_limit`: a message every 1.1 to 1.4 ms
//! with 5, 10 and 20 at a time, so that the next on a connection took 6.2 to 6.7 ms, 10.8 to 12.0 ms and 24.8 to 28.0 ms.

use super::event::What;
use super::recordings::Recorded;
use super::submission::SessionTime;
use mxsim_core::time::Time;
use std::collections::BTreeMap;

/// Deliveries of Postfix to a domain at the same time (`default_destination_concurrency_limit`).
const FULL: usize = 20;
/// Half of the connections that Postfix may have to a domain.
const FIRST_CONNECTIONS: usize = FULL / 2;
/// Four runs of 900 messages released at once, Postfix 3.7.11, on a machine with nothing else to do, packets recorded: while mail waited and
/// 20 deliveries went on, 15.0 to 17.0 connections had a message on them, 15.75 on average.
/// *Assumption*: that part holds for the recordings too. A busy machine hands over more slowly (`FINDINGS.md`), but how busy theirs was is not known.
const HANDING_OVER: f64 = 0.21;
/// From so many times on, a burst tells its own: the lab's machine was three times as quick in some runs as in others.
const ENOUGH_OF_ITS_OWN: usize = 100;
/// What else a machine may have to do, in deliveries. Beyond the last, a delivery takes as long however many there are.
const BESIDE: [f64; 14] = [0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 15.0, 20.0, 30.0, 50.0, 100.0, 1_000.0];

/// How a machine delivers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Processes {
    /// Mean time to start one (µs).
    pub start: f64,
    /// The part of the time between one message of a process and the next in which it has no use for a connection.
    pub handing_over: f64,
    /// What else the machine has to do, in deliveries; `None` if the burst has too few times to tell how deliveries slow each other down.
    pub beside: Option<f64>,
}

impl Processes {
    /// Read off how quickly the first connections came after each other. How many there were in the end is left to the model.
    pub(super) fn of(run: &Recorded) -> Option<Self> {
        let opened = run.events.iter().filter(|event| event.what == What::Opened).map(|event| event.at);
        let first: Vec<Time> = opened.take(FIRST_CONNECTIONS).collect();
        let (&[begun, ..], &[.., last]) = (&first[..], &first[..]) else { return None };
        let starts = (FIRST_CONNECTIONS - 1) as f64;
        let start = last.since(begun).0 as f64 / starts;
        let all = Self { start, handing_over: HANDING_OVER, beside: None };
        (first.len() == FIRST_CONNECTIONS).then_some(all)
    }

    /// The same with what else the machine has to do, and the law of times from one message to the next on a connection while all are under way;
    /// `None` if there are too few such times.
    pub(super) fn sharing(self, run: &Recorded) -> Option<(Self, SessionTime)> {
        let steps = steps(run);
        if steps.len() < ENOUGH_OF_ITS_OWN {
            return None;
        }
        let scattered = |beside: f64| spread(&steps, beside);
        let beside = BESIDE.into_iter().min_by(|a, b| scattered(*a).total_cmp(&scattered(*b)))?;
        let while_full: Vec<f64> = steps.iter().map(|step| step.while_full(beside)).collect();
        Some((Self { beside: Some(beside), ..self }, SessionTime::of(&while_full)))
    }
}

/// From one message to the next on a connection.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// How long that took (µs).
    took: f64,
    /// Connections in use when it began, this one included.
    in_use: usize,
}

impl Step {
    /// What it would have taken with all deliveries under way (µs).
    fn while_full(self, beside: f64) -> f64 {
        self.took * (FULL as f64 + beside) / (self.in_use as f64 + beside)
    }
}

/// Times between messages on connections. A connection is in use from its first message to its last.
fn steps(run: &Recorded) -> Vec<Step> {
    let mut uses: BTreeMap<u64, (Time, Time)> = BTreeMap::new();
    let accepted = || {
        run.events.iter().filter_map(|event| match event.what {
            What::Accepted { connection, .. } => Some((connection, event.at)),
            _ => None,
        })
    };
    for (connection, at) in accepted() {
        uses.entry(connection).or_insert((at, at)).1 = at;
    }
    let in_use = |at: Time| uses.values().filter(|used| used.0 <= at && at < used.1).count();
    let mut last: BTreeMap<u64, Time> = BTreeMap::new();
    let step = |(connection, at): (u64, Time)| {
        let before = last.insert(connection, at)?;
        Some(Step { took: at.since(before).0.max(1) as f64, in_use: in_use(before) })
    };
    accepted().filter_map(step).collect()
}

/// How far the logarithms of the times lie from their mean: sum of squares.
fn spread(steps: &[Step], beside: f64) -> f64 {
    let logarithms = || steps.iter().map(|step| libm::log(step.while_full(beside).max(1_000.0)));
    let mean = logarithms().sum::<f64>() / steps.len() as f64;
    logarithms().map(|log| (log - mean).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::event::Event;
    use super::*;

    fn at(milliseconds: i64) -> Time {
        Time(milliseconds * 1_000)
    }

    fn recorded(events: Vec<Event>) -> Recorded {
        Recorded {
            name: "postfix-unbound-a-burst".into(),
            mta: "postfix".into(),
            version: String::new(),
            resolver: "unbound".into(),
            variant: "a".into(),
            mode: "burst".into(),
            messages: events.len(),
            events,
            silent: [0; 3],
            sights: Vec::new(),
        }
    }

    #[test]
    fn how_quickly_processes_start_is_read_off_the_first_ten_connections() {
        let opened =
            |i: i64| Event { at: at(if i < 10 { 40 * i } else { 9_000 }), node: 0, what: What::Opened };
        let run = |connections| recorded((0..connections).map(opened).collect());
        assert_eq!(Processes::of(&run(9)), None, "too few to tell");
        for connections in [10, 25] {
            let processes = Processes::of(&run(connections)).expect("enough");
            assert_eq!(processes.start, 40_000.0, "{connections} connections");
        }
    }

    /// Connections that come one after the other and take a message each `pace(in use)` ms.
    fn burst(pace: impl Fn(i64) -> i64) -> Recorded {
        let mut events = Vec::new();
        for (now, in_use) in (1..=20).map(|in_use| (200 * in_use, in_use)) {
            for connection in 0..in_use {
                let accepted = What::Accepted { message: 0, connection: connection as u64 };
                let event = |ms| Event { at: at(ms), node: 0, what: accepted };
                events.extend((1..=200 / pace(in_use)).map(|k| event(now + k * pace(in_use))));
            }
        }
        events.sort_by_key(|event| event.at);
        recorded(events)
    }

    #[test]
    fn what_else_the_machine_does_is_read_off_how_deliveries_slow_down() {
        let read = |pace: fn(i64) -> i64| {
            let processes = Processes { start: 0.0, handing_over: HANDING_OVER, beside: None };
            let (processes, full) = processes.sharing(&burst(pace)).expect("enough");
            (processes.beside.expect("it tells"), full.mean / 1_000.0)
        };
        let (beside, full) = read(|in_use| in_use);
        assert!(beside <= 0.5 && (full - 20.0).abs() < 2.0, "{beside} beside, {full} ms");
        let (beside, full) = read(|in_use| in_use + 20);
        assert!((15.0..=30.0).contains(&beside) && (full - 40.0).abs() < 4.0, "{beside} beside, {full} ms");
        let (beside, full) = read(|_| 20);
        assert!(beside >= 100.0 && (full - 20.0).abs() < 1.0, "{beside} beside, {full} ms");
        let start = Processes { start: 0.0, handing_over: HANDING_OVER, beside: None };
        assert_eq!(start.sharing(&recorded(Vec::new())), None);
    }
}
