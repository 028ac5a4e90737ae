//! How many replications of each other world are simulated.
//!
//! Unasked, other worlds cost at most what the run itself cost once more. Both are counted in work ([`Tally::work`](crate::tally::Tally::work)) and not by
//! the clock, so the worlds are the same on every machine. They are planned for a part of that price, because the first few do not say exactly what all
//! cost; what would go beyond it is left out. Who asks for a number of worlds gets them in full. Where worlds are drawn as well, the extremes take a
//! third: half of that to screen them, and the rest for those that look like flipping the answer.

use super::one_at_a_time::MOST_EXTREMES;
use crate::study::limit::MESSAGES_PER_SECOND;

/// Replications of each extreme before the promising ones go on: in full, and the fewest.
const SCREENING: [u64; 2] = [32, 3];
/// Replications of a promising extreme: in full, which is as many as the first look at the goals takes, and the fewest that another one may leave
/// it. Five bad days of 20, screening included, show that fewer than 19 of 20 are good.
const CONFIRMING: [u64; 2] = [160, 17];
/// Most extremes that go on.
const CONFIRMED: u64 = 3;
/// Replications of a drawn world: the most, the fewest where worlds are asked for, and the fewest. Worlds differ far more than their days do: of 200 worlds
/// of five shipped scenarios 196 have the same answer after 4 days as after 48.
pub(super) const DRAWN: [u64; 3] = [48, 16, 4];
/// Worlds drawn from the prior, if nobody says how many: the most, and the fewest, because fewer say nothing about a part of them.
pub(crate) const WORLDS: [u64; 2] = [64, 16];
/// Memory of the worlds' tallies, and of their tables (bytes), if nobody says how many: 512 MiB.
pub(crate) const WORLDS_BYTES: f64 = 536_870_912.0;
/// Part of the price of the run that other worlds are planned for.
pub(super) const PART: f64 = 0.8;
/// Part of it for the extremes, where worlds are drawn as well.
const FOR_EXTREMES: f64 = 1.0 / 3.0;
/// What screening the extremes may cost where worlds are asked for (s of one core), beside a run that costs little and beside any. *Assumption*: nobody
/// waits longer for what was not asked.
const SCREENING_S: [f64; 2] = [30.0, 300.0];
/// What drawn worlds may cost before they get fewer replications, where a number of them is asked for (s of one core). *Assumption*, as above.
const WORLDS_S: f64 = 6.0;

/// What other worlds may cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Budget {
    /// As much as the run once more, which took so much work.
    Again(u64),
    /// What it takes: a number of worlds is asked for.
    Full,
}

impl Budget {
    /// That of a run that took so much work.
    pub(super) const fn new(asked: Option<u64>, work: u64) -> Self {
        match asked {
            Some(_) => Self::Full,
            None => Self::Again(work),
        }
    }

    /// The most work for extremes.
    pub(super) fn extremes_work(self, are_drawn: bool) -> u64 {
        match self {
            Self::Again(work) if are_drawn => (work as f64 * FOR_EXTREMES) as u64,
            Self::Again(work) => work,
            Self::Full => u64::MAX,
        }
    }

    /// The most work for drawn worlds, after so much went to the extremes.
    pub(super) const fn drawn_work(self, spent: u64) -> u64 {
        match self {
            Self::Again(work) => work.saturating_sub(spent),
            Self::Full => u64::MAX,
        }
    }

    /// Seconds for screening extremes of a run whose replications cost so much, and the fewest replications of each.
    pub(super) fn screening(self, are_drawn: bool, replication_s: f64) -> (f64, u64) {
        let [most, fewest] = SCREENING;
        match self {
            Self::Again(_) => (self.extremes_s(are_drawn) / 2.0, fewest),
            Self::Full => {
                let [cheap, dear] = SCREENING_S;
                (((MOST_EXTREMES as u64 * most) as f64 * replication_s).clamp(cheap, dear), most)
            }
        }
    }

    /// Seconds that are planned for extremes.
    fn extremes_s(self, are_drawn: bool) -> f64 {
        match self {
            Self::Again(_) => PART * seconds(self.extremes_work(are_drawn)),
            Self::Full => f64::INFINITY,
        }
    }

