//! Sweeps: a point is a run, points that are equal in law are not told apart, and a path changes the keys it names.

use mxsim_core::results::Results;
use mxsim_core::scenario::{Format, Scenario, ScenarioBuilder, SourceText};
use mxsim_core::study::sweep::{Point, Sweep, SweptKey, sweep};
use mxsim_core::study::{Quiet, RunOptions, TogetherOptions, simulate};
use mxsim_core::{Catalog, results::Difference};
use mxsim_verify::experiment::{equal_hosts, text};
use serde_json::json;
use statrs::distribution::{ContinuousCDF, StudentsT};

fn builder(scenario: &str) -> ScenarioBuilder {
    let source = SourceText { name: "oracle.toml".into(), text: scenario.into(), format: Format::Toml };
    ScenarioBuilder::read(&source, None, Catalog::builtin(), &|_| Err("no files".into()))
        .expect("a scenario")
        .0
}

fn swept(builder: &ScenarioBuilder, keys: &[SweptKey], (seed, replications): (u64, u64)) -> Sweep {
    let written = builder.clone().build().expect("a scenario");
    let options = TogetherOptions::of(&written).seed(seed).replications(replications);
    sweep(builder, keys, options, &Quiet).expect("nobody interrupts it")
}

fn value(sweep: &Sweep, point: &Point, name: &str) -> f64 {
    let place = sweep.quantities.iter().position(|quantity| quantity.name == name).expect(name);
    point.measured[place].as_ref().expect(name).value.value
}

fn difference(sweep: &Sweep, point: &Point, name: &str) -> Difference {
    let place = sweep.quantities.iter().position(|quantity| quantity.name == name).expect(name);
    point.differences[place].expect(name)
}

/// All hosts defer part of the connections for two hours, so that mail is late, waits and goes elsewhere.
const DEFERRED: &str = "[traffic]\nmessages_per_day = 1500\n[[senders]]\npreset = \"postfix\"\nsites = 40\n\
                      [[events]]\nat = \"10:00\"\nfor = \"2h\"\nnode = \"*\"\nfault = \"defer\"\nstage = \"greeting\"\nshare = \"60 %\"\n";

/// The same replications of the same world are the same numbers, up to the ten digits of a results document: a sweep of one value is a run of the
/// scenario with that value. n = 30 replications.
#[test]
fn a_point_is_the_run_of_its_scenario() {
    let builder = builder(&text("warm_up = \"1h\"", &equal_hosts(3, 300), DEFERRED));
    let keys = [SweptKey::new("traffic.messages_per_day", [1_100])];
    let found = swept(&builder, &keys, (7, 30));
    let scenario = builder.messages_per_day(1_100.0).build().expect("a scenario");
    let options = RunOptions::of(&scenario).seed(7).replications(30).worlds(0);
    let run: Results = simulate(&scenario, options, &Quiet).expect("nobody interrupts it");
    let point = &found.points[0];
    let totals = &run.delivery.totals;
    let delay = run.delivery.delay.as_ref().expect("mail was accepted");
    for (name, wanted) in [
        ("busiest_share", run.balance.busiest_share.mean),
        ("quietest_share", run.balance.quietest_share.mean),
        ("delay_mean", delay.mean),
        ("connections_per_message", totals.connections_tried as f64 / totals.messages as f64),
        ("waiting", totals.waiting as f64 / totals.messages as f64),
    ] {
        let own = value(&found, point, name);
        assert!((own - wanted).abs() <= 1e-8 * wanted.abs(), "{name}: {own}, in the run {wanted}");
    }
    assert!(delay.mean > 1.0, "some mail waits: {}", delay.mean);
}

/// Theory: hosts by any other name draw other numbers from the same law, so every difference is chance, and one or more of a sweep's intervals misses
/// zero at most 5 times in 100. n = 100 seeds, 20 replications each: more than 10 are called different with a chance of 1 in 100 if it is 5 %, and
/// less often as the family also holds the means, which are not counted here.
#[test]
fn points_that_are_equal_in_law_are_not_told_apart() {
    let builder = builder(&text("warm_up = \"1h\"", &equal_hosts(3, 300), DEFERRED));
    let zone = |prefix: &str| {
        let line = |host: usize| {
            format!(
                "example.com. 300 IN MX 10 {prefix}{host}.example.com.\n{prefix}{host}.example.com. 300 IN A 192.0.2.{}\n",
                host + if prefix == "other" { 100 } else { 0 }
            )
        };
        (1..=3).map(line).collect::<String>()
    };
    let keys = [SweptKey::new("zone.text", [zone("mx"), zone("other")])];
    let (mut told, mut alone, mut compared) = (0, 0, 0);
    for seed in 1..=100 {
        let found = swept(&builder, &keys, (seed, 20));
        let differences: Vec<&Difference> = found.points[1].differences.iter().flatten().collect();
        compared += differences.iter().filter(|one| one.below + one.above > 0.0).count();
        told += usize::from(differences.iter().any(|one| one.sign() != 0));
        let together = 3 * found.quantities.len();
        alone += usize::from(differences.iter().any(|one| is_told_alone(one, together, 20)));
    }
    assert!(compared > 500, "the draws are the same: {compared} differences");
    assert!(told <= 10, "{told} of 100 sweeps of equals are told apart");
    // Intervals that each hold alone do not do: the test can fail.
    assert!(alone > 10, "{alone} of 100 would be told apart without a family");
}

