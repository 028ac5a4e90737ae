//! A host whose address is not known: the answer says both halves, with it and without it.

use mxsim_core::results::{Answer, Subject};
use mxsim_verify::experiment::{run, text};

const ZONE: &str = "example.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n\
                    example.com. 300 IN MX 10 c.example.com.\n\
                    a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\n";

/// The percentage that follows `words`.
fn percent_after(sentence: &str, words: &str) -> f64 {
    let (_, rest) = sentence.split_once(words).unwrap_or_else(|| panic!("{words:?} in {sentence}"));
    rest.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

/// Theory: each of M = 10,000 messages a day chooses by itself. Of two hosts the busier one carries at most 1/2 + 1.96 sqrt(1/4 / M) of a day on
/// 19 of 20, so 51.0 %. Of three each has a variance of 2/9 / M, and the largest of three lies within 1.96 (were they one) and 2.39 (were they
/// independent) standard deviations, so 34.3 to 34.5 %. n = 160 days: a quantile of so many is off by less than 0.3 points at 1 in 10,000.
#[test]
fn the_split_is_told_with_the_host_and_without_it() {
    let rest =
        "[traffic]\nmessages_per_day = 10000\nprofile = \"flat\"\n[[senders]]\npreset = \"randomizing\"\n";
    let verdict = run(&text("replications = 160\nwarm_up = \"0s\"", ZONE, rest)).verdict;
    assert_eq!((verdict.answer, verdict.subject), (Answer::DependsOn, Subject::IdleHost), "{verdict:?}");
    assert_eq!(verdict.depends_on, "c.example.com");
    let without = percent_after(&verdict.sentence, "carry all of it, at most ");
    assert!((without - 51.0).abs() < 0.3, "{}", verdict.sentence);
    let with = percent_after(&verdict.sentence, "the busiest node carries at most ");
    assert!((34.0..34.8).contains(&with), "{}", verdict.sentence);
}
