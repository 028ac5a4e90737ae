//! The table of hosts on the first page: those that the answer names, and as many others as there is room for.

use crate::capacity::{self, RateUnit};
use crate::page::Page;
use crate::page::columns::{self, Column};
use crate::words::{self, WindowWord};
use mxsim_core::numerals::{count, counted, percent, percent_range, significant};
use mxsim_core::results::{Estimate, EventKind, NodeResult, Results, Subject, WantedShare};

use super::events::worst_first;

/// Most hosts in the table; of more a few are shown, and the rest is counted.
const MOST_HOSTS: usize = 6;
const FEW_HOSTS: usize = 4;

/// Writes the table with no more than `most` hosts.
pub(super) fn write(page: &mut Page, results: &Results, most: usize) {
    let word = words::window(&results.provenance);
    let nodes = &results.nodes;
    let most = if nodes.len() > MOST_HOSTS { FEW_HOSTS.min(most) } else { most };
    let shown = shown(results, most);
    let names: Vec<String> = shown.iter().map(|place| page.clean(&nodes[*place].name)).collect();
    let rows: Vec<&NodeResult> = shown.iter().map(|place| &nodes[*place]).collect();
    columns::write(page, "host", &names, host_columns(results, &rows, word));
    let rest = nodes.len() - shown.len();
    if rest > 0 {
        page.note(&format!("and {} in --full", counted(rest as u64, "more host", "more hosts")));
    }
}

/// The places of the hosts to show, in their order: first those that the answer is about.
fn shown(results: &Results, most: usize) -> Vec<usize> {
    let mut shown = named(results);
    shown.extend(extremes(results));
    shown.extend(0..results.nodes.len());
    let mut kept: Vec<usize> = Vec::new();
    for place in shown {
        if kept.len() < most && !kept.contains(&place) {
            kept.push(place);
        }
    }
    kept.sort_unstable();
    kept
}

/// The hosts that the answer names, then those of the other subjects, of the advice and of the worst event.
fn named(results: &Results) -> Vec<usize> {
    let verdict = &results.verdict;
    let others = verdict.others.iter().map(|other| other.sentence.as_str());
    let event = worst_first(results).first().map(|event| event.text.as_str());
    let texts =
        [verdict.sentence.as_str()].into_iter().chain(others).chain([verdict.action.as_str()]).chain(event);
    let places = |text: &str| {
        let is_in = |place: &usize| names(text, &results.nodes[*place].name);
        (0..results.nodes.len()).filter(is_in).collect::<Vec<_>>()
    };
    texts.flat_map(places).collect()
}

/// The busiest and the quietest host, where the answer is about them without their names.
fn extremes(results: &Results) -> Vec<usize> {
    if results.verdict.subject != Subject::Evenness {
        return Vec::new();
    }
    let by = |of: fn(&NodeResult) -> f64| {
        let nodes = results.nodes.iter().enumerate();
        nodes.reduce(|most, next| if of(next.1) > of(most.1) { next } else { most }).map(|(place, _)| place)
    };
    [by(|node| node.share.p95), by(|node| -node.share.p05)].into_iter().flatten().collect()
}

/// True if `text` holds `name` as a word of its own.
pub(super) fn names(text: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || "-_/".contains(letter);
    text.match_indices(name).any(|(start, found)| {
        let (before, after) = (text[..start].chars().next_back(), text[start + found.len()..].chars().next());
        !name.is_empty()
            && !before.is_some_and(|letter| is_part(letter) || letter == '.')
            && !after.is_some_and(is_part)
    })
}

fn host_columns(results: &Results, nodes: &[&NodeResult], word: WindowWord) -> Vec<Column> {
    let has_sessions = nodes.iter().any(|node| node.sessions.is_some());
    let cells =
        |cell: &dyn Fn(&NodeResult) -> String| nodes.iter().map(|node| cell(node)).collect::<Vec<_>>();
    let mut columns = Vec::new();
    let aims = aims(results);
    if let Some((head, aim)) = &aims {
        columns.push(Column::new(*head, cells(&|node| aim(node))));
    }
    columns.push(Column::new(format!("typical {}", word.one), cells(&|node| percent(node.share.p50))));
    let is_changed = results.events.iter().any(|event| event.kind == EventKind::Change);
    // What a change makes of a host is no bad day, and a primary has none.
    let has_bad_day = results.provenance.windows > 1 && !is_changed && !has_one_primary(results);
    // Beside sessions there is no room for more.
    if has_bad_day && (aims.is_none() || !has_sessions) {
        let often = if has_sessions { "" } else { " (1 in 20)" };
        columns.push(Column::new(format!("bad {}{often}", word.one), cells(&|node| percent(node.share.p95))));
    }
    let unit = RateUnit::for_largest(nodes.iter().map(|node| busiest(node)).fold(0.0, f64::max));
    let rate =
        |node: &NodeResult| format!("{}/{}", significant(busiest(node) * unit.factor), short(unit.word));
    columns.push(Column::new("busiest hour", cells(&rate)));
    if has_sessions {
        let some_are_limited = nodes.iter().any(|node| limit(node).is_some());
        columns.push(Column::new("sessions (busy)", cells(&|node| sessions(node, some_are_limited))));
        columns.push(Column::new("turned away", cells(&turned_away)));
    }
    columns
}

