//! What a day of bench-1 costs the straightforward reference.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use mxsim_benches::reference::{Job, Outcome};

/// Messages per day of bench-1.
const MESSAGES: f64 = 864_000.0;

criterion_group!(bench_1, bench_reference);
criterion_main!(bench_1);

fn bench_reference(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bench-1");
    group.sample_size(10).throughput(Throughput::Elements(MESSAGES as u64));
    for (name, sessions) in [("reference", 20), ("reference, 5 sessions", 5)] {
        let mut seed = 0;
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || {
                    seed += 1;
                    seed
                },
                |seed| -> Outcome { Job { messages_per_day: MESSAGES, sessions, seed }.run() },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}
