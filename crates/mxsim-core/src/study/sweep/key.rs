//! The keys that are swept, as they are typed: `traffic.messages_per_day=10000,100000`, `nodes=2..6`, `goals.busiest_share=20%..60%/10%`.

use crate::scenario::{ScenarioBuilder, parse_duration};
use crate::study::StudyError;
use crate::time::Span;
use serde_json::Value;

/// Points of a range without a step, as long as they are not round in another way. *Assumption*: enough to see a bend, few enough for a screen.
const HANDFUL: usize = 6;
/// From this ratio of its ends on a range is stepped through by factors.
const GEOMETRIC: f64 = 10.0;
/// Whole numbers up to this far apart are all taken.
const ALL: f64 = 8.0;
/// Most values of one key.
pub(super) const MOST: usize = 200;
/// First digits of round numbers, and of round distances between them.
const ROUND: [f64; 8] = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0];
const STEPS: [f64; 4] = [1.0, 2.0, 2.5, 5.0];
/// Round lengths of time (s).
const ROUND_S: [f64; 20] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0,
    21_600.0, 43_200.0, 86_400.0, 172_800.0, 604_800.0,
];

/// The number of equal MX hosts, made from the zone.
pub(super) const NODES: &str = "nodes";
/// The TTL of the MX and address records.
pub(super) const TTL: &str = "ttl";

/// A key of a scenario and the values it takes one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct SweptKey {
    pub(super) key: String,
    pub(super) values: Vec<SweptValue>,
}

/// One of the values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SweptValue {
    /// As it is shown.
    pub(super) text: String,
    pub(super) value: Value,
    /// As a number (s, if it is a length of time), if it is one.
    pub(super) number: Option<f64>,
}

impl SweptKey {
    /// A key by its path, `nodes` or `ttl`, with these values.
    pub fn new(key: &str, values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        let values = values.into_iter().map(|value| SweptValue::of(value.into()));
        Self { key: key.into(), values: values.collect() }
    }

    /// Reads what somebody typed: a path, `=`, and values parted by commas. `a..b` is a handful of round values from a to b, `a..b/c` every c-th.
    ///
    /// ```
    /// use mxsim_core::study::sweep::SweptKey;
    /// let texts = |typed: &str| SweptKey::parse(typed).map(|key| key.texts().join(" "));
    /// assert_eq!(texts("nodes=2..6")?, "2 3 4 5 6");
    /// assert_eq!(texts("ttl=60..86400")?, "1m 5m 15m 1h 6h 1d");
    /// assert_eq!(texts("nodes.*.sessions=20..200")?, "20 30 50 80 150 200");
    /// assert_eq!(texts("goals.busiest_share=20%..60%/10%")?, "20 % 30 % 40 % 50 % 60 %");
    /// assert!(texts("ttl").is_err());
    /// # Ok::<(), mxsim_core::study::StudyError>(())
    /// ```
    ///
    /// # Errors
    /// If there is no `=`, no value, or a range without an end.
    pub fn parse(typed: &str) -> Result<Self, StudyError> {
        let no_values = || {
            StudyError::Question(format!(
                "{typed:?} says no values; write KEY=V1,V2,... such as ttl=60..86400"
            ))
        };
        let (key, values) = typed.split_once('=').ok_or_else(no_values)?;
        let (key, mut read) = (key.trim().to_owned(), Vec::new());
        for text in parts(values) {
            match range(text) {
                Some((from, rest)) => read.extend(Range::parse(&key, from, rest)?.values()),
                None if text.is_empty() => return Err(no_values()),
                None => read.push(SweptValue::typed(&key, text)),
            }
        }
        if key.is_empty() {
            return Err(no_values());
        }
        Ok(Self { key, values: read })
    }

    /// The key as it was typed.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its values as they are shown.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        self.values.iter().map(|value| value.text.as_str()).collect()
    }

    /// True if the values are numbers that rise.
    pub(super) fn rises(&self) -> bool {
        let numbers: Option<Vec<f64>> = self.values.iter().map(|value| value.number).collect();
        numbers.is_some_and(|numbers| numbers.windows(2).all(|pair| pair[0] < pair[1]))
    }
}

impl SweptValue {
    fn of(value: Value) -> Self {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let number = value.as_f64().or_else(|| End::parse(&text).map(|end| end.number));
        Self { text, value, number }
    }

