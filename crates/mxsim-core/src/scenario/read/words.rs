//! Words that people use for those of a scenario, understood where they can mean one thing only.
//!
//! The tree is rewritten before it is checked, so that everything after it knows one word for each thing; places stay those of the text.

use crate::catalog::Catalog;
use crate::parameters::PresetKind;
use crate::syntax::tree::{Entry, Kind, Table, Value};

/// Keys of the document.
const DOCUMENT: &[(&str, &str)] = &[("name", "title"), ("outage", "events"), ("outages", "events")];
/// Keys of an event.
const EVENT: &[(&str, &str)] =
    &[("start", "at"), ("begin", "at"), ("duration", "for"), ("host", "node"), ("nodes", "node")];
/// Words for faults.
const FAULT: &[(&str, &str)] = &[("no-greeting", "silent"), ("refused", "refuse"), ("refuses", "refuse")];

/// The document in the words of the reference.
pub(super) fn understood(mut root: Value, catalog: &Catalog) -> Value {
    let Kind::Table(document) = &mut root.kind else { return root };
    list_of_one(document, "outage");
    rename(document, DOCUMENT);
    each(document, "events", |event| {
        rename(event, EVENT);
        replace_text(event, "fault", |word| FAULT.iter().find(|(said, _)| *said == word).map(|(_, is)| *is));
    });
    each(document, "senders", |sender| {
        replace_text(sender, "preset", |name| catalog.called(PresetKind::Sender, name));
        replace_text(sender, "resolver", |name| catalog.called(PresetKind::Resolver, name));
        if let Some(mix) = sub_table(sender, "mix") {
            rename_presets(mix, catalog);
        }
    });
    if let Some(zone) = sub_table(document, "zone") {
        replace_text(zone, "authority", |name| catalog.called(PresetKind::Authority, name));
    }
    if let Some(greylisting) = sub_table(document, "greylisting") {
        replace_text(greylisting, "preset", |name| catalog.called(PresetKind::Greylisting, name));
    }
    if let Some(edges) = sub_table(document, "edge") {
        for name in names_in(edges) {
            if let Some(edge) = sub_table(edges, &name) {
                replace_text(edge, "preset", |name| catalog.called(PresetKind::Edge, name));
            }
        }
    }
    root
}

/// The keys of a table.
fn names_in(table: &Table) -> Vec<String> {
    table.entries.iter().map(|entry| entry.key.clone()).collect()
}

/// A section in single brackets is a list of one.
fn list_of_one(document: &mut Table, key: &str) {
    if let Some(Entry { value, .. }) = entry_mut(document, key)
        && matches!(value.kind, Kind::Table(_))
    {
        let one = value.clone();
        value.kind = Kind::List(vec![one]);
    }
}

/// Renames keys, unless the document has the key already.
fn rename(table: &mut Table, words: &[(&str, &str)]) {
    for (said, meant) in words {
        if table.get(meant).is_none()
            && let Some(entry) = table.entries.iter_mut().find(|entry| entry.key == *said)
        {
            entry.key = (*meant).to_owned();
        }
    }
}

/// Two names of one preset would be a key twice; they stay as they are, and the reader says what it does not know.
fn rename_presets(mix: &mut Table, catalog: &Catalog) {
    let known: Vec<String> = mix.entries.iter().map(|entry| entry.key.clone()).collect();
    for entry in &mut mix.entries {
        if let Some(id) = catalog.called(PresetKind::Sender, &entry.key)
            && !known.iter().any(|other| other == id)
        {
            entry.key = id.to_owned();
        }
    }
}

/// The tables of a list.
fn each(document: &mut Table, key: &str, mut change: impl FnMut(&mut Table)) {
    let Some(entry) = entry_mut(document, key) else { return };
    let Kind::List(items) = &mut entry.value.kind else { return };
    for item in items {
        if let Kind::Table(table) = &mut item.kind {
            change(table);
        }
    }
}

fn entry_mut<'t>(table: &'t mut Table, key: &str) -> Option<&'t mut Entry> {
    table.entries.iter_mut().find(|entry| entry.key == key)
}

