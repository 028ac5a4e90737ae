//! Oracle 6: where the mail of a dead host goes.

use mxsim_core::theory::failure::{successor_share, survivor_share};
use mxsim_verify::agree::{assert_mean, assert_near};
use mxsim_verify::experiment::{equal_hosts, run, text};

const HOSTS: usize = 4;
const DAYS: u64 = 300;

/// Shares of four hosts of which mx2 refuses all day.
fn with_mx2_dead(preset: &str, resolver: &str, theory: [f64; HOSTS]) {
    let results = run(&text(
        &format!("replications = {DAYS}\nwarm_up = \"1h\""),
        &equal_hosts(HOSTS, 300),
        &format!(
            "[traffic]\nmessages_per_day = 1000\n[[senders]]\nname = \"all\"\npreset = \"{preset}\"\nsites = 100\nresolver = \"{resolver}\"
[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mx2\"\nfault = \"refuse\"\n"
        ),
    ));
    for (node, theory) in results.nodes.iter().zip(theory) {
        assert_mean(&format!("{preset} behind {resolver}: {}", node.name), &node.share, DAYS, theory);
    }
    assert_eq!(results.delivery.totals.waiting, 0, "three hosts are up");
}

/// Theory: a shuffle meets the dead host anywhere and goes on to any other, so three survivors get a third each; with Exim's memory of bad
/// hosts as well. n: 300 days of 1,000 messages; a share is known to 0.001.
#[test]
fn shufflers_share_the_mail_of_a_dead_host() {
    assert_near("the formula of the library", survivor_share(HOSTS), 1e-12, 1.0 / 3.0);
    let third = [1.0 / 3.0, 0.0, 1.0 / 3.0, 1.0 / 3.0];
    for preset in ["randomizing", "postfix", "exim"] {
        with_mx2_dead(preset, "unbound", third);
    }
}

/// Theory: a rotation keeps neighbours, so who walks the list goes from mx2 to mx3: 2/4 instead of 1/4. n as above.
#[test]
fn list_walkers_give_it_all_to_the_successor() {
    assert_near("the formula of the library", successor_share(HOSTS), 1e-12, 0.5);
    with_mx2_dead("order-preserving", "unbound", [0.25, 0.0, 0.5, 0.25]);
}
