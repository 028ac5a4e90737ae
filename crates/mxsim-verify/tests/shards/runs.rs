//! A run in parts is the run: on every shipped scenario, whatever the number of shards, their order and the number of threads.
//!
//! Both sides come from one program, so this is an identity and no statistical test: results are compared to the last bit. The gate runs 5 replications in
//! 1 and 7 shards; with `MXSIM_EFFORT` these are 40 in 1, 7 and 64, and worlds are asked for everywhere.

use mxsim_core::results::Results;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::shard::{Head, PartSource, PartWriter, Parts, ReadSeek};
use mxsim_core::study::{Quiet, RunOptions, Shard, simulate, simulate_shard, simulate_with};
use mxsim_verify::effort;
use rayon::ThreadPoolBuilder;
use std::io::{self, Cursor};

/// A part in memory.
pub(crate) struct Part(pub(crate) String, pub(crate) Vec<u8>);

impl PartSource for Part {
    fn name(&self) -> &str {
        &self.0
    }

    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(Cursor::new(&self.1)))
    }
}

/// A run and the number of its replications.
pub(crate) struct Run<'s> {
    pub(crate) scenario: &'s Scenario,
    pub(crate) replications: u64,
    pub(crate) worlds: Option<u64>,
}

impl Run<'_> {
    fn options(&self) -> RunOptions {
        let options = RunOptions::of(self.scenario).replications(self.replications);
        self.worlds.map_or(options, |worlds| options.worlds(worlds))
    }

    /// The part of a shard, simulated on so many threads.
    pub(crate) fn part(&self, shard: Shard, threads: usize) -> Part {
        let options = self.options();
        let prints = vec![self.scenario.fingerprint()];
        let head = Head::new(shard, self.replications, options.seed, prints, options.method);
        let writer = PartWriter::new(Vec::new(), &head).expect("a part");
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| simulate_shard(self.scenario, (options, shard), &Quiet, &writer)).expect("a shard");
        Part(format!("part-{}", shard.number()), writer.finish().expect("a whole part"))
    }

    fn parts(&self, of: u64) -> Vec<Part> {
        let shard = |number| Shard::new(number, of).expect("a shard");
        (1..=of).map(|number| self.part(shard(number), number as usize % 3 + 1)).collect()
    }

    /// What the parts come to, and how many replications of the run and of other worlds the merge simulated itself.
    pub(crate) fn merged(&self, parts: &[Part]) -> (Results, [u64; 2]) {
        let backwards = parts.iter().rev().map(|part| part as &dyn PartSource).collect();
        let read = Parts::read(backwards).expect("all parts of a run");
        let results = simulate_with(self.scenario, self.options(), &Quiet, &read).expect("results");
        (results, [read.completed(), read.simulated_of_other_worlds()])
    }
}

/// The shipped scenarios with their names, in the order of names.
pub(crate) fn shipped() -> Vec<(String, Scenario)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");
    let entries = std::fs::read_dir(folder).expect("scenarios/").flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).expect("a text");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, Scenario::from_toml(&text).expect("a scenario"))
    };
    paths.iter().map(read).collect()
}

fn is_one_run(name: &str, run: &Run<'_>, numbers: &[u64]) {
    let whole = simulate(run.scenario, run.options(), &Quiet).expect("results");
    for of in numbers {
        let (results, [completed, _]) = run.merged(&run.parts(*of));
        assert!(results == whole, "{name} in {of} parts");
        assert_eq!(completed, 0, "{name} in {of} parts: replications of the run lack worlds beside them");
    }
}

#[test]
fn every_shipped_scenario_in_parts() {
    let (replications, numbers) = if effort::times() > 1 { (40, &[1, 7, 64][..]) } else { (5, &[1, 7][..]) };
    for (name, scenario) in shipped() {
        is_one_run(&name, &Run { scenario: &scenario, replications, worlds: None }, numbers);
    }
}

#[test]
fn every_shipped_scenario_in_parts_with_worlds() {
    let all = effort::times() > 1;
    let is_cheap = |name: &str| ["one-big-sender", "two-nodes", "few-sessions"].contains(&name);
    for (name, scenario) in shipped().into_iter().filter(|(name, _)| all || is_cheap(name)) {
        let numbers = if all { &[7, 64][..] } else { &[3][..] };
        let replications = if all { 40 } else { 6 };
        is_one_run(&name, &Run { scenario: &scenario, replications, worlds: Some(3) }, numbers);
    }
}

/// Delays are kept by blocks of replications, and goals may ask for nodes down; more shards than replications are empty.
#[test]
fn many_replications_and_more_shards_than_replications() {
    let scenarios = shipped();
    let (name, scenario) = scenarios.iter().find(|(name, _)| name == "greylisting-open-backup").expect("it");
    is_one_run(name, &Run { scenario, replications: 600, worlds: None }, &[5]);
    is_one_run(name, &Run { scenario, replications: 3, worlds: None }, &[64]);
}

/// Worlds unasked: a shard guesses what the merge will ask for. If its guess were far off, the merge would simulate most of it.
#[test]
fn a_merge_simulates_little_itself() {
    let scenarios = shipped();
    let mut simulated = 0;
    for (_, scenario) in
        scenarios.iter().filter(|(name, _)| name == "two-nodes" || name == "resolver-keeps-order")
    {
        let run = Run { scenario, replications: 40, worlds: None };
        simulated += run.merged(&run.parts(7)).1[1];
    }
    assert!((1..40).contains(&simulated), "{simulated} of some hundred replications of other worlds");
}

/// A repeated shard writes the bytes of the first, on any number of threads.
#[test]
fn a_repeated_shard_writes_the_same_bytes() {
    let scenarios = shipped();
    let (_, scenario) = scenarios.iter().find(|(name, _)| name == "two-nodes").expect("it");
    let run = Run { scenario, replications: 90, worlds: None };
    let shard = Shard::new(2, 3).expect("a shard");
    let first = run.part(shard, 1);
    assert!([2, 5].iter().all(|threads| run.part(shard, *threads).1 == first.1));
}
