//! `mxsim man`: the manual pages, made from the same words as the help.

use crate::args::{Arguments, Man};
use crate::exit::{Exit, Failure};
use crate::output::{print, write_file};
use clap::CommandFactory as _;
use clap_mangen::Man as Page;
use mxsim_report::next;
use std::path::Path;

/// Prints the page of the whole command, or writes one page for each of its commands into a folder.
pub(crate) fn man(arguments: &Man) -> Result<Exit, Failure> {
    let mut whole = Arguments::command();
    // Names the pages of the commands `mxsim-run` and so on.
    whole.build();
    match &arguments.dir {
        None => print(&page(&whole)?)?,
        Some(folder) => write_pages(&whole, folder)?,
    }
    Ok(Exit::Met)
}

fn page(command: &clap::Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    let made = Page::new(command.clone()).render(&mut text);
    made.map_err(|error| Failure::file(format!("cannot make the manual page: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn write_pages(whole: &clap::Command, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::file(format!("cannot make {}: {error}", folder.display())))?;
    write_file(&folder.join("mxsim.1"), page(whole)?.as_bytes())?;
    for command in whole.get_subcommands().filter(|command| command.get_name() != "help") {
        let named = format!("mxsim-{}", command.get_name());
        write_file(
            &folder.join(format!("{named}.1")),
            page(&command.clone().display_name(named))?.as_bytes(),
        )?;
    }
    let folder = folder.display();
    print(&format!("wrote the pages to {folder}\n{}", next(&format!("man {folder}/mxsim.1"))))
}
