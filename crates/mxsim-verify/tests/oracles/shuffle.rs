//! Oracle 1: a choice per message is binomial; pooled addresses weigh hosts by their addresses.

use mxsim_verify::agree::{assert_mean, assert_positive, assert_ratio};
use mxsim_verify::experiment::{equal_hosts, run, text};

/// E[1/N | N > 0] of a Poisson number N of mean `mean`.
pub(crate) fn mean_reciprocal(mean: f64) -> f64 {
    let mut chance = libm::exp(-mean);
    let at_all = 1.0 - chance;
    let mut sum = 0.0;
    for n in 1..=(3.0 * mean + 50.0) as u32 {
        chance *= mean / f64::from(n);
        sum += chance / f64::from(n);
    }
    sum / at_all
}

/// Theory: given N messages a node's share has mean p = 1/n and variance p (1 - p) / N; N is Poisson.
/// n: 1,000 days of 300 messages, for 2, 3 and 5 hosts. A share is known to 0.0009, so a pick that is 2 % biased is seen.
#[test]
fn a_shuffle_for_each_message_is_binomial() {
    let (days, messages) = (1_000, 300.0);
    for hosts in [2, 3, 5] {
        let results = run(&text(
            &format!("replications = {days}\nseed = {hosts}\nwarm_up = \"1h\""),
            &equal_hosts(hosts, 300),
            &format!(
                "[traffic]\nmessages_per_day = {messages}\n[[senders]]\nname = \"all\"\npreset = \"randomizing\"\nsites = 50"
            ),
        ));
        let p = 1.0 / hosts as f64;
        let scatter = (p * (1.0 - p) * mean_reciprocal(messages)).sqrt();
        for node in &results.nodes {
            assert_mean(&format!("share of {} of {hosts}", node.name), &node.share, days, p);
        }
        // The scatter of one node says all: those of the others hang on it.
        assert_positive(&format!("scatter with {hosts} hosts"), &results.nodes[0].scatter, days, scatter);
    }
}

/// Three addresses on mx1, one each on mx2 and mx3.
const UNEVEN: &str = "example.com. 300 IN MX 10 mx1.example.com.
example.com. 300 IN MX 10 mx2.example.com.
example.com. 300 IN MX 10 mx3.example.com.
mx1.example.com. 300 IN A 192.0.2.1
mx1.example.com. 300 IN A 192.0.2.11
mx1.example.com. 300 IN A 192.0.2.12
mx2.example.com. 300 IN A 192.0.2.2
mx3.example.com. 300 IN A 192.0.2.3
";

/// Theory: Postfix shuffles addresses, so hosts get 3/5, 1/5, 1/5 and every address a fifth; Exim shuffles hosts, then the addresses of
/// each, so hosts get a third each and the addresses of mx1 a ninth. n: 300 days of 1,000 messages each; a share is known to 0.001.
#[test]
fn postfix_pools_addresses_and_exim_does_not() {
    let days = 300;
    for (preset, of_hosts, of_first_addresses) in
        [("postfix", [0.6, 0.2, 0.2], 0.2), ("exim", [1.0 / 3.0; 3], 1.0 / 9.0)]
    {
        let results = run(&text(
            &format!("replications = {days}\nwarm_up = \"1h\""),
            UNEVEN,
            &format!(
                "[traffic]\nmessages_per_day = 1000\n[[senders]]\nname = \"all\"\npreset = \"{preset}\"\nsites = 50"
            ),
        ));
        for (host, theory) in results.hosts.iter().zip(of_hosts) {
            assert_ratio(&format!("{preset}: {}", host.name), &host.share, days, theory);
        }
        assert_eq!(results.nodes.len(), 5, "a host with three addresses stands for three machines");
        for node in &results.nodes[..3] {
            assert_mean(&format!("{preset}: {}", node.name), &node.share, days, of_first_addresses);
        }
    }
}
