//! Delivery once a node takes the connection: sessions that take time, a backlog, connections that are kept for the next message, and mail that
//! waits for a connection to spare.

use crate::engine::count::recorder::Counted;
use crate::engine::messages::sending::Mail;
use crate::engine::messages::sending::pool::{After, Connection};
use crate::engine::messages::{Event, Replication, Walk};
use crate::engine::probe::{Probe, Step};
use crate::node::{Fault, SessionTime};
use crate::sender::{Candidates, FiledUnder, Growth, Memory, Outcome, Reaction, Reuse};
use crate::time::{Span, Time};

/// A connection that is free for another message.
#[derive(Debug, Clone, Copy)]
struct Free {
    connection: Connection,
    /// Whether its last message was taken.
    delivered: bool,
}

const fn is_of_one_host(filed_under: FiledUnder) -> bool {
    matches!(filed_under, FiledUnder::Host | FiledUnder::Address)
}

impl<P: Probe> Replication<'_, '_, P> {
    /// True if messages hold sessions of this node for some time.
    pub(crate) fn takes_time(&self, node: usize) -> bool {
        self.timed && self.world.capacities[node].session_time != SessionTime::Nothing
    }

    /// True if nobody waits for the end of a session of this node, so that it needs no event.
    pub(crate) fn ends_unwatched(&self, node: usize) -> bool {
        self.world.capacities[node].backlog == 0
    }

    /// Sessions go on into a new chunk.
    pub(crate) fn sessions_go_on(&mut self) {
        if self.timed {
            for (node, state) in self.nodes.iter_mut().enumerate() {
                state.go_on(node, &mut self.recorder);
            }
        }
    }

    /// How long a message holds a session of this node.
    pub(crate) fn time_in_session(&self, mail: &Mail, node: usize) -> Span {
        if mail.held > Span::ZERO {
            return mail.held;
        }
        let draw = self.senders[mail.sender as usize].session_draw(mail);
        self.world.session_times[node].draw(draw)
    }

    /// A session that delivers one message and that nobody waits for.
    #[inline]
    pub(crate) fn begin_unwatched(
        &mut self,
        message: Counted,
        (host, address): (u16, u16),
        node: usize,
        times: (Time, Time),
    ) {
        self.nodes[node].begin_until(node, times, &mut self.recorder);
        self.recorder.will_be_accepted(message, host, address, times.1);
    }

    /// The node greets and TLS is set up if wanted: a session begins, in which there may be `trouble`. A message that is turned away holds
    /// its session as long as one that is taken: the node has to be told of it either way.
    pub(crate) fn begin_session(&mut self, mut walk: Box<Walk>, trouble: Option<Outcome>, now: Time) {
        if self.is_for_all(&walk) {
            return self.connection_is_ready(walk, now);
        }
        let mail = walk.mail;
        self.note_tried(&walk, Outcome::Accepted, now);
        walk.connection.opened = now;
        walk.trouble = trouble;
        let (host, address) = (walk.connection.host, walk.connection.address);
        let node = self.world.addresses[usize::from(address)].node;
        let table = &self.world.senders[mail.sender as usize];
        if table.managed {
            self.senders[mail.sender as usize].outbound(table, mail.chooser).opened(address);
        }
        if !self.takes_time(node) {
            self.over(walk, now);
        } else if trouble.is_none() && self.ends_unwatched(node) && !P::ACTIVE && !self.is_watched(&walk) {
            let at = now + self.time_in_session(&mail, node);
            self.begin_unwatched(mail.counted(), (host, address), node, (now, at));
            self.recycle(walk);
        } else {
            self.nodes[node].begin(node, now, &mut self.recorder);
            self.schedule_end(walk, node, now);
        }
    }

    pub(crate) fn schedule_end(&mut self, walk: Box<Walk>, node: usize, now: Time) {
        let at = now + self.time_in_session(&walk.mail, node);
        self.calendar.schedule(at, Event::Over(walk));
    }

    /// True if the sender learns from the end of the session, or waits for it.
    fn is_watched(&self, walk: &Walk) -> bool {
        let table = &self.world.senders[walk.mail.sender as usize];
        let remembers = table.behaviour.law.memory != Memory::Nothing
            && !(walk.failed.is_empty()
                && self.senders[walk.mail.sender as usize].is_blank(walk.mail.chooser));
        table.managed || remembers
    }

