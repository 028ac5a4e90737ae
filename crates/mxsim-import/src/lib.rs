//! From files to scenarios: the one place, besides the command itself, that opens files.
//!
//! The zone text inside a scenario is read by the core, because a scenario may hold it in full; what is here finds the texts, makes
//! sure they are texts, and wraps a bare zone in the scenario that `mxsim ask` and `mxsim check` run.
//!
//! Whatever reads a scenario is handed the catalogue whose presets it may name: that of [`catalog`].
//!
//! Main functions: [`scenario`], [`scenario_or_zone`], [`zone_scenario`], [`equal_mx_scenario`], [`catalog`], [`read_text`]. Main types:
//! [`Question`], a zone without a scenario; [`TextKind`], what a text is.

mod catalog;
mod counts;
mod files;
mod kind;
mod question;
mod text;

pub use catalog::{catalog, catalog_of, preset_files};
pub use counts::counts;
pub use files::{Disk, Files, KeptFiles, Recorded};
pub use kind::TextKind;
pub use question::{
    EQUAL_MX, Question, domain_of_file, equal_mx_scenario, equal_mx_zone, zone_draft, zone_scenario,
};
pub use text::{MOST_BYTES, read_text, read_text_up_to};

use mxsim_core::catalog::Catalog;
use mxsim_core::scenario::{Format, RunOverrides, Scenario, ScenarioBuilder, ScenarioError, SourceText};
use std::fmt;
use std::path::Path;
use text::name_of;

/// Why something could not be brought in.
#[derive(Debug)]
pub enum ImportError {
    /// A file could not be read.
    File(String),
    /// What was read is not a text.
    Text(String),
    /// The scenario or zone in it is wrong.
    Scenario(Box<ScenarioError>),
    /// Presets are wrong; one error per file.
    Presets(Vec<ScenarioError>),
}

impl std::error::Error for ImportError {}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(why) | Self::Text(why) => f.write_str(why),
            Self::Scenario(error) => error.fmt(f),
            Self::Presets(errors) => {
                let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join("\n"))
            }
        }
    }
}

impl From<ScenarioError> for ImportError {
    fn from(error: ScenarioError) -> Self {
        Self::Scenario(Box::new(error))
    }
}

/// Reads the scenario at `path` (`-` is standard input), with the zone file it may name beside it.
///
/// # Errors
/// If a file cannot be read, is no text or no scenario, or the scenario is wrong.
pub fn scenario(path: &str, catalog: &Catalog, overrides: RunOverrides) -> Result<Scenario, ImportError> {
    scenario_of(&Disk, path, catalog, overrides)
}

/// The same where texts come from `files`.
///
/// # Errors
/// As [`scenario`].
pub fn scenario_of(
    files: &dyn Files,
    path: &str,
    catalog: &Catalog,
    overrides: RunOverrides,
) -> Result<Scenario, ImportError> {
    let text = files.read(path)?;
    match TextKind::of(path, &text) {
        // What says nothing is a scenario that lacks everything.
        TextKind::Scenario => read_scenario(files, path, text, (catalog, overrides)),
        TextKind::Zone if text.trim().is_empty() => read_scenario(files, path, text, (catalog, overrides)),
        TextKind::Zone => Err(ImportError::Text(format!(
            "{} holds records and no scenario; type: mxsim ask {path}, or: mxsim init --zone {path} -o site.toml",
            name_of(path)
        ))),
        other => Err(other_use(path, &other)),
    }
}

/// The same for a text that may be a bare zone instead of a scenario, and which of the two it is; `domain` is the mail domain, if the zone has
/// several.
///
/// # Errors
/// If a file cannot be read, is no text, or the scenario or zone is wrong.
pub fn scenario_or_zone(
    path: &str,
    domain: Option<&str>,
    catalog: &Catalog,
) -> Result<(Scenario, TextKind), ImportError> {
    let text = read_text(path)?;
    let kind = TextKind::of(path, &text);
    let scenario = match kind {
        TextKind::Zone => zone_scenario(path, Question { zone: &text, domain, top: &[] }, catalog)?,
        TextKind::Scenario => {
            let mut overrides = RunOverrides::default();
            overrides.domain = domain.map(str::to_owned);
            read_scenario(&Disk, path, text, (catalog, overrides))?
        }
        other => return Err(other_use(path, &other)),
    };
    Ok((scenario, kind))
}

