//! Files that are written: each appears whole or not at all, and a set of them together.
//!
//! A file is written beside its place under a name of ours, brought to the disk and then renamed; a crash, a full disk or a kill leaves what was
//! there before. What such an end leaves behind under our name the next run removes that writes into the same folder.
//!
//! [`target`] finds where a path leads and what has to be kept there; [`stage`] holds what is not finished; [`set`] writes several files, [`stream`]
//! one that grows piece by piece, and [`checkpoint`] is a file that is there while its run goes on.

mod checkpoint;
mod set;
mod stage;
mod stream;
mod target;

pub(crate) use checkpoint::Checkpoint;
pub(crate) use set::write_set;
pub(crate) use stream::Stream;

use crate::exit::Failure;
use crate::output::print;
use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use target::{Destination, Target};

/// Writes a file whole or not at all. Without `force` a file that may not be written to is kept.
pub(crate) fn write_file(path: &Path, contents: &[u8], force: bool) -> Result<(), Failure> {
    match Destination::of(path) {
        Ok(Destination::StandardOutput) => print(&String::from_utf8_lossy(contents)),
        Ok(Destination::Device) => into_device(path, contents).map_err(|error| failed(path, &error)),
        Ok(Destination::File(target)) => {
            replace(&target, contents, force).map_err(|error| failed(path, &error))
        }
        Err(error) => Err(failed(path, &error)),
    }
}

/// The failure to write `path`, which the user named; names of temporary files would help nobody.
fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::file(format!("cannot write {}: {error}", path.display()))
}

/// A device or a pipe cannot be replaced; it is written to. A reader that has gone away is no error.
fn into_device(path: &Path, contents: &[u8]) -> io::Result<()> {
    match fs::OpenOptions::new().write(true).open(path)?.write_all(contents) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

fn replace(target: &Target, contents: &[u8], force: bool) -> io::Result<()> {
    target.check(force)?;
    let staged = stage::file_for(target, contents, force)?;
    staged.persist(target.path()).map_err(|error| error.error)?;
    sync_folder(target.folder());
    Ok(())
}

/// Brings the names in a folder to the disk. Some file systems cannot; what can be done is done.
fn sync_folder(folder: &Path) {
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}
