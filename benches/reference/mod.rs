//! A straightforward simulation of bench-1, to measure mxsim against: one heap of events, one generator, no cleverness.
//!
//! The job: three MX hosts of equal preference and 1,000 sites whose volumes follow Zipf's law, together Poisson with 10 messages per
//! second for a day. Each attempt of a message shuffles the three hosts. Node 1 drops packets from 06:00 to 12:00, which costs 30 s each time.
//! A node has 20 sessions of lognormal length (mean 1 s, sigma 0.5) and answers 421 at once when they are taken. A message that found
//! nobody comes again after min(300 s * 2^k, 4000 s) and bounces at five days. Each site has a cache of its own with a TTL of 300 s.
//! After the day the system drains.
//!
//! It is what one writes in an afternoon with `BinaryHeap`, `rand_distr` and ChaCha8, and then leaves alone: no tuning beyond plain
//! code, but nothing slow on purpose either. Main types: [`Job`], [`Outcome`].

mod outcome;

pub use outcome::Outcome;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::weighted::WeightedAliasIndex;
use rand_distr::{Distribution, Exp, LogNormal};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

const SECOND: u64 = 1_000_000;
const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;
const NODES: usize = 3;
const SITES: usize = 1_000;
const TTL: u64 = 300 * SECOND;
const CONNECT_TIMEOUT: u64 = 30 * SECOND;
const LIFETIME: u64 = 5 * DAY;
const SIGMA: f64 = 0.5;

/// One day of bench-1.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    /// Messages per day, 864,000 in bench-1.
    pub messages_per_day: f64,
    /// Concurrent sessions of each node: 20, or 5 in the stress variant.
    pub sessions: u32,
    /// Seed of the day.
    pub seed: u64,
}

impl Job {
    /// Simulates the day.
    ///
    /// # Panics
    /// If `messages_per_day` is not a positive number.
    #[must_use]
    pub fn run(self) -> Outcome {
        let mut day = Day::new(self);
        day.schedule_arrival(0);
        while let Some(event) = day.events.pop() {
            day.handle(event);
        }
        day.outcome.finish()
    }
}

#[derive(Debug, Clone, Copy)]
struct Message {
    arrived: u64,
    site: u16,
    retries: u16,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// The next message arrives.
    Arrival,
    /// A deferred message is tried again.
    Retry(Message),
    /// A message goes on to the host at this place of its order.
    Connect(Message, [u8; NODES], u8),
    /// A session at this node ends.
    Free(u8),
}

#[derive(Debug, Clone, Copy)]
struct Event {
    at: u64,
    number: u64,
    kind: Kind,
}

/// The earliest is the greatest, because `BinaryHeap` gives the greatest first; ties in the order of scheduling.
impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Event {}

struct Day {
    sessions: u32,
    random: ChaCha8Rng,
    gap: Exp<f64>,
    session: LogNormal<f64>,
    sites: WeightedAliasIndex<f64>,
    events: BinaryHeap<Event>,
    scheduled: u64,
    busy: [u32; NODES],
    /// When the cache entry of each site expires.
    expires: Vec<u64>,
    outcome: Outcome,
}

impl Day {
    fn new(job: Job) -> Self {
        let weights = (1..=SITES).map(|k| 1.0 / k as f64).collect();
        Self {
            sessions: job.sessions,
            random: ChaCha8Rng::seed_from_u64(job.seed),
            gap: Exp::new(job.messages_per_day / DAY as f64).expect("a positive rate"),
            session: LogNormal::new(-SIGMA * SIGMA / 2.0, SIGMA).expect("a finite sigma"),
            sites: WeightedAliasIndex::new(weights).expect("positive weights"),
            events: BinaryHeap::new(),
            scheduled: 0,
            busy: [0; NODES],
            expires: vec![0; SITES],
            outcome: Outcome::default(),
        }
    }

    fn handle(&mut self, event: Event) {
        match event.kind {
            Kind::Arrival => self.arrive(event.at),
            Kind::Retry(message) => self.attempt(event.at, message),
            Kind::Connect(message, order, place) => self.connect(event.at, message, order, place),
            Kind::Free(node) => self.busy[usize::from(node)] -= 1,
        }
    }

    fn schedule(&mut self, at: u64, kind: Kind) {
        self.scheduled += 1;
        self.events.push(Event { at, number: self.scheduled, kind });
    }

    fn schedule_arrival(&mut self, now: u64) {
        let at = now + self.gap.sample(&mut self.random).round() as u64;
        if at < DAY {
            self.schedule(at, Kind::Arrival);
        }
    }

    fn arrive(&mut self, now: u64) {
        self.schedule_arrival(now);
        let site = self.sites.sample(&mut self.random) as u16;
        self.outcome.messages += 1;
        self.attempt(now, Message { arrived: now, site, retries: 0 });
    }

