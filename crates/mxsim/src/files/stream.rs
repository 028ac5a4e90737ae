//! A file that is written piece by piece, and still appears whole or not at all.

use super::target::{Destination, Target};
use super::{failed, stage, sync_folder};
use crate::exit::Failure;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Stdout, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Where the pieces go.
#[derive(Debug)]
pub(crate) struct Stream {
    path: PathBuf,
    to: To,
}

#[derive(Debug)]
enum To {
    StandardOutput(BufWriter<Stdout>),
    Device(BufWriter<File>),
    File(Box<Target>, BufWriter<NamedTempFile>),
}

impl Stream {
    /// Begins a file, or writes to standard output for `None` and `-`.
    pub(crate) fn begin(path: Option<&Path>, force: bool) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            let to = To::StandardOutput(BufWriter::new(io::stdout()));
            return Ok(Self { path: PathBuf::new(), to });
        };
        let to = open(path, force).map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), to })
    }

    /// Puts the file in its place.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Self { path, to } = self;
        finish(to).map_err(|error| match path.as_os_str().is_empty() {
            true => Failure::file(format!("cannot write to standard output: {error}")),
            false => failed(&path, &error),
        })
    }
}

fn open(path: &Path, force: bool) -> io::Result<To> {
    Ok(match Destination::of(path)? {
        Destination::StandardOutput => To::StandardOutput(BufWriter::new(io::stdout())),
        Destination::Device => To::Device(BufWriter::new(OpenOptions::new().write(true).open(path)?)),
        Destination::File(target) => {
            target.check(force)?;
            let staged = stage::file_for(&target, &[], force)?;
            To::File(Box::new(target), BufWriter::new(staged))
        }
    })
}

fn finish(to: To) -> io::Result<()> {
    let flushed = match to {
        To::StandardOutput(mut to) => to.flush(),
        To::Device(mut to) => to.flush(),
        To::File(target, to) => {
            let staged = to.into_inner().map_err(io::IntoInnerError::into_error)?;
            staged.as_file().sync_all()?;
            staged.persist(target.path()).map_err(|error| error.error)?;
            sync_folder(target.folder());
            Ok(())
        }
    };
    match flushed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.to {
            To::StandardOutput(to) => to.write(bytes),
            To::Device(to) => to.write(bytes),
            To::File(_, to) => to.write(bytes),
        };
        match written {
            // A reader that has gone away is no error.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::StandardOutput(to) => to.flush(),
            To::Device(to) => to.flush(),
            To::File(_, to) => to.flush(),
        }
    }
}
