//! Files and standard input, with every way they can disappoint told in words.

use mxsim_core::scenario::{Format, RunOverrides, Scenario, ScenarioError, SourceText};
use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Largest text that is read [bytes].
pub const MOST_BYTES: u64 = 16 << 20;

/// Why something could not be imported.
#[derive(Debug)]
pub struct ImportError {
    /// The file, or `standard input`.
    pub name: String,
    /// What is wrong with it.
    pub kind: ImportErrorKind,
}

/// What is wrong with a file.
#[derive(Debug)]
pub enum ImportErrorKind {
    /// It is a directory.
    Directory,
    /// It cannot be opened or read.
    Io(io::Error),
    /// It is not UTF-8; holds the first byte that is not.
    NotUtf8(usize),
    /// It is larger than [`MOST_BYTES`].
    TooLarge,
    /// It was read, but as a scenario it is wrong. Boxed because it is much larger than the rest.
    Invalid(Box<ScenarioError>),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.kind {
            ImportErrorKind::Invalid(error) => error.fmt(f),
            kind => write!(f, "cannot read {name}: {kind}"),
        }
    }
}

impl fmt::Display for ImportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory => f.write_str("it is a directory"),
            Self::Io(error) => error.fmt(f),
            Self::NotUtf8(at) => write!(f, "it is not UTF-8 text (byte {at} is the first that is not)"),
            Self::TooLarge => write!(f, "it is larger than {} MiB", MOST_BYTES >> 20),
            Self::Invalid(error) => error.fmt(f),
        }
    }
}

impl Error for ImportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            ImportErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}

/// Reads a text file; `-` is standard input. A byte order mark is dropped.
///
/// # Errors
/// If it is a directory, is missing, cannot be read, is too large or is not UTF-8.
pub fn read_text(path: &str) -> Result<String, ImportError> {
    let (name, text) = if path == "-" {
        ("standard input".to_owned(), decode(io::stdin().lock()))
    } else {
        (path.to_owned(), open(Path::new(path)).and_then(decode))
    };
    text.map_err(|kind| ImportError { name, kind })
}

fn open(path: &Path) -> Result<File, ImportErrorKind> {
    if path.is_dir() {
        return Err(ImportErrorKind::Directory);
    }
    File::open(path).map_err(ImportErrorKind::Io)
}

/// Reads to the end, one byte further than allowed at most: a device without end is an error and not a full memory.
fn decode(source: impl Read) -> Result<String, ImportErrorKind> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(ImportErrorKind::Io)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(ImportErrorKind::TooLarge);
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| ImportErrorKind::NotUtf8(error.utf8_error().valid_up_to()))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Reads a scenario and the zone file it may name, which is looked for beside it; `-` is standard input.
///
/// # Errors
/// As [`read_text`], or everything that is wrong with the scenario.
pub fn scenario(path: &str) -> Result<Scenario, ImportError> {
    scenario_with(path, RunOverrides::default())
}

/// The same, with settings of the command line in place of those of `[run]`.
///
/// # Errors
/// As [`scenario`].
pub fn scenario_with(path: &str, overrides: RunOverrides) -> Result<Scenario, ImportError> {
    let text = read_text(path)?;
    let name = if path == "-" { "standard input" } else { path };
    let source = SourceText { name: name.to_owned(), format: Format::guess(path, &text), text };
    let folder = if path == "-" { Path::new("") } else { Path::new(path).parent().unwrap_or(Path::new("")) };
    let beside = |file: &str| open(&folder.join(file)).and_then(decode).map_err(|kind| kind.to_string());
    Scenario::read_with(&source, &beside, overrides).map_err(|error| ImportError {
        name: source.name.clone(),
        kind: ImportErrorKind::Invalid(Box::new(error)),
    })
}
