//! Where texts come from: from files, or from what was kept of them, so that a part of a run needs none of the files it was made from.

use crate::ImportError;
use crate::text::{name_of, read_text};
use mxsim_core::study::shard::File;
use std::sync::{Mutex, PoisonError};

/// Where texts come from.
pub trait Files {
    /// The text of a path.
    ///
    /// # Errors
    /// If it cannot be read, or is no text.
    fn read(&self, path: &str) -> Result<String, ImportError>;
}

/// Files as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<String, ImportError> {
        read_text(path)
    }
}

/// Files as they are; what was read is kept.
#[derive(Debug, Default)]
pub struct Recorded(Mutex<Vec<File>>);

impl Recorded {
    /// What was read so far, in that order.
    pub fn files(&self) -> Vec<File> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Files for Recorded {
    fn read(&self, path: &str) -> Result<String, ImportError> {
        let text = read_text(path)?;
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.push(File { path: path.into(), text: text.clone() });
        Ok(text)
    }
}

/// What was kept. Nothing else is opened, whatever it names.
#[derive(Debug, Clone, Copy)]
pub struct KeptFiles<'a>(pub &'a [File]);

impl Files for KeptFiles<'_> {
    fn read(&self, path: &str) -> Result<String, ImportError> {
        let file = self.0.iter().find(|file| file.path == path);
        file.map(|file| file.text.clone())
            .ok_or_else(|| ImportError::File(format!("{} was not kept", name_of(path))))
    }
}
