//! `$GENERATE 1-4 mx$ A 192.0.2.$`: many records in one line, as BIND writes them.

use super::fault::ZoneErrorKind;
use super::fields::{Outcome, error};
use super::lexer::Line;

/// Most records of one directive. *Assumption*: no mail domain comes near it; reverse zones do, and have nothing to do with mail.
const MOST_GENERATED: u64 = 4_096;

/// Most records of all directives of a text. *Assumption*, as above.
pub(super) const MOST_IN_ALL: usize = 65_536;

const FORM: &str = "write `$GENERATE 1-4 mx$ A 192.0.2.$`";

/// The words of each record of the directive in `line`.
pub(super) fn generate(line: &Line<'_>) -> Outcome<Vec<Vec<String>>> {
    let fail = |message: &str| error(ZoneErrorKind::Syntax, line.range(), message, FORM);
    let [_, range, template @ ..] = &line.tokens[..] else {
        return fail("`$GENERATE` needs a range and a record");
    };
    if template.len() < 3 {
        return fail("`$GENERATE` needs an owner, a type and data");
    }
    let Some((first, last, step)) = bounds(range.text) else {
        return error(ZoneErrorKind::Value, range.range, format!("`{}` is no range", range.text), FORM);
    };
    if (last - first) / step >= MOST_GENERATED {
        let message =
            format!("this range has {} steps, of at most {MOST_GENERATED}", (last - first) / step + 1);
        return error(ZoneErrorKind::TooMany, range.range, message, "write the records of your MX hosts out");
    }
    // BIND takes data of several words in quotes.
    let words: Vec<&str> = template.iter().flat_map(|token| token.text.split_whitespace()).collect();
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    let numbers = (first..=last).step_by(step);
    let records = numbers.map(|number| words.iter().map(|word| filled(word, number)).collect::<Option<_>>());
    records.collect::<Option<_>>().map_or_else(|| fail("a `${...}` of this line cannot be read"), Ok)
}

/// `1-4` or `0-8/2`.
fn bounds(text: &str) -> Option<(u64, u64, u64)> {
    let (range, step) = text.split_once('/').unwrap_or((text, "1"));
    let (first, last) = range.split_once('-')?;
    let (first, last, step): (u32, u32, u32) = (first.parse().ok()?, last.parse().ok()?, step.parse().ok()?);
    (first <= last && step > 0).then_some((first.into(), last.into(), step.into()))
}

/// A word with `$` replaced by the number. `$$` and `\$` stand for the character itself.
fn filled(word: &str, number: u64) -> Option<String> {
    let mut out = String::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('$') {
        if let Some(before) = before.strip_suffix('\\') {
            out += &format!("{before}$");
            rest = after;
        } else if let Some(after) = after.strip_prefix('$') {
            out += &format!("{before}$");
            rest = after;
        } else if let Some((format, after)) = after.strip_prefix('{').and_then(|after| after.split_once('}'))
        {
            out += before;
            out += &formatted(format, number)?;
            rest = after;
        } else {
            out += &format!("{before}{number}");
            rest = after;
        }
    }
    Some(out + rest)
}

/// The number as `offset,width,base` wants it; nibbles (`n`) stand in reverse order with dots between them.
fn formatted(format: &str, number: u64) -> Option<String> {
    let mut parts = format.split(',').map(str::trim);
    let offset: i64 = parts.next()?.parse().ok()?;
    let width: usize =
        parts.next().map_or(Some(0), |width| width.parse().ok()).filter(|width| *width <= 63)?;
    let number = i64::try_from(number).ok()?.checked_add(offset).filter(|number| *number >= 0)?;
    match parts.next().unwrap_or("d") {
        "d" => Some(format!("{number:0width$}")),
        "o" => Some(format!("{number:0width$o}")),
        "x" => Some(format!("{number:0width$x}")),
        "X" => Some(format!("{number:0width$X}")),
        "n" => Some(nibbles(&format!("{number:x}"), width)),
        "N" => Some(nibbles(&format!("{number:X}"), width)),
        _ => None,
    }
}

/// BIND counts the dots into the width.
fn nibbles(digits: &str, width: usize) -> String {
    let padded = format!("{digits:0>length$}", length = width.div_ceil(2));
    let reversed: Vec<String> = padded.chars().rev().map(String::from).collect();
    reversed.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_become_numbers() {
        assert_eq!(filled("mx$", 7).as_deref(), Some("mx7"));
        assert_eq!(filled("mx${2,3,d}-$", 7).as_deref(), Some("mx009-7"));
        assert_eq!(filled("${0,2,x}$$", 255).as_deref(), Some("ff$"));
        assert_eq!(filled("a\\$b", 1).as_deref(), Some("a$b"));
        assert_eq!(filled("${-8}", 7), None, "no negative numbers");
        assert_eq!(filled("${0,3,n}", 26).as_deref(), Some("a.1"));
        assert_eq!(filled("${0,3,q}", 26), None);
    }

    #[test]
    fn ranges_have_a_first_a_last_and_perhaps_a_step() {
        assert_eq!(bounds("1-4"), Some((1, 4, 1)));
        assert_eq!(bounds("0-8/2"), Some((0, 8, 2)));
        for none in ["4-1", "1", "1-4/0", "a-b", "1-99999999999"] {
            assert_eq!(bounds(none), None, "{none}");
        }
    }
}
