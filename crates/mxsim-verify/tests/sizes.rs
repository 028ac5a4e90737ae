//! What `size` says of sessions against queueing theory.
//!
//! Level: every comparison has a chance of a false alarm of one in a million (`mxsim_verify::agree`; the intervals of this document hold together, so
//! they are wider than that asks for); numbers that are exact by theory are compared exactly. The mutants of this file stand in `mutants.toml`.

use mxsim_core::catalog::Catalog;
use mxsim_core::scenario::{Format, ScenarioBuilder, SourceText};
use mxsim_core::study::size::{SizeOptions, Sizing, size};
use mxsim_core::study::{Quiet, TogetherOptions};
use mxsim_verify::agree::assert_ratio;
use mxsim_verify::effort;
use mxsim_verify::experiment::{equal_hosts, run, text};
use rayon::prelude::*;

/// Laws of session times with a mean of so many seconds.
fn laws(mean: f64) -> [String; 3] {
    [
        format!("\"{mean}s\""),
        format!("{{ exponential = \"{mean}s\" }}"),
        format!("{{ lognormal = {{ mean = \"{mean}s\", sigma = 1.0 }} }}"),
    ]
}

/// What is said of a scenario.
fn sized(toml: &str, options: &SizeOptions, replications: u64) -> Sizing {
    let source = SourceText { name: "sizes".into(), text: toml.into(), format: Format::Toml };
    let builder = ScenarioBuilder::read(&source, None, Catalog::builtin(), &|_| Err("no files here".into()));
    let (builder, _) = builder.unwrap_or_else(|error| panic!("{error}\n{toml}"));
    let together =
        TogetherOptions::of(&builder.clone().build().expect("it was read")).replications(replications);
    size(&builder, options, together, &Quiet).unwrap_or_else(|error| panic!("{error}\n{toml}"))
}

/// Equal hosts to which one outbound host sends so many messages a second, each over a connection of its own.
fn messages(hosts: usize, per_second: f64, hours: u64, (session_time, keys): (&str, &str)) -> String {
    text(
        &format!("window = \"1h\"\nrun_length = \"{hours}h\"\nwarm_up = \"1h\""),
        &equal_hosts(hosts, 86_400),
        &format!(
            "[traffic]\nmessages_per_day = {}\n[nodes.\"*\"]\nsession_time = {session_time}\n\
             [[senders]]\nname = \"all\"\npreset = \"randomizing\"\nsites = 1\n{keys}\n",
            per_second * 86_400.0
        ),
    )
}

/// A sender that tries each message once.
const ONCE: &str = "retry = { max_attempts = 1 }";

/// Erlang B by its definition turned upside down: 1/B = sum over k of c (c-1) ... (c-k+1) / a^k. No recursion, as the library has it.
fn blocked(places: u32, offered: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 0..places {
        term *= f64::from(places - k) / offered;
        sum += term;
    }
    1.0 / sum
}

