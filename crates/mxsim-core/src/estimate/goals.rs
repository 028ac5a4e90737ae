//! Goals: is something true on enough windows?
//!
//! A goal asks for a fraction `on` of windows. In each replication it is met on some fraction of the windows; these fractions are
//! independent between replications, whatever happens inside one. Their sum is compared with `on` by the exact binomial interval (Clopper
//! and Pearson 1934), which for fractions instead of yes-or-no is conservative: a value in 0..1 is less spread out than a coin of the same
//! mean (it is smaller in convex order).
//!
//! **Looking again and again.** Who stops as soon as the interval clears the goal looks many times and errs more often than the level
//! says. Looks happen only at [`next_look`]'s numbers of replications, 160 times powers of two, and look k has the level 0.01 / 2^(k+1) on
//! each side: all looks together wrongly say *met* at most once in a hundred, and wrongly *missed* as often (Bonferroni). The first look
//! that decides stands. A run that ends between two looks has that end as one more look. So a status depends on nothing but the tallies,
//! in order, and 40 replications mean the same as the first 40 of 80.
//!
//! The published `met_fraction` is a plain 95 % interval instead: it says where the fraction lies, not when to stop, and may clear the
//! goal while the status is still *unknown*.
//!
//! **Mail that waits when the run ends.** It may turn out late, or lost. A goal that is met without it, and would not be if the worst came true, is
//! *unknown*; no number of replications tells, a longer run does.
//!
//! A goal on *every* window (`on` = 1) is missed at the first look after a window misses it, and never met: no number of good days shows
//! that a bad one cannot come.

use super::interval::fraction;
use super::measured::{at_worst, limit, measured};
use super::sample::Sample;
use super::special::beta_quantile;
use super::unfinished::Unfinished;
use super::window::Loads;
use crate::results::{GoalResult, GoalStatus, Interval, Subject, WantedShare};
use crate::scenario::{Goal, GoalKind, ShareRange};
use crate::tally::Tally;
use crate::tally::labels::Labels;

/// Replications at the first look.
const FIRST_LOOK: u64 = 160;

/// Chance of a wrong `met` over all looks, and of a wrong `missed`.
const ERROR: f64 = 0.01;

/// Chance that any of the goals that are judged together is called wrongly.
const TOGETHER: f64 = 0.05;

/// Beyond this nobody waits.
const HOPELESS: u64 = 10_000_000;

/// Shares are quotients of whole numbers; this forgives the rounding of the division.
const ROUNDING: f64 = 1e-12;

/// The number of replications at which goals are looked at next, given how many are `done`.
#[must_use]
pub fn next_look(done: u64) -> u64 {
    let mut look = FIRST_LOOK;
    while look <= done {
        look = look.saturating_mul(2);
        if look == u64::MAX {
            break;
        }
    }
    look
}

/// True if no further replication is needed to say of every goal whether it is met or missed, as far as a run of this length tells.
#[must_use]
pub fn decided(labels: &Labels, tallies: &[Tally]) -> bool {
    let loads = Loads::new(labels.nodes.len(), tallies);
    let trial = |goal: &Goal| Trial::new(labels, goal, tallies, &loads).decision();
    labels.goals.iter().all(|goal| trial(goal) != GoalStatus::Unknown)
}

/// The status of each goal of the labels, in order.
#[must_use]
pub fn goal_statuses(labels: &Labels, tallies: &[Tally]) -> Vec<GoalStatus> {
    statuses(labels, tallies, &Loads::new(labels.nodes.len(), tallies))
}

