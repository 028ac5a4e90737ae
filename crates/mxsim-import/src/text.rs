//! A text from a file or from standard input, or the reason why there is none.

use crate::ImportError;
use mxsim_core::numerals::bytes;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest text that is read (bytes): 16 MiB, as much as the scenario reader takes.
pub const MOST_BYTES: u64 = 16 << 20;

/// Reads `path`, or standard input for `-`. A byte-order mark at the start is dropped.
///
/// # Errors
/// If it cannot be opened or read, is a directory, is larger than [`MOST_BYTES`], or is not UTF-8.
pub fn read_text(path: &str) -> Result<String, ImportError> {
    read_text_up_to(path, MOST_BYTES)
}

/// As [`read_text`], with another limit: results of a long run are larger than any scenario.
///
/// # Errors
/// As [`read_text`].
pub fn read_text_up_to(path: &str, most: u64) -> Result<String, ImportError> {
    let read = match path {
        "-" => limited(io::stdin().lock(), most),
        _ => open(path).and_then(|file| limited(file, most)),
    };
    let name = name_of(path);
    let content =
        read.map_err(|error| ImportError::File(format!("cannot read {name}: {}", reason(&error))))?;
    if content.len() as u64 > most {
        return Err(ImportError::Text(format!(
            "{name} is larger than {}, more than any scenario or zone needs; is it the right file?",
            bytes(most as f64)
        )));
    }
    let text = String::from_utf8(content).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
        let hint = match error.as_bytes() {
            [0x1f, 0x8b, ..] => "it looks compressed; unpack it first",
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it looks like UTF-16; save it as UTF-8",
            _ => "save it as UTF-8",
        };
        ImportError::Text(format!("{name} is not UTF-8 text: byte {at}, in line {line}; {hint}"))
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// What messages call the text at `path`.
pub(crate) fn name_of(path: &str) -> &str {
    if path == "-" { "standard input" } else { path }
}

/// Why a file cannot be read, without the number of the operating system where words say it all.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::PermissionDenied => "you are not allowed to read it".into(),
        _ => error.to_string(),
    }
}

fn open(path: &str) -> io::Result<File> {
    if Path::new(path).is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
    }
    File::open(path)
}

/// One byte more than allowed tells a text that is too large.
fn limited(source: impl io::Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
