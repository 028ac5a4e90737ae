//! Other worlds that are as plausible as the one the scenario writes.
//!
//! What a scenario says of senders is often only assumed: which mix they come in, and how a large provider behaves. Two questions follow,
//! and each is answered by simulating other worlds beside the run, with the same luck (common random numbers):
//!
//! - *In which part of the plausible worlds does the answer hold?* Worlds are drawn from the prior (`prior.rs`).
//! - *Which single assumption flips it?* Each is put to the extremes of its range, one at a time (`one_at_a_time.rs`); those that look like flipping it
//!   get more replications.
//!
//! Others are about the zone and the nodes (`twins.rs`): what if a host whose address is not known has none, if no node failed, if some were down
//! all the time, or if nodes served any number of sessions?
//!
//! Everything depends on the scenario, the seed and the number of replications alone, so a shorter run is a prefix here too.

mod one_at_a_time;
mod prior;
pub(super) mod size;
mod twins;
mod unknown_hosts;

pub(super) use one_at_a_time::Extreme;
use one_at_a_time::{MOST_EXTREMES, extremes};
pub(super) use twins::Twin;

pub(super) use prior::{DrawnSender, Prior, world_key};
use size::{CONFIRMED, CONFIRMING, SCREENING, SIZING, Size};

use crate::engine::Compiled;
use crate::engine::compile_beside;
use crate::engine::world::method::MethodChoice;
use crate::estimate;
use crate::scenario::Scenario;
use crate::study::cost::{Cost, MOST_MEMORY};
use crate::tally::Tally;
use crate::tally::labels::Labels;

/// Worlds drawn from the prior, if nobody says how many.
pub(super) const DEFAULT_WORLDS: u64 = 64;
/// Most and fewest replications of a plausible world.
const REPLICATIONS: [u64; 2] = [48, 16];
/// Fewer worlds than this say nothing about a part of them.
const FEWEST_WORLDS: u64 = 16;
/// What the worlds may cost, if nobody says how many (s of one core, as [`Cost`] estimates them). *Assumption*: nobody waits longer unasked.
const WORLDS_S: f64 = 6.0;
/// Seconds of a replication in which no message is simulated by itself. *Assumption*: low end of what is measured.
const LEAST_S: f64 = 0.000_25;
/// What screening the extremes may cost before some are left out (s of one core), beside a run that costs little and beside any. *Assumption*, as
/// above.
const SCREENING_S: [f64; 2] = [30.0, 300.0];
/// Two extremes are looked at whatever they cost, unless each costs so many times as much as the run itself.
const DEAR: f64 = 2.0;
/// Memory of the worlds' tallies (bytes), if nobody says how many: 512 MiB.
const WORLDS_BYTES: f64 = 536_870_912.0;

/// The worlds beside a run, compiled.
#[derive(Debug, Default)]
pub struct Alternatives {
    /// One assumption each at an end of its range.
    pub(super) extremes: Vec<(Extreme, Compiled)>,
    /// Drawn from the prior.
    pub(super) worlds: Vec<Compiled>,
    /// The zone or the nodes are otherwise.
    pub(super) twins: Vec<(Twin, Compiled)>,
    pub(super) size: Size,
    /// True if anything about the senders is not known, whether or not it is looked at.
    pub(super) is_unknown: bool,
}

/// Tallies of the worlds beside a run, in the order of replications.
#[derive(Debug, Default)]
pub struct AlternativeTallies {
    /// Of each end.
    pub extremes: Vec<Vec<Tally>>,
    /// Of each drawn world.
    pub worlds: Vec<Vec<Tally>>,
    /// Of the world in which hosts whose address is not known have none.
    pub without: Vec<Tally>,
    /// Of the world in which no node fails.
    pub undisturbed: Vec<Tally>,
    /// Of the world in which nodes serve any number of sessions: of the first replications in which a node is full.
    pub unlimited: Vec<Tally>,
    /// Which extremes go on after the screening; known once it is done.
    pub(super) promising: Option<Vec<bool>>,
}

fn seconds(world: &Compiled) -> f64 {
    Cost::of(world).replication_s.max(LEAST_S)
}

