//! What load a node must hold: the rate that is enough for all but a small part of the time.

use mxsim_core::numerals::{self, Ranged};
use mxsim_core::results::{DurationCurve, NodeDuration, NodeResult, PeakRate, Results};

use crate::words;

/// The part of the time that may be busier; a planner's usual 99 %.
const BUSIER: f64 = 0.01;
/// Longest name in a title (letters).
const NAME_LETTERS: usize = 24;

/// What the node that needs most has to take.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Need {
    /// Index of the node among the curves.
    pub(crate) node: usize,
    /// The part of the time that is busier.
    pub(crate) part: f64,
    /// Accepted messages per second that are enough for the rest (1/s).
    pub(crate) rate: Ranged,
    /// Accepted messages per second in its busiest bin (1/s), if the curve holds it.
    pub(crate) busiest: Option<Ranged>,
}

/// The need of the node that needs most; the first of equals. `None` if there is no curve or nothing was accepted.
pub(crate) fn need(results: &Results) -> Option<Need> {
    let curve = &results.duration;
    if results.delivery.totals.accepted == 0 {
        return None;
    }
    let at = curve.parts.iter().rposition(|part| *part <= BUSIER)?;
    let mut most: Option<(usize, f64)> = None;
    for (index, node) in curve.nodes.iter().enumerate() {
        let rate = node.rate.get(at).copied().filter(|rate| rate.is_finite());
        if rate.is_some_and(|rate| most.is_none_or(|(_, most)| rate > most)) {
            most = rate.map(|rate| (index, rate));
        }
    }
    let (node, _) = most?;
    let line = &curve.nodes[node];
    let busiest = (curve.parts.first() == Some(&0.0) && at > 0).then(|| mean_at(line, 0));
    Some(Need { node, part: curve.parts[at], rate: mean_at(line, at), busiest })
}

/// The mean rate of `line` at one of the parts (1/s).
fn mean_at(line: &NodeDuration, at: usize) -> Ranged {
    let half = line.half_width.as_ref().and_then(|half| half.get(at)).copied();
    let rate = line.rate.get(at).copied().unwrap_or(f64::NAN);
    Ranged::new(rate, [half.map(|half| (rate - half).max(0.0)), half.map(|half| rate + half)])
}

/// `mx1 needs most: 9.31/s (9.22-9.40) are enough for all but 1.0 % of the time, ...`.
pub(crate) fn sentence(results: &Results) -> Option<String> {
    let need = need(results)?;
    let curve = &results.duration;
    let busiest = need.busiest.map_or_else(String::new, |busiest| {
        format!("; its busiest {} has {}", words::bin_word(curve.bin_s), busiest.rate())
    });
    let who = match curve.nodes.len() {
        1 => String::new(),
        _ => format!("{} needs most: ", short(&curve.nodes[need.node].name)),
    };
    Some(format!("{who}{} is enough for all but {} of the time{busiest}", need.rate.rate(), part(need.part)))
}

/// `1 %`: a part of the time without a zero behind its point.
pub(crate) fn part(part: f64) -> String {
    format!("{} %", numerals::tidy(part * 100.0))
}

/// A long name would push the number out of a title.
pub(crate) fn short(name: &str) -> String {
    if name.chars().count() <= NAME_LETTERS {
        return name.to_owned();
    }
    // Names that begin alike end differently.
    let letters: Vec<char> = name.chars().collect();
    let (start, end) = (NAME_LETTERS / 2, NAME_LETTERS - 1 - NAME_LETTERS / 2);
    letters[..start].iter().chain(&['…']).chain(&letters[letters.len() - end..]).collect()
}

/// The busiest bins of a node, longest first. A document that was written before there were several has the minute only.
pub(crate) fn peaks(node: &NodeResult) -> &[PeakRate] {
    if node.peak_rates.is_empty() { std::slice::from_ref(&node.peak_rate) } else { &node.peak_rates }
}

/// The unit in which small and large rates can both be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RateUnit {
    /// Messages of this unit per message a second.
    pub(crate) factor: f64,
    /// The unit's time.
    pub(crate) word: &'static str,
}

impl RateUnit {
    /// Per second, unless less than one message a second is the most there is.
    pub(crate) fn for_largest(largest: f64) -> Self {
        if largest >= 1.0 || largest <= 0.0 {
            return Self { factor: 1.0, word: "second" };
        }
        if largest * 60.0 >= 1.0 {
            return Self { factor: 60.0, word: "minute" };
        }
        Self { factor: 3_600.0, word: "hour" }
    }

    /// `9.31 (9.22-9.40)` in this unit.
    pub(crate) fn plain(self, rate: Ranged) -> String {
        self.scaled(rate).plain()
    }

    pub(crate) fn scaled(self, rate: Ranged) -> Ranged {
        let bound = |bound: Option<f64>| bound.map(|bound| bound * self.factor);
        Ranged::new(rate.value * self.factor, [bound(rate.low), bound(rate.high)])
    }
}

/// The largest finite rate of any curve, bands included (1/s).
pub(crate) fn largest(curve: &DurationCurve) -> f64 {
    let rates = curve.nodes.iter().flat_map(|node| node.rate.iter().chain(&node.p95));
    rates.copied().filter(|rate| rate.is_finite()).fold(0.0, f64::max)
}
