//! `mxsim sweep`: what a key of a scenario does.

use super::side_by_side::Begun;
use crate::args::Sweep;
use crate::exit::{Exit, Failure};
use crate::files::write_file;
use crate::progress::Progress;
use mxsim_core::numerals::{count, duration, to_digits};
use mxsim_core::results::GoalStatus;
use mxsim_core::study::cost::TooLarge;
use mxsim_core::study::sweep::{Sweep as Document, SweptKey, sweep as sweep_keys};
use mxsim_core::study::{Observer, Stop, StudyError};
use mxsim_report::study::StudyReport as _;
use std::io::Write as _;
use std::path::PathBuf;

/// Cheaper sweeps begin without a word (s of one core).
const WORTH_A_WORD_S: f64 = 5.0;

/// Sweeps the keys and says what they do.
pub(crate) fn sweep(arguments: &Sweep) -> Result<Exit, Failure> {
    let (asked, begun) = (&arguments.side_by_side, Begun::new(&arguments.side_by_side)?);
    let keys =
        arguments.keys.iter().map(|typed| SweptKey::parse(typed)).collect::<Result<Vec<_>, StudyError>>();
    let keys = keys.map_err(Failure::usage)?;
    let draft = begun.draft(&arguments.input)?;
    let options = begun.options(&draft.scenario);
    let swept = begun.watched(&draft.scenario, |watch| {
        let told = Told { watch, is_quiet: asked.simulation.quiet };
        sweep_keys(&draft.builder, &keys, options, &told)
    })?;
    let write = |file: &PathBuf| write_file(file, swept.csv().as_bytes(), asked.figures.force.force);
    let table = arguments.csv.as_ref().map_or(Ok(()), write);
    let exit = begun.deliver(&swept, &[&arguments.input], &[])?;
    table?;
    Ok(match exit {
        // A goal that is missed somewhere is a miss, whatever it is elsewhere.
        Exit::CannotTell if is_missed_somewhere(&swept) => Exit::Missed,
        exit => exit,
    })
}

fn is_missed_somewhere(swept: &Document) -> bool {
    swept.points.iter().any(|point| point.status == GoalStatus::Missed)
}

/// The watch, that says what a large sweep costs before it runs.
struct Told<'a> {
    watch: &'a Progress,
    is_quiet: bool,
}

impl Observer for Told<'_> {
    fn progress(&self, finished: u64, target: u64) {
        self.watch.progress(finished, target);
    }

    fn expects(&self, replication_s: f64) {
        self.watch.expects(replication_s);
    }

    fn plans(&self, replications: u64, all_s: f64) {
        if all_s > WORTH_A_WORD_S && !self.is_quiet {
            let (replications, time) = (count(replications), duration(to_digits(all_s, 2)));
            // Who cannot read it misses nothing that matters.
            let _ = writeln!(
                std::io::stderr(),
                "About {time} of one core: {replications} replications of each point; fewer with --replications."
            );
        }
    }

    fn outgrown(&self, why: &TooLarge) {
        self.watch.outgrown(why);
    }

    fn stop(&self) -> Option<Stop> {
        self.watch.stop()
    }
}