impl Alternatives {
    /// The worlds beside a run of `scenario` with this seed: every assumption at its extremes, and as many drawn worlds as are asked for, else as
    /// many as cost little; `None` if it was `stopped` before all were made. `cost` is that of the run itself. A world may cost far more, if
    /// its messages must be simulated one by one and those of the run need not be; mail that nobody waits for is left out where it makes no difference.
    pub(super) fn new(
        scenario: &Scenario,
        (seed, method): (u64, MethodChoice),
        asked: Option<u64>,
        cost: &Cost,
        stopped: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let silenced = scenario.without_unwanted_mail();
        let scenario = silenced.as_ref().unwrap_or(scenario);
        let mut beside = Self::default();
        let make = |scenario: &Scenario| (!stopped()).then(|| compile_beside(scenario, method));
        beside.add_twins(scenario, make)?;
        let (extremes, differ) = (extremes(scenario), prior::differ(scenario));
        beside.is_unknown = differ || !extremes.is_empty();
        if asked == Some(0) {
            return Some(beside);
        }
        beside.add_extremes(extremes, make, cost.replication_s.max(LEAST_S))?;
        if differ {
            let prior = Prior::new(scenario);
            let all = asked.unwrap_or(FEWEST_WORLDS) as f64 * Cost::table_bytes(scenario);
            match asked {
                // Refused as soon as it is known how many there are to be.
                Some(worlds) if all > MOST_MEMORY => {
                    (beside.size.worlds, beside.size.table_bytes) = (worlds, beside.size.table_bytes + all);
                }
                None if all > WORLDS_BYTES => {}
                _ => {
                    beside.draw_worlds(|number| make(&prior.world(seed, number)), asked, cost.tally_bytes)?;
                    beside.size.build_s += beside.worlds.len() as f64 * cost.build_s;
                    beside.size.table_bytes += beside.worlds.len() as f64 * Cost::table_bytes(scenario);
                }
            }
        }
        (!stopped()).then_some(beside)
    }

    /// Those that fit into the time for all, the first first.
    fn add_extremes(
        &mut self,
        extremes: Vec<Extreme>,
        make: impl Fn(&Scenario) -> Option<Compiled>,
        run_s: f64,
    ) -> Option<()> {
        let [least, most] = SCREENING_S;
        let all_s = (MOST_EXTREMES as f64 * SCREENING as f64 * run_s).clamp(least, most);
        for end in extremes {
            if self.size.table_bytes + Cost::table_bytes(&end.scenario) > WORLDS_BYTES {
                continue;
            }
            let world = make(&end.scenario)?;
            let each_s = seconds(&world);
            let fits = (self.size.extremes_s + each_s) * SCREENING as f64 <= all_s;
            if fits || (self.extremes.len() < 2 && each_s <= DEAR * run_s) {
                self.count_tables(&end.scenario, &world);
                self.extremes.push((end, world));
                self.size.extremes += 1;
                self.size.extremes_s += each_s;
            }
        }
        Some(())
    }

    fn count_tables(&mut self, scenario: &Scenario, world: &Compiled) {
        self.size.table_bytes += Cost::table_bytes(scenario);
        self.size.build_s += Cost::of(world).build_s;
    }

    fn add_twins(&mut self, scenario: &Scenario, make: impl Fn(&Scenario) -> Option<Compiled>) -> Option<()> {
        for (twin, scenario) in twins::twins(scenario) {
            let world = make(&scenario)?;
            self.count_tables(&scenario, &world);
            match twin {
                Twin::Down => self.size.down_s += seconds(&world),
                // Whether it takes part is not known yet, and it costs less than the few replications in which nodes are full.
                Twin::Unlimited => {}
                Twin::Without | Twin::Undisturbed => {
                    self.size.twins += 1;
                    self.size.twins_s += seconds(&world);
                }
            }
            self.twins.push((twin, world));
        }
        Some(())
    }

    /// The labels of the world in which no node fails, if it is looked at.
    pub(super) fn undisturbed(&self) -> Option<&Labels> {
        self.twins.iter().find(|(twin, _)| *twin == Twin::Undisturbed).map(|(_, world)| &world.labels)
    }

    /// As many worlds as are asked for, else as many as cost little: the first few say what one costs.
    fn draw_worlds(
        &mut self,
        drawn: impl Fn(u64) -> Option<Compiled>,
        asked: Option<u64>,
        tally_bytes: f64,
    ) -> Option<()> {
        let first = asked.unwrap_or(FEWEST_WORLDS);
        self.worlds = (0..first).map(&drawn).collect::<Option<_>>()?;
        let mean_s =
            |worlds: &[Compiled]| worlds.iter().map(seconds).sum::<f64>() / worlds.len().max(1) as f64;
        let fits = (WORLDS_S / mean_s(&self.worlds)).min(WORLDS_BYTES / tally_bytes) as u64;
        if asked.is_none() {
            let most = (fits / REPLICATIONS[1]).min(DEFAULT_WORLDS);
            self.worlds.extend((first..most).map(&drawn).collect::<Option<Vec<_>>>()?);
            self.worlds.truncate(if most < FEWEST_WORLDS { 0 } else { most as usize });
        }
        let worlds = self.worlds.len() as u64;
        self.size.worlds = worlds;
        self.size.worlds_s = self.worlds.iter().map(seconds).sum();
        self.size.replications = (fits / worlds.max(1)).clamp(REPLICATIONS[1], REPLICATIONS[0]);
        Some(())
    }

