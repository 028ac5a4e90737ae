//! Readers on inputs that nobody would write, made from those that somebody did.
//!
//! ```text
//!   corpus --mutate(seed, number)--> input --target--> accepted | refused | fault --shrink--> the smallest input with that fault
//! ```
//!
//! A [`Target`] is one reader with what has to hold of it: not only that it never panics, but what an accepted input is good for and what is said
//! about a refused one. Input `number` of a `seed` is always the same, so a fault is named by both. No coverage guides the mutations: what that
//! would find in hours of a sanitizer's nightly build is found here by corpora that reach every key, and by words that readers know.
//!
//! A new reader is one file in [`targets`] and its line in [`targets::all`].
//!
//! Main types: [`Target`], [`Fuzzer`], [`Fault`].

pub mod corpus;
pub mod guard;
mod json;
mod mutate;
mod shrink;
pub mod targets;

pub(crate) use mutate::Dice;
use mutate::{Material, mutate};
use mxsim_core::random::{Entropy, Purpose, StreamId};
use std::ops::Range;

/// Longest input (bytes): more only takes more time.
const MOST_BYTES: usize = 64 << 10;

/// One reader and what has to hold of it.
pub trait Target: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// Inputs to start from, good and bad.
    fn corpus(&self) -> Vec<Vec<u8>>;

    /// Words that mean something to the reader.
    fn words(&self) -> Vec<String>;

    /// Reads `input` and looks at what came of it.
    ///
    /// # Errors
    /// Says in its first line which property is broken, in words that do not depend on the input but for quoted parts and numbers; what follows
    /// tells about the input.
    fn run(&self, input: &[u8]) -> Result<Verdict, String>;
}

/// What a reader made of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It took it.
    Accepted,
    /// It said what is wrong.
    Refused,
}

/// Judges how long an input takes. Tests have no clock; the command has one.
pub trait Clock {
    /// An input is about to be read.
    fn start(&mut self);
    /// Why it took too long, if it did.
    fn too_long(&mut self) -> Option<String>;
}

/// Takes no notice of time.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoClock;

impl Clock for NoClock {
    fn start(&mut self) {}

    fn too_long(&mut self) -> Option<String> {
        None
    }
}

/// An input with which a property does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Number of the input that showed it.
    pub number: u64,
    /// The input, made as small as it went.
    pub input: Vec<u8>,
    /// Which property is broken.
    pub why: String,
    /// The same without what is the input's own.
    kind: String,
}

/// What came of a range of inputs.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Inputs that were accepted.
    pub accepted: u64,
    /// Inputs that were refused.
    pub refused: u64,
    /// One fault of each kind.
    pub faults: Vec<Fault>,
}

/// A target with its corpus, under one seed.
pub struct Fuzzer<'t> {
    target: &'t dyn Target,
    corpus: Vec<Vec<u8>>,
    /// Places in the corpus of what the reader takes.
    good: Vec<usize>,
    words: Vec<String>,
    entropy: Entropy,
    stream: StreamId,
}

impl std::fmt::Debug for Fuzzer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fuzzer").field("target", &self.target.name()).finish_non_exhaustive()
    }
}

impl<'t> Fuzzer<'t> {
    /// Mutations of the corpus of `target` from this seed.
    #[must_use]
    pub fn new(target: &'t dyn Target, seed: u64) -> Self {
        let stream = StreamId::new(target.name(), Purpose::Choice);
        let (corpus, words) = (target.corpus(), target.words());
        let is_good = |input: &Vec<u8>| guard::guarded(|| target.run(input)) == Ok(Ok(Verdict::Accepted));
        let good = (0..corpus.len()).filter(|&place| is_good(&corpus[place])).collect();
        Self { target, corpus, good, words, entropy: Entropy::new(seed, 0), stream }
    }

    /// Input `number`: first the corpus as it is, then mutations of it.
    #[must_use]
    pub fn input(&self, number: u64) -> Vec<u8> {
        if let Some(input) = usize::try_from(number).ok().and_then(|place| self.corpus.get(place)) {
            return input.clone();
        }
        let mut dice = Dice::new(self.entropy.key(self.stream).child(number));
        let any = dice.below(self.corpus.len());
        // What is wrong already seldom becomes right, so three of four inputs begin with something good.
        let base =
            if dice.below(4) == 0 || self.good.is_empty() { any } else { self.good[any % self.good.len()] };
        let mut input = self.corpus[base].clone();
        mutate(&mut input, Material { corpus: &self.corpus, words: &self.words }, &mut dice);
        input.truncate(MOST_BYTES);
        input
    }

