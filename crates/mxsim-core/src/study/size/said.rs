//! The answer in words.

use super::criterion::Criterion;
use super::document::{NodeSize, Situation, SituationKind, Sizing, Tested};
use crate::estimate::ranks::replications_for;
use crate::numerals::{Ranged, count, counted, percent, significant, tidy};
use crate::results::{Answer, Interval, Said, called};

/// The answer to how large the nodes have to be.
pub(super) fn said(sizing: &Sizing, criterion: &Criterion, assumed: &[String]) -> Said {
    let has_limits = sizing.nodes.iter().any(|node| node.limit.is_some());
    let answer = if has_limits { of_today(sizing, criterion) } else { of_sizes(sizing) };
    let mut said = Said::new(answer, sentence(sizing, criterion, answer, has_limits));
    // Of a single node nobody expects it, and one that may be down is what is asked for by default.
    if sizing.nodes.len() > 1 && sizing.asked.survive >= sizing.nodes.len() as u64 {
        let all = counted(sizing.nodes.len() as u64, "node", "nodes");
        let none =
            format!("There are {all}: with {} down none is left to take the mail.", sizing.asked.survive);
        said = Said::new(Answer::No, format!("{none} {}", said.sentence));
    }
    said.why = why(sizing);
    said.flips = flips(sizing);
    said.advice = advice(sizing, criterion, answer, has_limits);
    said.assumed = assumed.to_vec();
    if sizing.situations.iter().any(|situation| situation.tested.is_empty()) {
        said.assumed
            .push("what a full node turns away is lost (there was no time to simulate limits)".into());
    }
    said
}

/// Whether the nodes as they are suffice in every situation.
fn of_today(sizing: &Sizing, criterion: &Criterion) -> Answer {
    let surely = |tested: &Tested| criterion.is_surely_met(tested.turned_away, tested.days_met);
    let tested: Vec<Option<bool>> =
        sizing.situations.iter().map(|situation| situation.today.as_ref().and_then(surely)).collect();
    match () {
        () if tested.contains(&Some(false)) => Answer::No,
        () if tested.iter().all(|surely| *surely == Some(true)) => Answer::Yes,
        () => Answer::CannotTell,
    }
}

/// Without limits the sizes are the answer, if they are known.
fn of_sizes(sizing: &Sizing) -> Answer {
    if sizing.needed.sessions.high.is_some() { Answer::Yes } else { Answer::CannotTell }
}

/// A number of sessions with its range, in whole numbers.
fn whole(sessions: Interval) -> String {
    let number = |value: f64| count(value as u64);
    match (sessions.low, sessions.high) {
        (Some(low), Some(high)) if low == high => number(sessions.value),
        (Some(low), Some(high)) => format!("{} ({}-{})", number(sessions.value), number(low), number(high)),
        _ => format!("{} (?)", number(sessions.value)),
    }
}

fn share(part: Interval) -> String {
    Ranged::new(part.value, [part.low, part.high]).percent()
}

fn plain(number: Interval) -> String {
    Ranged::new(number.value, [number.low, number.high]).plain()
}

fn sentence(sizing: &Sizing, criterion: &Criterion, answer: Answer, has_limits: bool) -> String {
    let need = format!("{} sessions {}", whole(sizing.needed.sessions), worst(sizing).text);
    if !has_limits {
        return format!("Each node needs {need}.");
    }
    let limits = limits(sizing);
    match today_of(sizing, criterion).filter(|_| answer != Answer::Yes) {
        Some((situation, tested)) => format!(
            "{limits} and each needs {need}. {} {}, {} of the connections of the busiest hour find a node full{}.",
            if answer == Answer::No { "Today," } else { "Perhaps too few:" },
            situation.text,
            share(tested.turned_away),
            days(tested, criterion)
        ),
        None => format!("{limits} and each needs {need}."),
    }
}

/// On how many days the limits of today are enough, if that was asked.
fn days(tested: &Tested, criterion: &Criterion) -> String {
    match criterion.on {
        Some(_) => {
            format!("; no more than {} do on {} of the days", percent(criterion.part), share(tested.days_met))
        }
        None => String::new(),
    }
}

/// The situation in which the nodes of today turn away most.
fn today_of<'a>(sizing: &'a Sizing, criterion: &Criterion) -> Option<(&'a Situation, &'a Tested)> {
    let tested =
        sizing.situations.iter().filter_map(|situation| Some((situation, situation.today.as_ref()?)));
    let bad = |tested: &Tested| match criterion.on {
        Some(_) => 1.0 - tested.days_met.value,
        None => tested.turned_away.value,
    };
    tested.max_by(|a, b| bad(a.1).total_cmp(&bad(b.1)))
}