    /// No tally yet.
    pub(super) fn tallies(&self) -> AlternativeTallies {
        AlternativeTallies {
            extremes: vec![Vec::new(); self.extremes.len()],
            worlds: vec![Vec::new(); self.worlds.len()],
            without: Vec::new(),
            undisturbed: Vec::new(),
            unlimited: Vec::new(),
            promising: None,
        }
    }

    /// The twins that take part in replication `r`, in which a node was full or none was. They are a part of the run itself.
    pub(super) fn twins_in(&self, r: u64, is_full: bool) -> impl Iterator<Item = (Twin, &Compiled)> {
        let is_asked = move |twin: Twin| match twin {
            // A goal asks for each replication.
            Twin::Down => true,
            Twin::Without | Twin::Undisturbed => r < CONFIRMING,
            Twin::Unlimited => r < SIZING && is_full,
        };
        let twins = self.twins.iter().filter(move |(twin, _)| is_asked(*twin));
        twins.map(|(twin, world)| (*twin, world))
    }

    /// The other worlds that take part in replication `r`: the extremes' first, each with its place in [`AlternativeTallies`].
    pub(super) fn taking_part<'a>(
        &'a self,
        r: u64,
        promising: Option<&'a [bool]>,
    ) -> impl Iterator<Item = (Slot, &'a Compiled)> {
        let goes_on = move |i: usize| {
            r < SCREENING || (r < CONFIRMING && promising.is_some_and(|promising| promising[i]))
        };
        let extremes = self.extremes.iter().enumerate().filter(move |(i, _)| goes_on(*i));
        let worlds = self.worlds.iter().enumerate().filter(move |_| r < self.size.replications);
        extremes
            .map(|(i, (_, world))| (Slot::Extreme(i), world))
            .chain(worlds.map(|(i, world)| (Slot::World(i), world)))
    }
}

/// Where a tally of another world belongs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot {
    Extreme(usize),
    World(usize),
    Twin(Twin),
}

impl AlternativeTallies {
    /// Keeps the tally of a replication.
    pub(super) fn keep(&mut self, slot: Slot, mut tally: Tally) {
        if !matches!(slot, Slot::Twin(Twin::Undisturbed)) {
            tally.forget_details();
        }
        match slot {
            Slot::Extreme(i) => self.extremes[i].push(tally),
            Slot::World(i) => self.worlds[i].push(tally),
            Slot::Twin(Twin::Undisturbed) => self.undisturbed.push(tally),
            Slot::Twin(Twin::Without) => self.without.push(tally),
            Slot::Twin(Twin::Unlimited) => self.unlimited.push(tally),
            // What nodes that are down do stands in the tally of the run itself, see `Tally::put_under`.
            Slot::Twin(Twin::Down) => {}
        }
    }

    /// After the screening: the extremes that look most like flipping the answer go on.
    pub(super) fn screen(&mut self, world: &Compiled, run: &[Tally]) {
        if self.promising.is_none() && run.len() as u64 >= SCREENING && !self.extremes.is_empty() {
            let run = &run[..SCREENING as usize];
            self.promising =
                Some(estimate::promising(&world.labels, run, &self.extremes, CONFIRMED as usize));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::compile_for;

    fn beside(messages_per_day: &str) -> Alternatives {
        let text = "[zone]\ntext = \"\"\"\nexample.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n\
                    a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\n\"\"\"\n\
                    [[senders]]\npreset = \"randomizing\"\nresolver = \"dnsmasq\"\nsites = 100\n[traffic]\nmessages_per_day = ";
        let scenario = Scenario::from_toml(&format!("{text}{messages_per_day}\n")).expect("a scenario");
        let cost = Cost::of(&compile_for(&scenario, MethodChoice::default()));
        assert_eq!(cost.messages, 0.0, "the run itself is drawn as counts");
        let beside = Alternatives::new(&scenario, (1, MethodChoice::default()), None, &cost, &|| false);
        beside.expect("nobody stops it")
    }

    /// Some plausible worlds have to be simulated message by message though the run needs not, and that is what counts.
    #[test]
    fn worlds_that_cost_more_than_the_run_are_weighed_by_what_they_cost() {
        let [small, large] = ["1e4", "1e9"].map(beside);
        assert_eq!(small.worlds.len() as u64, DEFAULT_WORLDS);
        assert!(small.extremes.iter().any(|(end, _)| end.unknown == "order"));
        assert!(large.worlds.is_empty() && large.extremes.iter().all(|(end, _)| end.unknown != "order"));
        assert!(large.size.seconds(CONFIRMING) < 30.0, "{:?}", large.size);
    }
}
