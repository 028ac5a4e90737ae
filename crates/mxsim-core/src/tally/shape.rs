//! Whether a tally that comes from elsewhere is one of a world: its lists are as long as those of the world, its numbers agree, and no sum of them can
//! overflow. Nothing else is taken on trust that the statistics rely on.

use super::{
    DURATION_PARTS, DelayHistogram, DrainTally, EdgeTally, PEAK_BINS, SERIES_BIN, SenderTally, Strain, Tally,
    WindowTally,
};
use crate::results::{DeliveryTotals, NodeTotals};
use crate::time::{Span, Time};

/// All counts of all replications together stay below this, so that no sum of some of them overflows.
pub(crate) const MOST_TOGETHER: u64 = 1 << 62;

/// What a tally of a world looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) windows: usize,
    pub(crate) run_length: Span,
    pub(crate) nodes: usize,
    /// For each sender whether its mail is wanted.
    pub(crate) senders: Vec<bool>,
    /// True if sessions take time at a node.
    pub(crate) is_timed: bool,
    /// True if a node fails at random.
    pub(crate) fails_at_random: bool,
    /// For each edge how many nodes are behind it.
    pub(crate) edges: Vec<usize>,
    pub(crate) addresses: usize,
    pub(crate) hosts: usize,
    /// Phases of all events.
    pub(crate) phases: usize,
    pub(crate) delay_goals: usize,
    /// Worlds with nodes down.
    pub(crate) down: usize,
    /// True if senders and events are counted each alone.
    pub(crate) is_detailed: bool,
    /// Replications that are counted together.
    pub(crate) replications: u64,
}

/// Why a tally is none of a world.
type Misfit = Result<(), &'static str>;

impl Tally {
    /// Checks that this can be a tally of a world that looks like `shape`.
    ///
    /// # Errors
    /// Says what cannot be.
    pub(crate) fn fits(&self, shape: &Shape) -> Misfit {
        self.has_lists_of(shape)?;
        self.is_small(shape)?;
        self.agrees(shape)
    }

    fn has_lists_of(&self, shape: &Shape) -> Misfit {
        let (nodes, timed) = (shape.nodes, if shape.is_timed { shape.nodes } else { 0 });
        let bins = (shape.run_length.0.max(0) as usize).div_ceil(SERIES_BIN.0 as usize);
        let (senders, phases) = if shape.is_detailed { (shape.senders.len(), shape.phases) } else { (0, 0) };
        let unwanted = |wanted: &bool| if *wanted { 0 } else { nodes };
        let are_as_long = self.windows.len() == shape.windows
            && self.windows.iter().all(|window| window.has_lists_of(shape, timed))
            && self.series.len() == bins * nodes
            && self.duration.len() == DURATION_PARTS.len() * nodes
            && self.sessions.len() == timed
            && self.held.len() == shape.senders.len() * timed
            && self.senders.len() == senders
            && self
                .senders
                .iter()
                .zip(&shape.senders)
                .all(|(own, wanted)| own.unwanted_at.len() == unwanted(wanted))
            && self.nodes.len() == nodes
            && self.edges.iter().map(|edge| edge.nodes.len()).eq(shape.edges.iter().copied())
            && self.accepted_by_address.len() == shape.addresses
            && self.accepted_by_host.len() == shape.hosts
            && self.accepted_between.len() == shape.hosts
            && self.phases.len() == phases
            && self.phases.iter().all(|phase| phase.nodes.len() == nodes);
        if are_as_long { Ok(()) } else { Err("its lists are not as long as those of this scenario") }
    }

    /// Checks that nothing can overflow that adds counts up.
    fn is_small(&self, shape: &Shape) -> Misfit {
        let most = MOST_TOGETHER / shape.replications.max(1);
        let mut sum = 0_u64;
        let mut add = |count: u64| sum = sum.saturating_add(count);
        self.counts(&mut add);
        let times = self.times();
        if sum > most || times > MOST_TOGETHER {
            return Err("its counts are too large to be added up");
        }
        Ok(())
    }