/// True if each goal holds on the part of the windows that it asks for, as counted. Without windows, and without accepted mail, none does.
pub(crate) fn met_by_count(labels: &Labels, tallies: &[Tally]) -> bool {
    let loads = Loads::new(labels.nodes.len(), tallies);
    // What nodes down do is looked at beside the run alone.
    let mut looked_at = labels.goals.iter().filter(|goal| !matches!(goal.kind, GoalKind::Survive { .. }));
    looked_at.all(|goal| {
        let trial = Trial::new(labels, goal, tallies, &loads);
        let (met, used) = trial.sums(tallies.len());
        let any = used > 0.0 && !trial.nothing_accepted.last().copied().unwrap_or(true);
        any && holds_often_enough(goal, (met, used))
    })
}

/// True if a goal holds on the part of the windows it asks for, of those used.
fn holds_often_enough(goal: &Goal, (met, used): (f64, f64)) -> bool {
    met >= goal.on * used - 1e-9
}

fn statuses(labels: &Labels, tallies: &[Tally], loads: &Loads) -> Vec<GoalStatus> {
    labels.goals.iter().map(|goal| Trial::new(labels, goal, tallies, loads).status()).collect()
}

/// All goals with their fractions.
pub(super) fn goals(labels: &Labels, tallies: &[Tally], loads: &Loads) -> Vec<GoalResult> {
    labels.goals.iter().map(|goal| Trial::new(labels, goal, tallies, loads).result()).collect()
}

/// The status of a goal that is not among those of the labels; it must not be about delays.
pub(super) fn status_of(goal: &Goal, labels: &Labels, tallies: &[Tally], loads: &Loads) -> GoalStatus {
    Trial::new(labels, goal, tallies, loads).status()
}

/// How a goal went in one replication, for runs whose tallies are not kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GoalTrial {
    /// Windows that met it, those that would even if the worst became of the mail that waits when the run ends, and windows looked at.
    met: f64,
    met_at_worst: f64,
    windows: f64,
    /// True if what becomes of the mail that waits decides about lost and late mail.
    is_open: bool,
    /// Messages that arrived, and that were accepted.
    messages: (u64, u64),
}

/// How each goal of the labels went in one replication.
#[must_use]
pub fn goal_trials(labels: &Labels, tally: &Tally) -> Vec<GoalTrial> {
    let tallies = std::slice::from_ref(tally);
    let loads = Loads::new(labels.nodes.len(), tallies);
    let is_open = Unfinished::of(labels, tallies).is_open;
    let trial = |goal: &Goal| {
        let (met, windows) = sums_of(&Trial::new(labels, goal, tallies, &loads).counts);
        let worst = at_worst(&goal.kind, labels, tallies).map(|sample| sums_of(&counted(goal, &sample)).0);
        let is_delivery = matches!(goal.kind.subject(), Subject::Delay | Subject::Loss);
        let messages = (tally.totals.messages, tally.totals.accepted);
        GoalTrial {
            met,
            met_at_worst: worst.unwrap_or(met),
            windows,
            is_open: is_delivery && is_open,
            messages,
        }
    };
    labels.goals.iter().map(trial).collect()
}

/// True if the goal holds on as many of the windows as it asks for, as counted.
#[must_use]
pub fn holds_as_counted(goal: &Goal, trials: impl Iterator<Item = GoalTrial>) -> bool {
    let counts: Vec<(f64, f64)> = trials.map(|trial| (trial.met_at_worst, trial.windows)).collect();
    holds_often_enough(goal, sums(&counts))
}

