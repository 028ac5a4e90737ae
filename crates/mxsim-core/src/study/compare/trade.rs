//! The rule of the trade: where a rough split is enough and the machines are interchangeable, records in the DNS do; where one overloaded machine is an
//! incident, only something that looks at the machines does. Which of the two it is the goals say.

use super::document::{Trade, TradeGrade};
use super::outcome::{Candidate, Outcome};
use crate::numerals::percent;
use crate::results::{Answer, GoalStatus, Results};

/// What the goals of the first outcome ask of a design, and which of the outcomes give it.
pub(super) fn trade(outcomes: &[Outcome], candidates: &[Candidate]) -> Trade {
    let named = || outcomes.iter().zip(candidates);
    let meets = |outcome: &Outcome| outcome.results.goals.iter().all(|goal| goal.status == GoalStatus::Met);
    let misses =
        |outcome: &Outcome| outcome.results.goals.iter().any(|goal| goal.status == GoalStatus::Missed);
    let meeting = |edge: bool| -> Vec<&str> {
        let good = named().filter(|(o, _)| o.has_edge() == edge && meets(o) && is_good(&o.results));
        good.map(|(_, candidate)| candidate.name.as_str()).collect()
    };
    let (by_records, by_edge) = (meeting(false), meeting(true));
    let records: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.has_edge()).collect();
    let best = records.iter().map(|outcome| busiest(&outcome.results)).fold(f64::INFINITY, f64::min);
    let bad_day = percent(best);
    let which = if records.len() == outcomes.len() { "here" } else { "by records" };
    let edge = if records.is_empty() {
        "records in the DNS, if your goals allow for an uneven day: none of them was compared".to_owned()
    } else {
        format!(
            "a load balancer in front, if one node above {bad_day} of the mail is an incident: every design {which} goes above that on 1 day in 20"
        )
    };
    match (by_records.is_empty(), by_edge.is_empty(), records.iter().all(|outcome| misses(outcome))) {
        (false, ..) => Trade {
            grade: TradeGrade::Simple,
            sentence: format!("publish {}: records in the DNS do what your goals ask", one_of(&by_records)),
            otherwise: edge,
        },
        (true, false, true) => Trade {
            grade: TradeGrade::Strict,
            sentence: format!(
                "put a load balancer in front ({}): no design by records meets your goals",
                one_of(&by_edge)
            ),
            otherwise: if records.is_empty() { edge } else { format!("records would do if the busiest node could take {bad_day} of the mail, which the best of them exceeds on 1 day in 20") },
        },
        (true, true, true) if outcomes.len() == records.len() => Trade {
            grade: TradeGrade::Strict,
            sentence: "put a load balancer in front, or make every node large enough for what the busiest gets: no design meets your goals by records in the DNS alone".into(),
            otherwise: format!("records would do if the busiest node could take {bad_day} of the mail, which the best design exceeds on 1 day in 20"),
        },
        (true, true, true) if outcomes.iter().all(misses) => Trade {
            grade: TradeGrade::Strict,
            sentence: "make the nodes larger, or ask for less: neither records in the DNS nor a load balancer meets your goals".into(),
            otherwise: edge,
        },
        _ => Trade {
            grade: TradeGrade::Moderate,
            sentence: "simulate more days: whether any design meets your goals is open".into(),
            otherwise: edge,
        },
    }
}

fn is_good(results: &Results) -> bool {
    !matches!(results.verdict.answer, Answer::No)
}

/// The share of the busiest node on a bad day.
fn busiest(results: &Results) -> f64 {
    results.balance.busiest_share.p95
}

fn one_of(names: &[&str]) -> String {
    match names {
        [one] => (*one).to_owned(),
        several => {
            let (last, before) = several.split_last().expect("there are several");
            format!("{} or {last}", before.join(", "))
        }
    }
}
