//! Worlds that differ from the scenario's in what the zone or the nodes are like, not in what is assumed of senders. They are a part of the question
//! and go along with the run.

use super::size::{LOOKED_AT, TwinCost, UNDISTURBED};
use super::unknown_hosts;
use crate::engine::{Compiled, MethodChoice, compile_beside};
use crate::estimate::met_by_count;
use crate::scenario::{Goal, GoalKind, SLOW, Scenario};
use crate::study::cost::Cost;
use crate::tally::Tally;
use crate::tally::labels::Labels;
use serde::{Deserialize, Serialize};

/// Replications that may say how many sessions a node needs. *Assumption*: enough to see a bad day of twenty.
const SIZING: u64 = 16;

/// In what a world differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Twin {
    /// Hosts whose address is not known have none.
    Without,
    /// No node fails.
    Undisturbed,
    /// A choice of nodes is down all the time.
    Down,
    /// Nodes serve any number of sessions.
    Unlimited,
}

/// The twins of a run, compiled.
#[derive(Debug, Default)]
pub struct Twins {
    worlds: Vec<(Twin, Compiled)>,
    pub(in super::super) cost: TwinCost,
}

/// Tallies of the twins, in the order of replications.
#[derive(Debug, Default)]
pub struct TwinTallies {
    /// Of the world in which hosts whose address is not known have none.
    pub without: Vec<Tally>,
    /// Of the world in which no node fails.
    pub undisturbed: Vec<Tally>,
    /// Of the world in which nodes serve any number of sessions: of the first replications in which a node is full.
    pub unlimited: Vec<Tally>,
    /// The work that those with nodes down took.
    down_work: u64,
}

impl TwinTallies {
    /// The work that all of them took.
    pub(in super::super) fn work(&self) -> u64 {
        let kept = [&self.without, &self.undisturbed, &self.unlimited];
        kept.into_iter().flatten().map(|tally| tally.work).fold(self.down_work, u64::saturating_add)
    }

    /// Keeps those of a replication.
    pub(in super::super) fn keep(&mut self, twins: OwnTwins) {
        self.without.extend(twins.without);
        self.undisturbed.extend(twins.undisturbed);
        self.unlimited.extend(twins.unlimited);
        self.down_work = self.down_work.saturating_add(twins.down_work);
    }
}

/// Tallies of the twins of one replication.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct OwnTwins {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    without: Option<Tally>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undisturbed: Option<Tally>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unlimited: Option<Tally>,
    /// What nodes that are down do stands in the tally of the run itself, see [`Tally::put_under`].
    #[serde(default, skip_serializing_if = "is_zero")]
    down_work: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl OwnTwins {
    /// True if nothing goes along with the replication.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.all().next().is_none() && self.down_work == 0
    }

    /// The twins that have a tally of their own, with it.
    pub(in super::super) fn all(&self) -> impl Iterator<Item = (Twin, &Tally)> {
        let all = [
            (Twin::Without, &self.without),
            (Twin::Undisturbed, &self.undisturbed),
            (Twin::Unlimited, &self.unlimited),
        ];
        all.into_iter().filter_map(|(twin, tally)| Some((twin, tally.as_ref()?)))
    }

    /// True if the tally of a twin is there; those with nodes down have none.
    pub(in super::super) fn has(&self, twin: Twin) -> bool {
        self.all().any(|(own, _)| own == twin)
    }

    /// Takes a tally in.
    pub(in super::super) fn put(&mut self, twin: Twin, mut tally: Tally) {
        if matches!(twin, Twin::Without | Twin::Unlimited) {
            tally.forget_details();
        }
        match twin {
            Twin::Without => self.without = Some(tally),
            Twin::Undisturbed => self.undisturbed = Some(tally),
            Twin::Unlimited => self.unlimited = Some(tally),
            Twin::Down => self.down_work = self.down_work.saturating_add(tally.work),
        }
    }

    /// Drops the tallies of twins that do not take part.
    pub(in super::super) fn retain(&mut self, takes_part: impl Fn(Twin) -> bool) {
        self.without.take_if(|_| !takes_part(Twin::Without));
        self.undisturbed.take_if(|_| !takes_part(Twin::Undisturbed));
        self.unlimited.take_if(|_| !takes_part(Twin::Unlimited));
    }
}

