//! Measuring, cutting and wrapping text by the columns it takes on a terminal.

use unicode_width::UnicodeWidthStr as _;

/// What becomes of a word that is longer than a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LongWord {
    /// It is broken anywhere: the page keeps its width.
    Broken,
    /// It stays whole, so that a path or a command can be copied.
    Kept,
}

/// Columns that `text` takes on a terminal.
pub(crate) fn width_of(text: &str) -> usize {
    text.width()
}

/// Columns below which a name that is cut has no end.
const ROOM_FOR_AN_END: usize = 8;

/// `text` in exactly `width` columns: cut where it is longer, else filled with blanks.
pub(crate) fn fit(text: &str, width: usize) -> String {
    let cut = cut(text, width);
    let blanks = width.saturating_sub(width_of(&cut));
    format!("{cut}{}", " ".repeat(blanks))
}

/// `text` in at most `width` columns; what is lost is marked by `~`, which every terminal can show. Names that begin alike end differently, so the end
/// stays where there is room for one.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let at_end = if room < ROOM_FOR_AN_END { 0 } else { room / 2 };
    let (mut kept, _) = split_at_width(text, room - at_end);
    if width > 0 {
        kept.push('~');
    }
    kept + end_of(text, at_end)
}

/// `names` in at most `width` columns each. Where cutting them makes two of them alike, what all have in common at either end gives way, so that the
/// part that tells them apart stays.
pub(crate) fn distinct(names: &[String], width: usize) -> Vec<String> {
    let plain: Vec<String> = names.iter().map(|name| cut(name, width)).collect();
    let is_taken = |place: usize| {
        plain[..place].iter().zip(names).any(|(other, name)| *other == plain[place] && *name != names[place])
    };
    if !(0..names.len()).any(is_taken) {
        return plain;
    }
    let (start, end) = common_ends(names);
    names.iter().map(|name| around(name, start, end, width)).collect()
}

/// Bytes that all names have in common at the start and at the end.
fn common_ends(names: &[String]) -> (usize, usize) {
    let Some(first) = names.first() else { return (0, 0) };
    let shortest = names.iter().map(String::len).min().unwrap_or(0);
    let alike =
        |at: &usize| names.iter().all(|name| name.is_char_boundary(*at) && name[..*at] == first[..*at]);
    let start = (0..=shortest).rev().find(alike).unwrap_or(0);
    let end_of = |name: &String, at: usize| name.len() - at;
    let alike = |at: &usize| {
        names.iter().all(|name| {
            name.is_char_boundary(end_of(name, *at))
                && name[end_of(name, *at)..] == first[end_of(first, *at)..]
        })
    };
    let end = (0..=shortest - start).rev().find(alike).unwrap_or(0);
    // A number stays whole.
    let digits = |letters: &mut dyn Iterator<Item = u8>| letters.take_while(u8::is_ascii_digit).count();
    let before = digits(&mut first.bytes().take(start).rev());
    let after = digits(&mut first.bytes().skip(first.len() - end));
    (start - before, end - after)
}

/// A name with what lies between its common ends, and as much of its start as there is room for.
fn around(name: &str, start: usize, end: usize, width: usize) -> String {
    let own = &name[start..name.len() - end];
    let tail = if end > 0 { "~" } else { "" };
    let room = width.saturating_sub(width_of(own) + 1 + tail.len());
    if width_of(name) <= width {
        return name.to_owned();
    }
    let (head, _) = split_at_width(&name[..start], room);
    cut(&format!("{head}~{own}{tail}"), width)
}

/// The last letters that fit into `width` columns.
fn end_of(text: &str, width: usize) -> &str {
    let starts = text.char_indices().map(|(place, _)| &text[place..]);
    starts.chain([""]).find(|end| width_of(end) <= width).unwrap_or_default()
}

/// Breaks `text` at blanks into lines of at most `width` columns.
pub(crate) fn wrap(text: &str, width: usize, long: LongWord) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let mut word = word.as_str();
        if !line.is_empty() && width_of(&line) + 1 + width_of(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        while long == LongWord::Broken && width_of(word) > width {
            let (start, rest) = split_at_width(word, width);
            if start.is_empty() {
                break;
            }
            lines.push(start);
            word = rest;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// The longest start of `text` that takes at most `width` columns, and the rest.
fn split_at_width(text: &str, width: usize) -> (String, &str) {
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        let next = at + letter.len_utf8();
        if width_of(&text[..next]) > width {
            break;
        }
        end = next;
    }
    (text[..end].to_owned(), &text[end..])
}

/// The words of `text`; a unit stays with its number, so that no line starts with one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last)
                if is_unit(word) && last.ends_with(|end: char| end.is_ascii_digit()) && last.len() < 12 =>
            {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// `%`, or `s`, `m`, `h`, `d` with no letter or digit behind it.
fn is_unit(word: &str) -> bool {
    word.strip_prefix(['%', 's', 'm', 'h', 'd'])
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_every_word_and_the_width() {
        let text = "the busiest node carries 33.4 % of averyveryverylongwordwithoutanybreak at all";
        let lines = wrap(text, 16, LongWord::Broken);
        assert!(lines.iter().all(|line| width_of(line) <= 16), "{lines:?}");
        let kept: String = lines.concat().split_whitespace().collect();
        assert_eq!(kept, text.split_whitespace().collect::<String>());
        assert!(lines.iter().all(|line| !line.starts_with('%')), "{lines:?}");
    }

    #[test]
    fn a_word_that_may_be_copied_stays_whole() {
        let lines = wrap("see /a/very/long/path/to/a/file.toml", 12, LongWord::Kept);
        assert_eq!(lines, ["see", "/a/very/long/path/to/a/file.toml"]);
    }

    #[test]
    fn names_that_are_cut_can_still_be_told_apart() {
        let names = |ends: [&str; 3]| ends.map(|own| format!("inbound-exchanger-{own}-frankfurt-datacenter"));
        let cut = distinct(&names(["01", "02", "03"]), 16);
        assert_eq!(cut, ["inbound-exch~01~", "inbound-exch~02~", "inbound-exch~03~"]);
        assert!(distinct(&names(["01", "02", "13"]), 10).iter().all(|name| width_of(name) <= 10));
        // Names that are short enough, and names that a plain cut tells apart, stay as they are.
        let plain = ["mx1", "a-name-that-is-far-too-long"].map(str::to_owned);
        assert_eq!(distinct(&plain, 16), ["mx1".to_owned(), cut_plain(&plain[1])]);
    }

    fn cut_plain(name: &str) -> String {
        super::cut(name, 16)
    }

    #[test]
    fn wide_letters_count_twice() {
        assert_eq!(width_of(&fit("邮件服务器", 6)), 6);
        assert_eq!(fit("ab", 4), "ab  ");
        assert_eq!(cut("abcdef", 4), "abc~");
    }
}