    /// Replications of `count` extremes of `seconds` each on average, beside so many of the run: of each, of those that go on, and how many these are.
    pub(super) fn extremes(self, are_drawn: bool, count: u64, seconds: f64, run: u64) -> Screening {
        let all_s = self.extremes_s(are_drawn);
        let [most, fewest] = SCREENING;
        let fits = (all_s / 2.0 / (count as f64 * seconds)) as u64;
        let each = fits.clamp(fewest, most).min(run);
        let left = ((all_s - (each * count) as f64 * seconds).max(0.0) / seconds) as u64;
        let [confirming, fewest] = CONFIRMING;
        let going_on = (left / fewest).clamp(1, CONFIRMED).min(count.max(1));
        let confirming = (each.saturating_add(left / going_on)).min(confirming).min(run);
        Screening { each, going_on, confirming }
    }

    /// Drawn worlds that are worth their price and the replications of each, if one costs `each_s` and `spent` went to the extremes: none, or as many as
    /// say something.
    pub(super) fn worth(self, spent: u64, each_s: f64, most_tallies: u64) -> Option<[u64; 2]> {
        let [most, _, fewest] = DRAWN;
        let left_s = PART * seconds(self.drawn_work(0)) - seconds(spent);
        let fits = ((left_s.max(0.0) / each_s) as u64).min(most_tallies);
        let worlds = (fits / fewest).min(WORLDS[0]);
        (worlds >= WORLDS[1]).then(|| [worlds, (fits / worlds).min(most)])
    }
}

/// Replications of each of the `worlds` that are asked for, if one costs `each_s`.
pub(super) fn of_each_asked(worlds: u64, each_s: f64, most_tallies: u64) -> u64 {
    let [most, fewest, _] = DRAWN;
    let fits = ((WORLDS_S / each_s) as u64).min(most_tallies);
    (fits / worlds.max(1)).clamp(fewest, most)
}

/// What so much work takes (s of one core).
pub(super) fn seconds(work: u64) -> f64 {
    work as f64 / MESSAGES_PER_SECOND
}

/// How many replications of extremes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Screening {
    /// Of each.
    pub(super) each: u64,
    /// Extremes that go on.
    pub(super) going_on: u64,
    /// Of each of these, the first ones included.
    pub(super) confirming: u64,
}

/// The most tallies of other worlds, if so many are drawn beside so many replications of the run.
pub(crate) fn most_tallies(worlds: u64, replications: u64) -> u64 {
    let [screening, confirming] = [SCREENING[0], CONFIRMING[0]].map(|most| most.min(replications));
    let extremes = MOST_EXTREMES as u64 * screening + CONFIRMED * (confirming - screening);
    worlds.saturating_mul(DRAWN[0].min(replications)).saturating_add(extremes)
}

/// Replications of a world in which the zone or the faults are otherwise: as many as the first look at the goals takes.
pub(super) const LOOKED_AT: u64 = 160;
/// Those after which the world in which no node fails goes on only if a goal is missed in it. It matters where its split is off on more days than an
/// outage explains: of 32 days on which more than one in seven are bad, all but one or none are good once in thirty times.
pub(in super::super) const UNDISTURBED: u64 = 32;

/// What the twins cost.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct TwinCost {
    /// Worlds in which the zone or the faults are otherwise.
    pub(crate) count: u64,
    /// One replication of each of these (s).
    pub(crate) replication_s: f64,
    /// One replication of each world with nodes down (s); they go on as long as the run does, and leave no tally.
    pub(crate) down_s: f64,
    /// What making all of them costs (s).
    pub(crate) build_s: f64,
    /// Memory of their tables (bytes).
    pub(crate) table_bytes: f64,
}

impl TwinCost {
    /// Tallies beside so many replications of the run.
    pub(crate) fn tallies(self, replications: u64) -> u64 {
        self.count * replications.min(LOOKED_AT)
    }

    /// Processor time beside so many replications of the run (s).
    pub(crate) fn seconds(self, replications: u64) -> f64 {
        let looked_at = replications.min(LOOKED_AT) as f64;
        self.build_s + self.replication_s * looked_at + self.down_s * replications as f64
    }
}
