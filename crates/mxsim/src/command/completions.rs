//! `mxsim completions`: a script that teaches a shell what can be typed.

use crate::args::{Arguments, Completions};
use crate::exit::{Exit, Failure};
use crate::output::print;
use clap::CommandFactory as _;

/// Prints the script of one shell.
pub(crate) fn completions(arguments: &Completions) -> Result<Exit, Failure> {
    // Made in memory first: the generator panics if a writer fails, and a full disk is no fault of ours.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "mxsim", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Met)
}
