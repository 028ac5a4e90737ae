//! What happens between an outbound host and its destination: looks, connections, sessions.

use crate::engine::messages::sending::Mail;
use crate::engine::messages::sending::destination::{
    EXCHANGES, Failing, Found, Idle, LATER_LOOK, MOST_TURNED_AWAY, Relay, SECOND_LOOK, TICK,
};
use crate::engine::messages::sending::pool::Connection;
use crate::engine::messages::{Event, Nobody, Replication, Walk};
use crate::engine::probe::{Probe, Step};
use crate::sender::memory::Report;
use crate::sender::{Candidate, Concurrency, Memory, Outcome, Reaction};
use crate::time::{Span, Time};

/// A sender and one of its outbound hosts.
type Of = (u32, u32);

/// Something of a relay that its time has come for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    of: Of,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// Mail that waits is looked after.
    Look,
    /// The wait of this number is over.
    Connect(u32),
    /// The session without work of this number looks for some.
    Work(u32),
}

const fn of(mail: &Mail) -> Of {
    (mail.sender, mail.chooser)
}

impl<P: Probe> Replication<'_, '_, P> {
    fn relay(&mut self, (sender, chooser): Of) -> &mut Relay {
        self.senders[sender as usize].relay(chooser)
    }

    fn law_of(&self, (sender, _): Of) -> Concurrency {
        self.world.senders[sender as usize].behaviour.law.concurrency
    }

    /// The second in which an outbound host is, by its own clock.
    fn second(&self, (sender, chooser): Of, now: Time) -> Time {
        self.senders[sender as usize].second(chooser, now)
    }

    /// True if a sender opens connections for its destination and not for a message.
    fn relays(&self, mail: &Mail) -> bool {
        self.world.senders[mail.sender as usize].relays
    }

    /// A message is to be delivered (mta.c, `mta_handle_envelope`).
    pub(crate) fn hand_over(&mut self, mail: Mail, now: Time) {
        let of = of(&mail);
        self.note(&mail, now, Step::Queued);
        if mail.failures > 0 {
            self.recorder.retried(mail.counted());
        }
        self.relay(of).tasks.push_back(mail);
        self.set_idle_ticking(of, now);
        self.look_after(of, now);
        self.relay(of).release();
    }

    pub(crate) fn relay_due(&mut self, due: Due, now: Time) {
        let of = due.of;
        match due.what {
            What::Look => {
                self.relay(of).will_look = false;
                self.look_after(of, now);
                self.relay(of).release();
            }
            What::Connect(number) => {
                if self.relay(of).waits == Some(number) {
                    self.open_connections(of, now);
                }
            }
            What::Work(number) => {
                if let Some(idle) = self.relay(of).take_idle(number) {
                    self.finds_work(idle.walk, Some((idle.since, number)), now);
                }
            }
        }
    }

    /// Looks after mail that waits, now or when it is time to (mta.c, `mta_drain`).
    fn look_after(&mut self, of: Of, now: Time) {
        let second = self.second(of, now);
        loop {
            let relay = self.relay(of);
            if relay.tasks.is_empty() {
                return;
            }
            if let Some(failing) = relay.failing {
                return self.flush(of, failing, now);
            }
            if relay.will_look {
                return;
            }
            if let Some(next) = relay.next_look.filter(|&next| next > second) {
                relay.will_look = true;
                return self.schedule(of, What::Look, now + next.since(second));
            }
            self.look(of, second, now);
        }
    }

    /// Opens connections, and says when to look again (mta.c, `mta_query_source` and `mta_on_source`). If every address is out of use twice in
    /// a row, mail is given back to the queue.
    fn look(&mut self, of: Of, second: Time, now: Time) {
        self.open_connections(of, now);
        let relay = self.relay(of);
        let wait = if std::mem::replace(&mut relay.known, true) { LATER_LOOK } else { SECOND_LOOK };
        if relay.broken {
            relay.bad_looks += 1;
            relay.next_look = None;
            if relay.bad_looks > 1 {
                relay.failing = Some(Failing::Defer);
            }
        } else {
            (relay.bad_looks, relay.next_look) = (0, Some(second + wait));
        }
    }

    fn schedule(&mut self, of: Of, what: What, at: Time) {
        self.calendar.schedule(at, Event::Relay(Due { of, what }));
    }

    /// All mail that waits goes back to the queue, or is given up (mta.c, `mta_flush`).
    fn flush(&mut self, of: Of, failing: Failing, now: Time) {
        for mail in std::mem::take(&mut self.relay(of).tasks) {
            match failing {
                Failing::Defer => self.put_back(mail, now),
                Failing::Bounce => {
                    self.note(&mail, now, Step::Bounced);
                    self.recorder.bounced(mail.counted());
                }
            }
        }
    }

