//! What was seen of one situation, as the document says it.

use super::criterion::Criterion;
use super::document::{Erlang, NodeNeed, NodeSize, PeakSender, Situation, SituationKind};
use super::places::SeenNode;
use super::plan::Plan;
use super::run::Search;
use crate::estimate::measure::Value;
use crate::estimate::paired::Family;
use crate::ids::SenderId;
use crate::results::{Interval, Unit, called, listed};
use crate::scenario::Scenario;
use crate::theory::failure::{enough_sessions, erlang_b};
use std::collections::BTreeMap;

/// What is not known of a number that was never seen.
const NOTHING: Interval = Interval::alone(0.0);

/// What was seen of one scenario without limits.
pub(super) struct Seen<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) days: Vec<&'a Vec<SeenNode>>,
    pub(super) criterion: &'a Criterion,
}

impl<'a> Seen<'a> {
    fn node(&self, node: usize) -> Vec<&'a SeenNode> {
        self.days.iter().map(|day| &day[node]).collect()
    }

    fn family(&self) -> Family {
        self.criterion.family
    }

    /// The mean over days of a number that each has.
    fn mean(&self, of: impl Fn(&Vec<SeenNode>) -> f64) -> Interval {
        let values: Vec<Value> = self.days.iter().map(|day| Some((of(day), 1.0))).collect();
        self.family().mean(&values).map_or(NOTHING, |mean| Unit::Count.bounded(mean))
    }

    /// What the situation needs if what is turned away is lost.
    pub(super) fn situation(&self, kind: SituationKind, down: &[usize]) -> Situation {
        let nodes: Vec<NodeNeed> =
            (0..self.scenario.nodes.len()).filter_map(|node| self.need(node)).collect();
        let rank = |need: &NodeNeed| (need.sessions.value, need.load.value);
        let fullest = nodes.iter().max_by(|a, b| {
            let ((a, a_load), (b, b_load)) = (rank(a), rank(b));
            a.total_cmp(&b).then(a_load.total_cmp(&b_load))
        });
        let (sessions, load) = fullest.map_or((NOTHING, NOTHING), |need| (need.sessions, need.load));
        let down: Vec<String> = down.iter().map(|node| self.scenario.nodes[*node].name.clone()).collect();
        Situation {
            kind,
            text: text(kind, &down),
            tried: 1,
            possible: 1,
            nodes_down: down,
            sessions: most(&nodes, |need| need.sessions).unwrap_or(sessions),
            node: fullest.map_or_else(String::new, |need| need.node.clone()),
            load,
            load_ratio: None,
            peak: self.mean(|day| f64::from(day.iter().map(|node| node.peak).max().unwrap_or(0))),
            erlang: Erlang {
                offered: load.value,
                sessions: enough_sessions(load.value, self.criterion.part).unwrap_or(u32::MAX),
                exact: false,
                departs: None,
            },
            tested: Vec::new(),
            today: None,
            nodes,
        }
    }

    /// What one node needs; `None` if it never gets a connection.
    fn need(&self, node: usize) -> Option<NodeNeed> {
        let sessions = self.criterion.enough(&self.node(node))?;
        Some(NodeNeed {
            node: self.scenario.nodes[node].name.clone(),
            sessions,
            load: self.mean(|day| day[node].load),
        })
    }

    /// How many times as much the nodes that are not down have to do as in another scenario.
    pub(super) fn load_over(&self, other: &Seen<'_>, down: &[usize]) -> Option<Interval> {
        let up = |day: &Vec<SeenNode>| -> f64 {
            let nodes = day.iter().enumerate().filter(|(node, _)| !down.contains(node));
            nodes.map(|(_, node)| node.load).sum()
        };
        let values: Vec<Value> =
            self.days.iter().zip(&other.days).map(|(day, other)| Some((up(day), up(other)))).collect();
        self.family().mean(&values)
    }

    /// The sender that has most of the sessions open at the fullest moments of a node.
    pub(super) fn sender_in_peak(&self, node: &str) -> Option<PeakSender> {
        let node = self.scenario.nodes.iter().position(|other| other.name == node)?;
        let mut held: BTreeMap<SenderId, u64> = BTreeMap::new();
        for day in self.node(node) {
            for (sender, sessions) in &day.holders {
                *held.entry(*sender).or_insert(0) += u64::from(*sessions);
            }
        }
        let (most, _) = held.into_iter().max_by_key(|(sender, held)| (*held, std::cmp::Reverse(*sender)))?;
        let share = |day: &SeenNode| -> Value {
            let own = day.holders.get(&most).copied().unwrap_or(0);
            Some((f64::from(own), f64::from(day.peak)))
        };
        let values: Vec<Value> = self.node(node).into_iter().map(share).collect();
        let name = self.scenario.senders[most.index()].name.clone();
        Some(PeakSender { name, share: self.family().mean(&values).map(|share| Unit::Share.bounded(share))? })
    }
}

