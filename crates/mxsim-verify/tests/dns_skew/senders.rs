//! Senders that keep answers themselves.

use crate::mean_reciprocal;
use mxsim_verify::agree::{assert_mean, assert_positive};
use mxsim_verify::experiment::{equal_hosts, run, text};

/// Theory: a cache of its own keeps the answer in the order in which it came, so a list-walker behind Unbound, which turns each answer, has one
/// order for a TTL. With a TTL as long as the window the order changes once in it, at a uniform moment u: f = E[u^2 + (1 - u)^2] = 2/3. Without
/// the cache each message has an order of its own: f = 0. n: 1,000 windows of 600 messages.
#[test]
fn an_own_cache_freezes_the_order_for_a_ttl() {
    let (windows, single) = (1_000, mean_reciprocal(600.0));
    for (cache, kept) in [("\"own-ttl\"", 2.0 / 3.0), ("{ fixed = \"2h\" }", 2.0 / 3.0), ("\"stub\"", 0.0)] {
        let results = run(&text(
            &format!("replications = {windows}\nwindow = \"2h\"\nrun_length = \"2h\""),
            &equal_hosts(3, 7_200),
            &format!(
                "[traffic]\nmessages_per_day = 7200\n[[senders]]\nname = \"one\"\npreset = \"order-preserving\"\nresolver = \"unbound\"\ndns = {{ cache = {cache} }}\n"
            ),
        ));
        let theory = (2.0 / 9.0 * (single + (1.0 - single) * kept)).sqrt();
        assert_mean(cache, &results.nodes[0].share, windows, 1.0 / 3.0);
        assert_positive(cache, &results.nodes[0].scatter, windows, theory);
    }
}

const OLD: &str = "example.com. 60 IN MX 10 old.example.com.\nold.example.com. 300 IN A 192.0.2.1\n";
const CHANGE: &str = "[[changes]]\nat = \"00:30\"\nadd = \"new.example.com. 300 IN A 192.0.2.2\"\nreplace = \"example.com. 60 IN MX 10 new.example.com.\"\n";

/// Messages at the old host from `hour` on, in the mean of 20 replications of four hours.
fn old_from(hour: u32, sender: &str, more: &str) -> f64 {
    let results = run(&text(
        "replications = 20\nwindow = \"4h\"\nrun_length = \"4h\"",
        OLD,
        &format!(
            "{CHANGE}[traffic]\nmessages_per_day = 400000\n[[senders]]\nname = \"one\"\npreset = \"randomizing\"\n{sender}\n{more}"
        ),
    ));
    let first = (f64::from(hour) * 3_600.0 / results.series.bin_s) as usize;
    results.series.nodes[0].accepted[first..].iter().sum()
}

/// Theory: a fixed age counts from when the sender asked, whatever the TTL of 60 s says: after the change at 00:30 the last old answer is
/// used until 01:41 with an age of 70 min, and no longer. That no sender of 20 asked in the 40 min before the change has a chance of (3/7)^20.
#[test]
fn a_fixed_age_takes_no_notice_of_the_ttl() {
    assert_eq!(old_from(1, "dns = { cache = \"stub\" }", ""), 0.0);
    assert!(old_from(1, "dns = { cache = { fixed = \"70m\" } }", "") > 0.0, "some were asked after 00:00");
    assert_eq!(old_from(2, "dns = { cache = { fixed = \"70m\" } }", ""), 0.0);
}

/// Theory: a list that stays while an outbound host has anything to do stays for ever under steady traffic: 4.6 messages a second of 10 s each are
/// 46 deliveries under way, and none at all has a chance of e^-46. With look-ups by TTL all new connections go to the new host 60 s after the
/// change; the last of 10 s ends soon after.
#[test]
fn a_pinned_list_outlives_its_ttl_under_steady_traffic() {
    let slow = "[nodes.\"*\"]\nsession_time = \"10s\"\n";
    let reuse = "concurrency = 200\nreuse = { connections = \"always\", idle = \"10s\", age = \"30s\" }";
    assert_eq!(old_from(1, &format!("{reuse}\ndns = {{ cache = \"stub\" }}"), slow), 0.0);
    let pinned = old_from(1, &format!("{reuse}\ndns = {{ cache = \"pinned\" }}"), slow);
    let an_hour = 400_000.0 / 24.0;
    assert!(pinned > 2.9 * an_hour, "{pinned}: all mail of three hours");
}