    fn typed(key: &str, text: &str) -> Self {
        match End::of_key(key, text) {
            Some(end) if key == TTL => end.value(),
            _ => Self::of(ScenarioBuilder::value(text)),
        }
    }
}

/// What stands between commas that are in no quotes and no brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// The two sides of `..`, unless the text is quoted or a list.
fn range(text: &str) -> Option<(&str, &str)> {
    let (from, to) = text.split_once("..")?;
    (!text.contains(['"', '\'', '[', '{', '\n'])).then_some((from.trim(), to.trim()))
}

/// What the ends of a range are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Percent,
    Time,
}

/// An end of a range; the number is of percent, or of seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct End {
    number: f64,
    kind: Kind,
}

impl End {
    fn parse(text: &str) -> Option<Self> {
        let plain = text.trim().replace('_', "");
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        if let Some(number) = number(&plain) {
            return Some(Self { number, kind: Kind::Number });
        }
        if let Some(percent) = plain.strip_suffix('%').and_then(number) {
            return Some(Self { number: percent, kind: Kind::Percent });
        }
        parse_duration(text).ok().map(|span| Self { number: span.as_secs_f64(), kind: Kind::Time })
    }

    /// The same where a TTL may be a number of seconds.
    fn of_key(key: &str, text: &str) -> Option<Self> {
        let end = Self::parse(text)?;
        let is_seconds = key == TTL && end.kind == Kind::Number && end.number >= 0.0;
        Some(if is_seconds { Self { kind: Kind::Time, ..end } } else { end })
    }

    fn value(self) -> SweptValue {
        let Self { number, kind } = self;
        // Sums of steps are rounded, and nobody types twelve digits.
        let number = crate::numerals::to_digits(number, 12);
        let is_whole = number.fract() == 0.0 && number.abs() < 1e15;
        let value: Value = match kind {
            Kind::Number if is_whole => (number as i64).into(),
            Kind::Number => number.into(),
            Kind::Percent => format!("{number} %").into(),
            Kind::Time => Span::from_secs_f64(number).to_string().into(),
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        SweptValue { text, value, number: Some(number) }
    }
}

/// A range that somebody typed.
#[derive(Debug, Clone, Copy)]
struct Range {
    from: f64,
    to: f64,
    step: Option<f64>,
    kind: Kind,
}

impl Range {
    fn parse(key: &str, from: &str, rest: &str) -> Result<Self, StudyError> {
        let (to, step) = rest.split_once('/').map_or((rest, None), |(to, step)| (to, Some(step)));
        let wrong = |why: &str| StudyError::Question(format!("{key}={from}..{rest}: {why}"));
        let end = |text: &str| {
            End::of_key(key, text).ok_or_else(|| {
                wrong(&format!(
                    "{:?} is no end of a range; expected a number, a percentage or a duration",
                    text.trim()
                ))
            })
        };
        let (from, to) = (end(from)?, end(to)?);
        let step = step.map(end).transpose()?;
        // A unit that stands once stands for all.
        let kinds = [Some(from), Some(to), step].map(|end| end.map_or(Kind::Number, |end| end.kind));
        let kind = kinds.into_iter().find(|kind| *kind != Kind::Number).unwrap_or(Kind::Number);
        let fits = |own: &Kind| *own == kind || (*own == Kind::Number && kind == Kind::Percent);
        if !kinds[..2].iter().all(fits) {
            return Err(wrong("both ends need the same unit"));
        }
        if from.number > to.number {
            return Err(wrong("the range ends before it begins"));
        }
        let step = step.map(|step| step.number);
        if step.is_some_and(|step| step <= 0.0 || (to.number - from.number) / step > MOST as f64) {
            return Err(wrong(&format!("expected a step above 0 that makes at most {MOST} values")));
        }
        Ok(Self { from: from.number, to: to.number, step, kind })
    }

    fn values(self) -> Vec<SweptValue> {
        let mut numbers = match self.step {
            Some(step) => self.stepped(step),
            None if self.from > 0.0 && self.to / self.from >= GEOMETRIC => self.by_factors(),
            None => self.evenly(),
        };
        numbers.dedup();
        numbers.into_iter().map(|number| End { number, kind: self.kind }.value()).collect()
    }