/// What the nodes have.
fn limits(sizing: &Sizing) -> String {
    let limits: Vec<u32> = sizing.nodes.iter().filter_map(|node| node.limit).collect();
    let (least, most) = (limits.iter().min(), limits.iter().max());
    match (least, most) {
        (Some(least), Some(most)) if least == most && limits.len() == sizing.nodes.len() => {
            format!("Each node has {} sessions", count(u64::from(*least)))
        }
        _ => {
            let has = |node: &NodeSize| {
                let limit =
                    node.limit.map_or_else(|| "any number of".into(), |limit| count(u64::from(limit)));
                format!("{} has {limit} sessions", called(&node.name))
            };
            sizing.nodes.iter().take(4).map(has).collect::<Vec<String>>().join(", ")
        }
    }
}

fn worst(sizing: &Sizing) -> &Situation {
    let found = sizing.situations.iter().find(|situation| situation.kind == sizing.needed.situation);
    found.unwrap_or(&sizing.situations[0])
}

fn why(sizing: &Sizing) -> String {
    let ordinary = &sizing.situations[0];
    let busiest = format!(
        "In the busiest hour ({}/s) {} has {} sessions open",
        significant(sizing.asked.busiest_rate),
        called(&ordinary.node),
        plain(ordinary.load)
    );
    let down = sizing.situations.iter().find(|situation| situation.kind == SituationKind::Down);
    let times = down.and_then(|down| Some((down, down.load_ratio?)));
    let times = times.map(|(down, ratio)| {
        format!("; {} the others have {} times as much to do ({})", down.text, plain(ratio), tried(down))
    });
    let sender = sizing.sender.as_ref().map(|sender| {
        format!(". In the peak {} of them are of {}", share(sender.share), called(&sender.name))
    });
    format!("{busiest}{}{}.", times.unwrap_or_default(), sender.unwrap_or_default())
}

fn tried(situation: &Situation) -> String {
    match (situation.tried, situation.possible) {
        (1, 1) => "the only choice".into(),
        (tried, possible) if tried == possible => format!("worst of {tried} choices"),
        (tried, possible) => format!("worst of {tried} of {possible} choices"),
    }
}

fn flips(sizing: &Sizing) -> String {
    let Some(longer) = &sizing.longer else { return String::new() };
    let (now, then) = (sizing.situations[0].sessions, longer.sessions);
    let percent = tidy(((longer.factor - 1.0) * 1_000.0).round() / 10.0);
    if now.value == then.value {
        return format!("Sessions {percent} % longer do not, on an ordinary day.");
    }
    format!("Sessions {percent} % longer: {} on an ordinary day, not {}.", whole(then), whole(now))
}

fn advice(sizing: &Sizing, criterion: &Criterion, answer: Answer, has_limits: bool) -> String {
    let sessions = sizing.needed.sessions.high.unwrap_or(sizing.needed.sessions.value);
    let enough = count(sessions as u64);
    let replications = sizing.made.replications;
    if let Some(on) = criterion.on.filter(|on| replications < replications_for(*on)) {
        return format!(
            "{replications} days say little of the worst in {}: run it with --replications {} for a bound.",
            count((1.0 / (1.0 - on)).round() as u64),
            replications_for(on)
        );
    }
    let nodes = match sizing.stops_helping {
        Some(nodes) => format!(" Beyond {nodes} nodes one more saves next to nothing."),
        None if sizing.by_nodes.is_empty() => String::new(),
        None => " Up to 6 nodes each further one saves sessions.".into(),
    };
    match (answer, has_limits) {
        (Answer::Yes, true) => {
            format!("Nothing: no node needs more than {} of its limit.{nodes}", used(sizing))
        }
        (Answer::CannotTell, true) => {
            format!("Run it with more --replications, or give each node {enough} sessions.{nodes}")
        }
        _ => format!("Give each node {enough} sessions.{nodes}"),
    }
}

/// The largest part of its limit that a node needs.
fn used(sizing: &Sizing) -> String {
    let least =
        sizing.nodes.iter().filter_map(|node| node.headroom).min_by(|a, b| a.value.total_cmp(&b.value));
    least.map_or_else(String::new, |headroom| {
        let over = |bound: f64| 1.0 / bound;
        let part = Interval {
            value: over(headroom.value),
            low: headroom.high.map(over),
            high: headroom.low.map(over),
        };
        share(part)
    })
}
