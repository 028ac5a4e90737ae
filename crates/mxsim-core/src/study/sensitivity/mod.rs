//! Other worlds that are as plausible as the one the scenario writes.
//!
//! What a scenario says of senders is often only assumed: which mix they come in, and how a large provider behaves. Two questions follow,
//! and each is answered by simulating other worlds after the run, with the same luck (common random numbers):
//!
//! - *In which part of the plausible worlds does the answer hold?* Worlds are drawn from the prior (`prior.rs`).
//! - *Which single assumption flips it?* Each is put to the extremes of its range, one at a time (`one_at_a_time.rs`); those that look like flipping it
//!   get more replications.
//!
//! How many replications each gets stands in `size.rs`. Others are about the zone and the nodes (`twins.rs`): what if a host whose address is not known
//! has none, if no node failed, if some were down all the time, or if nodes served any number of sessions?
//!
//! Everything depends on the scenario, the seed and the number of replications alone.

mod one_at_a_time;
mod prior;
pub(super) mod size;
pub(super) mod twins;
mod unknown_hosts;

pub(super) use one_at_a_time::Extreme;
use one_at_a_time::{MOST_EXTREMES, extremes};
pub(super) use prior::{DrawnSender, Prior, world_key};
use size::{Budget, DRAWN, Screening, WORLDS, WORLDS_BYTES};
pub use twins::Twins;

use crate::engine::Compiled;
use crate::engine::compile_beside;
use crate::engine::world::method::MethodChoice;
use crate::estimate;
use crate::scenario::Scenario;
use crate::study::cost::Cost;
use crate::tally::Tally;
use crate::tally::labels::Labels;

/// Seconds of a replication in which no message is simulated by itself. *Assumption*: low end of what is measured.
const LEAST_S: f64 = 0.000_25;
/// Two extremes are looked at whatever they cost where worlds are asked for, unless each costs so many times as much as the run itself.
const DEAR: f64 = 2.0;

/// True if anything about the senders is not known, whether or not it is looked at.
pub(super) fn is_unknown(scenario: &Scenario) -> bool {
    prior::differ(scenario) || !extremes(scenario).is_empty()
}

/// What other worlds are looked at after.
#[derive(Debug, Clone, Copy)]
pub(super) struct AfterRun {
    pub(super) seed: u64,
    pub(super) method: MethodChoice,
    /// Drawn worlds that are asked for.
    pub(super) asked: Option<u64>,
    /// Replications of the run.
    pub(super) replications: u64,
    pub(super) cost: Cost,
}

/// The worlds after a run, compiled.
#[derive(Debug, Default)]
pub(super) struct Alternatives {
    /// One assumption each at an end of its range.
    pub(super) extremes: Vec<(Extreme, Compiled)>,
    /// Drawn from the prior.
    worlds: Vec<Compiled>,
    screening: Screening,
    /// Replications of each drawn world.
    drawn: u64,
    /// One replication of each extreme (s).
    extremes_s: f64,
    /// Memory of the extremes' tables (bytes).
    table_bytes: f64,
}

/// Returns the tallies of these replications of worlds, in order, or why there are none.
pub(super) type Simulate<'a, E> = dyn Fn(&[(&Compiled, u64)]) -> Result<Vec<Tally>, E> + 'a;

/// Tallies of the worlds after a run, in the order of replications.
#[derive(Debug, Default)]
pub(super) struct AlternativeTallies {
    /// Of each extreme.
    pub(super) extremes: Vec<Vec<Tally>>,
    /// Of each drawn world.
    pub(super) worlds: Vec<Vec<Tally>>,
}

/// What a replication costs, if a few of them pay for making the world.
fn seconds(world: &Compiled) -> f64 {
    let cost = Cost::of(world);
    cost.replication_s.max(LEAST_S) + cost.build_s / DRAWN[2] as f64
}