    /// A message in a session has come to its end, and the connection goes on.
    pub(crate) fn over(&mut self, walk: Box<Walk>, now: Time) {
        if self.is_for_all(&walk) {
            return self.session_goes_on(walk, now);
        }
        let mail = walk.mail;
        let Some(free) = self.transact(walk, now) else { return };
        if self.world.senders[mail.sender as usize].managed {
            self.after_delivery(mail, free, now);
        } else {
            self.close(&mail, free.connection, now);
        }
    }

    /// What becomes of a message in a session. Gives the connection back if it is free for another message.
    fn transact(&mut self, mut walk: Box<Walk>, now: Time) -> Option<Free> {
        let Some(outcome) = walk.trouble.take() else {
            let connection = self.accept(&walk, now);
            self.recycle(walk);
            return Some(Free { connection, delivered: true });
        };
        let connection = walk.connection;
        let lost = matches!(outcome, Outcome::Lost(_));
        match self.fail(&mut walk, outcome, now) {
            Reaction::Next => {
                self.let_go(&walk.mail, connection, lost, now);
                if walk.candidates.is_empty() {
                    self.go_to_others(walk, now);
                } else {
                    self.walk(walk, now);
                }
                return None;
            }
            Reaction::Defer => self.defer(&walk, now),
            Reaction::Bounce => self.bounce(&walk, now),
        }
        if lost {
            self.close(&walk.mail, connection, now);
            self.not_delivered(walk, now);
            return None;
        }
        self.recycle(walk);
        Some(Free { connection, delivered: false })
    }

    /// The node takes the message of a walk.
    pub(crate) fn accept(&mut self, walk: &Walk, now: Time) -> Connection {
        let mail = walk.mail;
        let connection = Connection { messages: walk.connection.messages + 1, ..walk.connection };
        let Connection { host, address, number, .. } = connection;
        self.note(&mail, now, Step::Accepted { host, address, connection: number });
        self.recorder.accepted(mail.counted(), host, address, now);
        // A message that went down an open connection has no candidates, but its delivery tells as much.
        let accepted = self.world.candidate(0, host, address);
        self.learn(walk, Some(accepted), now);
        connection
    }

    /// The message goes on elsewhere. The connection, if it still works, is kept for others or closed.
    fn let_go(&mut self, mail: &Mail, connection: Connection, lost: bool, now: Time) {
        let table = &self.world.senders[mail.sender as usize];
        let law = table.behaviour.law.reuse;
        if table.managed && !lost && self.can_keep(law, connection) {
            let outbound = self.senders[mail.sender as usize].outbound(table, mail.chooser);
            if let After::StayOpen(idle) = outbound.after(law, &connection, mail.failures > 0, now) {
                return self.keep((mail.sender, mail.chooser), connection, (now, now + idle));
            }
        }
        self.close(mail, connection, now);
    }

    /// What a connection does next: the next message, wait for one, or close. Afterwards other waiting mail may have its turn.
    fn after_delivery(&mut self, mut mail: Mail, mut free: Free, now: Time) {
        let (sender, chooser) = (mail.sender as usize, mail.chooser);
        let table = &self.world.senders[sender];
        let law = table.behaviour.law.reuse;
        // Where a connection belongs to one host, mail that waits finds out for itself whether it wants that one.
        if let Growth::Processes { hand_over, .. } = table.behaviour.law.concurrency.growth {
            return self.free_later(&mail, free.connection, hand_over, now);
        }
        // And a child process has the connection that it opened, so that the first that is idle decides.
        let by_child = matches!(law, Reuse::Child(_));
        let takes_any = !by_child && law.kept().is_none_or(|kept| !is_of_one_host(kept.filed_under));
        self.leave_child(&mail, now);
        loop {
            let connection = free.connection;
            let can_keep = self.can_keep(law, connection);
            let outbound = self.senders[sender].outbound(table, chooser);
            // A message that a node turned away in a session says nothing against the node (Postfix, `smtp_trouble.c`).
            outbound.done(table.behaviour.law.concurrency, true, now);
            let after = if can_keep {
                outbound.after(law, &connection, mail.failures > 0, now)
            } else {
                After::Close
            };
            let mut next = if takes_any && after != After::Close { outbound.next_waiting() } else { None };
            // One that was just turned away is not fetched again at once.
            if next.is_none() && after == After::NextWaiting && free.delivered {
                next = self.senders[sender].fetch_deferred(chooser);
            }
            match (after, next) {
                (_, Some(next)) => match self.deliver_over(next, connection, now) {
                    Some(used) => (mail, free) = (next, used),
                    None => break,
                },
                (After::StayOpen(idle), None) => {
                    self.keep((mail.sender, chooser), connection, (now, now + idle));
                    break;
                }
                (After::Close | After::NextWaiting, None) => {
                    self.close(&mail, connection, now);
                    break;
                }
            }
        }
        self.start_waiting(sender, chooser, now);
    }

