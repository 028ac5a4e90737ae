//! `mxsim`: tells before roll-out how mail will spread over your MX hosts.
//!
//! Standard output carries the result, standard error progress and messages. Exit codes are in [`exit::Exit`].

mod args;
mod command;
mod diagnostics;
mod exit;
mod output;
mod watch;

use args::{Arguments, Command};
use clap::Parser;
use exit::{Exit, Failure};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let exit =
        std::panic::catch_unwind(|| dispatch(&arguments.command)).unwrap_or_else(|_| Err(Failure::bug()));
    match exit {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.tell();
            failure.exit.into()
        }
    }
}

fn dispatch(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Run(run) => command::run::run(run),
        Command::Check(check) => command::check::check(check),
        Command::Ask(ask) => command::ask::ask(ask),
        Command::Report(report) => command::report::report(report),
    }
}