    fn attempt(&mut self, now: u64, message: Message) {
        let expires = &mut self.expires[usize::from(message.site)];
        if *expires <= now {
            *expires = now + TTL;
            self.outcome.lookups += 1;
        }
        let mut order = [0, 1, 2];
        order.shuffle(&mut self.random);
        self.connect(now, message, order, 0);
    }

    /// Walks on through `order` from `place`: silence takes time, a full node none.
    fn connect(&mut self, now: u64, message: Message, order: [u8; NODES], place: u8) {
        for place in usize::from(place)..NODES {
            let node = usize::from(order[place]);
            self.outcome.attempts += 1;
            if node == 0 && (6 * HOUR..12 * HOUR).contains(&now) {
                let on = Kind::Connect(message, order, place as u8 + 1);
                return self.schedule(now + CONNECT_TIMEOUT, on);
            }
            if self.busy[node] < self.sessions {
                return self.serve(now, message, node);
            }
        }
        self.defer(now, message);
    }

    fn serve(&mut self, now: u64, message: Message, node: usize) {
        let end = now + (self.session.sample(&mut self.random) * SECOND as f64) as u64;
        self.busy[node] += 1;
        self.outcome.peak_sessions[node] = self.outcome.peak_sessions[node].max(self.busy[node]);
        self.outcome.accept(node, end, end - message.arrived);
        self.schedule(end, Kind::Free(node as u8));
    }

    fn defer(&mut self, now: u64, mut message: Message) {
        if now - message.arrived >= LIFETIME {
            self.outcome.bounced += 1;
            return;
        }
        let wait = ((300 * SECOND) << message.retries.min(4)).min(4_000 * SECOND);
        message.retries += 1;
        self.outcome.retries += 1;
        self.schedule(now + wait, Kind::Retry(message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(sessions: u32, days: u64) -> Vec<Outcome> {
        (0..days).map(|seed| Job { messages_per_day: 864_000.0, sessions, seed }.run()).collect()
    }

    fn mean(outcomes: &[Outcome], of: impl Fn(&Outcome) -> f64) -> f64 {
        outcomes.iter().map(of).sum::<f64>() / outcomes.len() as f64
    }

    fn assert_near(what: &str, value: f64, expected: f64, within: f64) {
        assert!((value - expected).abs() <= within, "{what}: {value}, theory {expected} +/- {within}");
    }

    /// Theory, while nodes do not fill: a twelfth of the messages waits 30 s, so the mean delay is 1 + 30 / 12 = 3.50 s. With F the law of a
    /// session, the 95 % and 99 % quantiles are 30 s + F^-1(0.40) = 30.778 s and 30 s + F^-1(0.88) = 31.588 s. A site with rate L asks
    /// L / (1 + 300 L) times a second: 167.07 lookups per 1,000 messages over Zipf's sites, and at most 0.58 more because caches start
    /// empty. n = 8 days = 6.9 million messages: standard errors 0.0033 s, 0.001 s, 0.0016 s and 0.05, so five of them fit each tolerance.
    #[test]
    fn a_day_gives_the_reference_answers() {
        let days = days(20, 8);
        assert_near("mean delay", mean(&days, Outcome::mean_delay), 3.50, 0.02);
        assert_near("p95", mean(&days, |day| day.delay_quantile(0.95)), 30.778, 0.02);
        assert_near("p99", mean(&days, |day| day.delay_quantile(0.99)), 31.588, 0.02);
        let lookups = mean(&days, |day| day.lookups as f64 * 1_000.0 / day.messages as f64);
        assert_near("lookups per 1,000", lookups, 167.07 + 0.29, 0.5);
        for day in &days {
            assert_eq!(day.bounced, 0);
            assert_eq!(day.accepted.iter().sum::<u64>(), day.messages);
            assert!(day.peak_sessions.iter().max().is_some_and(|most| (15..=20).contains(most)));
        }
        assert_shares(&days);
    }

    /// Theory: node 1 gets a third of eighteen hours; the others share the rest. n = 8 days: the standard error of a share is 0.0002.
    fn assert_shares(days: &[Outcome]) {
        let share = |node: usize| mean(days, |day| day.accepted[node] as f64 / day.messages as f64);
        assert_near("node 1", share(0), 0.25, 0.001);
        assert_near("node 2", share(1), 0.375, 0.001);
        let dead = mean(days, |day| day.accepted_by_hour[0][8] as f64);
        assert_near("node 1 from 08:00 to 09:00", dead, 0.0, 0.0);
    }

    /// The published answer of the stress variant, 0.356 +/- 0.01 retries per message. n = 4 days.
    #[test]
    fn five_sessions_are_too_few() {
        let days = days(5, 4);
        assert_near("retries", mean(&days, |day| day.retries as f64 / day.messages as f64), 0.356, 0.01);
        assert!(days.iter().all(|day| day.accepted.iter().sum::<u64>() == day.messages));
    }
}
