//! Which replications of other worlds a shard simulates before the merge asks for them.
//!
//! What the merge asks for depends on what all shards counted, so a shard can only guess: as if all replications took what its own took, and as if all
//! worlds took what the first ones took that fell to it. A wrong guess costs time and nothing else: the merge follows the rule of a run and simulates
//! what is missing. The extremes that look like flipping the answer go on for more replications; which they are is known at the merge alone, so these
//! replications are always left to it. They are 384 at the most.
//!
//! To whom a replication falls does not depend on how many there are: so shards that guess differently leave no gaps between them.

use super::one_at_a_time::extremes;
use super::size::{Budget, DRAWN, PART, WORLDS, of_each_asked, seconds};
use super::{AfterRun, Prior, Task, prior};
use crate::engine::{Compiled, MethodChoice, compile_beside};
use crate::scenario::Scenario;
use crate::study::shard::Shard;
use crate::study::shelf::Place;
use std::ops::Range;

/// With up to this many shards each takes whole worlds, of which it makes few; with more, single replications, so that none has more to do than others.
const WHOLE_WORLDS: u64 = 8;

/// Replications of a world, at the most.
const MOST_OF_EACH: u64 = DRAWN[0];

/// Worlds, and the replications of them that are dealt.
pub(in super::super) struct Dealt(Vec<(Scenario, Vec<Place>)>);

impl Dealt {
    /// The worlds, made; `None` if it was `stopped` before all were.
    pub(in super::super) fn worlds(
        &self,
        method: MethodChoice,
        stopped: &dyn Fn() -> bool,
    ) -> Option<Vec<Compiled>> {
        let one =
            |(scenario, _): &(Scenario, Vec<Place>)| (!stopped()).then(|| compile_beside(scenario, method));
        self.0.iter().map(one).collect()
    }

    /// What is to be simulated of the worlds made.
    pub(in super::super) fn tasks<'w>(&self, worlds: &'w [Compiled]) -> Vec<Task<'w>> {
        let both = self.0.iter().zip(worlds);
        both.flat_map(|((_, places), world)| places.iter().map(move |place| Task { world, place: *place }))
            .collect()
    }
}

/// Deals to one shard.
pub(in super::super) struct Dealer<'a> {
    shard: Shard,
    scenario: Scenario,
    after: &'a AfterRun,
    budget: Budget,
    are_drawn: bool,
    /// What a replication of another world takes, as far as is known.
    each_s: f64,
}

impl<'a> Dealer<'a> {
    /// `after` says what the whole run is expected to be like.
    pub(in super::super) fn new(shard: Shard, scenario: &Scenario, after: &'a AfterRun) -> Self {
        let scenario = scenario.without_unwanted_mail().unwrap_or_else(|| scenario.clone());
        let budget = Budget::new(after.asked, after.work_with_twins);
        let are_drawn = prior::differ(&scenario);
        let each_s = after.replication_s().max(f64::MIN_POSITIVE);
        Self { shard, scenario, after, budget, are_drawn, each_s }
    }

    /// What is looked at first: the extremes, and the fewest worlds that say something.
    pub(in super::super) fn first(&self) -> Dealt {
        let all = extremes(&self.scenario);
        let count = self.extremes_worth(all.len() as u64);
        let ends = self.hand([0..count, 0..self.screening(all.len() as u64)], |_, _| true);
        let end = |(number, replications): (u64, Vec<u64>)| {
            let places = replications.into_iter().map(|replication| Place::Extreme { number, replication });
            (all[number as usize].scenario.clone(), places.collect())
        };
        let mut dealt: Vec<(Scenario, Vec<Place>)> = ends.into_iter().map(end).collect();
        let [worlds, few] = self.first_worlds();
        dealt.extend(self.worlds(self.hand([0..worlds, 0..few], |_, _| true)));
        Dealt(dealt)
    }

