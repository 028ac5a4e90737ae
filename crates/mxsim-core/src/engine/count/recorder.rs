//! Counts what happens in one replication. Only messages that arrived after the warm-up are counted.

use crate::engine::count::delays::SenderDelays;
use crate::engine::count::load::{Chunk, Load};
use crate::engine::count::phases::{ChunkCounts, PhaseCounter};
use crate::engine::count::sessions::SessionCounter;
use crate::engine::world::topology::EdgeTable;
use crate::engine::world::{SenderTable, World};
use crate::ids::{AddressId, EdgeId, HostId, MessageId, NodeId, SenderId};
use crate::node::{Excess, Objection};
use crate::results::{DeliveryTotals, NodeTotals};
use crate::tally::{
    BehindEdge, DURATION_PARTS, DelayCounter, DelayHistogram, EdgeTally, HourTally, LATE, PEAK_BINS,
    SERIES_BIN, SenderTally, Tally, WindowTally,
};
use crate::time::{Span, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Messages accepted that have everything but their second in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BulkAccept {
    pub(crate) sender: SenderId,
    pub(crate) host: HostId,
    pub(crate) address: AddressId,
    /// Window in which they arrived at the sender, and in which they were accepted.
    pub(crate) born_window: usize,
    pub(crate) window: usize,
    pub(crate) delay: Span,
    pub(crate) count: u64,
}

/// Fills a [`Tally`].
#[derive(Debug)]
pub(crate) struct Recorder<'w> {
    world: &'w World,
    tally: Tally,
    /// Per sender.
    delays: Vec<SenderDelays>,
    /// Per sender: of messages that a greylist deferred; empty where no node greylists.
    greylisted: Vec<DelayCounter>,
    /// Of the messages that are still queued at the end.
    waiting: DelayCounter,
    /// Messages of the current chunk whose delay has been counted: those that had to wait.
    delayed: u64,
    load: Load,
    chunk: Chunk,
    /// Of the current chunk: messages accepted `[sender * landings + landing]`, connections tried `[sender * nodes + node]`.
    accepted: Vec<u64>,
    connections_tried: Vec<u64>,
    /// Messages that arrived up to the current chunk, and all that were drawn as numbers.
    arrived: u64,
    /// Messages that each host accepted up to the current hour.
    hosts_before: Vec<u64>,
    pub(crate) sessions: SessionCounter,
    pub(crate) phases: PhaseCounter<'w>,
    /// Of the current chunk, `[sender * landings + landing]`: messages of [`Recorder::taken_at_once`], and their time in sessions (µs).
    at_once: Vec<(u64, u64)>,
    /// Per sender: false for mail that nobody waits for.
    wanted: Vec<bool>,
    /// Messages in sessions that end after the current chunk and before the end, soonest first.
    ahead: BinaryHeap<Reverse<(Time, MessageId, HostId, AddressId)>>,
}

