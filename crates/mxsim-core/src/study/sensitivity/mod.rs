//! Other worlds that are as plausible as the one the scenario writes.
//!
//! What a scenario says of senders is often only assumed: which mix they come in, and how a large provider behaves. Two questions follow,
//! and each is answered by simulating other worlds beside the run, with the same luck (common random numbers):
//!
//! - *In which part of the plausible worlds does the answer hold?* Worlds are drawn from the prior (`worlds.rs`).
//! - *Which single assumption flips it?* Each is put to the ends of its range, one at a time (`ends.rs`); those that look like flipping it
//!   get more replications.
//!
//! Everything depends on the scenario, the seed and the number of replications alone, so a shorter run is a prefix here too.

mod ends;
pub(super) mod size;
mod worlds;

pub(super) use ends::End;
use ends::{MOST_ENDS, ends};

use size::{CONFIRMED, CONFIRMING, SCREENING, Size};
pub use worlds::draw;

use crate::engine::compile_for;
use crate::engine::world::World;
use crate::engine::world::method::Engine;
use crate::estimate;
use crate::scenario::Scenario;
use crate::study::cost::Cost;
use crate::tally::Tally;

/// Worlds drawn from the prior, if nobody says how many.
pub(super) const DEFAULT_WORLDS: u64 = 64;
/// Most and fewest replications of a plausible world.
const REPLICATIONS: [u64; 2] = [48, 16];
/// Fewer worlds than this say nothing about a part of them.
const FEWEST_WORLDS: u64 = 16;
/// What the worlds may cost, if nobody says how many (s of one core, as [`Cost`] estimates them). *Assumption*: nobody waits longer unasked.
const WORLDS_S: f64 = 12.0;
/// Seconds of a replication in which no message is simulated by itself. *Assumption*: low end of what is measured.
const LEAST_S: f64 = 0.000_5;
/// What screening the ends may cost before some are left out (s of one core), beside a run that costs little and beside any. *Assumption*, as
/// above.
const SCREENING_S: [f64; 2] = [60.0, 600.0];
/// Two ends are looked at whatever they cost, unless each costs so many times as much as the run itself.
const DEAR: f64 = 2.0;
/// Memory of the worlds' tallies (bytes), if nobody says how many: 512 MiB.
const WORLDS_BYTES: f64 = 536_870_912.0;

/// The worlds beside a run, compiled.
#[derive(Debug, Default)]
pub struct Beside {
    /// One assumption each at an end of its range.
    pub(super) ends: Vec<(End, World)>,
    /// Drawn from the prior.
    pub(super) worlds: Vec<World>,
    pub(super) size: Size,
}

/// Tallies of the worlds beside a run, in the order of replications.
#[derive(Debug, Default)]
pub struct BesideTallies {
    /// Of each end.
    pub ends: Vec<Vec<Tally>>,
    /// Of each drawn world.
    pub worlds: Vec<Vec<Tally>>,
    /// Which ends go on after the screening; known once it is done.
    pub(super) promising: Option<Vec<bool>>,
}

fn seconds(world: &World) -> f64 {
    Cost::of(world).replication_s.max(LEAST_S)
}

impl Beside {
    /// The worlds beside a run of `scenario` with this seed: every assumption at its ends, and as many drawn worlds as are asked for, else as
    /// many as cost little. `cost` is that of the run itself. A world may cost far more, if its messages must be simulated one by one and
    /// those of the run need not be.
    pub(super) fn new(
        scenario: &Scenario,
        (seed, engine): (u64, Engine),
        asked: Option<u64>,
        cost: &Cost,
    ) -> Self {
        let mut beside = Self::default();
        beside.look_at_ends(scenario, engine, cost.replication_s.max(LEAST_S));
        if worlds::differ(scenario) {
            let drawn = |number| compile_for(&worlds::draw(scenario, seed, number), engine);
            beside.draw_worlds(drawn, asked, cost.tally_bytes);
        }
        beside
    }

    /// Those that fit into the time for all, the first first.
    fn look_at_ends(&mut self, scenario: &Scenario, engine: Engine, run_s: f64) {
        let [least, most] = SCREENING_S;
        let all_s = (MOST_ENDS as f64 * SCREENING as f64 * run_s).clamp(least, most);
        for end in ends(scenario) {
            let world = compile_for(&end.scenario, engine);
            let each_s = seconds(&world);
            let fits = (self.size.ends_s + each_s) * SCREENING as f64 <= all_s;
            if fits || (self.ends.len() < 2 && each_s <= DEAR * run_s) {
                self.ends.push((end, world));
                self.size.ends += 1;
                self.size.ends_s += each_s;
            }
        }
    }