fn sub_table<'t>(table: &'t mut Table, key: &str) -> Option<&'t mut Table> {
    match &mut entry_mut(table, key)?.value.kind {
        Kind::Table(table) => Some(table),
        _ => None,
    }
}

fn replace_text<'w>(table: &mut Table, key: &str, meant: impl FnOnce(&str) -> Option<&'w str>) {
    if let Some(Entry { value: Value { kind: Kind::Text(text), .. }, .. }) = entry_mut(table, key)
        && let Some(word) = meant(text)
    {
        *text = word.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;
    use crate::time::Time;

    const ZONE: &str =
        "[zone]\ntext = \"e.example. 300 MX 10 a.e.example.\\na.e.example. 300 A 192.0.2.1\"\n";

    fn read(rest: &str) -> Scenario {
        let (head, rest) = rest.split_once("---").unwrap_or(("", rest));
        match Scenario::from_toml(&format!("{head}\n{ZONE}{rest}")) {
            Ok(scenario) => scenario,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn what_people_call_things_is_understood() {
        for (said, preset) in [
            ("office365", "exchange_online"),
            ("o365", "exchange_online"),
            ("microsoft", "exchange_online"),
            ("google", "gmail"),
            ("Postfix", "postfix"),
        ] {
            let scenario = read(&format!("[[senders]]\npreset = \"{said}\"\n"));
            assert_eq!(scenario.senders[0].preset, preset);
        }
        assert_eq!(read("name = \"ours\"---").title, "ours");
        let mix = read("[[senders]]\nmix = { Postfix = 1, google = 2 }\n");
        assert_eq!(
            mix.senders.iter().map(|sender| sender.preset.as_str()).collect::<Vec<_>>(),
            ["postfix", "gmail"]
        );
    }

    #[test]
    fn an_outage_is_an_event() {
        let said =
            "[[outage]]\nstart = \"Tue 10:00\"\nduration = \"1h\"\nhost = \"a\"\nfault = \"no-greeting\"\n";
        let meant = "[[events]]\nat = \"1d 10:00\"\nfor = \"1h\"\nnode = \"a\"\nfault = \"silent\"\n";
        let week = "[run]\nrun_length = \"7d\"\n";
        let (said, meant) = (read(&format!("{week}{said}")), read(&format!("{week}{meant}")));
        assert_eq!(said.fingerprint(), meant.fingerprint());
        assert!(!said.nodes[0].faults.is_empty());
        assert_eq!(super::super::parse_moment("10am").ok(), Some(Time(36_000_000_000)));
    }

    #[test]
    fn what_may_mean_two_things_is_answered_with_the_line_to_write() {
        let event = "[[events]]\nat = \"10:00\"\nfor = \"1h\"\nnode = \"a\"\n";
        for (rest, line) in [
            (format!("{event}fault = \"reboot\"\n"), "fault = \"drop\""),
            (format!("{event}fault = \"down\"\n"), "fault = \"drop\""),
            ("[nodes.a]\npriority = 20\n".to_owned(), "IN MX 20"),
        ] {
            let Err(error) = Scenario::from_toml(&format!("{ZONE}{rest}")) else { panic!("{rest}") };
            let help = error.diagnostics[0].help.clone().unwrap_or_default();
            assert!(error.diagnostics.len() == 1 && help.contains(line), "{error}");
        }
    }

    #[test]
    fn a_number_that_may_be_read_in_two_ways_is_said() {
        let codes = |rest: &str| -> Vec<String> {
            read(rest).findings.into_iter().map(|finding| finding.code).collect()
        };
        assert_eq!(codes("[traffic]\nmessages_per_day = 50.000\n"), ["number-with-dot"]);
        assert_eq!(codes("[traffic]\nmessages_per_day = 50_000\n"), [""; 0]);
        assert_eq!(codes("[traffic]\nmessages_per_day = 50.5\n"), [""; 0]);
        assert_eq!(codes("[[senders]]\nname = \"Outlook\"\n"), ["sender-like-preset"]);
        assert_eq!(codes("[[senders]]\nname = \"our own\"\n"), [""; 0]);
    }
}
