//! Why a question about several scenarios has no answer.

use crate::scenario::ScenarioError;
use crate::study::run::RunError;
use std::fmt;

/// Why a question about several scenarios has no answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum StudyError {
    /// The question does not fit the scenario, such as a node that it does not have; one sentence.
    Question(String),
    /// A scenario that was made for the question is wrong.
    Scenario(ScenarioError),
    /// The simulation came to nothing.
    Run(RunError),
}

impl std::error::Error for StudyError {}

impl fmt::Display for StudyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question(why) => f.write_str(why),
            Self::Scenario(error) => error.fmt(f),
            Self::Run(error) => error.fmt(f),
        }
    }
}

impl From<ScenarioError> for StudyError {
    fn from(error: ScenarioError) -> Self {
        Self::Scenario(error)
    }
}

impl From<RunError> for StudyError {
    fn from(error: RunError) -> Self {
        Self::Run(error)
    }
}
