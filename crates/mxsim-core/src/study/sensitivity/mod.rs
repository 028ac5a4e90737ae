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

pub(super) mod allowance;
pub(super) mod deal;
mod one_at_a_time;
mod prior;
pub(super) mod size;
pub(super) mod twins;
mod unknown_hosts;

pub(super) use one_at_a_time::Extreme;
use one_at_a_time::{MOST_EXTREMES, extremes};
pub(super) use prior::{DrawnSender, Prior, world_key};
use size::{Budget, DRAWN, Screening, WORLDS, WORLDS_BYTES, of_each_asked};
pub use twins::Twins;

use crate::engine::Compiled;
use crate::engine::compile_beside;
use crate::engine::world::method::MethodChoice;
use crate::estimate;
use crate::scenario::Scenario;
use crate::study::cost::Cost;
use crate::study::shelf::Place;
use crate::tally::Tally;
use crate::tally::labels::Labels;
use std::ops::Range;

/// The least that a replication is estimated at (s of one core): its hours have to be counted, whatever happens in them.
const LEAST_S: f64 = 0.000_1;
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
    /// What one was estimated to cost.
    pub(super) cost: Cost,
    /// The work that all of them took.
    pub(super) work: u64,
    /// The same with the twins.
    pub(super) work_with_twins: u64,
}

impl AfterRun {
    /// What a replication of the run cost (s).
    fn replication_s(&self) -> f64 {
        size::seconds(self.work) / self.replications.max(1) as f64
    }

    /// What a replication of a world is expected to cost, if a few of them pay for making it (s): its estimate, as wrong as that of the run was.
    fn expected_s(&self, world: &Compiled) -> f64 {
        let cost = Cost::of(world);
        let wrong = self.replication_s() / self.cost.replication_s.max(LEAST_S);
        cost.replication_s.max(LEAST_S) * wrong + cost.build_s / DRAWN[2] as f64
    }

    /// How many tallies of other worlds fit into their memory.
    fn most_tallies(&self) -> u64 {
        (WORLDS_BYTES / self.cost.tally_bytes) as u64
    }
}

/// A replication of a world.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task<'w> {
    pub(super) world: &'w Compiled,
    pub(super) place: Place,
}

/// Replications of worlds.
pub(super) type Tasks<'w> = [Task<'w>];

/// A world drawn from the prior.
#[derive(Debug)]
pub(super) struct Drawn {
    number: u64,
    world: Compiled,
}

/// Who simulates the worlds.
pub(super) struct Simulator<'a> {
    /// Returns the tallies of tasks, in order: of as many from the first on as take no more than so much work together. `None` if it was stopped.
    pub(super) tallies: &'a dyn Fn(&Tasks<'_>, u64) -> Option<Vec<Tally>>,
    /// Whether it was stopped.
    pub(super) is_stopped: &'a dyn Fn() -> bool,
}

/// Tallies of the worlds after a run, in the order of replications.
#[derive(Debug, Default)]
pub(super) struct Alternatives {
    /// Of each assumption at an end of its range.
    pub(super) extremes: Vec<(Extreme, Vec<Tally>)>,
    /// Of each world drawn from the prior.
    pub(super) worlds: Vec<Vec<Tally>>,
}

impl Alternatives {
    /// Looks at the worlds after a run of `scenario`: every assumption at its extremes, and as many drawn worlds as are asked for, each as far as it is
    /// worth its price; `None` if it was stopped before the last. A world may cost far more than the run, if its messages must be simulated one by one
    /// and those of the run need not be, or if its mail is tried again and again; mail that nobody waits for is left out where it makes no difference.
    pub(super) fn look(
        scenario: &Scenario,
        after: &AfterRun,
        run: (&Labels, &[Tally]),
        simulator: &Simulator<'_>,
    ) -> Option<Self> {
        if after.asked == Some(0) {
            return Some(Self::default());
        }
        let silenced = scenario.without_unwanted_mail();
        let scenario = silenced.as_ref().unwrap_or(scenario);
        let budget = Budget::new(after.asked, after.work_with_twins);
        let are_drawn = prior::differ(scenario);
        let look = Look { scenario, after, budget, are_drawn, simulator };
        let extremes = look.extremes(run)?;
        let spent = all_work(extremes.iter().map(|(_, tallies)| tallies));
        let worlds = if are_drawn { look.worlds(spent)? } else { Vec::new() };
        (!(simulator.is_stopped)()).then_some(Self { extremes, worlds })
    }
}

