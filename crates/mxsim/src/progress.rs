//! Watches a run for the person at the terminal: progress, Ctrl-C, and the time that is allowed.

use crate::args::Simulation;
use crate::exit::{Exit, Failure, sentence};
use crate::watchdog::{self, Phase, Watchdog, Why, now};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mxsim_core::numerals::{count, duration, rough, to_digits};
use mxsim_core::results::{Answer, Results};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::cost::TooLarge;
use mxsim_core::study::{Observer, Stop};
use mxsim_core::time::Span;
use mxsim_report::{message, short};
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How long a run without a fixed number of replications may take unless told otherwise.
const DEFAULT_MAX_TIME: Duration = Duration::from_secs(60);

/// What costs less than this, as estimated, begins without a word (s of one core). *Assumption*: more than anything that nobody made larger.
const WORTH_A_WORD_S: f64 = 10.0;

/// Part of the time that is for the question, where other worlds are to follow. They are planned for four fifths of what it costs.
const QUESTION: f64 = 0.55;

static HANDLER: OnceLock<()> = OnceLock::new();

/// Shows progress on a terminal and stops the run on Ctrl-C or when the time is up.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// When the time that somebody named is over; reading and writing are a part of it.
    named: Option<Instant>,
    /// Begin and end of the run, as soon as it begins.
    run: OnceLock<(Instant, Option<Instant>)>,
    /// Whether the number of replications is fixed, so that a run may take any time.
    is_fixed: bool,
    is_quiet: bool,
    told: Arc<Mutex<Told>>,
    watchdog: Watchdog,
}

/// What is known of the run so far.
#[derive(Debug, Default)]
struct Told {
    /// The time that is allowed.
    allowed: Duration,
    /// What a replication is called; empty before the scenario is read.
    replication: &'static str,
    /// What one is expected to cost (s); zero before the world is made.
    expected_s: f64,
    /// How many are finished.
    finished: u64,
}

impl Progress {
    /// A watch that starts now, before anything is read.
    pub(crate) fn start(simulation: &Simulation) -> Result<Self, Failure> {
        HANDLER.get_or_init(|| {
            // Without a handler Ctrl-C still ends the program, only less politely.
            let _ = ctrlc::set_handler(|| {
                if watchdog::interrupt() {
                    std::process::exit(i32::from(Exit::Interrupted as u8));
                }
            });
        });
        let named = named(simulation)?;
        let allowed = named.unwrap_or(DEFAULT_MAX_TIME);
        let told = Arc::new(Mutex::new(Told { allowed, ..Told::default() }));
        let (bar, named) = (progress_bar(simulation), named.and_then(|named| now().checked_add(named)));
        let (heard, shown) = (Arc::clone(&told), bar.clone());
        let late = move |phase, why| {
            shown.finish_and_clear();
            lock(&heard).late(phase, why)
        };
        let watchdog = Watchdog::start(named, late);
        let is_fixed = simulation.replications.is_some();
        let is_quiet = simulation.quiet;
        Ok(Self { bar, named, run: OnceLock::new(), is_fixed, is_quiet, told, watchdog })
    }

    /// The scenario is read, and its run begins.
    pub(crate) fn begin(&self, scenario: &Scenario) {
        self.bar.set_message(short(&scenario.title));
        lock(&self.told).replication = replication_in_words(scenario.run.run_length);
        let begun = now();
        let end = self.named.or_else(|| (!self.is_fixed).then_some(begun + DEFAULT_MAX_TIME));
        self.run.get_or_init(|| (begun, end));
        // Time that nobody named ends the simulation alone: what is finished may take its time to be estimated.
        self.watchdog.enter(Phase::Simulating, self.named);
    }

    /// Why there are no results, though nobody interrupted the run.
    pub(crate) fn nothing_finished(&self) -> Failure {
        lock(&self.told).late(Phase::Simulating, Why::TimeUp)
    }

    /// Says on a terminal how long it would take to find out, where that is known. The first replications have other worlds beside them, so that
    /// it would be less.
    pub(crate) fn tell_how_much_more(&self, results: &Results) {
        let more = results.more_replications();
        let is_open = results.verdict.answer == Answer::CannotTell;
        let Some(more) = more.filter(|_| is_open && !self.bar.is_hidden()) else { return };
        let begun = self.run.get().map_or_else(now, |(begun, _)| *begun);
        let each = now().duration_since(begun).as_secs_f64() / results.provenance.replications as f64;
        let time = duration(to_digits((each * more as f64).max(1.0), 1));
        self.bar.finish_and_clear();
        say(&format!("{} more replications would take {time} at most here.", count(more)));
    }

