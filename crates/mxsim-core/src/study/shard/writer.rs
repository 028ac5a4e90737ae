//! A part while it is written.
//!
//! Replications end in any order and are written in the order of their numbers, so that a shard that is repeated on another machine writes the same bytes.

use super::head::{Head, MOST_REPLICATIONS};
use super::lines::MOST_LINE;
use crate::study::shelf::{Place, Shelf, ShelfError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The last line of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LastLine {
    pub(super) whole: Whole,
}

/// That a part is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Whole {
    /// Lines before this one.
    pub(super) lines: u64,
    /// Hash of all bytes before this line.
    pub(super) blake3: String,
}

/// Writes a part.
pub struct PartWriter<W> {
    writing: Mutex<Writing<W>>,
}

impl<W> fmt::Debug for PartWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartWriter").finish_non_exhaustive()
    }
}

struct Writing<W> {
    to: W,
    hash: blake3::Hasher,
    lines: u64,
    /// The replication whose line is next.
    next: u64,
    /// Lines that wait for others before them; those of other worlds wait for the end.
    pending: BTreeMap<Place, String>,
    failed: Option<String>,
}

impl<W: Write + Send> PartWriter<W> {
    /// Begins a part.
    ///
    /// # Errors
    /// If it cannot be written, or has more replications than a run may have.
    pub fn new(to: W, head: &Head) -> io::Result<Self> {
        if head.replications > MOST_REPLICATIONS {
            return Err(io::Error::other("it has more replications than a run may have"));
        }
        let next = head.shard.replications(head.replications).start;
        let (hash, pending) = (blake3::Hasher::new(), BTreeMap::new());
        let mut writing = Writing { to, hash, lines: 0, next, pending, failed: None };
        writing.line(&serde_json::to_string(head)?)?;
        Ok(Self { writing: Mutex::new(writing) })
    }

    /// Ends the part, which is whole, and returns what it was written to.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> io::Result<W> {
        let mut writing = self.writing.into_inner().unwrap_or_else(PoisonError::into_inner);
        for line in std::mem::take(&mut writing.pending).into_values() {
            writing.line(&line)?;
        }
        let whole = Whole { lines: writing.lines, blake3: writing.hash.finalize().to_hex().to_string() };
        writing.line(&serde_json::to_string(&LastLine { whole })?)?;
        writing.to.flush()?;
        Ok(writing.to)
    }

    /// Why it cannot be written, if it cannot.
    pub fn failed(&self) -> Option<String> {
        self.lock().failed.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Writing<W>> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, place: Place, line: String) -> Result<(), ShelfError> {
        let mut writing = self.lock();
        writing.pending.insert(place, line);
        writing.write_ready().map_err(|error| {
            writing.failed = Some(error.to_string());
            ShelfError
        })
    }
}

impl<W: Write> Writing<W> {
    fn line(&mut self, line: &str) -> io::Result<()> {
        if line.len() as u64 > MOST_LINE {
            return Err(io::Error::other("a replication has more windows or delays than a part may hold"));
        }
        for bytes in [line.as_bytes(), b"\n"] {
            self.hash.update(bytes);
            self.to.write_all(bytes)?;
        }
        self.lines += 1;
        Ok(())
    }

    /// Writes the replications before which none is missing.
    fn write_ready(&mut self) -> io::Result<()> {
        while let Some(line) = self.pending.remove(&Place::Replication(self.next)) {
            self.line(&line)?;
            self.next += 1;
        }
        Ok(())
    }
}

impl<W: Write + Send> Shelf for PartWriter<W> {
    fn take(&self, _place: Place) -> Result<Option<String>, ShelfError> {
        Ok(None)
    }

    fn keep(&self, place: Place, line: &dyn Fn() -> String) -> Result<(), ShelfError> {
        self.put(place, line())
    }

    fn kept(&self, place: Place, line: &dyn Fn() -> String) -> Result<(), ShelfError> {
        self.put(place, line())
    }

    /// What was simulated beyond its allowance depends on which thread was first, and is left out.
    fn settled(&self, others: &[Place]) {
        let others: BTreeSet<&Place> = others.iter().collect();
        let is_settled = |place: &Place| matches!(place, Place::Replication(_)) || others.contains(place);
        self.lock().pending.retain(|place, _| is_settled(place));
    }

    fn is_wrong(&self, place: Place, why: &str) {
        self.lock().failed = Some(format!("{place}: {why}"));
    }
}
