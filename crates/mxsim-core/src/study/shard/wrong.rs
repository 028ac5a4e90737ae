//! Everything that is wrong with a set of parts, said at once.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wrong {
    /// A part cannot be read.
    Unreadable {
        /// Its name.
        part: String,
        /// Why, in words.
        why: String,
    },
    /// A file is no part, or is damaged.
    Damaged {
        /// Its name.
        part: String,
        /// Why, in words.
        why: String,
    },
    /// A part was written by another version.
    Version {
        /// Its name.
        part: String,
        /// Why, in words.
        why: String,
    },
    /// A part is of another run than most.
    Foreign {
        /// Its name.
        part: String,
        /// In what it differs, in words.
        why: String,
    },
    /// A shard is there more than once.
    Double {
        /// The names of its parts.
        parts: Vec<String>,
        /// Which shard, such as `3/64`.
        shard: String,
    },
    /// Shards are not there.
    Missing {
        /// Their numbers, such as `2, 5-7`.
        shards: String,
        /// How many they are.
        count: u64,
        /// How many shards there are.
        of: u64,
    },
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { part, why } => write!(f, "{part}: cannot be read: {why}"),
            Self::Damaged { part, why } | Self::Version { part, why } => write!(f, "{part}: {why}"),
            Self::Foreign { part, why } => write!(f, "{part}: it is a part of another run: {why}"),
            Self::Double { parts, shard } => write!(f, "{}: each of them is shard {shard}", parts.join(", ")),
            Self::Missing { shards, count: 1, of } => write!(f, "shard {shards} of {of} is missing"),
            Self::Missing { shards, of, .. } => write!(f, "shards {shards} of {of} are missing"),
        }
    }
}

/// Why parts are no run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartsError {
    /// All that is wrong, by part and then by shard.
    pub wrong: Vec<Wrong>,
}

impl std::error::Error for PartsError {}

impl fmt::Display for PartsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.wrong.iter().map(ToString::to_string).collect();
        f.write_str(&texts.join("\n"))
    }
}

/// Numbers in words, runs of them as a range: `2, 5-7`.
pub(super) fn ranges(numbers: &[u64]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let text = |run: &[u64]| match run {
        [one] => one.to_string(),
        [first, .., last] => format!("{first}-{last}"),
        [] => String::new(),
    };
    runs.map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_ranges() {
        assert_eq!(ranges(&[2, 5, 6, 7, 9, 10]), "2, 5-7, 9-10");
        assert_eq!(ranges(&[]), "");
    }
}
