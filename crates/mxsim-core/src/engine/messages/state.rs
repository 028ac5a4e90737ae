//! The state of one replication, and what its steps hand on to each other.
//!
//! A *step* is a method that handles one event or one task. It never calls a step that comes before it in the life of a message: what has to
//! follow is pushed as a [`Task`], and the last one pushed is done first. So a step is over before the next one begins, whatever it set off.

use crate::dns::cache::{Layer, Network, PlainCaches};
use crate::engine::aggregate::AggregateSenders;
use crate::engine::calendar::Calendar;
use crate::engine::compile::Compiled;
use crate::engine::count::recorder::Recorder;
use crate::engine::messages::compact_attempt::CompactAttempt;
use crate::engine::messages::delivery::{Caller, DeliveryAttempt, DestinationSession};
use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::receiving::Node;
use crate::engine::messages::receiving::edge::Edge;
use crate::engine::messages::receiving::greylisting::Greylists;
use crate::engine::messages::sending::SenderState;
use crate::engine::messages::sending::connection::{Connection, FreeConnection};
use crate::engine::messages::sending::destination::{DestinationQueue, DueEvent};
use crate::engine::messages::sending::outbound_host::OutboundHost;
use crate::engine::probe::{Step, Watching};
use crate::engine::watch::WorkMeter;
use crate::engine::world::topology::LayerTable;
use crate::engine::world::{MX, SenderTable, World};
use crate::ids::{EdgeId, NodeId, OutboundId};
use crate::random::Entropy;
use crate::sender::Outcome;
use crate::time::Time;
use std::collections::BTreeMap;

/// What closing a chunk costs, in events.
const CHUNK_WORK: u32 = 8;

/// What happens at a time to come.
#[derive(Debug)]
pub(crate) enum Event {
    /// A deferred message is due.
    Retry(QueuedMessage),
    /// A node that did not answer at once does now, or has not for too long.
    Answered(Caller, Outcome),
    /// The same for a compact attempt.
    CompactAnswered(CompactAttempt, Outcome),
    /// A message in a session is taken, or turned away.
    TransactionEnds(Caller),
    /// The connection of this number has waited in a backlog for as long as its sender waits for a greeting.
    GreetingTimesOut(u64),
    /// An edge begins to check the node in this place.
    CheckBegins(EdgeId, usize),
    /// It knows whether that node passed.
    CheckEnds(EdgeId, usize, bool),
    /// The node in this place of an edge may begin to be drained, or be back.
    DrainChanges(EdgeId, usize),
    /// The time is over for which an edge left the node in this place out.
    TrialBegins(EdgeId, usize),
    /// The node in this place of an edge, which came back then, has so many sixteenths of its weight.
    WeightRises(EdgeId, usize, Time, u32),
    /// A connection is opened for a destination.
    SessionOpens(Box<DestinationSession>),
    /// A node confirms the end of a destination's session.
    SessionQuits(Box<DestinationSession>),
    /// Something is due at a destination.
    DestinationDue(OutboundId, DueEvent),
    /// A process that delivers mail has started.
    ProcessReady(OutboundId),
    /// A process that has delivered a message can take the next.
    ProcessFree(OutboundId),
    /// The idle connection of this number is closed.
    IdleTimesOut(OutboundId, u32),
}

/// What is still to be done at this moment.
#[derive(Debug)]
pub(crate) enum Task {
    /// A message is to be delivered.
    Attempt(QueuedMessage),
    /// An attempt goes on with its next candidate.
    TryCandidates(Box<DeliveryAttempt>),
    /// An attempt looks for candidates other than those that failed.
    TryOthers(Box<DeliveryAttempt>),
    /// A connection has delivered a message and is free for another.
    ReuseConnection(QueuedMessage, FreeConnection),
    /// Mail that waits at an outbound host is started, at most this many messages; `None` for all that wait when it begins.
    StartWaiting(OutboundId, Option<usize>),
    /// A node has a session free for a connection in its backlog.
    OfferSession(NodeId),
    /// An edge may have a node for a connection that waits.
    OfferNode(EdgeId),
}

/// One replication.
#[derive(Debug)]
pub(crate) struct Replication<'w, 'p, P> {
    pub(crate) world: &'w World,
    pub(crate) dns: Network<'w>,
    /// Per layer: its caches, if only the times of their entries matter.
    pub(crate) cache_times: Vec<Option<PlainCaches<'w>>>,
    pub(crate) calendar: Calendar<Event>,
    tasks: Vec<Task>,
    pub(crate) senders: Vec<SenderState>,
    pub(crate) nodes: Vec<Node<'w>>,
    pub(crate) edges: Vec<Edge<'w>>,
    /// Messages that wait for a connection at their outbound host.
    pub(crate) queued: usize,
    /// Whom they know, if any greylists.
    pub(crate) greylists: Option<Box<Greylists<'w>>>,
    /// Connections that wait in a backlog, by number.
    pub(crate) in_backlog: BTreeMap<u64, Caller>,
    pub(crate) backlogged: u64,
    /// Connections begun.
    pub(crate) connections: u64,
    pub(crate) recorder: Recorder<'w>,
    aggregate: AggregateSenders<'w>,
    /// True if sessions take time or are limited anywhere.
    pub(crate) is_timed: bool,
    pub(super) probe: &'p mut P,
    /// Whether it is to go on.
    pub(crate) watch: WorkMeter<'p>,
    /// Boxes of attempts that are over, for the next ones.
    #[expect(clippy::vec_box, reason = "the boxes themselves are used again")]
    spare: Vec<Box<DeliveryAttempt>>,
}

