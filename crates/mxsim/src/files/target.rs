//! Where a path leads, and what is to be kept of the file that is there.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// As many links as the kernel follows.
const MOST_LINKS: usize = 40;

/// What a path stands for.
#[derive(Debug)]
pub(super) enum Destination {
    /// The command's own standard output, under the name it has as a file.
    StandardOutput,
    /// A device, a pipe or a socket.
    Device,
    /// A file, whether it is there or not.
    File(Target),
}

impl Destination {
    /// Follows `path`.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        if ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name)) {
            return Ok(Self::StandardOutput);
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(is_a_folder()),
            Ok(found) if !found.is_file() => Ok(Self::Device),
            _ => Target::of(path).map(Self::File),
        }
    }
}

/// A file to be written: its place, and what is there.
#[derive(Debug)]
pub(super) struct Target {
    path: PathBuf,
    found: Option<Metadata>,
}

impl Target {
    /// Follows links, so that a link stays and what it leads to is replaced; a link to nothing leads to a new file.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut place = path.to_owned();
        for _ in 0..MOST_LINKS {
            match fs::symlink_metadata(&place) {
                Ok(found) if found.is_symlink() => place = folder_of(&place).join(fs::read_link(&place)?),
                Ok(found) if found.is_dir() => return Err(is_a_folder()),
                Ok(found) => return Ok(Self { path: place, found: Some(found) }),
                Err(error) if error.kind() == ErrorKind::NotFound => return Self::new_file(place, path),
                Err(error) => return Err(said(&error)),
            }
        }
        Err(io::Error::new(ErrorKind::InvalidInput, "its links lead in a circle"))
    }

    /// A file that is not there; `asked` is how the user named it.
    fn new_file(path: PathBuf, asked: &Path) -> io::Result<Self> {
        if path.file_name().is_none() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                "this names no file; give a name behind the folder",
            ));
        }
        let folder = folder_of(&path);
        if folder.is_dir() {
            return Ok(Self { path, found: None });
        }
        let link = if path == asked { "" } else { "it is a link to nothing, and " };
        let why = format!("{link}there is no folder {}; make it first", folder.display());
        Err(io::Error::new(ErrorKind::NotFound, why))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// Refuses to replace a file that may not be written to, unless `force`.
    pub(super) fn check(&self, force: bool) -> io::Result<()> {
        let Some(found) = self.found.as_ref().filter(|_| !force) else { return Ok(()) };
        let denied = |error: io::Error| error.kind() == ErrorKind::PermissionDenied;
        if found.permissions().readonly() || File::options().write(true).open(&self.path).is_err_and(denied) {
            return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only; --force replaces it"));
        }
        Ok(())
    }

    /// The rights of the file that is there; of a new file those that any other program would give, the umask applied.
    pub(super) fn permissions(&self) -> Option<Permissions> {
        self.found.as_ref().map(Metadata::permissions)
    }

    /// Gives `file` the owner and the rights of the file it replaces.
    #[cfg(unix)]
    pub(super) fn hand_down(&self, file: &File, force: bool) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let Some(found) = &self.found else { return Ok(()) };
        let own = file.metadata()?;
        let is_kept = (own.uid(), own.gid()) == (found.uid(), found.gid())
            || fchown(file, Some(found.uid()), Some(found.gid())).is_ok();
        if !is_kept && !force {
            let why =
                "its owner or group is another and cannot be kept; --force replaces it with a file of yours";
            return Err(io::Error::new(ErrorKind::PermissionDenied, why));
        }
        // The rights come last, as a change of the owner takes some away.
        file.set_permissions(found.permissions())
    }

    /// Elsewhere a new file takes the folder's rights, and only the read-only flag could be handed down.
    #[cfg(not(unix))]
    pub(super) fn hand_down(&self, _file: &File, _force: bool) -> io::Result<()> {
        Ok(())
    }
}

/// The folder a file stands in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn is_a_folder() -> io::Error {
    io::Error::new(ErrorKind::IsADirectory, "it is a directory; name a file in it")
}

/// Why a place cannot be looked at, in words where the system has only a number.
fn said(error: &io::Error) -> io::Error {
    let words = match error.kind() {
        ErrorKind::NotADirectory => "a part of its path is a file and no folder",
        ErrorKind::InvalidFilename => "its name is too long",
        ErrorKind::PermissionDenied => "permission denied in its folder",
        kind => return io::Error::new(kind, error.to_string()),
    };
    io::Error::new(error.kind(), words)
}
