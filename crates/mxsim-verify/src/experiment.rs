//! A scenario text through the public path: text -> scenario -> simulation -> results, and the invariants every result keeps.

use mxsim_core::engine::MethodChoice;
use mxsim_core::results::{DeliveryTotals, Results};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Quiet, RunOptions, simulate};

/// Published numbers are rounded to ten digits, and shares are means of quotients: sums of a few of them agree to this.
const ROUNDING: f64 = 1e-7;

/// Reads a scenario that is meant to be right.
///
/// # Panics
/// With the reader's message if it is not.
#[must_use]
pub fn scenario(toml: &str) -> Scenario {
    match Scenario::from_toml(toml) {
        Ok(scenario) => scenario,
        Err(error) => panic!("a scenario of the verification is wrong: {error}\n{toml}"),
    }
}

/// Runs a scenario from its text to its results, message by message, and checks the invariants. Theory is held against single messages, and
/// the other methods against those (`tests/methods.rs`).
///
/// # Panics
/// If the scenario is wrong or a result breaks an invariant.
#[must_use]
pub fn run(toml: &str) -> Results {
    // What is not known is no part of these experiments.
    run_beside(toml, 0)
}

/// The same with what is only assumed put to the ends of its range, and one plausible world.
///
/// # Panics
/// As [`run`].
#[must_use]
pub fn run_with_assumptions(toml: &str) -> Results {
    run_beside(toml, 1)
}

fn run_beside(toml: &str, worlds: u64) -> Results {
    let scenario = scenario(toml);
    let options = RunOptions::of(&scenario).method(MethodChoice::Messages).worlds(worlds);
    let results = simulate(&scenario, options, &Quiet);
    let results =
        results.unwrap_or_else(|error| panic!("a run that nobody interrupts failed: {error}\n{toml}"));
    if let Err(broken) = conserved(&results).and_then(|()| outcomes_are_of_attempts(&results)) {
        panic!("{broken}\n{toml}");
    }
    results
}

/// Zone lines of `hosts` equal exchange hosts `mx1`, `mx2`, ... of example.com with one IPv4 address each, all of TTL `ttl` \[s\].
#[must_use]
pub fn equal_hosts(hosts: usize, ttl: u32) -> String {
    let lines = |i: usize| {
        format!("example.com. {ttl} IN MX 10 mx{i}.example.com.\nmx{i}.example.com. {ttl} IN A 192.0.2.{i}\n")
    };
    (1..=hosts).map(lines).collect()
}

/// A scenario text from the keys of `[run]`, zone lines, and everything else.
#[must_use]
pub fn text(run: &str, zone: &str, rest: &str) -> String {
    format!("[run]\n{run}\n\n[zone]\ntext = \"\"\"\n{zone}\"\"\"\n\n{rest}\n")
}

/// Nothing gets lost between messages, nodes, hosts, senders and bins.
///
/// # Errors
/// Names the invariant that is broken.
pub fn conserved(results: &Results) -> Result<(), String> {
    let totals = results.delivery.totals;
    let of_all_senders = |count: fn(&DeliveryTotals) -> u64| {
        results.senders.iter().map(|sender| count(&sender.totals)).sum::<u64>()
    };
    let of_senders = |count: fn(&DeliveryTotals) -> u64| {
        results.wanted_senders().map(|sender| count(&sender.totals)).sum::<u64>()
    };
    let counts = [
        ("fates of messages", totals.messages, totals.accepted + totals.bounced + totals.waiting),
        ("accepted at nodes", totals.accepted, results.nodes.iter().map(|node| node.totals.accepted).sum()),
        (
            "attempts at nodes and edges",
            totals.connections_tried,
            results.nodes.iter().map(|node| node.totals.connections_tried).sum::<u64>()
                + results.edges.iter().map(|edge| edge.totals.connections_ended).sum::<u64>(),
        ),
        ("messages of senders", totals.messages, of_senders(|totals| totals.messages)),
        ("accepted from senders", totals.accepted, of_senders(|totals| totals.accepted)),
        ("bounced at senders", totals.bounced, of_senders(|totals| totals.bounced)),
        ("waiting at senders", totals.waiting, of_senders(|totals| totals.waiting)),
        ("attempts of senders", totals.connections_tried, of_all_senders(|totals| totals.connections_tried)),
        ("retries of senders", totals.retries, of_senders(|totals| totals.retries)),
    ];
    let fates = |totals: &DeliveryTotals| totals.accepted + totals.bounced + totals.waiting;
    if let Some(lost) = results.senders.iter().find(|sender| sender.totals.messages != fates(&sender.totals))
    {
        return Err(format!("{}: messages without a fate", lost.name));
    }
    for (what, whole, parts) in counts {
        if whole != parts {
            return Err(format!("{what}: {whole} in all, {parts} in parts"));
        }
    }
    let sums = sums(results);
    let broken = sums.iter().find(|(_, sum, whole)| (sum - whole).abs() > ROUNDING * whole.max(1.0));
    broken.map_or(Ok(()), |(what, sum, whole)| Err(format!("{what} add up to {sum}, not {whole}")))
}

/// Every connection has one outcome.
///
/// # Errors
/// Names the node with more outcomes than connections. Where sessions take no time, the document does not say which connections are kept and
/// take many messages, so this holds for senders without them.
pub fn outcomes_are_of_attempts(results: &Results) -> Result<(), String> {
    for node in &results.nodes {
        let failed = node.totals.deferred + node.totals.rejected;
        // A connection that is kept is one attempt and takes many messages; one that nobody has closed yet is in no mean.
        let each = node.sessions.map(|sessions| sessions.messages_per_connection);
        let is_kept = each.is_some_and(|each| each.is_none_or(|each| each.value > 1.0));
        let known = failed + if is_kept { 0 } else { node.totals.accepted };
        if known > node.totals.connections_tried {
            return Err(format!(
                "{}: {known} outcomes of {} attempts",
                node.name, node.totals.connections_tried
            ));
        }
    }
    Ok(())
}

/// Sums of published numbers with what they have to be.
fn sums(results: &Results) -> Vec<(&'static str, f64, f64)> {
    let of_nodes =
        |part: fn(&mxsim_core::results::NodeResult) -> f64| results.nodes.iter().map(part).sum::<f64>();
    let mut sums = Vec::new();
    let totals = results.delivery.totals;
    if !results.nodes.is_empty() {
        sums.push(("fair shares", of_nodes(|node| node.fair_share), 1.0));
    }
    if totals.connections_tried > 0 {
        sums.push(("shares of attempts", of_nodes(|node| node.share_of_connections.mean), 1.0));
    }
    if totals.accepted > 0 {
        let in_bins: f64 = results.series.nodes.iter().flat_map(|node| &node.accepted).sum();
        let replications = results.provenance.replications as f64;
        sums.push(("shares of nodes", of_nodes(|node| node.share.mean), 1.0));
        sums.push(("shares of hosts", results.hosts.iter().map(|host| host.share.value).sum(), 1.0));
        sums.push((
            "shares of mail",
            results.causes.iter().map(|cause| cause.share_of_mail.value).sum(),
            1.0,
        ));
        sums.push(("bins of the series", in_bins * replications, totals.accepted as f64));
    }
    let scatter = results.causes.iter().map(|cause| cause.share_of_scatter.map(|share| share.value));
    if let Some(parts) = scatter.collect::<Option<Vec<f64>>>().filter(|parts| !parts.is_empty()) {
        sums.push(("shares of scatter", parts.iter().sum(), 1.0));
    }
    sums
}
