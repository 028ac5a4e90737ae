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
mod worlds;

pub(super) use ends::{End, ends};
pub use worlds::draw;

use super::compile::compile_for;
use super::cost::Cost;
use super::law::Engine;
use super::tally::Tally;
use super::world::World;
use crate::estimate;
use crate::scenario::Scenario;

/// Worlds drawn from the prior, if nobody says how many.
pub(super) const DEFAULT_WORLDS: u64 = 64;
/// Replications of each end, before the promising ones go on.
pub(super) const SCREENING: u64 = 32;
/// Replications of a promising end: as many as the first look at the goals takes.
pub(super) const CONFIRMING: u64 = 160;
/// Ends that go on.
pub(super) const CONFIRMED: u64 = 3;
/// Most and fewest replications of a plausible world.
const REPLICATIONS: [u64; 2] = [48, 16];
/// Fewer worlds than this say nothing about a part of them.
const FEWEST_WORLDS: u64 = 16;
/// What the worlds may cost, if nobody says how many (s of one core, as [`Cost`] estimates them). *Assumption*: nobody waits longer unasked.
const WORLDS_S: f64 = 12.0;
/// Seconds of a replication in which no message is simulated by itself. *Assumption*: low end of what is measured.
const LEAST_S: f64 = 0.000_5;
/// What screening the ends may cost before some are left out (s of one core). *Assumption*, as above; two ends are always looked at.
const SCREENING_S: f64 = 600.0;
/// Memory of the worlds' tallies (bytes), if nobody says how many: 512 MiB.
const WORLDS_BYTES: f64 = 536_870_912.0;

/// The worlds beside a run, compiled.
#[derive(Debug, Default)]
pub struct Beside {
    /// One assumption each at an end of its range.
    pub(super) ends: Vec<(End, World)>,
    /// Drawn from the prior.
    pub(super) worlds: Vec<World>,
    /// Replications of each drawn world.
    pub(super) replications: u64,
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

/// How many worlds beside the run, and how many replications of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Size {
    pub(super) ends: u64,
    pub(super) worlds: u64,
    pub(super) replications: u64,
}

impl Size {
    /// As many worlds as are asked for, else as many as cost little; none where nothing is unknown.
    pub(super) fn of(scenario: &Scenario, ends: usize, asked: Option<u64>, cost: &Cost) -> Self {
        let each_s = cost.replication_s.max(LEAST_S);
        let ends = (ends as u64).min(((SCREENING_S / each_s) as u64 / SCREENING).max(2));
        if !worlds::differ(scenario) {
            return Self { ends, ..Self::default() };
        }
        let fits = (WORLDS_S / each_s).min(WORLDS_BYTES / cost.tally_bytes) as u64;
        let worlds = asked.unwrap_or_else(|| {
            let most = (fits / REPLICATIONS[1]).min(DEFAULT_WORLDS);
            if most < FEWEST_WORLDS { 0 } else { most }
        });
        let replications = (fits / worlds.max(1)).clamp(REPLICATIONS[1], REPLICATIONS[0]);
        Self { ends, worlds, replications }
    }

    /// Replications of other worlds beside `replications` of the run itself.
    pub(super) fn replications(self, replications: u64) -> u64 {
        let confirming = replications.min(CONFIRMING).saturating_sub(SCREENING);
        self.ends * replications.min(SCREENING)
            + self.ends.min(CONFIRMED) * confirming
            + self.worlds * replications.min(self.replications)
    }
}

impl Beside {
    /// The worlds beside a run of `scenario` with this seed.
    pub(super) fn new(scenario: &Scenario, ends: Vec<End>, size: Size, seed: u64, engine: Engine) -> Self {
        let compiled = |end: End| {
            let world = compile_for(&end.scenario, engine);
            (end, world)
        };
        Self {
            ends: ends.into_iter().take(size.ends as usize).map(compiled).collect(),
            worlds: (0..size.worlds)
                .map(|number| compile_for(&worlds::draw(scenario, seed, number), engine))
                .collect(),
            replications: size.replications,
        }
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
        let worlds = self.worlds.iter().enumerate().filter(move |_| r < self.replications);
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
            self.promising = Some(estimate::promising(&world.frame, run, &self.ends, CONFIRMED as usize));
        }
    }
}
