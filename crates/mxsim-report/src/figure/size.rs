//! How large nodes have to be: sessions of each situation against the limits, and by the number of nodes.

use super::{Axis, Bar, Figure, Line, Reference, Scale, Series};
use crate::capacity::short;
use crate::study::whole;
use mxsim_core::numerals::count;
use mxsim_core::results::Interval;
use mxsim_core::study::size::{NodeNeed, Situation, SituationKind, Sizing};

/// Sessions that each node needs on an ordinary day, with nodes down and after their return, against the sessions it has.
#[must_use]
pub fn size_sessions(sizing: &Sizing) -> Figure {
    let situations = &sizing.situations;
    let bars: Vec<Bar> = situations
        .iter()
        .enumerate()
        .flat_map(|(group, situation)| situation.nodes.iter().map(move |need| bar(situation, group, need)))
        .collect();
    Figure {
        title: title(sizing),
        subtitle: subtitle(sizing),
        x: Axis { label: "sessions".to_owned(), scale: Scale::Number },
        y: Axis { label: "node and situation".to_owned(), scale: Scale::Names },
        references: limits(sizing, situations),
        series: vec![Series::Bars(bars)],
    }
}

fn title(sizing: &Sizing) -> String {
    let sessions = count(sizing.needed.sessions.value as u64);
    let worst = sizing.situations.iter().find(|situation| situation.kind == sizing.needed.situation);
    let text = worst.map_or("", |situation| &situation.text);
    let limit = sizing.nodes.iter().filter_map(|node| node.limit).min();
    match limit {
        Some(limit) => {
            format!("A node needs {sessions} sessions {text}, and has {}", count(u64::from(limit)))
        }
        None => format!("A node needs {sessions} sessions {text}"),
    }
}

fn subtitle(sizing: &Sizing) -> String {
    let needs = whole(sizing.needed.sessions);
    let part = mxsim_core::numerals::percent(sizing.asked.turned_away);
    format!("{needs} sessions turn away {part} of the connections of the busiest hour; whiskers: 95 % range")
}

/// What a node needs; of the one that needs most what was simulated with limits.
fn bar(situation: &Situation, group: usize, need: &NodeNeed) -> Bar {
    let is_fullest = need.node == situation.node;
    let sessions = if is_fullest { situation.sessions } else { need.sessions };
    let Interval { value, low, high } = sessions;
    Bar {
        label: format!("{}: {}", when(situation), short(&need.node)),
        group,
        value,
        text: whole(sessions),
        band: Some((low.unwrap_or(value), high.unwrap_or(value))),
    }
}

fn when(situation: &Situation) -> String {
    match (situation.kind, &situation.nodes_down[..]) {
        (SituationKind::Ordinary, _) => "ordinary day".into(),
        (SituationKind::Down, [node]) => format!("{} down", short(node)),
        (SituationKind::Down, nodes) => format!("{} down", nodes.len()),
        _ => "surge after".into(),
    }
}

/// The limit of the node of each bar, neighbours with the same limit together.
fn limits(sizing: &Sizing, situations: &[Situation]) -> Vec<Reference> {
    let limit = |need: &NodeNeed| sizing.nodes.iter().find(|node| node.name == need.node)?.limit;
    let all = situations.iter().flat_map(|situation| &situation.nodes).map(limit).enumerate();
    let mut references: Vec<Reference> = Vec::new();
    for (place, limit) in all.filter_map(|(place, limit)| Some((place, f64::from(limit?)))) {
        match references.last_mut() {
            Some(last) if last.last + 1 == place && (last.value - limit).abs() < 0.5 => last.last = place,
            _ => references.push(Reference {
                label: "sessions it has".into(),
                value: limit,
                first: place,
                last: place,
            }),
        }
    }
    references
}

/// Sessions of all nodes together by the number of equal nodes, on an ordinary day and as they have to be bought.
#[must_use]
pub fn size_nodes(sizing: &Sizing) -> Figure {
    let counts = &sizing.by_nodes;
    let line = |label: &str, of: &dyn Fn(&mxsim_core::study::size::NodeCount) -> Option<Interval>| {
        let sized = counts.iter().filter_map(|count| Some((count.nodes as f64, of(count)?)));
        let sized: Vec<(f64, Interval)> = sized.collect();
        let bounds = |(nodes, each): &(f64, Interval)| Some((*nodes, each.low?, each.high?));
        Series::Line(Line {
            label: label.to_owned(),
            points: sized.iter().map(|(nodes, each)| (*nodes, each.value)).collect(),
            band: sized.iter().filter_map(bounds).collect(),
        })
    };
    let mut series = vec![line("ordinary day", &|count| Some(count.ordinary))];
    let down = format!("{} down", sizing.asked.survive);
    if counts.iter().any(|count| count.down.is_some()) {
        series.push(line(&down, &|count| count.down));
    }
    Figure {
        title: nodes_title(sizing),
        subtitle: "lines: sessions that each of so many equal nodes needs; bands: 95 % range".to_owned(),
        x: Axis { label: "equal nodes".to_owned(), scale: Scale::Number },
        y: Axis { label: "sessions of each node".to_owned(), scale: Scale::Number },
        series,
        references: Vec::new(),
    }
}

fn nodes_title(sizing: &Sizing) -> String {
    match sizing.stops_helping {
        Some(nodes) => format!("Beyond {nodes} nodes one more saves next to nothing"),
        None => "Each further node saves sessions".to_owned(),
    }
}
