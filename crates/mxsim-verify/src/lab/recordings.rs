//! A lab folder: `INDEX.csv` with one row for each run, and `runs/` with what the nodes saw. Recordings of greylisting nodes lie in `greylist/`, or in the
//! folder itself, and need no row: their names say all.

use super::event::{Event, NODES, What};
use mxsim_core::time::Time;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A message that a node saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// When.
    pub at: Time,
    /// Its number, from 0.
    pub message: u32,
    /// Over which connection.
    pub connection: u64,
}

/// One run.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Name of its file without ending.
    pub name: String,
    /// MTA, as the folder calls it.
    pub mta: String,
    /// Its version.
    pub version: String,
    /// Resolver, as the folder calls it.
    pub resolver: String,
    /// Zone: a letter, and `s` for short TTLs.
    pub variant: String,
    /// How messages were submitted, or what was wrong.
    pub mode: String,
    /// What the nodes saw, in order of time.
    pub events: Vec<Event>,
    /// Messages that were seen, by their highest number.
    pub messages: usize,
    /// Per node: connections that the nodes took but on which nothing was seen, so that their times are not known.
    pub silent: [usize; NODES],
    /// Messages that nodes saw, taken or turned away, in order of time.
    pub sights: Vec<Sight>,
}

#[derive(Deserialize)]
struct IndexRow {
    file: String,
    mta: String,
    version: String,
    resolver: String,
    variant: String,
    mode: String,
    #[serde(default)]
    connections: usize,
    #[serde(default)]
    conn_share_mx1: f64,
    #[serde(default)]
    conn_share_mx2: f64,
    #[serde(default)]
    conn_share_mx3: f64,
}

#[derive(Deserialize)]
struct Row {
    seq: Option<u32>,
    t_ms: f64,
    node: String,
    session: Option<u64>,
    outcome: String,
}

/// All runs of a folder, in the order of its index.
///
/// # Errors
/// If a file cannot be read or a row has another form.
pub fn read(folder: &Path) -> Result<Vec<Recorded>, String> {
    let index = folder.join("INDEX.csv");
    let rows = if index.exists() { rows::<IndexRow>(&index)? } else { Vec::new() };
    let named: BTreeSet<String> = rows.iter().map(|row| row.file.clone()).collect();
    let unnamed = ["", "runs", "greylist"].iter().flat_map(|below| greylisted(&folder.join(below)));
    let unnamed: Vec<(PathBuf, IndexRow)> = unnamed.filter(|(_, row)| !named.contains(&row.file)).collect();
    if named.is_empty() && unnamed.is_empty() {
        return Err(format!("{}: no such file, and no recording of a greylist", index.display()));
    }
    let path = |row: &IndexRow| {
        let usual = folder.join("runs").join(&row.file);
        if usual.exists() { usual } else { folder.join(&row.file) }
    };
    let rows = rows.into_iter().map(|row| (path(&row), row)).chain(unnamed);
    rows.map(|(path, row)| recorded(&path, row)).collect()
}

/// Recordings of greylisting nodes in a folder, by name.
fn greylisted(folder: &Path) -> Vec<(PathBuf, IndexRow)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(PathBuf, IndexRow)> =
        entries.filter_map(|entry| Some((entry.path(), row_of(&entry.path())?))).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Resolvers of the lab, of which one stands in the name of every run.
const RESOLVERS: [&str; 5] = ["unbound", "bind9", "dnsmasq", "pdns", "kresd"];

/// The row of a run whose name says all: `exim4-q1m-unbound-f-G-grey300.csv`.
fn row_of(path: &Path) -> Option<IndexRow> {
    let file = path.file_name()?.to_str()?.to_owned();
    let (run, mode) = file.strip_suffix(".csv")?.split_once("-G-")?;
    let (before, variant) = run.rsplit_once('-')?;
    let (mta, resolver) = RESOLVERS.iter().find_map(|resolver| {
        let place = before.find(&format!("-{resolver}"))?;
        Some((before[..place].to_owned(), before[place + 1..].to_owned()))
    })?;
    let (variant, mode) = (variant.to_owned(), format!("G-{mode}"));
    let version = String::new();
    Some(IndexRow {
        file,
        mta,
        version,
        resolver,
        variant,
        mode,
        connections: 0,
        conn_share_mx1: 0.0,
        conn_share_mx2: 0.0,
        conn_share_mx3: 0.0,
    })
}

