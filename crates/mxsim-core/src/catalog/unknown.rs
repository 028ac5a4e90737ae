//! `[unknown]` of a preset file: what is not known, from where to where it may plausibly lie, and who says so.

use super::read::grades;
use super::{Evidence, params};
use crate::results::Grade;
use crate::scenario::keys::MOST_CHOOSERS;
use crate::sender::Unknowns;
use crate::syntax::shape::{Key, SOME_TIME, Shape, optional, required, word};
use crate::syntax::tree::{Table, Value};

/// A quantity nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotKnown {
    /// What it is: `choosers`, `hold`, `order`, or `mix` of a population.
    pub name: &'static str,
    /// From where to where it may lie, in words.
    pub range: String,
    /// Who says so.
    pub evidence: Evidence,
}

fn laws() -> Vec<&'static str> {
    vec!["log-uniform"]
}

const GRADE: Key = required("grade", word(grades), "how well it is known");
const WHERE: Key = required("where", Shape::Text, "where it was seen");
const LAW: Key = required("law", word(laws), "how plausible values lie in the range");
const COUNT: Shape = Shape::Integer { least: 1, most: MOST_CHOOSERS };
const CHANCE: Shape = Shape::Number { least: 0.0, most: 1.0, above: false };

/// Keys of `[unknown]` of a sender preset.
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
]);

/// Keys of `[unknown]` of a population.
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
    if let Some(part) = section.table("choosers") {
        let count = |key: &str| part.get(key).and_then(Value::as_integer).map(|count| count as u32);
        unknowns.choosers = count("from").zip(count("to"));
        list.extend(not_known("choosers", &between(part), part));
    }
    if let Some(part) = section.table("hold") {
        let span = |key: &str| part.get(key).and_then(params::span);
        unknowns.hold = span("from").zip(span("to"));
        list.extend(not_known("hold", &between(part), part));
    }
    if let Some(part) = section.table("order") {
        unknowns.answer = part.get("answer").and_then(Value::as_number);
        let chance = unknowns.answer.unwrap_or_default() * 100.0;
        list.extend(not_known(
            "order",
            &format!("as the DNS answers in {chance:.0} of 100, else shuffled"),
            part,
        ));
    }
    (unknowns, list)
}

fn between(part: &Table) -> String {
    let bare = |key: &str| part.get(key).map(|value| value.quoted().replace('"', "")).unwrap_or_default();
    format!("from {} to {}, {}", bare("from"), bare("to"), bare("law"))
}

pub(super) fn not_known(name: &'static str, range: &str, part: &Table) -> Option<NotKnown> {
    Some(NotKnown { name, range: range.to_owned(), evidence: evidence(part)? })
}

/// `grade` and `where` of a table.
pub(super) fn evidence(fields: &Table) -> Option<Evidence> {
    let grade = Grade::ALL.into_iter().find(|grade| Some(grade.name()) == fields.text("grade"))?;
    Some(Evidence { grade, source: fields.text("where")?.to_owned() })
}
