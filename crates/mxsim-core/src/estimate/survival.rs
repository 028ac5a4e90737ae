//! What nodes that are down all the time do to the mail, in words.

use super::delivery::part;
use super::measured::strain;
use crate::numerals::Ranged;
use crate::results::Interval;
use crate::results::called;
use crate::scenario::{LOST, SLOW, SLOW_PART, TURNED_AWAY};
use crate::tally::labels::Labels;
use crate::tally::{Strain, Tally};

/// The worst of all choices of nodes down in a sentence; `None` if none was looked at.
pub(super) fn sentence(labels: &Labels, tallies: &[Tally]) -> Option<String> {
    let windows = || tallies.iter().flat_map(|tally| &tally.windows);
    let mean = |choice: usize| {
        windows().filter_map(|window| window.with_nodes_down.get(choice)).map(strain).sum::<f64>()
    };
    let choices = 0..labels.down.len();
    let worst = choices.max_by(|a, b| mean(*a).total_cmp(&mean(*b)))?;
    let names: Vec<String> =
        labels.down[worst].iter().map(|node| called(&labels.nodes[*node].name)).collect();
    let effects = effects(tallies, worst);
    Some(match (&effects[..], names.len()) {
        ([], 1) => "With any one node down next to none of the mail is lost, late or turned away.".into(),
        ([], down) => {
            format!("With any {down} nodes down next to none of the mail is lost, late or turned away.")
        }
        (effects, _) => format!("With {} down {}.", names.join(" and "), effects.join(", ")),
    })
}

/// What of it is beyond its limit.
fn effects(tallies: &[Tally], choice: usize) -> Vec<String> {
    let sum =
        |count: fn(&Strain) -> (u64, u64)| part(tallies.iter().map(|tally| counts(tally, choice, count)));
    let effects = [
        (sum(|of| (of.bounced, of.messages)), LOST, "of the mail bounces".to_owned()),
        (sum(|of| (of.late, of.arrived)), SLOW_PART, format!("of the mail takes longer than {SLOW}")),
        (
            sum(|of| (of.fullest.full, of.fullest.connections)),
            TURNED_AWAY,
            "of the connections to the fullest node are turned away in the busiest hour".to_owned(),
        ),
    ];
    let beyond = |(part, limit, what): (Option<Interval>, f64, String)| {
        let part = part.filter(|part| part.value > limit)?;
        Some(format!("{} {what}", Ranged::from(part).percent()))
    };
    effects.into_iter().filter_map(beyond).collect()
}

/// The sums over the windows of a replication.
fn counts(tally: &Tally, choice: usize, count: fn(&Strain) -> (u64, u64)) -> (u64, u64) {
    let strains = tally.windows.iter().filter_map(|window| window.with_nodes_down.get(choice));
    strains.map(count).fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1))
}
