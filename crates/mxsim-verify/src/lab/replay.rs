//! All runs of a folder: each held against its model, against the naive model, and against the models of other MTAs.

use super::event::{Event, NODES};
use super::greylist::Lateness;
use super::judge::{Band, FIRST_BATCH, SECOND_BATCH, place, two_sided};
use super::known::{self, Known};
use super::model::Model;
use super::names::{Mta, Names};
use super::recordings::{self, Recorded};
use super::retry_waves;
use super::statistic::{self, Sights, Statistic};
use super::submission::{Pattern, SessionTimes};
use super::zone::LabZone;
use mxsim_core::random::{Entropy, Key, Purpose, StreamId, name_hash};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Simulations of each other MTA.
const OTHERS: u64 = 16;
/// Simulations of the model that are held against the naive one, to see whether it can be told from it.
const AGAINST_NAIVE: usize = 100;
/// The naive model must fail where the preset makes it fail this often.
const MUST_FAIL: f64 = 0.99;
/// Surprise of a value six standard deviations beyond the furthest of the first batch, or of one that differs where nothing else did.
const FAR: f64 = 8.7;
/// Simulations added at a time where the second batch does not tell whether a run is outside.
const MORE: usize = 1_000;
/// After so many simulations one that is [`BY_FAR`] more surprising than the most surprising of them is not waited for any longer.
const MANY: usize = 20_000;
/// Surprise is a power of ten within the first batch, and a standard deviation beyond.
const BY_FAR: f64 = 1.5;
/// Family-wise level of judgement (a).
pub const LEVEL: f64 = 1e-3;

/// A folder, replayed.
#[derive(Debug, Clone, Serialize)]
pub struct Replay {
    /// Runs, in the order of the index.
    pub runs: Vec<RunReport>,
    /// Runs that could not be replayed, and why.
    pub left_out: Vec<LeftOut>,
    /// Attempts while every node refused.
    pub waves: Vec<retry_waves::WaveReport>,
    /// Runs that are known to disagree.
    pub known: Vec<Known>,
}

/// A run that could not be replayed.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// Which.
    pub run: String,
    /// Why.
    pub why: String,
}

/// One run, replayed.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    /// Its name.
    pub run: String,
    /// MTA as the folder calls it.
    pub mta: String,
    /// The software it is a configuration of.
    pub software: String,
    /// Version that was recorded.
    pub version: String,
    /// The preset it is replayed with.
    pub preset: String,
    /// Resolver as the folder calls it.
    pub resolver: String,
    /// Zone.
    pub variant: String,
    /// Mode.
    pub mode: String,
    /// Messages that were submitted.
    pub messages: usize,
    /// Between two of them (s).
    pub gap_s: f64,
    /// Mean time of a message at a node (s).
    pub session_s: f64,
    /// Each statistic.
    pub statistics: Vec<StatisticReport>,
    /// p-value of all statistics together.
    pub p: f64,
    /// The most surprising statistic.
    pub most_surprising: String,
    /// True if it is outside at the level that all runs together leave for it.
    pub outside: bool,
    /// The naive model.
    pub naive: NaiveReport,
    /// Per other MTA: how often its simulations are rejected.
    pub others: Vec<OtherReport>,
}

/// One statistic of a run.
#[derive(Debug, Clone, Serialize)]
pub struct StatisticReport {
    /// Its name.
    pub statistic: String,
    /// As recorded.
    pub measured: f64,
    /// 5 % of the simulations are below.
    pub p05: f64,
    /// Their median.
    pub p50: f64,
    /// 5 % are above.
    pub p95: f64,
    /// Two-sided p-value; null where every simulation gives the same.
    pub p: Option<f64>,
}

/// The model of uniform choice and immediate failover beside a run.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct NaiveReport {
    /// p-value of the recording under it.
    pub p: f64,
    /// True if no simulation of it is as surprising as the recording.
    pub fails: bool,
    /// True if the preset says that it has to fail.
    pub must_fail: bool,
}

/// Another MTA beside a run.
#[derive(Debug, Clone, Serialize)]
pub struct OtherReport {
    /// Which.
    pub mta: String,
    /// The part of its simulations that the band of the run rejects.
    pub rejected: f64,
}

