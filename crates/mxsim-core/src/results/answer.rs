//! The answer word.

use serde::{Deserialize, Serialize};

/// The answer word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Every goal is met; without goals: nothing matters, and the split is even within a tenth.
    Yes,
    /// The same, and even within a quarter of the fair share on 19 of 20 windows.
    YesRoughly,
    /// Yes as written; no under another assumption, where nobody has published or measured which one is true.
    DependsOn,
    /// A goal is missed, or a subject lies beyond its limit.
    No,
    /// The windows simulated so far do not decide a goal: even if all of them meet it, few of them prove little. More replications help;
    /// `more_replications` of the goal says how many.
    CannotTell,
}

impl Answer {
    /// The answer as reports print it, such as `YES, roughly`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "YES",
            Self::YesRoughly => "YES, roughly",
            Self::DependsOn => "DEPENDS ON",
            Self::No => "NO",
            Self::CannotTell => "CAN'T TELL YET",
        }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}
