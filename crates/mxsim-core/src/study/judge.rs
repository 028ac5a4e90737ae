//! Is an uneven split chance? Judges the messages counted per node.
//!
//! Mail from few senders that keep their choice splits unevenly by chance alone, so a split is judged for a number of *choosers*: senders
//! of equal size that each choose one node, independently. Without a number the answer is the number that would explain the split
//! ([`theory::judge`](crate::theory::judge) has the mathematics).
//!
//! Main types: [`CountedSplit`], what was counted; [`Judgement`], the document `mxsim.judge/1`.

use crate::numerals::{count, often, to_digits};
use crate::theory::judge::{Fit, Method};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};

/// Name of this document's schema.
pub const SCHEMA: &str = "mxsim.judge/1";

/// The most nodes that are judged: more than any zone has.
pub const MOST_NODES: usize = 1_000;

/// The most messages at a node: whole numbers up to here have a floating-point number each.
pub const MOST_MESSAGES: u64 = 1_000_000_000_000_000;

/// A split that comes up more often than this is chance: one in twenty, as everywhere in mxsim.
const LUCK: f64 = 0.05;
/// One that comes up more seldom than this is not. Between the two no one should be woken up. *Assumption*: a false alarm in a hundred
/// is bearable.
const FINDING: f64 = 0.01;
/// The chance with which the ranges of all nodes hold together.
const CONFIDENCE: f64 = 0.95;
/// Significant digits of what goes through the platform's quantile functions, whose last ones may differ between platforms.
const DIGITS: usize = 6;

/// The messages counted at each node, and what is known of who sent them.
///
/// ```
/// use mxsim_core::study::judge::{Answer, CountedSplit, judge};
/// let judgement = judge(&CountedSplit::new([410, 290, 300]).choosers(40))?;
/// assert_eq!(judgement.answer, Answer::Luck);
/// assert_eq!(judgement.messages, 1_000);
/// # Ok::<(), mxsim_core::study::judge::JudgeError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CountedSplit {
    /// Messages at each node over the same time.
    pub counts: Vec<u64>,
    /// Equal, independent choosers among the senders; `None` if that is not known.
    pub choosers: Option<u64>,
    /// Fair shares relative to each other, one for each node; empty for equal ones.
    pub weights: Vec<f64>,
    /// Names of the nodes, one for each count; empty for numbers from 1.
    pub names: Vec<String>,
}

impl CountedSplit {
    /// Counts of equal nodes, from choosers of unknown number.
    pub fn new(counts: impl IntoIterator<Item = u64>) -> Self {
        Self { counts: counts.into_iter().collect(), choosers: None, weights: Vec::new(), names: Vec::new() }
    }

    /// With so many equal, independent choosers.
    #[must_use]
    pub fn choosers(self, choosers: u64) -> Self {
        Self { choosers: Some(choosers), ..self }
    }

    /// With fair shares relative to each other.
    #[must_use]
    pub fn weights(self, weights: impl IntoIterator<Item = f64>) -> Self {
        Self { weights: weights.into_iter().collect(), ..self }
    }

    /// With names of the nodes.
    #[must_use]
    pub fn names(self, names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().collect(), ..self }
    }

    fn fit(&self) -> Result<Fit, JudgeError> {
        let nodes = self.counts.len();
        if !(2..=MOST_NODES).contains(&nodes) {
            return Err(JudgeError::Nodes { found: nodes });
        }
        if !self.weights.is_empty() && self.weights.len() != nodes {
            return Err(JudgeError::Weights { counts: nodes, weights: self.weights.len() });
        }
        if let Some(weight) = self.weights.iter().find(|weight| !(weight.is_finite() && **weight > 0.0)) {
            return Err(JudgeError::Weight { found: *weight });
        }
        if let Some(count) = self.counts.iter().find(|count| **count > MOST_MESSAGES) {
            return Err(JudgeError::TooMany { found: *count });
        }
        if self.choosers == Some(0) {
            return Err(JudgeError::NoChooser);
        }
        let equal = vec![1.0; nodes];
        let weights = if self.weights.is_empty() { &equal } else { &self.weights };
        Fit::new(&self.counts, weights).ok_or(JudgeError::NoMessage)
    }
}