/// Whether an interval that is one of so many would leave zero out if it were the only one.
fn is_told_alone(difference: &Difference, together: usize, replications: u32) -> bool {
    let law = StudentsT::new(0.0, 1.0, f64::from(replications - 1)).expect("degrees of freedom");
    let factor = law.inverse_cdf(0.975) / law.inverse_cdf(1.0 - 0.025 / together as f64);
    let half = difference.value.high.map_or(f64::INFINITY, |high| (high - difference.value.value) * factor);
    difference.value.value.abs() > half && half > 0.0
}

/// Sessions of 2.0 s against 2.1 s: the same messages come at the same times, so that the difference of the peaks is known far better than from
/// independent runs, whose intervals would be three times as wide at least. n = 40 replications.
#[test]
fn common_random_numbers_narrow_the_difference_of_neighbours() {
    let node = "[traffic]\nmessages_per_day = 200000\n[[senders]]\npreset = \"postfix\"\nsites = 400\n\
                [nodes.\"*\"]\nsession_time = \"2s\"\n";
    let builder =
        builder(&text("warm_up = \"1h\"\nrun_length = \"4h\"\nwindow = \"4h\"", &equal_hosts(2, 300), node));
    let found = swept(&builder, &[SweptKey::new("nodes.*.session_time", ["2s", "2.1s"])], (1, 40));
    let peaks = difference(&found, &found.points[1], "peak_sessions");
    let delay = difference(&found, &found.points[1], "delay_mean");
    assert!(peaks.value.value > 0.0 && delay.sign() == 1, "{peaks:?} {delay:?}");
    let narrower = delay.narrower.unwrap_or(f64::INFINITY);
    assert!(narrower > 3.0, "only {narrower} times as narrow: {delay:?}");
}

/// The lines of a resolved scenario that differ, with the header that they stand under.
fn changed(before: &Scenario, after: &Scenario) -> Vec<String> {
    let (before, after) = (before.resolved(), after.resolved());
    assert_eq!(before.lines().count(), after.lines().count(), "no line comes or goes");
    let mut header = "";
    let mut changed = Vec::new();
    for (old, new) in before.lines().zip(after.lines()) {
        if new.starts_with('[') {
            header = new;
        }
        if old != new {
            changed.push(format!("{header} {}", new.split(" = ").next().unwrap_or_default()));
        }
    }
    changed
}

/// What a path names changes, and nothing else: every line of the scenario with all its defaults is looked at.
#[test]
fn a_path_changes_the_keys_it_names_and_no_other() {
    let senders = "[nodes.\"*\"]\nsessions = 50\nsession_time = \"1s\"\n[nodes.mx2]\nsessions = 5\n\
                   [[senders]]\nname = \"a.b\"\nshare = \"40 %\"\npreset = \"exim\"\nsites = 3\n\
                   [[senders]]\nname = \"c\"\nshare = \"rest\"\npreset = \"postfix\"\nsites = 4\n";
    let builder = builder(&text("warm_up = \"1h\"", &equal_hosts(3, 300), senders));
    let before = builder.clone().build().expect("a scenario");
    for (path, value, wanted) in [
        (
            "nodes.*.sessions",
            json!(9),
            &["[nodes.\"mx1\"] sessions", "[nodes.\"mx2\"] sessions", "[nodes.\"mx3\"] sessions"][..],
        ),
        ("nodes.mx2.sessions", json!(9), &["[nodes.\"mx2\"] sessions"]),
        ("nodes.mx3.sessions", json!(9), &["[nodes.\"mx3\"] sessions"]),
        ("senders.a.b.sites", json!(9), &["[[senders]] sites"]),
        ("senders.*.sites", json!(9), &["[[senders]] sites", "[[senders]] sites"]),
        // Whoever says a parameter knows it, which is a line of its own.
        ("senders.c.retry.lifetime", json!("3d"), &["[[senders]] grade", "[[senders]] retry"]),
        ("traffic.messages_per_day", json!(9), &["[traffic] messages_per_day"]),
        ("run.window", json!("12h"), &["[run] window"]),
    ] {
        let after = builder.clone().set_at(path, value).unwrap_or_else(|error| panic!("{path}: {error}"));
        let after = after.build().unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(changed(&before, &after), wanted, "{path}");
    }
}
