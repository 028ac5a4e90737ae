//! `mxsim init`: a commented scenario to start from.

mod zone;

use super::check::exit_for;
use crate::args::{Design, Init};
use crate::exit::{Exit, Failure};
use crate::files::write_file;
use crate::output::{print, screen_style};
use mxsim_report::{findings, message, next};
use std::path::Path;

impl Design {
    /// Its template, a valid scenario that says what it asks.
    const fn template(self) -> &'static str {
        match self {
            Self::EqualMx => mxsim_import::EQUAL_MX,
            Self::ManyA => include_str!("../../templates/many-a.toml"),
            Self::Backup => include_str!("../../templates/backup.toml"),
            Self::Uneven => include_str!("../../templates/uneven.toml"),
            Self::Migration => include_str!("../../templates/migration.toml"),
        }
    }
}

/// Prints the scenario, or writes it where nothing may be lost. A zone that gets no mail ends as `mxsim check` ends: what is written is its
/// scenario, mistakes and all.
pub(crate) fn init(arguments: &Init) -> Result<Exit, Failure> {
    let (text, findings, exit) = match &arguments.zone {
        None => (arguments.design.template().to_owned(), Vec::new(), Exit::Met),
        Some(file) => {
            let (text, read) = zone::put(arguments, file)?;
            let exit = exit_for(&read, arguments.exit_zero);
            (text, read.findings, exit)
        }
    };
    // What is wrong with the zone stands first in the scenario, too.
    let text = format!("{}{text}", findings::comments(&findings));
    match arguments.output.as_deref().filter(|path| *path != Path::new("-")) {
        // It stays a scenario, so that `mxsim init | mxsim run -` works: what to type next is a comment.
        None => print(&format!("{text}\n# Next: save this as site.toml, then: mxsim run site.toml\n"))?,
        Some(file) => {
            refuse_to_lose(file, arguments.force.force)?;
            write_file(file, text.as_bytes(), arguments.force.force)?;
            let file = file.display();
            print(&findings::screen(&findings, &screen_style()))?;
            print(&format!("{}\n{}", message(&format!("wrote {file}")), next(&format!("mxsim run {file}"))))?;
        }
    }
    Ok(exit)
}

/// A scenario that somebody wrote is not overwritten by accident.
fn refuse_to_lose(file: &Path, force: bool) -> Result<(), Failure> {
    if file.is_file() && !force {
        return Err(Failure::file(format!("{} is there already; --force overwrites it", file.display())));
    }
    Ok(())
}
