//! Where the bytes of a tidied text stood in the text that was pasted.

use super::fault::TextRange;
use std::ops::Range;

/// From places in a changed text back to places in the original: pairs of both, from which on they run in step.
#[derive(Debug, Default)]
pub(super) struct Map(Vec<(usize, usize)>);

impl Map {
    /// Where `at` stood.
    pub(super) fn original(&self, at: usize) -> usize {
        match self.0.partition_point(|(new, _)| *new <= at).checked_sub(1) {
            Some(i) => self.0[i].1 + (at - self.0[i].0),
            None => at,
        }
    }

    /// Where a range stood in `text`, the original; a place in the text as a whole stays one.
    pub(super) fn range(&self, range: TextRange, text: &str) -> TextRange {
        if range.start == range.end || self.0.is_empty() {
            return range;
        }
        // The last byte of a range is its own; what stood behind it was taken out. It may be the first of a character that was replaced.
        let end = (self.original(range.end - 1) + 1).min(text.len());
        let end = (end..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
        let start = self.original(range.start).min(end);
        let start = (0..=start).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        TextRange { start, end, ..range }
    }

    /// This change, and `next` after it.
    pub(super) fn then(self, next: Self) -> Self {
        if next.0.is_empty() {
            return self;
        }
        let mut steps: Vec<usize> = next.0.iter().map(|(new, _)| *new).collect();
        // Where this change takes a step, seen through the next one.
        let mut at = 0;
        for (middle, _) in &self.0 {
            while at + 1 < next.0.len() && next.0[at + 1].1 <= *middle {
                at += 1;
            }
            let (new, old) = next.0[at];
            let end = next.0.get(at + 1).map_or(usize::MAX, |(end, _)| *end);
            let step = if *middle < old { *middle } else { new + (middle - old) };
            if step < end {
                steps.push(step);
            }
        }
        steps.sort_unstable();
        steps.dedup();
        Self(steps.into_iter().map(|new| (new, self.original(next.original(new)))).collect())
    }
}

/// Copies a text with replacements, from its start to its end.
pub(super) struct Copier<'a> {
    text: &'a str,
    /// First byte that is not copied yet.
    at: usize,
    out: String,
    map: Map,
}

impl<'a> Copier<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, out: String::with_capacity(text.len()), map: Map::default() }
    }

    /// Writes `instead` in the place of `range`, which lies behind all earlier ones.
    pub(super) fn replace(&mut self, range: Range<usize>, instead: &str) {
        self.out.push_str(&self.text[self.at..range.start]);
        if !instead.is_empty() {
            self.map.0.push((self.out.len(), range.start));
        }
        self.out.push_str(instead);
        self.at = range.end;
        if self.map.0.last().is_some_and(|(new, _)| *new == self.out.len()) {
            self.map.0.pop();
        }
        self.map.0.push((self.out.len(), self.at));
    }

    pub(super) fn finish(mut self) -> (String, Map) {
        self.out.push_str(&self.text[self.at..]);
        (self.out, self.map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_changes_are_one() {
        let text = "##ab##cd##ef";
        let mut first = Copier::new(text);
        for at in [0, 4, 8] {
            first.replace(at..at + 2, "");
        }
        let (middle, first) = first.finish();
        assert_eq!(middle, "abcdef");
        let mut second = Copier::new(&middle);
        second.replace(1..3, "--x");
        let (end, second) = second.finish();
        assert_eq!(end, "a--xdef");
        let both = first.then(second);
        for letter in ["a", "d", "e", "f"] {
            assert_eq!(
                both.original(end.find(letter).unwrap_or(99)),
                text.find(letter).unwrap_or(98),
                "{letter}"
            );
        }
    }
}
