//! What nodes that are down all the time do to the mail, in words.

use super::delivery::part;
use super::measured::strain;
use crate::numerals::Ranged;
use crate::results::Interval;
use crate::results::called;
use crate::scenario::{LOST, SLOW, SLOW_PART, TURNED_AWAY};
use crate::tally::labels::Labels;
use crate::tally::{Strain, Tally};

/// What the worst of all choices of nodes down does to the mail.
#[derive(Debug)]
pub(super) struct WorstFailure {
    /// The nodes that are down, as their places.
    pub(super) down: Vec<usize>,
    /// What lies beyond its limit, with the part of the mail or the connections.
    effects: Vec<(Effect, Interval)>,
}

/// What may lie beyond its limit while nodes are down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Lost,
    Late,
    TurnedAway,
}

impl Effect {
    fn in_words(self) -> String {
        match self {
            Self::Lost => "of the mail bounces".into(),
            Self::Late => format!("of the mail takes longer than {SLOW}"),
            Self::TurnedAway => {
                "of the connections to the fullest node are turned away in the busiest hour".into()
            }
        }
    }
}

impl WorstFailure {
    /// `None` if no choice was looked at.
    pub(super) fn of(labels: &Labels, tallies: &[Tally]) -> Option<Self> {
        let windows = || tallies.iter().flat_map(|tally| &tally.windows);
        let mean = |choice: usize| {
            windows().filter_map(|window| window.with_nodes_down.get(choice)).map(strain).sum::<f64>()
        };
        let worst = (0..labels.down.len()).max_by(|a, b| mean(*a).total_cmp(&mean(*b)))?;
        Some(Self { down: labels.down[worst].clone(), effects: effects(tallies, worst) })
    }

    /// True if this lies beyond its limit.
    pub(super) fn does(&self, effect: Effect) -> bool {
        self.effects.iter().any(|(found, _)| *found == effect)
    }

    /// `mx1 and mx2`: the nodes that are down.
    pub(super) fn names(&self, labels: &Labels) -> String {
        let names: Vec<String> = self.down.iter().map(|node| called(&labels.nodes[*node].name)).collect();
        names.join(" and ")
    }

    /// It in a sentence.
    pub(super) fn sentence(&self, labels: &Labels) -> String {
        let effect = |(effect, part): &(Effect, Interval)| {
            format!("{} {}", Ranged::from(*part).percent(), effect.in_words())
        };
        match (&self.effects[..], self.down.len()) {
            ([], 1) => "With any one node down next to none of the mail is lost, late or turned away.".into(),
            ([], down) => {
                format!("With any {down} nodes down next to none of the mail is lost, late or turned away.")
            }
            (effects, _) => {
                let effects: Vec<String> = effects.iter().map(effect).collect();
                format!("With {} down {}.", self.names(labels), effects.join(", "))
            }
        }
    }
}

/// What of it is beyond its limit. Mail that bounces is never accepted in time; it is late only where more mail is.
fn effects(tallies: &[Tally], choice: usize) -> Vec<(Effect, Interval)> {
    let sum =
        |count: fn(&Strain) -> (u64, u64)| part(tallies.iter().map(|tally| counts(tally, choice, count)));
    let lost = sum(|of| (of.bounced, of.messages));
    let all = [
        (Effect::Lost, lost, LOST),
        (Effect::Late, sum(|of| (of.late, of.arrived)), SLOW_PART + lost.map_or(0.0, |lost| lost.value)),
        (Effect::TurnedAway, sum(|of| (of.fullest.full, of.fullest.connections)), TURNED_AWAY),
    ];
    let beyond = |(effect, part, limit): (Effect, Option<Interval>, f64)| {
        part.filter(|part| part.value > limit).map(|part| (effect, part))
    };
    all.into_iter().filter_map(beyond).collect()
}

/// The sums over the windows of a replication.
fn counts(tally: &Tally, choice: usize, count: fn(&Strain) -> (u64, u64)) -> (u64, u64) {
    let strains = tally.windows.iter().filter_map(|window| window.with_nodes_down.get(choice));
    strains.map(count).fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1))
}
