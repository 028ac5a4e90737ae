//! The answer: where the goals flip, and what reacts most.

use super::document::{Key, Point, Quantity, Sweep};
use super::key::{NODES, TTL};
use crate::numerals::{Ranged, counted};
use crate::results::{Answer, GoalStatus, Interval, Said, Unit, capital};
use crate::scenario::{GoalKind, Scenario};

/// Lines of a grid that are told one by one; of more the table tells.
const TOLD: usize = 3;
/// A part that reacts by less than this is not worth a word. *Assumption*.
const WORTH_A_WORD: f64 = 0.02;

pub(super) fn said(sweep: &Sweep, written: &Scenario) -> Said {
    let answer = answer(&sweep.points);
    let mut said = Said::new(answer, sentence(sweep, answer, written));
    said.why = why(sweep);
    said.flips = flips(sweep, answer);
    said.advice = advice(sweep, answer, written);
    said.assumed = assumed(sweep, written);
    said
}

fn answer(points: &[Point]) -> Answer {
    let has = |status: GoalStatus| points.iter().any(|point| point.status == status);
    match (has(GoalStatus::Met), has(GoalStatus::Missed), has(GoalStatus::Unknown)) {
        (true, true, _) => Answer::DependsOn,
        (true, false, false) => Answer::Yes,
        (false, true, false) => Answer::No,
        _ => Answer::CannotTell,
    }
}

/// `the goal is`, `the goals are`.
fn goals(written: &Scenario) -> &'static str {
    match written.goals.len() {
        _ if written.goals_are_default => "the default goal (a rough even split) is",
        1 => "the goal is",
        _ => "the goals are",
    }
}

fn names(keys: &[Key]) -> String {
    keys.iter().map(|key| key.key.as_str()).collect::<Vec<_>>().join(" and ")
}

fn sentence(sweep: &Sweep, answer: Answer, written: &Scenario) -> String {
    let (goals, keys) = (goals(written), names(&sweep.keys));
    let all_values = all_values(sweep);
    let (all, first) = (capital(goals), &sweep.points[0]);
    match answer {
        Answer::Yes if sweep.points.len() == 1 => format!("{all} met with {}.", at(&sweep.keys, first)),
        Answer::No if sweep.points.len() == 1 => format!("{all} missed with {}.", at(&sweep.keys, first)),
        Answer::Yes => format!("{all} met at all {all_values}."),
        Answer::No => format!("{all} missed at all {all_values}."),
        _ => format!("{keys}: {goals} {}.", by_line(sweep)),
    }
}

/// `5 values of nodes, from 2 to 6`; `12 combinations of nodes and ttl`.
fn all_values(sweep: &Sweep) -> String {
    let (points, keys) = (sweep.points.len() as u64, names(&sweep.keys));
    match &sweep.keys[..] {
        [key] if key.rises => {
            let last = key.values.last().map_or("", String::as_str);
            format!("{} of {keys}, from {} to {last}", counted(points, "value", "values"), key.values[0])
        }
        [_] => format!("{} of {keys}", counted(points, "value", "values")),
        _ => format!("{} of {keys}", counted(points, "combination", "combinations")),
    }
}

/// `nodes = 3, ttl = 5m`.
fn at(keys: &[Key], point: &Point) -> String {
    let pairs = keys.iter().zip(&point.values).map(|(key, value)| format!("{} = {value}", key.key));
    pairs.collect::<Vec<_>>().join(", ")
}

/// Where it flips along the first key, for each combination of the others.
fn by_line(sweep: &Sweep) -> String {
    let lines = lines(sweep);
    if lines.len() == 1 {
        return along(&sweep.keys[0], &lines[0].1);
    }
    let mut texts: Vec<(String, Vec<String>)> = Vec::new();
    for (label, points) in &lines {
        let text = along(&sweep.keys[0], points);
        match texts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, labels)) => labels.push(label.clone()),
            None => texts.push((text, vec![label.clone()])),
        }
    }
    let told = texts.iter().take(TOLD).map(|(text, labels)| match labels.len() == lines.len() {
        true => text.clone(),
        false => format!("{text} with {}", labels.join(" or ")),
    });
    let more = if texts.len() > TOLD { "; the table has the others" } else { "" };
    format!("{}{more}", told.collect::<Vec<_>>().join("; "))
}

