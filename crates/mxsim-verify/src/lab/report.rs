//! The three judgements, as text and as JSON (`mxsim.replay/1`).

use super::judge::kolmogorov;
use super::known::Known;
use super::replay::{LEVEL, LeftOut, Replay, RunReport};
use super::retry_waves::WaveReport;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The most runs that may be named as known to disagree.
const MOST_KNOWN: f64 = 0.05;
/// The part of the runs that has to lie in the central nine tenths.
const LEAST_INSIDE: f64 = 0.8;
/// Level at which the p-values of a statistic are held to be uniform.
const UNIFORM: f64 = 1e-3;
/// The part of the pairs of a run and another MTA that has to be told apart.
const LEAST_TOLD_APART: f64 = 0.6;
/// A pair is told apart if more than this part of the other's simulations is rejected.
const TOLD_APART: f64 = 0.5;
/// The part of the runs in which the naive model has to fail, of those in which it must.
const LEAST_NAIVE_FAILURES: f64 = 0.95;

/// A replay with what it comes to.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// `mxsim.replay/1`.
    pub schema: &'static str,
    /// Each run.
    pub runs: &'a [RunReport],
    /// Runs that could not be replayed.
    pub left_out: &'a [LeftOut],
    /// Waves of attempts.
    pub waves: &'a [WaveReport],
    /// Runs that are known to disagree, of those that were replayed.
    pub known: Vec<&'a Known>,
    /// p-value per statistic of their being uniform.
    pub uniform: BTreeMap<&'a str, Uniform>,
    /// What it comes to.
    pub judgements: Vec<Judgement>,
}

/// How uniform the p-values of a statistic are.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Uniform {
    /// How many runs have one.
    pub runs: usize,
    /// Kolmogorov's p.
    pub p: f64,
}

/// One judgement.
#[derive(Debug, Clone, Serialize)]
pub struct Judgement {
    /// What is judged.
    pub name: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// The figures.
    pub figures: String,
}

impl<'a> Report<'a> {
    /// What a replay comes to.
    #[must_use]
    pub fn of(replay: &'a Replay) -> Self {
        let mut report = Self {
            schema: "mxsim.replay/1",
            runs: &replay.runs,
            left_out: &replay.left_out,
            waves: &replay.waves,
            known: Vec::new(),
            uniform: uniform(&replay.runs),
            judgements: Vec::new(),
        };
        let replayed: BTreeSet<&str> = report.names().collect();
        report.known = replay.known.iter().filter(|known| replayed.contains(known.run.as_str())).collect();
        report.judgements = vec![report.outside(), report.calibrated(), report.powerful(), report.naive()];
        report
    }

