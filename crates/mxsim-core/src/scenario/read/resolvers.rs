//! `[resolvers.NAME]`: caches between a sender and the authority.

use super::reading::Reading;
use crate::catalog::Catalog;
use crate::dns::{Caches, ResolverParameters};
use crate::parameters::{PresetKind, RESOLVER};
use crate::scenario::model::ResolverLayer;
use crate::syntax::diagnostic::{Place, code};
use crate::syntax::suggest::some_of;
use crate::syntax::tree::{Table, Value, shortened};
use std::collections::BTreeMap;

/// The preset of a resolver that names none.
pub(super) const DEFAULT_RESOLVER: &str = "plain";

/// One `[resolvers.NAME]`.
#[derive(Debug)]
struct Named {
    name: String,
    preset: String,
    parameters: ResolverParameters,
    /// What it forwards to, nearest first, with the place of each name.
    chain: Vec<(String, Place)>,
}

/// The resolvers of the scenario.
#[derive(Debug)]
pub(super) struct Resolvers {
    catalog: Catalog,
    named: BTreeMap<String, Named>,
}

/// Reads all of them.
pub(super) fn read(table: &Table, reading: &mut Reading) -> Resolvers {
    let mut resolvers = Resolvers { catalog: reading.catalog.clone(), named: BTreeMap::new() };
    for entry in &table.entries {
        if let Some(own) = entry.value.as_table() {
            let named = read_one(&entry.key, own, &entry.key_place, reading);
            resolvers.named.insert(entry.key.clone(), named);
        }
    }
    for named in resolvers.named.values() {
        resolvers.check_chain(named, reading);
    }
    resolvers
}

fn read_one(name: &str, table: &Table, place: &Place, reading: &mut Reading) -> Named {
    let id = table.text("preset").unwrap_or(DEFAULT_RESOLVER);
    let mut parameters = RESOLVER.blank;
    if let Some(preset) = reading.catalog.clone().resolver(id) {
        parameters = preset.parameters;
    }
    RESOLVER.read(table, &mut parameters);
    if let Some((key, rule)) = RESOLVER.broken_rule(table, &parameters) {
        let place = table.get(key).map_or(place, |value| &value.place);
        reading
            .report
            .error(code::CONFLICT, place, format!("resolvers.{name}.{rule}"))
            .help("change one of the two");
    }
    let names = table.get("chain").and_then(Value::as_list).unwrap_or_default();
    let chain = names.iter().filter_map(|item| Some((item.as_text()?.to_owned(), item.place.clone())));
    Named { name: name.into(), preset: id.into(), parameters, chain: chain.collect() }
}

impl Resolvers {
    fn named(&self, name: &str) -> Option<&Named> {
        self.named.get(name)
    }

    /// The parameters of a name: the scenario's own table, else the preset.
    fn parameters(&self, name: &str) -> Option<ResolverParameters> {
        let named = self.named(name).map(|named| named.parameters);
        named.or_else(|| self.catalog.resolver(name).map(|preset| preset.parameters))
    }

    /// Every name of a chain must exist, stand there once, and not contradict the chain of its own table.
    fn check_chain(&self, first: &Named, reading: &mut Reading) {
        let mut before: Vec<&str> = vec![&first.name];
        for (i, (name, place)) in first.chain.iter().enumerate() {
            if self.parameters(name).is_none() {
                self.unknown(name, place, reading);
            }
            if before.contains(&name.as_str()) {
                let message = format!(
                    "resolvers.{}.chain: {} stands in it twice, and would ask itself",
                    first.name,
                    shortened(name)
                );
                reading
                    .report
                    .error(code::CONFLICT, place, message)
                    .help("remove it, or define a second resolver");
                return;
            }
            before.push(name);
            let rest: Vec<&str> = first.chain[i + 1..].iter().map(|(name, _)| name.as_str()).collect();
            let own: Vec<&str> = self
                .named(name)
                .map(|named| named.chain.iter().map(|(name, _)| name.as_str()).collect())
                .unwrap_or_default();
            if !own.is_empty() && own != rest {
                let message = format!(
                    "resolvers.{}.chain: `{name}` has a chain of its own that goes on differently",
                    first.name
                );
                let help = format!(
                    "a chain is the whole way to the authority: go on with {} after `{name}`",
                    own.join(", ")
                );
                reading.report.error(code::CONFLICT, place, message).help(help);
            }
        }
    }

    fn unknown(&self, name: &str, place: &Place, reading: &mut Reading) {
        let mut known: Vec<&str> = self.named.keys().map(String::as_str).collect();
        known.extend(self.catalog.ids_of(PresetKind::Resolver));
        let message = format!("there is no resolver {}", shortened(name));
        let help = match reading.report.nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!(
                "known are {}; or add a section [resolvers.{}]",
                some_of(known),
                shortened(name).trim_matches('"')
            ),
        };
        reading.report.error(code::UNKNOWN_RESOLVER, place, message).label("unknown resolver").help(help);
    }

    /// The caches from a sender to the authority, nearest first. Two senders meet in a cache if they name a resolver with a number of
    /// caches, or if they are of one pool.
    pub(super) fn layers(
        &self,
        value: Option<&Value>,
        sender: &str,
        pool: Option<&str>,
        reading: &mut Reading,
    ) -> Vec<ResolverLayer> {
        let first = value.and_then(Value::as_text).unwrap_or(DEFAULT_RESOLVER);
        if self.parameters(first).is_none() {
            self.unknown(first, &value.map_or(Place::File, |value| value.place.clone()), reading);
        }
        let chain = self.named(first).map(|named| named.chain.as_slice()).unwrap_or_default();
        let names = std::iter::once(first).chain(chain.iter().map(|(name, _)| name.as_str()));
        let mut layers = Vec::new();
        for name in names {
            let Some(parameters) = self.parameters(name) else { continue };
            let id = self.named(name).map_or(name, |named| named.preset.as_str());
            if let Some(preset) = self.catalog.resolver(id) {
                reading.uses(preset);
            }
            // Names of resolvers hold no `@`, so these never meet by accident.
            let shared_as = match (parameters.caches, pool) {
                (Caches::Count(_), _) => name.to_owned(),
                (_, Some(pool)) => format!("{name}@pool {pool}"),
                (_, None) => format!("{name}@sender {sender}"),
            };
            layers.push(ResolverLayer { name: name.into(), preset: id.into(), parameters, shared_as });
        }
        layers
    }
}
