//! `based_on`: a preset of one's own that says only what differs from another, one that comes with mxsim or another of one's own.

use super::aliases::called;
use super::embedded::{embedded_in, stem};
use crate::parameters::PresetKind;
use crate::syntax::diagnostic::{Place, Report, code};
use crate::syntax::tree::{Entry, Kind, Table, Value, parse_toml, shortened};
use std::collections::BTreeMap;

/// The key that names the other preset.
pub(super) const BASED_ON: &str = "based_on";

/// The presets of one's own, for others to be based on.
#[derive(Debug, Clone, Default)]
pub(super) struct Bases {
    /// Those that are read together, as their files have them.
    files: BTreeMap<(PresetKind, String), Table>,
    /// Those that were added before, complete.
    known: BTreeMap<(PresetKind, String), Table>,
}

/// Why there is no base.
enum NoBase {
    /// Nothing is called so.
    Unknown(String),
    /// The presets of a chain that comes back to where it began.
    Circle(Vec<String>),
}

impl Bases {
    /// Adds a file that is about to be read. One that is no TOML or has no `id` is nothing to be based on.
    pub(super) fn add(&mut self, kind: PresetKind, file: &str, text: &str) {
        let document = parse_toml(&mut Report::new(file, text));
        let table = document.as_ref().and_then(Value::as_table);
        if let Some((id, table)) = table.and_then(|table| Some((table.text("id")?, table))) {
            self.files.insert((kind, id.to_owned()), table.clone());
        }
    }

    /// Keeps what was read, complete, for files that are added later.
    pub(super) fn settle(&mut self) {
        let whole = |((kind, id), table): (&(PresetKind, String), &Table)| {
            let whole = self.whole(*kind, table, &mut vec![id.clone()]).ok()?;
            Some(((*kind, id.clone()), whole))
        };
        let complete: Vec<_> = self.files.iter().filter_map(whole).collect();
        self.known.extend(complete);
        self.files.clear();
    }

    /// The preset with what it leaves to others; `chain` holds the ids that led to it and its own.
    fn whole(&self, kind: PresetKind, own: &Table, chain: &mut Vec<String>) -> Result<Table, NoBase> {
        let Some((id, place)) = own.get(BASED_ON).and_then(|id| Some((id.as_text()?, &id.place))) else {
            return Ok(own.clone());
        };
        Ok(laid_over(own, &self.find(kind, id, chain)?, place))
    }

    /// A preset that takes the place of another may be based on that one; any other way back to itself is a circle.
    fn find(&self, kind: PresetKind, id: &str, chain: &mut Vec<String>) -> Result<Table, NoBase> {
        let takes_its_place = chain.last().is_some_and(|last| last == id);
        if let Some(table) = self.files.get(&(kind, id.to_owned())).filter(|_| !takes_its_place) {
            let is_circle = chain.iter().any(|before| before == id);
            chain.push(id.to_owned());
            return if is_circle {
                Err(NoBase::Circle(chain.clone()))
            } else {
                self.whole(kind, table, chain)
            };
        }
        let known = self.known.get(&(kind, id.to_owned())).cloned();
        known.or_else(|| built_in(kind, id)).ok_or_else(|| NoBase::Unknown(id.to_owned()))
    }

    fn ids(&self, kind: PresetKind) -> Vec<&str> {
        let own = self.files.keys().chain(self.known.keys());
        let own = own.filter(|(of, _)| *of == kind).map(|(_, id)| id.as_str());
        own.chain(embedded_in(kind.name()).map(|(file, _)| stem(file))).collect()
    }
}

/// The file with everything in its place that it leaves to the preset it is based on. What it says itself is `assumed`, unless it brings
/// evidence.
pub(super) fn completed(kind: PresetKind, own: &Table, bases: &Bases, report: &mut Report) -> Table {
    let id = own.text("id").unwrap_or_default().to_owned();
    bases.whole(kind, own, &mut vec![id]).unwrap_or_else(|why| {
        let (message, help) = match why {
            NoBase::Unknown(id) => (
                format!("based_on: there is no {} preset {}", kind.name(), shortened(&id)),
                format!("presets are {}", bases.ids(kind).join(", ")),
            ),
            NoBase::Circle(chain) => (
                format!("based_on: the presets {} are based on each other", chain.join(" -> ")),
                "let one of them say everything, or base it on a preset that comes with mxsim".to_owned(),
            ),
        };
        let place = own.get(BASED_ON).map_or(Place::File, |id| id.place.clone());
        report.error(code::UNKNOWN_PRESET, &place, message).help(help);
        own.clone()
    })
}