    /// Opens the connections that there are too few of, or waits until it may (mta.c, `mta_connect`).
    fn open_connections(&mut self, of: Of, now: Time) {
        let (second, law) = (self.second(of, now), self.law_of(of));
        loop {
            let relay = self.relay(of);
            if relay.broken {
                return;
            }
            relay.waits = None;
            if !relay.wants_connection() {
                return;
            }
            let found = match relay.rests(law.most, law.pause(), second) {
                Some(until) => Found::Wait(until),
                None => self.find_route(of, second, now),
            };
            match found {
                Found::Route(candidate) => self.open_connection(of, candidate, now),
                Found::Wait(until) => {
                    let relay = self.relay(of);
                    let number = relay.next_number();
                    relay.waits = Some(number);
                    return self.schedule(of, What::Connect(number), now + until.since(second));
                }
                Found::Nobody => return self.relay(of).broken = true,
                Found::Failing(failing) => return self.relay(of).failing = Some(failing),
            }
        }
    }

    /// Whom to connect to. What is looked up and ordered is written down for the message that waits longest.
    fn find_route(&mut self, of: Of, second: Time, now: Time) -> Found {
        let Some(&mail) = self.relay(of).tasks.front() else { return Found::Nobody };
        let pause = self.law_of(of).pause_per_address();
        match self.candidates(&mail, &[], now) {
            Ok((candidates, _)) => self.relay(of).find(&candidates, pause, second),
            Err(Nobody::Now) => Found::Nobody,
            Err(Nobody::Ever) => Found::Failing(Failing::Bounce),
            Err(Nobody::NotYet(why)) => {
                self.note(&mail, now, Step::NobodyToAsk(why));
                Found::Failing(Failing::Defer)
            }
        }
    }

    /// A connection begins, as soon as what goes on now is over.
    fn open_connection(&mut self, of: Of, candidate: Candidate, now: Time) {
        let (second, law) = (self.second(of, now), self.law_of(of));
        let relay = self.relay(of);
        let Some(&first) = relay.tasks.front() else { return };
        relay.opens(law, candidate.address, second);
        let walk = self.new_walk(Walk::new(first, std::iter::once(candidate).collect(), now));
        self.set_idle_ticking(of, now);
        self.calendar.schedule(now, Event::Connects(walk));
    }

    /// A connection did not get as far as a first message. The address is out of use for a while if none was ready there before.
    pub(crate) fn connection_fails(&mut self, mut walk: Box<Walk>, outcome: Outcome, now: Time) {
        let (of, address) = (of(&walk.mail), walk.connection.address);
        let table = &self.world.senders[of.0 as usize];
        let reaction = self.fail(&mut walk, outcome, now);
        let remembers = matches!(table.behaviour.law.memory, Memory::Route { .. });
        let is_new = match self.relay(of).route_mut(address) {
            Some(route) if !route.valid => {
                route.down = !remembers;
                true
            }
            _ => false,
        };
        let failed = if is_new { &walk.failed[..] } else { &[] };
        let process = self.senders[of.0 as usize].process_of(table, &walk.mail, walk.begun);
        let report = Report { failed, accepted: None, now, process };
        self.senders[of.0 as usize].learn(table, of.1, walk.has_waited, report);
        self.recycle(walk);
        self.relay(of).failing = match reaction {
            Reaction::Next => self.relay(of).failing,
            Reaction::Defer => Some(Failing::Defer),
            Reaction::Bounce => Some(Failing::Bounce),
        };
        self.closes(of, address, now);
        self.look_after(of, now);
        self.relay(of).release();
    }

    /// A connection is gone, and perhaps another takes its place (mta.c, `mta_route_collect`).
    fn closes(&mut self, of: Of, address: u16, now: Time) {
        let (second, law) = (self.second(of, now), self.law_of(of));
        self.relay(of).closes(address, second);
        self.open_connections(of, now);
        self.relay(of).has_closed(law, address, second);
        self.relay(of).release();
    }

    /// A connection is ready for its first message (`mta_session.c`, state `MTA_READY`).
    pub(crate) fn connection_is_ready(&mut self, mut walk: Box<Walk>, now: Time) {
        let (of, address) = (of(&walk.mail), walk.connection.address);
        self.note_tried(&walk, Outcome::Accepted, now);
        walk.connection.opened = now;
        let node = self.world.addresses[usize::from(address)].node;
        if self.takes_time(node) {
            self.nodes[node].begin(node, now, &mut self.recorder);
        }
        if self.relay(of).is_ready(address) {
            self.open_connections(of, now);
        }
        self.finds_work(walk, None, now);
    }

    /// A session takes what is next, hangs on, or is closed. It may have been without work since then, under this number.
    fn finds_work(&mut self, mut walk: Box<Walk>, since: Option<(Time, u32)>, now: Time) {
        loop {
            if self.is_broken(&walk.connection, now) {
                return self.session_is_over(walk, now);
            }
            if self.is_worn(&walk, now) {
                return self.quits(walk, now);
            }
            let Some(mail) = self.relay(of(&walk.mail)).tasks.pop_front() else {
                return self.hangs_on(walk, since, now);
            };
            self.takes(&mut walk, mail, now);
            let node = self.world.addresses[usize::from(walk.connection.address)].node;
            if self.takes_time(node) {
                return self.schedule_end(walk, node, now);
            }
            match self.ends(walk, now) {
                Some(same) => walk = same,
                None => return,
            }
        }
    }