    /// As many worlds as are asked for, else as many as cost little: the first few say what one costs.
    fn draw_worlds(&mut self, drawn: impl Fn(u64) -> World, asked: Option<u64>, tally_bytes: f64) {
        let first = asked.unwrap_or(FEWEST_WORLDS);
        self.worlds.extend((0..first).map(&drawn));
        let mean_s = |worlds: &[World]| worlds.iter().map(seconds).sum::<f64>() / worlds.len().max(1) as f64;
        let fits = (WORLDS_S / mean_s(&self.worlds)).min(WORLDS_BYTES / tally_bytes) as u64;
        if asked.is_none() {
            let most = (fits / REPLICATIONS[1]).min(DEFAULT_WORLDS);
            self.worlds.extend((first..most).map(&drawn));
            self.worlds.truncate(if most < FEWEST_WORLDS { 0 } else { most as usize });
        }
        let worlds = self.worlds.len() as u64;
        self.size.worlds = worlds;
        self.size.worlds_s = self.worlds.iter().map(seconds).sum();
        self.size.replications = (fits / worlds.max(1)).clamp(REPLICATIONS[1], REPLICATIONS[0]);
    }

    /// No tally yet.
    pub(super) fn tallies(&self) -> BesideTallies {
        BesideTallies {
            ends: vec![Vec::new(); self.ends.len()],
            worlds: vec![Vec::new(); self.worlds.len()],
            promising: None,
        }
    }

    /// The worlds that take part in replication `r`: the ends' first, each with its place in [`BesideTallies`].
    pub(super) fn taking_part<'a>(
        &'a self,
        r: u64,
        promising: Option<&'a [bool]>,
    ) -> impl Iterator<Item = (Place, &'a World)> {
        let goes_on = move |i: usize| {
            r < SCREENING || (r < CONFIRMING && promising.is_some_and(|promising| promising[i]))
        };
        let ends = self.ends.iter().enumerate().filter(move |(i, _)| goes_on(*i));
        let worlds = self.worlds.iter().enumerate().filter(move |_| r < self.size.replications);
        ends.map(|(i, (_, world))| (Place::End(i), world))
            .chain(worlds.map(|(i, world)| (Place::World(i), world)))
    }
}

/// Where a tally of another world belongs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    End(usize),
    World(usize),
}

impl BesideTallies {
    /// Keeps the tally of a replication.
    pub(super) fn keep(&mut self, place: Place, tally: Tally) {
        match place {
            Place::End(i) => self.ends[i].push(tally),
            Place::World(i) => self.worlds[i].push(tally),
        }
    }

    /// After the screening: the ends that look most like flipping the answer go on.
    pub(super) fn screen(&mut self, world: &World, run: &[Tally]) {
        if self.promising.is_none() && run.len() as u64 >= SCREENING && !self.ends.is_empty() {
            let run = &run[..SCREENING as usize];
            self.promising = Some(estimate::promising(&world.labels, run, &self.ends, CONFIRMED as usize));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beside(messages_per_day: &str) -> Beside {
        let text = "[zone]\ntext = \"\"\"\nexample.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n\
                    a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\n\"\"\"\n\
                    [[senders]]\npreset = \"randomizing\"\nresolver = \"dnsmasq\"\nsites = 100\n[traffic]\nmessages_per_day = ";
        let scenario = Scenario::from_toml(&format!("{text}{messages_per_day}\n")).expect("a scenario");
        let cost = Cost::of(&compile_for(&scenario, Engine::default()));
        assert_eq!(cost.messages, 0.0, "the run itself is drawn as counts");
        Beside::new(&scenario, (1, Engine::default()), None, &cost)
    }

    /// Some plausible worlds have to be simulated message by message though the run needs not, and that is what counts.
    #[test]
    fn worlds_that_cost_more_than_the_run_are_weighed_by_what_they_cost() {
        let [small, large] = ["1e4", "1e9"].map(beside);
        assert_eq!(small.worlds.len() as u64, DEFAULT_WORLDS);
        assert!(small.ends.iter().any(|(end, _)| end.unknown == "order"));
        assert!(large.worlds.is_empty() && large.ends.iter().all(|(end, _)| end.unknown != "order"));
        assert!(large.size.seconds(CONFIRMING) < 60.0, "{:?}", large.size);
    }
}