    /// Whether a connection may be kept at all: under TLS only some senders do.
    pub(crate) fn can_keep(&self, law: Reuse, connection: Connection) -> bool {
        let node = self.world.addresses[usize::from(connection.address)].node;
        let tls = self.world.capacities[node].tls && !connection.clear;
        law.kept().is_some_and(|kept| kept.tls || !tls)
    }

    pub(crate) fn keep(
        &mut self,
        (sender, chooser): (u32, u32),
        connection: Connection,
        (now, until): (Time, Time),
    ) {
        let table = &self.world.senders[sender as usize];
        let outbound = self.senders[sender as usize].outbound(table, chooser);
        if matches!(table.behaviour.law.reuse, Reuse::Demand(_)) {
            outbound.bind(connection.address, now, until);
        }
        let number = outbound.keep(connection, until);
        // Only where an idle connection takes up a session somebody notices when it is closed.
        if self.takes_time(self.world.addresses[usize::from(connection.address)].node) {
            self.calendar.schedule(until, Event::IdleOver { sender, chooser, number });
        }
    }

    pub(crate) fn idle_over(&mut self, sender: u32, chooser: u32, number: u32, now: Time) {
        let table = &self.world.senders[sender as usize];
        let outbound = self.senders[sender as usize].outbound(table, chooser);
        if let Some(connection) = outbound.close_idle(number) {
            outbound.closed(connection.address);
            self.end_session(connection, now);
        }
    }

    /// True if the node of an open connection fails in a way that breaks it.
    pub(crate) fn is_broken(&self, connection: &Connection, now: Time) -> bool {
        let node = self.world.addresses[usize::from(connection.address)].node;
        let fault = self.world.nodes[node].fault_at(now, connection.luck);
        fault.is_some_and(Fault::breaks_connections)
    }

    /// Sends a message down an open connection. Gives the connection back if it is free again at once.
    fn deliver_over(&mut self, mail: Mail, connection: Connection, now: Time) -> Option<Free> {
        if self.is_broken(&connection, now) {
            // The sender finds out and begins anew.
            self.close(&mail, connection, now);
            self.attempt(mail, now);
            return None;
        }
        let Connection { host, address, messages, number, .. } = connection;
        self.note(&mail, now, Step::Reused { host, address, messages, connection: number });
        if mail.failures > 0 {
            self.recorder.retried(mail.counted());
        }
        let table = &self.world.senders[mail.sender as usize];
        let outbound = self.senders[mail.sender as usize].outbound(table, mail.chooser);
        // A message that waited is taken out of the queue now; for another this changes nothing.
        outbound.select(now);
        outbound.begin();
        let keeps = outbound.keeps();
        let node = self.world.addresses[usize::from(address)].node;
        let mut walk = self.new_walk(Walk::new(mail, Candidates::new(), now));
        self.take_over(&mut walk, Connection { keeps, ..connection }, now);
        if self.takes_time(node) {
            self.schedule_end(walk, node, now);
            return None;
        }
        self.transact(walk, now)
    }

    /// A walk goes on over a connection that is open already.
    fn take_over(&mut self, walk: &mut Walk, connection: Connection, now: Time) {
        let node = self.world.addresses[usize::from(connection.address)].node;
        walk.connection = connection;
        // Its TLS was set up when it was opened.
        let trouble = self.trouble(node, connection.luck, now);
        walk.trouble = trouble.filter(|outcome| outcome.is_in_session());
    }

    /// An idle connection that fits and still works; those that broke with their node are closed. In a loop, because there may be thousands
    /// of them.
    fn take_working(
        &mut self,
        mail: &Mail,
        fits: impl Fn(&Connection) -> bool,
        now: Time,
    ) -> Option<Connection> {
        let table = &self.world.senders[mail.sender as usize];
        loop {
            let outbound = self.senders[mail.sender as usize].outbound(table, mail.chooser);
            let connection = match table.behaviour.law.reuse {
                Reuse::Demand(_) => outbound.take_bound(&fits, now)?,
                _ => outbound.take_idle(&fits, now)?,
            };
            if !self.is_broken(&connection, now) {
                return Some(connection);
            }
            self.close(mail, connection, now);
        }
    }

