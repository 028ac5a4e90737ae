//! Mail that waits when the run ends is neither on time nor lost: a short run never promises what a longer one denies.

use mxsim_core::results::{Answer, Results, Subject};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Quiet, RunOptions, simulate};

const ONE: &str = "e.org. 300 MX 10 mx1.e.org.\nmx1.e.org. 300 A 192.0.2.1";
const TWO: &str = "e.org. 300 MX 10 mx1.e.org.\ne.org. 300 MX 10 mx2.e.org.\n\
                   mx1.e.org. 300 A 192.0.2.1\nmx2.e.org. 300 A 192.0.2.2";

/// Results of a scenario of these zone lines and of what follows them, with a run of so many days.
fn results(zone: &str, rest: &str, days: u32) -> Results {
    let text = format!(
        "[run]\nrun_length = \"{days}d\"\n[zone]\ntext = '''\n{zone}\n'''\n{rest}\n[traffic]\nmessages_per_day = 300\n\
         population = \"small-business\"\n"
    );
    let scenario = Scenario::from_toml(&text).unwrap_or_else(|error| panic!("{error}"));
    let options = RunOptions::of(&scenario).replications(10).worlds(0);
    simulate(&scenario, options, &Quiet).expect("results")
}

fn outage(at: &str, length: &str, fault: &str) -> String {
    format!("[[events]]\nnode = \"mx1\"\nfault = \"{fault}\"\nat = \"{at}\"\nfor = \"{length}\"\n")
}

const fn is_yes(answer: Answer) -> bool {
    matches!(answer, Answer::Yes | Answer::YesRoughly)
}

/// Theory: what a run has not seen the end of, it cannot promise. Over starts and lengths of outages, of the only host, of one of two, and of the DNS.
#[test]
fn a_short_run_never_promises_what_a_long_one_denies() {
    let starts = ["02:00", "20:00", "22:30", "23:30", "23:58"];
    let lengths = ["5m", "2h", "6d"];
    let goals = "[goals]\ndelay_p95 = \"4h\"\nbounced = \"0.01 %\"\n";
    let (mut yes, mut denied, mut careful) = (0, 0, 0);
    for (at, length) in starts.iter().flat_map(|at| lengths.iter().map(move |length| (at, length))) {
        let dns = format!("unreachable = [{{ at = \"{at}\", for = \"{length}\" }}]\n");
        for (zone, rest) in [
            (ONE, outage(at, length, "refuse")),
            (ONE, format!("{}{goals}", outage(at, length, "refuse"))),
            (TWO, outage(at, length, "drop")),
            (TWO, dns),
        ] {
            let (short, long) = (results(zone, &rest, 1), results(zone, &rest, 9));
            let [short_answer, long_answer] = [&short, &long].map(|results| results.verdict.answer);
            yes += u32::from(is_yes(short_answer));
            denied += u32::from(long_answer == Answer::No);
            careful += u32::from(
                short_answer == Answer::CannotTell && short.verdict.action.contains("run_length = "),
            );
            assert!(
                !(is_yes(short_answer) && long_answer == Answer::No),
                "{at} {length} {rest}: {}\n{}",
                short.verdict.sentence,
                long.verdict.sentence
            );
        }
    }
    assert!(yes >= 8 && denied >= 12 && careful >= 4, "{yes} {denied} {careful}");
}

#[test]
fn mail_that_waits_counts_with_the_time_it_has_waited() {
    let evening = results(ONE, &outage("20:00", "6d", "refuse"), 1);
    assert_eq!(
        (evening.verdict.subject, evening.verdict.answer),
        (Subject::Delay, Answer::No),
        "{:?}",
        evening.verdict
    );
    let open = evening
        .verdict
        .others
        .iter()
        .find(|other| other.subject == Subject::Loss)
        .expect("what is not known");
    assert!(
        open.sentence.contains("still waits when the run ends, and what becomes of it is not known"),
        "{open:?}"
    );
    assert!(evening.findings.iter().any(|finding| finding.code == "event-outlives-run"));
    // Nothing has waited for an hour yet.
    let midnight = results(ONE, &outage("23:30", "6d", "refuse"), 1);
    assert_eq!((midnight.verdict.subject, midnight.verdict.answer), (Subject::Loss, Answer::CannotTell));
    assert!(
        midnight.verdict.action.contains("write run_length = \"14d\" into [run]"),
        "{:?}",
        midnight.verdict
    );
}

#[test]
fn goals_about_delivery_are_not_met_while_mail_waits() {
    let goals = "[goals]\ndelay_p95 = \"1d\"\nbounced = \"1 %\"\n";
    let open = results(ONE, &format!("{}{goals}", outage("22:00", "6d", "refuse")), 1);
    assert_eq!(open.verdict.answer, Answer::CannotTell, "{:?}", open.verdict);
    assert!(open.verdict.action.contains("run_length = "), "{:?}", open.verdict);
    assert!(!open.verdict.sentence.contains("without delay"), "{:?}", open.verdict);
}

/// An outage that is over, and whose mail has come, leaves no doubt; nor does the mail that is always under way.
#[test]
fn a_run_that_has_seen_the_end_has_no_doubt() {
    for results in [results(ONE, "", 1), results(TWO, &outage("03:00", "30m", "refuse"), 1)] {
        assert!(
            is_yes(results.verdict.answer) || results.verdict.subject == Subject::Evenness,
            "{:?}",
            results.verdict
        );
        assert!(!results.verdict.action.contains("run_length"), "{:?}", results.verdict);
    }
}

#[test]
fn an_outage_of_the_dns_is_an_event() {
    let results = results(TWO, "unreachable = [{ at = \"09:00\", for = \"1h\" }]\n", 1);
    let event = &results.events[0];
    assert_eq!(event.text, "DNS: no answer from 09:00 for 1h");
    assert!(event.during.as_ref().is_some_and(|during| during.later.is_some_and(|part| part.value > 0.5)));
}
