//! Mail that nodes turn away though nothing is broken: a queue that is full, what clients may have, workers that are too few.

use super::Evidence;
use super::subjects::{Matter, beyond};
use crate::estimate::delivery::part;
use crate::numerals::percent;
use crate::results::{NodeResult, NodeTotals, Subject, called};
use crate::scenario::TURNED_AWAY;
use crate::tally::labels::EdgeLabels;

/// A part of what comes to a node that is worth a word. *Assumption*.
const WORTH_SAYING: f64 = 0.005;
/// A limit makes the trouble if it makes at least this part of what is deferred. *Assumption*.
const MOST: f64 = 0.5;

/// A limit of a node that is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Queue,
    ClientSessions,
    ConnectionRate,
    MessageRate,
}

impl Limit {
    const ALL: [Self; 4] = [Self::Queue, Self::ClientSessions, Self::ConnectionRate, Self::MessageRate];

    const fn count(self, totals: &NodeTotals) -> u64 {
        match self {
            Self::Queue => totals.queue_full,
            Self::ClientSessions => totals.over_client_sessions,
            Self::ConnectionRate => totals.over_connection_rate,
            Self::MessageRate => totals.over_message_rate,
        }
    }

    /// Why it turns mail away: "as the queue behind it is full".
    const fn why(self) -> &'static str {
        match self {
            Self::Queue => "as the queue behind it is full",
            Self::ClientSessions => "as its clients have all sessions of `sessions_per_client`",
            Self::ConnectionRate => "as its clients have had all connections of `rates`",
            Self::MessageRate => "as its clients have sent all messages of `rates`",
        }
    }

    fn remedy(self, node: &str) -> String {
        match self {
            Self::Queue => format!(
                "Have the store behind {node} take more mail a minute, or give {node} less mail; more room only helps through a short peak."
            ),
            Self::ClientSessions => format!(
                "Raise `sessions_per_client` of {node}, or shorten sessions: a busy sender has few addresses and wants many sessions from each."
            ),
            Self::ConnectionRate | Self::MessageRate => format!(
                "Raise `rates` of {node}, or exempt the sender: a busy one has few addresses and sends much from each."
            ),
        }
    }
}

impl Evidence<'_> {
    /// The limit that turns away the largest part of what comes to its node, if that is worth a word.
    fn tightest(&self) -> Option<(&NodeResult, Limit, f64)> {
        let part = |node: &NodeResult, limit: Limit| {
            limit.count(&node.totals) as f64 / node.totals.came().max(1) as f64
        };
        let limits = self.results.nodes.iter().flat_map(|node| Limit::ALL.map(|limit| (node, limit)));
        let parts = limits.map(|(node, limit)| (node, limit, part(node, limit)));
        parts.filter(|(_, _, part)| *part > WORTH_SAYING).max_by(|a, b| a.2.total_cmp(&b.2))
    }

    /// `mx1 turns away 33 % of what comes, as the queue behind it is full.`
    pub(super) fn limited(&self) -> Option<String> {
        let (node, limit, part) = self.tightest()?;
        let from = self.most_limited().filter(|_| limit != Limit::Queue);
        let from = from.map_or_else(String::new, |sender| format!(", most of it from {sender}"));
        Some(format!(
            "{} turns away {} of what comes{from}, {}.",
            called(&node.name),
            percent(part),
            limit.why()
        ))
    }

    /// The sender that meets most of the limits per client, if it meets most of what all meet.
    fn most_limited(&self) -> Option<&str> {
        let all: u64 = self.results.senders.iter().map(|sender| sender.over_limits).sum();
        let most = self.results.senders.iter().max_by_key(|sender| sender.over_limits)?;
        let is_most = self.results.senders.len() > 1 && 2 * most.over_limits > all;
        is_most.then_some(most.name.as_str())
    }

    /// What to do about a limit that makes most of what is deferred.
    pub(super) fn limit_action(&self) -> Option<String> {
        if let Some(action) = self.workers_action() {
            return Some(action);
        }
        let (node, limit, _) = self.tightest()?;
        let of_limit = limit.count(&node.totals) as f64;
        (of_limit > MOST * node.totals.deferred as f64).then(|| self.limit_remedy(limit, node))
    }

    /// What to do about a limit of a node. A limit for each client is one for all where an edge hides the senders.
    fn limit_remedy(&self, limit: Limit, node: &NodeResult) -> String {
        let is_before =
            |edge: &&EdgeLabels| edge.nodes.iter().any(|place| self.labels.nodes[*place].name == node.name);
        let hiding = self.labels.edges.iter().filter(is_before).find(|edge| edge.hides_senders);
        match hiding {
            Some(edge) if limit != Limit::Queue => format!(
                "Let {} pass on the addresses of senders (`source = \"kept\"`: the PROXY protocol, or packets as they are): to {} they are all one client.",
                called(&edge.name),
                called(&node.name)
            ),
            _ => limit.remedy(&called(&node.name)),
        }
    }

    /// The node that turns away more than it may by such a limit.
    pub(super) fn limiting_node(&self) -> Option<&NodeResult> {
        self.tightest().filter(|(_, _, part)| *part > TURNED_AWAY).map(|(node, ..)| node)
    }

    /// The same as a subject.
    pub(super) fn turned_away_by_limit(&self) -> Option<Matter> {
        let (node, limit, _) = self.tightest()?;
        let place = self.labels.node(&node.name)?;
        let counts = self.tallies.iter().map(|tally| &tally.nodes[place]);
        let is_certain =
            beyond(part(counts.map(|totals| (limit.count(totals), totals.came())))?, TURNED_AWAY)?;
        Some(Matter {
            subject: Subject::TurnedAway,
            is_certain,
            needs_longer_run: false,
            sentence: self.limited()?,
            action: self.limit_remedy(limit, node),
        })
    }

    /// What to do where messages wait in their sessions for a worker: more of those are under way than it has workers.
    fn workers_action(&self) -> Option<String> {
        let mut nodes = self.results.nodes.iter().zip(&self.labels.nodes);
        nodes.find_map(|(node, labels)| {
            let (workers, busy) = (labels.workers?, node.sessions?.busy?.value);
            (busy > f64::from(workers)).then(|| {
                format!(
                    "Give {} more workers, or make the work on a message shorter: {workers} of them have {} messages at hand on average, and more sessions only \
                     make those wait inside.",
                    called(&node.name),
                    crate::numerals::tidy(busy)
                )
            })
        })
    }
}
