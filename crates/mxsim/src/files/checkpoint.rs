//! A run that can be gone on with: what is finished of it, as lines in a file of its own.
//!
//! Lines are appended as replications end, and brought to the disk once a second. A run that is killed may leave half a line, which the next one drops.

use super::sync_folder;
use crate::exit::{Exit, Failure};
use crate::watchdog::now;
use mxsim_core::study::shard::{Head, KeptLines, MOST_LINE, Span};
use mxsim_core::study::{Place, Shelf, ShelfError};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The file in the folder of a checkpoint.
const NAME: &str = "checkpoint.jsonl";
/// How often lines are brought to the disk.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// What is finished of a run.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    folder: PathBuf,
    kept: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    /// Locked while the run lives.
    file: File,
    reader: File,
    places: BTreeMap<Place, Span>,
    end: u64,
    synced: Instant,
    failed: Option<String>,
}

impl Checkpoint {
    /// Opens the checkpoint in `folder` of the run that `head` is about, or begins one.
    pub(crate) fn open(folder: &Path, head: &Head) -> Result<Self, Failure> {
        let cannot = |error: &io::Error| {
            Failure::file(format!("cannot keep a checkpoint in {}: {error}", folder.display()))
        };
        fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
        let path = folder.join(NAME);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| cannot(&error))?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(Failure::file(format!(
                "the checkpoint in {} is in use by a run that goes on; give each run a folder of its own",
                folder.display()
            )));
        }
        let kept = kept_lines(&mut file, head, folder, &cannot)?;
        let reader = File::open(&path).map_err(|error| cannot(&error))?;
        let (places, end) = match kept {
            Some(kept) => (kept.places, kept.end),
            None => (BTreeMap::new(), begin(&mut file, head).map_err(|error| cannot(&error))?),
        };
        // What comes after was being written when its run ended.
        file.set_len(end).and_then(|()| file.seek(SeekFrom::Start(end))).map_err(|error| cannot(&error))?;
        let kept = Written { file, reader, places, end, synced: now(), failed: None };
        Ok(Self { folder: folder.to_owned(), kept: Mutex::new(kept) })
    }

    /// How many tallies are there.
    pub(crate) fn len(&self) -> u64 {
        self.lock().places.len() as u64
    }

    /// Why it failed, if it did.
    pub(crate) fn failed(&self) -> Option<String> {
        let folder = self.folder.display();
        self.lock().failed.as_ref().map(|why| format!("the checkpoint in {folder} fails: {why}"))
    }

    /// The run is finished and its document is written: nothing is left behind.
    pub(crate) fn remove(self) {
        // What cannot be removed does no harm: the next run takes all of it from there.
        let _ = fs::remove_file(self.folder.join(NAME));
        // The folder is kept if something else is in it.
        let _ = fs::remove_dir(&self.folder);
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is there of the same run; `None` if nothing is.
fn kept_lines(
    file: &mut File,
    head: &Head,
    folder: &Path,
    cannot: &dyn Fn(&io::Error) -> Failure,
) -> Result<Option<KeptLines>, Failure> {
    let folder = folder.display();
    if !has_first_line(file).map_err(|error| cannot(&error))? {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(0)).map_err(|error| cannot(&error))?;
    let kept = KeptLines::of_checkpoint(&mut BufReader::new(&*file)).map_err(|why| {
        Failure::new(
            Exit::Invalid,
            crate::exit::sentence(format!(
                "{folder} holds no checkpoint to go on with: {why}; remove it to begin anew"
            )),
        )
    })?;
    match kept.head.differs_in_world(head).or_else(|| of_another_shard(&kept.head, head)) {
        Some(why) => Err(Failure::invalid(format!(
            "the checkpoint in {folder} is of another run: {why}; name another folder, or remove it to begin anew"
        ))),
        None => Ok(Some(kept)),
    }
}

/// Shards of one run may go on in one another's place only if they are the same: their tallies would fit, but nobody means that.
fn of_another_shard(kept: &Head, head: &Head) -> Option<String> {
    (kept.shard != head.shard).then(|| format!("it is of shard {} and not of {}", kept.shard, head.shard))
}

/// True unless the file is empty, or its run was killed while it began.
fn has_first_line(file: &mut File) -> io::Result<bool> {
    file.seek(SeekFrom::Start(0))?;
    let mut first = Vec::new();
    BufReader::new(&*file).take(MOST_LINE).read_until(b'\n', &mut first)?;
    Ok(first.ends_with(b"\n") || first.len() as u64 >= MOST_LINE)
}

/// Writes the first line; returns how long it is.
fn begin(file: &mut File, head: &Head) -> io::Result<u64> {
    let line = format!("{}\n", serde_json::to_string(head)?);
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    Ok(line.len() as u64)
}

impl Written {
    fn append(&mut self, place: Place, line: &str) -> io::Result<()> {
        // One write, so that a kill leaves a beginning of it.
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.places.insert(place, Span { from: self.end, length: line.len() as u64 });
        self.end += line.len() as u64 + 1;
        if now().duration_since(self.synced) >= SYNC_EVERY {
            self.file.sync_data()?;
            self.synced = now();
        }
        Ok(())
    }
}

impl Shelf for Checkpoint {
    fn take(&self, place: Place) -> Result<Option<String>, ShelfError> {
        let mut kept = self.lock();
        let Some(span) = kept.places.get(&place).copied() else { return Ok(None) };
        span.read(&mut kept.reader).map(Some).map_err(|error| {
            kept.failed = Some(error.to_string());
            ShelfError
        })
    }

    fn keep(&self, place: Place, line: &dyn Fn() -> String) -> Result<(), ShelfError> {
        let line = line();
        let mut kept = self.lock();
        kept.append(place, &line).map_err(|error| {
            kept.failed = Some(error.to_string());
            ShelfError
        })
    }

    fn is_wrong(&self, place: Place, why: &str) {
        self.lock().failed =
            Some(format!("{place} is none of this scenario: {why}; remove the folder to begin anew"));
    }
}

impl Drop for Checkpoint {
    fn drop(&mut self) {
        let kept = self.lock();
        let _ = kept.file.sync_data();
        sync_folder(&self.folder);
    }
}