impl<'w> Recorder<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        let nodes = world.topology.nodes.len();
        let run = world.run;
        let timed_nodes = if world.topology.is_timed() { nodes } else { 0 };
        let window = WindowTally {
            accepted: vec![0; world.senders.len() * nodes],
            connections_tried: vec![0; nodes],
            busiest: vec![0; PEAK_BINS.len() * nodes],
            peak_sessions: vec![0; timed_nodes],
            peak_busy: vec![0; timed_nodes],
            peak_idle: vec![0; timed_nodes],
            busiest_hour: vec![HourTally::default(); timed_nodes],
            with_nodes_down: Vec::new(),
            messages: 0,
            down: Vec::new(),
            bounced: 0,
            accepted_then_bounced: 0,
            arrived: 0,
            late: vec![0; world.delay_limits.len()],
            undecided: 0,
        };
        let bins = (run.run_length.0 as usize).div_ceil(SERIES_BIN.0 as usize);
        let tally = Tally {
            windows: vec![window; run.windows()],
            series: vec![0; bins * nodes],
            duration: vec![0; DURATION_PARTS.len() * nodes],
            sessions: Vec::new(),
            held: Vec::new(),
            delays: DelayHistogram::default(),
            waiting: DelayHistogram::default(),
            totals: DeliveryTotals::default(),
            senders: world.senders.iter().map(|sender| sender_tally(sender, nodes)).collect(),
            nodes: vec![NodeTotals::default(); nodes],
            edges: world.topology.edges.iter().map(edge_tally).collect(),
            accepted_by_address: vec![0; world.topology.addresses.len()],
            accepted_by_host: vec![0; world.topology.hosts.len()],
            accepted_between: vec![None; world.topology.hosts.len()],
            phases: Vec::new(),
            mx_lookups: 0,
            mx_cache_hits: 0,
            work: 0,
        };
        let greylisted = world.senders.iter().filter(|_| world.greylisting.is_some());
        let wanted: Vec<bool> = world.senders.iter().map(|sender| sender.wanted).collect();
        Self {
            world,
            tally,
            delays: world.senders.iter().map(|_| SenderDelays::default()).collect(),
            greylisted: greylisted.map(|_| DelayCounter::default()).collect(),
            waiting: DelayCounter::default(),
            delayed: 0,
            load: Load::new(nodes, run.run_length),
            chunk: chunk_at(world, Time::ZERO),
            accepted: vec![0; world.senders.len() * world.topology.landings.len()],
            connections_tried: vec![0; world.senders.len() * nodes],
            arrived: 0,
            hosts_before: vec![0; world.topology.hosts.len()],
            phases: PhaseCounter::new(&world.phases, nodes),
            sessions: SessionCounter::new(wanted.clone(), timed_nodes, world.end),
            at_once: vec![(0, 0); world.senders.len() * world.topology.landings.len()],
            wanted,
            ahead: BinaryHeap::new(),
        }
    }

    /// The chunk that is being filled.
    pub(crate) const fn chunk(&self) -> Chunk {
        self.chunk
    }

    /// Closes the chunk and begins the next. Everything that happened in it must have been counted.
    pub(crate) fn close_chunk(&mut self) {
        self.count_all_fresh();
        if self.phases.change_at(self.chunk.to) {
            self.hand_delays_to_phases();
        }
        self.add_chunk_to_window();
        self.sessions.close_chunk(&mut self.tally.windows[self.chunk.window]);
        if self.chunk.ends_hour() {
            self.close_hour();
        }
        self.chunk = chunk_at(self.world, self.chunk.to);
        while let Some(&Reverse((at, message, host, address))) = self.ahead.peek() {
            if at >= self.chunk.to {
                break;
            }
            self.ahead.pop();
            self.accepted(message, host, address, at);
        }
    }

    /// Closes the hour, or the part of it in the window.
    fn close_hour(&mut self) {
        let (nodes, chunk) = (self.world.topology.nodes.len(), self.chunk);
        let window = &mut self.tally.windows[chunk.window];
        self.sessions.close_hour(window);
        let mut between = vec![None; nodes];
        for (node, between) in between.iter_mut().enumerate() {
            let load = self.load.take(NodeId::new(node), &chunk);
            *between = load.between;
            self.tally.series[chunk.hour() * nodes + node] += load.total;
            for (bin, most) in load.busiest.into_iter().enumerate() {
                let busiest = &mut window.busiest[bin * nodes + node];
                *busiest = (*busiest).max(most);
            }
        }
        self.note_hosts(&chunk, &between);
    }

    /// Notes the first and the last second in which each host took a message, given those of the nodes in an hour that is over.
    fn note_hosts(&mut self, chunk: &Chunk, nodes: &[Option<(usize, usize)>]) {
        let hosts = self.world.topology.hosts.iter().zip(&self.tally.accepted_by_host);
        let seen = hosts.zip(&mut self.hosts_before).zip(&mut self.tally.accepted_between);
        for (((host, &accepted), before), between) in seen {
            if accepted > std::mem::replace(before, accepted) {
                let seconds = host.nodes.iter().filter_map(|node| nodes[node.index()]);
                let (first, last) = seconds.fold((usize::MAX, 0), |(a, b), (c, d)| (a.min(c), b.max(d)));
                let last = chunk.hour_second() + last as u64;
                *between =
                    Some((between.map_or(chunk.hour_second() + first as u64, |(first, _)| first), last));
            }
        }
    }

    /// Messages of [`Recorder::taken_at_once`] count as all others do.
    fn add_taken_at_once(&mut self) {
        let (nodes, landings) = (self.world.topology.nodes.len(), &self.world.topology.landings);
        for (place, taken) in self.at_once.iter_mut().enumerate() {
            let (count, us) = std::mem::take(taken);
            let (sender, node) =
                (SenderId::new(place / landings.len()), landings[place % landings.len()].node);
            self.accepted[place] += count;
            self.connections_tried[sender.index() * nodes + node.index()] += count;
            self.sessions.taken_at_once(sender, node, (count, us));
        }
    }

    fn add_chunk_to_window(&mut self) {
        self.add_taken_at_once();
        let (nodes, landings) = (self.world.topology.nodes.len(), &self.world.topology.landings);
        let window = &mut self.tally.windows[self.chunk.window];
        let (mut all, mut by_node) = (0, vec![(0, 0); nodes]);
        for (place, accepted) in self.accepted.iter_mut().enumerate() {
            let accepted = std::mem::take(accepted);
            all += accepted;
            let (sender, landing) = (place / landings.len(), landings[place % landings.len()]);
            let known = self.world.topology.address(landing.address);
            window.accepted[sender * nodes + landing.node.index()] += accepted;
            by_node[landing.node.index()].0 += accepted;
            self.tally.accepted_by_address[landing.address.index()] += accepted;
            if !self.world.topology.hosts_share_addresses {
                self.tally.accepted_by_host[known.host.index()] += accepted;
            }
        }
        for (place, count) in self.connections_tried.iter_mut().enumerate() {
            let count = std::mem::take(count);
            window.connections_tried[place % nodes] += count;
            by_node[place % nodes].1 += count;
            self.tally.senders[place / nodes].totals.connections_tried += count;
        }
        // Those that did not have to wait are not counted one by one.
        let prompt = all - std::mem::take(&mut self.delayed);
        if !self.world.delay_limits.is_empty() {
            window.arrived += prompt;
        }
        let wanted = self.tally.senders.iter().zip(&self.wanted).filter(|(_, wanted)| **wanted);
        let arrived = wanted.map(|(sender, _)| sender.totals.messages).sum();
        window.messages += arrived - std::mem::replace(&mut self.arrived, arrived);
        let counts = ChunkCounts { nodes: &by_node, prompt, arrived, failed: &self.tally.nodes };
        self.phases.close_chunk(counts, self.chunk.to);
    }

    pub(crate) fn looked_up(&mut self, sender: SenderId, now: Time, from_cache: bool) {
        if now.0 >= 0 && self.is_wanted(sender) {
            self.tally.mx_lookups += 1;
            self.tally.mx_cache_hits += u64::from(from_cache);
        }
    }

    /// True if somebody waits for the mail of a sender.
    #[inline]
    fn is_wanted(&self, sender: SenderId) -> bool {
        self.wanted[sender.index()]
    }

    /// A run of messages arrived after the warm-up and looked the domain up.
    pub(crate) fn arrived_in_a_run(&mut self, sender: SenderId, count: u64, cache_hits: u64) {
        self.totals(sender).messages += count;
        self.tally.mx_lookups += count;
        self.tally.mx_cache_hits += cache_hits;
    }

    pub(crate) fn arrived(&mut self, message: MessageId) {
        self.totals(message.sender).messages += u64::from(counts(message));
    }

    pub(crate) fn retried(&mut self, message: MessageId) {
        self.totals(message.sender).retries += u64::from(counts(message));
    }

    pub(crate) fn attempted(&mut self, message: MessageId, node: NodeId) {
        if counts(message) {
            let nodes = self.world.topology.nodes.len();
            self.connections_tried[message.sender.index() * nodes + node.index()] += 1;
        }
    }

    /// What is counted of an edge.
    pub(crate) fn edge(&mut self, edge: EdgeId) -> &mut EdgeTally {
        &mut self.tally.edges[edge.index()]
    }

    /// Counts at an edge what a connection met there.
    pub(crate) fn at_edge(&mut self, message: MessageId, edge: EdgeId, count: impl FnOnce(&mut EdgeTally)) {
        if counts(message) {
            count(self.edge(edge));
        }
    }

    /// A connection that got no further than an edge.
    pub(crate) fn ended_at_edge(&mut self, message: MessageId, edge: EdgeId) {
        if counts(message) {
            self.tally.edges[edge.index()].ended += 1;
            self.totals(message.sender).connections_tried += 1;
        }
    }

    fn totals(&mut self, sender: SenderId) -> &mut DeliveryTotals {
        &mut self.tally.senders[sender.index()].totals
    }

    pub(crate) fn failed(&mut self, message: MessageId, node: NodeId) {
        self.tally.nodes[node.index()].deferred += u64::from(counts(message));
    }

    /// A connection or a message to which the node's answer was final.
    pub(crate) fn rejected(&mut self, message: MessageId, node: NodeId) {
        self.tally.nodes[node.index()].rejected += u64::from(counts(message));
    }

    /// A message that a node deferred for a reason of its own; it has failed, too.
    pub(crate) fn objected(&mut self, message: MessageId, node: NodeId, objection: Objection) {
        if !counts(message) {
            return;
        }
        let own = &mut self.tally.nodes[node.index()];
        match objection {
            Objection::Rate => self.beyond_limit(message, node, Excess::Messages),
            Objection::QueueFull => own.queue_full += 1,
            Objection::Greylisted { is_first, is_known_elsewhere } => {
                own.greylisted += 1;
                let of_sender = &mut self.tally.senders[message.sender.index()].greylisted;
                of_sender.messages += u64::from(is_first);
                of_sender.known_elsewhere += u64::from(is_known_elsewhere);
            }
        }
    }

    /// A message is accepted that a greylist had deferred; it is counted as accepted, too.
    pub(crate) fn accepted_after_greylisting(&mut self, message: MessageId, node: NodeId, at: Time) {
        if counts(message) {
            let own = &mut self.tally.senders[message.sender.index()].greylisted;
            own.accepted += 1;
            own.leaked += u64::from(!self.world.topology.node(node).greylists);
            self.greylisted[message.sender.index()].add(at.since(message.born), 1);
        }
    }

    /// An attempt that found the node full; it is a failed one too.
    pub(crate) fn found_full(&mut self, message: MessageId, node: NodeId) {
        self.tally.nodes[node.index()].full += u64::from(counts(message));
    }

    /// A connection or a message that is one too many for its client; it is a failed one too.
    pub(crate) fn beyond_limit(&mut self, message: MessageId, node: NodeId, excess: Excess) {
        if counts(message) {
            let own = &mut self.tally.nodes[node.index()];
            *match excess {
                Excess::Sessions => &mut own.over_client_sessions,
                Excess::Connections => &mut own.over_connection_rate,
                Excess::Messages => &mut own.over_message_rate,
            } += 1;
            self.tally.senders[message.sender.index()].over_limits += 1;
        }
    }

    /// A message will be accepted at `at`, if that is not after the end.
    #[inline(always)]
    pub(crate) fn will_be_accepted(
        &mut self,
        message: MessageId,
        host: HostId,
        address: AddressId,
        at: Time,
    ) {
        if at < self.chunk.to {
            self.accepted(message, host, address, at);
        } else {
            self.accepted_later(message, host, address, at);
        }
    }

    /// A message was taken by the first node that it turned to, in a session of its own, from `message.born` to `at`; nothing if sessions take
    /// no time. All of that lies in the current chunk. With [`Recorder::note_delays`] the same as counting each of these by itself, in less time.
    #[inline(always)]
    pub(crate) fn taken_at_once(
        &mut self,
        message: MessageId,
        (host, address): (HostId, AddressId),
        node: NodeId,
        at: Time,
    ) {
        let delay = at.since(message.born);
        let (count, us) =
            &mut self.at_once[message.sender.index() * self.world.topology.landings.len() + address.index()];
        *count += 1;
        *us += delay.0 as u64;
        if self.world.topology.hosts_share_addresses {
            self.tally.accepted_by_host[host.index()] += 1;
        }
        self.load.add(node, self.chunk.second_of_hour(at), 1);
    }

    #[cold]
    fn accepted_later(&mut self, message: MessageId, host: HostId, address: AddressId, at: Time) {
        if at >= self.world.end {
            self.waiting(message);
        } else {
            self.ahead.push(Reverse((at, message, host, address)));
        }
    }

    /// A message is accepted at `at`, which lies in the current chunk, at an address of a node.
    #[inline(always)]
    pub(crate) fn accepted(&mut self, message: MessageId, host: HostId, address: AddressId, at: Time) {
        self.accepted_in(message, host, (address.index(), self.world.topology.first_node_of(address)), at);
    }

    /// The same at an address of an edge, by a node behind it.
    pub(crate) fn accepted_by(
        &mut self,
        message: MessageId,
        (host, address): (HostId, AddressId),
        node: NodeId,
        at: Time,
    ) {
        self.accepted_in(message, host, (self.world.topology.landing(address, node), node), at);
    }

    #[inline(always)]
    fn accepted_in(&mut self, message: MessageId, host: HostId, (landing, node): (usize, NodeId), at: Time) {
        if !counts(message) {
            return;
        }
        if !self.is_wanted(message.sender) {
            return self.unwanted_accepted(message.sender, node, at.since(message.born), 1);
        }
        let place = message.sender.index() * self.world.topology.landings.len() + landing;
        self.accepted[place] += 1;
        if self.world.topology.hosts_share_addresses {
            self.tally.accepted_by_host[host.index()] += 1;
        }
        self.load.add(node, self.chunk.second_of_hour(at), 1);
        let delay = at.since(message.born);
        if message.born < self.chunk.from {
            return self.count_old(message, delay);
        }
        self.note_delay(message.sender, delay);
    }

    /// Messages that nobody waits for were accepted: they count in the row of their sender.
    #[cold]
    fn unwanted_accepted(&mut self, sender: SenderId, node: NodeId, delay: Span, count: u64) {
        let own = &mut self.tally.senders[sender.index()];
        own.unwanted_at[node.index()] += count;
        own.late += if delay > LATE { count } else { 0 };
        if delay > Span::ZERO {
            self.delays[sender.index()].add(delay, count);
        }
    }

    /// Counts the delay of a message that arrived in a chunk before the current one.
    fn count_old(&mut self, message: MessageId, delay: Span) {
        self.delays[message.sender.index()].add(delay, 1);
        self.phases.accepted(message.born, delay, 1);
        self.delayed += 1;
        self.tally.senders[message.sender.index()].late += u64::from(delay > LATE);
        if !self.world.delay_limits.is_empty() {
            self.decide(self.window_of(message.born), Some(delay), 1);
        }
    }

    /// The delay of a message that arrived and was accepted in the current chunk, so that it is not late.
    #[inline(always)]
    fn note_delay(&mut self, sender: SenderId, delay: Span) {
        if delay > Span::ZERO {
            self.note_delays(sender, &[delay]);
        }
    }

    /// Delays of messages that arrived and were accepted in the current chunk; none is zero.
    pub(crate) fn note_delays(&mut self, sender: SenderId, delays: &[Span]) {
        if self.delays[sender.index()].note(delays) {
            self.count_fresh(sender);
        }
    }

    fn hand_delays_to_phases(&mut self) {
        self.delays.iter_mut().for_each(|delays| self.phases.fresh(&delays.phases_change()));
    }

    fn count_all_fresh(&mut self) {
        (0..self.delays.len()).for_each(|sender| self.count_fresh(SenderId::new(sender)));
    }

    /// Counts the delays of a sender that have gathered.
    fn count_fresh(&mut self, sender: SenderId) {
        let (window, delays) = (&mut self.tally.windows[self.chunk.window], &mut self.delays[sender.index()]);
        let number = delays.fresh().len() as u64;
        self.delayed += number;
        if !self.world.delay_limits.is_empty() {
            window.arrived += number;
        }
        for (late, &limit) in window.late.iter_mut().zip(&self.world.delay_limits) {
            *late += delays.fresh().iter().map(|&delay| u64::from(delay > limit)).sum::<u64>();
        }
        delays.count_fresh();
    }

    pub(crate) fn bounced(&mut self, message: MessageId) {
        if counts(message) {
            self.totals(message.sender).bounced += 1;
            if !self.is_wanted(message.sender) {
                return;
            }
            self.phases.bounced(message.born);
            let window = self.window_of(message.born);
            self.tally.windows[window].bounced += 1;
            self.decide(window, None, 1);
        }
    }

    /// A node bounces a message that it has just accepted.
    pub(crate) fn accepted_then_bounced(&mut self, message: MessageId, node: NodeId) {
        if counts(message) {
            self.totals(message.sender).accepted_then_bounced += 1;
            if self.is_wanted(message.sender) {
                self.tally.nodes[node.index()].accepted_then_bounced += 1;
                self.phases.accepted_then_bounced(message.born);
                let window = self.window_of(message.born);
                self.tally.windows[window].accepted_then_bounced += 1;
            }
        }
    }

    /// A message that is still queued at the end.
    pub(crate) fn waiting(&mut self, message: MessageId) {
        if counts(message) {
            if self.is_wanted(message.sender) {
                self.phases.waiting(message.born, 1);
            }
            let (window, age) = (self.window_of(message.born), self.world.end.since(message.born));
            self.still_waiting(message.sender, window, age, 1);
        }
    }

    /// Messages that are still queued at the end, each at least `age` old. They count as late if that is more than every limit already; else
    /// nobody knows yet.
    fn still_waiting(&mut self, sender: SenderId, born_window: usize, age: Span, count: u64) {
        let own = &mut self.tally.senders[sender.index()];
        own.totals.waiting += count;
        own.late += if age > LATE { count } else { 0 };
        if !self.wanted[sender.index()] {
            return;
        }
        self.waiting.add(age, count);
        if self.world.delay_limits.iter().all(|&limit| age > limit) {
            self.decide(born_window, None, count);
        } else {
            self.tally.windows[born_window].undecided += count;
        }
    }

    pub(crate) fn finish(mut self) -> Tally {
        self.count_all_fresh();
        self.hand_delays_to_phases();
        self.tally.duration = self.load.duration();
        let mut tally = self.tally;
        self.sessions.finish(&mut tally);
        tally.waiting = self.waiting.finish();
        tally.phases = self.phases.finish();
        sum_windows(&mut tally);
        sum_delays(&mut tally, self.delays, &self.wanted);
        for (sender, delays) in tally.senders.iter_mut().zip(self.greylisted) {
            sender.greylisted.delays = delays.finish().coarser();
        }
        sum_senders(&mut tally, &self.wanted);
        tally
    }

    /// The delay of messages is known: `None` if they never arrive.
    fn decide(&mut self, window: usize, delay: Option<Span>, count: u64) {
        let window = &mut self.tally.windows[window];
        window.arrived += count;
        for (late, &limit) in window.late.iter_mut().zip(&self.world.delay_limits) {
            *late += count * u64::from(delay.is_none_or(|delay| delay > limit));
        }
    }

    fn window_of(&self, at: Time) -> usize {
        let window = (at.0.max(0) / self.world.window().0) as usize;
        window.min(self.tally.windows.len() - 1)
    }
}

