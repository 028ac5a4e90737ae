//! Which part of a run a shard is.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// Which part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "(u64, u64)", into = "(u64, u64)")]
pub struct Shard {
    number: u64,
    of: u64,
}

impl Shard {
    /// Most shards of a run.
    pub const MOST: u64 = 100_000;

    /// The only shard of a run that is not split.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Shard `number` of `of`, counted from 1; `None` if there is no such shard.
    #[must_use]
    pub const fn new(number: u64, of: u64) -> Option<Self> {
        if number >= 1 && number <= of && of <= Self::MOST { Some(Self { number, of }) } else { None }
    }

    /// Its number, from 1.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.number
    }

    /// How many there are.
    #[must_use]
    pub const fn of(self) -> u64 {
        self.of
    }

    /// Its replications of so many in all.
    ///
    /// ```
    /// use mxsim_core::study::Shard;
    /// let of_three = |number| Shard::new(number, 3).map(|shard| shard.replications(10));
    /// assert_eq!([of_three(1), of_three(2), of_three(3)], [Some(0..3), Some(3..6), Some(6..10)]);
    /// ```
    #[must_use]
    pub fn replications(self, all: u64) -> Range<u64> {
        self.part_of(all)
    }

    /// Its piece of `count` things: all pieces together are all things, and no two of them differ by more than one.
    pub(crate) fn part_of(self, count: u64) -> Range<u64> {
        let up_to = |number: u64| (u128::from(count) * u128::from(number) / u128::from(self.of)) as u64;
        up_to(self.number - 1)..up_to(self.number)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl From<Shard> for (u64, u64) {
    fn from(shard: Shard) -> Self {
        (shard.number, shard.of)
    }
}

impl TryFrom<(u64, u64)> for Shard {
    type Error = &'static str;

    fn try_from((number, of): (u64, u64)) -> Result<Self, Self::Error> {
        Self::new(number, of).ok_or("there is no such shard")
    }
}
