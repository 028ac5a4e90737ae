//! `based_on`: a preset of one's own that says only what differs from one that comes with mxsim.

use super::embedded::{embedded_in, stem};
use crate::parameters::PresetKind;
use crate::syntax::diagnostic::{Place, Report, code};
use crate::syntax::tree::{Entry, Kind, Table, Value, parse_toml};

/// The key that names the other preset.
pub(super) const BASED_ON: &str = "based_on";

/// The file with everything in its place that it leaves to the preset it is based on. What it says itself is `assumed`, unless it brings
/// evidence.
pub(super) fn completed(kind: PresetKind, own: &Table, report: &mut Report) -> Table {
    let Some(id) = own.get(BASED_ON) else { return own.clone() };
    let Some(base) = id.as_text().and_then(|id| built_in(kind, id)) else {
        let ids: Vec<&str> = embedded_in(kind.name()).map(|(file, _)| stem(file)).collect();
        let message = format!(
            "based_on: expected a {} preset that comes with mxsim, found {}",
            kind.name(),
            id.quoted()
        );
        report
            .error(code::UNKNOWN_PRESET, &id.place, message)
            .help(format!("presets are {}", ids.join(", ")));
        return own.clone();
    };
    let mut whole = own.clone();
    for entry in &base.placed(&id.place).entries {
        match whole.entries.iter_mut().find(|known| known.key == entry.key) {
            None => whole.entries.push(entry.clone()),
            Some(known) if entry.key != "evidence" => fill(&mut known.value, &entry.value),
            Some(_) => {}
        }
    }
    let evidence = evidence(own, &base, &id.place);
    whole.entries.retain(|entry| entry.key != "evidence" && entry.key != "status");
    let status = own.entry("status").cloned();
    whole.entries.extend(
        [Some(evidence), status.or(Some(text("status", "provisional", &id.place)))].into_iter().flatten(),
    );
    whole
}

fn built_in(kind: PresetKind, id: &str) -> Option<Table> {
    let (file, content) = embedded_in(kind.name()).find(|(file, _)| stem(file) == id)?;
    parse_toml(&mut Report::new(file, content))?.as_table().cloned()
}

/// Adds the keys that a section leaves out.
fn fill(own: &mut Value, base: &Value) {
    let (Kind::Table(own), Some(base)) = (&mut own.kind, base.as_table()) else { return };
    let missing = base.entries.iter().filter(|entry| own.get(&entry.key).is_none()).cloned();
    let missing: Vec<Entry> = missing.collect();
    own.entries.extend(missing);
}

/// The evidence of the base, but for what the file says itself.
fn evidence(own: &Table, base: &Table, place: &Place) -> Entry {
    let empty = Table::default();
    let (mine, known) = (own.table("evidence").unwrap_or(&empty), base.table("evidence").unwrap_or(&empty));
    let mut entries = mine.entries.clone();
    for entry in &known.placed(place).entries {
        let (section, key) = entry.key.split_once('.').unwrap_or((&entry.key, ""));
        let is_own = own.table(section).is_some_and(|table| table.get(key).is_some());
        match (mine.get(&entry.key).is_some(), is_own) {
            (true, _) => {}
            (false, true) => entries.push(Entry { value: assumed(place), ..entry.clone() }),
            (false, false) => entries.push(entry.clone()),
        }
    }
    Entry {
        key: "evidence".into(),
        key_place: place.clone(),
        value: Value { kind: Kind::Table(Table { entries }), place: place.clone() },
    }
}

fn assumed(place: &Place) -> Value {
    let entries = vec![text("grade", "assumed", place), text("where", "set by this file", place)];
    Value { kind: Kind::Table(Table { entries }), place: place.clone() }
}

fn text(key: &str, value: &str, place: &Place) -> Entry {
    let value = Value { kind: Kind::Text(value.into()), place: place.clone() };
    Entry { key: key.into(), key_place: place.clone(), value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::results::Grade;
    use crate::sender::Stickiness;

    #[test]
    fn a_preset_of_ones_own_says_only_what_differs() {
        let text = "id = \"ours\"\ntitle = \"our relay\"\nbased_on = \"exchange_online\"\n[order]\nkeep = \"forever\"\n";
        let catalog = match Catalog::builtin().with([(PresetKind::Sender, "ours.toml", text)]) {
            Ok(catalog) => catalog,
            Err(errors) => panic!("{}", errors[0]),
        };
        let (ours, base) =
            (catalog.sender("ours").expect("ours"), catalog.sender("exchange_online").expect("base"));
        assert_eq!(ours.parameters.order.keep, Stickiness::Forever);
        assert_eq!(ours.parameters.limits, base.parameters.limits);
        assert_eq!(ours.evidence["order.keep"].grade, Grade::Assumed);
        assert_eq!(ours.evidence["retry.lifetime"], base.evidence["retry.lifetime"]);
        let wrong = text.replace("exchange_online", "groupwise");
        let errors = Catalog::builtin()
            .with([(PresetKind::Sender, "ours.toml", wrong.as_str())])
            .expect_err("no such preset");
        assert!(errors[0].to_string().contains("based_on: expected a sender preset"), "{}", errors[0]);
    }
}
