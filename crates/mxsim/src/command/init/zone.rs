//! Somebody's own zone in the place of a template's.

use crate::args::{Design, Init};
use crate::exit::Failure;
use mxsim_core::catalog::Catalog;
use mxsim_core::scenario::Scenario;
use mxsim_core::syntax::literal;
use mxsim_import::{ImportError, Question};

/// The template of the design with the zone lines of `file`, `-` for standard input, and what they were read as.
pub(super) fn put(arguments: &Init, file: &str) -> Result<(String, Scenario), Failure> {
    let design = arguments.design;
    if design == Design::Migration {
        let why = "init: a migration changes records by name, so it cannot take a zone; edit its [zone] and [[changes]]";
        return Err(Failure::usage(why));
    }
    let zone = mxsim_import::read_zone(file)?;
    let question = Question { zone: &zone, domain: arguments.mail.domain.as_deref(), top: &arguments.top };
    // Errors in the lines point at the lines.
    let read = mxsim_import::zone_scenario(file, question, Catalog::builtin())?;
    let domain = read.zones[0].zone.domain.as_str();
    // A domain that the lines do not name has to be written down.
    let is_said = Scenario::from_toml(&question.scenario_text(mxsim_import::EQUAL_MX)).is_ok();
    let question = Question { domain: question.domain.or((!is_said).then_some(domain)), ..question };
    let text = with_examples(design, &question.scenario_text(design.template()), &read);
    let text = with_nodes(design, &text, &read)?;
    // What is handed out has to be a scenario.
    Scenario::from_toml(&text).map_err(ImportError::from)?;
    Ok((text, read))
}

/// The node and the host that the examples of the template are about.
const fn example(design: Design) -> (&'static str, &'static str) {
    match design {
        Design::EqualMx => ("mx1", "mx1.example.com."),
        Design::ManyA => ("mail/1", "mail.example.com."),
        Design::Backup => ("mail", "mail.example.com."),
        Design::Uneven => ("mx2", "mx2.example.com."),
        Design::Migration => ("new1", "old.example.com."),
    }
}

/// The text with a host of the zone in the commented examples, so that they can be taken as they stand. The last one: a live section may be
/// about the first.
fn with_examples(design: Design, text: &str, read: &Scenario) -> String {
    let Some(node) = read.nodes.iter().rev().find(|node| node.fair_share > 0.0) else {
        return text.to_owned();
    };
    let (name, host) = example(design);
    let key = if name.contains('/') { literal::text(name) } else { name.to_owned() };
    let own = literal::text(&node.name);
    text.replace(&format!("# [nodes.{key}]"), &format!("# [nodes.{own}]"))
        .replace(&format!("# node = \"{name}\""), &format!("# node = {own}"))
        .replace(&format!("#   {host}"), &format!("#   {}.", node.host))
}

/// The template with its node's name replaced by one of the zone.
fn with_nodes(design: Design, text: &str, read: &Scenario) -> Result<String, Failure> {
    let node = read.nodes.iter().find(|node| node.fair_share > 0.0);
    let name = || node.map(|node| literal::text(&node.name));
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
