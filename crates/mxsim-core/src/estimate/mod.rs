//! From tallies to results: means, quantiles and fractions with their intervals, causes, goals and the verdict.
//!
//! A run is a sample of days that never were. What it says about all days is uncertain in a way that can be calculated, and nothing leaves
//! this module without that uncertainty: every statistic has one file here, and all of them build their intervals with `interval`, from
//! replications, never from the windows inside one.
//!
//! ```text
//!   Tallies -> Loads (per window and node) -> nodes, balance, causes, delivery, senders, events, series, lookups, goals -> verdict, cautions
//! ```
//!
//! Main functions: [`estimate`]; [`decided`] and [`next_look`], which tell the engine when to stop; [`Plausible`], what it simulated beside.

mod balance;
mod causes;
mod cautions;
mod decisive;
mod delivery;
mod duration;
mod edges;
mod events;
pub mod fading;
mod goals;
mod greylisting;
mod groups;
mod interval;
mod lookups;
pub mod measure;
mod measured;
pub mod moment;
mod nodes;
mod not_known;
pub mod paired;
pub(crate) mod ranks;
mod reach;
mod round;
mod sample;
mod senders;
mod series;
mod sessions;
mod special;
mod spread;
mod survival;
#[cfg(test)]
mod tests;
mod undisturbed;
mod unfinished;
mod verdict;
mod window;

pub(crate) use goals::met_by_count;
pub use goals::{GoalTrial, decided, goal_statuses, goal_trials, holds_as_counted, next_look, status_among};
pub use not_known::{Assumption, Plausible, WhatIf, promising, share_quantile, what_if};
pub use window::plural as windows_in_words;

use crate::results::{
    Balance, Luck, MODEL_EPOCH, NodeResult, Provenance, Results, SCHEMA, Uncertainty, Verdict,
};
use crate::tally::Tally;
use crate::tally::labels::Labels;
use spread::Spread;
use unfinished::Unfinished;
use verdict::Evidence;
use window::Loads;

/// Turns the tallies of replications `0..k`, in order, into results. `partial` marks a run that was stopped early; `plausible` holds what
/// the simulation of other plausible worlds found, if there was any.
///
/// # Panics
/// If `tallies` is empty: of nothing nothing can be said.
#[must_use]
pub fn estimate(labels: &Labels, tallies: &[Tally], partial: bool, plausible: Plausible<'_>) -> Results {
    assert!(!tallies.is_empty(), "results need at least one replication");
    let loads = Loads::new(labels.nodes.len(), tallies);
    let spreads: Vec<Spread> = (0..labels.nodes.len()).map(|node| Spread::new(&loads, node)).collect();
    let nodes = nodes::nodes(labels, tallies, plausible.unlimited, &loads, &spreads);
    let of_nodes = |part: fn(&NodeResult) -> f64| nodes.iter().map(part).collect::<Vec<_>>();
    let (tilt, scatter) = (of_nodes(|node| node.tilt.value), of_nodes(|node| node.scatter.value));
    let ranked = causes::causes(labels, tallies, &tilt, &scatter);
    let balance = balance::balance(labels, &loads, &spreads);
    let goals = goals::goals(labels, tallies, &loads);
    let not_known = not_known::not_known(labels, plausible, &goals);
    let mut results = Results {
        schema: SCHEMA.into(),
        title: labels.title.clone(),
        provenance: Provenance {
            decisive: decisive::decisive(labels, &ranked),
            ..provenance(labels, tallies, partial)
        },
        nodes,
        hosts: nodes::hosts(labels, tallies),
        groups: groups::groups(labels, tallies, &loads),
        edges: edges::edges(labels, tallies, &loads),
        uncertainty: Uncertainty { luck: luck(&balance), not_known },
        balance,
        delivery: delivery::delivery(labels, tallies),
        senders: senders::senders(labels, tallies),
        events: events::events(labels, tallies),
        causes: ranked.iter().map(|ranked| ranked.cause.clone()).collect(),
        series: series::series(labels, tallies),
        duration: duration::duration(labels, tallies),
        dns: lookups::lookups(tallies),
        goals,
        verdict: Verdict::undecided(),
        findings: labels.findings.clone(),
        cautions: Vec::new(),
    };
    round::results(&mut results);
    let what_ifs = plausible.what_ifs;
    let unfinished = Unfinished::of(labels, tallies);
    let evidence =
        Evidence { labels, tallies, loads: &loads, results: &results, ranked: &ranked, what_ifs, unfinished };
    let verdict = undisturbed::held_against(evidence.verdict(), plausible.undisturbed);
    results.verdict = reach::held_against(labels, verdict, plausible.without);
    results.cautions = cautions::cautions(labels, tallies, &results, plausible.is_left_out);
    results
}

fn provenance(labels: &Labels, tallies: &[Tally], partial: bool) -> Provenance {
    Provenance {
        version: env!("CARGO_PKG_VERSION").into(),
        model_epoch: MODEL_EPOCH,
        seed: labels.run.seed,
        replications: tallies.len() as u64,
        windows: tallies.iter().map(|tally| tally.windows.len() as u64).sum(),
        window_s: labels.run.window.as_secs_f64(),
        warm_up_s: labels.run.warm_up.as_secs_f64(),
        fingerprint: labels.fingerprint.clone(),
        partial,
        methods: labels.methods.clone(),
        presets: labels.presets.clone(),
        decisive: None,
    }
}

fn luck(balance: &Balance) -> Luck {
    Luck { quantity: "busiest_share".into(), from: balance.busiest_share.p05, to: balance.busiest_share.p95 }
}
