//! `mxsim presets`: how senders, resolvers, authorities and stubs behave, which populations there are, and who says so.

use crate::args::{Format, Presets};
use crate::exit::{Exit, Failure};
use crate::output::{print, screen_style};
use mxsim_core::catalog::{Catalog, PresetKind};
use mxsim_report::presets::{self, Shown};

/// Lists all presets, or shows one with every parameter.
pub(crate) fn presets(arguments: &Presets) -> Result<Exit, Failure> {
    if let Some(kind) = &arguments.template {
        print(&presets::template(kind_named(kind)?))?;
        return Ok(Exit::Met);
    }
    let catalog = arguments.presets.catalog()?;
    let shown = match &arguments.id {
        None => Shown::whole(&catalog),
        Some(id) => Shown::named(&catalog, id).ok_or_else(|| unknown(&catalog, id))?,
    };
    print(&match arguments.format {
        Format::Text | Format::Oneline => presets::screen(&shown, &screen_style()),
        Format::Json => presets::json(&shown),
        Format::Csv => presets::csv(&shown),
        Format::Md => presets::markdown(&shown),
    })?;
    Ok(Exit::Met)
}

fn kind_named(name: &str) -> Result<PresetKind, Failure> {
    PresetKind::named(name).ok_or_else(|| {
        let known = PresetKind::ALL.map(PresetKind::name).join(", ");
        Failure::usage(format!("--template: there is no kind of preset {name:?}; kinds are {known}"))
    })
}

fn unknown(catalog: &Catalog, id: &str) -> Failure {
    let help = match catalog.nearest(id) {
        Some(near) => format!("did you mean {near}?"),
        None => "`mxsim presets` lists them".to_owned(),
    };
    Failure::usage(format!("presets: there is no preset {id:?}; {help}"))
}
