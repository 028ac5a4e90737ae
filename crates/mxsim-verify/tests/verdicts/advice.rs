//! Does the page say what is wrong, and the advice what helps? Scenarios in which there is one cause, and sentences that would be wrong about it.

use mxsim_core::results::Verdict;
use mxsim_verify::experiment::{equal_hosts, run, text};

/// A scenario, words that its verdict has to have, and words that would be wrong.
struct Advised {
    zone: String,
    rest: &'static str,
    says: &'static [&'static str],
    never: &'static [&'static str],
}

fn all_words(verdict: &Verdict) -> String {
    [&*verdict.sentence, &verdict.why, &verdict.action].join(" ")
}

fn with_ipv6(zone: &str) -> String {
    zone.replace(
        "mx1.example.com. 300 IN A",
        "mx1.example.com. 300 IN AAAA 2001:db8::1\nmx1.example.com. 300 IN A",
    )
}

/// A thousand messages a day, from senders of whom each has a site of its own.
fn mail(rest: &str) -> String {
    let sender = |name: &str, keys: &str| {
        format!("[[senders]]\nname = \"{name}\"\nsites = 2000\nsizes = \"equal\"\n{keys}\n")
    };
    let who = match rest {
        stays if stays.contains("# stays") => "preset = \"postfix\"\nfailover = \"same-host-later\"",
        _ => "preset = \"postfix\"",
    };
    let volume = if rest.contains("# little") { 3 } else { 1_000 };
    format!("[traffic]\nmessages_per_day = {volume}\n{}{rest}", sender("all", who))
}

fn cases() -> Vec<Advised> {
    let backup = equal_hosts(2, 300).replace("MX 10 mx2", "MX 20 mx2");
    let case = |zone: &str, rest, says, never| Advised { zone: zone.to_owned(), rest, says, never };
    let two = equal_hosts(2, 300);
    vec![
        // A backup that bounces needs no sessions.
        case(
            &backup,
            "[goals]\nsurvive = 1\n[[events]]\nat = \"0:00\"\nfor = \"1d\"\nnode = \"mx2\"\nfault = \"reject\"\nstage = \"recipient\"\n",
            &["With mx1 down", "of the mail bounces", "Mend mx2 first"],
            &["more sessions", "takes longer than"],
        ),
        // Nobody is turned away: what waits comes back to the same host.
        case(
            &two,
            "# stays\n[goals]\nsurvive = 1\n",
            &["takes longer than 5m", "The other nodes have room"],
            &["more sessions"],
        ),
        // An outage at random is one of the whole node.
        case(
            &two,
            "[nodes.mx1]\nmtbf = \"10d\"\nmttr = \"4h\"\n",
            &["mx1 fails at random and is up 9", "of the time"],
            &["a part of its connections"],
        ),
        case(
            &two,
            "[nodes.\"*\"]\nmtbf = \"10d\"\nmttr = \"4h\"\n",
            &["mx1, mx2 fail at random; each is up 9"],
            &["a part of their connections"],
        ),
        case(
            &with_ipv6(&equal_hosts(1, 300)),
            "[[events]]\nat = \"0:00\"\nfor = \"1d\"\nfamily = \"ipv6\"\nfault = \"drop\"\n",
            &["take the AAAA records out of the zone"],
            &["keep another host up", "Go on as planned"],
        ),
        case(
            &two,
            "[goals]\nquietest_share = { at_least = \"20 %\", on = \"95 %\" }\n",
            &["the quietest node carries at least 4", "even would be 50.0 %"],
            &["busiest"],
        ),
        // Nothing that comes after the run fails in it.
        case(
            &two,
            "[[events]]\nat = \"2d\"\nfor = \"1h\"\nnode = \"mx1\"\nfault = \"drop\"\n",
            &["on 19 of 20 days"],
            &["fails", "outages"],
        ),
        case(&two, "# little\n", &["too little mail for this goal"], &["load balancer"]),
    ]
}

#[test]
fn the_advice_is_about_what_is_wrong() {
    let mut wrong = Vec::new();
    for case in cases() {
        let words = all_words(
            &run(&text("warm_up = \"1h\"\nreplications = 40", &case.zone, &mail(case.rest))).verdict,
        );
        let lacks = case.says.iter().find(|says| !words.contains(**says));
        let has = case.never.iter().find(|never| words.contains(**never));
        if lacks.is_some() || has.is_some() {
            wrong.push(format!("{}\nlacks {lacks:?}, has {has:?}: {words}", case.rest));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
