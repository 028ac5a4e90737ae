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
        self.down_work + kept.into_iter().flatten().map(|tally| tally.work).sum::<u64>()
    }

    /// Keeps the tally of a replication.
    pub(in super::super) fn keep(&mut self, twin: Twin, mut tally: Tally) {
        match twin {
            Twin::Undisturbed => return self.undisturbed.push(tally),
            // What nodes that are down do stands in the tally of the run itself, see `Tally::put_under`.
            Twin::Down => return self.down_work += tally.work,
            Twin::Without | Twin::Unlimited => tally.forget_details(),
        }
        let tallies = if twin == Twin::Without { &mut self.without } else { &mut self.unlimited };
        tallies.push(tally);
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

    /// The labels of the world in which no node fails, if it is looked at.
    pub(in super::super) fn undisturbed(&self) -> Option<&Labels> {
        self.worlds.iter().find(|(twin, _)| *twin == Twin::Undisturbed).map(|(_, world)| &world.labels)
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
