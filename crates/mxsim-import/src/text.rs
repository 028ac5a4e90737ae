//! A text from a file or from standard input, or the reason why there is none.

use crate::ImportError;
use mxsim_core::numerals::bytes;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest text that is read (bytes): 16 MiB, as much as the scenario reader takes.
pub const MOST_BYTES: u64 = 16 << 20;

/// Reads `path`, or standard input for `-`: UTF-8, UTF-16, or else Latin-1. A byte-order mark at the start is dropped.
///
/// # Errors
/// If it cannot be opened or read, is a directory, is larger than [`MOST_BYTES`], or is compressed.
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
            "{name} is larger than {}, more than any file that mxsim reads; is it the right one?",
            bytes(most as f64)
        )));
    }
    if content.starts_with(&[0x1f, 0x8b]) || content.starts_with(b"PK\x03\x04") {
        return Err(ImportError::Text(format!("{name} is no text: it looks compressed; unpack it first")));
    }
    Ok(decoded(&content))
}

/// Bytes as text. PowerShell writes UTF-16, Windows' console the code page of its country; what is neither Unicode is read as Latin-1, because
/// all that counts in a zone is ASCII, and the rest is comments and headings.
fn decoded(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ if every_other_is_zero(bytes, 1) => utf16(bytes, u16::from_le_bytes),
        _ if every_other_is_zero(bytes, 0) => utf16(bytes, u16::from_be_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
        },
    };
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

/// True for UTF-16 of mostly ASCII without a byte-order mark: of each pair of bytes, the one at `place` is nearly always zero.
fn every_other_is_zero(bytes: &[u8], place: usize) -> bool {
    let pairs = bytes.len() / 2;
    let fits = |pair: &&[u8]| pair[place] == 0 && pair[1 - place] != 0;
    pairs >= 4 && bytes.chunks_exact(2).filter(fits).count() * 10 >= pairs * 9
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_any_encoding_is_read() {
        let little: Vec<u8> = "$TTL 1h\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "$TTL 1h\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [&little[..], &big, &[&[0xff, 0xfe], &little[..]].concat(), b"\xef\xbb\xbf$TTL 1h\n"] {
            assert_eq!(decoded(bytes), "$TTL 1h\n");
        }
        assert_eq!(decoded(b"R\x82ponse"), "R\u{82}ponse", "code page 850");
        assert_eq!(decoded(b"a\0b\0\0"), "a\0b\0\0");
    }
}
