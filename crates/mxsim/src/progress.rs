//! Watches a run for the person at the terminal: progress, Ctrl-C, and the time that is allowed.

use crate::args::Simulation;
use crate::exit::{Exit, Failure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mxsim_core::numerals::{count, duration, to_digits};
use mxsim_core::results::{Answer, Results};
use mxsim_core::study::{Observer, Stop};
use mxsim_report::short;
use std::io::{IsTerminal as _, Write as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a run without a fixed number of replications may take unless told otherwise.
const DEFAULT_MAX_TIME: Duration = Duration::from_secs(60);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static HANDLER: OnceLock<()> = OnceLock::new();

/// Shows progress on a terminal and stops the run on Ctrl-C or when the time is up.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    begun: Instant,
    deadline: Option<Instant>,
}

impl Progress {
    /// A watch that starts now.
    pub(crate) fn start(simulation: &Simulation, title: &str) -> Result<Self, Failure> {
        HANDLER.get_or_init(|| {
            // Without a handler Ctrl-C still ends the program, only less politely.
            let _ = ctrlc::set_handler(|| {
                if INTERRUPTED.swap(true, Ordering::SeqCst) {
                    std::process::exit(i32::from(Exit::Interrupted as u8));
                }
            });
        });
        let bar = progress_bar(simulation, title);
        Ok(Self { bar, begun: now(), deadline: deadline(simulation)? })
    }

    /// Says on a terminal how long it would take to find out, where that is known. The first replications have other worlds beside them, so that
    /// it would be less.
    pub(crate) fn tell_how_much_more(&self, results: &Results) {
        let more = results.more_replications();
        let is_open = results.verdict.answer == Answer::CannotTell;
        let Some(more) = more.filter(|_| is_open && !self.bar.is_hidden()) else { return };
        let each = now().duration_since(self.begun).as_secs_f64() / results.provenance.replications as f64;
        let time = duration(to_digits((each * more as f64).max(1.0), 1));
        self.finish();
        say(&format!("{} more replications would take {time} at most here.", count(more)));
    }

    /// Takes the progress line away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn progress(&self, finished: u64, target: u64) {
        self.bar.set_length(target);
        self.bar.set_position(finished);
    }

    fn stop(&self) -> Option<Stop> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Some(Stop::Interrupted);
        }
        self.deadline.is_some_and(|deadline| now() >= deadline).then_some(Stop::TimeUp)
    }
}

/// A line on standard error. Who cannot read it misses nothing that matters.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn progress_bar(simulation: &Simulation, title: &str) -> ProgressBar {
    let visible = !simulation.quiet && std::io::stderr().is_terminal();
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    let template =
        "{msg} {bar:30} {pos}/{len} replications, {elapsed}, {eta} left  (Ctrl-C keeps what is finished)";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(short(title));
    bar
}

fn deadline(simulation: &Simulation) -> Result<Option<Instant>, Failure> {
    let allowed = match (&simulation.max_time, simulation.replications) {
        (Some(text), _) => {
            Some(Duration::from_secs_f64(crate::command::span("--max-time", text)?.as_secs_f64()))
        }
        (None, None) => Some(DEFAULT_MAX_TIME),
        (None, Some(_)) => None,
    };
    Ok(allowed.map(|allowed| now() + allowed))
}

#[expect(clippy::disallowed_methods, reason = "the command may look at the clock; the library never does")]
fn now() -> Instant {
    Instant::now()
}