/// Why counts cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum JudgeError {
    /// Fewer than two nodes, or more than [`MOST_NODES`].
    Nodes {
        /// How many there are.
        found: usize,
    },
    /// Not one weight for each count.
    Weights {
        /// How many counts there are.
        counts: usize,
        /// How many weights.
        weights: usize,
    },
    /// A weight that is not above 0.
    Weight {
        /// That weight.
        found: f64,
    },
    /// More than [`MOST_MESSAGES`] messages at a node.
    TooMany {
        /// How many.
        found: u64,
    },
    /// Mail that no chooser sends.
    NoChooser,
    /// No message at any node.
    NoMessage,
}

impl std::error::Error for JudgeError {}

impl fmt::Display for JudgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nodes { found } => {
                let (most, found) = (count(MOST_NODES as u64), count(*found as u64));
                write!(f, "expected the counts of 2 to {most} nodes, found {found}")
            }
            Self::Weights { counts, weights } => {
                write!(f, "expected one weight for each count, found {counts} counts and {weights} weights")
            }
            Self::Weight { found } => write!(f, "expected weights above 0, found {found}"),
            Self::TooMany { found } => {
                write!(f, "expected at most {} messages at a node, found {found}", count(MOST_MESSAGES))
            }
            Self::NoChooser => f.write_str("expected at least one chooser, found 0"),
            Self::NoMessage => {
                f.write_str("no message was counted at any node, so there is nothing to judge")
            }
        }
    }
}

/// The document `mxsim.judge/1`. Shares lie in 0..1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Judgement {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The answer word.
    pub answer: Answer,
    /// The answer in one sentence.
    pub sentence: String,
    /// How often such a split comes up by chance.
    pub why: String,
    /// Messages at all nodes.
    pub messages: u64,
    /// Choosers that were given; `null` if none were, and each message was taken for one.
    pub choosers: Option<u64>,
    /// Pearson's statistic of the choosers.
    pub chi_square: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: usize,
    /// Chance of a split at least as uneven, 0..1.
    pub p_value: f64,
    /// How that was computed.
    pub method: JudgeMethod,
    /// With fewer choosers than this the split is chance; `null` if it is even when each message chooses for itself.
    pub luck_if_fewer_choosers_than: Option<u64>,
    /// The nodes, in the order of the counts.
    pub nodes: Vec<JudgedNode>,
}

/// Whether a split is chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It comes up once in twenty times or more often.
    Luck,
    /// It comes up less than once in a hundred times.
    NotLuck,
    /// [`Judgement::doubt`] says why.
    CannotTell,
}

/// Why it cannot be told whether a split is chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The choosers are not known, and few would explain the split.
    DependsOnChoosers,
    /// Even the most uneven split would not be rare.
    TooFew,
    /// It is rarer than chance should be, but not rare enough to blame anything.
    Between,
}

/// How the chance of a split was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgeMethod {
    /// All ways to place the choosers were enumerated.
    ExactMultinomial,
    /// A gamma law with the exact mean and variance of Pearson's statistic.
    MomentMatched,
}

impl From<Method> for JudgeMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::ExactMultinomial => Self::ExactMultinomial,
            Method::MomentMatched => Self::MomentMatched,
        }
    }
}

/// One node of a judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JudgedNode {
    /// Its number in the order of the counts, from 1.
    pub node: usize,
    /// Its name; that number if it has none.
    pub name: String,
    /// Messages counted.
    pub messages: u64,
    /// Their part of all messages.
    pub share: f64,
    /// What it would be if the split were fair.
    pub fair_share: f64,
    /// The share less the fair share.
    pub off: f64,
    /// The least its long-run share may be; the ranges of all nodes hold together with 95 %.
    pub low: f64,
    /// The most it may be.
    pub high: f64,
    /// True if the fair share lies outside that range.
    pub is_off: bool,
}

