//! The command worth typing after a run: what it asks for has to differ from what has just been seen.

use crate::shell::word;
use crate::text::{Files, worst_first};
use crate::words::zone_file;
use mxsim_core::numerals::clock;
use mxsim_core::results::{Answer, Results, SenderResult, Subject};
use std::ffi::OsStr;
use std::path::Path;

/// A command that is longer is replaced by a plainer one (bytes).
const LONGEST: usize = 200;

/// The command as it can be pasted into a shell; `is_full` if the long page is what has just been seen.
pub(crate) fn next_command(results: &Results, files: &Files<'_>, is_full: bool) -> String {
    let verdict = &results.verdict;
    let is_open = verdict.answer == Answer::CannotTell && verdict.longer_run.is_none();
    let more = results.more_replications().filter(|_| is_open);
    let all = more.map(|more| results.provenance.replications.saturating_add(more));
    if let Some(zone) = zone_file(files) {
        let (zone, scenario) = (word(zone), scenario_for(zone));
        let scenario = word(&scenario);
        return match all {
            Some(all) => format!("mxsim ask {zone} --replications {all}"),
            None => format!("mxsim init --zone {zone} -o {scenario}; mxsim run {scenario}"),
        };
    }
    let scenario = word(files.scenario.unwrap_or("SCENARIO"));
    // A run of another length is another run.
    let length_asked =
        files.run_length.map_or_else(String::new, |length| format!(" --run-length {}", word(length)));
    let longer = verdict.longer_run.and_then(|longer| longer.run_length_s);
    match (all, longer, trace(results)) {
        (Some(all), _, _) => format!("mxsim run {scenario}{length_asked} --replications {all}"),
        (_, Some(seconds), _) => {
            format!("mxsim run {scenario} --run-length {}", length(seconds))
        }
        (_, _, Some(trace)) if files.scenario.is_some() && trace.len() < LONGEST => {
            format!("mxsim trace {scenario}{trace}")
        }
        _ => {
            let again = match files.results {
                Some(results) => format!("mxsim report {}", word(results)),
                None => format!("mxsim run {scenario}{length_asked}"),
            };
            let is_good = matches!(verdict.answer, Answer::Yes | Answer::YesRoughly);
            let figures = if files.results.is_some() { "--figures ." } else { "-o run.json --figures ." };
            // Who has heard a no needs the numbers behind it before a picture of them.
            format!("{again} {}", if is_good || is_full { figures } else { "--full" })
        }
    }
}

/// A length of time as the command line takes it.
fn length(seconds: f64) -> String {
    let whole = |unit: f64| seconds % unit == 0.0;
    match () {
        () if whole(86_400.0) => format!("{}d", seconds / 86_400.0),
        () if whole(3_600.0) => format!("{}h", seconds / 3_600.0),
        () => format!("{seconds}s"),
    }
}

/// A scenario named after its zone, so that none of another zone is run in its place.
fn scenario_for(zone: &str) -> String {
    let stem = Path::new(zone).file_stem().and_then(OsStr::to_str).filter(|stem| *stem != "FILE");
    format!("{}.toml", stem.unwrap_or("site"))
}

/// Where to look at one message: of what is lost or late that of the sender that makes most of the trouble, when the first event begins; one that is
/// deferred or bounced if nothing begins. Of a split that is off, that of the sender which moves it most.
fn trace(results: &Results) -> Option<String> {
    let verdict = &results.verdict;
    let others = verdict.others.iter().map(|other| other.subject);
    let is_about_mail = |subject: &Subject| matches!(subject, Subject::Loss | Subject::Delay);
    match (verdict.answer, verdict.subject) {
        (Answer::No, Subject::IdleHost | Subject::Target) => of_cause(results),
        (Answer::No, subject) if is_about_mail(&subject) => of_trouble(results, subject),
        // Mail that is lost or late beside the answer.
        (Answer::No | Answer::Yes | Answer::YesRoughly, _) => {
            others.into_iter().find(is_about_mail).and_then(|subject| of_trouble(results, subject))
        }
        (Answer::DependsOn | Answer::CannotTell, _) => None,
    }
}

/// A message of the sender that moves the split most; none where an outage does.
fn of_cause(results: &Results) -> Option<String> {
    let sender = results.causes.first().map(|cause| &cause.sender).filter(|_| results.events.is_empty());
    sender.map(|sender| format!(" --sender {}", word(sender)))
}

fn of_trouble(results: &Results, subject: Subject) -> Option<String> {
    let trouble = |sender: &SenderResult| match subject {
        Subject::Loss => (sender.totals.bounced as f64, sender.totals.waiting as f64),
        _ => (waited(sender), 0.0),
    };
    let senders = results.wanted_senders().filter(|sender| trouble(sender) > (0.0, 0.0));
    // Of equals the first: `max_by` takes the last.
    let more = |a: &&SenderResult, b: &&SenderResult| {
        let (a, b) = (trouble(a), trouble(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    };
    let worst = senders.rev().max_by(more)?;
    let begins = worst_first(results).into_iter().find_map(|event| event.begins_s);
    let gives_up_or_waits = worst.totals.bounced > 0
        || worst.greylisted.is_some()
        || worst.late.is_some_and(|late| late.value > 0.0);
    let at = begins.map_or_else(String::new, |begins| format!(" --at {}", word(&clock(begins))));
    let deferred = if gives_up_or_waits { " --deferred" } else { "" };
    Some(format!(" --sender {}{at}{deferred}", word(&worst.name)))
}

/// How long the mail of a sender waits together, at least (s): what is late has waited an hour.
fn waited(sender: &SenderResult) -> f64 {
    let late = sender.late.map_or(0.0, |late| late.value) * sender.totals.messages as f64 * 3_600.0;
    late + sender.delay.map_or(0.0, |delay| delay.mean) * sender.totals.accepted as f64
}
