//! What became of whose mail: outages that can be worked out with pencil and paper.

use mxsim_core::results::{Results, SenderResult};
use mxsim_verify::agree::assert_ratio;
use mxsim_verify::experiment::{equal_hosts, run, text};

/// Days in each experiment.
const DAYS: u64 = 40;

/// Two hosts and two senders of 10,000 messages each, flat over the day.
fn two_senders(first: &str, second: &str, events: &str) -> Results {
    let sender = |name: &str, keys: &str| {
        format!(
            "[[senders]]\nname = \"{name}\"\nshare = \"50 %\"\nsites = 10\nresolver = \"plain\"\n{keys}\n"
        )
    };
    run(&text(
        &format!("replications = {DAYS}\nwarm_up = \"1h\""),
        &equal_hosts(2, 300),
        &format!(
            "[traffic]\nmessages_per_day = 20000\nprofile = \"flat\"\n{}{}{events}",
            sender("a", first),
            sender("b", second)
        ),
    ))
}

fn both(results: &Results) -> [&SenderResult; 2] {
    let [a, b] = &results.senders[..] else { panic!("two senders") };
    [a, b]
}

/// Theory: both hosts refuse from 10:00 to 12:00, which is a twelfth of the day. Whoever tries once loses that twelfth. Whoever tries again every
/// 90 minutes gets all of it accepted, after 90 minutes if it arrived after 10:30 and after 180 before: late is a twelfth, and of all delays 91.7 %
/// are 0, 6.25 % 90 minutes and the rest 180 minutes, exactly. n: 400,000 messages a sender.
#[test]
fn an_outage_delays_the_mail_of_who_comes_back_and_loses_that_of_who_does_not() {
    let retry = |keys: &str| format!("preset = \"randomizing\"\nretry = {{ {keys} }}");
    let results = two_senders(
        &retry("max_attempts = 1"),
        &retry(
            "wait = { gaps = { list = [\"90m\"], then = \"repeat-last\" } }, queue_run = \"none\", jitter = \"0s\", lifetime = \"5d\"",
        ),
        "[[events]]\nat = \"10:00\"\nfor = \"2h\"\nnode = [\"mx1\", \"mx2\"]\nfault = \"refuse\"\n",
    );
    let [gives_up, waits] = both(&results);
    let twelfth = 1.0 / 12.0;
    assert_ratio("bounced", &gives_up.bounced_share.expect("messages"), DAYS, twelfth);
    assert_ratio("bounced in all", &results.delivery.bounced_share.expect("messages"), DAYS, twelfth / 2.0);
    assert_eq!(gives_up.late.map(|late| late.value), Some(0.0));
    assert_eq!(gives_up.delay.map(|delay| (delay.p99, delay.max)), Some((0.0, 0.0)));
    assert_ratio("late", &waits.late.expect("messages"), DAYS, twelfth);
    assert_eq!((waits.totals.bounced, waits.totals.waiting), (0, 0));
    let delay = waits.delay.expect("accepted messages");
    assert_eq!((delay.p50, delay.p95, delay.p99, delay.max), (0.0, 5_400.0, 10_800.0, 10_800.0));
    let accepted = (waits.totals.accepted + gives_up.totals.accepted) as f64;
    let late = results.delivery.late.expect("messages").value * accepted;
    assert!((late - waits.late.expect("messages").value * waits.totals.accepted as f64).abs() < 0.5);
}

/// Theory: the first host drops all packets. Who takes hosts in order waits 30 s with every message; who shuffles does with half of them. The
/// second host takes all, and each sender has half of the mail. n: 400,000 messages a sender.
#[test]
fn a_dead_first_host_costs_the_one_who_keeps_order_a_time_out_each_time() {
    let sender = |preset: &str| format!("preset = \"{preset}\"\ntimeouts = {{ connect = \"30s\" }}");
    let results = two_senders(
        &sender("order-preserving"),
        &sender("randomizing"),
        "[[events]]\nat = \"0:00\"\nfor = \"2d\"\nnode = \"mx1\"\nfault = \"drop\"\n",
    );
    let [in_order, shuffles] = both(&results);
    let delay = in_order.delay.expect("accepted messages");

    assert_eq!((delay.p50, delay.mean, delay.max), (30.0, 30.0, 30.0));
    assert_eq!(in_order.totals.connections_tried, 2 * in_order.totals.accepted + in_order.totals.waiting);
    let delay = shuffles.delay.expect("accepted messages");
    let half = (delay.mean_ci[1].expect("a bound") - delay.mean) * mxsim_verify::agree::widening(DAYS);
    mxsim_verify::agree::assert_near("mean delay", delay.mean, half, 15.0);
    assert_eq!((delay.p95, delay.max), (30.0, 30.0));
    for sender in [in_order, shuffles] {
        assert_ratio("its mail", &sender.share_of_mail, DAYS, 0.5);
        let shares: Vec<f64> = sender.by_node.iter().map(|at| at.share.value).collect();
        assert_eq!(shares, [0.0, 1.0], "{}", sender.name);
    }
}
