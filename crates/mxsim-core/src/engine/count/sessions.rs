//! Counts the sessions of the nodes: how many at the same time, how many of them had a message under way, and how often a node was full.

use crate::engine::probe::SessionSpan;
use crate::ids::{NodeId, SenderId};
use crate::tally::{HeldTally, HourTally, SessionTally, Tally, WindowTally};
use crate::time::Time;

/// The most sessions of a node at the same time.
#[derive(Debug, Clone, Copy, Default)]
struct Peaks {
    all: u32,
    busy: u32,
    idle: u32,
}

/// The sessions of all nodes; nothing while they take no time.
#[derive(Debug)]
pub(crate) struct SessionCounter {
    nodes: usize,
    /// End of the measured time.
    end: Time,
    tallies: Vec<SessionTally>,
    /// `[sender * nodes + node]`.
    held: Vec<HeldTally>,
    /// Sessions of the measured time that delivered one message and then ended, and their time (µs), `[sender * nodes + node]`.
    single: Vec<(u64, u64)>,
    /// Of the current chunk.
    peaks: Vec<Peaks>,
    /// Sessions that were open when measuring began, and those of them with a message under way.
    at_start: Vec<(u32, u32)>,
    /// Connections of wanted mail up to the current hour.
    before_hour: Vec<HourTally>,
    /// Whether the mail of each sender is wanted.
    wanted: Vec<bool>,
    /// Per node: what its counts hold of mail that nobody waits for.
    unwanted: Vec<HourTally>,
    /// Each session, if a probe wants to be told of them.
    kept: Option<Vec<SessionSpan>>,
}

impl SessionCounter {
    /// Of so many nodes; `wanted` says of each sender whether somebody waits for its mail.
    pub(crate) fn new(wanted: Vec<bool>, nodes: usize, end: Time) -> Self {
        let senders = wanted.len();
        Self {
            wanted,
            unwanted: vec![HourTally::default(); nodes],
            nodes,
            end,
            tallies: vec![SessionTally::default(); nodes],
            held: vec![HeldTally::default(); senders * nodes],
            single: vec![(0, 0); senders * nodes],
            peaks: vec![Peaks::default(); nodes],
            at_start: vec![(0, 0); nodes],
            before_hour: vec![HourTally::default(); nodes],
            kept: None,
        }
    }

    /// Keeps every session from now on.
    pub(crate) fn keep(&mut self) {
        self.kept = Some(Vec::new());
    }

    /// The sessions that were kept.
    pub(crate) fn take_kept(&mut self) -> Vec<SessionSpan> {
        self.kept.take().unwrap_or_default()
    }

    fn keep_one(&mut self, sender: SenderId, node: NodeId, (from, to): (Time, Time)) {
        if let Some(kept) = &mut self.kept {
            kept.push(SessionSpan { sender, node, from, to });
        }
    }

    #[inline(always)]
    const fn place(&self, sender: SenderId, node: NodeId) -> usize {
        sender.index() * self.nodes + node.index()
    }

    /// A connection came to a node that takes it, or would but is full.
    #[inline]
    pub(crate) fn connected(&mut self, sender: SenderId, node: NodeId, now: Time, full: bool) {
        if now.0 >= 0 {
            let sessions = &mut self.tallies[node.index()];
            sessions.connections += 1;
            sessions.full += u64::from(full);
            if !self.wanted[sender.index()] {
                let unwanted = &mut self.unwanted[node.index()];
                unwanted.connections += 1;
                unwanted.full += u64::from(full);
            }
        }
    }

    /// So many connections were taken, for a session of one message each, which last so long together.
    pub(crate) fn taken_at_once(&mut self, sender: SenderId, node: NodeId, (count, us): (u64, u64)) {
        if let Some(sessions) = self.tallies.get_mut(node.index()) {
            sessions.connections += count;
            if !self.wanted[sender.index()] {
                self.unwanted[node.index()].connections += count;
            }
            let place = self.place(sender, node);
            self.single[place].0 += count;
            self.single[place].1 += us;
        }
    }

    /// A session from `began` to `at`, which may lie ahead, that delivers one message and then ends.
    #[inline(always)]
    pub(crate) fn single(&mut self, sender: SenderId, node: NodeId, (began, at): (Time, Time)) {
        if began >= Time::ZERO && at < self.end {
            let place = self.place(sender, node);
            let (count, us) = &mut self.single[place];
            *count += 1;
            *us += at.since(began).0 as u64;
            self.keep_one(sender, node, (began, at));
        } else {
            self.session(sender, node, (began, at), 1);
            self.transaction(sender, node, (began, at));
        }
    }