    /// Takes the progress line away. What follows is writing, for which there is time unless somebody named one.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
        self.watchdog.enter(Phase::Writing, self.named);
    }
}

impl Observer for Progress {
    fn plans(&self, replications: u64, all_s: f64) {
        if all_s > WORTH_A_WORD_S && !self.is_quiet {
            let (replications, time) = (count(replications), duration(to_digits(all_s, 2)));
            say(&format!(
                "About {time} of one core: {replications} replications of each scenario; fewer with --replications."
            ));
        }
    }

    fn progress(&self, finished: u64, target: u64) {
        self.bar.set_length(target);
        self.bar.set_position(finished);
        let mut told = lock(&self.told);
        told.finished = told.finished.max(finished);
    }

    fn expects(&self, replication_s: f64) {
        lock(&self.told).expected_s = replication_s;
    }

    fn outgrown(&self, why: &TooLarge) {
        self.bar.finish_and_clear();
        say(&message(&format!("the results are those of the replications finished before one grew: {why}")));
    }

    fn stop(&self) -> Option<Stop> {
        if watchdog::is_interrupted() {
            return Some(Stop::Interrupted);
        }
        let end = self.run.get().and_then(|(_, end)| *end);
        end.is_some_and(|end| now() >= end).then_some(Stop::TimeUp)
    }

    fn is_time_for_worlds(&self) -> bool {
        let Some((begun, Some(end))) = self.run.get() else { return false };
        now() >= *begun + end.saturating_duration_since(*begun).mul_f64(QUESTION)
    }
}

impl Told {
    /// Why the command ends without results.
    fn late(&self, phase: Phase, why: Why) -> Failure {
        let exit = match (why, phase) {
            (Why::Interrupted, _) => Exit::Interrupted,
            (Why::TimeUp, Phase::Writing) => Exit::File,
            (Why::TimeUp, _) => Exit::CannotTell,
            (Why::MemoryUsedUp, _) => Exit::Invalid,
        };
        let text = match (why, phase) {
            (Why::Interrupted, Phase::Writing) => "interrupted before the results were written".into(),
            (Why::Interrupted, _) => "interrupted before there were results; nothing was kept".into(),
            (Why::TimeUp, Phase::Reading) => format!("the scenario was not read in {}", self.time()),
            (Why::TimeUp, Phase::Writing) => format!("the results were not written in {}", self.time()),
            (Why::TimeUp, _) => self.nothing_finished(),
            (Why::MemoryUsedUp, _) => "the memory that is allowed here is used up; use fewer threads, sites, hosts, windows or messages, or raise \
                                       the limit (ulimit -v)"
                .into(),
        };
        Failure::new(exit, sentence(text))
    }

    /// The time was too short; says what would have been long enough.
    fn nothing_finished(&self) -> String {
        let (replication, time) = (self.replication, self.time());
        if self.finished > 0 {
            let finished = count(self.finished);
            return format!("{finished} replications were finished in {time}, but not what they come to");
        }
        // An estimate that has just been proved wrong helps nobody.
        let cost = if self.expected_s > self.allowed.as_secs_f64() {
            format!("about {} s", rough(self.expected_s))
        } else {
            "more than that here".to_owned()
        };
        format!(
            "not one {replication} was finished in {time}; a {replication} costs {cost}. Allow more with --max-time, or lower messages_per_day and \
             sessions in proportion"
        )
    }

    fn time(&self) -> String {
        duration(to_digits(self.allowed.as_secs_f64(), 3))
    }
}

fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A replication is as long as the run: a day, if it is one.
const fn replication_in_words(run_length: Span) -> &'static str {
    match run_length {
        Span::HOUR => "hour",
        Span::DAY => "day",
        _ => "replication",
    }
}

/// A line on standard error. Who cannot read it misses nothing that matters.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn progress_bar(simulation: &Simulation) -> ProgressBar {
    let visible = !simulation.quiet && std::io::stderr().is_terminal();
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    let template =
        "{msg} {bar:30} {pos}/{len} replications, {elapsed}, {eta} left  (Ctrl-C keeps what is finished)";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// The time that somebody named.
fn named(simulation: &Simulation) -> Result<Option<Duration>, Failure> {
    let text = simulation.max_time.as_deref();
    let named = text.map(|text| crate::command::span("--max-time", text)).transpose()?;
    Ok(named.map(|named| Duration::from_secs_f64(named.as_secs_f64())))
}
