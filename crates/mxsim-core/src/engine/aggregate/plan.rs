//! Which senders can be simulated in numbers, and what it takes.

use crate::dns::{Driver, OrderReuse, Transform};
use crate::engine::aggregate::cache_fills::CacheFills;
use crate::engine::aggregate::flows::{Flow, Flows, Sent};
use crate::engine::aggregate::orders;
use crate::engine::aggregate::outcome_tree::{Disposition, OutcomeTree, Walker};
use crate::engine::aggregate::seconds;
use crate::engine::aggregate::sticky::StickyHosts;
use crate::engine::count::load::Chunk;
use crate::engine::world::method::{MethodChoice, MethodDecision, SimulationMethod};
use crate::engine::world::{SenderTable, World};
use crate::ids::NodeId;
use crate::ids::SenderId;
use crate::node::{Fault, SessionTime};
use crate::random::{Purpose, StreamId};
use crate::scenario::Scenario;
use crate::sender::{Concurrency, Growth, Memory, Stickiness};
use crate::time::{Span, Time};
use crate::traffic::poisson::PoissonTable;

/// Most changes of fate in one run for which a sender is simulated in numbers.
const MOST_CHANGES: usize = 1_000_000;

/// Fewer messages than this in a run are simulated one by one: that takes a millisecond, and keeps the luck of two designs coupled message by
/// message.
const FEW_MESSAGES: f64 = 5_000.0;

/// How far ahead rates are looked for to make tables for: a week, and the outages of another.
const LOOK_AHEAD: Span = Span(14 * Span::DAY.0);

/// Everything about the senders simulated in numbers that is the same in all replications.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) senders: Vec<SenderPlan>,
    pub(crate) tables: Vec<PoissonTable>,
    /// Per node: the stream that places its messages.
    pub(crate) placement: Vec<StreamId>,
    pub(crate) cache_fills: CacheFills,
}

/// One sender.
#[derive(Debug)]
pub(crate) struct SenderPlan {
    pub(crate) sender: SenderId,
    /// False for mail that nobody waits for: its numbers are drawn apart, so that they shift nobody else's.
    pub(crate) wanted: bool,
    pub(crate) stream: StreamId,
    /// Which of its messages belong to which phase of an event, where its mail is not wanted.
    pub(crate) phases: StreamId,
    pub(crate) choice: Choice,
}

/// How the orders of a sender come about.
#[derive(Debug)]
pub(crate) enum Choice {
    /// Each message has one of its own.
    Anew(OutcomeTree),
    /// Outbound hosts keep one for a while.
    Sticky(StickyHosts),
}

impl Plan {
    /// What its numbers cost in one replication, in messages simulated one by one. A fill of a cache costs no more than a message.
    pub(crate) fn work(&self, world: &World) -> f64 {
        let kept = self.senders.iter().filter(|plan| matches!(plan.choice, Choice::Sticky(_)));
        let held: f64 =
            kept.map(|plan| crate::engine::aggregate::sticky::work(world, world.sender(plan.sender))).sum();
        self.cache_fills.expected_fills(world) + held
    }
}

/// Decides for each sender by which method it is simulated, and plans for those that are simulated in numbers.
pub(crate) fn plan(world: &World, scenario: &Scenario, method: MethodChoice) -> (Vec<MethodDecision>, Plan) {
    if method == MethodChoice::Messages {
        let why = "every message is simulated, as asked for";
        return (
            vec![MethodDecision { method: SimulationMethod::Messages, why }; world.senders.len()],
            Plan::default(),
        );
    }
    let mut choices: Vec<Result<Choice, &'static str>> = (0..world.senders.len())
        .map(|i| choice(world, &world.senders[i], &scenario.senders[i].sizes.weights(world.senders[i].sites)))
        .collect();
    keep_caches_apart(world, &mut choices);
    let methods = choices.iter().map(decision).collect();
    let senders: Vec<SenderPlan> = choices
        .into_iter()
        .enumerate()
        .filter_map(|(sender, choice)| {
            let name = &scenario.senders[sender].name;
            choice.ok().map(|choice| SenderPlan {
                sender: SenderId::new(sender),
                wanted: scenario.senders[sender].wanted,
                stream: StreamId::new(name, Purpose::Counts),
                phases: StreamId::new(name, Purpose::Phase),
                choice,
            })
        })
        .collect();
    if senders.is_empty() {
        return (methods, Plan::default());
    }
    let wanted = senders.iter().filter(|plan| plan.wanted);
    let drawn: Vec<usize> = wanted.map(|plan| plan.sender.index()).collect();
    let plan = Plan {
        tables: seconds::tables(usual_rates(world, &senders).into_iter()),
        placement: scenario.nodes.iter().map(|node| StreamId::new(&node.name, Purpose::Placement)).collect(),
        cache_fills: CacheFills::new(world, scenario, &drawn),
        senders,
    };
    (methods, plan)
}