/// True if one host is meant to get everything: what is bad for it is to get little, which the answer says.
fn has_one_primary(results: &Results) -> bool {
    results.nodes.len() > 1 && results.nodes.iter().filter(|node| node.fair_share > 0.0).count() == 1
}

fn busiest(node: &NodeResult) -> f64 {
    capacity::peaks(node).first().map_or(0.0, |peak| peak.estimate.p95)
}

type Aim<'a> = Box<dyn Fn(&NodeResult) -> String + 'a>;

/// What each host is meant to carry, by the goals for its share or else by weights.
fn aims(results: &Results) -> Option<(&'static str, Aim<'_>)> {
    if has_share_goals(results) {
        let wanted = |node: &NodeResult| {
            results.goals.iter().filter_map(|goal| goal.share.as_ref()).find(|share| share.node == node.name)
        };
        return Some(("goal", Box::new(move |node| wanted(node).map_or_else(|| "-".to_owned(), in_words))));
    }
    has_targets(results)
        .then(|| -> (&'static str, Aim<'_>) { ("target", Box::new(|node| percent(node.fair_share))) })
}

fn has_share_goals(results: &Results) -> bool {
    results.goals.iter().any(|goal| goal.share.is_some())
}

/// True if hosts are meant to carry unequal parts.
fn has_targets(results: &Results) -> bool {
    let meant = || results.nodes.iter().map(|node| node.fair_share).filter(|fair| *fair > 0.0);
    let (least, most) = (meant().fold(1.0, f64::min), meant().fold(0.0, f64::max));
    most > least * 1.01
}

/// True if hosts that are meant to carry unequal parts carry equal ones, as equal records make them: no sender is the cause of that.
pub(super) fn are_equal_against_aims(results: &Results) -> bool {
    let meant: Vec<f64> =
        results.nodes.iter().filter(|node| node.fair_share > 0.0).map(|node| node.share.mean).collect();
    let even = 1.0 / meant.len().max(1) as f64;
    (has_share_goals(results) || has_targets(results))
        && meant.iter().all(|share| (share - even).abs() < 0.01)
}

/// `50.0 %`, `20-40 %`, `from 30.0 %`.
fn in_words(wanted: &WantedShare) -> String {
    match (wanted.target, wanted.at_least > 0.0, wanted.at_most < 1.0) {
        (Some(target), ..) => percent(target),
        (None, true, false) => format!("from {}", percent(wanted.at_least)),
        (None, false, _) => format!("up to {}", percent(wanted.at_most)),
        (None, true, true) => percent_range(wanted.at_least, wanted.at_most),
    }
}

/// Units as they stand behind a stroke.
fn short(unit: &str) -> &str {
    match unit {
        "second" => "s",
        "minute" => "min",
        other => other,
    }
}

fn limit(node: &NodeResult) -> Option<u32> {
    node.sessions.and_then(|sessions| sessions.limit)
}

/// `35 (30) of 40`: most sessions on a bad window, those with a message under way, and the limit; that it has none where others have one.
fn sessions(node: &NodeResult, some_are_limited: bool) -> String {
    let whole = |most: &Estimate| count(most.p95.round() as u64);
    let busy = node.sessions.and_then(|sessions| sessions.peak_busy);
    let busy = busy.map_or_else(String::new, |busy| format!(" ({})", whole(&busy)));
    let most = node.peak_sessions.as_ref().map_or_else(String::new, |most| format!("{}{busy}", whole(most)));
    match limit(node) {
        // Where a session takes no time there is never more than none.
        None if node.peak_sessions.as_ref().is_none_or(|most| most.p95 == 0.0) => "-".to_owned(),
        Some(limit) => format!("{most} of {}", count(limit.into())),
        None if some_are_limited => format!("{most}, no limit"),
        None => most,
    }
}

/// In the busiest hour, where that is known; by limits for each client and a full queue if they turn away more than that.
fn turned_away(node: &NodeResult) -> String {
    let Some(sessions) = node.sessions else { return String::new() };
    let full =
        sessions.blocked_in_busiest_hour.map(|part| part.mean).or(sessions.blocked.map(|part| part.value));
    let totals = &node.totals;
    let limited = totals.queue_full
        + totals.over_client_sessions
        + totals.over_connection_rate
        + totals.over_message_rate;
    let limited = (limited > 0).then(|| limited as f64 / totals.came().max(1) as f64);
    full.into_iter().chain(limited).reduce(f64::max).map_or_else(String::new, percent)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_name_is_a_word_of_its_own() {
        assert!(
            names("mx2 gets 1 %", "mx2") && names("Give mx1, mx2.", "mx2") && names("to \"mail\"", "mail")
        );
        assert!(!names("mx23 gets 1 %", "mx2") && !names("a-mx2", "mx2") && !names("mx2", ""));
        assert!(names("mx2.example.com gets no mail", "mx2") && !names("in.mx2", "mx2"));
    }
}
