//! What is not finished stands under a name of ours, locked while its run lives. The lock ends with the run, however it ends; so what carries our
//! name and is not locked was left behind.

use super::target::Target;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::Path;
use tempfile::{Builder, NamedTempFile, TempDir};

/// How names of ours begin and end, and the letters between.
const BEGIN: &str = ".mxsim-";
const END: &str = ".part";
const LETTERS: usize = 12;
/// How a set ends whose files are complete and on their way to their places.
pub(super) const READY: &str = ".ready";
/// A sweep of another run may take a file away before it is locked; then the next name is tried.
const MOST_TRIES: usize = 20;

/// The contents in a file of ours beside their place, on the disk, with the owner and rights of what is there. What runs left behind in that folder
/// goes first, so that a full disk has its room.
pub(super) fn file_for(target: &Target, contents: &[u8], force: bool) -> io::Result<NamedTempFile> {
    let mut file = file_in(target).map_err(|error| unnamed(&error))?;
    sweep(target.folder(), file.as_file());
    target.hand_down(file.as_file(), force)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The error without the name of a temporary file, which would help nobody.
fn unnamed(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{} in its folder", error.kind()))
}

fn file_in(target: &Target) -> io::Result<NamedTempFile> {
    for _ in 0..MOST_TRIES {
        let mut builder = Builder::new();
        builder.prefix(BEGIN).suffix(END).rand_bytes(LETTERS);
        builder.permissions(target.permissions().unwrap_or_else(usual));
        let file = builder.tempfile_in(target.folder())?;
        if is_held(file.as_file(), file.path()) {
            return Ok(file);
        }
    }
    Err(taken())
}

/// An empty folder of ours in `parent`, with the lock that holds it.
pub(super) fn folder_in(parent: &Path) -> io::Result<(TempDir, File)> {
    for _ in 0..MOST_TRIES {
        let mut builder = Builder::new();
        builder.prefix(BEGIN).suffix(END).rand_bytes(LETTERS).permissions(usual_of_folders());
        let folder = builder.tempdir_in(parent).map_err(|error| unnamed(&error))?;
        let lock = File::open(folder.path())?;
        if is_held(&lock, folder.path()) {
            return Ok((folder, lock));
        }
    }
    Err(taken())
}

fn taken() -> io::Error {
    io::Error::other("another program removes what is written there")
}

/// Locks what was just made; false if somebody has taken it away. Where there are no locks nobody can sweep either.
fn is_held(file: &File, path: &Path) -> bool {
    match file.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => is_same(file, path),
        Err(TryLockError::WouldBlock) => false,
    }
}

/// Removes from `folder` what runs left behind that are gone, and finishes a set that was on its way. What belongs to somebody else than `own`,
/// which was just made, is left alone. What cannot be removed stays: it is no reason not to write.
pub(super) fn sweep(folder: &Path, own: &File) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(is_ours) {
            let _ = remove_stale(&entry.path(), folder, own);
        }
    }
}

/// True for `.mxsim-` with twelve letters and digits and one of our endings.
fn is_ours(name: &str) -> bool {
    let name = name.strip_suffix(READY).unwrap_or(name);
    let middle = name.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    middle.is_some_and(|middle| middle.len() == LETTERS && middle.bytes().all(|c| c.is_ascii_alphanumeric()))
}

fn remove_stale(path: &Path, folder: &Path, own: &File) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    // Opening anything else may wait for ever, or lead elsewhere.
    if !found.is_file() && !found.is_dir() || !is_of_one_owner(&found, own)? {
        return Ok(());
    }
    let file = File::open(path)?;
    if file.try_lock().is_err() || !is_same(&file, path) {
        return Ok(());
    }
    match found.is_dir() {
        true if path.extension().is_some_and(|end| end == &READY[1..]) => super::set::finish(path, folder),
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}

/// True if `path` still leads to `file`.
#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let both = file.metadata().and_then(|own| Ok((own, fs::symlink_metadata(path)?)));
    both.is_ok_and(|(own, found)| (own.dev(), own.ino()) == (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn is_same(_file: &File, path: &Path) -> bool {
    path.exists()
}

/// True if what was found belongs to who made `own`; the superuser, too, leaves the files of others alone.
#[cfg(unix)]
fn is_of_one_owner(found: &fs::Metadata, own: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    Ok(found.uid() == own.metadata()?.uid())
}

#[cfg(not(unix))]
fn is_of_one_owner(_found: &fs::Metadata, _own: &File) -> io::Result<bool> {
    Ok(true)
}

/// What a file made by any other program would get; the umask still applies.
#[cfg(unix)]
fn usual() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o666)
}

#[cfg(unix)]
fn usual_of_folders() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o777)
}

#[cfg(not(unix))]
fn usual() -> fs::Permissions {
    // Elsewhere a new file takes the folder's rights, and only the read-only flag could be set here.
    fs::metadata(".")
        .map(|folder| folder.permissions())
        .unwrap_or_else(|_| unreachable!("the current folder exists"))
}

#[cfg(not(unix))]
fn usual_of_folders() -> fs::Permissions {
    usual()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_swept() {
        assert!(is_ours(".mxsim-abcDEF012345.part") && is_ours(".mxsim-abcDEF012345.part.ready"));
        for name in
            [".mxsim-notes", ".mxsim-abcDEF012345", ".mxsim-abcDEF01234.part", ".mxsim-abc-EF012345.part"]
        {
            assert!(!is_ours(name), "{name}");
        }
    }

    #[test]
    fn what_a_living_run_holds_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = Target::of(&folder.path().join("a")).expect("a place");
        let held = file_for(&target, b"a", false).expect("a file");
        let left = file_for(&target, b"b", false).expect("another file");
        let left = left.into_temp_path().keep().expect("a file that is left behind");
        fs::write(folder.path().join(".mxsim-notes"), "mine").expect("a file of the user");
        sweep(folder.path(), held.as_file());
        assert!(held.path().exists() && !left.exists() && folder.path().join(".mxsim-notes").exists());
    }
}