/// The points along the first key, by the values of the others.
fn lines(sweep: &Sweep) -> Vec<(String, Vec<&Point>)> {
    let each = sweep.points.len() / sweep.keys[0].values.len().max(1);
    let line = |place: usize| {
        let points: Vec<&Point> = sweep.points.iter().skip(place).step_by(each.max(1)).collect();
        let others = sweep.keys[1..].iter().zip(&points[0].values[1..]);
        let label: Vec<String> = others.map(|(key, value)| format!("{} = {value}", key.key)).collect();
        (label.join(", "), points)
    };
    (0..each.max(1)).map(line).collect()
}

/// Whether goals are met; *so far* where the days simulated are not enough to be sure.
const fn word(point: &Point) -> &'static str {
    match (point.status, point.met_so_far) {
        (GoalStatus::Met, _) => "met",
        (GoalStatus::Missed, _) => "missed",
        (GoalStatus::Unknown, true) => "met so far",
        (GoalStatus::Unknown, false) => "missed so far",
    }
}

/// `met up to 40, missed from 45`; of values in no order `met at x and y, missed at z`.
fn along(key: &Key, points: &[&Point]) -> String {
    let runs: Vec<&[&Point]> = points.chunk_by(|a, b| word(a) == word(b)).collect();
    if runs.len() == 1 {
        return format!("{} throughout", word(points[0]));
    }
    if !key.rises || runs.len() > TOLD {
        return scattered(points);
    }
    let last = runs.len() - 1;
    let run = |(place, run): (usize, &&[&Point])| {
        let (from, to) = (&run[0].values[0], &run[run.len() - 1].values[0]);
        match (word(run[0]), place) {
            (word, 0) if from == to => format!("{word} at {from}"),
            (word, 0) => format!("{word} up to {to}"),
            (word, _) if place == last => format!("{word} from {from}"),
            (word, _) if from == to => format!("{word} at {from}"),
            (word, _) => format!("{word} from {from} to {to}"),
        }
    };
    runs.iter().enumerate().map(run).collect::<Vec<_>>().join(", ")
}

fn scattered(points: &[&Point]) -> String {
    let words = ["met", "missed", "met so far", "missed so far"];
    let of = |own: &str| {
        let values = points.iter().filter(|point| word(point) == own).map(|point| point.values[0].as_str());
        let values: Vec<&str> = values.collect();
        (!values.is_empty()).then(|| format!("{own} at {}", values.join(", ")))
    };
    words.into_iter().filter_map(of).collect::<Vec<_>>().join("; ")
}

/// The quantity that reacts most, the first of equals.
fn strongest(sweep: &Sweep) -> Option<(usize, &Quantity)> {
    let mut strongest: Option<(usize, &Quantity)> = None;
    // The quietest node says what the busiest says.
    let looked_at =
        sweep.quantities.iter().enumerate().filter(|(_, quantity)| quantity.name != "quietest_share");
    for (place, quantity) in looked_at {
        if quantity.reaction > strongest.map_or(WORTH_A_WORD, |(_, best)| best.reaction) {
            strongest = Some((place, quantity));
        }
    }
    strongest
}

fn why(sweep: &Sweep) -> String {
    let Some((place, quantity)) = strongest(sweep) else {
        return if sweep.points.len() == 1 {
            "There is one point, so nothing can be said about what a change does.".into()
        } else {
            "Nothing that was measured changes by more than chance explains.".into()
        };
    };
    let first = &sweep.points[0];
    let change = |point: &Point| {
        let difference = point.differences.get(place).copied().flatten().filter(|one| one.sign() != 0);
        difference.map_or(0.0, |difference| difference.value.value.abs())
    };
    let far =
        sweep.points.iter().fold(first, |far, point| if change(point) > change(far) { point } else { far });
    let value = |point: &Point| {
        point.measured[place].as_ref().map_or_else(String::new, |one| written(one.value, quantity.unit))
    };
    format!(
        "Reacts most: {}, from {} with {} to {} with {}.",
        quantity.text,
        value(first),
        at(&sweep.keys, first),
        value(far),
        at(&sweep.keys, far)
    )
}