impl Twins {
    /// Those that `scenario` asks for; `None` if it was `stopped` before all were made.
    pub(in super::super) fn new(
        scenario: &Scenario,
        method: MethodChoice,
        stopped: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let mut all = Self::default();
        for (twin, scenario) in twins(scenario) {
            let world = (!stopped()).then(|| compile_beside(&scenario, method))?;
            all.count(twin, &scenario, &Cost::of(&world));
            all.worlds.push((twin, world));
        }
        Some(all)
    }

    fn count(&mut self, twin: Twin, scenario: &Scenario, cost: &Cost) {
        self.cost.table_bytes += Cost::table_bytes(scenario);
        self.cost.build_s += cost.build_s;
        match twin {
            Twin::Down => self.cost.down_s += cost.replication_s,
            // Whether it takes part is not known yet, and it costs less than the few replications in which nodes are full.
            Twin::Unlimited => {}
            Twin::Without | Twin::Undisturbed => {
                self.cost.count += 1;
                self.cost.replication_s += cost.replication_s;
            }
        }
    }

    /// The world of a twin, if there is one.
    pub(in super::super) fn world(&self, twin: Twin) -> Option<&Compiled> {
        self.worlds.iter().find(|(own, _)| *own == twin).map(|(_, world)| world)
    }

    /// The labels of the world in which no node fails, if it is looked at.
    pub(in super::super) fn undisturbed(&self) -> Option<&Labels> {
        self.world(Twin::Undisturbed).map(|world| &world.labels)
    }

    /// True if the world in which no node fails has shown in its first replications, if they are among `tallies`, that it meets its goals.
    pub(in super::super) fn is_undisturbed_settled(&self, tallies: &TwinTallies) -> bool {
        let first = tallies.undisturbed.get(..UNDISTURBED as usize);
        first.zip(self.undisturbed()).is_some_and(|(first, labels)| met_by_count(labels, first))
    }

    /// Those that take part in replication `r`, in which a node was full or none was.
    pub(in super::super) fn taking_part(
        &self,
        r: u64,
        (is_full, is_undisturbed_settled): (bool, bool),
    ) -> impl Iterator<Item = (Twin, &Compiled)> {
        let is_asked = move |twin: Twin| match twin {
            // A goal asks for each replication.
            Twin::Down => true,
            Twin::Without => r < LOOKED_AT,
            Twin::Undisturbed => r < UNDISTURBED || (r < LOOKED_AT && !is_undisturbed_settled),
            Twin::Unlimited => r < SIZING && is_full,
        };
        let twins = self.worlds.iter().filter(move |(twin, _)| is_asked(*twin));
        twins.map(|(twin, world)| (*twin, world))
    }
}

/// All that the scenario asks for.
fn twins(scenario: &Scenario) -> Vec<(Twin, Scenario)> {
    let without = unknown_hosts::without(scenario).map(|without| (Twin::Without, without));
    let undisturbed = undisturbed(scenario).map(|undisturbed| (Twin::Undisturbed, undisturbed));
    let down = scenario.down().map(|nodes| (Twin::Down, down(scenario, &nodes)));
    let unlimited = unlimited(scenario).map(|unlimited| (Twin::Unlimited, unlimited));
    without.into_iter().chain(undisturbed).chain(down).chain(unlimited).collect()
}

/// The scenario with any number of sessions at each node, to see how many it needs; `None` where there is no limit.
fn unlimited(scenario: &Scenario) -> Option<Scenario> {
    scenario.limits().iter().any(Option::is_some).then(|| scenario.without_limits())
}

/// The scenario without its faults, to see whether it would split the mail; `None` where nobody asks, or the zone changes too.
fn undisturbed(scenario: &Scenario) -> Option<Scenario> {
    let of_edges = scenario.edges.iter().map(|edge| &edge.faults);
    let fails =
        scenario.nodes.iter().map(|node| &node.faults).chain(of_edges).any(|faults| !faults.is_empty());
    let meant = scenario.nodes.iter().filter(|node| node.fair_share > 0.0).count();
    if !fails || meant < 2 || !scenario.goals_are_default || scenario.zones.len() > 1 {
        return None;
    }
    Some(scenario.without_faults())
}

/// The scenario with these nodes down all the time, and a goal that has what is slow counted.
fn down(scenario: &Scenario, nodes: &[usize]) -> Scenario {
    let goals = vec![Goal::new(GoalKind::DelayP95 { at_most: SLOW }, 0.95)];
    Scenario { goals, ..scenario.with_nodes_down(nodes) }
}
