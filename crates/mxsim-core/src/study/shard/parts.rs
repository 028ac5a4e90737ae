//! A set of parts that together are a run.

use super::head::Head;
use super::kept::{KeptLines, NoPart, Span};
use super::wrong::{PartsError, Wrong, ranges};
use crate::study::shelf::{Place, Shelf, ShelfError};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader, Read, Seek};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What can be read from any place.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// A part that can be opened. It is opened for each tally, so that a thousand parts need no thousand open files.
pub trait PartSource: Sync {
    /// What messages call it.
    fn name(&self) -> &str;

    /// Opens it at its beginning.
    ///
    /// # Errors
    /// If it cannot be opened.
    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>>;
}

/// All parts of a run.
pub struct Parts<'a> {
    sources: Vec<&'a dyn PartSource>,
    head: Head,
    /// The part that each tally stands in, and where.
    places: BTreeMap<Place, (usize, Span)>,
    /// Replications of the run, and of other worlds, that had to be simulated after all.
    simulated: [AtomicU64; 2],
    failed: Mutex<Option<String>>,
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("head", &self.head).finish_non_exhaustive()
    }
}

impl<'a> Parts<'a> {
    /// Reads parts in any order.
    ///
    /// # Errors
    /// With everything that is wrong with them.
    pub fn read(sources: Vec<&'a dyn PartSource>) -> Result<Self, PartsError> {
        let mut wrong = Vec::new();
        let mut read: Vec<(usize, KeptLines)> = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            match open(*source) {
                Ok(kept) => read.push((number, kept)),
                Err(no_part) => wrong.push(in_words(source.name(), no_part)),
            }
        }
        let name = |number: usize| sources[number].name().to_owned();
        let Some(head) = most_frequent(&read) else { return Err(PartsError { wrong }) };
        wrong.extend(read.iter().filter_map(|(number, kept)| {
            let why = kept.head.differs_from(&head)?;
            Some(Wrong::Foreign { part: name(*number), why })
        }));
        read.retain(|(_, kept)| kept.head.differs_from(&head).is_none());
        wrong.extend(doubles(&read, &name));
        // What cannot be read may be what is missing, and is named already.
        wrong.extend(missing(&read, &head));
        if !wrong.is_empty() {
            return Err(PartsError { wrong });
        }
        let mut places = BTreeMap::new();
        for (number, kept) in read {
            places.extend(kept.places.into_iter().map(|(place, span)| (place, (number, span))));
        }
        let head = Head { shard: super::number::Shard::WHOLE, ..head };
        Ok(Self { sources, head, places, simulated: Default::default(), failed: Mutex::default() })
    }

    /// What the run is of.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// How many replications of other worlds had to be simulated, because no shard could know that they count.
    #[must_use]
    pub fn simulated_of_other_worlds(&self) -> u64 {
        self.simulated[1].load(Ordering::Relaxed)
    }

    /// How many replications of the run had to be completed by worlds beside them.
    #[must_use]
    pub fn completed(&self) -> u64 {
        self.simulated[0].load(Ordering::Relaxed)
    }

    /// Why a tally could not be taken, if one could not.
    pub fn failed(&self) -> Option<String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fail(&self, why: String) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }
}

impl Shelf for Parts<'_> {
    fn take(&self, place: Place) -> Result<Option<String>, ShelfError> {
        let Some((number, span)) = self.places.get(&place) else { return Ok(None) };
        let source = self.sources[*number];
        source.open().and_then(|mut part| span.read(&mut part)).map(Some).map_err(|error| {
            self.fail(format!("{}: {place} cannot be read: {error}", source.name()));
            ShelfError
        })
    }

    fn keep(&self, place: Place, _line: &dyn Fn() -> String) -> Result<(), ShelfError> {
        let which = usize::from(!matches!(place, Place::Replication(_)));
        self.simulated[which].fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn is_wrong(&self, place: Place, why: &str) {
        let name = self.places.get(&place).map_or("a part", |(number, _)| self.sources[*number].name());
        self.fail(format!("{name}: {place} is none of this scenario: {why}"));
    }
}

fn open(source: &dyn PartSource) -> Result<KeptLines, NoPart> {
    KeptLines::of_part(&mut BufReader::with_capacity(1 << 16, source.open()?))
}

fn in_words(part: &str, no_part: NoPart) -> Wrong {
    let part = part.to_owned();
    match no_part {
        NoPart::Unreadable(error) => Wrong::Unreadable { part, why: error.to_string() },
        NoPart::Other(why) | NoPart::Damaged(why) => Wrong::Damaged { part, why },
        NoPart::Version(why) => Wrong::Version { part, why },
    }
}

/// The head that most parts have, of equals the first: what differs from it is foreign.
fn most_frequent(read: &[(usize, KeptLines)]) -> Option<Head> {
    let mut heads: Vec<(&Head, usize)> = Vec::new();
    for (_, kept) in read {
        match heads.iter_mut().find(|(head, _)| kept.head.differs_from(head).is_none()) {
            Some((_, count)) => *count += 1,
            None => heads.push((&kept.head, 1)),
        }
    }
    // The first of the most: `max_by_key` returns the last.
    heads.iter().rev().max_by_key(|(_, count)| *count).map(|(head, _)| (*head).clone())
}

fn doubles(read: &[(usize, KeptLines)], name: &impl Fn(usize) -> String) -> Vec<Wrong> {
    let mut by_shard: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (number, kept) in read {
        by_shard.entry(kept.head.shard.number()).or_default().push(*number);
    }
    let several = by_shard.into_iter().filter(|(_, parts)| parts.len() > 1);
    let of = read.first().map_or(1, |(_, kept)| kept.head.shard.of());
    let double = |(shard, parts): (u64, Vec<usize>)| Wrong::Double {
        parts: parts.into_iter().map(name).collect(),
        shard: format!("{shard}/{of}"),
    };
    several.map(double).collect()
}

fn missing(read: &[(usize, KeptLines)], head: &Head) -> Option<Wrong> {
    let of = head.shard.of();
    let mut there = vec![false; of as usize];
    read.iter().for_each(|(_, kept)| there[kept.head.shard.number() as usize - 1] = true);
    let missing: Vec<u64> = (1..=of).filter(|number| !there[*number as usize - 1]).collect();
    let count = missing.len() as u64;
    (count > 0).then(|| Wrong::Missing { shards: ranges(&missing), count, of })
}
