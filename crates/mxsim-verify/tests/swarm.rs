//! A bounded swarm: random scenarios over the whole schema keep every invariant; `mxsim-verify swarm` goes on from there.
//!
//! The seed is fixed, so a test is red or green, never sometimes.

use mxsim_verify::effort;
use mxsim_verify::swarm::keys::LEFT_OUT;
use mxsim_verify::swarm::{Report, Swarm};
use std::collections::BTreeSet;

/// Scenarios of the gate.
const SCENARIOS: u64 = 80;
/// 10 to this power are the most messages of a replication in the gate; the command goes to 10^5.
const DECADES: f64 = 3.5;

/// Theory: see each invariant. n: 80 scenarios, of which a fifth are simulated in numbers and compared with themselves message by message; of all
/// comparisons by chance together less than one in 10,000 fails (`invariants/methods.rs`).
#[test]
fn a_bounded_swarm_finds_nothing() {
    let (swarm, mut report) = (Swarm::new(1, DECADES), Report::default());
    for number in 0..SCENARIOS * effort::times() {
        swarm.look_at(number, &mut report);
        if let Some(fault) = report.faults.first() {
            panic!("scenario {}: {}: {}\n{}", fault.number, fault.invariant, fault.why, fault.toml);
        }
    }
    let scenarios = SCENARIOS * effort::times();
    assert_eq!(report.scenarios(), scenarios);
    assert!(report.simulated * 10 >= scenarios * 8, "{report:?}");
    assert!(report.too_large >= scenarios / 60, "too few scenarios are refused as too large: {report:?}");
    assert!(report.documents * 2 >= scenarios, "too few results documents: {report:?}");
    let by = |method: &str| report.methods.get(method).copied().unwrap_or(0) * 100 / scenarios;
    assert!(by("counts") >= 5 && by("decisions") >= 1, "too few senders in numbers: {:?}", report.methods);
    assert!(report.part_within(3.0) > 0.85, "estimates of cost: {:?}", report.cost_factors);
}

/// Every key that the reader knows, in each of the ways in which its value may be written, stands in a scenario that the reader takes. A key that is new
/// to the reader is here the next time; one that no drawn value suits fails.
#[test]
fn every_key_stands_in_some_scenario() {
    let swarm = Swarm::new(2, DECADES);
    let mut left: BTreeSet<String> = swarm.paths().into_iter().collect();
    assert!(left.len() > 350, "{} places", left.len());
    for path in LEFT_OUT {
        assert!(left.remove(path), "{path} is no place of the schema");
    }
    for number in 0..2_000 {
        let planted = swarm.draw(number).planted;
        left.retain(|path| !planted.contains(path));
        if left.is_empty() {
            return;
        }
    }
    panic!("never in a scenario: {left:?}");
}

/// The same number is the same scenario; another is another.
#[test]
fn a_scenario_is_named_by_seed_and_number() {
    let swarm = Swarm::new(3, DECADES);
    assert_eq!(swarm.text(7), Swarm::new(3, DECADES).text(7));
    assert!(swarm.text(7) != swarm.text(8) && swarm.text(7) != Swarm::new(4, DECADES).text(7));
}