impl Alternatives {
    /// The worlds after a run of `scenario`: every assumption at its extremes, and as many drawn worlds as are asked for, each as far as it is worth its
    /// price; `None` if it was `stopped` before all were made. A world may cost far more than the run, if its messages must be simulated one by
    /// one and those of the run need not be; mail that nobody waits for is left out where it makes no difference.
    pub(super) fn new(scenario: &Scenario, run: &AfterRun, stopped: &dyn Fn() -> bool) -> Option<Self> {
        let silenced = scenario.without_unwanted_mail();
        let scenario = silenced.as_ref().unwrap_or(scenario);
        let mut all = Self::default();
        if run.asked == Some(0) {
            return Some(all);
        }
        let make = |scenario: &Scenario| (!stopped()).then(|| compile_beside(scenario, run.method));
        let run_s = run.cost.replication_s.max(LEAST_S);
        let most_tallies = (WORLDS_BYTES / run.cost.tally_bytes) as u64;
        let budget = Budget::new(run.asked, run.replications, run_s);
        let are_drawn = prior::differ(scenario);
        all.add_extremes(extremes(scenario), make, budget.screening(are_drawn, run_s), (budget, run_s))?;
        let count = all.extremes.len() as u64;
        if count > 0 {
            let mean_s = all.extremes_s / count as f64;
            all.screening = budget.extremes(
                are_drawn,
                count,
                mean_s,
                run.replications.min(most_tallies / MOST_EXTREMES as u64),
            );
        }
        if are_drawn {
            let prior = Prior::new(scenario);
            let drawn = |number| make(&prior.world(run.seed, number));
            all.draw_worlds(drawn, run, budget, Cost::table_bytes(scenario))?;
        }
        (!stopped()).then_some(all)
    }

    /// Those that can be screened within the time for all, the first first.
    fn add_extremes(
        &mut self,
        extremes: Vec<Extreme>,
        make: impl Fn(&Scenario) -> Option<Compiled>,
        (all_s, screening): (f64, u64),
        (budget, run_s): (Budget, f64),
    ) -> Option<()> {
        for end in extremes {
            let table_bytes = self.table_bytes + Cost::table_bytes(&end.scenario);
            if table_bytes > WORLDS_BYTES {
                continue;
            }
            let world = make(&end.scenario)?;
            let each_s = seconds(&world);
            let fits = (self.extremes_s + each_s) * screening as f64 <= all_s;
            let is_cheap = self.extremes.len() < 2 && each_s <= DEAR * run_s && budget == Budget::Full;
            if fits || is_cheap {
                (self.extremes_s, self.table_bytes) = (self.extremes_s + each_s, table_bytes);
                self.extremes.push((end, world));
            }
        }
        Some(())
    }

    /// As many worlds as are asked for, else as many as are worth their price: the first few say what one costs.
    fn draw_worlds(
        &mut self,
        drawn: impl Fn(u64) -> Option<Compiled>,
        run: &AfterRun,
        budget: Budget,
        table_bytes: f64,
    ) -> Option<()> {
        let first = run.asked.unwrap_or(WORLDS[1]);
        if run.asked.is_none() && first as f64 * table_bytes > WORLDS_BYTES {
            return Some(());
        }
        self.worlds = (0..first).map(&drawn).collect::<Option<_>>()?;
        let mean_s = self.worlds.iter().map(seconds).sum::<f64>() / first.max(1) as f64;
        let spent_s = if self.extremes.is_empty() {
            0.0
        } else {
            let count = self.extremes.len() as u64;
            self.screening.all(count) as f64 * self.extremes_s / count as f64
        };
        let most_tallies = (WORLDS_BYTES / run.cost.tally_bytes) as u64;
        let [worlds, each] = budget.drawn(run.asked, spent_s, mean_s, most_tallies);
        self.worlds.extend((first..worlds).map(&drawn).collect::<Option<Vec<_>>>()?);
        self.worlds.truncate(worlds as usize);
        self.drawn = each.min(run.replications);
        Some(())
    }

