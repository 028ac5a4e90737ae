//! Which replications of other worlds a shard simulates before the merge asks for them.
//!
//! What the merge asks for depends on what all shards counted, so a shard can only guess: as if all replications took what its own took, and as if a
//! replication of another world took what one of the run takes. A wrong guess costs time and nothing else: the merge follows the rule of a run and
//! simulates what is missing. The extremes that look like flipping the answer go on for more replications; which they are is known at the merge alone,
//! so these replications are always left to it. They are 384 at the most.

use super::one_at_a_time::{Extreme, extremes};
use super::size::{Budget, DRAWN, WORLDS, of_each_asked};
use super::{AfterRun, DEAR, Prior, Task, prior};
use crate::engine::{Compiled, MethodChoice, compile_beside};
use crate::scenario::Scenario;
use crate::study::shard::Shard;
use crate::study::shelf::Place;

/// A world, and the replications of it that are dealt.
struct DealtWorld {
    scenario: Scenario,
    places: Vec<Place>,
}

/// What is dealt to one shard.
pub(in super::super) struct Dealt(Vec<DealtWorld>);

impl Dealt {
    /// Deals to `shard`; `after` says what the whole run is expected to be like.
    pub(in super::super) fn to(shard: Shard, scenario: &Scenario, after: &AfterRun) -> Self {
        let silenced = scenario.without_unwanted_mail();
        let scenario = silenced.as_ref().unwrap_or(scenario);
        let deal = Deal::new(scenario, after);
        let all = extremes(scenario);
        let each = deal.screening(all.len() as u64);
        let ends = deal.hand((all.len() as u64).min(deal.extremes_worth(all.len() as u64)), each, shard);
        let [worlds, each] = deal.drawn();
        let drawn = deal.hand(worlds, each, shard);
        let mut dealt: Vec<DealtWorld> = Vec::new();
        for (number, replications) in ends {
            let Extreme { scenario, .. } = &all[number as usize];
            let places = replications.map(|replication| Place::Extreme { number, replication }).collect();
            dealt.push(DealtWorld { scenario: scenario.clone(), places });
        }
        let prior = Prior::new(scenario);
        for (number, replications) in drawn {
            let places = replications.map(|replication| Place::World { number, replication }).collect();
            dealt.push(DealtWorld { scenario: prior.world(after.seed, number), places });
        }
        Self(dealt)
    }

    /// The worlds, made; fewer if it was `stopped`.
    pub(in super::super) fn worlds(&self, method: MethodChoice, stopped: &dyn Fn() -> bool) -> Vec<Compiled> {
        let going_on = self.0.iter().take_while(|_| !stopped());
        going_on.map(|world| compile_beside(&world.scenario, method)).collect()
    }

    /// What is to be simulated of the worlds made.
    pub(in super::super) fn tasks<'w>(&self, worlds: &'w [Compiled]) -> Vec<Task<'w>> {
        let of = |(dealt, world): (&DealtWorld, &'w Compiled)| {
            dealt.places.iter().map(move |place| Task { world, place: *place }).collect::<Vec<_>>()
        };
        self.0.iter().zip(worlds).flat_map(of).collect()
    }
}

/// How many of what are dealt.
struct Deal<'a> {
    after: &'a AfterRun,
    budget: Budget,
    are_drawn: bool,
    each_s: f64,
}

impl<'a> Deal<'a> {
    fn new(scenario: &Scenario, after: &'a AfterRun) -> Self {
        let budget = Budget::new(after.asked, after.work_with_twins);
        Self {
            after,
            budget,
            are_drawn: prior::differ(scenario),
            each_s: after.replication_s().max(f64::MIN_POSITIVE),
        }
    }

    /// Extremes that are worth screening.
    fn extremes_worth(&self, count: u64) -> u64 {
        let (all_s, fewest) = self.budget.screening(self.are_drawn, self.each_s);
        let fits = (all_s / (self.each_s * fewest as f64)) as u64;
        let cheap = if self.budget == Budget::Full && DEAR >= 1.0 { 2 } else { 0 };
        fits.max(cheap).min(count)
    }

    /// Replications of each extreme.
    fn screening(&self, count: u64) -> u64 {
        let count = self.extremes_worth(count).max(1);
        self.budget.extremes(self.are_drawn, count, self.each_s, self.after.replications).each
    }

    /// Worlds that are drawn, and replications of each.
    fn drawn(&self) -> [u64; 2] {
        if !self.are_drawn {
            return [0, 0];
        }
        let (replications, most) = (self.after.replications, self.after.most_tallies());
        if let Some(worlds) = self.after.asked {
            return [worlds, of_each_asked(worlds, self.each_s, most).min(replications)];
        }
        let spent = self.budget.extremes_work(self.are_drawn);
        let first = || Some([WORLDS[1], DRAWN[2]]).filter(|_| self.is_worth_trying());
        let [worlds, each] = self.budget.worth(spent, self.each_s, most).or_else(first).unwrap_or([0, 0]);
        [worlds, each.min(replications)]
    }

    /// True if the first worlds can be afforded.
    fn is_worth_trying(&self) -> bool {
        let few = DRAWN[2].min(self.after.replications);
        let spent = self.budget.extremes_work(self.are_drawn);
        self.each_s * (WORLDS[1] * few) as f64 <= super::size::seconds(self.budget.drawn_work(spent))
    }

    /// The part of `worlds` times `each` replications that falls to `shard`: in one piece, so that it makes few worlds.
    fn hand(&self, worlds: u64, each: u64, shard: Shard) -> Vec<(u64, std::ops::Range<u64>)> {
        let own = shard.part_of(worlds.saturating_mul(each));
        if own.is_empty() {
            return Vec::new();
        }
        let of = |world: u64| {
            let (from, to) = (world * each, (world + 1) * each);
            (world, own.start.max(from) - from..own.end.min(to) - from)
        };
        (own.start / each..own.end.div_ceil(each)).map(of).collect()
    }
}
