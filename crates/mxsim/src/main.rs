//! `mxsim`: tells before roll-out how mail will spread over your MX hosts.
//!
//! Standard output carries the result, standard error progress and messages. Exit codes are in [`exit::Exit`].

mod args;
mod command;
mod exit;
mod figures;
mod files;
mod memory;
mod output;
mod progress;
mod threads;
mod watchdog;

use args::{Arguments, Command};
use clap::Parser;
use exit::{Exit, Failure};
use mxsim_core::outgoing::error_text;
use mxsim_report::{WIDTH, message};
use std::panic::UnwindSafe;
use std::process::ExitCode;

fn main() -> ExitCode {
    memory::make_room();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error).into(),
    };
    match guarded(|| dispatch(&arguments.command)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.tell();
            failure.exit.into()
        }
    }
}

/// Prints help to standard output, or what is wrong with the command line to standard error.
fn usage(error: &clap::Error) -> Exit {
    if error.use_stderr() {
        let text = error.render().to_string();
        let lines: Vec<String> = text.lines().map(fitting).collect();
        Failure::new(Exit::Usage, lines.join("\n")).tell();
        return Exit::Usage;
    }
    match error.print() {
        Err(failed) if failed.kind() != std::io::ErrorKind::BrokenPipe => {
            let failure = Failure::file(format!("cannot write to standard output: {failed}"));
            failure.tell();
            failure.exit
        }
        _ => Exit::Met,
    }
}

/// clap indents its lines, but does not wrap what is wrong, and repeats it as it was typed.
fn fitting(line: &str) -> String {
    let line = error_text(line);
    if line.chars().count() <= WIDTH { line } else { message(&line) }
}

/// A panic becomes an exit code of its own, so that no script takes it for an answer.
fn guarded(work: impl FnOnce() -> Result<Exit, Failure> + UnwindSafe) -> Result<Exit, Failure> {
    std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Failure::bug()))
}

fn dispatch(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Run(run) => command::run::run(run),
        Command::Compare(compare) => command::compare::compare(compare),
        Command::Fail(fail) => command::fail::fail(fail),
        Command::Size(size) => command::size::size(size),
        Command::Sweep(sweep) => command::sweep::sweep(sweep),
        Command::Cutover(cutover) => command::cutover::cutover(cutover),
        Command::Check(check) => command::check::check(check),
        Command::Ask(ask) => command::ask::ask(ask),
        Command::Merge(merge) => command::merge::merge(merge),
        Command::Report(report) => command::report::report(report),
        Command::Trace(trace) => command::trace::trace(trace),
        Command::Judge(judge) => command::judge::judge(judge),
        Command::Init(init) => command::init::init(init),
        Command::Presets(presets) => command::presets::presets(presets),
        Command::Schema(_) => command::schema::schema(),
        Command::Completions(completions) => command::completions::completions(completions),
        Command::Man(man) => command::man::man(man),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_fault_of_mxsim() {
        let failure = guarded(|| panic!("on purpose")).expect_err("a failure");
        assert_eq!(failure.exit as u8, 70);
        assert!(format!("{failure:?}").contains("this is a fault of mxsim, not yours"));
        assert!(matches!(guarded(|| Ok(Exit::Met)), Ok(Exit::Met)));
    }
}
