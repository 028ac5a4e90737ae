//! Lines of a text that may be a stranger's: none is longer than is allowed, and each has its place.

use std::io::{self, BufRead, Read as _};

/// The longest line (bytes): the tally of a replication with many windows and delays is a hundredth of it.
pub const MOST_LINE: u64 = 256 << 20;

/// A line that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A line with its end.
    Whole,
    /// The text ends without the end of the line.
    Torn,
    /// It is longer than is allowed.
    TooLong,
    /// There is no more.
    End,
}

/// Reads the next line, its end left out, into `line`.
pub(super) fn next(reader: &mut impl BufRead, line: &mut Vec<u8>, most: u64) -> io::Result<Line> {
    line.clear();
    let read = reader.by_ref().take(most + 1).read_until(b'\n', line)?;
    match line.last() {
        None => Ok(Line::End),
        Some(b'\n') => {
            line.pop();
            Ok(Line::Whole)
        }
        Some(_) if read as u64 > most => Ok(Line::TooLong),
        Some(_) => Ok(Line::Torn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_or_do_not() {
        let mut text: &[u8] = b"one\n\nthree\nmuch too long\n";
        let mut line = Vec::new();
        let mut read = || (next(&mut text, &mut line, 6).expect("a line"), line.clone());
        assert_eq!(read(), (Line::Whole, b"one".to_vec()));
        assert_eq!(read(), (Line::Whole, Vec::new()));
        assert_eq!(read(), (Line::Whole, b"three".to_vec()));
        assert_eq!(read().0, Line::TooLong);
        let mut torn: &[u8] = b"on";
        assert_eq!(next(&mut torn, &mut line, 6).expect("a line"), Line::Torn);
        assert_eq!(next(&mut torn, &mut line, 6).expect("a line"), Line::End);
    }
}
