//! Every two designs held against each other.
//!
//! What decides is what decides a verdict, in the same order: a goal that one meets and the other misses; mail lost, mail late, connections turned
//! away, first on an ordinary day, then on one with a node down and, where there is one, on one with the edge down; how busy the busiest node is. A quantity counts only if one of the two lies beyond
//! the limit of the verdict, and only if the difference is surely not zero; for the busiest node, which has no such limit, if it is worth a word.

use super::document::{NamedDifference, Pair};
use super::outcome::{Candidate, Outcome};
use crate::estimate::measure::{Measure, Value};
use crate::estimate::paired::Family;
use crate::numerals::{percent, percent_digits, points, significant};
use crate::results::{Difference, GoalStatus, Interval, Unit, listed};
use crate::scenario::{LOST, SLOW_PART, TURNED_AWAY};

/// Shares that differ by less are the same for anybody who plans. *Assumption*.
const SAME_SHARE: f64 = 0.01;

/// All pairs, in the order of the candidates.
pub(super) fn pairs(candidates: &[Candidate], outcomes: &[Outcome], family: Family) -> Vec<Pair> {
    let both = |i: usize| (i + 1..candidates.len()).map(move |j| (i, j));
    let places = (0..candidates.len()).flat_map(both);
    places
        .map(|(i, j)| pair((&candidates[i], &outcomes[i]), (&candidates[j], &outcomes[j]), family))
        .collect()
}

/// A quantity of two outcomes.
struct Compared<'a> {
    prefix: &'static str,
    measure: &'a Measure,
    values: [&'a [Value]; 2],
    difference: Difference,
    means: [f64; 2],
}

fn pair(first: (&Candidate, &Outcome), second: (&Candidate, &Outcome), family: Family) -> Pair {
    let mut compared = compare("", &first.1.measured, &second.1.measured, family);
    compared.extend(compare("node_down.", &first.1.down, &second.1.down, family));
    if first.1.has_edge() || second.1.has_edge() {
        compared.extend(compare("edge_down.", &first.1.edge_down, &second.1.edge_down, family));
    }
    let (decided, decided_by, better_on) = decide(first.1, second.1, &compared);
    let names = [&first.0.name, &second.0.name];
    let labels = &first.1.labels;
    let named = |one: &Compared<'_>| NamedDifference {
        name: format!("{}{}", one.prefix, one.measure.name(labels)),
        text: text(one, labels),
        unit: one.measure.unit(),
        difference: one.difference,
    };
    Pair {
        first: names[0].clone(),
        second: names[1].clone(),
        winner: decided.map(|side| names[side].clone()),
        decided_by,
        better_on,
        differences: compared.iter().map(named).collect(),
    }
}

fn text(one: &Compared<'_>, labels: &crate::tally::labels::Labels) -> String {
    let when = match one.prefix {
        "" => "",
        "edge_down." => ", with its edge, or a node if it has none, down",
        _ => ", with a node down",
    };
    format!("{}{when}", one.measure.text(labels))
}

fn compare<'a>(
    prefix: &'static str,
    first: &'a [(Measure, Vec<Value>)],
    second: &'a [(Measure, Vec<Value>)],
    family: Family,
) -> Vec<Compared<'a>> {
    let one = |(measure, a): &'a (Measure, Vec<Value>)| {
        let (_, b) = second.iter().find(|(other, _)| other == measure)?;
        let means = [family.mean(a)?.value, family.mean(b)?.value];
        Some(Compared { prefix, measure, values: [a, b], difference: family.difference(a, b)?, means })
    };
    first.iter().filter_map(one).collect()
}

