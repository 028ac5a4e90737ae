//! Several files that belong together, in one folder.
//!
//! A folder that is not there appears with all of them at once. Into one that is there they are moved one after the other, when all are complete; if
//! the run is killed just then, the next one that writes there moves the rest.

use super::target::{Destination, Target, folder_of};
use super::{failed, replace, stage, sync_folder};
use crate::exit::Failure;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Writes files with these names and contents into `folder`, together or not at all; returns their paths.
pub(crate) fn write_set(
    folder: &Path,
    files: &[(String, Vec<u8>)],
    force: bool,
) -> Result<Vec<PathBuf>, Failure> {
    // Without a final `/` or `/.`, which would name something in a folder that is still to be made.
    let folder: &Path = &folder.components().collect::<PathBuf>();
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    let parent = folder_of(folder);
    if !folder.exists() && fs::symlink_metadata(folder).is_err() {
        new_folder(folder, parent, files).map_err(|error| cannot_make(folder, &error))?;
        return Ok(paths);
    }
    fs::create_dir_all(folder).map_err(|error| cannot_make(folder, &error))?;
    for path in &paths {
        target(path).and_then(|target| target.check(force)).map_err(|error| failed(path, &error))?;
    }
    into_folder(folder, files, force).map_err(|error| failed(folder, &error))?;
    Ok(paths)
}

fn cannot_make(folder: &Path, error: &io::Error) -> Failure {
    let why = match error.kind() {
        _ if folder.is_symlink() && !folder.exists() => "it is a link to nothing".to_owned(),
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => "there is a file in its place".to_owned(),
        ErrorKind::PermissionDenied => "permission denied in the folder above it".to_owned(),
        _ => error.to_string(),
    };
    Failure::file(format!("cannot make {}: {why}", folder.display()))
}

/// A folder that appears with its files.
fn new_folder(folder: &Path, parent: &Path, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    fs::create_dir_all(parent)?;
    let (staged, lock) = stage::folder_in(parent)?;
    stage::sweep(parent, &lock);
    fill(staged.path(), files)?;
    fs::rename(staged.path(), folder)?;
    // It has another name now, and is not to be removed.
    let _ = staged.keep();
    sync_folder(parent);
    Ok(())
}

/// Files into a folder that is there.
fn into_folder(folder: &Path, files: &[(String, Vec<u8>)], force: bool) -> io::Result<()> {
    let (staged, lock) = stage::folder_in(folder)?;
    stage::sweep(folder_of(folder), &lock);
    stage::sweep(folder, &lock);
    fill(staged.path(), files)?;
    for (name, _) in files {
        let target = target(&folder.join(name))?;
        target.hand_down(&File::open(staged.path().join(name))?, force)?;
    }
    let ready = staged.path().with_extension(format!("part{}", stage::READY));
    fs::rename(staged.path(), &ready)?;
    let _ = staged.keep();
    finish(&ready, folder)
}

/// Writes the files, and brings them to the disk.
fn fill(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    for (name, contents) in files {
        let mut file = File::create_new(folder.join(name))?;
        file.write_all(contents)?;
        file.sync_all()?;
    }
    sync_folder(folder);
    Ok(())
}

/// Moves the files of a complete set from `ready` to their places in `folder`.
pub(super) fn finish(ready: &Path, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(ready)? {
        let entry = entry?;
        let target = target(&folder.join(entry.file_name()))?;
        match fs::rename(entry.path(), target.path()) {
            // A link leads to another file system.
            Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                replace(&target, &fs::read(entry.path())?, true)?;
                fs::remove_file(entry.path())?;
            }
            done => done?,
        }
    }
    sync_folder(folder);
    fs::remove_dir(ready)
}

/// The place of a file of a set, which is no device.
fn target(path: &Path) -> io::Result<Target> {
    match Destination::of(path)? {
        Destination::File(target) => Ok(target),
        _ => Err(io::Error::new(ErrorKind::InvalidInput, "it is a device or a pipe; a figure needs a file")),
    }
}
