//! A part of a run, and a run that goes on where it was: what `run`, `sweep` and `compare` do with `--shard` and `--checkpoint`.

use super::shard_number::chosen;
use crate::args::{MethodName, Output, Sharding, Simulation};
use crate::exit::{Exit, Failure};
use crate::files::{Checkpoint, Stream};
use crate::progress::say;
use mxsim_core::engine::MethodChoice;
use mxsim_core::numerals::counted;
use mxsim_core::study::shard::{Command, Head, PartWriter};
use mxsim_core::study::{Place, Shard, Shelf, ShelfError};

/// What is simulated, as a part says it.
pub(crate) struct Simulated {
    /// Fingerprints of its scenarios.
    pub(crate) fingerprints: Vec<String>,
    pub(crate) seed: u64,
    /// Replications, if they are fixed.
    pub(crate) replications: Option<u64>,
    pub(crate) command: Command,
}

impl Simulated {
    fn head(self, shard: Shard, method: MethodName) -> Head {
        let replications = self.replications.unwrap_or(0);
        let method = MethodChoice::from(method);
        Head::new(shard, replications, self.seed, self.fingerprints, method).with_command(self.command)
    }
}

/// The shard that is asked for, if one is; says which it took if nobody typed its number.
pub(crate) fn shard(sharding: &Sharding, is_quiet: bool) -> Result<Option<Shard>, Failure> {
    let Some(chosen) = chosen(sharding)? else { return Ok(None) };
    if let Some((name, value)) = chosen.named_by.filter(|_| !is_quiet) {
        say(&format!("Shard {}, as {name} says {value}.", chosen.shard));
    }
    Ok(Some(chosen.shard))
}

/// Simulates a shard with `fill`, and writes its part where it was asked for.
pub(crate) fn write_part(
    (shard, simulated): (Shard, Simulated),
    (sharding, simulation): (&Sharding, &Simulation),
    (output, force): (&Output, bool),
    fill: impl FnOnce(&dyn Shelf) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    if output.format.is_some() || output.full {
        return Err(Failure::usage(
            "a part has a format of its own; give --format and --full to mxsim merge",
        ));
    }
    let head = simulated.head(shard, simulation.method);
    let checkpoint = open(sharding, &head, simulation.quiet)?;
    let stream = Stream::begin(output.output.as_deref(), force)?;
    let cannot = |error: std::io::Error| Failure::file(format!("cannot write the part: {error}"));
    let part = PartWriter::new(stream, &head).map_err(cannot)?;
    let shelf = PartAndCheckpoint { part: &part, checkpoint: checkpoint.as_ref() };
    let filled = fill(&shelf);
    if let Some(why) = part.failed().map(|why| format!("cannot write the part: {why}")) {
        return Err(Failure::file(why));
    }
    why_failed(checkpoint.as_ref())?;
    filled?;
    part.finish().map_err(cannot)?.finish()?;
    checkpoint.into_iter().for_each(Checkpoint::remove);
    Ok(Exit::Met)
}

/// Opens the checkpoint of a run that is no shard, if one is asked for.
pub(crate) fn checkpoint(
    simulated: impl FnOnce() -> Simulated,
    sharding: &Sharding,
    simulation: &Simulation,
) -> Result<Option<Checkpoint>, Failure> {
    if sharding.checkpoint.is_none() {
        return Ok(None);
    }
    open(sharding, &simulated().head(Shard::WHOLE, simulation.method), simulation.quiet)
}

/// Why a checkpoint failed, if it did.
pub(crate) fn why_failed(checkpoint: Option<&Checkpoint>) -> Result<(), Failure> {
    match checkpoint.and_then(Checkpoint::failed) {
        Some(why) => Err(Failure::file(why)),
        None => Ok(()),
    }
}

fn open(sharding: &Sharding, head: &Head, is_quiet: bool) -> Result<Option<Checkpoint>, Failure> {
    let Some(folder) = &sharding.checkpoint else { return Ok(None) };
    let opened = Checkpoint::open(folder, &head.clone().for_checkpoint())?;
    let kept = opened.len();
    if kept > 0 && !is_quiet {
        let kept = counted(kept, "replication", "replications");
        say(&format!("Going on: {kept} kept in {}.", folder.display()));
    }
    Ok(Some(opened))
}

/// A part that is written, with the checkpoint of its run.
struct PartAndCheckpoint<'a> {
    part: &'a PartWriter<Stream>,
    checkpoint: Option<&'a Checkpoint>,
}

impl Shelf for PartAndCheckpoint<'_> {
    fn take(&self, place: Place) -> Result<Option<String>, ShelfError> {
        self.checkpoint.map_or(Ok(None), |checkpoint| checkpoint.take(place))
    }

    fn keep(&self, place: Place, line: &dyn Fn() -> String) -> Result<(), ShelfError> {
        let line = line();
        self.checkpoint.map_or(Ok(()), |checkpoint| checkpoint.keep(place, &|| line.clone()))?;
        self.part.keep(place, &|| line.clone())
    }

    fn kept(&self, place: Place, line: &dyn Fn() -> String) -> Result<(), ShelfError> {
        self.part.kept(place, line)
    }

    fn settled(&self, others: &[Place]) {
        self.part.settled(others);
    }

    fn is_wrong(&self, place: Place, why: &str) {
        match self.checkpoint {
            Some(checkpoint) => checkpoint.is_wrong(place, why),
            None => self.part.is_wrong(place, why),
        }
    }
}