/// Judges whether counts per node are chance.
///
/// ```
/// use mxsim_core::study::judge::{Answer, CountedSplit, Doubt, judge};
/// let judgement = judge(&CountedSplit::new([410, 290, 300]))?;
/// assert_eq!((judgement.answer, judgement.doubt()), (Answer::CannotTell, Some(Doubt::DependsOnChoosers)));
/// assert_eq!(judgement.luck_if_fewer_choosers_than, Some(225));
/// # Ok::<(), mxsim_core::study::judge::JudgeError>(())
/// ```
///
/// # Errors
/// If the counts, weights or choosers cannot be judged.
pub fn judge(counted: &CountedSplit) -> Result<Judgement, JudgeError> {
    let fit = counted.fit()?;
    let messages = counted.counts.iter().sum();
    let case = Case::new(&fit, messages, counted.choosers);
    Ok(Judgement {
        schema: SCHEMA.into(),
        answer: case.answer(),
        sentence: case.sentence(),
        why: case.why(),
        messages,
        choosers: counted.choosers,
        chi_square: to_digits(fit.chi_square(case.judged_for as f64), DIGITS),
        degrees_of_freedom: counted.counts.len() - 1,
        p_value: to_digits(case.p_value, DIGITS),
        method: case.method,
        luck_if_fewer_choosers_than: case.break_even,
        nodes: nodes(&fit, counted, case.judged_for),
    })
}

impl Judgement {
    /// Why it cannot be told; `None` if it can. Works on a document that was read from a file, too.
    #[must_use]
    pub fn doubt(&self) -> Option<Doubt> {
        if self.answer != Answer::CannotTell {
            return None;
        }
        let counts: Vec<u64> = self.nodes.iter().map(|node| node.messages).collect();
        let fair: Vec<f64> = self.nodes.iter().map(|node| node.fair_share).collect();
        let fit = Fit::new(&counts, &fair)?;
        doubt(&fit, judged_for(self.messages, self.choosers), self.choosers.is_some(), self.p_value)
    }
}

/// A chooser that sends no message counts for nothing; without a number each message is taken for one.
fn judged_for(messages: u64, choosers: Option<u64>) -> u64 {
    choosers.unwrap_or(messages).min(messages)
}

fn doubt(fit: &Fit, judged_for: u64, is_known: bool, p_value: f64) -> Option<Doubt> {
    match p_value {
        _ if fit.least_chance(judged_for) > FINDING => Some(Doubt::TooFew),
        p_value if p_value >= LUCK => None,
        _ if !is_known => Some(Doubt::DependsOnChoosers),
        p_value if p_value < FINDING => None,
        _ => Some(Doubt::Between),
    }
}

/// What the answer rests on.
struct Case {
    /// Choosers that were given.
    choosers: Option<u64>,
    /// Choosers it was judged for.
    judged_for: u64,
    p_value: f64,
    method: JudgeMethod,
    doubt: Option<Doubt>,
    break_even: Option<u64>,
}

impl Case {
    fn new(fit: &Fit, messages: u64, choosers: Option<u64>) -> Self {
        let judged_for = judged_for(messages, choosers);
        let chance = fit.chance(judged_for);
        Self {
            choosers,
            judged_for,
            p_value: chance.p_value,
            method: chance.method.into(),
            doubt: doubt(fit, judged_for, choosers.is_some(), chance.p_value),
            break_even: fit.break_even(LUCK),
        }
    }

    const fn answer(&self) -> Answer {
        match self.doubt {
            Some(_) => Answer::CannotTell,
            None if self.p_value >= LUCK => Answer::Luck,
            None => Answer::NotLuck,
        }
    }

    fn sentence(&self) -> String {
        match (self.doubt, self.answer()) {
            (Some(Doubt::DependsOnChoosers), _) => format!(
                "Luck if fewer than {} independent choosers send to you, not luck if many more do.",
                self.break_even.map(count).unwrap_or_default()
            ),
            (Some(Doubt::TooFew), _) => "Too few chose: not even all mail at one node would be rare.".into(),
            (Some(Doubt::Between), _) => {
                "Rarer than luck should be, not rare enough to blame anything.".into()
            }
            (None, Answer::Luck) => "Nothing has to have changed: chance alone does this.".into(),
            (None, _) => "Chance alone hardly does this: look for a reason.".into(),
        }
    }

    fn why(&self) -> String {
        let who = match self.choosers {
            Some(more) if more > self.judged_for => {
                "Messages that each choose for themselves, one for each chooser at most,".to_owned()
            }
            Some(_) => format!("{} equal, independent choosers", count(self.judged_for)),
            None => "Messages that each choose for themselves".to_owned(),
        };
        let mut why = format!("{who} split at least as unevenly {}.", often(self.p_value));
        if let (Some(limit), Some(_)) = (self.break_even, self.choosers) {
            let _ = write!(why, " It is luck if fewer than {} send to you.", count(limit));
        }
        why
    }
}