    /// A session between these times that delivered so many messages.
    pub(crate) fn session(
        &mut self,
        sender: SenderId,
        node: NodeId,
        (began, at): (Time, Time),
        messages: u32,
    ) {
        self.keep_one(sender, node, (began, at));
        let place = self.place(sender, node);
        let within = self.within((began, at));
        self.held[place].occupied_us += within;
        let sessions = &mut self.tallies[node.index()];
        sessions.occupied_us += within;
        self.at_start[node.index()].0 += u32::from(began < Time::ZERO && at > Time::ZERO);
        if at >= Time::ZERO && at < self.end {
            sessions.ended += 1;
            sessions.lasted_us += at.since(began).0 as u64;
            sessions.used += u64::from(messages > 0);
            sessions.messages += u64::from(messages);
        }
    }

    /// A message is under way in a session between these times.
    pub(crate) fn transaction(&mut self, sender: SenderId, node: NodeId, (began, at): (Time, Time)) {
        let place = self.place(sender, node);
        self.held[place].busy_us += self.within((began, at));
        self.at_start[node.index()].1 += u32::from(began < Time::ZERO && at > Time::ZERO);
    }

    /// How much of a span lies in the measured time (µs).
    fn within(&self, (from, to): (Time, Time)) -> u64 {
        to.min(self.end).since(from.max(Time::ZERO)).0 as u64
    }

    /// So many sessions at the same time, and so many of them with a message under way.
    #[inline]
    pub(crate) fn occupied(&mut self, node: NodeId, now: Time, all: u32, busy: u32) {
        if now.0 >= 0 {
            let peaks = &mut self.peaks[node.index()];
            peaks.all = peaks.all.max(all);
            peaks.busy = peaks.busy.max(busy);
        }
    }

    /// So many sessions without a message at the same time.
    pub(crate) fn idle(&mut self, node: NodeId, now: Time, idle: u32) {
        if now.0 >= 0 {
            let peaks = &mut self.peaks[node.index()];
            peaks.idle = peaks.idle.max(idle);
        }
    }

    /// Adds the peaks of a chunk, which is over, to its window.
    pub(crate) fn close_chunk(&mut self, window: &mut WindowTally) {
        for (node, peaks) in self.peaks.iter_mut().enumerate() {
            let Peaks { all, busy, idle } = std::mem::take(peaks);
            raise(&mut window.peak_sessions[node], all);
            raise(&mut window.peak_busy[node], busy);
            raise(&mut window.peak_idle[node], idle);
        }
    }

    /// Adds an hour, which is over, to its window, if no hour there had more connections of wanted mail.
    pub(crate) fn close_hour(&mut self, window: &mut WindowTally) {
        let nodes = self.tallies.iter().zip(&self.unwanted).zip(&mut self.before_hour);
        for (((sessions, unwanted), before), busiest) in nodes.zip(&mut window.busiest_hour) {
            let now = HourTally {
                connections: sessions.connections - unwanted.connections,
                full: sessions.full - unwanted.full,
            };
            let (connections, full) = (now.connections - before.connections, now.full - before.full);
            if connections > busiest.connections {
                *busiest = HourTally { connections, full };
            }
            *before = now;
        }
    }

    /// Puts what was counted into the tally.
    pub(crate) fn finish(mut self, tally: &mut Tally) {
        // Sessions that neither began nor went on into another chunk afterwards have not been seen yet.
        let first = &mut tally.windows[0];
        for (node, &(open, busy)) in self.at_start.iter().enumerate() {
            raise(&mut first.peak_sessions[node], open);
            raise(&mut first.peak_busy[node], busy);
            raise(&mut first.peak_idle[node], open - busy);
        }
        for (place, &(count, us)) in self.single.iter().enumerate() {
            let sessions = &mut self.tallies[place % self.nodes];
            sessions.ended += count;
            sessions.used += count;
            sessions.messages += count;
            sessions.lasted_us += us;
            sessions.occupied_us += us;
            self.held[place].occupied_us += us;
            self.held[place].busy_us += us;
        }
        (tally.sessions, tally.held) = (self.tallies, self.held);
    }
}

fn raise(most: &mut u32, value: u32) {
    *most = (*most).max(value);
}
