//! The first line of a part: what it is a part of.

use super::number::Shard;
use crate::engine::MethodChoice;
use crate::results::MODEL_EPOCH;
use serde::{Deserialize, Serialize};

/// Name of the schema of parts.
pub const SCHEMA: &str = "mxsim.part/1";
/// Name of the schema of checkpoints, whose lines are those of parts.
pub const CHECKPOINT_SCHEMA: &str = "mxsim.checkpoint/1";
/// Most replications of a run, as on the command line.
pub const MOST_REPLICATIONS: u64 = 10_000_000;

/// What a part is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`SCHEMA`] or [`CHECKPOINT_SCHEMA`].
    pub schema: String,
    /// Version of mxsim that simulated it.
    pub version: String,
    /// Model epoch of the numbers.
    pub model_epoch: u32,
    /// Which shard.
    pub shard: Shard,
    /// Replications of all shards together; 0 in a checkpoint of a run that goes on until it is decided.
    pub replications: u64,
    /// Seed of all randomness.
    pub seed: u64,
    /// Fingerprint of each scenario.
    pub fingerprints: Vec<String>,
    /// By which methods.
    pub method: MethodChoice,
    /// The command that was typed, and what it read; a program that embeds the library knows this itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
}

/// What all versions of a first line have.
#[derive(Debug, Deserialize)]
pub(super) struct AnyHead {
    pub(super) schema: String,
    #[serde(default)]
    pub(super) version: String,
    #[serde(default)]
    pub(super) model_epoch: u32,
}

impl Head {
    /// The head of a part that this version writes.
    #[must_use]
    pub fn new(
        shard: Shard,
        replications: u64,
        seed: u64,
        fingerprints: Vec<String>,
        method: MethodChoice,
    ) -> Self {
        Self {
            schema: SCHEMA.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            model_epoch: MODEL_EPOCH,
            shard,
            replications,
            seed,
            fingerprints,
            method,
            command: None,
        }
    }

    /// The same with the command that was typed.
    #[must_use]
    pub fn with_command(self, command: Command) -> Self {
        Self { command: Some(command), ..self }
    }

    /// The same for a checkpoint.
    #[must_use]
    pub fn for_checkpoint(self) -> Self {
        Self { schema: CHECKPOINT_SCHEMA.into(), ..self }
    }

    /// In what another head is of another run, in words; `None` if both are of one.
    #[must_use]
    pub fn differs_from(&self, other: &Self) -> Option<String> {
        if let Some(what) = self.differs_in_world(other) {
            return Some(what);
        }
        if self.replications != other.replications {
            return Some(format!(
                "it is a part of {} replications and not of {}",
                self.replications, other.replications
            ));
        }
        if self.shard.of() != other.shard.of() {
            return Some(format!("it is one of {} shards and not of {}", self.shard.of(), other.shard.of()));
        }
        (self.command != other.command).then(|| "it was asked for with other options or other files".into())
    }

    /// The same where only the tallies have to be those of one run, however many there are.
    #[must_use]
    pub fn differs_in_world(&self, other: &Self) -> Option<String> {
        let of = |head: &Self| head.command.as_ref().map(|command| command.asked.name());
        if of(self) != of(other) {
            let name = |head: &Self| {
                of(head).map_or_else(|| "a program".to_owned(), |name| format!("`mxsim {name}`"))
            };
            return Some(format!("it comes from {} and not from {}", name(self), name(other)));
        }
        if self.seed != other.seed {
            return Some(format!("it has the seed {} and not {}", self.seed, other.seed));
        }
        if self.method != other.method {
            return Some("it was simulated by another choice of methods".into());
        }
        // The seed is a part of what is hashed.
        (self.fingerprints != other.fingerprints).then(|| "it is of another scenario".into())
    }
}

/// A command that simulates shards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// What was asked.
    pub asked: Asked,
    /// The files that it read, in the order of reading.
    pub files: Vec<File>,
    /// The files of the folder of presets, if one was named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<File>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its path as it was typed, or as another file names it.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Asked {
    /// `mxsim run`
    Run {
        /// The scenario.
        scenario: String,
        /// Length of a window, if it was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<String>,
        /// Run length, if it was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run_length: Option<String>,
        /// Mail domain, if it was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        domain: Option<String>,
        /// Plausible worlds, if a number was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        worlds: Option<u64>,
    },
    /// `mxsim sweep`
    Sweep {
        /// The scenario or zone.
        input: String,
        /// The keys with their values.
        keys: Vec<String>,
        /// Mail domain, if it was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        domain: Option<String>,
    },
    /// `mxsim compare`
    Compare {
        /// The scenarios or zones.
        inputs: Vec<String>,
        /// The designs, if they were given.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        designs: Vec<String>,
        /// Mail domain, if it was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        domain: Option<String>,
    },
}

impl Asked {
    /// The name of the command.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Run { .. } => "run",
            Self::Sweep { .. } => "sweep",
            Self::Compare { .. } => "compare",
        }
    }
}
