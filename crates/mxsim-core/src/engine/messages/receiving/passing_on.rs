//! What an edge does with a connection: it picks a node, passes over nodes that fail, and keeps waiting what finds no room.

use super::passage::{Passage, Way};
use super::{Admission, ConnectionRequest};
use crate::edge::{Forwarding, NextTry, NoMember, WithoutNode};
use crate::engine::connect::{ConnectResult, connect, silent_until};
use crate::engine::messages::delivery::Delivery;
use crate::engine::messages::sending::connection::Connection;
use crate::engine::messages::state::{Replication, Task};
use crate::engine::probe::Watching;
use crate::ids::EdgeId;
use crate::node::{Client, WhenFull};
use crate::sender::{Kernel, Outcome, Timeouts};
use crate::smtp::Stage;
use crate::time::{Span, Time};

impl<P: Watching> Replication<'_, '_, P> {
    /// Asks an edge for a connection that has not got past it.
    pub(crate) fn connect_through(&mut self, edge: EdgeId, delivery: &mut Delivery, now: Time) -> Admission {
        let request = self.request(delivery);
        let faults = &self.edges[edge.index()].table.faults;
        match connect(faults, (request.begun, now), request.timeouts, &request.identity) {
            ConnectResult::Now(Outcome::Accepted) => self.pass_on(edge, delivery, None, now),
            ConnectResult::Now(outcome) => Admission::Failed(outcome),
            ConnectResult::Later(at, outcome) => Admission::NoAnswerUntil(at, outcome),
        }
    }

    /// The same for one that an edge, or a node behind one, has not answered so far.
    pub(crate) fn connect_through_again(&mut self, delivery: &mut Delivery, now: Time) -> Admission {
        let request = self.request(delivery);
        let Passage { node, way, .. } = delivery.connection.passage;
        match way {
            Way::Through(edge, _) if self.edges[edge.index()].is_proxy() => {
                self.ask_node(edge, delivery, now)
            }
            Way::Before(edge) if now.since(request.begun) < request.timeouts.connect_timeout() => {
                self.connect_through(edge, delivery, now)
            }
            Way::Before(edge) => {
                self.recorder.at_edge(delivery.message.id, edge, |counts| counts.full += 1);
                Admission::Failed(Outcome::TimedOut)
            }
            Way::Direct | Way::Through(..) => {
                self.nodes[node.index()].connect_again(request, now, &mut self.recorder)
            }
        }
    }

    /// Passes a connection on to the node that the edge picks, to another than in the place `avoid`.
    fn pass_on(
        &mut self,
        edge: EdgeId,
        delivery: &mut Delivery,
        avoid: Option<usize>,
        now: Time,
    ) -> Admission {
        let (message, connection) = (delivery.message, &delivery.connection);
        let ipv6 = self.world.topology.address(connection.address).ipv6;
        let sender = self.sender(&message).name_hash;
        let state = &mut self.edges[edge.index()];
        let client = state.client(sender, message.outbound_host, ipv6);
        let about = state.pick_draws(sender, message.id.number);
        let draws = about.child(message.failures as u64).child(u64::from(connection.passage.tries));
        match state.pool.pick(client, draws, avoid) {
            Ok(place) => {
                let passage = &mut delivery.connection.passage;
                (passage.node, passage.way) = (state.table.nodes[place], Way::Through(edge, place as u16));
                (passage.is_counted, passage.tries, passage.tried_at) = (true, passage.tries + 1, now);
                self.recorder.attempted(message.id, passage.node);
                self.note_pick(edge, place, now);
                self.ask_node(edge, delivery, now)
            }
            Err(why) => self.find_no_node(edge, why, delivery, now),
        }
    }