    /// Hands over every number that is a count.
    fn counts(&self, add: &mut impl FnMut(u64)) {
        self.windows.iter().for_each(|window| window.counts(add));
        self.sessions.iter().for_each(|own| {
            [own.ended, own.connections, own.full, own.used, own.messages].into_iter().for_each(&mut *add);
        });
        let lists = [&self.series, &self.duration, &self.accepted_by_address, &self.accepted_by_host];
        lists.into_iter().flatten().copied().for_each(&mut *add);
        [&self.delays, &self.waiting].into_iter().for_each(|delays| of_delays(delays, add));
        of_totals(&self.totals, add);
        self.senders.iter().for_each(|sender| of_sender(sender, add));
        self.nodes.iter().for_each(|node| of_node(node, add));
        for edge in &self.edges {
            [edge.ended, edge.without_node, edge.full, edge.queued, edge.passed_over]
                .into_iter()
                .for_each(&mut *add);
            edge.nodes.iter().flat_map(|node| [node.taken_out, node.taken_out_alive]).for_each(&mut *add);
        }
        for phase in &self.phases {
            let at_nodes = phase.nodes.iter();
            at_nodes
                .flat_map(|node| [node.accepted, node.connections_tried, node.failed, node.full])
                .for_each(&mut *add);
            [
                phase.arrived,
                phase.bounced,
                phase.accepted_then_bounced,
                phase.prompt,
                phase.later,
                phase.waiting,
            ]
            .into_iter()
            .for_each(&mut *add);
            of_delays(&phase.delays, add);
        }
        [self.mx_lookups, self.mx_cache_hits, self.work].into_iter().for_each(add);
    }

    /// All times (µs) together: they are added up within a replication only.
    fn times(&self) -> u64 {
        let sessions = self.sessions.iter().flat_map(|own| [own.lasted_us, own.occupied_us]);
        let held = self.held.iter().flat_map(|held| [held.occupied_us, held.busy_us]);
        let down = self.windows.iter().flat_map(|window| window.down.iter().copied());
        let out = self.edges.iter().flat_map(|edge| edge.nodes.iter().map(|node| node.out_us));
        sessions.chain(held).chain(down).chain(out).fold(0, u64::saturating_add)
    }

    /// Checks that what is counted twice is counted alike. Sums cannot overflow any more.
    fn agrees(&self, shape: &Shape) -> Misfit {
        let has_one_fate = |totals: &DeliveryTotals| {
            totals.messages == totals.accepted + totals.bounced + totals.waiting
                && totals.accepted_then_bounced <= totals.accepted
        };
        let senders = || self.senders.iter().map(|sender| &sender.totals);
        if !has_one_fate(&self.totals) || !senders().all(has_one_fate) {
            return Err("its messages were not all accepted, bounced or left waiting");
        }
        let wanted = || senders().zip(&shape.senders).filter(|(_, wanted)| **wanted);
        let messages = wanted().map(|(totals, _)| totals.messages).sum::<u64>();
        let in_windows = self.windows.iter().map(|window| window.messages).sum::<u64>();
        if (shape.is_detailed && messages != self.totals.messages) || in_windows != self.totals.messages {
            return Err("its senders and its windows do not add up");
        }
        if self.delays.count() != self.totals.accepted {
            return Err("it has not one delay for each message accepted");
        }
        let is_busy_too_long = |place: usize| self.held[place].busy_us > self.held[place].occupied_us;
        if (0..self.held.len()).any(is_busy_too_long) {
            return Err("sessions were busy for longer than they were open");
        }
        if self.edges.iter().any(|edge| edge.drains.iter().any(|drain| !drain.is_of(edge, shape.run_length)))
        {
            return Err("a node was drained that the edge does not have, or at no time of the run");
        }
        let seconds = (shape.run_length.0.max(0) / 1_000_000) as u64;
        let is_outside = |between: &(u64, u64)| between.0 > between.1 || between.1 > seconds;
        if self.accepted_between.iter().flatten().any(is_outside) {
            return Err("a host took mail at no time of the run");
        }
        Ok(())
    }
}