/// Puts what `own` leaves out in its place; errors in that point at the base's name.
fn laid_over(own: &Table, base: &Table, place: &Place) -> Table {
    let mut whole = own.clone();
    for entry in &base.placed(place).entries {
        match whole.entries.iter_mut().find(|known| known.key == entry.key) {
            None if entry.key == BASED_ON => {}
            None => whole.entries.push(entry.clone()),
            Some(known) if entry.key != "evidence" => fill(&mut known.value, &entry.value),
            Some(_) => {}
        }
    }
    let evidence = evidence(own, base, place);
    whole.entries.retain(|entry| entry.key != "evidence" && entry.key != "status");
    let status = own.entry("status").cloned();
    whole.entries.extend(
        [Some(evidence), status.or(Some(text("status", "provisional", place)))].into_iter().flatten(),
    );
    whole
}

/// A preset that comes with mxsim, under any of its names.
fn built_in(kind: PresetKind, name: &str) -> Option<Table> {
    let ids: Vec<&str> = embedded_in(kind.name()).map(|(file, _)| stem(file)).collect();
    let id = called(kind, name, &ids)?;
    let (file, content) = embedded_in(kind.name()).find(|(file, _)| stem(file) == id)?;
    parse_toml(&mut Report::new(file, content))?.into_table()
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
        assert!(
            errors[0].to_string().contains("based_on: there is no sender preset \"groupwise\""),
            "{}",
            errors[0]
        );
    }

    fn file(id: &str, base: &str, rest: &str) -> String {
        format!("id = \"{id}\"\ntitle = \"t\"\nbased_on = \"{base}\"\n{rest}")
    }

    fn with(catalog: &Catalog, files: &[&str]) -> Result<Catalog, String> {
        let files = files.iter().map(|text| (PresetKind::Sender, "ours.toml", *text));
        catalog.with(files).map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    /// A chain may be written in any order, over several folders, and may begin at a preset under another of its names.
    #[test]
    fn a_chain_of_presets_adds_up() {
        let third = file("third", "second", "[reuse]\nmessages = 7\n");
        let second = file("second", "first", "[order]\nkeep = \"forever\"\n");
        let first = file("first", "Office 365", "[limits]\nhosts = 3\n");
        let at_once = with(Catalog::builtin(), &[&third, &second, &first]).expect("a chain");
        let later =
            with(Catalog::builtin(), &[&second, &first]).and_then(|catalog| with(&catalog, &[&third]));
        for catalog in [at_once, later.expect("a chain over two folders")] {
            let preset = catalog.sender("third").expect("the third");
            let parameters = &preset.parameters;
            assert_eq!(parameters.order.keep, Stickiness::Forever);
            assert_eq!(parameters.limits.hosts, Some(3));
            assert_eq!(preset.evidence["limits.hosts"].grade, Grade::Assumed);
            assert_eq!(
                parameters.retry,
                Catalog::builtin().sender("exchange_online").expect("it").parameters.retry
            );
        }
    }

    #[test]
    fn a_preset_may_be_based_on_the_one_whose_place_it_takes() {
        let catalog =
            with(Catalog::builtin(), &[&file("postfix", "postfix", "[order]\nkeep = \"forever\"\n")]);
        assert!(catalog.expect("a preset").sender("postfix").expect("it").replaces);
    }

    #[test]
    fn circles_and_missing_ends_are_refused() {
        let circle =
            with(Catalog::builtin(), &[&file("a", "b", ""), &file("b", "a", "")]).expect_err("a circle");
        assert!(circle.contains("a -> b -> a are based on each other"), "{circle}");
        assert!(
            with(Catalog::builtin(), &[&file("a", "a", "")])
                .expect_err("itself")
                .contains("there is no sender")
        );
        let no_end =
            with(Catalog::builtin(), &[&file("a", "b", ""), &file("b", "c", "")]).expect_err("no end");
        assert_eq!(no_end.matches("there is no sender preset \"c\"").count(), 2, "{no_end}");
    }
}
