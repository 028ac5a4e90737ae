//! Somebody's own zone in the place of a template's.

use crate::args::Design;
use crate::exit::Failure;
use mxsim_core::catalog::Catalog;
use mxsim_core::scenario::Scenario;

/// The template of `design` with the zone lines of `file`, `-` for standard input.
pub(super) fn put(design: Design, file: &str) -> Result<String, Failure> {
    if design == Design::Migration {
        let why = "init: a migration changes records by name, so it cannot take a zone; edit its [zone] and [[changes]]";
        return Err(Failure::usage(why));
    }
    let zone = mxsim_import::read_text(file)?;
    // Errors in the lines point at the lines.
    let read = mxsim_import::zone_scenario(file, &zone, &[], Catalog::builtin())?;
    let lines = zone.replace("\r\n", "\n");
    let text = with_nodes(design, &with_lines(design.template(), lines.trim_matches('\n')), &read)?;
    // What is handed out has to be a scenario.
    Scenario::from_toml(&text).map_err(mxsim_import::ImportError::from)?;
    Ok(text)
}

/// The template with other zone lines.
fn with_lines(template: &str, lines: &str) -> String {
    const OPEN: &str = "\ntext = \"\"\"\n";
    let (before, rest) = template.split_once(OPEN).unwrap_or((template, ""));
    let (_, after) = rest.split_once("\n\"\"\"\n").unwrap_or(("", ""));
    let lines = lines.replace('\\', "\\\\").replace("\"\"\"", "\"\"\\\"");
    format!("{before}{OPEN}{lines}\n\"\"\"\n{after}")
}

/// The template with its node's name replaced by one of the zone.
fn with_nodes(design: Design, text: &str, read: &Scenario) -> Result<String, Failure> {
    let node = read.nodes.iter().find(|node| node.fair_share > 0.0);
    let name = || node.map(|node| serde_json::Value::from(node.name.as_str()).to_string());
    let none = || Failure::invalid("init: the zone has no MX host with an address, so no node can be named");
    Ok(match design {
        Design::EqualMx | Design::ManyA | Design::Migration => text.to_owned(),
        Design::Backup => text.replace("node = \"mail\"", &format!("node = {}", name().ok_or_else(none)?)),
        Design::Uneven => {
            let section = "[nodes.mx1]\nweight = 2\n# Both addresses are this machine.\naddresses = [\"203.0.113.10\", \"203.0.113.13\"]";
            text.replace(section, &format!("[nodes.{}]\nweight = 2", name().ok_or_else(none)?))
        }
    })
}
