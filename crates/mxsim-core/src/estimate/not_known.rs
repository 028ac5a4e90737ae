//! What is not known: other plausible worlds held against the one that was simulated.
//!
//! A drawn world meets the goals if each of them holds on the part of its windows that the goal asks for. The part of worlds that meet is a
//! fraction of independent draws from the prior; its interval is about the number of worlds, not about luck. All worlds share their luck
//! (common random numbers), so what differs between them is what is not known, and the two are never added up.
//!
//! The *decisive number* is what the first goal is about: the busiest node's share on 19 of 20 windows, the quietest one's, the delay of 19
//! of 20 messages, the mean share of a node, the part of the mail that bounces, or the sessions of the fullest node on 19 of 20 windows.

use super::balance::{largest, quietest};
use super::delivery;
use super::goals::{goal_statuses, met_by_count};
use super::interval::fraction;
use super::measured::measured;
use super::sample::Sample;
use super::special::beta_quantile;
use super::window::Loads;
use crate::numerals::Ranged;
use crate::results::{Effect, GoalResult, GoalStatus, Grade, Interval, NotKnown};
use crate::scenario::GoalKind;
use crate::tally::Tally;
use crate::tally::labels::Labels;

/// One assumption at an end of its range, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumption {
    /// Index of the sender in [`Labels::senders`].
    pub sender: usize,
    /// `choosers`, `hold`, `order`, `mx_to_address`, `idle` or `share`.
    pub unknown: String,
    /// What the scenario assumes.
    pub assumed: String,
    /// What was looked at instead, to follow "if".
    pub instead: String,
    /// How well the assumption is known.
    pub grade: Grade,
}

/// What the simulation of another assumption found.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// The assumption.
    pub assumption: Assumption,
    /// How the goals of [`Labels::goals`] then stand, in order.
    pub statuses: Vec<GoalStatus>,
    /// The decisive number then.
    pub number: Interval,
    /// How far that is from the decisive number of the run in the same replications.
    pub effect: f64,
}

/// The worlds beside a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plausible<'a> {
    /// Each assumption that was put to an end of its range.
    pub what_ifs: &'a [WhatIf],
    /// Tallies of the worlds that were drawn from the prior.
    pub worlds: &'a [Vec<Tally>],
    /// True if something is not known and no such world was looked at.
    pub is_left_out: bool,
    /// Those of the world in which hosts whose address is not known have none; empty if all are known.
    pub without: &'a [Tally],
    /// Those of the world in which nodes serve any number of sessions; empty if none is full.
    pub unlimited: &'a [Tally],
    /// Labels and tallies of the world in which no node fails, if it was looked at.
    pub undisturbed: Option<(&'a Labels, &'a [Tally])>,
}

/// What the goals are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// 95 % quantile over windows of the busiest node's share.
    Busiest,
    /// 5 % quantile over windows of the quietest node's share.
    Quietest,
    /// 95 % quantile of the delay of accepted messages (s).
    Delay,
    /// Mean share of this node.
    Share(usize),
    /// Part of the messages that bounces.
    Bounced,
    /// 95 % quantile over windows of the largest part that a node turns away in its busiest hour.
    TurnedAway,
    /// 95 % quantile over windows of the most sessions of a node at the same time.
    Sessions,
    /// 95 % quantile over windows of the largest part of its limit that a node has in use.
    Used,
    /// 95 % quantile over windows of how many times its limit the worst effect of nodes down is.
    Strain,
}

