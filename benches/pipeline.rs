//! What each arrow of the data flow costs: parse, compile, replicate, estimate.
//!
//! The scenarios are those of the folder `scenarios`, so the figures are about work a user asks for. Replications are measured in messages
//! per second of one core; `engine::cost` refuses runs by that order of size.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use mxsim_core::engine::{Compiled, compile, replicate};
use mxsim_core::estimate::{Plausible, estimate};
use mxsim_core::scenario::Scenario;
use mxsim_core::tally::Tally;
use std::hint::black_box;

/// The scenarios to replicate: an ordinary day of equal MX, and a day with an outage, where retries and memory come in.
const SCENARIOS: [(&str, &str); 2] = [
    ("three-equal-mx", include_str!("../scenarios/three-equal-mx.toml")),
    ("primary-and-backup", include_str!("../scenarios/primary-and-backup.toml")),
];

/// Tallies to estimate from.
const TALLIES: u64 = 100;

criterion_group!(pipeline, bench_parse, bench_compile, bench_replicate, bench_estimate);
criterion_main!(pipeline);

fn scenario(text: &str) -> Scenario {
    Scenario::from_toml(text).expect("the scenarios of the project are valid")
}

fn tally(world: &Compiled, replication: u64) -> Tally {
    replicate(world, 1, replication, &|| false).expect("nobody cancels a benchmark")
}

fn bench_parse(criterion: &mut Criterion) {
    let (_, text) = SCENARIOS[0];
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("three-equal-mx", |bencher| bencher.iter(|| scenario(black_box(text))));
    group.finish();
}

fn bench_compile(criterion: &mut Criterion) {
    let scenario = scenario(SCENARIOS[0].1);
    let mut group = criterion.benchmark_group("compile");
    group.bench_function("three-equal-mx", |bencher| bencher.iter(|| compile(black_box(&scenario))));
    group.finish();
}

fn bench_replicate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replicate");
    group.sample_size(20);
    for (name, text) in SCENARIOS {
        let world = compile(&scenario(text));
        // Messages of the warm-up are simulated as well but not in the tally; they are an hour or four beside a day.
        group.throughput(Throughput::Elements(tally(&world, 0).totals.messages));
        let mut replication = 0;
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || {
                    replication += 1;
                    replication
                },
                |replication| tally(black_box(&world), replication),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// The cost of the statistics depends on windows, nodes and senders, not on messages, so a few messages do.
fn bench_estimate(criterion: &mut Criterion) {
    let mut scenario = scenario(SCENARIOS[0].1);
    scenario.messages_per_day = 2_000.0;
    let world = compile(&scenario);
    let tallies: Vec<Tally> = (0..TALLIES).map(|replication| tally(&world, replication)).collect();
    let mut group = criterion.benchmark_group("estimate");
    group.bench_function("100-tallies", |bencher| {
        bencher.iter(|| estimate(black_box(&world.labels), black_box(&tallies), false, Plausible::default()));
    });
    group.finish();
}