fn sums_of(counts: &[(f64, f64)]) -> (f64, f64) {
    counts.iter().fold((0.0, 0.0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
}

/// The status of a goal after replications that were looked at once, and the part of the windows that met it. Of all goals that are judged together,
/// `judged` many, one or more is called met or missed wrongly at most 5 times in 100 (Bonferroni, both sides).
#[must_use]
pub fn status_among(goal: &Goal, trials: &[GoalTrial], judged: usize) -> (GoalStatus, Interval) {
    let counts =
        |met: fn(&GoalTrial) -> f64| trials.iter().map(|trial| (met(trial), trial.windows)).collect();
    let (own, worst): (Vec<_>, Vec<_>) = (counts(|trial| trial.met), counts(|trial| trial.met_at_worst));
    let part = if sums_of(&own).1 > 0.0 { fraction(&own) } else { Interval::alone(0.0) };
    let messages = trials.iter().fold((0, 0), |sum, of| (sum.0 + of.messages.0, sum.1 + of.messages.1));
    if messages.0 > 0 && messages.1 == 0 {
        return (GoalStatus::Missed, part);
    }
    let (met, used) = sums(&own);
    // Some mail always waits, so an open end of one replication in two is one by plan.
    let is_open = trials.iter().filter(|trial| trial.is_open).count() * 2 > trials.len();
    let holds = worst == own || holds_often_enough(goal, sums(&worst));
    match compare_at(met, used, goal.on, TOGETHER / (2.0 * judged.max(1) as f64)) {
        GoalStatus::Met if is_open || !holds => (GoalStatus::Unknown, part),
        status => (status, part),
    }
}

/// How a goal went, replication by replication.
#[derive(Debug)]
struct Trial<'a> {
    labels: &'a Labels,
    goal: &'a Goal,
    tallies: &'a [Tally],
    /// Windows met and windows looked at, per replication.
    counts: Vec<(f64, f64)>,
    /// For each replication: true if up to it messages arrived and none was accepted.
    nothing_accepted: Vec<bool>,
}

/// The share that a goal of this kind asks of one node.
fn wanted_share(kind: &GoalKind) -> Option<WantedShare> {
    let GoalKind::Share { node, range } = kind else { return None };
    let [at_least, at_most] = range.bounds();
    let target = match range {
        ShareRange::Target(target) => Some(*target),
        ShareRange::Between(..) => None,
    };
    Some(WantedShare { node: node.clone(), target, at_least, at_most: at_most.min(1.0) })
}

impl<'a> Trial<'a> {
    fn new(labels: &'a Labels, goal: &'a Goal, tallies: &'a [Tally], loads: &Loads) -> Self {
        let counts = counted(goal, &measured(&goal.kind, labels, tallies, loads));
        let mut seen = (0u64, 0u64);
        let nothing_accepted = tallies
            .iter()
            .map(|tally| {
                seen = (seen.0 + tally.totals.messages, seen.1 + tally.totals.accepted);
                seen.0 > 0 && seen.1 == 0
            })
            .collect();
        Self { labels, goal, tallies, counts, nothing_accepted }
    }

    fn result(&self) -> GoalResult {
        let sum = |part: fn(&(f64, f64)) -> f64| self.counts.iter().map(part).sum::<f64>() as u64;
        let windows = sum(|count| count.1);
        GoalResult {
            text: self.goal.text.clone(),
            status: self.status(),
            windows,
            windows_met: sum(|count| count.0),
            met_fraction: if windows > 0 { fraction(&self.counts) } else { Interval::alone(0.0) },
            more_replications: self.more(),
            share: wanted_share(&self.goal.kind),
        }
    }

    /// The decision, unless what waits when the run ends may turn a goal that is met into one that is missed.
    fn status(&self) -> GoalStatus {
        match self.decision() {
            GoalStatus::Met if !self.holds_at_worst() => GoalStatus::Unknown,
            decision => decision,
        }
    }

    /// True if what becomes of the mail that waits when the run ends makes no difference.
    fn holds_at_worst(&self) -> bool {
        let kind = &self.goal.kind;
        let is_delivery = matches!(kind.subject(), Subject::Delay | Subject::Loss);
        if is_delivery && Unfinished::of(self.labels, self.tallies).is_open {
            return false;
        }
        let worst = at_worst(kind, self.labels, self.tallies).map(|sample| counted(self.goal, &sample));
        worst.is_none_or(|worst| worst == self.counts || holds_often_enough(self.goal, sums(&worst)))
    }

    /// The decision of the first look that decides, as if nobody would ever know what becomes of the mail that waits.
    fn decision(&self) -> GoalStatus {
        let done = self.counts.len() as u64;
        let mut look = FIRST_LOOK.min(done);
        for number in 0.. {
            let status = self.look(look as usize, number);
            if status != GoalStatus::Unknown || look >= done {
                return status;
            }
            look = next_look(look).min(done);
        }
        GoalStatus::Unknown
    }

    fn look(&self, replications: usize, number: i32) -> GoalStatus {
        // Mail of which nothing arrives is not spread well, whatever the goal.
        if replications > 0 && self.nothing_accepted[replications - 1] {
            return GoalStatus::Missed;
        }
        let (met, used) = self.sums(replications);
        compare(met, used, self.goal.on, number)
    }

    /// Sum of the fractions met, and the replications that have one.
    fn sums(&self, replications: usize) -> (f64, f64) {
        sums(&self.counts[..replications])
    }

    /// Replications to the look that would decide if things go on as they went. A run may end between two looks, and what misses its goal
    /// every time is soon decided; that a goal is met is told by a whole look, which forgives a bad window.
    fn more(&self) -> Option<u64> {
        let done = self.counts.len() as u64;
        let (met, used) = self.sums(self.counts.len());
        if self.decision() != GoalStatus::Unknown || used == 0.0 {
            return None;
        }
        let mut look = next_look(done);
        let mut number = (look / FIRST_LOOK).ilog2() as i32;
        while look - done <= HOPELESS {
            let at = |look: u64| {
                let grown = look as f64 / done as f64;
                compare(met * grown, used * grown, self.goal.on, number)
            };
            match at(look) {
                GoalStatus::Met => return Some(look - done),
                GoalStatus::Missed => {
                    return Some(first(done + 1, look, |end| at(end) == GoalStatus::Missed) - done);
                }
                GoalStatus::Unknown => {}
            }
            look = next_look(look);
            number += 1;
        }
        None
    }
}

/// Windows in which the goal is met, and windows looked at, per replication.
fn counted(goal: &Goal, sample: &Sample) -> Vec<(f64, f64)> {
    let limit = limit(&goal.kind) + ROUNDING;
    let met = |windows: &[f64]| windows.iter().filter(|value| **value <= limit).count() as f64;
    sample.replications().map(|windows| (met(windows), windows.len() as f64)).collect()
}

fn sums(counts: &[(f64, f64)]) -> (f64, f64) {
    let fractions = counts.iter().filter(|count| count.1 > 0.0);
    fractions.fold((0.0, 0.0), |sum, count| (sum.0 + count.0 / count.1, sum.1 + 1.0))
}

/// The smallest number from `low` to `high` of which `is_so` is true, if it is true of `high` and, from some number on, of all.
fn first(mut low: u64, mut high: u64, is_so: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = low + (high - low) / 2;
        if is_so(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    high
}

/// Met, missed or unknown, from the sum of `used` fractions, at look `number`.
fn compare(met: f64, used: f64, on: f64, number: i32) -> GoalStatus {
    compare_at(met, used, on, ERROR / libm::exp2(f64::from(number + 1)))
}

/// The same where either answer may be wrong with this chance.
fn compare_at(met: f64, used: f64, on: f64, level: f64) -> GoalStatus {
    if used == 0.0 {
        return GoalStatus::Unknown;
    }
    // Sums of fractions such as 6/7 are rounded; without this a sum of all windows might not look whole.
    let missed = if used - met < 1e-9 { 0.0 } else { used - met };
    if on >= 1.0 {
        return if missed > 0.0 { GoalStatus::Missed } else { GoalStatus::Unknown };
    }
    if beta_quantile(met, missed + 1.0, level) >= on {
        GoalStatus::Met
    } else if beta_quantile(met + 1.0, missed, 1.0 - level) < on {
        GoalStatus::Missed
    } else {
        GoalStatus::Unknown
    }
}
