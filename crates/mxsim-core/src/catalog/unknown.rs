//! `[unknown]` of a preset or population file: what is not known, its plausible range, and who says so.

use super::evidence::{Evidence, GRADE, WHERE, evidence};
use crate::parameters::{MOST_CHOOSERS, span};
use crate::sender::Unknowns;
use crate::syntax::shape::{Key, SOME_TIME, Shape, optional, required, word};
use crate::syntax::tree::{Table, Value};

/// A quantity that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotKnown {
    /// What it is: `choosers`, `hold`, `order`, `mx_to_address`, `idle`, or `mix` of a population.
    pub name: &'static str,
    /// Its plausible range, in words.
    pub range: String,
    /// Who says so.
    pub evidence: Evidence,
}

impl NotKnown {
    /// Says what the quantity is.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        match self.name {
            "choosers" => "how many outbound hosts choose independently",
            "hold" => "how long each of them holds its choice, on average",
            "order" => "whether it shuffles hosts at all",
            "mx_to_address" => "whether it connects to an address in the place of a host name",
            "idle" => "how long it keeps a connection open that has nothing to carry",
            _ => "how far the mix of another domain lies from these shares",
        }
    }
}

const LAW: Key = required("law", word(|| vec!["log-uniform"]), "how plausible values lie in the range");
const COUNT: Shape = Shape::Integer { least: 1, most: MOST_CHOOSERS };
const CHANCE: Shape = Shape::Number { least: 0.0, most: 1.0, above: false };

/// `[unknown]` of a sender preset.
pub(super) const OF_SENDER: Shape = Shape::Table(&[
    optional(
        "choosers",
        Shape::Table(&[
            required("from", COUNT, "fewest outbound hosts that choose independently"),
            required("to", COUNT, "most"),
            LAW,
            GRADE,
            WHERE,
        ]),
        "known",
        "how many outbound hosts choose independently",
    ),
    optional(
        "hold",
        Shape::Table(&[
            required("from", SOME_TIME, "shortest mean time a choice is held"),
            required("to", SOME_TIME, "longest"),
            LAW,
            GRADE,
            WHERE,
        ]),
        "known",
        "how long a choice is held",
    ),
    optional(
        "order",
        Shape::Table(&[
            required("answer", CHANCE, "chance that it takes hosts as the DNS answers them"),
            GRADE,
            WHERE,
        ]),
        "known",
        "whether it shuffles hosts",
    ),
    optional(
        "mx_to_address",
        Shape::Table(&[
            required(
                "skip",
                CHANCE,
                "chance that it skips an MX record with an address; else it connects to the address",
            ),
            GRADE,
            WHERE,
        ]),
        "known",
        "whether it connects to an address in an MX record",
    ),
    optional(
        "idle",
        Shape::Table(&[
            required("from", SOME_TIME, "shortest time a connection stays open without a message"),
            required("to", SOME_TIME, "longest"),
            LAW,
            GRADE,
            WHERE,
        ]),
        "known",
        "how long a connection stays open without a message",
    ),
]);

/// How many outbound hosts the sender of a preset has where a scenario says nothing: that of a provider is not one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundHosts {
    /// Their number.
    pub number: usize,
    /// Who says so.
    pub evidence: Evidence,
}

/// `[outbound_hosts]` of a sender preset.
pub(super) const OUTBOUND_HOSTS: Shape =
    Shape::Table(&[required("number", COUNT, "outbound hosts where a scenario says nothing"), GRADE, WHERE]);

/// Reads `[outbound_hosts]` of a sender preset whose shape is right.
pub(super) fn outbound_hosts(table: &Table) -> Option<OutboundHosts> {
    let part = table.table("outbound_hosts")?;
    let number = usize::try_from(part.get("number")?.as_integer()?).ok()?;
    Some(OutboundHosts { number, evidence: evidence(part)? })
}

/// `[unknown]` of a population.
pub(super) const OF_POPULATION: Shape = Shape::Table(&[required(
    "mix",
    Shape::Table(&[
        required(
            "concentration",
            Shape::Number { least: 1.0, most: 1e6, above: false },
            "of a Dirichlet law around the shares",
        ),
        GRADE,
        WHERE,
    ]),
    "how far a plausible mix lies from the shares",
)]);

/// Reads `[unknown]` of a sender preset whose shape is right.
pub(super) fn read(table: &Table) -> (Unknowns, Vec<NotKnown>) {
    let mut unknowns = Unknowns::default();
    let mut list = Vec::new();
    let Some(section) = table.table("unknown") else { return (unknowns, list) };
    let times = |part: &Table| part.get("from").and_then(span).zip(part.get("to").and_then(span));
    if let Some(part) = section.table("choosers") {
        let count = |key: &str| part.get(key).and_then(Value::as_integer).map(|count| count as u32);
        unknowns.choosers = count("from").zip(count("to"));
        list.extend(not_known("choosers", &between(part), part));
    }
    if let Some(part) = section.table("hold") {
        unknowns.hold = times(part);
        list.extend(not_known("hold", &between(part), part));
    }
    if let Some(part) = section.table("order") {
        unknowns.answer = part.get("answer").and_then(Value::as_number);
        let chance = unknowns.answer.unwrap_or_default() * 100.0;
        let range = format!("as the DNS answers in {chance:.0} of 100, else shuffled");
        list.extend(not_known("order", &range, part));
    }
    if let Some(part) = section.table("mx_to_address") {
        unknowns.skips_addresses = part.get("skip").and_then(Value::as_number);
        let chance = unknowns.skips_addresses.unwrap_or_default() * 100.0;
        list.extend(not_known(
            "mx_to_address",
            &format!("skips it in {chance:.0} of 100, else connects to it"),
            part,
        ));
    }
    if let Some(part) = section.table("idle") {
        unknowns.idle = times(part);
        list.extend(not_known("idle", &between(part), part));
    }
    (unknowns, list)
}

/// Reads how far plausible mixes of a population lie from its shares: the concentration of a Dirichlet law.
pub(super) fn read_mix(table: &Table) -> Option<(f64, NotKnown)> {
    let mix = table.table("unknown")?.table("mix")?;
    let concentration = mix.get("concentration")?.as_number()?;
    let range = format!("Dirichlet around the shares, concentration {concentration}");
    Some((concentration, not_known("mix", &range, mix)?))
}

fn between(part: &Table) -> String {
    let bare = |key: &str| part.get(key).map(|value| value.quoted().replace('"', "")).unwrap_or_default();
    format!("from {} to {}, {}", bare("from"), bare("to"), bare("law"))
}

fn not_known(name: &'static str, range: &str, part: &Table) -> Option<NotKnown> {
    Some(NotKnown { name, range: range.to_owned(), evidence: evidence(part)? })
}
