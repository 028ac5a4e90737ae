//! `[greylisting]`: the rules of the software, whose table it is, which nodes do it, and how much mail is a first contact.

use super::nodes::report_unknown_node;
use super::reading::{Reading, share};
use crate::node::greylisting::{FirstContacts, GreyTable, Greylisting};
use crate::parameters::words::value_of;
use crate::parameters::{GREYLISTING, greylist, span_at};
use crate::scenario::keys::greylisting::{DEFAULT_GREYLISTING, DEFAULT_NEW, DEFAULT_ZIPF};
use crate::scenario::model::Node;
use crate::syntax::diagnostic::code;
use crate::syntax::shape::EVERY;
use crate::syntax::tree::{Entry, Table, Value};

/// Reads the section, if there is one, and tells the nodes that greylist.
pub(super) fn read(document: &Table, nodes: &mut [Node], reading: &mut Reading) -> Option<Greylisting> {
    let entry = document.entry("greylisting")?;
    let table = entry.value.as_table()?;
    choose_nodes(table, nodes, reading);
    let preset = table.text("preset").unwrap_or(DEFAULT_GREYLISTING).to_owned();
    let mut rules = GREYLISTING.blank;
    if let Some(known) = reading.catalog.clone().greylisting(&preset) {
        reading.uses(known);
        rules = known.parameters;
    }
    greylist::read(table, &mut rules);
    if let Some(rule) = greylist::broken_rule(&rules) {
        report_rule(rule, entry, table, reading);
    }
    Some(Greylisting { preset, rules, table: whose(table), first_contacts: first_contacts(table, reading) })
}

fn report_rule(rule: &str, entry: &Entry, table: &Table, reading: &mut Reading) {
    let place = ["window", "delay"].into_iter().find_map(|key| table.get(key)).unwrap_or(&entry.value);
    let rule = rule.replace("greylist:", "greylisting:");
    reading
        .report
        .error(code::CONFLICT, &place.place, rule)
        .help("write a longer `window`, such as \"2d\", or a shorter `delay`");
}

fn choose_nodes(table: &Table, nodes: &mut [Node], reading: &mut Reading) {
    let Some(value) = table.get("nodes") else {
        return nodes.iter_mut().for_each(|node| node.greylists = true);
    };
    let items = value.as_list().unwrap_or(std::slice::from_ref(value));
    let names: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
    for item in items {
        match item.as_text() {
            Some(EVERY) => nodes.iter_mut().for_each(|node| node.greylists = true),
            Some(name) => match nodes.iter_mut().find(|node| node.name == name) {
                Some(node) => node.greylists = true,
                None => report_unknown_node(name, &item.place, &names, reading),
            },
            None => {}
        }
    }
}

fn whose(table: &Table) -> GreyTable {
    let lag = table.table("table").and_then(|choice| span_at(choice, "lag")).map(GreyTable::Lagging);
    let word = table.text("table").and_then(value_of);
    word.or(lag).unwrap_or(GreyTable::PerNode)
}

fn first_contacts(table: &Table, reading: &mut Reading) -> FirstContacts {
    let Some(value) = table.get("new") else {
        let text = "how much mail is a first contact is assumed (10 %): say it with `new` in [greylisting]";
        reading.caution("first-contacts-assumed", text.into());
        return FirstContacts::Share(DEFAULT_NEW);
    };
    let Some(known) = value.as_table() else {
        return FirstContacts::Share(share(value).unwrap_or(DEFAULT_NEW));
    };
    let number = known.get("correspondents").and_then(Value::as_integer);
    FirstContacts::Correspondents {
        number: number.and_then(|number| u64::try_from(number).ok()).unwrap_or(1),
        zipf: known.get("zipf").and_then(Value::as_number).unwrap_or(DEFAULT_ZIPF),
    }
}
