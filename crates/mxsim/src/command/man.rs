//! `mxsim man`: the manual pages, made from the same words as the help.

use crate::args::{Arguments, Man};
use crate::exit::{Exit, Failure};
use crate::files::write_set;
use crate::output::print;
use clap::CommandFactory as _;
use clap_mangen::Man as Page;
use mxsim_report::{message, next};
use std::path::Path;

/// Prints the page of the whole command, or writes one page for each of its commands into a folder.
pub(crate) fn man(arguments: &Man) -> Result<Exit, Failure> {
    let mut whole = Arguments::command();
    // Names the pages of the commands `mxsim-run` and so on.
    whole.build();
    match &arguments.dir {
        None => print(&page(&whole)?)?,
        Some(folder) => write_pages(&whole, folder, arguments.force.force)?,
    }
    Ok(Exit::Met)
}

fn page(command: &clap::Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    let made = Page::new(command.clone()).render(&mut text);
    made.map_err(|error| Failure::file(format!("cannot make the manual page: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn write_pages(whole: &clap::Command, folder: &Path, force: bool) -> Result<(), Failure> {
    let mut pages = vec![("mxsim.1".to_owned(), page(whole)?.into_bytes())];
    for command in whole.get_subcommands().filter(|command| command.get_name() != "help") {
        let named = format!("mxsim-{}", command.get_name());
        pages.push((format!("{named}.1"), page(&command.clone().display_name(named))?.into_bytes()));
    }
    write_set(folder, &pages, force)?;
    let folder = folder.display();
    let wrote = message(&format!("wrote the pages to {folder}"));
    print(&format!("{wrote}\n{}", next(&format!("man {folder}/mxsim.1"))))
}