    /// Looks for an open connection that goes before a new one to the current candidate, for senders that look for one only now. True if the
    /// walk goes on over one.
    pub(crate) fn goes_over_kept(&mut self, walk: &mut Walk, now: Time) -> bool {
        let law = self.world.senders[walk.mail.sender as usize].behaviour.law.reuse;
        let takes_part = match law {
            Reuse::QueueRun(_) => walk.mail.failures > 0,
            Reuse::Demand(_) => {
                let table = &self.world.senders[walk.mail.sender as usize];
                self.senders[walk.mail.sender as usize].outbound(table, walk.mail.chooser).uses_kept()
            }
            Reuse::Always(_) | Reuse::Last(_) => true,
            Reuse::Never | Reuse::Child(_) | Reuse::Batch(_) => false,
        };
        let Some(kept) = law.kept().filter(|_| takes_part) else { return false };
        let (left, set) = (&walk.candidates[walk.next..], walk.connection.set);
        let next = left[0];
        let prefers =
            |host| left.iter().any(|other| other.preference == next.preference && other.host == host);
        let fits = |connection: &Connection| match kept.filed_under {
            // Any of the domain was looked for before; what has come up since is found by its address (Postfix, `smtp_reuse_addr`).
            FiledUnder::Domain => connection.address == next.address,
            FiledUnder::MxSet => connection.set == set,
            FiledUnder::Preference => prefers(connection.host),
            FiledUnder::Host => connection.host == next.host,
            FiledUnder::Address => connection.address == next.address,
        };
        let Some(connection) = self.take_working(&walk.mail, fits, now) else { return false };
        let Connection { host, address, messages, number, .. } = connection;
        let here = self.world.candidate(next.preference, host, address);
        walk.put_next(here);
        self.take_over(walk, connection, now);
        let mail = walk.mail;
        self.note(&mail, now, Step::Reused { host, address, messages, connection: number });
        true
    }

    /// Delivers over the open connection of a walk.
    pub(crate) fn deliver_walk(&mut self, walk: Box<Walk>, now: Time) {
        let node = self.world.addresses[usize::from(walk.connection.address)].node;
        if self.takes_time(node) { self.schedule_end(walk, node, now) } else { self.over(walk, now) }
    }

    /// Gives a message to a child process, if its sender has such and may have another at work.
    fn give_to_child(&mut self, mail: &mut Mail, now: Time) {
        let table = &self.world.senders[mail.sender as usize];
        let outbound = self.senders[mail.sender as usize].outbound(table, mail.chooser);
        let law = &table.behaviour.law;
        if matches!(law.reuse, Reuse::Child(_)) && mail.child == 0 && outbound.may_begin(law.concurrency, 1) {
            mail.child = outbound.children.employ(now);
        }
    }

    /// The child process that had a message, if one had, is idle again.
    pub(crate) fn leave_child(&mut self, mail: &Mail, now: Time) {
        let table = &self.world.senders[mail.sender as usize];
        if let (true, Some(kept)) = (mail.child > 0, table.behaviour.law.reuse.kept()) {
            let outbound = self.senders[mail.sender as usize].outbound(table, mail.chooser);
            outbound.children.rest(mail.child, kept.idle, now);
        }
    }

    /// True if a message went down an open connection, or waits until there is one to spare.
    pub(crate) fn uses_or_waits_for_a_connection(&mut self, mail: &mut Mail, now: Time) -> bool {
        self.give_to_child(mail, now);
        let table = &self.world.senders[mail.sender as usize];
        let (any, one_by_one) = match table.behaviour.law.reuse {
            Reuse::Never | Reuse::Batch(_) => (false, false),
            Reuse::Demand(_) | Reuse::Always(_) | Reuse::Last(_) => (true, false),
            Reuse::Child(_) => (mail.child > 0, false),
            Reuse::QueueRun(_) => (mail.failures > 0, mail.failures > 0),
        };
        let (law, growth) = (table.behaviour.law.reuse, table.behaviour.law.concurrency);
        let outbound = self.senders[mail.sender as usize].outbound(table, mail.chooser);
        // Postfix counts deliveries, so a connection that is kept is no leave to begin one; others count connections.
        let takes_it = match law {
            Reuse::Demand(_) => {
                outbound.may_begin(growth, outbound.how_many_wait() + 1) && outbound.select(now)
            }
            _ => true,
        };
        let any = any && takes_it && table.files_under_domain();
        if any
            && let Some(connection) =
                self.take_working(mail, |connection| connection.child == mail.child, now)
        {
            if let Some(free) = self.deliver_over(*mail, connection, now) {
                self.after_delivery(*mail, free, now);
            }
            return true;
        }
        // A queue run takes one message after the other.
        let outbound = self.senders[mail.sender as usize].outbound(table, mail.chooser);
        let (law, tasks) = (table.behaviour.law.concurrency, outbound.how_many_wait() + 1);
        let waits = !outbound.may_begin(law, tasks) || (one_by_one && outbound.is_busy());
        if waits {
            outbound.wait(*mail);
            self.note(mail, now, Step::Queued);
            self.start_process(mail.sender, mail.chooser, now);
        }
        waits
    }

