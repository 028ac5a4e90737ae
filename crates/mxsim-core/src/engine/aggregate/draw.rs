//! The senders simulated in numbers, in one replication.

use crate::engine::aggregate::cache_fills::CacheFills;
use crate::engine::aggregate::flows::{Flow, Flows, Sent};
use crate::engine::aggregate::outcome_tree::{Attempt, Disposition, Fate};
use crate::engine::aggregate::phases;
use crate::engine::aggregate::plan::{Choice, Plan, SenderPlan};
use crate::engine::aggregate::seconds::Placer;
use crate::engine::aggregate::sticky::HeldOrders;
use crate::engine::count::recorder::{BulkAccept, Recorder};
use crate::engine::watch::WorkMeter;
use crate::engine::world::World;
use crate::ids::SenderId;
use crate::random::{Entropy, Purpose, Stream, StreamId};
use crate::time::{Span, Time};
use crate::traffic::poisson::poisson;
use rand_distr::{Binomial, Distribution};

/// The state of all senders simulated in numbers.
#[derive(Debug)]
pub(crate) struct AggregateSenders<'w> {
    world: &'w World,
    entropy: Entropy,
    senders: Vec<Sending<'w>>,
    placers: Vec<Placer<'w>>,
    flows: Flows<'w>,
    /// Those of mail that nobody waits for.
    unwanted: Flows<'w>,
    /// Draws which messages belong to which phase of an event.
    phases: Stream,
    cache_fills: &'w CacheFills,
}

#[derive(Debug)]
struct Sending<'w> {
    plan: &'w SenderPlan,
    stream: Stream,
    phases: Stream,
    /// For a sender that keeps its choices.
    holdings: Option<HeldOrders<'w>>,
}

impl<'w> AggregateSenders<'w> {
    pub(crate) fn new(world: &'w World, plan: &'w Plan, entropy: Entropy) -> Self {
        let sending = |plan: &'w SenderPlan| Sending {
            plan,
            stream: entropy.stream(plan.stream),
            phases: entropy.stream(plan.phases),
            holdings: match &plan.choice {
                Choice::Anew(_) => None,
                Choice::Sticky(choosers) => {
                    Some(HeldOrders::new(choosers, world.sender(plan.sender), &entropy))
                }
            },
        };
        let placer = |&id| Placer::new(&plan.tables, entropy.stream(id));
        Self {
            world,
            entropy,
            senders: plan.senders.iter().map(sending).collect(),
            placers: plan.placement.iter().map(placer).collect(),
            flows: Flows::new(world),
            unwanted: Flows::new(world),
            phases: entropy.stream(StreamId::new("events", Purpose::Phase)),
            cache_fills: &plan.cache_fills,
        }
    }

    /// Counts everything about messages that arrive from `from` to `to`, within one hour and one window, and are accepted or lost; what is
    /// accepted later is counted then. What a replication that is over leaves out, nobody counts.
    pub(crate) fn fill(
        &mut self,
        (from, to): (Time, Time),
        recorder: &mut Recorder<'_>,
        watch: &mut WorkMeter<'_>,
    ) {
        if self.senders.is_empty() {
            return;
        }
        if from == Time::ZERO {
            self.cache_fills.draw(self.world, &self.entropy, recorder, watch);
        }
        let world = self.world;
        for sending in &mut self.senders {
            let flows = if sending.plan.wanted { &mut self.flows } else { &mut self.unwanted };
            sending.send(world, (from, to), flows, (&mut self.phases, recorder), watch);
        }
        self.draw_unwanted(to, recorder);
        let due = self.flows.due(to);
        for together in due.chunk_by(|a, b| a.span() == b.span()) {
            self.draw(together, recorder);
        }
    }

    /// Draws the messages that nobody waits for, sender by sender and without their seconds, which nobody asks for.
    fn draw_unwanted(&mut self, until: Time, recorder: &mut Recorder<'_>) {
        for flow in self.unwanted.due(until) {
            let own = self.senders.iter_mut().find(|sending| sending.plan.sender == flow.sender);
            let Some(sending) = own else { continue };
            let count = poisson(flow.expected, &mut sending.stream);
            if count > 0 {
                count_accepted(self.world, &flow, count, recorder);
                let delay = flow.fate.delay();
                let born = (flow.from - delay, flow.to - delay);
                phases::count_connections(
                    self.world,
                    born,
                    (&flow.fate, count),
                    &mut sending.phases,
                    recorder,
                );
            }
        }
    }

    /// Draws the messages of all flows of one span, and which of them belong to which.
    fn draw(&mut self, together: &[Flow], recorder: &mut Recorder<'_>) {
        let (from, to, node) = together[0].span();
        let hour = from.0 / Span::HOUR.0 * Span::HOUR.0;
        let mut expected = expected(together);
        let placer = &mut self.placers[node.index()];
        let mut left = placer.place(from.0 - hour, to.0 - hour, expected, recorder.seconds_of(node));
        let mut kinds = together.chunk_by(Flow::is_like).peekable();
        while let Some(alike) = kinds.next() {
            let part = self::expected(alike);
            let count = match kinds.peek() {
                Some(_) => binomial(left, part / expected, &mut self.placers[node.index()].stream),
                None => left,
            };
            if count > 0 {
                count_accepted(self.world, &alike[0], count, recorder);
                let Flow { from, to, fate, .. } = &alike[0];
                let delay = fate.delay();
                phases::count(
                    self.world,
                    (*from - delay, *to - delay),
                    (fate, count),
                    &mut self.phases,
                    recorder,
                );
            }
            (left, expected) = (left - count, expected - part);
        }
    }
}

