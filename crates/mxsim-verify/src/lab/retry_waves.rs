//! `RETRY-WAVES.csv`: when mail is tried again while every node refuses; `RECOVER.csv`: who gets mail after an outage of 20 s.
//!
//! The lab's machine was loaded, so its times are upper bounds, and its clock starts before the first message. A wave of attempts therefore
//! agrees if it lies within the simulated times, up to `EARLY` before and `LATE` plus `LATE_PART` of the time after them, and holds as many
//! attempts as some simulation has there.
//!
//! A wave is held against the attempt with which it begins, and not against the wave of the same number: where each message draws its own wait, as in
//! chasquid (`queue.go`, `nextDelay`: up to a minute more), which attempts fall into one wave is chance, and so is how many waves there are.

use super::event::Stop;
use super::event::{Event, NODES, What};
use super::model::Model;
use super::names::{Mta, Names};
use super::recordings::{Recorded, rows};
use super::submission::{Pattern, SessionTime};
use super::zone::LabZone;
use mxsim_core::time::{Span, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// How much earlier than simulated a wave may come: the lab's clock starts up to 2 s before its first message.
const EARLY: f64 = 2.0;
/// How much later, at least.
const LATE: f64 = 5.0;
/// And in proportion to the time.
const LATE_PART: f64 = 0.01;
/// Attempts further apart belong to different waves.
const APART: Span = Span::from_secs(20);
/// Simulations.
const SIMULATIONS: u64 = 300;
/// How long before the first message the MTA was started, and with it its queue runs.
const STARTED_BEFORE: Span = Span::from_secs(1);
/// Messages of such a run.
const MESSAGES: usize = 3;

/// One wave of attempts.
#[derive(Debug, Clone, Serialize)]
pub struct WaveReport {
    /// The run.
    pub run: String,
    /// The MTA.
    pub mta: String,
    /// Number of the wave, from 0.
    pub wave: usize,
    /// When it began (s).
    pub measured_s: f64,
    /// Earliest time in a simulation of the attempt with which it began (s); null if no simulation has so many.
    pub earliest_s: Option<f64>,
    /// Latest in a simulation (s).
    pub latest_s: Option<f64>,
    /// Attempts in it.
    pub attempts: usize,
    /// Fewest that follow without a pause in a simulation, that one included.
    pub fewest: usize,
    /// Most in a simulation.
    pub most: usize,
    /// Whether it agrees.
    pub agrees: bool,
}

impl WaveReport {
    /// The earliest and the latest simulated beginning \[s\] as text.
    pub(super) fn simulated(&self) -> [String; 2] {
        let time = |time: Option<f64>| time.map_or_else(|| "none".into(), |time| format!("{time:.1}"));
        [time(self.earliest_s), time(self.latest_s)]
    }
}

#[derive(Debug, Deserialize)]
struct WaveRow {
    mta: String,
    t_s: f64,
    syns: usize,
}

#[derive(Debug, Deserialize)]
struct RecoverRow {
    mta: String,
    variant: String,
    t_s: i64,
    msgs_mx1: usize,
    msgs_mx2: usize,
    msgs_mx3: usize,
}

/// Name of the run of an MTA in which every node refuses.
fn run_name(mta: &str) -> String {
    format!("{mta}-unbound-a-F-alldown")
}

/// Replays `RETRY-WAVES.csv` of `folder`, if there is one.
///
/// # Errors
/// If it is malformed.
pub fn replay(
    folder: &Path,
    names: &Names,
    wanted: &impl Fn(&str) -> bool,
) -> Result<Vec<WaveReport>, String> {
    let path = folder.join("RETRY-WAVES.csv");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut by_mta: BTreeMap<String, Vec<(f64, usize)>> = BTreeMap::new();
    for row in rows::<WaveRow>(&path)? {
        by_mta.entry(row.mta).or_default().push((row.t_s, row.syns));
    }
    let wanted = by_mta.into_iter().filter(|(mta, _)| wanted(&run_name(mta)));
    let mut reports = Vec::new();
    for (name, measured) in wanted {
        let Some(mta) = names.mta(&name, "F-alldown") else { continue };
        let Ok(simulated) = simulate(names, &mta, &measured) else { continue };
        reports.extend(compare(&name, &measured, &simulated));
    }
    Ok(reports)
}

/// The attempts of many simulations: seconds after the first.
fn simulate(names: &Names, mta: &Mta, measured: &[(f64, usize)]) -> Result<Vec<Vec<f64>>, String> {
    let last = measured.last().map_or(0.0, |wave| wave.0);
    let cap = Time::ZERO + Span::from_secs_f64(last * (1.0 + LATE_PART) + 120.0);
    let arrivals: Vec<Time> = (0..MESSAGES as i64).map(|i| Time::ZERO + Span::from_secs(i)).collect();
    let pattern = Pattern {
        gap: Span::from_secs(1),
        session: SessionTime::UNKNOWN,
        processes: None,
        fault: Some(("refuse".into(), None)),
        greylist: None,
        failing: NODES,
        outage: None,
        from: Time::ZERO,
        stop: Stop {
            messages: MESSAGES,
            submitted: arrivals[MESSAGES - 1],
            idle: cap.since(Time::ZERO),
            cap,
        },
        blurred: false,
        arrivals,
    };
    let zone = LabZone::of("a").ok_or("no zone a")?;
    let resolver = names.resolver("unbound").ok_or("no resolver unbound")?;
    let mut model = Model::new(&zone, &resolver, mta, &pattern, 1)?;
    (0..SIMULATIONS)
        .map(|replication| model.play_from_start(replication, STARTED_BEFORE).map(|events| attempts(&events)))
        .collect()
}

/// When attempts were made (s), from the first on.
fn attempts(events: &[Event]) -> Vec<f64> {
    let refused = || events.iter().filter(|event| event.what == What::Refused).map(|event| event.at);
    let Some(first) = refused().next() else { return Vec::new() };
    refused().map(|at| at.since(first).as_secs_f64()).collect()
}

/// When the attempt of this number was made, and how many there are from it on that follow each other without a pause.
fn wave_from(attempts: &[f64], number: usize) -> Option<(f64, usize)> {
    let left = attempts.get(number..)?;
    let together = |a: &f64, b: &f64| b - a <= APART.as_secs_f64();
    left.chunk_by(together).next().map(|wave| (wave[0], wave.len()))
}

fn compare(mta: &str, measured: &[(f64, usize)], simulated: &[Vec<f64>]) -> Vec<WaveReport> {
    let mut before = 0;
    let one = |(wave, &(measured_s, attempts)): (usize, &(f64, usize))| {
        let there: Vec<(f64, usize)> = simulated.iter().filter_map(|all| wave_from(all, before)).collect();
        before += attempts;
        let times = || there.iter().map(|wave| wave.0);
        let (earliest_s, latest_s) = (times().reduce(f64::min), times().reduce(f64::max));
        let counts = || there.iter().map(|wave| wave.1);
        let (fewest, most) = (counts().min().unwrap_or(0), counts().max().unwrap_or(0));
        let in_time = earliest_s.is_some_and(|earliest| measured_s >= earliest - EARLY)
            && latest_s.is_some_and(|latest| measured_s <= latest + LATE + LATE_PART * measured_s);
        WaveReport {
            run: run_name(mta),
            mta: mta.to_owned(),
            wave,
            measured_s,
            earliest_s,
            latest_s,
            attempts,
            fewest,
            most,
            agrees: in_time && (fewest..=most).contains(&attempts),
        }
    };
    measured.iter().enumerate().map(one).collect()
}

/// The runs of `RECOVER.csv`, with messages somewhere in their span of 20 s, because only their numbers are known.
///
/// # Errors
/// If it is malformed.
pub fn recoveries(folder: &Path) -> Result<Vec<Recorded>, String> {
    let path = folder.join("RECOVER.csv");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut runs: BTreeMap<(String, String), Vec<Event>> = BTreeMap::new();
    for row in rows::<RecoverRow>(&path)? {
        let at = Time::ZERO + Span::from_secs(row.t_s + 10);
        let events = runs.entry((row.mta, row.variant)).or_default();
        for (node, count) in [row.msgs_mx1, row.msgs_mx2, row.msgs_mx3].into_iter().enumerate() {
            let what = What::Accepted { message: u32::MAX, connection: 0 };
            events.extend(std::iter::repeat_n(Event { at, node: node as u8, what }, count));
        }
    }
    Ok(runs.into_iter().map(|(key, events)| recovery(key, events)).collect())
}

fn recovery((mta, variant): (String, String), events: Vec<Event>) -> Recorded {
    Recorded {
        name: format!("{mta}-unbound-{variant}-F-recover20s"),
        mta,
        version: String::new(),
        resolver: "unbound".into(),
        variant,
        mode: "F-recover20s".into(),
        messages: 0,
        events,
        sights: Vec::new(),
        silent: [0; NODES],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three messages to one host that refuses. Each draws its own wait: in the one simulation two of them meet, in the other none.
    #[test]
    fn a_wave_is_held_against_the_attempt_with_which_it_begins() {
        let measured = [(0.0, 3), (65.0, 1), (90.0, 1), (118.0, 1), (400.0, 1)];
        let simulated =
            [vec![0.0, 0.0, 0.0, 62.0, 70.0, 115.0, 371.0], vec![0.0, 0.0, 0.0, 64.0, 95.0, 119.0, 430.0]];
        let all = compare("chasquid", &measured, &simulated);
        assert!(all.iter().all(|wave| wave.agrees), "{all:?}");
        let times = |wave: &WaveReport| (wave.earliest_s, wave.latest_s, wave.fewest, wave.most);
        assert_eq!(times(&all[1]), (Some(62.0), Some(64.0), 1, 2), "70 s belongs to 62 s");
        assert_eq!(
            times(&all[4]),
            (Some(371.0), Some(430.0), 1, 1),
            "the fourth wave of the one, and the fifth of the other"
        );
        let too_early = compare("chasquid", &[(0.0, 3), (55.0, 1)], &simulated);
        assert!(!too_early[1].agrees && too_early[0].agrees);
        let too_many = compare("chasquid", &[(0.0, 3), (63.0, 3)], &simulated);
        assert!(!too_many[1].agrees);
        assert_eq!(wave_from(&simulated[0], 7), None);
    }
}
