//! Oracle 7a: retry delays are exact sums of the schedule.
//!
//! All mail arrives in the first hour of the day and every host refuses from midnight until a time at which the waiting messages are
//! all between the same two retries. Then every one is accepted by the same retry, and delays are exact numbers, not samples.

use mxsim_core::results::{Delay, Results};
use mxsim_core::theory::failure::retry_delay;
use mxsim_verify::agree::assert_near;
use mxsim_verify::experiment::{equal_hosts, run, text};

const DAYS: u64 = 40;
const MESSAGES: u64 = 100;

/// A day whose mail comes between 00:00 and 01:00 and whose hosts are dead until `until`.
fn dead_until(until: &str, sender: &str) -> Results {
    let results = run(&text(
        &format!("replications = {DAYS}\nwarm_up = \"1h\""),
        &equal_hosts(3, 300),
        &format!(
            "[traffic]\nmessages_per_day = {MESSAGES}\nprofile = [1{}]\n[[senders]]\nname = \"all\"\n{sender}
[[events]]\nat = \"00:00\"\nfor = \"{until}\"\nnode = [\"mx1\", \"mx2\", \"mx3\"]\nfault = \"refuse\"\n",
            ", 0".repeat(23)
        ),
    ));
    let totals = results.delivery.totals;
    assert_eq!(totals.accepted, totals.messages, "all is delivered by the end of the day");
    assert!(totals.messages > DAYS * MESSAGES / 2);
    results
}

fn delay(results: &Results) -> Delay {
    results.delivery.delay.expect("mail was accepted")
}

/// Every message waited `seconds` and was retried `retries` times.
fn assert_exact(results: &Results, seconds: f64, retries: u64) {
    let delay = delay(results);
    for (what, value) in
        [("mean", delay.mean), ("p50", delay.p50), ("p95", delay.p95), ("p99", delay.p99), ("max", delay.max)]
    {
        assert_eq!(value, seconds, "{what} of the delays");
    }
    assert_eq!(results.delivery.totals.retries, retries * results.delivery.totals.messages);
    assert_eq!(
        results.delivery.totals.connections_tried,
        (retries * 3 + 1) * results.delivery.totals.messages
    );
}

/// Theory: 64 (2^k - 1) s after arrival; hosts come back 12 to 13 h after each arrival, between 64 * 511 and 64 * 1023 s.
#[test]
fn haraka_doubles_its_waits() {
    assert_exact(&dead_until("13h", "preset = \"haraka\""), 64.0 * 1023.0, 10);
}

/// Theory: 400 k^2 s after arrival; 12 to 13 h lie between 400 * 10^2 and 400 * 11^2 s.
#[test]
fn qmail_retries_at_squares() {
    assert_exact(&dead_until("13h", "preset = \"qmail_lp64\""), 400.0 * 121.0, 11);
}

/// Theory: gaps of 10 min, 20 min, 2 h, 2 h, ... add up to 600, 1,800, 9,000, 16,200 s; 3 to 4 h lie between the last two.
#[test]
fn a_list_of_gaps_adds_up() {
    let gaps = "preset = \"randomizing\"\nretry = { wait = { gaps = { list = [\"10m\", \"20m\", \"2h\"], then = \"repeat-last\" } } }";
    assert_eq!(retry_delay(&[600.0, 1_200.0, 7_200.0], 3.5 * 3_600.0), Some(16_200.0));
    assert_exact(&dead_until("4h", gaps), 16_200.0, 4);
}

/// Theory: a message waits as long as it is old, between 300 and 4,000 s, then for the next queue run. With r the time from its arrival to
/// the run before its first retry is due, it is tried at 300 + r, 900 + r, 2,100 + r, 4,500 + r, 8,700 + r and every 4,200 s from there, and r is
/// uniform in 0..300 s, but for the last second before a run, which a run takes as well: those messages, one in 300, are tried a second
/// before 300 s, and once more. Hosts come back 42,780 to 46,380 s after each arrival, between 42,300 + r and 46,500 + r.
/// n: about 4,000 messages; the mean of r has a standard error of 86.6 / 63 = 1.4 s, and 8 s is more than five of them.
/// Each message is alone on its outbound host (20,000 of them), so Postfix never declares the domain dead.
#[test]
fn postfix_waits_as_long_as_a_message_is_old_and_for_its_queue_run() {
    let results = dead_until("12h 53m", "preset = \"postfix\"\nsites = 20000\nsizes = \"equal\"");
    let (delay, totals) = (delay(&results), results.delivery.totals);
    let more = totals.retries - 14 * totals.messages;
    assert!(more > 0 && more < totals.messages / 100, "{more} of {}, about one in 300", totals.messages);
    assert_near("mean wait beyond 46,500 s", delay.mean - 46_500.0, 8.0, 150.0);
    assert!(
        (46_500.0..=46_800.0).contains(&delay.p50) && (46_780.0..=46_801.0).contains(&delay.max),
        "{delay:?}"
    );
}

/// Theory: with gaps of two hours and queue runs every five minutes the first retry waits r for its run, uniform in 0..300 s; every later one
/// is due exactly at a run and must not wait for the next. Hosts come back 3 to 4 h after each arrival, between 7,200 + r and 14,400 + r.
/// n: about 4,000 messages; 8 s is more than five standard errors of the mean of r.
#[test]
fn a_retry_that_is_due_at_a_queue_run_is_part_of_it() {
    let gaps = "preset = \"randomizing\"\nsites = 2000\nsizes = \"equal\"
retry = { wait = { gaps = { list = [\"2h\"], then = \"repeat-last\" } }, queue_run = \"5m\" }";
    let results = dead_until("4h", gaps);
    let (delay, totals) = (delay(&results), results.delivery.totals);
    assert_eq!(totals.retries, 2 * totals.messages);
    assert_near("mean wait beyond 14,400 s", delay.mean - 14_400.0, 8.0, 150.0);
    assert!((14_680.0..=14_700.0).contains(&delay.max), "{delay:?}");
}

/// Theory: a silent host costs the shorter of the MTA's and the kernel's time-out, then the next host takes the mail: exactly 30 s for Postfix,
/// 60 s for qmail, 133 s for Exim (its own limit is 5 min). The first host of two is silent all day; at least the first message meets it.
#[test]
fn a_silent_host_costs_the_shorter_time_out() {
    for (preset, seconds) in [("postfix", 30.0), ("qmail_lp64", 60.0), ("exim", 133.0)] {
        let results = run(&text(
            "replications = 20\nwarm_up = \"1h\"",
            &equal_hosts(2, 300),
            &format!(
                "[traffic]\nmessages_per_day = 200\n[[senders]]\nname = \"all\"\npreset = \"{preset}\"\nsites = 1\nresolver = \"plain\"
[[events]]\nat = \"00:00\"\nfor = \"23h\"\nnode = \"mx1\"\nfault = \"drop\"\n"
            ),
        ));
        let delay = delay(&results);
        assert_eq!((delay.max, delay.max_ci), (seconds, [Some(seconds); 2]), "{preset}");
    }
}
