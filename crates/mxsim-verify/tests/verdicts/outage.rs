//! Outages, backups and odd zones, whose answer can be worked out by hand or by adding up Poisson chances.

use crate::Case;
use mxsim_core::results::Answer;
use mxsim_verify::experiment::{equal_hosts, text};

/// Messages a day; flat traffic.
const MESSAGES: f64 = 1_000.0;

/// Chance that of Poisson many messages, each of which is *in* with chance `part`, at most the fraction `limit` is in.
fn chance_at_most(part: f64, limit: f64) -> f64 {
    let chances = |mean: f64| {
        let log = |n: u32| -mean + f64::from(n) * libm::log(mean) - libm::lgamma(f64::from(n) + 1.0);
        (0..2_000).map(|n| libm::exp(log(n))).collect::<Vec<f64>>()
    };
    let (within, without) = (chances(MESSAGES * part), chances(MESSAGES * (1.0 - part)));
    let mut met = 0.0;
    let mut enough = 0;
    // Running sum of the chances that at least as many others come as are needed.
    let mut left = 1.0;
    for (n, chance) in within.iter().enumerate() {
        while enough < without.len() && (n as f64) > limit * (n + enough) as f64 + 1e-9 {
            left -= without[enough];
            enough += 1;
        }
        met += chance * left.max(0.0);
    }
    met
}

/// The answer to a goal that is met when at most `limit` of the messages are *in*, on 19 of 20 days.
fn answer(part: f64, limit: f64) -> Answer {
    let chance = chance_at_most(part, limit);
    assert!((chance - 0.95).abs() > 0.015, "a chance of {chance} is too near");
    if chance > 0.95 { Answer::Yes } else { Answer::No }
}

fn case(name: &str, zone: &str, rest: &str, truth: Answer) -> Case {
    let rest = format!("[traffic]\nmessages_per_day = {MESSAGES}\n{rest}");
    Case { name: name.into(), text: text("warm_up = \"1h\"", zone, &rest), truth }
}

fn sender(keys: &str) -> String {
    format!("[[senders]]\nname = \"all\"\nsites = 2000\nsizes = \"equal\"\n{keys}\n")
}

fn outage(node: &str, hours: u32, fault: &str) -> String {
    format!("[[events]]\nat = \"06:00\"\nfor = \"{hours}h\"\nnode = \"{node}\"\nfault = \"{fault}\"\n")
}

fn delay_p95(limit: &str) -> String {
    format!("[goals]\ndelay_p95 = \"{limit}\"\n")
}

const BACKUP: &str = "example.com. 300 IN MX 10 mx1.example.com.
example.com. 300 IN MX 20 mx2.example.com.
mx1.example.com. 300 IN A 192.0.2.1
mx2.example.com. 300 IN A 192.0.2.2
";

/// 12 cases.
pub(crate) fn cases() -> Vec<Case> {
    let postfix = sender("preset = \"postfix\"");
    let same_host = sender("preset = \"postfix\"\nfailover = \"same-host-later\"");
    let three = equal_hosts(3, 300);
    // One of three hosts is silent for h hours: a third of the mail of that time waits 30 s for Postfix's time-out.
    let silent = |hours: u32| f64::from(hours) / 24.0 / 3.0;
    let with = |parts: &[&str]| parts.concat();
    let carries = |limit: f64| format!("[goals]\nbusiest_share = {limit}\n");
    vec![
        case(
            "six hours of silence, 10 s allowed",
            &three,
            &with(&[&postfix, &outage("mx2", 6, "drop"), &delay_p95("10s")]),
            answer(silent(6), 0.05),
        ),
        case(
            "two hours of silence, 10 s allowed",
            &three,
            &with(&[&postfix, &outage("mx2", 2, "drop"), &delay_p95("10s")]),
            answer(silent(2), 0.05),
        ),
        case(
            "six hours of silence, a minute allowed",
            &three,
            &with(&[&postfix, &outage("mx2", 6, "drop"), &delay_p95("1m")]),
            Answer::Yes,
        ),
        case(
            "six hours of refusal, 10 s allowed",
            &three,
            &with(&[&postfix, &outage("mx2", 6, "refuse"), &delay_p95("10s")]),
            Answer::Yes,
        ),
        // Nobody fails over, so all mail of the outage waits for five minutes at least.
        case(
            "an hour without the only host",
            &equal_hosts(1, 300),
            &with(&[&same_host, &outage("mx1", 1, "refuse"), &delay_p95("1m")]),
            answer(1.0 / 24.0, 0.05),
        ),
        case(
            "three hours without the only host",
            &equal_hosts(1, 300),
            &with(&[&same_host, &outage("mx1", 3, "refuse"), &delay_p95("1m")]),
            answer(3.0 / 24.0, 0.05),
        ),
        // The primary carries all mail but that of its outage.
        case(
            "no node above 90 % with an outage of four hours",
            BACKUP,
            &with(&[&postfix, &outage("mx1", 4, "refuse"), &carries(0.9)]),
            answer(20.0 / 24.0, 0.9),
        ),
        case(
            "no node above 80 % with an outage of four hours",
            BACKUP,
            &with(&[&postfix, &outage("mx1", 4, "refuse"), &carries(0.8)]),
            answer(20.0 / 24.0, 0.8),
        ),
        case("a backup stays out of the split", BACKUP, &postfix, Answer::Yes),
        case(
            "nobody is there all day",
            &equal_hosts(1, 300),
            &with(&[
                &postfix,
                &outage("mx1", 18, "refuse"),
                &delay_p95("1d").replace("[goals]\n", "[goals]\nbusiest_share = 0.5\n"),
            ]),
            Answer::No,
        ),
        case("a null MX", "example.com. 300 IN MX 0 .\n", &postfix, Answer::No),
        case("implicit MX", "$ORIGIN e.example.\n@ 300 A 192.0.2.1\n", &postfix, Answer::Yes),
    ]
}
