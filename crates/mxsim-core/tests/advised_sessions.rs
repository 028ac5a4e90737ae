//! The number of sessions that a full node is said to need is enough, and not far more than that.

use mxsim_core::results::{Answer, Results, Subject};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Quiet, RunOptions, simulate};

/// Mail that two hosts share, each with so many sessions.
#[derive(Debug, Clone, Copy)]
struct Load {
    messages: u32,
    profile: &'static str,
    session_time: &'static str,
    when_full: &'static str,
}

fn results(load: Load, sessions: u32) -> Results {
    let Load { messages, profile, session_time, when_full } = load;
    let text = format!(
        "[zone]\ntext = '''\ne.org. 300 MX 10 mx1.e.org.\ne.org. 300 MX 10 mx2.e.org.\n\
         mx1.e.org. 300 A 192.0.2.1\nmx2.e.org. 300 A 192.0.2.2\n'''\n\
         [traffic]\nmessages_per_day = {messages}\nprofile = \"{profile}\"\npopulation = \"small-business\"\n\
         [nodes.\"*\"]\nsessions = {sessions}\nsession_time = \"{session_time}\"\nwhen_full = \"{when_full}\"\n"
    );
    let scenario = Scenario::from_toml(&text).unwrap_or_else(|error| panic!("{error}"));
    simulate(&scenario, RunOptions::of(&scenario).replications(6).worlds(0), &Quiet).expect("results")
}

/// The largest number that a node is said to need.
fn advised(results: &Results) -> Option<u32> {
    results.nodes.iter().filter_map(|node| node.sessions?.enough).max()
}

fn complains(results: &Results) -> bool {
    let others = results.verdict.others.iter().map(|other| other.subject);
    results.verdict.subject == Subject::TurnedAway && results.verdict.answer == Answer::No
        || others.into_iter().any(|subject| subject == Subject::TurnedAway)
}

/// Theory: what the mail of the busiest hour offers, by Erlang's formula, whatever the retries of a node that is far too small come to.
#[test]
fn what_is_advised_ends_the_complaint_and_half_of_it_does_not() {
    let office = Load { messages: 20_000, profile: "office", session_time: "20s", when_full: "421" };
    for (load, sessions) in [
        (office, 2),
        (office, 8),
        (Load { profile: "flat", when_full: "refuse", ..office }, 2),
        (Load { session_time: "60s", messages: 8_000, ..office }, 3),
        (Load { session_time: "4s", messages: 40_000, ..office }, 3),
    ] {
        let small = results(load, sessions);
        assert!(complains(&small), "{load:?}: {:?}", small.verdict);
        let enough = advised(&small).expect("a number");
        assert!(!complains(&results(load, enough)), "{load:?}: {enough} are not enough");
        assert!(
            complains(&results(load, enough / 2)),
            "{load:?}: {enough} are more than twice as many as it takes"
        );
    }
}

#[test]
fn mail_lost_to_full_nodes_asks_for_sessions() {
    let load = Load { messages: 20_000, profile: "office", session_time: "60s", when_full: "421" };
    let full = results(load, 1);
    assert_eq!(full.verdict.subject, Subject::Loss, "{:?}", full.verdict);
    assert!(
        full.verdict.action.starts_with("Give mx1, mx2 ") && full.verdict.action.contains(" sessions each"),
        "{:?}",
        full.verdict
    );
    assert!(!full.verdict.action.contains("outage"), "{:?}", full.verdict);
}
