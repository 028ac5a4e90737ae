//! Do 95 % intervals hold the truth in 95 of 100 experiments?
//!
//! 900 independent small experiments through the public path, each of 100 windows. Two or three equal hosts and a sender that shuffles for
//! each message: given N messages the counts are multinomial, and N is Poisson, so the law of a window's shares is known by adding up the
//! chances of all its outcomes. The published intervals of two means, a quantile and a fraction have to cover the truth in 92 to 98 % of the
//! experiments. (With a true coverage of 95 % each of the four would leave that range by luck less than once in 10,000 times.)

use mxsim_core::results::{Estimate, Results};
use mxsim_verify::experiment::{equal_hosts, run, text};

/// Windows of each experiment.
const WINDOWS: u64 = 100;
/// Experiments of each design.
const EXPERIMENTS: u64 = 300;

/// How many hosts, how many messages a window on average, and the limit of the goal on the busiest share.
struct Design {
    hosts: usize,
    messages: f64,
    at_most: f64,
}

const DESIGNS: [Design; 3] = [
    Design { hosts: 2, messages: 200.0, at_most: 0.56 },
    Design { hosts: 2, messages: 60.0, at_most: 0.60 },
    Design { hosts: 3, messages: 50.0, at_most: 0.47 },
];

/// The truth about the busiest share.
struct Truth {
    mean: f64,
    p95: f64,
    met: f64,
}

/// Chances of 0, 1, 2, ... events of a Poisson law, until they no longer matter.
fn poisson(mean: f64) -> Vec<f64> {
    let most = (mean + 12.0 * mean.sqrt() + 10.0) as u32;
    let mut chance = libm::exp(-mean);
    let next = |n: u32| {
        let here = chance;
        chance *= mean / f64::from(n + 1);
        here
    };
    (0..most).map(next).collect()
}

/// All busiest shares with their chances, the smallest first. Poisson counts at each host are independent, so the chance of a split is a
/// product.
fn busiest_shares(design: &Design) -> Vec<(f64, f64)> {
    let one = poisson(design.messages / design.hosts as f64);
    // Splits by total and largest count.
    let mut splits = std::collections::BTreeMap::from([((0usize, 0usize), 1.0f64)]);
    for _ in 0..design.hosts {
        let mut further = std::collections::BTreeMap::new();
        for ((total, largest), chance) in &splits {
            for (count, more) in one.iter().enumerate() {
                *further.entry((total + count, *largest.max(&count))).or_insert(0.0) += chance * more;
            }
        }
        splits = further;
    }
    let mut shares: Vec<(f64, f64)> = splits
        .into_iter()
        .filter(|((total, _), _)| *total > 0)
        .map(|((total, largest), chance)| (largest as f64 / total as f64, chance))
        .collect();
    shares.sort_by(|a, b| a.0.total_cmp(&b.0));
    shares
}

fn truth(design: &Design) -> Truth {
    let shares = busiest_shares(design);
    let whole: f64 = shares.iter().map(|share| share.1).sum();
    assert!((whole - 1.0).abs() < 1e-9, "chances add up to {whole}");
    let mut below = 0.0;
    let p95 = shares.iter().find(|share| {
        below += share.1;
        below >= 0.95
    });
    Truth {
        mean: shares.iter().map(|(share, chance)| share * chance).sum(),
        p95: p95.map_or(1.0, |share| share.0),
        met: shares.iter().filter(|share| share.0 <= design.at_most).map(|share| share.1).sum(),
    }
}

fn experiment(design: &Design, seed: u64) -> Results {
    run(&text(
        &format!("replications = {WINDOWS}\nseed = {seed}\nwarm_up = \"1h\""),
        &equal_hosts(design.hosts, 300),
        &format!(
            "[traffic]\nmessages_per_day = {}\n[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = 5
[goals]\nbusiest_share = {{ at_most = {}, on = 0.9 }}\n",
            design.messages, design.at_most
        ),
    ))
}

fn mean_covers(estimate: &Estimate, truth: f64) -> bool {
    estimate.half_width.is_some_and(|half| (estimate.mean - truth).abs() <= half)
}

fn covers(low: Option<f64>, high: Option<f64>, truth: f64) -> bool {
    // A number that counts as equal differs by rounding to ten digits only.
    low.is_none_or(|low| low <= truth + 1e-9) && high.is_none_or(|high| truth <= high + 1e-9)
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let mut covered = [0u64; 4];
    for (number, design) in (0u64..).zip(&DESIGNS) {
        let truth = truth(design);
        for experiment_number in 0..EXPERIMENTS {
            let results = experiment(design, 1_000 * (number + 1) + experiment_number);
            let busiest = &results.balance.busiest_share;
            let met = &results.goals[0].met_fraction;
            let hits = [
                mean_covers(&results.nodes[0].share, 1.0 / design.hosts as f64),
                mean_covers(busiest, truth.mean),
                covers(busiest.p95_ci[0], busiest.p95_ci[1], truth.p95),
                covers(met.low, met.high, truth.met),
            ];
            covered.iter_mut().zip(hits).for_each(|(sum, hit)| *sum += u64::from(hit));
        }
    }
    let all = EXPERIMENTS * DESIGNS.len() as u64;
    let names = ["mean share of mx1", "mean busiest share", "p95 of the busiest share", "met fraction"];
    for (name, covered) in names.into_iter().zip(covered) {
        assert!((92 * all..=98 * all).contains(&(100 * covered)), "{name}: covered in {covered} of {all}");
    }
}

/// The truth itself, by hand for two hosts and one message a window on average.
#[test]
fn the_truth_adds_up_by_hand() {
    let shares = busiest_shares(&Design { hosts: 2, messages: 1.0, at_most: 1.0 });
    let even = shares.iter().filter(|share| share.0 == 0.5).map(|share| share.1).sum::<f64>();
    // Even splits have k >= 1 messages at both: the sum of (e^-1/2 (1/2)^k / k!)^2.
    let term = |k: i32| (libm::exp(-0.5) * 0.5f64.powi(k) / (1..=k).map(f64::from).product::<f64>()).powi(2);
    let by_hand: f64 = (1..12).map(term).sum();
    assert!((even - by_hand).abs() < 1e-12, "{even} {by_hand}");
}
