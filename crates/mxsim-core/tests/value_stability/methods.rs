//! Whole replications by each way to simulate a sender: where the mail of three days went.

use crate::stable;
use mxsim_core::engine::{MethodChoice, compile_for, replicate};
use mxsim_core::scenario::Scenario;

/// Mail that each of three hosts accepts on each of three days, and what was tried at the first, which refuses for an hour of it. The sender has to be
/// simulated by this method.
fn days(sender: &str, method: &str) -> [[u64; 4]; 3] {
    let choice = if method == "messages" { MethodChoice::Messages } else { MethodChoice::Fastest };
    let text = format!(
        r#"
[zone]
text = """
$ORIGIN example.com.
@   300 IN MX 10 mx1
@   300 IN MX 10 mx2
@   300 IN MX 10 mx3
mx1 300 IN A 192.0.2.1
mx2 300 IN A 192.0.2.2
mx3 300 IN A 192.0.2.3
"""

[traffic]
messages_per_day = 30_000
profile = "office"

[[senders]]
sites = 10
{sender}

[[events]]
at = "10:00"
for = "1h"
node = "mx1"
fault = "refuse"
"#
    );
    let world = compile_for(&Scenario::from_toml(&text).expect("a scenario"), choice);
    assert_eq!(world.labels.methods[0].method, method);
    [0, 1, 2].map(|replication| {
        let tally = replicate(&world, 1, replication, &|| false).expect("nobody cancels it");
        let nodes = &tally.nodes;
        [nodes[0].accepted, nodes[1].accepted, nodes[2].accepted, nodes[0].connections_tried]
    })
}

#[test]
fn counts() {
    let days = days("preset = \"randomizing\"\nresolver = \"plain\"", "counts");
    stable(
        "counts",
        days,
        [[9107, 10636, 10373, 10020], [9222, 10504, 10520, 10110], [9024, 10362, 10509, 9897]],
    );
}

#[test]
fn decisions() {
    let days = days("preset = \"cache-sticky\"\nsticky = \"2h\"\nresolver = \"plain\"", "decisions");
    stable(
        "decisions",
        days,
        [[11393, 11373, 7052, 12333], [10802, 13381, 5641, 12010], [8535, 7750, 13692, 9439]],
    );
}

#[test]
fn messages() {
    let days = days("preset = \"randomizing\"\nresolver = \"plain\"", "messages");
    stable(
        "messages",
        days,
        [[8958, 10581, 10537, 9892], [9117, 10382, 10472, 9994], [9105, 10435, 10567, 10037]],
    );
}

/// MTAs with habits of their own, single messages of which depend on each other.
#[track_caller]
fn check(preset: &str, in_this_epoch: [[u64; 4]; 3]) {
    let sender = format!("preset = \"{preset}\"\nresolver = \"unbound\"");
    stable(preset, days(&sender, "messages"), in_this_epoch);
}

#[test]
fn kept_connections() {
    check(
        "postfix_plaintext",
        [[9245, 10456, 10295, 10181], [8987, 10467, 10622, 9904], [9022, 10300, 10367, 9917]],
    );
}

#[test]
fn host_memory() {
    check("exim", [[9090, 10544, 10434, 9130], [9188, 10383, 10361, 9228], [9048, 10312, 10453, 9088]]);
}

#[test]
fn connections_for_the_destination() {
    check("opensmtpd", [[9066, 10132, 10939, 5813], [9091, 9964, 10922, 5840], [9129, 10255, 10623, 5790]]);
}

#[test]
fn child_processes() {
    check("courier", [[7359, 15624, 6754, 1158], [6313, 14978, 8665, 1116], [9818, 7137, 13005, 1095]]);
}

#[test]
fn connections_by_the_length_of_the_queue() {
    check("kumomta", [[9161, 10274, 10295, 6740], [9244, 10512, 10394, 6660], [9344, 10475, 10463, 6769]]);
}