    /// What is looked at next, now that some of the first worlds took so much work.
    pub(in super::super) fn further(&mut self, took: Option<(u64, u64)>) -> Dealt {
        if let Some((work, replications)) = took.filter(|(work, replications)| *work > 0 && *replications > 0)
        {
            self.each_s = seconds(work) / replications as f64;
        }
        let ([worlds, few], [count, each]) = (self.first_worlds(), self.drawn());
        let is_new = |world: u64, replication: u64| world >= worlds || replication >= few;
        Dealt(self.worlds(self.hand([0..count, 0..each], is_new)))
    }

    fn worlds(&self, handed: Vec<(u64, Vec<u64>)>) -> Vec<(Scenario, Vec<Place>)> {
        let prior = Prior::new(&self.scenario);
        let one = |(number, replications): (u64, Vec<u64>)| {
            let places = replications.into_iter().map(|replication| Place::World { number, replication });
            (prior.world(self.after.seed, number), places.collect())
        };
        handed.into_iter().map(one).collect()
    }

    /// The first worlds and replications of each, if they can be afforded.
    fn first_worlds(&self) -> [u64; 2] {
        let few = DRAWN[2].min(self.after.replications);
        match self.after.asked {
            _ if !self.are_drawn => [0, 0],
            Some(worlds) => [worlds.min(WORLDS[1]), few],
            None if self.is_worth_trying(few) => [WORLDS[1], few],
            None => [0, 0],
        }
    }

    /// Extremes that are worth screening.
    fn extremes_worth(&self, count: u64) -> u64 {
        let (all_s, fewest) = self.budget.screening(self.are_drawn, self.each_s);
        let fits = (all_s / (self.each_s * fewest as f64)) as u64;
        // None is dearer than the run itself, as far as is known.
        let whatever_they_cost = if self.budget == Budget::Full { 2 } else { 0 };
        fits.max(whatever_they_cost).min(count)
    }

    /// Replications of each extreme.
    fn screening(&self, count: u64) -> u64 {
        let count = self.extremes_worth(count).max(1);
        self.budget.extremes(self.are_drawn, count, self.each_s, self.after.replications).each
    }

    /// Worlds that are drawn, and replications of each.
    fn drawn(&self) -> [u64; 2] {
        let (replications, most) = (self.after.replications, self.after.most_tallies());
        match self.after.asked {
            _ if !self.are_drawn => [0, 0],
            Some(worlds) => [worlds, of_each_asked(worlds, self.each_s, most).min(replications)],
            None => {
                let worth = self.budget.worth(self.spent(), self.each_s, most);
                worth.map_or([0, 0], |[worlds, each]| [worlds, each.min(replications)])
            }
        }
    }

    /// Work that goes to the extremes: what is planned for them.
    fn spent(&self) -> u64 {
        (PART * self.budget.extremes_work(self.are_drawn) as f64) as u64
    }

    /// True if the first worlds can be afforded.
    fn is_worth_trying(&self, few: u64) -> bool {
        self.each_s * (WORLDS[1] * few) as f64 <= seconds(self.budget.drawn_work(self.spent()))
    }

    /// What falls to the shard of these replications of these worlds.
    fn hand(
        &self,
        [worlds, replications]: [Range<u64>; 2],
        is_wanted: impl Fn(u64, u64) -> bool,
    ) -> Vec<(u64, Vec<u64>)> {
        let (own, of) = (self.shard.number() - 1, self.shard.of());
        let is_own = |world: u64, replication: u64| match of {
            ..=WHOLE_WORLDS => world % of == own,
            // No world has more replications than that.
            _ => (world * MOST_OF_EACH + replication) % of == own,
        };
        let of_world = |world: u64| {
            let own = replications.clone().filter(|r| is_own(world, *r) && is_wanted(world, *r));
            (world, own.collect::<Vec<u64>>())
        };
        worlds.map(of_world).filter(|(_, own)| !own.is_empty()).collect()
    }
}
