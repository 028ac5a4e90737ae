//! The methods give the same distribution, and so does the closed form where there is one.

use super::rank_sum::{critical, pairs_above};
use crate::swarm::subject::{Subject, estimated_work, few_looks};
use mxsim_core::engine::world::method::SimulationMethod;
use mxsim_core::engine::{Compiled, replicate};
use mxsim_core::random::{Entropy, Purpose, StreamId};
use mxsim_core::study::ask::closed_form;
use mxsim_core::tally::Tally;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Replications by each method.
const REPLICATIONS: usize = 40;
/// Chance of a false alarm of one comparison. A scenario has fewer than 100 of them, so a run of 1,000,000 scenarios stays below 1 in 10,000.
const LEVEL: f64 = 1e-12;
/// Scenarios with more work in a replication are left to `tests/methods.rs`.
const MOST_WORK: f64 = 60_000.0;
/// The closed form gives the standard deviation of a share within this factor. The sum of squares of 40 shares that are about normal is off by its square
/// less than once in 10^12 times; of a sample whose shares are few and large it is a coarse look.
const FACTOR: f64 = 2.5;
/// Fewer messages in a window make shares that are nowhere near normal.
const LEAST_MESSAGES: f64 = 300.0;

/// Theory: each method draws from the same distribution, so 40 and 40 replications are mixed in any order alike, and the count of pairs in which one is
/// above the other has the law of Wilcoxon and Mann and Whitney, exactly and for every distribution.
pub(super) fn agree(subject: &Subject) -> Result<(), String> {
    let is_message_by_message =
        |world: &Compiled| world.methods.iter().all(|of| of.method == SimulationMethod::Messages);
    if estimated_work(&subject.slow) > MOST_WORK || is_message_by_message(&subject.fast) {
        return Ok(());
    }
    // Replications that no run of the scenario uses, and others for each method.
    let (Some(fast), Some(slow)) = (replications(&subject.fast, 1_000), replications(&subject.slow, 2_000))
    else {
        return Ok(());
    };
    let (a, b) = (values(&fast), values(&slow));
    let key = Entropy::new(subject.scenario.run.seed, 3_000).key(StreamId::new("ties", Purpose::Choice));
    let most = REPLICATIONS * REPLICATIONS;
    for (place, (name, first)) in a.iter().enumerate() {
        let pairs = pairs_above(first, &b[name], key.child(place as u64));
        let rare = rare();
        if pairs <= rare || pairs >= most - rare {
            return Err(format!("methods disagree about {name}\nfast {first:?}\nmessages {:?}", b[name]));
        }
    }
    has_the_scatter_of_the_closed_form(subject, &fast)
}

/// Pairs that are too few, or missing from all.
fn rare() -> usize {
    static RARE: OnceLock<usize> = OnceLock::new();
    *RARE.get_or_init(|| critical(REPLICATIONS, LEVEL / 2.0))
}

fn replications(world: &Compiled, from: u64) -> Option<Vec<Tally>> {
    let seed = world.labels.run.seed;
    (from..from + REPLICATIONS as u64).map(|r| replicate(world, seed, r, &few_looks())).collect()
}

/// What is compared, one value a replication.
fn values(tallies: &[Tally]) -> BTreeMap<String, Vec<u64>> {
    let mut all: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for tally in tallies {
        let mut add = |name: String, value: u64| all.entry(name).or_default().push(value);
        let totals = tally.totals;
        add("messages".into(), totals.messages);
        add("accepted".into(), totals.accepted);
        add("bounced".into(), totals.bounced);
        add("waiting".into(), totals.waiting);
        add("connections".into(), totals.connections_tried);
        add("look-ups".into(), tally.mx_lookups);
        add("answers of caches".into(), tally.mx_cache_hits);
        add("delays".into(), tally.delays.sum_us().unsigned_abs() as u64);
        for (place, node) in tally.nodes.iter().enumerate() {
            add(format!("accepted at node {place}"), node.accepted);
            add(format!("connections to node {place}"), node.connections_tried);
        }
        for (place, sender) in tally.senders.iter().enumerate() {
            add(format!("accepted from sender {place}"), sender.totals.accepted);
        }
        for bin in 0..3 {
            let busiest = |window: &mxsim_core::tally::WindowTally| {
                window.busiest[bin * tally.nodes.len()..][..tally.nodes.len()].iter().sum::<u64>()
            };
            add(format!("busiest bins of length {bin}"), tally.windows.iter().map(busiest).sum());
        }
        add("unevenness".into(), tally.nodes.iter().map(|node| node.accepted * node.accepted).sum());
    }
    all
}

/// Theory: the closed form's scatter is the standard deviation of a node's share of a window around the fair share.
fn has_the_scatter_of_the_closed_form(subject: &Subject, tallies: &[Tally]) -> Result<(), String> {
    let Ok(form) = closed_form(&subject.scenario) else { return Ok(()) };
    let windows = tallies.iter().map(|tally| &tally.windows[0]);
    let (mut squares, mut shares, mut messages) = (0.0, 0.0, 0.0);
    for window in windows {
        let nodes = form.nodes;
        let all: u64 = window.accepted.iter().sum();
        for node in 0..nodes {
            let own: u64 = window.accepted.iter().skip(node).step_by(nodes).sum();
            let off = own as f64 / all.max(1) as f64 - form.fair_share;
            squares += off * off;
            shares += 1.0;
        }
        messages += all as f64 / tallies.len() as f64;
    }
    let scatter = (squares / shares).sqrt();
    let fits = scatter <= form.scatter * FACTOR && scatter * FACTOR >= form.scatter;
    if fits || messages < LEAST_MESSAGES || form.nodes < 2 {
        return Ok(());
    }
    Err(format!("the closed form is far off\nits scatter is {}, simulated {scatter}", form.scatter))
}