/// Replays the runs of `folder` whose name `wanted` accepts.
///
/// # Errors
/// If the folder is malformed.
pub fn replay(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Replay, String> {
    let names = Names::of(folder)?;
    let mut runs = recordings::read(folder)?;
    // These are compared wave by wave.
    runs.retain(|run| run.mode != "F-alldown");
    runs.extend(retry_waves::recoveries(folder)?);
    let known = known::read(folder)?;
    let times = SessionTimes::of(&runs, &names);
    let lab = Lab { names: &names, times: &times, known: &known, runs: runs.len() };
    let chosen: Vec<&Recorded> = runs.iter().filter(|run| wanted(&run.name)).collect();
    let done: Vec<Result<RunReport, LeftOut>> = chosen.par_iter().map(|run| lab.run(run)).collect();
    let (mut reports, mut left_out) = (Vec::new(), Vec::new());
    for one in done {
        match one {
            Ok(report) => reports.push(report),
            Err(why) => left_out.push(why),
        }
    }
    let waves = retry_waves::replay(folder, &names, &wanted)?;
    Ok(Replay { runs: reports, left_out, waves, known })
}

struct Lab<'a> {
    names: &'a Names,
    times: &'a SessionTimes,
    known: &'a [Known],
    /// How many runs the folder has: what the level is shared between.
    runs: usize,
}

/// A run with what its models need.
struct Setting<'a> {
    run: &'a Recorded,
    zone: LabZone,
    resolver: Map<String, Value>,
    pattern: Pattern,
    statistics: Vec<Statistic>,
}

impl Setting<'_> {
    fn model(&self, mta: &Mta) -> Result<Model, String> {
        Model::new(&self.zone, &self.resolver, mta, &self.pattern, name_hash(&self.run.name))
    }

    /// The statistics of simulations `from` to `to`.
    fn simulate(&self, model: &Model, from: u64, to: u64) -> Vec<Vec<f64>> {
        let one = |replication| {
            let values = self.sights(&model.play(replication), &[0; NODES]);
            self.as_seen(values, replication)
        };
        (from..to).map(one).collect()
    }

    /// The same on the lab's machine, which lets times of tries be seen later.
    fn as_seen(&self, mut values: Vec<f64>, replication: u64) -> Vec<f64> {
        let lateness = Lateness::of(name_hash(&self.run.name), replication);
        let times = values.iter_mut().zip(&self.statistics).filter(|(_, statistic)| statistic.is_time());
        times.for_each(|(value, _)| *value = lateness.seen(*value));
        values
    }

    fn sights(&self, events: &[Event], silent: &[usize; NODES]) -> Vec<f64> {
        let mut sights = Sights::of(events, self.pattern.from, silent);
        if self.pattern.greylist.is_some() {
            sights = sights.with_tries(events);
        }
        self.statistics.iter().map(|&statistic| sights.value(statistic)).collect()
    }

    /// Both batches, and their band.
    fn batches(&self, model: &Model) -> (Vec<Vec<f64>>, Band) {
        let all = self.simulate(model, 0, (FIRST_BATCH + SECOND_BATCH) as u64);
        let band = Band::of(&all[..FIRST_BATCH], &all[FIRST_BATCH..]);
        (all, band)
    }
}