/// The rows of a file.
pub(super) fn rows<R: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<R>, String> {
    let shown = |error: csv::Error| format!("{}: {error}", path.display());
    csv::Reader::from_path(path).map_err(shown)?.deserialize().collect::<Result<_, _>>().map_err(shown)
}

fn recorded(path: &Path, row: IndexRow) -> Result<Recorded, String> {
    let (mut events, mut sights) = (Vec::new(), Vec::new());
    let mut sessions: BTreeMap<u64, (Time, u8)> = BTreeMap::new();
    let mut messages = 0;
    for seen in rows::<Row>(path)? {
        let at = Time((seen.t_ms * 1_000.0).round() as i64);
        let node =
            node(&seen.node).ok_or_else(|| format!("{}: unknown node {}", path.display(), seen.node))?;
        if let Some(session) = seen.session {
            sessions.entry(session).or_insert((at, node));
        }
        messages = messages.max(seen.seq.unwrap_or(0) as usize);
        let number = seen.seq.and_then(|seq| seq.checked_sub(1));
        sights.extend(number.zip(seen.session).map(|(message, connection)| Sight {
            at,
            message,
            connection,
        }));
        events.extend(what(&seen).map(|what| Event { at, node, what }));
    }
    events.extend(opened(&sessions));
    // Stable: a connection is put before what came over it.
    events.sort_by_key(|event| (event.at, event.what != What::Opened));
    let IndexRow { file, mta, version, resolver, variant, mode, .. } = &row;
    sights.sort_by_key(|sight| sight.at);
    Ok(Recorded {
        sights,
        name: file.trim_end_matches(".csv").into(),
        mta: mta.clone(),
        version: version.clone(),
        resolver: resolver.clone(),
        variant: variant.clone(),
        mode: mode.clone(),
        silent: silent(&row, &sessions),
        events,
        messages,
    })
}

/// A node of the lab by its name, `mx1` to `mx3`.
fn node(name: &str) -> Option<u8> {
    let number: u8 = name.strip_prefix("mx")?.parse().ok()?;
    number.checked_sub(1).filter(|&node| usize::from(node) < NODES)
}

fn what(row: &Row) -> Option<What> {
    match row.outcome.as_str() {
        "accepted" => Some(What::Accepted { message: row.seq?.checked_sub(1)?, connection: row.session? }),
        "refused" => Some(What::Refused),
        "no_answer" => Some(What::NoAnswer),
        // The kernel repeats the first packet of the same attempt, even of one that is refused.
        repeated if repeated.contains("_retrans") => None,
        _ => Some(What::TurnedAway { message: row.seq.and_then(|number| number.checked_sub(1)) }),
    }
}

/// The connections in the order in which the nodes took them, which is the order of their numbers. Each was there before anything came over
/// it and over those after it.
fn opened(sessions: &BTreeMap<u64, (Time, u8)>) -> Vec<Event> {
    let mut latest = Time::NEVER;
    let mut opened: Vec<Event> = sessions
        .values()
        .rev()
        .map(|&(first, node)| {
            latest = latest.min(first);
            Event { at: latest, node, what: What::Opened }
        })
        .collect();
    opened.reverse();
    opened
}

/// Connections that only the index counts.
fn silent(row: &IndexRow, sessions: &BTreeMap<u64, (Time, u8)>) -> [usize; NODES] {
    let shares = [row.conn_share_mx1, row.conn_share_mx2, row.conn_share_mx3];
    std::array::from_fn(|node| {
        let all = (shares[node] * row.connections as f64).round() as usize;
        let seen = sessions.values().filter(|(_, of)| usize::from(*of) == node).count();
        all.saturating_sub(seen)
    })
}
