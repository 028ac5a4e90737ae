//! How the screens of this command are laid out; those of results files are laid out by `mxsim-report`.

use crate::diagnostics::{WIDTH, wrap};

/// The last line of a screen: what is worth typing next.
pub(crate) fn next(what: &str) -> String {
    format!("\nNext: {}\n", wrap(what, WIDTH - 6).replace('\n', "\n      "))
}

/// Words in one column, sentences wrapped at 80 columns in the other.
pub(crate) fn table(rows: &[(&str, String)]) -> String {
    const WORD: usize = 14;
    let mut text = String::new();
    for (word, sentence) in rows {
        let mut line = format!("  {word:<WORD$}");
        for part in sentence.split(' ') {
            if line.chars().count() + part.chars().count() > 79 {
                text.push_str(line.trim_end());
                text.push('\n');
                line = " ".repeat(WORD + 2);
            }
            line.push_str(part);
            line.push(' ');
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A whole number with thousands apart.
pub(crate) fn grouped(value: f64) -> String {
    let plain = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in plain.chars().enumerate() {
        if place > 0 && (plain.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share as a percentage of three digits at most.
pub(crate) fn short(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 99.95 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}