fn decision(choice: &Result<Choice, &'static str>) -> MethodDecision {
    match choice {
        Ok(Choice::Anew(_)) => MethodDecision {
            method: SimulationMethod::Counts,
            why: "its choices do not depend on earlier messages",
        },
        Ok(Choice::Sticky(_)) => MethodDecision {
            method: SimulationMethod::Decisions,
            why: "each outbound host keeps its choice for a time",
        },
        Err(why) => MethodDecision { method: SimulationMethod::Messages, why },
    }
}

/// How the orders of `sender` come about, if it can be simulated in numbers; else the reason why not.
fn choice(world: &World, sender: &SenderTable, sites: &[f64]) -> Result<Choice, &'static str> {
    if sender.given.is_some() {
        return Err("its messages come at given times");
    }
    if sender.arrivals.expected(world.start, world.end) < FEW_MESSAGES {
        return Err("it sends so few messages that each is simulated");
    }
    if sender.path.is_for_destination() {
        return Err("its connections are opened for all that waits, and their number grows with it");
    }
    if sender.layers.len() != 1 {
        return Err("it asks through several caches in a row");
    }
    let all = orders::of(world, sender)?;
    if all.iter().any(|(order, _)| order.is_empty()) {
        return Err("it finds no address");
    }
    if all.iter().any(|(order, _)| order.iter().any(|candidate| world.topology.is_edge(candidate.address))) {
        return Err("an edge picks its nodes: where a message goes depends on those before it");
    }
    let tree = OutcomeTree::new(world, &all);
    check_nodes(world, sender, &tree)?;
    check_faults(world, sender, &tree)?;
    match sender.behaviour.parameters.order.keep {
        // Nothing here is tried again, so no queue run takes out two messages.
        Stickiness::Attempt | Stickiness::Message | Stickiness::Process => Ok(Choice::Anew(tree)),
        Stickiness::Exponential(_) | Stickiness::Fixed(_) | Stickiness::Forever => {
            StickyHosts::new(world, sender, sites).map(Choice::Sticky)
        }
        Stickiness::Second => Err("all its choices of a second are one"),
        Stickiness::CacheEntry => Err("it keeps its choice as long as a cache keeps the answer"),
    }
}