    fn stepped(self, step: f64) -> Vec<f64> {
        let steps = ((self.to - self.from) / step * (1.0 + 1e-12)).floor() as usize;
        (0..=steps).map(|i| self.from + i as f64 * step).collect()
    }

    fn is_whole(self) -> bool {
        self.from.fract() == 0.0 && self.to.fract() == 0.0
    }

    /// Both ends, and round numbers between them, evenly spread.
    fn evenly(self) -> Vec<f64> {
        let wide = self.to - self.from;
        if self.kind == Kind::Number && self.is_whole() && wide <= ALL {
            return self.stepped(1.0);
        }
        let step = wide / (HANDFUL - 1) as f64;
        let rounded = self
            .round(&STEPS)
            .into_iter()
            .filter(|round| *round >= step * 0.99)
            .fold(f64::INFINITY, f64::min);
        let inside = |number: &f64| *number > self.from && *number < self.to;
        let first = (self.from / rounded).floor();
        let round = (1..=2 * HANDFUL).map(|i| (first + i as f64) * rounded).filter(inside);
        [self.from].into_iter().chain(round).chain([self.to]).collect()
    }

    /// Both ends, and the round numbers nearest to equal factors between them.
    fn by_factors(self) -> Vec<f64> {
        let factor = libm::pow(self.to / self.from, 1.0 / (HANDFUL - 1) as f64);
        let round: Vec<f64> =
            self.round(&ROUND).into_iter().filter(|round| *round > self.from && *round < self.to).collect();
        let off = |a: f64, b: f64| libm::log(a / b).abs();
        let nearest =
            |wanted: f64| round.iter().copied().min_by(|a, b| off(*a, wanted).total_cmp(&off(*b, wanted)));
        let between = (1..HANDFUL - 1).filter_map(|i| nearest(self.from * libm::pow(factor, i as f64)));
        [self.from].into_iter().chain(between).chain([self.to]).collect()
    }

    /// Round numbers from far below the range to its end.
    fn round(self, firsts: &[f64]) -> Vec<f64> {
        if self.kind == Kind::Time {
            return ROUND_S.to_vec();
        }
        let whole = self.is_whole() && self.kind == Kind::Number;
        let decades = libm::log10((self.to - self.from).abs().max(self.to.abs()).max(1e-12)).ceil() as i32;
        let round = (decades - 14..=decades + 1)
            .flat_map(|decade| firsts.iter().map(move |first| first * libm::pow(10.0, f64::from(decade))));
        round.filter(|round| !whole || round.fract() == 0.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(typed: &str) -> Vec<String> {
        let key = SweptKey::parse(typed).unwrap_or_else(|error| panic!("{typed}: {error}"));
        key.values.into_iter().map(|value| value.text).collect()
    }

    #[test]
    fn ranges_are_a_handful_of_round_values_with_their_ends() {
        for (typed, wanted) in [
            ("x=1..1", "1"),
            ("x=10..47", "10 20 30 40 47"),
            ("x=1000..1_000_000", "1000 4000 15000 60000 300000 1000000"),
            ("x=0.1..0.2", "0.1 0.12 0.14 0.16 0.18 0.2"),
            ("x=5m..1h", "5m 10m 15m 30m 1h"),
            ("x=20..60 %", "20 % 30 % 40 % 50 % 60 %"),
            ("x=1..2/0.25", "1 1.25 1.5 1.75 2"),
            ("ttl=60,1h", "1m 1h"),
        ] {
            assert_eq!(texts(typed).join(" "), wanted, "{typed}");
        }
    }

    #[test]
    fn commas_inside_a_value_part_nothing() {
        assert_eq!(texts("x=\"20 %\",40 %"), ["20 %", "40 %"]);
        assert_eq!(SweptKey::parse("x={ a = 1, b = [1, 2] },flat").map(|key| key.values.len()).ok(), Some(2));
    }

    #[test]
    fn what_is_no_range_says_so() {
        for typed in ["ttl", "ttl=", "=5", "x=5..", "x=9..1", "x=1..2/0", "x=1..5m", "x=1..9999/1", "x=1,,2"]
        {
            assert!(SweptKey::parse(typed).is_err(), "{typed}");
        }
    }
}
