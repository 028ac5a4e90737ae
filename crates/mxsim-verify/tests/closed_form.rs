//! The closed form that `mxsim ask N` answers with agrees with the simulation of the very scenario it is about.
//!
//! The gate tries four designs by their scatter; `MXSIM_EFFORT` of 10 or more (`.ci/long`) all eight, long enough for the quantile as well.

use mxsim_core::catalog::Catalog;
use mxsim_core::results::Results;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::ask::{ClosedForm, closed_form};
use mxsim_core::study::{Limit, Quiet, RunOptions, simulate};
use mxsim_import::equal_mx_scenario;
use mxsim_verify::effort;

/// Numbers of equal MX and what the largest senders bring, in percent; the gate takes the first four.
const DESIGNS: [(usize, &[f64]); 8] =
    [(2, &[]), (3, &[38.0, 27.0]), (4, &[]), (2, &[30.0]), (3, &[]), (5, &[]), (6, &[]), (3, &[40.0, 20.0])];

/// Replications in the gate, and with effort; a 95 % quantile has an interval from 72 on.
const FEW: u64 = 24;
const MANY: u64 = 160;

fn run(scenario: &Scenario, replications: u64) -> Results {
    let options = RunOptions::of(scenario).limit(Limit::Replications(replications)).worlds(0);
    simulate(scenario, options, &Quiet).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Its own 95 % interval, twice as wide: 3.9 standard errors, which 30 of them leave once in 300 tries.
fn is_near(value: f64, low: f64, high: f64) -> bool {
    let slack = (high - low) / 2.0;
    (low - slack..=high + slack).contains(&value)
}

/// What does not agree.
fn complaints(form: &ClosedForm, results: &Results) -> Vec<String> {
    let scatters = results
        .nodes
        .iter()
        .map(|node| (node.name.as_str(), node.scatter.low, node.scatter.high, form.scatter));
    let [low, high] = results.balance.busiest_share.p95_ci;
    let busiest = ("the busiest share", low, high, form.busiest_share_p95);
    let known =
        scatters.chain([busiest]).filter_map(|(what, low, high, value)| Some((what, low?, high?, value)));
    known
        .filter(|(_, low, high, value)| !is_near(*value, *low, *high))
        .map(|(what, low, high, value)| format!("{what}: {value} is not in {low} to {high}"))
        .collect()
}

#[test]
fn the_closed_form_agrees_with_the_simulation_of_the_same_scenario() {
    let (designs, replications) = if effort::times() < 10 { (4, FEW) } else { (DESIGNS.len(), MANY) };
    for (n, top) in &DESIGNS[..designs] {
        let scenario = equal_mx_scenario(*n, top, Catalog::builtin()).expect("a scenario");
        let form = closed_form(&scenario).unwrap_or_else(|why| panic!("{why}"));
        let results = run(&scenario, replications);
        assert!(results.nodes.iter().all(|node| node.scatter.low.is_some()), "no interval");
        let complaints = complaints(&form, &results);
        assert!(complaints.is_empty(), "{n} {top:?}\n{}", complaints.join("\n"));
    }
}