/// Nothing that a message does at these nodes may make a difference to another.
fn check_nodes(world: &World, sender: &SenderTable, tree: &OutcomeTree) -> Result<(), &'static str> {
    let parameters = &sender.behaviour.parameters;
    let nodes = tree.nodes();
    let capacity = |&node: &NodeId| &world.topology.node(node).capacity;
    let has_room = |node: &NodeId| {
        let capacity = capacity(node);
        capacity.session_time == SessionTime::Nothing && capacity.sessions.is_none()
    };
    if !nodes.iter().all(has_room) {
        return Err("its nodes have limited or lasting sessions");
    }
    if nodes.iter().any(|node| capacity(node).clients.is_limiting()) {
        return Err("a node limits each client: whether it takes a message depends on those before it");
    }
    if nodes.iter().any(|node| capacity(node).queue.is_some()) {
        return Err("a node has a queue: whether it takes a message depends on those before it");
    }
    if nodes.iter().any(|&node| world.topology.node(node).greylists) {
        return Err("a node greylists: whether it takes a message depends on those before it");
    }
    if parameters.reuse.kept().is_some_and(|kept| kept.tls || nodes.iter().any(|node| !capacity(node).tls)) {
        return Err("it uses connections again");
    }
    let ever =
        |such: fn(Fault) -> bool| nodes.iter().any(|&node| world.topology.node(node).faults.ever(such));
    if ever(Fault::is_past_greeting) {
        return Err("a node turns mail away in sessions");
    }
    if nodes.iter().any(|&node| world.topology.node(node).faults.is_partial()) {
        return Err("a fault hits a part of its connections");
    }
    if nodes.iter().any(|&node| world.topology.node(node).faults.is_random()) {
        return Err("its nodes fail at random");
    }
    if let Growth::Processes { start, .. } = parameters.concurrency.growth
        && start > Span::ZERO
    {
        return Err("its processes take time to start");
    }
    if ever(Fault::keeps_sender_waiting) && parameters.concurrency != Concurrency::UNLIMITED {
        return Err("its connections are limited, and a silent node holds them");
    }
    let remembers = match parameters.memory {
        // Where some candidate always takes the message, no domain is ever found dead.
        Memory::Nothing | Memory::Domain { .. } | Memory::Child { .. } => false,
        // No queue run takes out two messages where nothing is tried again.
        Memory::Process { .. } => false,
        Memory::HostAddress { .. } | Memory::Route { .. } => ever(|_| true),
        Memory::AddressTimeouts { .. } => ever(|fault| fault == Fault::Drop),
    };
    if remembers { Err("it remembers nodes that failed") } else { Ok(()) }
}

/// Some candidate takes every message at once, so that nothing is ever tried again.
fn check_faults(world: &World, sender: &SenderTable, tree: &OutcomeTree) -> Result<(), &'static str> {
    let walker = Walker { world, behaviour: &sender.behaviour, by_bins: false };
    let (mut fates, mut at) = (Vec::new(), world.start);
    for _ in 0..MOST_CHANGES {
        if at >= world.end {
            return Ok(());
        }
        let slack = tree.fates(walker, at, &mut fates);
        if fates.iter().any(|fate| fate.end == Disposition::Nobody) {
            return Err("some of its messages fail everywhere and are tried again");
        }
        at += slack;
    }
    Err("faults come and go too often")
}

/// A cache that a single message fills has to be kept message by message, and so has an authority that counts its answers.
fn keep_caches_apart(world: &World, choices: &mut [Result<Choice, &'static str>]) {
    let authority = &world.topology.authority;
    let counts = authority.transform != Transform::None
        && (authority.driver != Driver::Random || authority.hold != OrderReuse::None);
    let layers = |sender: usize| world.senders[sender].layers.iter().map(|&(layer, _)| layer);
    loop {
        let is_single = |sender: &usize| choices[*sender].is_err();
        let shared: Vec<u16> = (0..choices.len()).filter(is_single).flat_map(layers).collect();
        let meets = |&sender: &usize| {
            choices[sender].is_ok()
                && (counts && !shared.is_empty() || layers(sender).any(|own| shared.contains(&own)))
        };
        let Some(sender) = (0..choices.len()).find(meets) else { return };
        choices[sender] = Err("it shares a cache with senders whose messages are simulated one by one");
    }
}

/// Messages per second in the flows of the first days, outages and all, as far as nothing has to be drawn for them: what tables are made
/// for.
fn usual_rates(world: &World, senders: &[SenderPlan]) -> Vec<f64> {
    let (mut flows, mut rates) = (Flows::new(world), Vec::new());
    let (mut from, end) = (Time::ZERO, world.end.min(Time::ZERO + LOOK_AHEAD));
    while from < end {
        let to = Chunk::beginning_at(from, (world.window(), 1), Time::NEVER).to;
        for plan in senders.iter().filter(|plan| plan.wanted) {
            if let Choice::Anew(tree) = &plan.choice {
                let sent = Sent { sender: plan.sender, tree, part: 1.0, from, to };
                flows.send(sent, |_, _, _| ());
            }
        }
        let per_second = |together: &[Flow]| {
            let expected: f64 = together.iter().map(|flow| flow.expected).sum();
            expected / together[0].to.since(together[0].from).as_secs_f64()
        };
        rates.extend(flows.due(to).chunk_by(|a, b| a.span() == b.span()).map(per_second));
        from = to;
    }
    rates
}