/// The largest of what nodes need, with the largest of each bound; a bound that one of them lacks is missing.
fn most(nodes: &[NodeNeed], of: impl Fn(&NodeNeed) -> Interval) -> Option<Interval> {
    let all = |bound: fn(&Interval) -> Option<f64>| {
        let bounds: Option<Vec<f64>> = nodes.iter().map(|need| bound(&of(need))).collect();
        bounds.and_then(|bounds| bounds.into_iter().reduce(f64::max))
    };
    let value = nodes.iter().map(|need| of(need).value).reduce(f64::max)?;
    Some(Interval { value, low: all(|interval| interval.low), high: all(|interval| interval.high) })
}

/// The situation in words that go on a sentence.
fn text(kind: SituationKind, down: &[String]) -> String {
    let names = listed(&down.iter().map(|name| called(name)).collect::<Vec<String>>());
    match kind {
        SituationKind::Ordinary => "on an ordinary day".into(),
        SituationKind::Down => format!("with {names} down"),
        SituationKind::Surge if down.len() > 1 => format!("in the hour after {names} come back"),
        SituationKind::Surge => format!("in the hour after {names} comes back"),
    }
}

/// Takes in what tests of limits have found: what was simulated wins over what would be if all that is turned away were lost.
pub(super) fn settle(situation: &mut Situation, search: Search<'_>) {
    let guess = situation.sessions;
    if let Some(found) = search.found() {
        let shift = f64::from(found) - guess.value;
        let moved = |bound: Option<f64>| bound.map(|bound| (bound + shift).max(1.0));
        situation.sessions =
            Interval { value: f64::from(found), low: moved(guess.low), high: moved(guess.high) };
        let at = search.tested.iter().find(|tested| tested.sessions == Some(found));
        situation.erlang.departs = at.map(|tested| {
            let formula = erlang_b(found, situation.erlang.offered);
            let away = |bound: f64| bound - formula;
            let part = tested.turned_away;
            Interval { value: away(part.value), low: part.low.map(away), high: part.high.map(away) }
        });
    }
    situation.tested = search.tested;
    situation.today = search.today;
}

/// Puts Erlang's formula in the place of what was simulated, where it is exact.
pub(super) fn make_exact(situation: &mut Situation, plan: &Plan, part: f64) {
    let offered = plan.busiest_rate * plan.ordinary.mean_session_time(0).as_secs_f64();
    let sessions = enough_sessions(offered, part).unwrap_or(u32::MAX);
    let exactly = |value: f64| Interval { value, low: Some(value), high: Some(value) };
    let at = situation.tested.iter().find(|tested| tested.sessions == Some(sessions));
    let departs = at.map(|tested| {
        let away = |bound: f64| bound - erlang_b(sessions, offered);
        let part = tested.turned_away;
        Interval { value: away(part.value), low: part.low.map(away), high: part.high.map(away) }
    });
    situation.erlang = Erlang { offered, sessions, exact: true, departs };
    situation.sessions = exactly(f64::from(sessions));
}

/// What each node needs in the situation that is worst for it, and has.
pub(super) fn nodes(scenario: &Scenario, situations: &[Situation]) -> Vec<NodeSize> {
    let of = |node: &crate::scenario::Node| {
        let needs = situations.iter().filter_map(|situation| {
            let need = situation.nodes.iter().find(|need| need.node == node.name)?;
            Some((situation.kind, need.sessions))
        });
        let worst = needs.max_by(|a, b| a.1.value.total_cmp(&b.1.value));
        let limit = node.capacity.sessions;
        let headroom = worst.zip(limit).map(|((_, needed), limit)| {
            let over = |sessions: f64| f64::from(limit) / sessions.max(1.0);
            Interval { value: over(needed.value), low: needed.high.map(over), high: needed.low.map(over) }
        });
        NodeSize {
            name: node.name.clone(),
            limit,
            needed: worst.map(|(_, needed)| needed),
            situation: worst.map(|(kind, _)| kind),
            headroom,
        }
    };
    scenario.nodes.iter().map(of).collect()
}
