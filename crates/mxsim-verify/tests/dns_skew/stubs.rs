//! RFC 6724: libraries that sort addresses (row 2 of the ranking).

use crate::{days, mean_reciprocal};
use mxsim_core::results::Results;
use mxsim_verify::agree::{assert_mean, assert_positive};

/// One exchange host with three IPv6 addresses, each in the block of another regional registry.
const FAR_APART: [&str; 3] = ["2400::1", "2600::1", "2a00::1"];
/// Three in one network.
const TOGETHER: [&str; 3] = ["2001:db8::1", "2001:db8::2", "2001:db8:ffff::3"];
/// Three IPv4 addresses in different eighths of the net.
const IPV4: [&str; 3] = ["20.0.0.1", "70.0.0.1", "150.0.0.1"];

const DAYS: u64 = 400;
const MESSAGES: u32 = 500;

fn zone(record_type: &str, addresses: [&str; 3]) -> String {
    let line = |address| format!("mx.example.com. 300 IN {record_type} {address}\n");
    // A whole zone: a host has no addresses but these.
    format!(
        "$ORIGIN example.com.\nexample.com. 300 IN MX 10 mx.example.com.\n{}",
        addresses.map(line).concat()
    )
}

/// A site that takes addresses as its library sorts them, behind a resolver that rotates each answer.
fn sorting(more: &str) -> String {
    format!(
        "[[senders]]\nname = \"one\"\npreset = \"order-preserving\"\nresolver = \"unbound\"\ndns = {{ address_sort = \"rfc6724\" }}\n{more}\n"
    )
}

fn round_robin_survives(what: &str, results: &Results) {
    let theory = (2.0 / 9.0 * mean_reciprocal(f64::from(MESSAGES))).sqrt();
    for node in &results.nodes {
        assert_mean(what, &node.share, DAYS, 1.0 / 3.0);
    }
    assert_positive(what, &results.nodes[0].scatter, DAYS, theory);
}

/// Row 2. Theory: a site in one of five blocks is pinned to the address with the longest common prefix. 2400::/12 and 2600::/12 have theirs; 2a00::1
/// also draws 2800::/12 (6 bits in common, not 4) and 2c00::/12 (5, not 4): shares 1/5, 1/5, 3/5. Each site sends everything to one address,
/// for ever, so from one site to another a share is 0 or 1: sd sqrt(p (1 - p)), 45 to 49 points. n: 400 sites, a day each.
#[test]
fn row_2_ipv6_pins_each_sender_for_ever() {
    for stub in ["glibc", "musl", "freebsd", "go", "c_ares", "windows"] {
        let results = days(DAYS, MESSAGES, &zone("AAAA", FAR_APART), &sorting(&format!("stub = \"{stub}\"")));
        for (node, p) in results.nodes.iter().zip([0.2, 0.2, 0.6_f64]) {
            assert_mean(&format!("{stub}: {}", node.name), &node.share, DAYS, p);
            assert_positive(&format!("{stub}: scatter"), &node.scatter, DAYS, (p * (1.0 - p)).sqrt());
            assert!(
                [node.share.p05, node.share.p95].iter().all(|&share| share == 0.0 || share == 1.0),
                "all or nothing"
            );
        }
    }
}

/// Theory: libraries that do not sort, and senders that ask none, leave the rotation as it is.
#[test]
fn without_sorting_round_robin_survives() {
    for more in ["stub = \"openbsd\"", "stub = \"raw\""] {
        round_robin_survives(more, &days(DAYS, MESSAGES, &zone("AAAA", FAR_APART), &sorting(more)));
    }
    let alone = sorting("").replace("rfc6724", "none");
    round_robin_survives("its own look-ups", &days(DAYS, MESSAGES, &zone("AAAA", FAR_APART), &alone));
}

/// Theory: rule 9 is about the sender's own prefix. A sender elsewhere shares as much with one address of a network as with the other, and
/// then the order of the answer stays (rule 10). So addresses in one block are not pinned.
#[test]
fn addresses_in_one_block_are_equally_far() {
    round_robin_survives(
        "one block",
        &days(DAYS, MESSAGES, &zone("AAAA", TOGETHER), &sorting("stub = \"glibc\"")),
    );
}

/// Theory: with the sender's own address known there is no luck left: 2600:1::7 shares 31 bits with 2600::1, and a sender inside the network of
/// all three is nearest to one of them.
#[test]
fn a_known_address_has_one_nearest() {
    for (home, addresses, nearest) in [
        ("2600:1::7", FAR_APART, "2600::1"),
        ("2001:db8:fff0::7", TOGETHER, "2001:db8:ffff::3"),
        ("2001:db8::3", TOGETHER, "2001:db8::2"),
    ] {
        let more = format!("stub = \"glibc\"\naddresses = [\"{home}\"]");
        let results = days(3, MESSAGES, &zone("AAAA", addresses), &sorting(&more));
        for node in &results.nodes {
            let expected = if node.addresses[0] == nearest { 1.0 } else { 0.0 };
            assert_eq!(node.share.mean, expected, "{home}: {:?}", node.addresses);
        }
    }
}

/// Theory: on IPv4 glibc, FreeBSD, Go and c-ares keep the order of the answer, and musl does as long as there is no IPv6 address. Windows always
/// sorts: sites are pinned there, and their share is all or nothing wherever their prefix tells the addresses apart.
#[test]
fn ipv4_is_pinned_by_windows_and_in_mixed_sets_by_musl() {
    for stub in ["glibc", "musl", "go"] {
        let results = days(DAYS, MESSAGES, &zone("A", IPV4), &sorting(&format!("stub = \"{stub}\"")));
        round_robin_survives(stub, &results);
    }
    let mixed = &(zone("A", IPV4) + "mx.example.com. 300 IN AAAA 2001:db8::1\n");
    // The IPv6 address is down, so that IPv4 shows.
    let down = "[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mx/4\"\nfault = \"refuse\"\n";
    let scatter = |stub: &str, zone: &str, more: &str| {
        let sender = sorting(&format!("stub = \"{stub}\"")) + more;
        days(DAYS, MESSAGES, zone, &sender).nodes[0].scatter.value
    };
    assert!(scatter("windows", &zone("A", IPV4), "") > 0.3);
    assert!(scatter("musl", mixed, down) > 0.3);
    assert!(scatter("glibc", mixed, down) < 0.05);
}