fn nodes(fit: &Fit, counted: &CountedSplit, judged_for: u64) -> Vec<JudgedNode> {
    let shares: Vec<f64> = fit.shares().collect();
    let ranges = fit.intervals(judged_for, CONFIDENCE);
    let node = |(i, messages): (usize, &u64)| {
        let (share, fair, [low, high]) = (shares[i], fit.fair_shares()[i], ranges[i]);
        JudgedNode {
            node: i + 1,
            name: counted.names.get(i).cloned().unwrap_or_else(|| (i + 1).to_string()),
            messages: *messages,
            share: to_digits(share, DIGITS),
            fair_share: to_digits(fair, DIGITS),
            off: to_digits(share - fair, DIGITS),
            low: to_digits(low, DIGITS),
            high: to_digits(high, DIGITS),
            is_off: fair < low || fair > high,
        }
    };
    counted.counts.iter().enumerate().map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(counts: &[u64], choosers: Option<u64>) -> Judgement {
        let counted = CountedSplit { choosers, ..CountedSplit::new(counts.iter().copied()) };
        judge(&counted).expect("counts that can be judged")
    }

    #[test]
    fn the_answer_follows_the_chance() {
        let split: &[u64] = &[410, 290, 300];
        for (counts, choosers, answer, doubt) in [
            (&[340, 330, 330][..], None, Answer::Luck, None),
            (split, None, Answer::CannotTell, Some(Doubt::DependsOnChoosers)),
            (split, Some(40), Answer::Luck, None),
            (split, Some(250), Answer::CannotTell, Some(Doubt::Between)),
            (split, Some(600), Answer::NotLuck, None),
            (&[1, 0, 0], None, Answer::CannotTell, Some(Doubt::TooFew)),
            (&[900, 50, 50], Some(3), Answer::CannotTell, Some(Doubt::TooFew)),
        ] {
            let judgement = judged(counts, choosers);
            assert_eq!((judgement.answer, judgement.doubt()), (answer, doubt), "{counts:?} {choosers:?}");
        }
    }

    #[test]
    fn a_document_comes_back_as_it_was() {
        let judgement = judged(&[900, 50, 50], Some(3));
        let text = serde_json::to_string(&judgement).expect("JSON");
        let read: Judgement = serde_json::from_str(&text).expect("its own document");
        assert_eq!((&read, read.doubt()), (&judgement, Some(Doubt::TooFew)));
        assert!(text.contains(r#""schema":"mxsim.judge/1","answer":"cannot_tell""#), "{text}");
        assert!(text.contains(r#""method":"exact_multinomial""#), "{text}");
    }

    /// By hand: 600 times the sum of (share - 1/3)^2 / (1/3).
    #[test]
    fn the_statistic_is_pearsons() {
        let judgement = judged(&[410, 290, 300], Some(600));
        assert!((judgement.chi_square - 15.96).abs() < 1e-4);
        assert_eq!((judgement.degrees_of_freedom, judgement.luck_if_fewer_choosers_than), (2, Some(225)));
        assert!(judgement.nodes[0].is_off && (judgement.nodes[0].off - 0.076_666_7).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_judged_is_named() {
        let wrong = |counted: CountedSplit| judge(&counted).expect_err("an error").to_string();
        let two = || CountedSplit::new([3, 4]);
        assert_eq!(wrong(CountedSplit::new([410])), "expected the counts of 2 to 1,000 nodes, found 1");
        assert!(wrong(CountedSplit::new(vec![7; 1_001])).ends_with("found 1,001"));
        assert!(wrong(two().weights([1.0])).ends_with("found 2 counts and 1 weights"));
        assert!(wrong(two().weights([1.0, f64::NAN])).ends_with("above 0, found NaN"));
        assert!(wrong(two().weights([1.0, -1.0])).ends_with("above 0, found -1"));
        assert!(wrong(two().choosers(0)).ends_with("one chooser, found 0"));
        assert!(
            wrong(CountedSplit::new([u64::MAX, 1]))
                .starts_with("expected at most 1,000,000,000,000,000 messages")
        );
        assert!(wrong(CountedSplit::new([0, 0])).starts_with("no message was counted"));
    }
}
