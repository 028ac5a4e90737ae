//! Where each tally of a text stands, so that it can be read when it is asked for.

use super::head::{AnyHead, CHECKPOINT_SCHEMA, Head, MOST_REPLICATIONS, SCHEMA};
use super::lines::{self, Line, MOST_LINE};
use super::writer::LastLine;
use crate::results::MODEL_EPOCH;
use crate::study::shelf::Place;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read as _};

/// The longest first line (bytes): the files that a command reads, written as JSON strings, and as much again.
const MOST_HEAD: u64 = MOST_LINE;
/// Most numbers of extremes and worlds, as on the command line.
const MOST_WORLDS: u64 = 100_000;

/// Where a line stands (bytes), its end left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: u64,
    /// How long it is.
    pub length: u64,
}

impl Span {
    /// Reads the line. It was as long as it says when the text was read; if it is not any more, that shows in what it holds.
    ///
    /// # Errors
    /// If it cannot be read, or is no text.
    pub fn read(self, from: &mut (impl io::Read + io::Seek)) -> io::Result<String> {
        from.seek(io::SeekFrom::Start(self.from))?;
        let mut bytes = Vec::new();
        from.take(self.length).read_to_end(&mut bytes)?;
        String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// What a text holds.
#[derive(Debug)]
pub struct KeptLines {
    /// Its first line.
    pub head: Head,
    /// Where the tallies stand.
    pub places: BTreeMap<Place, Span>,
    /// Where the last line ends that is one.
    pub end: u64,
    /// True if the last line says that it is whole, and it is.
    pub is_whole: bool,
    /// Hash of all before the last line, if it is whole.
    pub hash: String,
}

/// Why a text is no part.
#[derive(Debug)]
pub(super) enum NoPart {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is no part at all.
    Other(String),
    /// It was written by another version.
    Version(String),
    /// It was a part, and is damaged.
    Damaged(String),
}

impl From<io::Error> for NoPart {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl KeptLines {
    /// Reads a checkpoint: as far as its lines are whole. What comes after was being written when its run ended.
    ///
    /// # Errors
    /// In words, if it is no checkpoint of this version.
    pub fn of_checkpoint(reader: &mut impl BufRead) -> Result<Self, String> {
        let mut reading = Reading::new(reader, CHECKPOINT_SCHEMA).map_err(|wrong| wrong.in_words())?;
        while let Ok(Some(Read::Tally(place, span))) = reading.next() {
            reading.kept.places.insert(place, span);
            reading.kept.end = reading.at;
        }
        Ok(reading.kept)
    }

    /// Reads a part to its end.
    pub(super) fn of_part(reader: &mut impl BufRead) -> Result<Self, NoPart> {
        let mut reading = Reading::new(reader, SCHEMA)?;
        while let Some(read) = reading.next()? {
            match read {
                Read::Tally(place, span) => {
                    reading.belongs(place)?;
                    if reading.kept.places.insert(place, span).is_some() {
                        return Err(NoPart::Damaged(format!("it has {place} twice")));
                    }
                }
                Read::Whole => reading.kept.is_whole = true,
            }
        }
        reading.kept.end = reading.at;
        reading.kept.lacks_nothing()?;
        Ok(reading.kept)
    }

    /// Checks that a part has all that it has to have.
    fn lacks_nothing(&self) -> Result<(), NoPart> {
        if !self.is_whole {
            return Err(NoPart::Damaged(
                "it is not whole: its run goes on, or ended before it was finished".into(),
            ));
        }
        let own = self.head.shard.replications(self.head.replications);
        let lacks = own.clone().find(|r| !self.places.contains_key(&Place::Replication(*r)));
        match lacks {
            Some(r) => Err(NoPart::Damaged(format!("it says that it is whole, and lacks replication {r}"))),
            None => Ok(()),
        }
    }
}

impl NoPart {
    fn in_words(self) -> String {
        match self {
            Self::Unreadable(error) => error.to_string(),
            Self::Other(why) | Self::Version(why) | Self::Damaged(why) => why,
        }
    }
}

/// A line behind the first.
enum Read {
    Tally(Place, Span),
    Whole,
}

/// A text that is being read.
struct Reading<'r, R> {
    reader: &'r mut R,
    kept: KeptLines,
    hash: blake3::Hasher,
    /// How far it is read (bytes), and how many lines that are.
    at: u64,
    lines: u64,
    line: Vec<u8>,
}

impl<'r, R: BufRead> Reading<'r, R> {
    fn new(reader: &'r mut R, schema: &str) -> Result<Self, NoPart> {
        let mut line = Vec::new();
        let read = lines::next(reader, &mut line, MOST_HEAD)?;
        let head = std::str::from_utf8(&line).map_err(|_| other(schema))?;
        let head = head_of(head, schema)?;
        if read != Line::Whole {
            return Err(NoPart::Damaged("it ends within its first line".into()));
        }
        let mut hash = blake3::Hasher::new();
        hash.update(&line);
        hash.update(b"\n");
        let at = line.len() as u64 + 1;
        let kept = KeptLines { head, places: BTreeMap::new(), end: at, is_whole: false, hash: String::new() };
        Ok(Self { reader, kept, hash, at, lines: 1, line })
    }

    fn next(&mut self) -> Result<Option<Read>, NoPart> {
        let number = self.lines + 1;
        let damaged = |why: &str| Err(NoPart::Damaged(format!("line {number} {why}")));
        match lines::next(self.reader, &mut self.line, MOST_LINE)? {
            Line::End => return Ok(None),
            _ if self.kept.is_whole => return damaged("comes after the line that says it is whole"),
            Line::Torn => return damaged("is torn off"),
            Line::TooLong => return damaged("is longer than any line of a part"),
            Line::Whole => {}
        }
        let Ok(text) = std::str::from_utf8(&self.line) else { return damaged("is no text") };
        let span = Span { from: self.at, length: self.line.len() as u64 };
        if let Some(LastLine { whole }) = last_line(text) {
            let hash = self.hash.finalize().to_hex().to_string();
            if whole.lines != self.lines || whole.blake3 != hash {
                return Err(NoPart::Damaged("its bytes are not those that its last line speaks of".into()));
            }
            self.kept.hash = hash;
            self.at += span.length + 1;
            return Ok(Some(Read::Whole));
        }
        let is_closed = text.ends_with('}');
        let Some(place) = Place::of_line(text).filter(|_| is_closed) else {
            return damaged("is no line of a part");
        };
        self.hash.update(&self.line);
        self.hash.update(b"\n");
        self.at += span.length + 1;
        self.lines += 1;
        Ok(Some(Read::Tally(place, span)))
    }

    /// Checks that a replication may stand in this part.
    fn belongs(&self, place: Place) -> Result<(), NoPart> {
        let head = &self.kept.head;
        let is_own = match place {
            Place::Replication(r) => head.shard.replications(head.replications).contains(&r),
            Place::Extreme { number, replication } | Place::World { number, replication } => {
                number < MOST_WORLDS && replication < head.replications
            }
        };
        let shard = head.shard;
        if is_own { Ok(()) } else { Err(NoPart::Damaged(format!("{place} is not one of shard {shard}"))) }
    }
}

fn last_line(text: &str) -> Option<LastLine> {
    text.starts_with("{\"whole\"").then(|| serde_json::from_str(text).ok()).flatten()
}

fn other(schema: &str) -> NoPart {
    let what = if schema == SCHEMA { "part of a run" } else { "checkpoint" };
    NoPart::Other(format!("it is no {what}"))
}

fn head_of(line: &str, schema: &str) -> Result<Head, NoPart> {
    let any: AnyHead = serde_json::from_str(line).map_err(|_| other(schema))?;
    let (name, number) = schema.rsplit_once('/').unwrap_or((schema, ""));
    let own: u32 = number.parse().unwrap_or(0);
    let written = any.schema.strip_prefix(name).and_then(|rest| rest.strip_prefix('/')?.parse::<u32>().ok());
    let Some(written) = written else { return Err(other(schema)) };
    let (version, epoch) = (env!("CARGO_PKG_VERSION"), any.model_epoch);
    if written > own || epoch > MODEL_EPOCH {
        return Err(NoPart::Version(format!(
            "it was written by mxsim {}, which is newer than this mxsim {version}; use that one",
            any.version
        )));
    }
    if written < own || epoch < MODEL_EPOCH || any.version != version {
        return Err(NoPart::Version(format!(
            "it was written by mxsim {}, and this is mxsim {version}; use one version for all shards and the merge",
            any.version
        )));
    }
    let head: Head = serde_json::from_str(line)
        .map_err(|error| NoPart::Damaged(format!("its first line cannot be read: {error}")))?;
    if head.replications > MOST_REPLICATIONS {
        return Err(NoPart::Damaged("it has more replications than a run may have".into()));
    }
    Ok(head)
}
