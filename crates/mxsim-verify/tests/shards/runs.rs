//! A run in parts is the run, whatever the number of shards, their order and the number of threads.

use mxsim_core::results::Results;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::shard::{Head, PartSource, PartWriter, Parts, ReadSeek};
use mxsim_core::study::{Quiet, RunOptions, Shard, simulate, simulate_shard, simulate_with};
use std::io::{self, Cursor};

/// A part in memory.
struct Part(String, Vec<u8>);

impl PartSource for Part {
    fn name(&self) -> &str {
        &self.0
    }

    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(Cursor::new(&self.1)))
    }
}

fn part(scenario: &Scenario, options: RunOptions, replications: u64, shard: Shard) -> Part {
    let head = Head::new(shard, replications, options.seed, vec![scenario.fingerprint()], options.method);
    let writer = PartWriter::new(Vec::new(), &head).expect("a part");
    simulate_shard(scenario, (options, shard), &Quiet, &writer).expect("a shard");
    Part(format!("part-{}", shard.number()), writer.finish().expect("a whole part"))
}

fn merged(scenario: &Scenario, options: RunOptions, parts: &[Part]) -> (Results, [u64; 2]) {
    let read = Parts::read(parts.iter().rev().map(|part| part as &dyn PartSource).collect()).expect("a run");
    let results = simulate_with(scenario, options, &Quiet, &read).expect("results");
    (results, [read.completed(), read.simulated_of_other_worlds()])
}

#[test]
fn every_shipped_scenario() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");
    for entry in std::fs::read_dir(folder).expect("scenarios") {
        let path = entry.expect("a file").path();
        let scenario =
            Scenario::from_toml(&std::fs::read_to_string(&path).expect("a text")).expect("a scenario");
        let options = RunOptions::of(&scenario).replications(40);
        let t = std::time::Instant::now();
        let one = simulate(&scenario, options, &Quiet).expect("results");
        let whole = t.elapsed();
        for of in [1, 7, 64] {
            let t = std::time::Instant::now();
            let parts: Vec<Part> = (1..=of)
                .map(|number| part(&scenario, options, 40, Shard::new(number, of).expect("a shard")))
                .collect();
            let shards = t.elapsed();
            let t = std::time::Instant::now();
            let bytes: usize = parts.iter().map(|part| part.1.len()).sum();
            let (results, simulated) = merged(&scenario, options, &parts);
            println!(
                "{:?} {of}: {bytes} {simulated:?} whole {whole:?} shards {shards:?} merge {:?}",
                path.file_name().unwrap(),
                t.elapsed()
            );
            assert_eq!(results, one, "{}, {of} shards", path.display());
        }
    }
}