    /// Looks at all of them beside the `run` with these labels: and keeps their tallies.
    pub(super) fn look<E>(
        &self,
        labels: &Labels,
        run: &[Tally],
        simulate: &Simulate<'_, E>,
    ) -> Result<AlternativeTallies, E> {
        let mut extremes = vec![Vec::new(); self.extremes.len()];
        let screened = 0..self.screening.each;
        let all = 0..extremes.len();
        self.extend(&mut extremes, all.collect(), screened, simulate)?;
        let going_on = estimate::promising(
            labels,
            &run[..run.len().min(self.screening.each as usize)],
            &extremes,
            self.screening.going_on as usize,
        );
        let going_on = going_on.iter().enumerate().filter(|(_, goes_on)| **goes_on).map(|(i, _)| i).collect();
        let further = self.screening.each..self.screening.confirming;
        self.extend(&mut extremes, going_on, further, simulate)?;
        let tasks: Vec<(&Compiled, u64)> =
            self.worlds.iter().flat_map(|world| (0..self.drawn).map(move |r| (world, r))).collect();
        let tallies = simulate(&tasks)?;
        let worlds = tallies.chunks(self.drawn.max(1) as usize).map(<[Tally]>::to_vec).collect();
        Ok(AlternativeTallies { extremes, worlds })
    }

    /// Adds these replications of these extremes.
    fn extend<E>(
        &self,
        tallies: &mut [Vec<Tally>],
        extremes: Vec<usize>,
        replications: std::ops::Range<u64>,
        simulate: &Simulate<'_, E>,
    ) -> Result<(), E> {
        let of = |i: usize| replications.clone().map(move |r| (i, r));
        let places: Vec<(usize, u64)> = extremes.into_iter().flat_map(of).collect();
        let tasks: Vec<(&Compiled, u64)> = places.iter().map(|&(i, r)| (&self.extremes[i].1, r)).collect();
        let done = simulate(&tasks)?;
        places.into_iter().zip(done).for_each(|((i, _), tally)| tallies[i].push(tally));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::compile_for;

    fn after(messages_per_day: &str) -> (Alternatives, f64) {
        let text = "[zone]\ntext = \"\"\"\nexample.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n\
                    a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\n\"\"\"\n\
                    [[senders]]\npreset = \"randomizing\"\nresolver = \"dnsmasq\"\nsites = 100\n[traffic]\nmessages_per_day = ";
        let scenario = Scenario::from_toml(&format!("{text}{messages_per_day}\n")).expect("a scenario");
        let cost = Cost::of(&compile_for(&scenario, MethodChoice::default()));
        assert_eq!(cost.messages, 0.0, "the run itself is drawn as counts");
        let run = AfterRun { seed: 1, method: MethodChoice::default(), asked: None, replications: 160, cost };
        let all = Alternatives::new(&scenario, &run, &|| false).expect("nobody stops it");
        let worlds_s: f64 = all.worlds.iter().map(seconds).sum();
        let each_s = all.extremes_s / all.extremes.len().max(1) as f64;
        let extremes_s = all.screening.all(all.extremes.len() as u64) as f64 * each_s;
        let total_s = worlds_s * all.drawn as f64 + extremes_s;
        (all, total_s)
    }

    /// Some plausible worlds have to be simulated message by message though the run needs not, and that is what counts.
    #[test]
    fn worlds_that_cost_more_than_the_run_are_weighed_by_what_they_cost() {
        let [(small, small_s), (large, large_s)] = ["1e4", "1e9"].map(after);
        assert!(small.worlds.len() as u64 >= WORLDS[1], "{} worlds", small.worlds.len());
        assert!(small.extremes.iter().any(|(end, _)| end.unknown == "order"));
        assert!(large.worlds.is_empty() && large.extremes.iter().all(|(end, _)| end.unknown != "order"));
        assert!(small_s < 0.6 && large_s < 0.6, "{small_s} {large_s}");
    }
}