    /// True if all judgements hold.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self.runs.is_empty() && self.judgements.iter().all(|judgement| judgement.holds)
    }

    /// Names of all runs, those of waves among them.
    fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let waves: BTreeSet<&str> = self.waves.iter().map(|wave| wave.run.as_str()).collect();
        self.runs.iter().map(|run| run.run.as_str()).chain(waves)
    }

    /// Names of the runs that are outside.
    pub(super) fn those_outside(&self) -> BTreeSet<&'a str> {
        let runs = self.runs.iter().filter(|run| run.outside).map(|run| run.run.as_str());
        runs.chain(self.waves.iter().filter(|wave| !wave.agrees).map(|wave| wave.run.as_str())).collect()
    }

    fn is_known(&self, run: &str) -> bool {
        self.known.iter().any(|known| known.run == run)
    }

    fn outside(&self) -> Judgement {
        let outside = self.those_outside();
        let unknown: Vec<&str> = outside.iter().copied().filter(|run| !self.is_known(run)).collect();
        let (all, named) = (self.names().count(), self.known.len());
        let mut figures = format!(
            "{} of {all} runs outside at family-wise level {LEVEL}, {} of them not named; {named} named ({:.1} %)",
            outside.len(),
            unknown.len(),
            100.0 * named as f64 / all.max(1) as f64
        );
        if !unknown.is_empty() {
            let _ = write!(figures, ": {}", unknown.join(", "));
        }
        let holds = unknown.is_empty() && named as f64 <= MOST_KNOWN * all as f64;
        Judgement { name: "a: no run outside", holds, figures }
    }

    fn calibrated(&self) -> Judgement {
        let inside = self.runs.iter().filter(|run| run.p > 0.1).count();
        let part = inside as f64 / self.runs.len().max(1) as f64;
        let odd: Vec<&str> =
            self.uniform.iter().filter(|(_, of)| of.p < UNIFORM).map(|(name, _)| *name).collect();
        let least = self.uniform.values().map(|of| of.p).fold(1.0, f64::min);
        let mut figures = format!(
            "{:.1} % of {} runs inside the central 90 %; p-values of {} statistics, least uniform at p = {least:.4}",
            100.0 * part,
            self.runs.len(),
            self.uniform.len()
        );
        if !odd.is_empty() {
            let _ = write!(figures, "; not uniform: {}", odd.join(", "));
        }
        Judgement { name: "b: calibrated", holds: part >= LEAST_INSIDE && odd.is_empty(), figures }
    }

    fn powerful(&self) -> Judgement {
        let pairs = || self.runs.iter().flat_map(|run| &run.others);
        let told = pairs().filter(|other| other.rejected > TOLD_APART).count();
        let part = told as f64 / pairs().count().max(1) as f64;
        let figures = format!(
            "{told} of {} pairs of a run and another MTA told apart ({:.1} %)",
            pairs().count(),
            100.0 * part
        );
        Judgement { name: "c: tells MTAs apart", holds: part >= LEAST_TOLD_APART, figures }
    }

    fn naive(&self) -> Judgement {
        let must: Vec<&RunReport> = self.runs.iter().filter(|run| run.naive.must_fail).collect();
        let fails = must.iter().filter(|run| run.naive.fails).count();
        let part = fails as f64 / must.len().max(1) as f64;
        let figures = format!(
            "the naive model fails in {fails} of the {} runs where it must ({:.1} %)",
            must.len(),
            100.0 * part
        );
        let holds = must.is_empty() || part >= LEAST_NAIVE_FAILURES;
        Judgement { name: "naive model", holds, figures }
    }

    /// A line for each run, what was left out, and the judgements last.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for run in self.runs {
            let naive = if run.naive.fails { "naive fails" } else { "naive passes" };
            let told = run.others.iter().filter(|other| other.rejected > TOLD_APART).count();
            let mark = if run.outside { "OUTSIDE" } else { "" };
            let (told_of, surprise) = (run.others.len(), &run.most_surprising);
            let _ = writeln!(
                text,
                "{:<40} p {:<9.2e} {naive:<12} told from {told}/{told_of}  {mark:<7} {surprise}",
                run.run, run.p
            );
            for of in run.statistics.iter().filter(|_| run.outside) {
                let p = of.p.map_or_else(|| "-".into(), |p| format!("{p:.4}"));
                let _ = writeln!(
                    text,
                    "    {:<36} {:>9.4}  [{:.4} {:.4} {:.4}] p {p}",
                    of.statistic, of.measured, of.p05, of.p50, of.p95
                );
            }
        }
        for wave in self.waves {
            let mark = if wave.agrees { "" } else { "OUTSIDE" };
            let [earliest, latest] = wave.simulated();
            let _ = writeln!(
                text,
                "{:<40} wave {} at {:.1} s, simulated {} to {} s; {} attempts, simulated {} to {}  {mark}",
                wave.run, wave.wave, wave.measured_s, earliest, latest, wave.attempts, wave.fewest, wave.most
            );
        }
        for left in self.left_out {
            let _ = writeln!(text, "{:<40} not replayed: {}", left.run, left.why);
        }
        for (name, of) in &self.uniform {
            let _ = writeln!(text, "p-values of \"{name}\": {} runs, uniform at p = {:.4}", of.runs, of.p);
        }
        for judgement in &self.judgements {
            let word = if judgement.holds { "holds" } else { "FAILS" };
            let _ = writeln!(text, "{:<20} {word}: {}", judgement.name, judgement.figures);
        }
        text
    }
}

fn uniform(runs: &[RunReport]) -> BTreeMap<&str, Uniform> {
    let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for of in runs.iter().flat_map(|run| &run.statistics) {
        if let Some(p) = of.p {
            values.entry(of.statistic.as_str()).or_default().push(p);
        }
    }
    values.into_iter().map(|(name, p)| (name, Uniform { runs: p.len(), p: kolmogorov(p) })).collect()
}