impl Quantity {
    /// That of the first goal; every world beside a run has the same.
    pub(super) fn of(labels: &Labels) -> Self {
        match labels.goals.first().map(|goal| &goal.kind) {
            Some(GoalKind::DelayP95 { .. }) => Self::Delay,
            Some(GoalKind::QuietestShare { .. }) => Self::Quietest,
            Some(GoalKind::Bounced { .. }) => Self::Bounced,
            Some(GoalKind::TurnedAway { .. }) => Self::TurnedAway,
            Some(GoalKind::Sessions { .. }) => Self::Sessions,
            Some(GoalKind::Headroom { .. }) => Self::Used,
            Some(GoalKind::Survive { .. }) => Self::Strain,
            Some(GoalKind::Share { node, .. }) => labels.node(node).map_or(Self::Busiest, Self::Share),
            Some(GoalKind::BusiestShare { .. } | GoalKind::NearFair { .. }) | None => Self::Busiest,
        }
    }

    /// As it is called in results.
    pub(super) fn name(self, labels: &Labels) -> String {
        match self {
            Self::Busiest => "busiest_share".into(),
            Self::Quietest => "quietest_share".into(),
            Self::Delay => "delay_p95".into(),
            Self::Bounced => "bounced".into(),
            Self::TurnedAway => "turned_away".into(),
            Self::Sessions => "sessions".into(),
            Self::Used => "session_limit_used".into(),
            Self::Strain => "strain".into(),
            Self::Share(node) => format!("share.{}", labels.nodes[node].name),
        }
    }

    /// Its value with a 95 % interval; `None` if no message was accepted.
    pub(super) fn number(self, labels: &Labels, tallies: &[Tally]) -> Option<Interval> {
        let loads = Loads::new(labels.nodes.len(), tallies);
        let quantile = |sample: Sample, part| {
            let quantile = || sample.sorted().quantile(part);
            (!sample.is_empty()).then(quantile).map(|(value, bounds)| Ranged::new(value, bounds).into())
        };
        match self {
            Self::Delay => {
                let delay = delivery::delivery(labels, tallies).delay?;
                Some(Ranged::new(delay.p95, delay.p95_ci).into())
            }
            Self::Bounced => delivery::bounced_share(tallies.iter().map(|tally| tally.totals)),
            Self::Share(node) => loads.share(node).mean().map(|mean| mean.share_interval()),
            Self::Quietest => {
                let fair: Vec<f64> = labels.nodes.iter().map(|node| node.fair_share).collect();
                quantile(loads.measure(|shares| quietest(shares, &fair)), 0.05)
            }
            Self::Busiest => quantile(loads.measure(largest), 0.95),
            Self::TurnedAway | Self::Sessions | Self::Used | Self::Strain => {
                quantile(measured(&labels.goals.first()?.kind, labels, tallies, &loads), 0.95)
            }
        }
    }

    /// How much closer to flipping an answer a `change` of the number comes; `met` if the goals are met as written.
    fn weight(self, change: f64, met: bool) -> f64 {
        let flipping = if met { change } else { -change };
        match self {
            // It may be too large or too small.
            Self::Share(_) => change.abs(),
            // A small number is good, but for the quietest node's share.
            Self::Quietest => -flipping,
            _ => flipping,
        }
    }
}

/// What the simulation of `assumption` found; `run` is that of the scenario itself. `None` if there is nothing to compare.
#[must_use]
pub fn what_if(labels: &Labels, run: &[Tally], assumption: Assumption, tallies: &[Tally]) -> Option<WhatIf> {
    let quantity = Quantity::of(labels);
    let number = quantity.number(labels, tallies)?;
    let own = quantity.number(labels, &run[..tallies.len().min(run.len())])?;
    let statuses = goal_statuses(labels, tallies);
    Some(WhatIf { assumption, statuses, number, effect: number.value - own.value })
}

