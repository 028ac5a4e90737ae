//! What an edge does with a connection: it picks a node, passes over nodes that fail, and keeps waiting what finds no room.

use super::passage::{Passage, Way};
use super::{Admission, ConnectionRequest};
use crate::edge::{Forwarding, NoMember, WithoutNode};
use crate::engine::connect::{ConnectResult, connect, silent_until};
use crate::engine::messages::delivery::Delivery;
use crate::engine::messages::sending::connection::Connection;
use crate::engine::messages::state::{Replication, Task};
use crate::engine::probe::Watching;
use crate::ids::EdgeId;
use crate::node::{Client, WhenFull};
use crate::sender::{Kernel, Outcome, Timeouts};
use crate::smtp::Stage;
use crate::time::Time;

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
        let Forwarding::Proxy { connect_timeout, tries } = self.edges[edge.index()].table.policy.forwarding
        else {
            let (request, node) = (self.request(delivery), delivery.connection.passage.node);
            return self.nodes[node.index()].connect(request, now, &mut self.recorder);
        };
        let Passage { node, tried_at, tries: tried, .. } = delivery.connection.passage;
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
            Admission::Failed(Outcome::Refused | Outcome::TimedOut) if u32::from(tried) < tries => {
                self.try_another(edge, delivery, now)
            }
            Admission::Failed(Outcome::Refused | Outcome::TimedOut) => {
                Admission::Failed(Outcome::Lost(Stage::Greeting))
            }
            Admission::NoAnswerUntil(_, Outcome::NoGreeting) => {
                Admission::NoAnswerUntil(patience, Outcome::NoGreeting)
            }
            // The sender has a connection to the edge, and waits for a greeting.
            Admission::NoAnswerUntil(at, _) if at < patience => {
                Admission::NoAnswerUntil(at, Outcome::Accepted)
            }
            Admission::NoAnswerUntil(..) => Admission::NoAnswerUntil(patience, Outcome::NoGreeting),
            other => other,
        }
    }

    /// Passes over a node that refuses or does not answer.
    fn try_another(&mut self, edge: EdgeId, delivery: &mut Delivery, now: Time) -> Admission {
        let Passage { node, way, .. } = delivery.connection.passage;
        let Way::Through(_, place) = way else { return Admission::Failed(Outcome::Lost(Stage::Greeting)) };
        let message = delivery.message.id;
        self.recorder.failed(message, node);
        self.recorder.at_edge(message, edge, |counts| counts.passed_over += 1);
        self.leave_edge(&mut delivery.connection);
        delivery.connection.passage.way = Way::Before(edge);
        self.pass_on(edge, delivery, Some(usize::from(place)), now)
    }

    /// An edge does not count a connection among the open ones any more.
    pub(crate) fn leave_edge(&mut self, connection: &mut Connection) {
        let Way::Through(edge, place) = connection.passage.way else { return };
        if std::mem::replace(&mut connection.passage.is_counted, false) {
            self.edges[edge.index()].pool.release(usize::from(place));
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

    /// True if the edge before a connection fails in a way that breaks it.
    pub(crate) fn edge_breaks(&self, connection: &Connection, client: &Client, now: Time) -> bool {
        let edge = connection.passage.edge();
        edge.is_some_and(|edge| self.edges[edge.index()].breaks_connection(client, now))
    }
}
