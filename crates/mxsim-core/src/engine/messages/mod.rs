//! Messages simulated one by one.
//!
//! A message arrives at an outbound host, which looks the domain up, orders the candidates and tries them. A refused connection takes no
//! time; one that gets no answer takes the time-out, and the attempt goes on with an event of its own, so that what other messages learn
//! meanwhile counts. A message that no host took goes back to the queue or bounces.
//!
//! ```text
//!   arrival, retry --> attempt --> resolve --> try candidates --> node: admission --> session --> transaction ends
//!      ^                  ^                         ^                  |                                |
//!      |                  |                         +------ failed ----+------------ turned away -------+
//!      +---- deferred ----|-- waits for a connection                                                    |
//!                         +----------------------------- connection is free ----------------------------+
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `state` | the replication, its events and its tasks |
//! | `message`, `delivery`, `compact_attempt` | a message in a queue; on its way |
//! | `arrivals`, `fast_path` | messages that arrive; attempts that need no more than a few tables |
//! | `attempt`, `resolve` | one delivery attempt; whom the DNS names |
//! | `session` | what becomes of a message in a session, and of its connection |
//! | `waiting` | mail that waits for a connection, a process or a child process |
//! | `destination_session` | connections that are opened for the destination (OpenSMTPD) |
//! | `sending/`, `receiving/` | what one outbound host and one node carry through a replication |

mod arrivals;
mod attempt;
mod compact_attempt;
mod delivery;
mod destination_session;
mod fast_path;
mod finish;
mod message;
mod receiving;
mod resolve;
mod sending;
mod session;
mod state;
mod waiting;

use super::calendar::Next;
use super::compile::Compiled;
use super::probe::{NoProbe, Probe, Watching};
use super::watch::{Done, WORK_PER_LOOK, WorkMeter};
use super::world::method::SimulationMethod;
use crate::ids::SenderId;
use crate::random::Entropy;
use crate::tally::Tally;
use crate::time::Time;
use state::{Event, Replication, Task};

/// Simulates replication `replication` of `seed`. Returns `None` if `cancelled` said so.
pub fn replicate(
    compiled: &Compiled,
    seed: u64,
    replication: u64,
    cancelled: &dyn Fn() -> bool,
) -> Option<Tally> {
    replicate_watched(compiled, seed, replication, &|_| cancelled()).map(without_work)
}

/// The same under the eyes of a probe.
pub fn replicate_with(
    compiled: &Compiled,
    seed: u64,
    replication: u64,
    cancelled: &dyn Fn() -> bool,
    probe: &mut dyn Probe,
) -> Option<Tally> {
    replicate_watched_with(compiled, (seed, replication), &|_| cancelled(), probe)
}

/// The same as [`replicate`], stopped by what it has done so far, which its tally tells as well.
pub(crate) fn replicate_watched(
    compiled: &Compiled,
    seed: u64,
    replication: u64,
    stopped: &dyn Fn(Done) -> bool,
) -> Option<Tally> {
    through(compiled, Entropy::new(seed, replication), WorkMeter::new(stopped), &mut NoProbe)
}

/// The same under the eyes of a probe.
pub(crate) fn replicate_watched_with(
    compiled: &Compiled,
    (seed, replication): (u64, u64),
    stopped: &dyn Fn(Done) -> bool,
    mut probe: &mut dyn Probe,
) -> Option<Tally> {
    let entropy = Entropy::new(seed, replication);
    through(compiled, entropy, WorkMeter::new(stopped), &mut probe).map(without_work)
}

/// Forgets the work: a message that is watched takes another path, and what was counted is the same.
fn without_work(tally: Tally) -> Tally {
    Tally { work: 0, ..tally }
}

/// One replication from its first event to its last.
fn through<'p, P: Watching>(
    compiled: &Compiled,
    entropy: Entropy,
    watch: WorkMeter<'p>,
    probe: &'p mut P,
) -> Option<Tally> {
    let mut state = Replication::new(compiled, entropy, probe, watch);
    state.schedule_checks();
    state.schedule_drains();
    state.schedule_first_arrivals(compiled);
    while let Some(next) = state.calendar.take_next() {
        let handled = match next {
            Next::Arrival(now, sender) => {
                state.handle_arrivals(SenderId::new(sender), now, WORK_PER_LOOK) + 1
            }
            Next::Event(now, event) if now < compiled.world.end => {
                state.handle(now, event);
                1
            }
            Next::Event(now, event) => {
                // Taken out too early: it belongs to what is left.
                state.calendar.schedule(now, event);
                break;
            }
        };
        if state.worked(handled) {
            return None;
        }
    }
    state.finish()
}

impl<P: Watching> Replication<'_, '_, P> {
    fn schedule_first_arrivals(&mut self, compiled: &Compiled) {
        let one_by_one = |sender: &usize| compiled.methods[*sender].method == SimulationMethod::Messages;
        for sender in (0..self.senders.len()).filter(one_by_one) {
            let at = self.senders[sender].next_arrival(self.world, &self.world.senders[sender]);
            if at < self.world.end {
                self.calendar.add_arrival(at, sender);
            }
        }
    }

    /// Handles an event, and all it leads to at the same moment.
    fn handle(&mut self, now: Time, event: Event) {
        self.close_chunks(now);
        match event {
            Event::Retry(message) => self.retry(message),
            Event::Answered(caller, outcome) => self.answered(caller, outcome, now),
            Event::CompactAnswered(attempt, outcome) => self.compact_answered(attempt, outcome, now),
            Event::TransactionEnds(caller) => self.end_transaction(caller, now),
            Event::CheckBegins(edge, place) => self.begin_check(edge, place, now),
            Event::CheckEnds(edge, place, passed) => self.end_check(edge, (place, passed), now),
            Event::DrainChanges(edge, place) => self.look_at_drain(edge, place, now),
            Event::TrialBegins(edge, place) => self.begin_trial(edge, place, now),
            Event::WeightRises(edge, place, back_at, sixteenths) => {
                self.raise_weight(edge, place, (back_at, sixteenths));
            }
            Event::GreetingTimesOut(number) => self.time_out_greeting(number, now),
            Event::SessionOpens(session) => self.open_session(session, now),
            Event::SessionQuits(session) => self.close_session(session, now),
            Event::DestinationDue(of, due) => self.handle_due(of, due, now),
            Event::ProcessReady(of) => self.process_ready(of),
            Event::ProcessFree(of) => self.process_free(of, now),
            Event::IdleTimesOut(of, number) => self.time_out_idle(of, number, now),
        }
        self.do_tasks(now);
    }

    /// Does what is left to do at this moment. The loop ends, because each task takes a message, a connection or a session further.
    #[inline]
    fn do_tasks(&mut self, now: Time) {
        while let Some(task) = self.pop() {
            self.step(task, now);
        }
    }

    fn step(&mut self, task: Task, now: Time) {
        match task {
            Task::Attempt(message) => self.attempt(message, now),
            Task::TryCandidates(attempt) => self.try_candidates(attempt, now),
            Task::TryOthers(attempt) => self.try_others(attempt, now),
            Task::ReuseConnection(message, free) => self.reuse_connection(message, free, now),
            Task::StartWaiting(of, most) => self.start_waiting(of, most, now),
            Task::OfferSession(node) => self.offer_session(node, now),
            Task::OfferNode(edge) => self.offer_node(edge, now),
        }
    }
}