impl Sending<'_> {
    /// Lets the mail of a chunk go its way.
    fn send(
        &mut self,
        world: &World,
        (from, to): (Time, Time),
        flows: &mut Flows<'_>,
        (in_phases, recorder): (&mut Stream, &mut Recorder<'_>),
        watch: &mut WorkMeter<'_>,
    ) {
        let (sender, wanted) = (self.plan.sender, self.plan.wanted);
        let (stream, own_phases) = (&mut self.stream, &mut self.phases);
        let mut lost = |(born, until): (Time, Time), fate: &Fate, expected: f64| {
            let count = poisson(expected, stream);
            recorder.arrived_in_bulk(sender, window_of(world, born), count);
            count_attempts(world, (sender, born), &fate.attempts, count, recorder);
            let youngest = world.end.since(until) + Span(1);
            recorder.waiting_in_bulk(sender, window_of(world, born), youngest, count);
            if wanted {
                phases::count(world, (born, until), (fate, count), in_phases, recorder);
            } else {
                phases::count_connections(world, (born, until), (fate, count), own_phases, recorder);
            }
        };
        match (&self.plan.choice, &mut self.holdings) {
            (Choice::Anew(tree), _) => flows.send(Sent { sender, tree, part: 1.0, from, to }, &mut lost),
            (Choice::Sticky(_), Some(holdings)) => {
                for (chooser, &part) in holdings.parts().iter().enumerate() {
                    let mut at = from;
                    while at < to && !watch.worked(1) {
                        let (tree, until) = holdings.at(world, chooser, at);
                        let until = until.min(to);
                        flows.send(Sent { sender, tree, part, from: at, to: until }, &mut lost);
                        at = until;
                    }
                }
            }
            (Choice::Sticky(_), None) => {}
        }
    }
}

fn expected(flows: &[Flow]) -> f64 {
    flows.iter().map(|flow| flow.expected).sum()
}

/// How many of `count` fall to a `part` of the probability.
pub(crate) fn binomial(count: u64, part: f64, stream: &mut Stream) -> u64 {
    Binomial::new(count, part.clamp(0.0, 1.0)).map_or(0, |binomial| binomial.sample(stream))
}

/// Counts messages of a flow.
fn count_accepted(world: &World, flow: &Flow, count: u64, recorder: &mut Recorder<'_>) {
    let Disposition::Accepted { host, address, delay, .. } = flow.fate.end else { return };
    let born = flow.from - delay;
    recorder.arrived_in_bulk(flow.sender, window_of(world, born), count);
    count_attempts(world, (flow.sender, born), &flow.fate.attempts, count, recorder);
    recorder.accepted_in_bulk(BulkAccept {
        sender: flow.sender,
        host,
        address,
        born_window: window_of(world, born),
        window: window_of(world, flow.from),
        delay,
        count,
    });
}

fn count_attempts(
    world: &World,
    (sender, born): (SenderId, Time),
    attempts: &[Attempt],
    count: u64,
    recorder: &mut Recorder<'_>,
) {
    for attempt in attempts {
        let window = window_of(world, born + attempt.begun);
        recorder.attempted_in_bulk((sender, attempt.node), window, attempt.failed, count);
    }
}

const fn window_of(world: &World, at: Time) -> usize {
    (at.0 / world.window().0) as usize
}