/// The work that all of these took.
pub(super) fn work(tallies: &[Tally]) -> u64 {
    // Tallies may come from elsewhere: what they say they took must not overflow.
    tallies.iter().map(|tally| tally.work).fold(0, u64::saturating_add)
}

/// The same of several worlds.
fn all_work<'t>(tallies: impl IntoIterator<Item = &'t Vec<Tally>>) -> u64 {
    tallies.into_iter().map(|tallies| work(tallies)).fold(0, u64::saturating_add)
}

/// How other worlds are looked at.
struct Look<'a> {
    scenario: &'a Scenario,
    after: &'a AfterRun,
    budget: Budget,
    are_drawn: bool,
    simulator: &'a Simulator<'a>,
}

impl Look<'_> {
    fn make(&self, scenario: &Scenario) -> Option<Compiled> {
        (!(self.simulator.is_stopped)()).then(|| compile_beside(scenario, self.after.method))
    }

    /// Each assumption at its extremes, as far as they can be screened, and those that look like flipping the answer further.
    fn extremes(&self, (labels, run): (&Labels, &[Tally])) -> Option<Vec<(Extreme, Vec<Tally>)>> {
        let (mut worlds, mean_s) = self.worth_screening()?;
        if worlds.is_empty() {
            return Some(Vec::new());
        }
        let screening = self.screening(worlds.len(), mean_s);
        let most = self.budget.extremes_work(self.are_drawn);
        let mut tallies = vec![Vec::new(); worlds.len()];
        let all = (0..worlds.len()).collect();
        self.extend(&worlds, &mut tallies, (all, 0..screening.each), most)?;
        // What would have cost too much after all says nothing.
        tallies.retain(|tallies| tallies.len() as u64 == screening.each);
        worlds.truncate(tallies.len());
        let left = most.saturating_sub(all_work(&tallies));
        let screened = &run[..run.len().min(screening.each as usize)];
        let chosen = estimate::promising(labels, screened, &tallies, screening.going_on as usize);
        let going_on = (0..worlds.len()).filter(|i| chosen[*i]).collect();
        self.extend(&worlds, &mut tallies, (going_on, screening.each..screening.confirming), left)?;
        Some(worlds.into_iter().map(|(end, _)| end).zip(tallies).collect())
    }

    /// How far extremes are looked at that cost so much on average.
    fn screening(&self, count: usize, mean_s: f64) -> Screening {
        let run = self.after.replications.min(self.after.most_tallies() / MOST_EXTREMES as u64);
        self.budget.extremes(self.are_drawn, count as u64, mean_s, run)
    }

    /// The extremes that can be screened within the time for all, the first first, and what one costs on average (s).
    fn worth_screening(&self) -> Option<(Vec<(Extreme, Compiled)>, f64)> {
        let run_s = self.after.replication_s();
        let (all_s, screening) = self.budget.screening(self.are_drawn, run_s);
        let (mut worth, mut worth_s, mut bytes) = (Vec::new(), 0.0, 0.0);
        for end in extremes(self.scenario) {
            let with_it = bytes + Cost::table_bytes(&end.scenario);
            if with_it > WORLDS_BYTES {
                continue;
            }
            let world = self.make(&end.scenario)?;
            let each_s = self.after.expected_s(&world);
            let fits = (worth_s + each_s) * screening as f64 <= all_s;
            let is_cheap = worth.len() < 2 && each_s <= DEAR * run_s && self.budget == Budget::Full;
            if fits || is_cheap {
                (worth_s, bytes) = (worth_s + each_s, with_it);
                worth.push((end, world));
            }
        }
        let count = worth.len().max(1) as f64;
        Some((worth, worth_s / count))
    }

    /// Adds these replications of these extremes, as far as they take no more work than `most`.
    fn extend(
        &self,
        worlds: &[(Extreme, Compiled)],
        tallies: &mut [Vec<Tally>],
        (extremes, replications): (Vec<usize>, Range<u64>),
        most: u64,
    ) -> Option<()> {
        let of = |i: usize| replications.clone().map(move |r| (i, r));
        let places: Vec<(usize, u64)> = extremes.into_iter().flat_map(of).collect();
        let task = |&(i, replication): &(usize, u64)| {
            let (extreme, world) = &worlds[i];
            Task { world, place: Place::Extreme { number: extreme.number, replication } }
        };
        let tasks: Vec<Task<'_>> = places.iter().map(task).collect();
        let done = (self.simulator.tallies)(&tasks, most)?;
        places.into_iter().zip(done).for_each(|((i, _), tally)| tallies[i].push(tally));
        Some(())
    }

    /// Worlds drawn from the prior: as many as are asked for, else as many as are worth their price after `spent` went to the extremes.
    fn worlds(&self, spent: u64) -> Option<Vec<Vec<Tally>>> {
        match self.after.asked {
            Some(worlds) => {
                let worlds = self.draw(0..worlds)?;
                let each =
                    of_each_asked(worlds.len() as u64, self.mean_s(&worlds), self.after.most_tallies());
                self.simulate(&worlds, 0..each.min(self.after.replications), u64::MAX)
            }
            None => self.worlds_worth_their_price(spent),
        }
    }

    /// As many worlds as are worth their price. All are kept or none: those that cost most are no chance sample.
    fn worlds_worth_their_price(&self, spent: u64) -> Option<Vec<Vec<Tally>>> {
        let most = self.budget.drawn_work(spent);
        let (mut worlds, mut tallies) = self.first_worlds(most)?;
        if tallies.is_empty() {
            return Some(tallies);
        }
        let (first, few) = (tallies.len(), tallies[0].len());
        let taken = all_work(&tallies);
        let each_s = size::seconds(taken) / (first * few) as f64;
        let Some([count, each]) = self.budget.worth(spent, each_s, self.after.most_tallies()) else {
            return Some(tallies);
        };
        let (few, each) = (few as u64, each.min(self.after.replications));
        worlds.extend(self.draw(first as u64..count)?);
        let further = self.simulate(&worlds[first..], 0..each, most.saturating_sub(taken))?;
        let left = most.saturating_sub(taken).saturating_sub(all_work(&further));
        let longer = self.simulate(&worlds[..first], few..each, left)?;
        if first + further.len() == worlds.len() && longer.len() == first {
            tallies.iter_mut().zip(longer).for_each(|(tallies, more)| tallies.extend(more));
            tallies.extend(further);
        }
        Some(tallies)
    }

    /// The fewest worlds that say something, and their tallies; without any if all of them would take more work than `most`, which the first day of each
    /// shows.
    fn first_worlds(&self, most: u64) -> Option<(Vec<Drawn>, Vec<Vec<Tally>>)> {
        let (first, few) = (WORLDS[1], DRAWN[2].min(self.after.replications));
        if first as f64 * Cost::table_bytes(self.scenario) > WORLDS_BYTES {
            return Some((Vec::new(), Vec::new()));
        }
        let worlds = self.draw(0..first)?;
        if self.mean_s(&worlds) * (first * few) as f64 > size::seconds(most) {
            return Some((worlds, Vec::new()));
        }
        let mut tallies = self.simulate(&worlds, 0..1, most)?;
        let a_day = all_work(&tallies);
        if few > 1 && a_day.saturating_mul(few) <= most {
            let left = self.simulate(&worlds, 1..few, most - a_day)?;
            tallies.truncate(left.len());
            tallies.iter_mut().zip(left).for_each(|(tallies, more)| tallies.extend(more));
        } else if few > 1 {
            tallies.clear();
        }
        Some((worlds, tallies))
    }

    fn draw(&self, numbers: Range<u64>) -> Option<Vec<Drawn>> {
        let prior = Prior::new(self.scenario);
        let one = |number| Some(Drawn { number, world: self.make(&prior.world(self.after.seed, number))? });
        numbers.map(one).collect()
    }

    fn mean_s(&self, worlds: &[Drawn]) -> f64 {
        let sum: f64 = worlds.iter().map(|drawn| self.after.expected_s(&drawn.world)).sum();
        sum / worlds.len().max(1) as f64
    }

    /// These replications of each of `worlds`, or nothing if they take more work than `most`.
    fn simulate(&self, worlds: &[Drawn], replications: Range<u64>, most: u64) -> Option<Vec<Vec<Tally>>> {
        let of = |drawn: &'_ Drawn| {
            let number = drawn.number;
            replications.clone().map(move |replication| Place::World { number, replication })
        };
        let of = |drawn| of(drawn).map(move |place| Task { world: &drawn.world, place });
        let tasks: Vec<Task<'_>> = worlds.iter().flat_map(of).collect();
        let mut tallies = (self.simulator.tallies)(&tasks, most)?.into_iter();
        if tallies.len() < tasks.len() {
            return Some(Vec::new());
        }
        let each = replications.count();
        Some(worlds.iter().map(|_| tallies.by_ref().take(each).collect()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::allowance::Allowance;
    use super::*;
    use crate::engine::{compile_for, replicate_watched};
    use std::cell::RefCell;

    /// Replications of the run in these tests.
    const RUN: u64 = 160;

    /// The worlds after a run of two hosts, and the work that they took, given up work included, as a multiple of the run's.
    fn beside(rest: &str) -> (Alternatives, f64) {
        let text = "[zone]\ntext = \"\"\"\nexample.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n\
                    a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\n\"\"\"\n";
        let scenario = Scenario::from_toml(&format!("{text}{rest}")).expect("a scenario");
        let (world, seed) = (compile_for(&scenario, MethodChoice::default()), scenario.run.seed);
        let run: Vec<Tally> =
            (0..RUN).map(|r| replicate_watched(&world, seed, r, &|_| false).expect("a day")).collect();
        let work = work(&run);
        let (method, cost) = (MethodChoice::default(), Cost::of(&world));
        let after =
            AfterRun { seed, method, asked: None, replications: RUN, cost, work, work_with_twins: work };
        let spent = RefCell::new(0);
        let tallies = |tasks: &Tasks<'_>, most: u64| {
            let one =
                |task: &Task<'_>| replicate_watched(task.world, seed, task.place.replication(), &|_| false);
            let mut done = tasks.iter().map(one).collect::<Option<Vec<Tally>>>()?;
            let fitting = Allowance::new(most, 0).fitting(done.iter().map(|tally| tally.work));
            done.truncate(fitting);
            *spent.borrow_mut() += super::work(&done);
            Some(done)
        };
        let simulator = Simulator { tallies: &tallies, is_stopped: &|| false };
        let all = Alternatives::look(&scenario, &after, (&world.labels, &run), &simulator);
        (all.expect("nobody stops it"), *spent.borrow() as f64 / work as f64)
    }

    const ORDER: &str = "[[senders]]\npreset = \"randomizing\"\nresolver = \"dnsmasq\"\nsites = 20\n";

    /// Some plausible worlds have to be simulated message by message though the run needs not, and that is what counts.
    #[test]
    fn worlds_that_cost_more_than_the_run_are_weighed_by_what_they_cost() {
        let [(small, small_part), (large, large_part)] =
            ["50", "3e4"].map(|volume| beside(&format!("{ORDER}[traffic]\nmessages_per_day = {volume}\n")));
        assert!(small.worlds.len() as u64 >= WORLDS[1], "{} worlds", small.worlds.len());
        assert!(small.extremes.iter().any(|(end, _)| end.unknown == "order"));
        assert!(large.worlds.is_empty() && large.extremes.iter().all(|(end, _)| end.unknown != "order"));
        assert!(small_part <= 1.0 && large_part <= 1.0, "{small_part} {large_part}");
    }

    /// A sender behind two hosts of which one refuses all it gets for half a day: its mail is tried again and again, more in some worlds than in others.
    #[test]
    fn worlds_in_which_mail_is_tried_again_cost_no_more_than_the_run() {
        let rest = "[traffic]\nmessages_per_day = 300\n[[senders]]\nname = \"provider\"\npreset = \"cache-sticky\"\nshare = 0.6\n\
                    [[senders]]\nname = \"sites\"\npreset = \"postfix\"\nshare = \"rest\"\nsites = 5\n\
                    [[events]]\nat = \"06:00\"\nfor = \"12h\"\nnode = \"*\"\nfault = \"refuse\"\n";
        let (all, part) = beside(rest);
        assert!(part > 0.1 && part <= 1.0, "{part}");
        assert!(all.worlds.iter().all(|tallies| tallies.len() == all.worlds[0].len()));
        assert!(all.worlds.is_empty() || all.worlds.len() as u64 >= WORLDS[1]);
    }
}