/// Counting many messages at once, for methods that draw counts.
impl Recorder<'_> {
    pub(crate) fn arrived_in_bulk(&mut self, sender: SenderId, born_window: usize, count: u64) {
        self.totals(sender).messages += count;
        if !self.is_wanted(sender) {
            return;
        }
        self.tally.windows[born_window].messages += count;
        self.arrived += count;
        self.phases.pass_over_arrivals(count);
    }

    pub(crate) const fn looked_up_in_bulk(&mut self, lookups: u64, hits: u64) {
        self.tally.mx_lookups += lookups;
        self.tally.mx_cache_hits += hits;
    }

    pub(crate) fn attempted_in_bulk(
        &mut self,
        (sender, node): (SenderId, NodeId),
        window: usize,
        failed: bool,
        count: u64,
    ) {
        self.totals(sender).connections_tried += count;
        self.tally.windows[window].connections_tried[node.index()] += count;
        if failed {
            self.tally.nodes[node.index()].deferred += count;
            self.phases.pass_over_failures(node, count);
        }
    }

    /// Everything about accepted messages but in which second; that is [`Recorder::seconds_of`].
    pub(crate) fn accepted_in_bulk(&mut self, bulk: BulkAccept) {
        let node = self.world.topology.first_node_of(bulk.address);
        if !self.is_wanted(bulk.sender) {
            return self.unwanted_accepted(bulk.sender, node, bulk.delay, bulk.count);
        }
        let (node, nodes) = (node.index(), self.world.topology.nodes.len());
        self.tally.windows[bulk.window].accepted[bulk.sender.index() * nodes + node] += bulk.count;
        self.tally.accepted_by_address[bulk.address.index()] += bulk.count;
        self.tally.accepted_by_host[bulk.host.index()] += bulk.count;
        if bulk.delay > Span::ZERO {
            self.delays[bulk.sender.index()].add(bulk.delay, bulk.count);
        }
        self.tally.senders[bulk.sender.index()].late += if bulk.delay > LATE { bulk.count } else { 0 };
        self.decide(bulk.born_window, Some(bulk.delay), bulk.count);
    }

    /// Messages that are still under way at the end, the youngest of age `age`; every delay limit decides them alike.
    pub(crate) fn waiting_in_bulk(&mut self, sender: SenderId, born_window: usize, age: Span, count: u64) {
        if count > 0 {
            self.still_waiting(sender, born_window, age, count);
        }
    }

    /// Messages accepted by a node in each second of the current hour, to add to.
    pub(crate) fn seconds_of(&mut self, node: NodeId) -> &mut [u32] {
        self.load.seconds_of(node)
    }
}