/// A scenario that is read to be changed.
#[derive(Debug)]
pub struct Draft {
    /// Its document.
    pub builder: ScenarioBuilder,
    /// The scenario as it stands.
    pub scenario: Scenario,
}

/// Reads the scenario or bare zone at `path`, to make others of it; `domain` is the mail domain, if the zone has several.
///
/// # Errors
/// If a file cannot be read, is no text, or the scenario or zone is wrong.
pub fn draft(path: &str, domain: Option<&str>, catalog: &Catalog) -> Result<Draft, ImportError> {
    draft_of(&Disk, path, domain, catalog)
}

/// The same where texts come from `files`.
///
/// # Errors
/// As [`draft`].
pub fn draft_of(
    files: &dyn Files,
    path: &str,
    domain: Option<&str>,
    catalog: &Catalog,
) -> Result<Draft, ImportError> {
    let text = files.read(path)?;
    let (builder, scenario) = match TextKind::of(path, &text) {
        TextKind::Zone if !text.trim().is_empty() => {
            zone_draft(path, Question { zone: &text, domain, top: &[] }, catalog)?
        }
        TextKind::Scenario | TextKind::Zone => {
            ScenarioBuilder::read(&source_text(path, text), domain, catalog, &beside(files, path))?
        }
        other => return Err(other_use(path, &other)),
    };
    Ok(Draft { builder, scenario })
}

/// Reads the zone at `path`.
///
/// # Errors
/// If it cannot be read, or is a scenario or a document that mxsim wrote.
pub fn read_zone(path: &str) -> Result<String, ImportError> {
    let text = read_text(path)?;
    match TextKind::of(path, &text) {
        TextKind::Zone => Ok(text),
        TextKind::Scenario => Err(ImportError::Text(format!(
            "{} is a scenario and no zone; type: mxsim run {path}",
            name_of(path)
        ))),
        other => Err(other_use(path, &other)),
    }
}

/// What a text is that is neither scenario nor zone, and what to type instead.
fn other_use(path: &str, kind: &TextKind) -> ImportError {
    let name = name_of(path);
    ImportError::Text(match kind {
        TextKind::Document(schema) => document(path, schema),
        TextKind::Table("run") => format!(
            "{name} holds the results of a run as CSV, for spreadsheets; type: mxsim run site.toml -o run.json, then: mxsim report run.json"
        ),
        TextKind::Table(command) => format!(
            "{name} is a table that `mxsim {command}` printed, for spreadsheets; type: mxsim {command}"
        ),
        TextKind::MailLog(server) => format!(
            "{name} is a mail log of {server}, which is not read; count the messages that each node accepted and type, with your counts: mxsim judge 410 290 300"
        ),
        TextKind::Counts => {
            format!("{name} holds counts and neither scenario nor zone; type: mxsim judge {path}")
        }
        TextKind::Zone | TextKind::Scenario => format!("{name} is of another kind than this command takes"),
    })
}

/// What to type for a document that mxsim wrote itself.
fn document(path: &str, schema: &str) -> String {
    let name = name_of(path);
    let command = schema.strip_prefix("mxsim.").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    match command {
        "results" => format!("{name} holds the results of a run; type: mxsim report {path}"),
        "ask" | "check" | "trace" | "judge" | "presets" | "compare" | "fail" | "size" | "cutover"
        | "sweep" => format!(
            "{name} is what `mxsim {command} --format json` printed, for other programs; type: mxsim {command}, with what it was made from"
        ),
        _ => format!("{name} is a document with the schema {schema}, and neither scenario nor zone"),
    }
}

fn read_scenario(
    files: &dyn Files,
    path: &str,
    text: String,
    (catalog, overrides): (&Catalog, RunOverrides),
) -> Result<Scenario, ImportError> {
    Ok(Scenario::read_with(&source_text(path, text), catalog, &beside(files, path), overrides)?)
}

fn source_text(path: &str, text: String) -> SourceText {
    SourceText { name: name_of(path).into(), format: Format::guess(path, &text), text }
}

/// Opens the files that a scenario names, beside it.
fn beside(files: &dyn Files, path: &str) -> impl Fn(&str) -> Result<String, String> {
    let folder = Path::new(path).parent().unwrap_or(Path::new("")).to_owned();
    move |file| match file {
        "-" => Err("a scenario cannot take its zone from standard input".to_owned()),
        _ => files.read(&folder.join(file).to_string_lossy()).map_err(|error| error.to_string()),
    }
}
