//! What a command says first.

use super::answer::Answer;
use super::numbers::Interval;
use serde::{Deserialize, Serialize};

/// The answer of a command that compares scenarios, in the order in which a reader wants it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Said {
    /// The answer word.
    pub answer: Answer,
    /// The answer in a sentence, with the number that a manager can repeat.
    pub sentence: String,
    /// Why.
    pub why: String,
    /// What would change it; empty if nothing that was tried would.
    pub flips: String,
    /// What to do.
    #[serde(rename = "do")]
    pub advice: String,
    /// What was taken for granted, one sentence each.
    pub assumed: Vec<String>,
}

impl Said {
    /// An answer that says no more than its sentence.
    #[must_use]
    pub fn new(answer: Answer, sentence: impl Into<String>) -> Self {
        Self {
            answer,
            sentence: sentence.into(),
            why: String::new(),
            flips: String::new(),
            advice: String::new(),
            assumed: Vec::new(),
        }
    }
}

/// From what a document was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Made {
    /// Version of mxsim.
    pub version: String,
    /// Changes whenever the same scenario and seed may give other numbers.
    pub model_epoch: u32,
    /// Seed of all randomness.
    pub seed: u64,
    /// Replications of each scenario, all with the same random numbers.
    pub replications: u64,
    /// Measured length of each replication (s).
    pub run_length_s: f64,
    /// Hashes of the scenarios that were simulated, in the order of the document.
    pub fingerprints: Vec<String>,
    /// True if it was interrupted.
    pub partial: bool,
}

/// A line over time: the mean over replications of what happened in each bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Curve {
    /// What it shows.
    pub name: String,
    /// One value per bin, with the interval of its mean.
    pub values: Vec<Interval>,
}