impl<'w, 'p, P: Watching> Replication<'w, 'p, P> {
    /// A replication before its first event.
    pub(crate) fn new(
        compiled: &'w Compiled,
        entropy: Entropy,
        probe: &'p mut P,
        watch: WorkMeter<'p>,
    ) -> Self {
        let (world, topology) = (&compiled.world, &compiled.world.topology);
        let layer = |table: &LayerTable| Layer {
            parameters: table.parameters,
            caches: table.caches,
            key: entropy.key(table.stream),
        };
        let layers: Vec<Layer> = topology.layers.iter().map(layer).collect();
        let times = |(only, layer): (&bool, &Layer)| {
            only.then(|| PlainCaches::new(&topology.record_sets[MX], *layer, world.start))
        };
        let cache_times = world.times_only.iter().zip(&layers).map(times).collect();
        let authority_key = entropy.key(topology.authority_stream);
        let is_timed = topology.is_timed();
        let node = |(id, table)| {
            let faults = world.outages.faults(&entropy, (id, table), world.start, world.end);
            Node::new(NodeId::new(id), (table, faults), is_timed, world.start)
        };
        Self {
            world,
            dns: Network::new(&topology.record_sets, topology.authority, authority_key, layers)
                .in_use_before(world.start)
                .authority_away(&topology.authority_away),
            cache_times,
            calendar: Calendar::new(),
            tasks: Vec::new(),
            senders: world
                .senders
                .iter()
                .map(|table| SenderState::new(table, &entropy, world.start))
                .collect(),
            nodes: topology.nodes.iter().enumerate().map(node).collect(),
            edges: topology.edges.iter().map(|table| Edge::new(table, &entropy)).collect(),
            queued: 0,
            greylists: world.greylisting.as_ref().map(|plan| Box::new(Greylists::new(plan, &entropy))),
            in_backlog: BTreeMap::new(),
            backlogged: 0,
            connections: 0,
            recorder: recorder(world, probe),
            aggregate: AggregateSenders::new(world, &compiled.plan, entropy),
            is_timed,
            probe,
            watch,
            spare: Vec::new(),
        }
    }

    /// Pushes a task; the last one pushed is done first.
    pub(crate) fn push(&mut self, task: Task) {
        self.tasks.push(task);
    }

    /// The next task.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Task> {
        self.tasks.pop()
    }

    /// Shows a step of a message to the probe.
    pub(crate) fn note(&mut self, message: &QueuedMessage, now: Time, step: Step<'_>) {
        if P::ACTIVE {
            self.probe.step(message.id, message.failures, now, step);
        }
    }

    /// Counts some work; true if the replication is over.
    #[inline]
    pub(crate) fn worked(&mut self, work: u32) -> bool {
        if self.watch.looks_after(work) {
            self.watch.holds(
                self.calendar.events() + self.in_backlog.len() + self.queued,
                self.known_clients() + self.remembered(),
            );
        }
        self.watch.worked(work)
    }

    /// Closes the chunks of counting that are over at `now`, with the messages that are drawn as numbers. Where the replication has been stopped
    /// nobody needs those numbers, nor the chunks after its last event.
    #[inline]
    pub(crate) fn close_chunks(&mut self, now: Time) {
        while now >= self.recorder.chunk().to {
            let is_over = self.worked(CHUNK_WORK);
            if is_over && now >= self.world.end {
                return;
            }
            let chunk = self.recorder.chunk();
            if chunk.ends_hour() && !is_over {
                self.aggregate.fill(chunk.hour_span(), &mut self.recorder, &mut self.watch);
            }
            self.recorder.close_chunk();
            if self.is_timed {
                for node in &mut self.nodes {
                    node.begin_chunk(&mut self.recorder);
                }
            }
        }
    }

    /// What the world says of the sender of a message.
    #[inline]
    pub(crate) fn sender(&self, message: &QueuedMessage) -> &'w SenderTable {
        self.world.sender(message.id.sender)
    }

    /// The state of the sender of a message.
    #[inline]
    pub(crate) fn sender_state(&mut self, message: &QueuedMessage) -> &mut SenderState {
        &mut self.senders[message.id.sender.index()]
    }

    /// The connections of an outbound host, and the mail that waits there.
    #[inline]
    pub(crate) fn outbound(&mut self, of: OutboundId) -> &mut OutboundHost {
        self.senders[of.sender.index()].outbound(self.world.sender(of.sender), of.host)
    }

    /// The destination as an outbound host knows it.
    pub(crate) fn destination(&mut self, of: OutboundId) -> &mut DestinationQueue {
        self.senders[of.sender.index()].destination(of.host)
    }

    /// The node that a connection is for.
    #[inline]
    pub(crate) fn node_of(&mut self, connection: &Connection) -> &mut Node<'w> {
        &mut self.nodes[connection.passage.node.index()]
    }

    /// An attempt without candidates yet, in a box that was used before, so that messages need no memory of their own.
    pub(crate) fn new_attempt(&mut self, message: QueuedMessage, now: Time) -> Box<DeliveryAttempt> {
        match self.spare.pop() {
            Some(mut used) => {
                used.begin_anew(message, now);
                used
            }
            None => Box::new(DeliveryAttempt::new(message, now)),
        }
    }

    /// Keeps the box of an attempt that is over.
    pub(crate) fn recycle(&mut self, attempt: Box<DeliveryAttempt>) {
        self.spare.push(attempt);
    }
}

/// What counts, with every session kept for a probe that wants them.
fn recorder<'w, P: Watching>(world: &'w World, probe: &P) -> Recorder<'w> {
    let mut recorder = Recorder::new(world);
    if probe.wants_sessions() {
        recorder.sessions.keep();
    }
    recorder
}