/// Which of `extremes` look most like flipping the answer: of those that change the goals' fate or might yet, the `most` with the largest
/// effect on the decisive number.
#[must_use]
pub fn promising(labels: &Labels, run: &[Tally], extremes: &[Vec<Tally>], most: usize) -> Vec<bool> {
    let quantity = Quantity::of(labels);
    let own = quantity.number(labels, run).map_or(0.0, |number| number.value);
    let met = met_by_count(labels, run);
    let effect = |tallies: &Vec<Tally>| {
        let open = goal_statuses(labels, tallies).contains(&GoalStatus::Unknown);
        let number = quantity.number(labels, tallies).filter(|_| open)?;
        Some(quantity.weight(number.value - own, met)).filter(|effect| *effect > 0.0)
    };
    let mut ranked: Vec<(usize, f64)> =
        extremes.iter().enumerate().filter_map(|(i, tallies)| Some((i, effect(tallies)?))).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut chosen = vec![false; extremes.len()];
    ranked.iter().take(most).for_each(|(i, _)| chosen[*i] = true);
    chosen
}

/// True if the goals then stand otherwise than they do: one that is met is missed, or all are met where one is missed.
pub(super) fn flips(what_if: &WhatIf, goals: &[GoalResult]) -> bool {
    let missed = goals.iter().any(|goal| goal.status == GoalStatus::Missed);
    if missed {
        return !what_if.statuses.is_empty() && what_if.statuses.iter().all(|then| *then == GoalStatus::Met);
    }
    let mut pairs = goals.iter().zip(&what_if.statuses);
    pairs.any(|(goal, then)| goal.status == GoalStatus::Met && *then == GoalStatus::Missed)
}

/// All what-ifs, the largest effect first; of equals the first stays the first.
pub(super) fn ranked(what_ifs: &[WhatIf]) -> Vec<&WhatIf> {
    let mut ranked: Vec<&WhatIf> = what_ifs.iter().collect();
    ranked.sort_by(|a, b| b.effect.abs().total_cmp(&a.effect.abs()));
    ranked
}

/// The spread over plausible worlds; `None` if none was drawn.
pub(super) fn not_known(labels: &Labels, plausible: Plausible<'_>, goals: &[GoalResult]) -> Option<NotKnown> {
    let quantity = Quantity::of(labels);
    let replications = plausible.worlds.first()?.len() as u64;
    let met =
        plausible.worlds.iter().map(|tallies| (f64::from(u8::from(met_by_count(labels, tallies))), 1.0));
    let share_meeting = fraction(&met.collect::<Vec<_>>());
    let mut numbers = Sample::default();
    for number in plausible.worlds.iter().filter_map(|tallies| quantity.number(labels, tallies)) {
        numbers.push(number.value);
        numbers.end_replication();
    }
    if numbers.is_empty() {
        return None;
    }
    let sorted = numbers.sorted();
    let ((from, from_ci), (to, to_ci)) = (sorted.quantile(0.05), sorted.quantile(0.95));
    let effects: Vec<Effect> =
        ranked(plausible.what_ifs).into_iter().map(|what_if| effect(labels, what_if, goals)).collect();
    Some(NotKnown {
        mixes: plausible.worlds.len() as u64,
        replications,
        share_meeting,
        quantity: quantity.name(labels),
        from,
        from_ci,
        to,
        to_ci,
        flips: effects.iter().find(|effect| effect.flips).cloned(),
        effects,
    })
}

fn effect(labels: &Labels, what_if: &WhatIf, goals: &[GoalResult]) -> Effect {
    let assumption = &what_if.assumption;
    Effect {
        sender: labels.senders[assumption.sender].name.clone(),
        unknown: assumption.unknown.clone(),
        assumed: assumption.assumed.clone(),
        instead: assumption.instead.clone(),
        number: what_if.number,
        effect: what_if.effect,
        flips: flips(what_if, goals),
        grade: assumption.grade,
    }
}

/// Quantile of a sender's share in plausible mixes, which is Beta under a Dirichlet law. Six digits are more than a guess deserves, and
/// hide the last bits of the platform.
#[must_use]
pub fn share_quantile(share: f64, concentration: f64, probability: f64) -> f64 {
    let quantile = beta_quantile(concentration * share, concentration * (1.0 - share), probability);
    (quantile * 1e6).round() / 1e6
}