/// Which side is better (0 or 1), by what, and on which part of the days.
fn decide(
    first: &Outcome,
    second: &Outcome,
    compared: &[Compared<'_>],
) -> (Option<usize>, String, Option<f64>) {
    if let Some((side, goal)) = by_goal(first, second) {
        return (Some(side), goal, None);
    }
    let order = ["", "node_down.", "edge_down."]
        .map(|prefix| compared.iter().filter(move |one| one.prefix == prefix));
    let limited = order.into_iter().flatten().filter(|one| matters(one));
    let busiest = compared.iter().filter(|one| *one.measure == Measure::BusiestShare && differ(one));
    for one in limited.chain(busiest) {
        let side = match one.difference.sign() {
            0 => continue,
            -1 => 0,
            _ => 1,
        };
        let part = if side == 0 { one.difference.below } else { one.difference.above };
        return (Some(side), text(one, &first.labels), Some(part));
    }
    (None, String::new(), None)
}

/// The side that meets a goal which the other misses, and the goal.
fn by_goal(first: &Outcome, second: &Outcome) -> Option<(usize, String)> {
    let both = first.results.goals.iter().zip(&second.results.goals);
    let mut sides = both.filter_map(|(a, b)| match (a.status, b.status) {
        (GoalStatus::Met, GoalStatus::Missed) => Some((0, a.text.clone())),
        (GoalStatus::Missed, GoalStatus::Met) => Some((1, a.text.clone())),
        _ => None,
    });
    let decided = sides.next()?;
    // Goals that point both ways decide nothing.
    sides.all(|(side, _)| side == decided.0).then_some(decided)
}

/// True if one of the two lies beyond the limit that a verdict sets.
fn matters(one: &Compared<'_>) -> bool {
    let limit = match one.measure {
        Measure::Lost => LOST,
        Measure::Later(_) => SLOW_PART,
        Measure::TurnedAway => TURNED_AWAY,
        _ => return false,
    };
    one.means.iter().any(|mean| *mean > limit) && one.values.iter().all(|values| !values.is_empty())
}

fn differ(one: &Compared<'_>) -> bool {
    one.difference.value.value.abs() > SAME_SHARE
}

/// The design that beats others and is beaten by none; `None` if there is no such design, or more than one.
pub(super) fn winner(candidates: &[Candidate], pairs: &[Pair]) -> Option<String> {
    let beaten = |name: &String| {
        pairs.iter().any(|pair| is_of(pair, name) && pair.winner.as_ref().is_some_and(|w| w != name))
    };
    let beats = |name: &String| pairs.iter().any(|pair| pair.winner.as_ref() == Some(name));
    let mut best =
        candidates.iter().map(|candidate| &candidate.name).filter(|name| beats(name) && !beaten(name));
    match (best.next(), best.next()) {
        (Some(one), None) => Some(one.clone()),
        _ => None,
    }
}

fn is_of(pair: &Pair, name: &String) -> bool {
    pair.first == *name || pair.second == *name
}

/// The answer in a sentence, and why.
pub(super) fn in_words(winner: Option<&String>, pairs: &[Pair]) -> (String, String) {
    let Some(winner) = winner else { return undecided(pairs) };
    let own: Vec<&Pair> = pairs.iter().filter(|pair| pair.winner.as_ref() == Some(winner)).collect();
    let open = pairs.iter().filter(|pair| pair.winner.is_none() && is_of(pair, winner));
    let ties: Vec<&str> = open.map(|pair| other(pair, winner)).collect();
    let beaten: Vec<&str> = own.iter().map(|pair| other(pair, winner)).collect();
    let mut sentence = format!("{winner} is better than {}{}", listed(&beaten), by_what(&own));
    if !ties.is_empty() {
        sentence.push_str(&format!("; nothing that matters sets {} apart from it", listed(&ties)));
    }
    (format!("{sentence}."), reasons(&own, winner))
}

/// By what it is better, with the least by which it is, if that is the same quantity against all.
fn by_what(won: &[&Pair]) -> String {
    let by = &won[0].decided_by;
    if won.iter().any(|pair| pair.decided_by != *by) {
        return String::new();
    }
    if won[0].better_on.is_none() {
        return format!(
            ": unlike {} it meets the goal \"{by}\"",
            if won.len() > 1 { "them" } else { "that" }
        );
    }
    let named = won.iter().filter_map(|pair| pair.differences.iter().find(|one| one.text == *by));
    let sizes = named.map(|one| (one.difference.value.value.abs(), one.unit));
    let least = sizes.reduce(|a, b| if b.0 < a.0 { b } else { a });
    least.map_or_else(String::new, |(size, unit)| {
        let size = if unit == Unit::Share { points(size) } else { significant(size) };
        format!(": {by} {}{size} lower", if won.len() > 1 { "at least " } else { "" })
    })
}

fn undecided(pairs: &[Pair]) -> (String, String) {
    let decided: Vec<String> = pairs
        .iter()
        .filter_map(|pair| pair.winner.as_ref().map(|winner| (pair, winner)))
        .map(|(pair, winner)| {
            format!("{winner} before {}: {}", other(pair, winner), reasons(&[pair], winner))
        })
        .collect();
    if decided.is_empty() {
        let text = "No design is better as far as these days tell: nothing that matters differs by more than chance.";
        return (text.into(), String::new());
    }
    ("No design is better than all others.".into(), decided.join("; "))
}

/// By what a design wins: each quantity once, with the designs that it beats by it.
fn reasons(won: &[&Pair], winner: &String) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut left = won.to_vec();
    while let Some(first) = left.first().copied() {
        let (same, others): (Vec<&Pair>, Vec<&Pair>) =
            left.into_iter().partition(|pair| pair.decided_by == first.decided_by);
        said.push(reason(&same, winner));
        left = others;
    }
    said.join("; ")
}

fn reason(pairs: &[&Pair], winner: &String) -> String {
    let by = &pairs[0].decided_by;
    let days = pairs.iter().map(|pair| pair.better_on).collect::<Option<Vec<f64>>>();
    let Some(days) = days else {
        let against: Vec<&str> = pairs.iter().map(|pair| other(pair, winner)).collect();
        return format!("unlike {}, it meets the goal \"{by}\"", listed(&against));
    };
    let sizes: Vec<String> = pairs.iter().map(|pair| by_how_much(pair, other(pair, winner))).collect();
    let least = days.into_iter().fold(1.0, f64::min);
    let often = if least < 1.0 { format!("{} of days or more", percent(least)) } else { "every day".into() };
    format!("{by}: {}; better on {often}", sizes.join(", "))
}

/// "4.4 points (+/- 0.8) below many-a".
fn by_how_much(pair: &Pair, against: &str) -> String {
    let Some(one) = pair.differences.iter().find(|one| one.text == pair.decided_by) else {
        return format!("less than {against}");
    };
    let Interval { value, low, high } = one.difference.value;
    let half = low.zip(high).map_or(f64::NAN, |(low, high)| (high - low) / 2.0);
    match one.unit {
        Unit::Share => format!("{} (+/- {}) below {against}", points(value.abs()), percent_digits(half)),
        _ => format!("{} (+/- {}) below {against}", significant(value.abs()), significant(half)),
    }
}

fn other<'a>(pair: &'a Pair, name: &String) -> &'a str {
    if pair.first == *name { &pair.second } else { &pair.first }
}