    /// What a connection meets for which there is no node.
    fn find_no_node(&mut self, edge: EdgeId, why: NoMember, delivery: &mut Delivery, now: Time) -> Admission {
        let request = self.request(delivery);
        let silence =
            Admission::NoAnswerUntil(silent_until(request.begun, now, request.timeouts), Outcome::Accepted);
        let (state, message) = (&self.edges[edge.index()], delivery.message.id);
        let policy = state.table.policy;
        match why {
            NoMember::AllDown => {
                self.recorder.at_edge(message, edge, |counts| counts.without_node += 1);
                match policy.without_node {
                    WithoutNode::Close => Admission::Failed(Outcome::Lost(Stage::Greeting)),
                    WithoutNode::Refuse => Admission::Failed(Outcome::Refused),
                    WithoutNode::Drop => silence,
                }
            }
            NoMember::AllFull if state.queue.len() < policy.queue as usize => {
                self.recorder.at_edge(message, edge, |counts| counts.queued += 1);
                Admission::Backlog
            }
            NoMember::AllFull if policy.when_full == WhenFull::Drop => silence,
            NoMember::AllFull => {
                self.recorder.at_edge(message, edge, |counts| counts.full += 1);
                let is_refused = policy.when_full == WhenFull::Refuse;
                Admission::Failed(if is_refused { Outcome::Refused } else { Outcome::Busy })
            }
        }
    }

    /// Asks the node that was picked, or asks it again.
    fn ask_node(&mut self, edge: EdgeId, delivery: &mut Delivery, now: Time) -> Admission {
        let Forwarding::Proxy { connect_timeout, .. } = self.edges[edge.index()].table.policy.forwarding
        else {
            let (request, node) = (self.request(delivery), delivery.connection.passage.node);
            return self.nodes[node.index()].connect(request, now, &mut self.recorder);
        };
        let Passage { node, tried_at, .. } = delivery.connection.passage;
        let request = self.request(delivery);
        let patience = delivery.since + request.timeouts.greeting;
        let greeting = request.timeouts.greeting;
        // An edge runs on Linux, like the nodes (an assumption); its own time-out is far shorter than the kernel's.
        let timeouts = Timeouts { connect: Some(connect_timeout), kernel: Kernel::Linux, greeting };
        let request = ConnectionRequest { timeouts: &timeouts, begun: tried_at, ..request };
        let admission = if now.since(tried_at) < connect_timeout {
            self.nodes[node.index()].connect(request, now, &mut self.recorder)
        } else {
            Admission::Failed(Outcome::TimedOut)
        };
        match admission {
            Admission::Failed(outcome @ (Outcome::Refused | Outcome::TimedOut)) => {
                self.node_failed(edge, delivery, outcome, now)
            }
            Admission::NoAnswerUntil(_, Outcome::NoGreeting) => {
                self.note_taken_by(edge, delivery, now);
                Admission::NoAnswerUntil(patience, Outcome::NoGreeting)
            }
            // The sender has a connection to the edge, and waits for a greeting.
            Admission::NoAnswerUntil(at, _) if at < patience => {
                Admission::NoAnswerUntil(at, Outcome::Accepted)
            }
            Admission::NoAnswerUntil(..) => Admission::NoAnswerUntil(patience, Outcome::NoGreeting),
            other => {
                self.note_taken_by(edge, delivery, now);
                other
            }
        }
    }

    /// The node that was picked took the connection.
    fn note_taken_by(&mut self, edge: EdgeId, delivery: &Delivery, now: Time) {
        let Passage { way, tried_at, .. } = delivery.connection.passage;
        if let Way::Through(_, place) = way {
            self.note_taken(edge, (usize::from(place), tried_at), now);
        }
    }

