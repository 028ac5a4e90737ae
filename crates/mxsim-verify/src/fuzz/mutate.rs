//! Mutations of a text: of bytes, words, numbers, lines, and of how deep things stand in each other.

use mxsim_core::random::Key;
use std::ops::Range;

/// Draws one after the other.
pub(crate) struct Dice(Key, u64);

impl Dice {
    pub(crate) const fn new(key: Key) -> Self {
        Self(key, 0)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.1 += 1;
        self.0.child(self.1).below(n)
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// A range of 0 to `most` places within `length`.
    fn range(&mut self, length: usize, most: usize) -> Range<usize> {
        let start = self.below(length + 1);
        start..(start + self.below(most + 1)).min(length)
    }
}

/// What new parts come from.
#[derive(Clone, Copy)]
pub(super) struct Material<'m> {
    pub(super) corpus: &'m [Vec<u8>],
    pub(super) words: &'m [String],
}

type Mutation = fn(&mut Vec<u8>, Material<'_>, &mut Dice);

const MUTATIONS: [Mutation; 14] = [
    flip_bit,
    insert_bytes,
    delete_range,
    repeat_range,
    replace_by_word,
    replace_by_word,
    swap_words,
    splice_word,
    replace_number,
    replace_number,
    repeat_or_drop_line,
    splice_line,
    nest,
    respell,
];

/// Mutates `input` once or a few times.
pub(super) fn mutate(input: &mut Vec<u8>, material: Material<'_>, dice: &mut Dice) {
    let times = 1 + dice.below(2) * dice.below(4);
    for _ in 0..times {
        MUTATIONS[dice.below(MUTATIONS.len())](input, material, dice);
    }
}

/// Bytes and characters that readers stumble over: ends of strings and lines, marks, escapes, characters of several bytes, halves of them.
const STUMBLING_BLOCKS: [&[u8]; 26] = [
    b"\0",
    b"\x7f",
    b"\r",
    b"\r\n",
    b"\n",
    b"\t",
    b" ",
    b"\"",
    b"'",
    b"\"\"\"",
    b"'''",
    b"\\",
    b"\\n",
    b"\\u00e9",
    b"\\\"",
    b"\\\n",
    b"#",
    b";",
    b"$",
    b"@",
    "\u{feff}".as_bytes(),
    "é".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{1f4e7}".as_bytes(),
    b"\xff",
    b"\xc3",
];

/// Numbers at the edges of what types and rules take.
const EXTREMES: [&str; 36] = [
    "0",
    "-0",
    "-0.0",
    "0.0",
    "1",
    "-1",
    "2",
    "0.1",
    "1.5",
    "53",
    "63",
    "64",
    "99",
    "101",
    "253",
    "255",
    "256",
    "1000",
    "65535",
    "65536",
    "1e5",
    "1e-5",
    "100000",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "18446744073709551616",
    "1e308",
    "1e309",
    "5e-324",
    "1e-17",
    "nan",
    "inf",
];

#[expect(clippy::ptr_arg, reason = "all mutations have one type")]
fn flip_bit(input: &mut Vec<u8>, _: Material<'_>, dice: &mut Dice) {
    if !input.is_empty() {
        let at = dice.below(input.len());
        input[at] ^= 1 << dice.below(8);
    }
}

fn insert_bytes(input: &mut Vec<u8>, _: Material<'_>, dice: &mut Dice) {
    let at = dice.below(input.len() + 1);
    replace(input, at..at, dice.pick(&STUMBLING_BLOCKS));
}

fn delete_range(input: &mut Vec<u8>, _: Material<'_>, dice: &mut Dice) {
    let most = if dice.below(8) == 0 { input.len() } else { 30 };
    let range = dice.range(input.len(), most);
    input.drain(range);
}

fn repeat_range(input: &mut Vec<u8>, _: Material<'_>, dice: &mut Dice) {
    let range = dice.range(input.len(), 60);
    let times = [1, 1, 1, 2, 5, 40][dice.below(6)];
    let part = input[range.clone()].repeat(times);
    replace(input, range.end..range.end, &part);
}

fn replace_by_word(input: &mut Vec<u8>, material: Material<'_>, dice: &mut Dice) {
    if let (Some(place), false) = (pick_word(input, dice), material.words.is_empty()) {
        let word = &material.words[dice.below(material.words.len())];
        replace(input, place, word.as_bytes());
    }
}

fn swap_words(input: &mut Vec<u8>, _: Material<'_>, dice: &mut Dice) {
    let (Some(one), Some(other)) = (pick_word(input, dice), pick_word(input, dice)) else { return };
    let (first, last) = if one.start <= other.start { (one, other) } else { (other, one) };
    if first.end <= last.start {
        let (early, late) = (input[first.clone()].to_vec(), input[last.clone()].to_vec());
        replace(input, last, &early);
        replace(input, first, &late);
    }
}

fn splice_word(input: &mut Vec<u8>, material: Material<'_>, dice: &mut Dice) {
    let other = &material.corpus[dice.below(material.corpus.len())];
    if let (Some(place), Some(part)) = (pick_word(input, dice), pick_word(other, dice)) {
        replace(input, place, &other[part]);
    }
}

fn replace_number(input: &mut Vec<u8>, _: Material<'_>, dice: &mut Dice) {
    let number = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let numbers = runs(input, |byte| number(&byte));
    if !numbers.is_empty() {
        let place = numbers[dice.below(numbers.len())].clone();
        replace(input, place, dice.pick(&EXTREMES).as_bytes());
    }
}

fn repeat_or_drop_line(input: &mut Vec<u8>, _: Material<'_>, dice: &mut Dice) {
    let lines = lines(input);
    if lines.is_empty() {
        return;
    }
    let line = lines[dice.below(lines.len())].clone();
    let copy = input[line.clone()].to_vec();
    match dice.below(3) {
        0 => drop(input.drain(line)),
        1 => replace(input, line.end..line.end, &copy),
        _ => {
            let to = lines[dice.below(lines.len())].start;
            replace(input, to..to, &copy);
        }
    }
}

fn splice_line(input: &mut Vec<u8>, material: Material<'_>, dice: &mut Dice) {
    let other = &material.corpus[dice.below(material.corpus.len())];
    let (here, there) = (lines(input), lines(other));
    if !here.is_empty() && !there.is_empty() {
        let to = here[dice.below(here.len())].end;
        let from = dice.below(there.len());
        let until = (from + [0, 0, 2, 8][dice.below(4)]).min(there.len() - 1);
        replace(input, to..to, &other[there[from].start..there[until].end]);
    }
}

/// Puts something into itself.
fn nest(input: &mut Vec<u8>, _: Material<'_>, dice: &mut Dice) {
    let (open, close) =
        [("[", "]"), ("{ a = ", " }"), ("{\"a\":", "}"), ("( ", " )"), ("[[", "]]"), ("\"", "\"")]
            [dice.below(6)];
    let depth = [1, 1, 1, 2, 7, 70, 700][dice.below(7)];
    if let Some(place) = pick_word(input, dice) {
        let inner = input[place.clone()].to_vec();
        let outer = [open.repeat(depth).into_bytes(), inner, close.repeat(depth).into_bytes()].concat();
        replace(input, place, &outer);
    }
}

/// The same in other letters or other white space.
fn respell(input: &mut Vec<u8>, _: Material<'_>, dice: &mut Dice) {
    let (kind, range) = (dice.below(4), dice.range(input.len(), 400));
    match kind {
        0 => input[range].make_ascii_uppercase(),
        1 => input[range].make_ascii_lowercase(),
        2 => input[range].iter_mut().filter(|byte| **byte == b' ').for_each(|byte| *byte = b'\t'),
        _ => {
            let part = input[range.clone()].iter();
            let lines: Vec<u8> =
                part.flat_map(|&byte| if byte == b'\n' { vec![b'\r', b'\n'] } else { vec![byte] }).collect();
            replace(input, range, &lines);
        }
    }
}

fn replace(input: &mut Vec<u8>, range: Range<usize>, by: &[u8]) {
    input.splice(range, by.iter().copied());
}

/// A word, quoted string or mark.
fn pick_word(input: &[u8], dice: &mut Dice) -> Option<Range<usize>> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:%/".contains(&byte) || byte >= 0x80;
    let words = runs(input, is_word);
    let word = words.get(dice.below(words.len().max(1)))?.clone();
    let is_quote = |at: Option<&u8>| at.is_some_and(|byte| *byte == b'"' || *byte == b'\'');
    let quoted = word.start > 0 && is_quote(input.get(word.start - 1)) && is_quote(input.get(word.end));
    Some(if quoted && dice.below(3) == 0 { word.start - 1..word.end + 1 } else { word })
}