impl DrainTally {
    fn is_of(&self, edge: &EdgeTally, run_length: Span) -> bool {
        let of_run = Time::ZERO..=Time::ZERO + run_length;
        let ends = self.gone.iter().flatten();
        (self.place as usize) < edge.nodes.len()
            && of_run.contains(&self.at)
            && ends.into_iter().all(|gone| (self.at..=*of_run.end()).contains(gone))
    }
}

impl WindowTally {
    fn has_lists_of(&self, shape: &Shape, timed: usize) -> bool {
        let nodes = shape.nodes;
        self.accepted.len() == shape.senders.len() * nodes
            && self.connections_tried.len() == nodes
            && self.busiest.len() == PEAK_BINS.len() * nodes
            && [&self.peak_sessions, &self.peak_busy, &self.peak_idle].iter().all(|list| list.len() == timed)
            && self.busiest_hour.len() == timed
            && self.down.len() == if shape.fails_at_random { nodes } else { 0 }
            && self.late.len() == shape.delay_goals
            && self.with_nodes_down.len() == shape.down
    }

    fn counts(&self, add: &mut impl FnMut(u64)) {
        let lists = [&self.accepted, &self.connections_tried, &self.busiest, &self.late];
        lists.into_iter().flatten().copied().for_each(&mut *add);
        let peaks = [&self.peak_sessions, &self.peak_busy, &self.peak_idle];
        peaks.into_iter().flatten().copied().map(u64::from).for_each(&mut *add);
        self.busiest_hour.iter().flat_map(|hour| [hour.connections, hour.full]).for_each(&mut *add);
        self.with_nodes_down.iter().flat_map(of_strain).for_each(&mut *add);
        [self.messages, self.bounced, self.accepted_then_bounced, self.arrived, self.undecided]
            .into_iter()
            .for_each(add);
    }
}

fn of_delays(delays: &DelayHistogram, add: &mut impl FnMut(u64)) {
    delays.buckets().for_each(|bucket| add(bucket.count));
}

fn of_strain(strain: &Strain) -> [u64; 7] {
    let Strain { messages, bounced, arrived, late, undecided, fullest } = *strain;
    [messages, bounced, arrived, late, undecided, fullest.connections, fullest.full]
}

fn of_totals(totals: &DeliveryTotals, add: &mut impl FnMut(u64)) {
    let DeliveryTotals {
        messages,
        accepted,
        accepted_then_bounced,
        bounced,
        waiting,
        connections_tried,
        retries,
    } = *totals;
    [messages, accepted, accepted_then_bounced, bounced, waiting, connections_tried, retries]
        .into_iter()
        .for_each(add);
}

fn of_node(node: &NodeTotals, add: &mut impl FnMut(u64)) {
    let limits = [node.over_client_sessions, node.over_connection_rate, node.over_message_rate];
    [node.connections_tried, node.accepted, node.deferred, node.rejected, node.full, node.queue_full]
        .into_iter()
        .chain([node.accepted_then_bounced, node.greylisted])
        .chain(limits)
        .for_each(add);
}

fn of_sender(sender: &SenderTally, add: &mut impl FnMut(u64)) {
    of_totals(&sender.totals, add);
    of_delays(&sender.delays, add);
    let greylisted = &sender.greylisted;
    of_delays(&greylisted.delays, add);
    [greylisted.messages, greylisted.known_elsewhere, greylisted.accepted, greylisted.leaked]
        .into_iter()
        .chain([sender.late, sender.over_limits])
        .chain(sender.unwanted_at.iter().copied())
        .for_each(add);
}