    /// A proxy tries again where a node refused or did not answer, if it may.
    fn node_failed(
        &mut self,
        edge: EdgeId,
        delivery: &mut Delivery,
        outcome: Outcome,
        now: Time,
    ) -> Admission {
        let Passage { node, way, tries: tried, .. } = delivery.connection.passage;
        let table = self.edges[edge.index()].table;
        let (Way::Through(_, place), Forwarding::Proxy { tries, next, .. }) = (way, table.policy.forwarding)
        else {
            return Admission::Failed(outcome);
        };
        self.note_failure(edge, usize::from(place), now);
        if usize::from(tried) >= tries.map_or(table.nodes.len(), |tries| tries as usize) {
            return Admission::Failed(Outcome::Lost(Stage::Greeting));
        }
        self.recorder.failed(delivery.message.id, node);
        self.recorder.at_edge(delivery.message.id, edge, |counts| counts.passed_over += 1);
        match next {
            NextTry::Another => {
                self.leave_edge(&mut delivery.connection, now);
                delivery.connection.passage.way = Way::Before(edge);
                self.pass_on(edge, delivery, Some(usize::from(place)), now)
            }
            NextTry::Same { wait } => {
                let wait = if outcome == Outcome::Refused { wait } else { Span::ZERO };
                self.try_the_same(delivery, now + wait)
            }
        }
    }

    /// Tries the node again that refused or did not answer.
    fn try_the_same(&mut self, delivery: &mut Delivery, at: Time) -> Admission {
        let passage = &mut delivery.connection.passage;
        (passage.tries, passage.tried_at) = (passage.tries + 1, at);
        self.recorder.attempted(delivery.message.id, passage.node);
        let request = self.request(delivery);
        let patience = delivery.since + request.timeouts.greeting;
        if at < patience {
            Admission::NoAnswerUntil(at, Outcome::Accepted)
        } else {
            Admission::NoAnswerUntil(patience, Outcome::NoGreeting)
        }
    }

    /// An edge does not count a connection among the open ones any more.
    pub(crate) fn leave_edge(&mut self, connection: &mut Connection, now: Time) {
        let Way::Through(edge, place) = connection.passage.way else { return };
        if std::mem::replace(&mut connection.passage.is_counted, false) {
            self.edges[edge.index()].pool.release(usize::from(place));
            self.note_end(edge, usize::from(place), now);
            self.offer_later(edge);
        }
    }

    /// Those that wait at an edge may have their turn.
    pub(super) fn offer_later(&mut self, edge: EdgeId) {
        if !self.edges[edge.index()].queue.is_empty() {
            self.push(Task::OfferNode(edge));
        }
    }

    /// Gives a node to the connection that has waited longest at an edge, and then to the next.
    pub(crate) fn offer_node(&mut self, edge: EdgeId, now: Time) {
        let state = &mut self.edges[edge.index()];
        if !state.pool.has_room() {
            return;
        }
        let Some(number) = state.queue.pop_front() else { return };
        self.push(Task::OfferNode(edge));
        if let Some(mut caller) = self.in_backlog.remove(&number) {
            let admission = self.pass_on(edge, caller.delivery_mut(), None, now);
            self.handle_admission(caller, admission, now);
        }
    }

    /// True if an edge before the node of a connection, or that node, has failed since the connection was opened in a way that breaks it.
    pub(crate) fn has_broken(
        &self,
        edge: EdgeId,
        connection: &Connection,
        client: &Client,
        now: Time,
    ) -> bool {
        let since = connection.opened;
        let node = &self.nodes[connection.passage.node.index()];
        let faults = &self.edges[edge.index()].table.faults;
        faults.has_broken_connection(client, since, now)
            || node.faults.has_broken_connection(client, since, now)
    }

    /// A transaction through an edge ends: the message is lost if the connection broke meanwhile. Between a sender and its node nobody looks.
    pub(crate) fn break_in_transaction(&self, delivery: &mut Delivery, now: Time) {
        let Some(edge) = delivery.connection.passage.edge() else { return };
        if delivery.trouble.is_none() {
            let client = self.identity(&delivery.message, &delivery.connection);
            let is_broken = self.has_broken(edge, &delivery.connection, &client, now);
            delivery.trouble = is_broken.then_some(Outcome::Lost(Stage::Data));
        }
    }
}
