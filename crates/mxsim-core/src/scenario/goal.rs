//! Goals: what has to hold on a part of the windows.

use crate::results::Subject;
use crate::syntax::quantity::percent_text;
use crate::time::Span;

/// Something that has to hold on a part of the windows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Goal {
    /// In words, for reports.
    pub text: String,
    /// What is looked at.
    pub kind: GoalKind,
    /// On which part of the windows it has to hold, 0..1.
    pub on: f64,
}

/// What a goal looks at in one window.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum GoalKind {
    /// No node carries more than this share.
    BusiestShare {
        /// Largest share allowed, 0..1.
        at_most: f64,
    },
    /// No node with a fair share carries less than this share.
    QuietestShare {
        /// Least share allowed, 0..1.
        at_least: f64,
    },
    /// 95 % of the messages that arrive in the window are accepted within this time.
    DelayP95 {
        /// Longest delay allowed.
        at_most: Span,
    },
    /// Every node with a fair share is within this fraction of it (0.25: between 3/4 and 5/4).
    NearFair {
        /// Largest deviation relative to the fair share.
        within: f64,
    },
}

impl GoalKind {
    /// What it is about.
    #[must_use]
    pub const fn subject(self) -> Subject {
        match self {
            Self::BusiestShare { .. } | Self::QuietestShare { .. } | Self::NearFair { .. } => {
                Subject::Evenness
            }
            Self::DelayP95 { .. } => Subject::Delay,
        }
    }
}

impl Goal {
    /// A goal with its text.
    #[must_use]
    pub fn new(kind: GoalKind, on: f64) -> Self {
        Self { text: in_words(kind, on), kind, on }
    }

    /// "Rough even": all nodes within a quarter of their fair share, jointly, on 19 of 20 windows.
    #[must_use]
    pub fn rough_even() -> Self {
        Self {
            text: "every node within a quarter of its fair share, on 19 of 20 windows".into(),
            kind: GoalKind::NearFair { within: 0.25 },
            on: 0.95,
        }
    }

    /// "Even": all nodes within a tenth of their fair share, jointly, on 19 of 20 windows.
    #[must_use]
    pub fn even() -> Self {
        Self {
            text: "every node within a tenth of its fair share, on 19 of 20 windows".into(),
            kind: GoalKind::NearFair { within: 0.10 },
            on: 0.95,
        }
    }
}

/// The goal in words.
fn in_words(kind: GoalKind, on: f64) -> String {
    let what = match kind {
        GoalKind::BusiestShare { at_most } => format!("no node above {}", percent_text(at_most)),
        GoalKind::QuietestShare { at_least } => format!("no node below {}", percent_text(at_least)),
        GoalKind::DelayP95 { at_most } => format!("95 % of messages accepted within {at_most}"),
        GoalKind::NearFair { within: 0.25 } => "every node within a quarter of its fair share".into(),
        GoalKind::NearFair { within: 0.10 } => "every node within a tenth of its fair share".into(),
        GoalKind::NearFair { within } => {
            format!("every node within {} of its fair share", percent_text(within))
        }
    };
    let when = match on {
        0.95 => "on 19 of 20 windows".into(),
        1.0 => "on every window".into(),
        on => format!("on {} of the windows", percent_text(on)),
    };
    format!("{what}, {when}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_goal_reads_like_the_same_goal_written_out() {
        assert_eq!(Goal::rough_even(), Goal::new(GoalKind::NearFair { within: 0.25 }, 0.95));
        assert_eq!(Goal::even(), Goal::new(GoalKind::NearFair { within: 0.10 }, 0.95));
        assert_eq!(
            in_words(GoalKind::BusiestShare { at_most: 0.4 }, 0.9),
            "no node above 40 %, on 90 % of the windows"
        );
    }
}