    /// Reads these inputs and adds what came of them to `report`. A fault of a new kind is made small; further ones only count as refused.
    pub fn run(&self, numbers: Range<u64>, clock: &mut dyn Clock, report: &mut Report) {
        for number in numbers {
            let input = self.input(number);
            match self.check(&input, clock) {
                Ok(Verdict::Accepted) => report.accepted += 1,
                Ok(Verdict::Refused) => report.refused += 1,
                Err(why) => {
                    report.refused += 1;
                    if report.faults.iter().all(|known| known.kind != kind(&why)) {
                        report.faults.push(self.smallest(number, input, &why, clock));
                    }
                }
            }
        }
    }

    /// Reads one input; a panic and too much time are broken properties too.
    fn check(&self, input: &[u8], clock: &mut dyn Clock) -> Result<Verdict, String> {
        clock.start();
        let verdict = guard::guarded(|| self.target.run(input)).and_then(|verdict| verdict);
        match clock.too_long() {
            Some(why) if verdict.is_ok() => Err(why),
            _ => verdict,
        }
    }

    /// The smallest part of `input` that shows a fault of the same kind.
    fn smallest(&self, number: u64, input: Vec<u8>, why: &str, clock: &mut dyn Clock) -> Fault {
        let kind = kind(why);
        let mut why = why.to_owned();
        let input = shrink::shrink(input, |smaller| match self.check(smaller, clock) {
            Err(other) if self::kind(&other) == kind => {
                why = other;
                true
            }
            _ => false,
        });
        Fault { number, input, why, kind }
    }
}

/// What kind of fault a text is about: its first line, without quoted parts and numbers.
fn kind(why: &str) -> String {
    let first = why.lines().next().unwrap_or_default();
    let outside_quotes = first.split(['"', '`']).step_by(2);
    let is_word = |word: &&str| word.chars().any(char::is_alphabetic);
    outside_quotes.flat_map(str::split_whitespace).filter(is_word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Panics at an `x`, breaks a property at a `y`, and accepts what is short.
    struct Picky;

    impl Target for Picky {
        fn name(&self) -> &'static str {
            "picky"
        }

        fn corpus(&self) -> Vec<Vec<u8>> {
            vec![b"abc\ndef ghi\n".to_vec(), b"12 34".to_vec()]
        }

        fn words(&self) -> Vec<String> {
            vec!["xenon".into(), "yes".into(), "word".into()]
        }

        fn run(&self, input: &[u8]) -> Result<Verdict, String> {
            assert!(!input.contains(&b'x'), "an x at byte {}", input.len());
            if input.contains(&b'y') {
                return Err(format!("a y among {} bytes", input.len()));
            }
            Ok(if input.len() < 12 { Verdict::Accepted } else { Verdict::Refused })
        }
    }

    #[test]
    fn faults_are_found_named_once_and_made_small() {
        let fuzzer = Fuzzer::new(&Picky, 1);
        let mut report = Report::default();
        fuzzer.run(0..500, &mut NoClock, &mut report);
        let mut smallest: Vec<&[u8]> = report.faults.iter().map(|fault| fault.input.as_slice()).collect();
        smallest.sort_unstable();
        assert_eq!(smallest, [b"x", b"y"], "{report:?}");
        assert!(report.faults.iter().any(|fault| fault.why.contains("an x at byte 1")), "{report:?}");
        assert!(report.accepted > 50 && report.refused > 50, "{report:?}");
    }

    #[test]
    fn an_input_depends_on_seed_and_number_alone() {
        let (one, other) = (Fuzzer::new(&Picky, 1), Fuzzer::new(&Picky, 2));
        assert_eq!(one.input(0), b"abc\ndef ghi\n", "the corpus comes first");
        assert_eq!(one.input(77), Fuzzer::new(&Picky, 1).input(77));
        assert!((2..100).any(|number| one.input(number) != other.input(number)));
    }

    #[test]
    fn time_is_a_property_where_there_is_a_clock() {
        struct Impatient;
        impl Clock for Impatient {
            fn start(&mut self) {}
            fn too_long(&mut self) -> Option<String> {
                Some("it took 2 s".into())
            }
        }
        let mut report = Report::default();
        Fuzzer::new(&Picky, 1).run(0..1, &mut Impatient, &mut report);
        assert_eq!(report.faults[0].why, "it took 2 s");
    }

    #[test]
    fn kinds_leave_out_what_is_the_inputs_own() {
        assert_eq!(kind("byte 12 of \"abc\" is `d`\nabc"), kind("byte 7 of \"x\" is ``"));
        assert_ne!(kind("byte 12"), kind("line 12"));
    }
}
