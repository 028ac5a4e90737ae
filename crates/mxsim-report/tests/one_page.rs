//! The first page is one page, whatever a scenario brings: hosts, names, events, findings, goals and subjects in every number and length.

mod common;

use mxsim_core::results::{
    Answer, EventResult, Finding, GoalResult, OtherSubject, Results, Severity, Subject,
};
use mxsim_report::{Files, TextStyle, full, screen};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

const LINES: usize = 25;
const COLUMNS: usize = 80;

/// How much of everything a scenario brings.
#[derive(Debug, Clone, Copy)]
struct Odd {
    hosts: usize,
    letters: usize,
    events: usize,
    findings: usize,
    others: usize,
    goals: usize,
}

fn made<T: DeserializeOwned>(part: Value) -> T {
    serde_json::from_value(part).expect("a part of a document")
}

/// A name of this many letters, of which the middle tells it from others.
fn name(letters: usize, index: usize) -> String {
    let number = format!("{:02}", index + 1);
    let rest = letters.saturating_sub(number.len() + 2);
    format!(
        "mx{}{number}{}",
        "-inbound".repeat(8).chars().take(rest / 2).collect::<String>(),
        "-site".repeat(9).chars().take(rest / 2).collect::<String>()
    )
}

fn event(text: &str, part: f64) -> EventResult {
    let during = json!({
        "length_s": 3_600.0, "nodes": [], "messages": 1_000,
        "bounced": common::interval(part, 0.01), "prompt": common::interval(0.5, 0.01),
        "later": common::interval(0.4 - part, 0.01), "waiting": common::interval(0.1, 0.01),
        "delay": null,
    });
    made(
        json!({ "text": text, "kind": "fault", "begins_s": 60.0, "before": null, "during": during, "after": null }),
    )
}

fn finding(index: usize, about: &str) -> Finding {
    made(json!({
        "code": format!("odd-finding-{index}"),
        "severity": if index.is_multiple_of(2) { Severity::Error } else { Severity::Warning },
        "text": format!("{about} has something that a page has to say in more than one line, because what is wrong with it, what follows from that and \
                         what to do about it are three things"),
    }))
}

fn sample(name: &str) -> Results {
    common::all().into_iter().find(|sample| sample.0 == name).expect("a sample of this name").1
}

fn results(odd: Odd, answer: Answer, subject: Subject) -> Results {
    let mut results = sample(match odd.hosts {
        1 => "one_node",
        3 => "with_sessions",
        12 => "twelve_nodes",
        _ => "many_nodes",
    });
    for (index, node) in results.nodes.iter_mut().enumerate() {
        node.name = name(odd.letters, index);
    }
    let names: Vec<String> = results.nodes.iter().map(|node| node.name.clone()).collect();
    let last = names.last().expect("a node").clone();
    results.title =
        format!("{last}: is there room on the page for all of this, and what becomes of the rest of it? ")
            .repeat(2);
    results.events = (0..odd.events)
        .map(|index| {
            event(
                &format!("{}: drop from {index:02}:00 for 1h", names[index % names.len()]),
                0.01 * index as f64,
            )
        })
        .collect();
    results.findings = (0..odd.findings).map(|index| finding(index, &last)).collect();
    let other = |index: usize| -> OtherSubject {
        let first = &names[0];
        made(json!({
            "subject": ([Subject::Loss, Subject::Delay, Subject::TurnedAway][index % 3]),
            "sentence": format!("{first} holds up 1{index} % of your mail for longer than an hour, and all of that is from {last}."),
        }))
    };
    results.verdict.others = (0..odd.others).map(other).collect();
    let first: GoalResult = results.goals[0].clone();
    results.goals = vec![first; odd.goals];
    for (index, goal) in results.goals.iter_mut().enumerate() {
        goal.text = format!("{last} not above {index} %");
    }
    let verdict = &mut results.verdict;
    (verdict.answer, verdict.subject) = (answer, subject);
    verdict.sentence = format!(
        "{last} turns away 99 % of its connections in its busiest hour, as no other host does on any day. "
    )
    .repeat(1 + odd.others);
    verdict.action = format!(
        "Give {} 25 sessions each: then none is full on 19 of 20 days. Or close idle connections sooner.",
        names[..names.len().min(4)].join(", ")
    );
    results
}

/// Every choice of a number for each of the things that fill a page.
fn odd() -> Vec<Odd> {
    let mut all = Vec::new();
    for hosts in [1, 3, 12, 60] {
        for letters in [3, 30, 63] {
            for (events, others) in [(0, 0), (1, 3), (4, 1), (12, 2)] {
                for (findings, goals) in [(0, 1), (1, 3), (5, 1), (9, 8)] {
                    all.push(Odd { hosts, letters, events, findings, others, goals });
                }
            }
        }
    }
    all
}

#[test]
fn no_scenario_fills_more_than_one_page() {
    let cases = [
        (Answer::No, Subject::TurnedAway),
        (Answer::Yes, Subject::Loss),
        (Answer::DependsOn, Subject::Evenness),
        (Answer::CannotTell, Subject::Delay),
    ];
    for (at, odd) in odd().into_iter().enumerate() {
        let (answer, subject) = cases[at % cases.len()];
        let results = results(odd, answer, subject);
        let files = Files { scenario: Some("site.toml"), ..Files::default() };
        let page = screen(&results, &files, &TextStyle::default());
        let what = format!("{odd:?} {answer:?} {subject:?}");
        assert!(page.lines().count() <= LINES, "{what}: {} lines\n{page}", page.lines().count());
        assert!(page.lines().all(|line| line.width() <= COLUMNS), "{what}\n{page}");
        for needed in ["  sure ", "  do ", "Next: mxsim "] {
            assert!(page.contains(needed), "{what} lacks {needed:?}:\n{page}");
        }
    }
}

/// What is left out is counted beside the way to it, and stands there.
#[test]
fn what_the_page_leaves_out_stands_in_full() {
    for odd in odd().into_iter().filter(|odd| odd.events > 2 && odd.letters == 3) {
        let results = results(odd, Answer::No, Subject::Loss);
        let page = screen(&results, &Files::default(), &TextStyle::default());
        let shown = page.matches(": drop from").count();
        let page: String = page.split_whitespace().collect::<Vec<_>>().join(" ");
        let left = odd.events - shown;
        let words = if left == 1 { "1 more event".to_owned() } else { format!("{left} more events") };
        assert!(page.contains(&words) && page.contains("--full"), "{odd:?}: {shown} shown\n{page}");
        let long: String = full(&results, &Files::default(), &TextStyle::default())
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        for event in &results.events {
            assert!(long.contains(&event.text), "{odd:?}: {} is nowhere\n{long}", event.text);
        }
        for other in &results.verdict.others {
            assert!(long.contains(&other.sentence), "{odd:?}: {} is nowhere\n{long}", other.sentence);
        }
    }
}

/// Of many hosts those that the answer names are in the table.
#[test]
fn the_hosts_that_the_answer_names_are_shown() {
    for place in [1, 9, 59] {
        let mut results = sample("many_nodes");
        let name = results.nodes[place].name.clone();
        results.verdict.sentence = format!("{name} gets 0.7 % of the mail on average; its target is 4.2 %.");
        let page = screen(&results, &Files::default(), &TextStyle::default());
        let rows = page.lines().filter(|line| line.split_whitespace().next() == Some(name.as_str())).count();
        assert_eq!(rows, 2, "the sentence and a row of the table name {name}:\n{page}");
    }
}