/// A number with its range, in its unit.
fn written(interval: Interval, unit: Unit) -> String {
    let ranged = Ranged::from(interval);
    match unit {
        Unit::Share => ranged.percent(),
        Unit::Seconds => ranged.duration(),
        Unit::Count | Unit::PerMinute => ranged.plain(),
    }
}

/// What is missed, where it is first missed.
fn flips(sweep: &Sweep, answer: Answer) -> String {
    let missed = sweep.points.iter().find(|point| !point.missed.is_empty());
    match missed {
        Some(point) => format!("With {} it misses: {}.", at(&sweep.keys, point), point.missed.join("; ")),
        None if answer == Answer::Yes => "No value that was tried changes the answer.".into(),
        None => String::new(),
    }
}

fn advice(sweep: &Sweep, answer: Answer, written: &Scenario) -> String {
    let keys = names(&sweep.keys);
    match answer {
        Answer::Yes if sweep.points.len() == 1 => "Try more values of it.".into(),
        Answer::Yes => format!("For the goals any of these values of {keys} will do."),
        Answer::No => format!(
            "No value of {keys} that was tried is enough: try further ones, or change something else as well."
        ),
        Answer::DependsOn | Answer::YesRoughly => keep(sweep),
        Answer::CannotTell => format!("Simulate more to be sure: --replications {}.", enough(sweep, written)),
    }
}

/// The value to keep to, where there is one for all values of the other keys.
fn keep(sweep: &Sweep) -> String {
    let lines = lines(sweep);
    let [(_, points)] = &lines[..] else {
        return format!("Choose a combination of {} that is marked as met.", names(&sweep.keys));
    };
    let key = &sweep.keys[0];
    let (first, last) = (points[0].status, points[points.len() - 1].status);
    let is_met = |point: &&&Point| point.status == GoalStatus::Met;
    let before = points.iter().take_while(is_met).last().filter(|_| key.rises && first == GoalStatus::Met);
    let after =
        points.iter().rev().take_while(is_met).last().filter(|_| key.rises && last == GoalStatus::Met);
    match (before, after) {
        (Some(point), None) => format!("Keep {} at {} or below.", key.key, point.values[0]),
        (None, Some(point)) => format!("Keep {} at {} or above.", key.key, point.values[0]),
        _ => format!("Choose a value of {} that is marked as met.", key.key),
    }
}

/// Replications after which a goal that is met every time would be decided, and twice as many as there are at least.
fn enough(sweep: &Sweep, written: &Scenario) -> u64 {
    let judged = (sweep.points.len() * written.goals.len()).max(1) as f64;
    let part = written.goals.iter().map(|goal| goal.on).filter(|on| *on < 1.0).fold(0.0, f64::max);
    let needed =
        if part > 0.0 { (libm::log(0.05 / (2.0 * judged)) / libm::log(part)).ceil() as u64 } else { 0 };
    (needed + 1).max(2 * sweep.made.replications)
}

fn assumed(sweep: &Sweep, written: &Scenario) -> Vec<String> {
    let mut assumed: Vec<String> = Vec::new();
    let swept = |name: &str| sweep.keys.iter().any(|key| key.key == name);
    let senders = written.cautions.iter().find(|caution| caution.code == "default-senders");
    if senders.is_some() {
        assumed.push("the scenario names no sender, those of a small business are assumed".into());
    }
    if swept(NODES) {
        assumed.push("the first hosts are yours of best preference, with one address each, the others are made up; all nodes have the capacity of the first".into());
        if written.zones.len() > 1 {
            assumed.push("changes of the zone are left out".into());
        }
        if written.mta_sts.is_some() || !written.dane.failing.is_empty() {
            assumed.push("MTA-STS and DANE, which know no made-up host, are left out".into());
        }
    }
    if swept(TTL) && written.zones.len() > 1 {
        assumed.push("records that a change adds keep their own TTL".into());
    }
    if written.goals.iter().any(|goal| matches!(goal.kind, GoalKind::Survive { .. })) {
        assumed.push("the goal `survive` is not looked at here, but by `mxsim size`".into());
    }
    assumed
}