/// Runs of bytes that belong together.
fn runs(input: &[u8], belongs: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in input.iter().enumerate().filter(|(_, byte)| belongs(**byte)) {
        match runs.last_mut() {
            Some(last) if last.end == at => last.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Lines with their ends.
fn lines(input: &[u8]) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |line: &[u8]| {
        let range = start..start + line.len();
        start = range.end;
        range
    };
    input.split_inclusive(|&byte| byte == b'\n').map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mxsim_core::random::{Entropy, Purpose, StreamId};

    const TEXT: &[u8] = b"key = \"value\" # 12\n[[list]]\nother = [1, 2.5]\n";

    fn dice(number: u64) -> Dice {
        Dice::new(Entropy::new(1, 0).key(StreamId::new("mutate", Purpose::Choice)).child(number))
    }

    /// Every mutation takes every text, an empty one too, and changes most.
    #[test]
    fn mutations_take_every_text() {
        let (corpus, words) = ([TEXT.to_vec(), Vec::new()], ["word".to_owned()]);
        let material = Material { corpus: &corpus, words: &words };
        for (place, mutation) in MUTATIONS.iter().enumerate() {
            let mutated = |text: &[u8], number| {
                let mut input = text.to_vec();
                mutation(&mut input, material, &mut dice(number));
                input
            };
            let changed = (0..100).filter(|&number| mutated(TEXT, number) != TEXT).count();
            assert!(changed > 30, "mutation {place} changes {changed} of 100");
            (0..100).for_each(|number| drop(mutated(b"", number)));
        }
    }

    #[test]
    fn words_numbers_and_lines_are_found() {
        let parts = |ranges: Vec<Range<usize>>| -> Vec<String> {
            ranges.into_iter().map(|range| String::from_utf8_lossy(&TEXT[range]).into_owned()).collect()
        };
        assert_eq!(parts(runs(TEXT, |byte| byte.is_ascii_digit() || byte == b'.')), ["12", "1", "2.5"]);
        assert_eq!(parts(lines(TEXT)).concat().as_bytes(), TEXT);
        assert_eq!(lines(TEXT).len(), 3);
    }
}