    /// True if a connection takes no more messages.
    fn is_worn(&self, walk: &Walk, now: Time) -> bool {
        let law = self.world.senders[walk.mail.sender as usize].behaviour.law.reuse;
        let Connection { messages, opened, .. } = walk.connection;
        let kept = law.kept().filter(|_| self.can_keep(law, walk.connection));
        let worn = match kept {
            None => messages > 0 || walk.turned_away > 0,
            Some(kept) => {
                kept.messages.is_some_and(|most| messages >= most)
                    || kept.age.is_some_and(|most| now.since(opened) >= most)
            }
        };
        worn || walk.turned_away >= MOST_TURNED_AWAY
    }

    /// A session begins with a message.
    fn takes(&mut self, walk: &mut Walk, mail: Mail, now: Time) {
        let Connection { host, address, messages, number, luck, .. } = walk.connection;
        if messages > 0 || walk.turned_away > 0 || mail.number != walk.mail.number {
            self.note(&mail, now, Step::Reused { host, address, messages, connection: number });
        }
        (walk.mail, walk.begun, walk.next) = (mail, now, 0);
        walk.failed.clear();
        let node = self.world.addresses[usize::from(address)].node;
        walk.trouble = self.trouble(node, luck, now).filter(|outcome| outcome.is_in_session());
    }

    /// A message of a session has come to its end.
    pub(crate) fn session_goes_on(&mut self, walk: Box<Walk>, now: Time) {
        if let Some(walk) = self.ends(walk, now) {
            self.finds_work(walk, None, now);
        }
    }

    /// What becomes of the message of a session. Gives the session back if it goes on.
    fn ends(&mut self, mut walk: Box<Walk>, now: Time) -> Option<Box<Walk>> {
        match walk.trouble.take() {
            None => {
                walk.connection = self.accept(&walk, now);
                walk.turned_away = 0;
            }
            Some(outcome) => {
                walk.turned_away += 1;
                match self.fail(&mut walk, outcome, now) {
                    Reaction::Bounce => self.bounce(&walk, now),
                    // No other address is tried for a message that one has turned away (`mta_session.c`, `mta_flush_task`).
                    Reaction::Defer | Reaction::Next => self.defer(&walk, now),
                }
                if matches!(outcome, Outcome::Lost(_)) {
                    self.session_is_over(walk, now);
                    return None;
                }
            }
        }
        walk.has_waited = false;
        Some(walk)
    }

    /// A session is to be closed. Until the node has said goodbye it counts as open and ready, so that two that find no work within this time both
    /// close, and mail that comes then waits for the next look (`mta_session.c`, state `MTA_QUIT`).
    fn quits(&mut self, walk: Box<Walk>, now: Time) {
        let node = self.world.addresses[usize::from(walk.connection.address)].node;
        if !self.takes_time(node) {
            return self.session_is_over(walk, now);
        }
        let goodbye = Span(self.time_in_session(&walk.mail, node).0 / EXCHANGES);
        self.calendar.schedule(now + goodbye, Event::Quits(walk));
    }

    /// A session is closed.
    pub(crate) fn session_is_over(&mut self, walk: Box<Walk>, now: Time) {
        let (of, connection) = (of(&walk.mail), walk.connection);
        self.recycle(walk);
        self.relay(of).ready -= 1;
        self.end_session(connection, now);
        self.closes(of, connection.address, now);
    }

    /// A session finds no work: it looks again each second if it is the last one, for a while.
    fn hangs_on(&mut self, walk: Box<Walk>, since: Option<(Time, u32)>, now: Time) {
        let of = of(&walk.mail);
        let law = self.world.senders[of.0 as usize].behaviour.law.reuse;
        let patience = law.kept().map(|kept| kept.idle).unwrap_or_default();
        let relay = self.relay(of);
        let began = since.map_or(now, |(since, _)| since);
        if relay.open > 1 || now.since(began) >= patience {
            return self.quits(walk, now);
        }
        let number = since.map_or_else(|| relay.next_number(), |(_, number)| number);
        relay.idle = Some(Idle { walk, since: began, number, ticking: false });
        if since.is_none() {
            self.schedule(of, What::Work(number), now + patience);
        }
    }

    /// There is news for a session without work, which it sees when its second is over.
    fn set_idle_ticking(&mut self, of: Of, now: Time) {
        let Some(idle) = self.relay(of).idle.as_mut().filter(|idle| !idle.ticking) else { return };
        idle.ticking = true;
        let ticks = now.since(idle.since).0 / TICK.0 + 1;
        let (number, at) = (idle.number, idle.since + TICK.saturating_mul(ticks));
        self.schedule(of, What::Work(number), at);
    }

    /// The connection of a session without work that this was due for, when time is over.
    pub(crate) fn idle_when_over(&mut self, due: Due) -> Option<Connection> {
        let What::Work(number) = due.what else { return None };
        self.relay(due.of).take_idle(number).map(|idle| idle.walk.connection)
    }

    /// True if a walk is a connection that has no message of its own yet.
    pub(crate) fn is_for_all(&self, walk: &Walk) -> bool {
        self.relays(&walk.mail)
    }
}