/// An empty tally of an edge.
fn edge_tally(edge: &EdgeTable) -> EdgeTally {
    EdgeTally { nodes: vec![BehindEdge::default(); edge.nodes.len()], ..EdgeTally::default() }
}

/// An empty tally of a sender.
fn sender_tally(sender: &SenderTable, nodes: usize) -> SenderTally {
    let places = if sender.wanted { 0 } else { nodes };
    SenderTally { unwanted_at: vec![0; places], ..SenderTally::default() }
}

const fn counts(message: MessageId) -> bool {
    message.born.0 >= 0
}

/// The chunk that begins at `from`.
fn chunk_at(world: &World, from: Time) -> Chunk {
    Chunk::beginning_at(from, (world.window(), world.run.windows()), world.phases.next_edge(from))
}

/// Adds the windows up to what each node and each sender has accepted, and to the connections tried.
fn sum_windows(tally: &mut Tally) {
    let nodes = tally.nodes.len();
    for window in &tally.windows {
        for (place, &accepted) in window.accepted.iter().enumerate() {
            tally.nodes[place % nodes].accepted += accepted;
            tally.senders[place / nodes].totals.accepted += accepted;
        }
        for (node, &count) in window.connections_tried.iter().enumerate() {
            tally.nodes[node].connections_tried += count;
            tally.totals.connections_tried += count;
        }
    }
    tally.totals.connections_tried += tally.edges.iter().map(|edge| edge.ended).sum::<u64>();
    for sender in &mut tally.senders {
        sender.totals.accepted += sender.unwanted_at.iter().sum::<u64>();
    }
}

