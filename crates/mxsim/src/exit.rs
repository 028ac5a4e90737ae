//! How the command ends.

use mxsim_core::outgoing::error_text;
use mxsim_core::results::Answer;
use mxsim_report::message;
use std::process::ExitCode;

/// Exit codes; scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Goals met, yes, or nothing found.
    Met = 0,
    /// A goal is missed, or no.
    Missed = 1,
    /// Wrong usage.
    Usage = 2,
    /// Cannot tell yet.
    CannotTell = 3,
    /// The scenario, zone or results file is invalid.
    Invalid = 4,
    /// A file could not be read or written.
    File = 5,
    /// A fault of mxsim itself.
    Bug = 70,
    /// Interrupted; what was finished is kept.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// That of an answer.
    pub(crate) const fn of(answer: Answer) -> Self {
        match answer {
            Answer::Yes | Answer::YesRoughly => Self::Met,
            Answer::No => Self::Missed,
            Answer::DependsOn | Answer::CannotTell => Self::CannotTell,
        }
    }

    /// The worse of two, for a command that answers several questions: an interruption hides a miss, a miss hides a doubt.
    pub(crate) fn worse(self, other: Self) -> Self {
        let rank = |exit| match exit {
            Self::Met => 0,
            Self::CannotTell => 1,
            Self::Missed => 2,
            Self::Usage | Self::Invalid | Self::File | Self::Bug => 3,
            Self::Interrupted => 4,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

/// Why the command cannot answer.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What to tell the user, ready to print.
    message: String,
}

/// A message that is one sentence, wrapped.
pub(crate) fn sentence(sentence: impl std::fmt::Display) -> String {
    message(&error_text(&format!("error: {sentence}")))
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    pub(crate) fn usage(message: impl std::fmt::Display) -> Self {
        Self::new(Exit::Usage, sentence(message))
    }

    pub(crate) fn file(message: impl std::fmt::Display) -> Self {
        Self::new(Exit::File, sentence(message))
    }

    pub(crate) fn invalid(message: impl std::fmt::Display) -> Self {
        Self::new(Exit::Invalid, sentence(message))
    }

    /// The panic's own message has been printed already.
    pub(crate) fn bug() -> Self {
        let ask =
            "this is a fault of mxsim, not yours; please report it with the scenario and the message above";
        Self::new(Exit::Bug, sentence(ask))
    }

    /// Prints the message to standard error; if that is gone as well there is nobody left to tell.
    pub(crate) fn tell(&self) {
        use std::io::Write as _;
        if !self.message.is_empty() {
            let _ = writeln!(std::io::stderr(), "{}", self.message.trim_end());
        }
    }
}
