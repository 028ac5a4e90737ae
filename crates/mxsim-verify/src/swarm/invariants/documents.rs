//! Documents: the scenario written anew, and results whatever the number of threads and replications.

use crate::experiment::conserved;
use crate::fuzz::targets::reads_back;
use crate::swarm::subject::{REPLICATIONS, Subject};
use mxsim_core::results::Results;
use mxsim_core::study::{Quiet, RunOptions, Twins, run};
use mxsim_core::tally::Tally;

/// Theory: a resolved scenario is the scenario with every default written out, so it resolves to itself and keeps its fingerprint.
pub(super) fn resolve_twice(subject: &Subject) -> Result<(), String> {
    reads_back(&subject.scenario)
}

/// Theory: shares are parts of a whole. Each lies in 0..1; of nodes, hosts, senders and bins they add up to 1 where anything arrived; counts of
/// the document are sums of its parts.
pub(super) fn shares_add_up(subject: &Subject) -> Result<(), String> {
    let Some(results) = subject.results()? else { return Ok(()) };
    results.check_possible().map_err(|why| format!("impossible results\n{why}"))?;
    conserved(results).map_err(|why| format!("results that do not add up\n{why}"))
}

/// Theory: JSON with enough digits is exact, so writing and reading are inverse to each other.
pub(super) fn are_written_twice(subject: &Subject) -> Result<(), String> {
    let Some(results) = subject.results()? else { return Ok(()) };
    let written = json(results)?;
    let read: Results =
        serde_json::from_str(&written).map_err(|error| format!("results are not read\n{error}"))?;
    same("results written, read and written", &written, &json(&read)?)
}

/// Theory: replication r depends on the seed and r alone, so the number of threads changes nothing.
pub(super) fn are_the_same_at_other_thread_counts(subject: &Subject) -> Result<(), String> {
    let (Some(one), Some(three)) = (subject.results()?, subject.run_on(3)?) else { return Ok(()) };
    same("results on one thread and on three", &json(one)?, &json(&three)?)
}

/// Theory: likewise, a shorter run is the beginning of a longer one.
pub(super) fn are_prefixes(subject: &Subject) -> Result<(), String> {
    let options = RunOptions::of(&subject.scenario).replications(REPLICATIONS - 1);
    let short = run(&subject.fast, &Twins::default(), options, &Quiet).tallies;
    // Only a run tells what work its replications took.
    let short: Vec<Tally> = short.into_iter().map(|tally| Tally { work: 0, ..tally }).collect();
    let is_prefix = short.len() as u64 == REPLICATIONS - 1 && subject.tallies.starts_with(&short);
    if is_prefix { Ok(()) } else { Err("a shorter run is not the beginning of a longer one".into()) }
}

fn json(results: &Results) -> Result<String, String> {
    serde_json::to_string(results).map_err(|error| error.to_string())
}

fn same(what: &str, one: &str, other: &str) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    let at = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| {
        text.get(at.saturating_sub(60)..(at + 60).min(text.len())).unwrap_or_default().to_owned()
    };
    Err(format!("{what} differ\n{}\n{}", part(one), part(other)))
}
