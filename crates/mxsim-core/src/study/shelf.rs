//! Tallies that are kept outside of a run, each under its place in it: those of a part, of a checkpoint, of all parts of a run.
//!
//! A run is a program whose every step depends on the seed and on the tallies before it. It takes a tally from the shelf where one is, and simulates it
//! where none is; so what is on the shelf decides how long a run takes, and never what comes of it. A shard fills a shelf, a merge and a resumed run take
//! from one.

use crate::engine::Compiled;
use crate::study::replications::Ended;
use crate::tally::{Shape, Tally};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a tally is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Place {
    /// A replication of what is asked about: of one scenario and what goes along with it, or of all cases of a sweep or a comparison.
    Replication(u64),
    /// A replication of a world with one assumption at an end of its range.
    Extreme {
        /// Which of the extremes.
        number: u64,
        /// Which replication.
        replication: u64,
    },
    /// A replication of a world drawn from what is plausible.
    World {
        /// Which of the worlds.
        number: u64,
        /// Which replication.
        replication: u64,
    },
}

impl Place {
    /// The number of the replication.
    #[must_use]
    pub const fn replication(self) -> u64 {
        match self {
            Self::Replication(replication)
            | Self::Extreme { replication, .. }
            | Self::World { replication, .. } => replication,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replication(replication) => write!(f, "replication {replication}"),
            Self::Extreme { number, replication } => {
                write!(f, "replication {replication} of extreme {number}")
            }
            Self::World { number, replication } => write!(f, "replication {replication} of world {number}"),
        }
    }
}

/// Something is wrong with a shelf; the shelf itself knows what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShelfError;

/// Where tallies are kept as lines of JSON. Used by several threads.
pub trait Shelf: Sync {
    /// The line that is kept for `place`, if there is one.
    ///
    /// # Errors
    /// If it cannot be read.
    fn take(&self, place: Place) -> Result<Option<String>, ShelfError>;

    /// Keeps a line that has just been simulated.
    ///
    /// # Errors
    /// If it cannot be written.
    fn keep(&self, place: Place, line: &dyn Fn() -> String) -> Result<(), ShelfError>;

    /// A line was taken, and is a line of this run.
    ///
    /// # Errors
    /// If it is to be written as well and cannot be.
    fn kept(&self, place: Place, line: &dyn Fn() -> String) -> Result<(), ShelfError> {
        let _ = (place, line);
        Ok(())
    }

    /// Of the replications of other worlds those in `others` count; told once all of a shard are through.
    fn settled(&self, others: &[Place]) {
        let _ = others;
    }

    /// Notes that the line for `place` is none, though it was kept.
    fn is_wrong(&self, place: Place, why: &str);
}

/// The shelf of a run, if it has one.
#[derive(Clone, Copy, Default)]
pub(super) struct Shelved<'a>(pub(super) Option<&'a dyn Shelf>);

impl fmt::Debug for Shelved<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shelved").field(&self.0.is_some()).finish()
    }
}

impl Shelved<'_> {
    /// What is kept for `place`, if it is what it has to be.
    pub(super) fn take<T: DeserializeOwned>(
        self,
        place: Place,
        check: impl FnOnce(&T) -> Result<(), &'static str>,
    ) -> Result<Option<T>, Ended> {
        let Some(shelf) = self.0 else { return Ok(None) };
        let Some(line) = shelf.take(place).map_err(|_| Ended::Shelf)? else { return Ok(None) };
        let read = serde_json::from_str::<T>(&line).map_err(|error| error.to_string());
        let checked = read.and_then(|kept| check(&kept).map(|()| kept).map_err(str::to_owned));
        checked.map(Some).map_err(|why| {
            shelf.is_wrong(place, &why);
            Ended::Shelf
        })
    }

    /// Keeps what has been simulated, or notes that it was there already.
    pub(super) fn keep<T: Serialize>(self, place: Place, line: &T, was_there: bool) -> Result<(), Ended> {
        let Some(shelf) = self.0 else { return Ok(()) };
        // Integers, lists and strings: nothing in it can fail to be written.
        let text = || serde_json::to_string(line).unwrap_or_default();
        let done = if was_there { shelf.kept(place, &text) } else { shelf.keep(place, &text) };
        done.map_err(|_| Ended::Shelf)
    }
}

/// A line with a replication of another world.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OtherWorldLine {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extreme: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    world: Option<u64>,
    replication: u64,
    pub(super) tally: Tally,
}

impl OtherWorldLine {
    /// True if it is the line of this place.
    pub(super) fn is_of(&self, place: Place) -> bool {
        let own = match (self.extreme, self.world) {
            (Some(number), None) => Some(Place::Extreme { number, replication: self.replication }),
            (None, Some(number)) => Some(Place::World { number, replication: self.replication }),
            _ => None,
        };
        own == Some(place)
    }

    pub(super) fn new(place: Place, tally: Tally) -> Self {
        let (extreme, world, replication) = match place {
            Place::Extreme { number, replication } => (Some(number), None, replication),
            Place::World { number, replication } => (None, Some(number), replication),
            Place::Replication(replication) => (None, None, replication),
        };
        Self { extreme, world, replication, tally }
    }
}

impl Place {
    /// Where a line belongs, read off its beginning; the rest is looked at when the line is taken.
    pub(super) fn of_line(line: &str) -> Option<Self> {
        let number_of = |text: &'_ str, key: &str| {
            let rest = text.strip_prefix('"')?.strip_prefix(key)?.strip_prefix("\":")?;
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let number: u64 = rest[..end].parse().ok()?;
            Some((number, end + key.len() + 3))
        };
        let line = line.strip_prefix('{')?;
        for key in ["replication", "extreme", "world"] {
            let Some((number, end)) = number_of(line, key) else { continue };
            if key == "replication" {
                return Some(Self::Replication(number));
            }
            let (replication, _) = number_of(line[end..].strip_prefix(',')?, "replication")?;
            return Some(match key {
                "extreme" => Self::Extreme { number, replication },
                _ => Self::World { number, replication },
            });
        }
        None
    }
}

/// What the tallies of a world look like that is counted for `replications`.
pub(super) fn shape_of(compiled: &Compiled, replications: u64) -> Shape {
    let (world, labels) = (&compiled.world, &compiled.labels);
    let edges = world.topology.edges.iter().map(|edge| edge.nodes.len());
    Shape {
        windows: world.run.windows(),
        run_length: world.run.run_length,
        nodes: world.topology.nodes.len(),
        senders: world.senders.iter().map(|sender| sender.wanted).collect(),
        is_timed: world.topology.is_timed(),
        fails_at_random: !world.outages.is_empty(),
        edges: edges.collect(),
        addresses: world.topology.addresses.len(),
        hosts: world.topology.hosts.len(),
        phases: if world.phases.is_empty() { 0 } else { world.phases.lengths.len() },
        delay_goals: world.delay_limits.len(),
        down: labels.down.len(),
        is_detailed: true,
        replications,
    }
}
