//! `traffic.population`: the senders of a population beside those the scenario writes, or all of them where it writes none.

use super::reading::{Reading, share};
use crate::catalog::{DEFAULT_POPULATION, Population};
use crate::scenario::model::Mix;
use crate::syntax::diagnostic::{Place, code};
use crate::syntax::tree::{Entry, Kind, Table, Value, shortened};

/// What is left for a population below this is nothing, for the sake of rounded decimals.
const NOTHING: f64 = 1e-9;

/// Keys of a population's sender that give way to a `preset` or `mix` of the scenario.
const BEHAVIOUR: [&str; 3] = ["preset", "mix", "sticky"];

/// The senders of the scenario with those of its population, and how far the mix is known.
#[derive(Debug)]
pub(super) struct Peopled {
    pub(super) senders: Vec<Value>,
    pub(super) mix: Mix,
}

/// Lays the senders that the scenario writes over those of the population it names; `None` if it names none and has senders.
///
/// An entry with the name of one of the population's senders changes that one, any other comes on top. Shares that are written hold; the
/// population's senders share out what they leave, in proportion.
pub(super) fn read(document: &Table, written: &[(&Value, &Table)], reading: &mut Reading) -> Option<Peopled> {
    let named = document.table("traffic").and_then(|traffic| traffic.get("population"));
    let place = named.map_or(Place::File, |named| named.place.clone());
    let id = match named {
        Some(named) => named.as_text()?,
        None if written.is_empty() => default(reading),
        None => return None,
    };
    let catalog = reading.catalog.clone();
    let population = catalog.population(id)?;
    reading.uses_population(population);
    refuse_rest(written, reading);
    let written: Vec<(&Value, &Table)> =
        written.iter().copied().filter(|(_, own)| !takes_rest(own)).collect();
    let is_wanted = |table: &Table| table.get("wanted").and_then(Value::as_boolean) != Some(false);
    let of_mail = written.iter().filter(|(_, table)| is_wanted(table));
    let given: f64 = of_mail.filter_map(|(_, table)| table.get("share").and_then(share)).sum();
    let mine = |sender: &Table| written.iter().find(|(_, own)| own.text("name") == sender.text("name"));
    let unsaid = |sender: &&Table| mine(sender).is_none_or(|(_, own)| own.get("share").is_none());
    let of_mail = population.senders.iter().filter(|sender| is_wanted(sender));
    let total: f64 = of_mail.filter(unsaid).filter_map(own_share).sum();
    let left = 1.0 - given;
    let mut senders = Vec::new();
    for sender in &population.senders {
        let own = mine(sender);
        let own_part = own_share(sender).unwrap_or(0.0);
        // What nobody waits for comes beside the mail, whatever that is made of.
        let part = if is_wanted(sender) { own_part / total * left } else { own_part };
        if unsaid(&sender) && left <= NOTHING {
            continue;
        }
        senders.push(laid_over(sender, own, part, &place));
    }
    let is_new = |(_, own): &&(&Value, &Table)| {
        !population.senders.iter().any(|sender| own.text("name") == sender.text("name"))
    };
    senders.extend(written.iter().filter(is_new).map(|(value, _)| (*value).clone()));
    Some(Peopled { senders, mix: mix(population) })
}

/// The population of a scenario that names neither it nor a sender.
fn default(reading: &mut Reading) -> &'static str {
    let text = format!(
        "the scenario names no sender, so those of the population {DEFAULT_POPULATION} are assumed; add [[senders]] for yours"
    );
    reading.caution("default-senders", text);
    DEFAULT_POPULATION
}

fn mix(population: &Population) -> Mix {
    Mix {
        population: population.id.clone(),
        concentration: population.concentration,
        grade: population.weakest_grade(),
    }
}

fn takes_rest(sender: &Table) -> bool {
    sender.text("share") == Some("rest")
}

/// `"rest"` is what the population takes, so no entry can have it too.
fn refuse_rest(written: &[(&Value, &Table)], reading: &mut Reading) {
    for (_, table) in written.iter().filter(|(_, table)| takes_rest(table)) {
        let Some(entry) = table.entry("share") else { continue };
        let name = shortened(table.text("name").unwrap_or("a sender"));
        let message = format!("sender {name}: the population takes the rest already");
        reading
            .report
            .error(code::CONFLICT, &entry.value.place, message)
            .help("write its share, or leave `population` out");
    }
}

fn own_share(sender: &Table) -> Option<f64> {
    sender.get("share").and_then(share)
}

/// The population's sender with what the scenario says in its place.
fn laid_over(sender: &Table, own: Option<&(&Value, &Table)>, part: f64, place: &Place) -> Value {
    let empty = Table::default();
    let table = own.map_or(&empty, |(_, table)| *table);
    let behaves = table.get("preset").is_some() || table.get("mix").is_some();
    let keeps = table.table("order").is_some_and(|order| order.get("keep").is_some());
    let gives_way = |key: &str| {
        (behaves && BEHAVIOUR.contains(&key)) || (keeps && key == "sticky") || table.get(key).is_some()
    };
    let mut entries = table.entries.clone();
    for entry in sender.entries.iter().filter(|entry| !gives_way(&entry.key)) {
        let value = if entry.key == "share" {
            Value { kind: Kind::Float(part), place: place.clone() }
        } else {
            entry.value.placed(place)
        };
        entries.push(Entry { key: entry.key.clone(), key_place: place.clone(), value });
    }
    Value {
        kind: Kind::Table(Table { entries }),
        place: own.map_or(place, |(value, _)| &value.place).clone(),
    }
}