impl Lab<'_> {
    fn run(&self, run: &Recorded) -> Result<RunReport, LeftOut> {
        self.try_run(run).map_err(|why| LeftOut { run: run.name.clone(), why })
    }

    fn setting<'a>(&'a self, run: &'a Recorded) -> Result<(Setting<'a>, Mta), String> {
        let mta =
            self.names.mta(&run.mta, &run.mode).ok_or_else(|| format!("no preset for MTA {}", run.mta))?;
        let resolver = self.names.resolver(&run.resolver);
        let resolver = resolver.ok_or_else(|| format!("no preset for resolver {}", run.resolver))?;
        let zone = LabZone::of(&run.variant).ok_or_else(|| format!("unknown zone {}", run.variant))?;
        let pattern = Pattern::of(run, &mta, self.names, self.times)?;
        let statistics = statistic::of_run(run, &pattern, zone.nodes());
        Ok((Setting { run, zone, resolver, pattern, statistics }, mta))
    }

    fn try_run(&self, run: &Recorded) -> Result<RunReport, String> {
        let (setting, mta) = self.setting(run)?;
        let model = setting.model(&mta)?;
        let measured = setting.sights(&run.events, &run.silent);
        let (simulated, mut band) = setting.batches(&model);
        let (p, statistic) = band.p(&measured);
        let outside = self.is_outside(&setting, &model, &mut band, &measured);
        let naive = self.naive(&setting, &measured, &simulated)?;
        Ok(RunReport {
            run: run.name.clone(),
            mta: run.mta.clone(),
            version: run.version.clone(),
            preset: mta.keys.get("preset").and_then(Value::as_str).unwrap_or_default().into(),
            resolver: run.resolver.clone(),
            variant: run.variant.clone(),
            mode: run.mode.clone(),
            messages: setting.pattern.arrivals.len(),
            gap_s: setting.pattern.gap.as_secs_f64(),
            session_s: setting.pattern.session.mean / 1e6,
            statistics: statistic_reports(&setting, &measured, &simulated),
            p: if outside { band.p(&measured).0 } else { p },
            most_surprising: setting.statistics[statistic].to_string(),
            outside,
            naive,
            others: self.others(&setting, &mta, &band),
            software: mta.software,
        })
    }

    /// True if a recording is outside at the level that it has its part of. More simulations are made only where they decide: until one is as
    /// surprising, or enough of them are not. Of what lies [`FAR`] off, and of runs that are known to disagree, one helping is enough.
    fn is_outside(&self, setting: &Setting<'_>, model: &Model, band: &mut Band, measured: &[f64]) -> bool {
        let level = LEVEL / self.runs as f64;
        let is_known = self.known.iter().any(|known| known.run == setting.run.name);
        while band.rejects(measured) {
            let surprise = band.surprise(measured);
            let by_far = band.size() > MANY && surprise > band.most_surprising() + BY_FAR;
            let enough = is_known || by_far || surprise >= FAR;
            if band.p(measured).0 <= level || (enough && band.size() > MORE) {
                return true;
            }
            let from = (FIRST_BATCH + band.size()) as u64;
            band.extend(&setting.simulate(model, from, from + MORE as u64));
        }
        false
    }

    fn naive(
        &self,
        setting: &Setting<'_>,
        measured: &[f64],
        own: &[Vec<f64>],
    ) -> Result<NaiveReport, String> {
        let (_, band) = setting.batches(&setting.model(&naive())?);
        let own = &own[..AGAINST_NAIVE];
        let rejected = own.iter().filter(|values| band.rejects(values)).count();
        Ok(NaiveReport {
            p: band.p(measured).0,
            fails: band.rejects(measured),
            must_fail: rejected as f64 >= MUST_FAIL * own.len() as f64,
        })
    }

    fn others(&self, setting: &Setting<'_>, mta: &Mta, band: &Band) -> Vec<OtherReport> {
        let others = self.names.software().filter(|name| *name != mta.software);
        let one = |name: &str| {
            let model = setting.model(&self.names.mta(name, &setting.run.mode)?).ok()?;
            let simulated = setting.simulate(&model, 0, OTHERS);
            let rejected = simulated.iter().filter(|values| band.rejects(values)).count();
            Some(OtherReport { mta: name.to_owned(), rejected: rejected as f64 / simulated.len() as f64 })
        };
        others.filter_map(one).collect()
    }
}

/// Uniform choice for each message, the next host at once on any failure, and nothing remembered or kept.
fn naive() -> Mta {
    let keys = json!({
        "preset": "randomizing",
        "failover": { "on_failure": "next-host", "on_busy": "next-host" },
    });
    Mta {
        software: "naive".into(),
        held_back: false,
        dozes: false,
        idles: false,
        processes: false,
        keys: keys.as_object().cloned().unwrap_or_default(),
    }
}

fn statistic_reports(
    setting: &Setting<'_>,
    measured: &[f64],
    simulated: &[Vec<f64>],
) -> Vec<StatisticReport> {
    let run = draws(&setting.run.name);
    let one = |(i, statistic): (usize, &Statistic)| {
        let mut sample: Vec<f64> = simulated.iter().map(|values| values[i]).collect();
        sample.sort_by(f64::total_cmp);
        let quantile = |q: f64| sample[((sample.len() - 1) as f64 * q).round() as usize];
        let varies = sample.first() != sample.last();
        let p = || two_sided(place(measured[i], sample.iter().copied(), run.child(i as u64)));
        StatisticReport {
            statistic: statistic.to_string(),
            measured: measured[i],
            p05: quantile(0.05),
            p50: quantile(0.5),
            p95: quantile(0.95),
            p: varies.then(p),
        }
    };
    setting.statistics.iter().enumerate().map(one).collect()
}

/// What breaks ties between a recording and its simulations.
fn draws(run: &str) -> Key {
    Entropy::new(0, 0).key(StreamId::new(run, Purpose::Process))
}