/// The delays of each sender and of all that are wanted. Who is not counted with a delay did not have to wait.
fn sum_delays(tally: &mut Tally, delays: Vec<SenderDelays>, wanted: &[bool]) {
    for ((sender, delays), &wanted) in tally.senders.iter_mut().zip(delays).zip(wanted) {
        let mut all = delays.finish();
        all.add_prompt(sender.totals.accepted - all.count());
        if wanted {
            tally.delays.merge(&all);
        }
        sender.delays = all.coarser();
    }
}

/// Adds the senders up; each of their messages arrives in one window and has one fate. Of mail that is not wanted only connections count.
fn sum_senders(tally: &mut Tally, wanted: &[bool]) {
    let tried = std::mem::take(&mut tally.totals.connections_tried);
    for (totals, &wanted) in tally.senders.iter().map(|sender| sender.totals).zip(wanted) {
        let fates = totals.accepted + totals.bounced + totals.waiting;
        assert_eq!(totals.messages, fates, "every message has one fate");
        let connections_tried = totals.connections_tried;
        tally.totals +=
            if wanted { totals } else { DeliveryTotals { connections_tried, ..DeliveryTotals::default() } };
    }
    assert_eq!(
        tally.totals.connections_tried, tried,
        "every connection is one sender's and one node's, or one edge's"
    );
    let in_windows: u64 = tally.windows.iter().map(|window| window.messages).sum();
    assert_eq!(tally.totals.messages, in_windows, "every message arrives in one window");
}
