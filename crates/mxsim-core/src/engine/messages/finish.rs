//! The end of a replication: what is still under way is counted.

use crate::engine::messages::delivery::Caller;
use crate::engine::messages::receiving::Node;
use crate::engine::messages::sending::SenderState;
use crate::engine::messages::sending::connection::Connection;
use crate::engine::messages::sending::destination::DueEvent;
use crate::engine::messages::state::{Event, Replication};
use crate::engine::probe::Watching;
use crate::engine::world::World;
use crate::ids::SenderId;
use crate::tally::Tally;
use crate::time::Time;

impl<P: Watching> Replication<'_, '_, P> {
    /// Counts what is still under way when time is over; `None` if the replication was stopped meanwhile.
    pub(crate) fn finish(mut self) -> Option<Tally> {
        self.close_chunks(self.world.end);
        if self.watch.is_over() {
            return None;
        }
        self.note_out_at_end();
        for event in std::mem::take(&mut self.calendar).into_rest() {
            self.count_unfinished(event);
        }
        let (mut recorder, work) = (self.recorder, self.watch.work());
        let queued = self.senders.into_iter().flat_map(SenderState::into_waiting);
        queued.for_each(|message| recorder.waiting(message.id));
        if self.probe.wants_sessions() {
            self.probe.sessions(recorder.sessions.take_kept());
        }
        let mut tally = recorder.finish();
        tally.work = work;
        if !self.world.outages.is_empty() {
            note_down(&self.nodes, self.world, &mut tally);
        }
        Some(tally)
    }

    fn count_unfinished(&mut self, event: Event) {
        match event {
            Event::Retry(message) => {
                if self.take_deferred(&message) {
                    self.recorder.waiting(message.id);
                }
            }
            Event::Answered(caller, _) => self.count_waiting(&caller),
            Event::CompactAnswered(attempt, _) => self.recorder.waiting(attempt.message.id),
            Event::TransactionEnds(caller) => {
                let message = caller.delivery().message.id;
                self.recorder.waiting(message);
                self.count_open(message.sender, &caller.delivery().connection);
            }
            Event::GreetingTimesOut(number) => {
                if let Some(caller) = self.in_backlog.remove(&number) {
                    self.count_waiting(&caller);
                }
            }
            Event::CheckBegins(..)
            | Event::CheckEnds(..)
            | Event::DrainChanges(..)
            | Event::TrialBegins(..)
            | Event::WeightRises(..) => {}
            Event::SessionOpens(_) | Event::ProcessReady(_) | Event::ProcessFree(_) => {}
            Event::SessionQuits(session) => {
                self.count_open(session.delivery.message.id.sender, &session.delivery.connection);
            }
            Event::DestinationDue(of, DueEvent::FindWork(number)) => {
                if let Some(idle) = self.destination(of).take_idle(number) {
                    self.count_open(of.sender, &idle.session.delivery.connection);
                }
            }
            Event::DestinationDue(_, DueEvent::Drain | DueEvent::Connect(_)) => {}
            Event::IdleTimesOut(of, number) => {
                if let Some(connection) = self.outbound(of).close_idle(number) {
                    self.count_open(of.sender, &connection);
                }
            }
        }
    }

    /// A message whose attempt waits for an answer. A connection of a destination has none of its own before it is ready.
    fn count_waiting(&mut self, caller: &Caller) {
        if let Caller::Attempt(attempt) = caller {
            self.recorder.waiting(attempt.delivery.message.id);
        }
    }

    /// A session that goes on when time is over.
    fn count_open(&mut self, sender: SenderId, connection: &Connection) {
        let node = connection.passage.node;
        if self.nodes[node.index()].has_session_time() {
            self.recorder.sessions.session(
                sender,
                node,
                (connection.opened, self.world.end),
                connection.messages,
            );
        }
    }
}

/// Notes for how long each node was down in each window.
fn note_down(nodes: &[Node<'_>], world: &World, tally: &mut Tally) {
    for (number, window) in tally.windows.iter_mut().enumerate() {
        let from = Time::ZERO + world.window().saturating_mul(number as i64);
        let to = (from + world.window()).min(world.end);
        window.down = nodes.iter().map(|node| node.down(from, to).0 as u64).collect();
    }
}