/// An offered load for which so many places are the fewest that turn away at most `part`: that lies in the middle between what they and one less do.
fn load_for(places: u32, part: f64) -> f64 {
    let (mut low, mut high) = (0.0, 3.0 * f64::from(places));
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        let product = blocked(places, middle) * blocked(places - 1, middle);
        if product < part * part { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

fn no_survivors(part: f64) -> SizeOptions {
    let mut options = SizeOptions::default();
    (options.survive, options.turned_away) = (0, part);
    options
}

/// Theory: Erlang B, for any law of session times. Every count from 1 to 500 is the answer for the load that it is the answer for.
/// n: exact, one short replication each; all up to 20 and every seventh above, or every one of them with more effort.
#[test]
fn the_fewest_sessions_are_those_of_erlang_b() {
    let asked = (1..=500u32).filter(|places| *places <= 20 || places % 7 == 3 || effort::times() > 1);
    asked.collect::<Vec<u32>>().into_par_iter().for_each(|places| {
        let offered = load_for(places, 0.01);
        assert!(blocked(places, offered) < 0.01 && blocked(places - 1, offered) > 0.01);
        // At least 50 messages an hour, so that there is something to simulate, and no more than are needed.
        let mean = ((offered * 72.0 * 1e4).round() / 1e4).min(600.0);
        let law = &laws(mean)[places as usize % 3];
        let sizing = sized(&messages(1, offered / mean, 1, (law, ONCE)), &no_survivors(0.01), 1);
        let ordinary = &sizing.situations[0];
        assert!(ordinary.erlang.exact, "{places}");
        assert_eq!(sizing.needed.sessions.value, f64::from(places), "{law}, {offered} offered");
        assert!((ordinary.erlang.offered - offered).abs() < 1e-9 * offered);
    });
}

/// Theory: Erlang B again, against what was simulated with a limit and without: the same part is turned away, and the fewest sessions that the
/// simulation finds by itself are the theory's where one more or less makes a difference of a fifth.
/// n: 200,000 messages for each law; a part of 1 % is known to 7 % of itself.
#[test]
fn what_is_simulated_turns_away_what_erlang_says() {
    for (places, part, mean) in
        [(1u32, 0.1, 1.0), (2, 0.1, 1.0), (5, 0.01, 1.0), (20, 0.01, 10.0), (100, 0.01, 10.0)]
    {
        let offered = load_for(places, part);
        for law in laws(mean) {
            let what = format!("{places} sessions of {law}, {offered} offered");
            let per_second = offered / mean;
            let hours = (200_000.0 / 20.0 / per_second / 3_600.0).ceil() as u64;
            let sizing = sized(&messages(1, per_second, hours, (&law, ONCE)), &no_survivors(part), 20);
            let ordinary = &sizing.situations[0];
            let tested = ordinary.tested.iter().find(|tested| tested.sessions == Some(places));
            let tested = tested.unwrap_or_else(|| panic!("{what}: not tested"));
            assert_ratio(&what, &tested.turned_away, 20, blocked(places, offered));
            assert_ratio(&format!("{what}: load"), &ordinary.load, 20, offered);
            if places <= 20 {
                assert_eq!(ordinary.nodes[0].sessions.value, f64::from(places), "{what}");
            }
        }
    }
}

/// Theory: of two nodes with the same arrivals, that with more places has all the sessions of the other and perhaps more, if what finds it full is
/// lost. So one simulation without limits knows what every limit turns away, and more sessions never turn away more, message by message.
/// n: exact.
#[test]
fn more_sessions_never_turn_away_more() {
    for law in laws(10.0) {
        let scenario = messages(1, 0.5, 6, (&law, ONCE));
        let mut options = no_survivors(0.02);
        // On a part of the days nothing is known in closed form, so the search has to find it.
        options.busiest = Some(0.6);
        let sizing = sized(&scenario, &options, 7);
        let ordinary = &sizing.situations[0];
        assert!(!ordinary.tested.is_empty());
        assert_eq!(ordinary.sessions.value, ordinary.nodes[0].sessions.value, "{law}");
        let full = |sessions: u32| {
            let limited = scenario.replace("[nodes.\"*\"]", &format!("[nodes.\"*\"]\nsessions = {sessions}"));
            run(&limited.replace("[run]", "[run]\nreplications = 3")).nodes[0].totals.full
        };
        let turned_away: Vec<u64> = (1..=14).map(full).collect();
        assert!(turned_away.windows(2).all(|pair| pair[1] <= pair[0]), "{law}: {turned_away:?}");
        assert!(turned_away[0] > 1_000 && turned_away[13] < turned_away[0] / 20, "{law}: {turned_away:?}");
    }
}

/// Theory: senders that shuffle all hosts give each of the n - 1 nodes that are left n/(n - 1) times what it had.
/// n: 10 replications of 14,400 messages; the ratio is known to 0.01.
#[test]
fn survivors_have_n_over_n_less_one_times_the_load() {
    for hosts in 2..=5usize {
        let options = SizeOptions::default();
        let sizing = sized(&messages(hosts, 2.0, 2, ("{ exponential = \"5s\" }", "")), &options, 10);
        let down = &sizing.situations[1];
        assert_eq!((down.nodes_down.len(), down.tried), (1, hosts as u64));
        let ratio = down.load_ratio.expect("there are survivors");
        assert_ratio(&format!("{hosts} hosts"), &ratio, 10, hosts as f64 / (hosts as f64 - 1.0));
    }
}

/// Sessions of 2.0 s against 2.1 s under the same random numbers: the interval of the difference of the peaks is at least three times narrower than
/// with independent runs. Ten outbound hosts that keep one of two nodes decide how high a day's peak is, and do so alike in both.
/// n: 20 replications of an hour of 20 messages a second.
#[test]
fn longer_sessions_are_compared_on_the_same_days() {
    let zone = equal_hosts(2, 86_400);
    let sizing = sized(
        &text(
            "window = \"1h\"\nrun_length = \"1h\"\nwarm_up = \"1h\"",
            &zone,
            "[traffic]\nmessages_per_day = 1_728_000\n[nodes.\"*\"]\nsession_time = \"2s\"\n\
             [[senders]]\nname = \"provider\"\npreset = \"cache-sticky\"\nsticky = \"4h\"\nhosts = 10\n",
        ),
        &no_survivors(0.01),
        20,
    );
    let longer = sizing.longer.expect("there are sessions");
    let narrower = longer.peak.narrower.expect("peaks differ");
    assert!(narrower >= 3.0, "{narrower}");
    assert_eq!(longer.peak.sign(), 1, "longer sessions are more at the same time");
}