    /// An attempt is over without delivery, and its last connection is none any more.
    pub(crate) fn not_delivered(&mut self, walk: Box<Walk>, now: Time) {
        let (sender, chooser) = (walk.mail.sender as usize, walk.mail.chooser);
        self.leave_child(&walk.mail, now);
        let took_it_well = walk.failed.last().is_some_and(|(_, outcome)| !outcome.is_host_error());
        self.recycle(walk);
        let table = &self.world.senders[sender];
        if table.managed {
            let outbound = self.senders[sender].outbound(table, chooser);
            outbound.done(table.behaviour.law.concurrency, took_it_well, now);
            self.start_waiting(sender, chooser, now);
        }
    }

    /// Starts mail that waits for a connection to spare.
    pub(crate) fn start_waiting(&mut self, sender: usize, chooser: u32, now: Time) {
        let table = &self.world.senders[sender];
        if !self.senders[sender].outbound(table, chooser).start() {
            return;
        }
        // Each message once: one of a queue run goes back if it is not its turn yet.
        for _ in 0..self.senders[sender].outbound(table, chooser).how_many_wait() {
            let outbound = self.senders[sender].outbound(table, chooser);
            let Some(mail) = outbound.next_that_may_begin(table.behaviour.law.concurrency) else {
                break;
            };
            self.attempt(mail, now);
        }
        self.senders[sender].outbound(table, chooser).started();
        self.start_process(sender as u32, chooser, now);
    }

    /// Closes the connection that `mail` was sent over, or found open.
    pub(crate) fn close(&mut self, mail: &Mail, connection: Connection, now: Time) {
        let table = &self.world.senders[mail.sender as usize];
        if table.managed {
            let outbound = self.senders[mail.sender as usize].outbound(table, mail.chooser);
            outbound.closed(connection.address);
        }
        self.end_session(connection, now);
    }

    /// If a connection took up a session, whoever waits for one has its turn.
    pub(crate) fn end_session(&mut self, connection: Connection, now: Time) {
        let node = self.world.addresses[usize::from(connection.address)].node;
        if !self.takes_time(node) {
            return;
        }
        let times = (connection.opened, now);
        self.nodes[node].end(node, times, connection.messages, &mut self.recorder);
        // More than one, if some of them do not get as far as a session.
        while let Some(number) = self.nodes[node].take_from_backlog() {
            let Some(walk) = self.in_backlog.remove(&number) else { continue };
            let met = self.session(node, walk.connection.luck, now);
            if let Some(walk) = self.meets(walk, met, now) {
                self.walk(walk, now);
            }
        }
    }

    /// A session that goes on when time is over.
    pub(crate) fn still_open(&mut self, connection: Connection) {
        let node = self.world.addresses[usize::from(connection.address)].node;
        if self.takes_time(node) {
            self.recorder.session(node, (connection.opened, self.world.end), connection.messages);
        }
    }

    /// The node is full but takes the connection: the sender waits for the greeting.
    pub(crate) fn wait_for_greeting(&mut self, mut walk: Box<Walk>, now: Time) {
        self.begin_waiting(&mut walk);
        let (mail, candidate) = (walk.mail, walk.candidate(self.world));
        self.note(&mail, now, Step::InBacklog(candidate));
        let node = self.world.addresses[usize::from(candidate.address)].node;
        let patience = self.world.senders[mail.sender as usize].behaviour.law.timeouts.greeting;
        self.numbered += 1;
        self.nodes[node].wait(self.numbered);
        self.in_backlog.insert(self.numbered, walk);
        self.calendar.schedule(now + patience, Event::NoGreeting(self.numbered));
    }

    pub(crate) fn no_greeting(&mut self, number: u64, now: Time) {
        let Some(walk) = self.in_backlog.remove(&number) else { return };
        let node = self.world.addresses[usize::from(walk.connection.address)].node;
        self.nodes[node].leave_backlog(&number);
        if let Some(walk) = self.fails(walk, Outcome::Silent, now) {
            self.walk(walk, now);
        }
    }
}
