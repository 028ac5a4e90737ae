//! What the parameters of a kind of preset are, for the command that lists them and for reviewers.

use super::keys::inner;
use crate::syntax::shape::{Key, Shape};

/// A parameter, without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its path, such as `order.hosts`.
    pub path: String,
    /// What it is for.
    pub meaning: &'static str,
    /// What its section, such as `order`, is for.
    pub section_meaning: &'static str,
    /// What its value may look like, in words.
    pub rule: String,
    /// The words its value may be; empty if it is no word.
    pub words: Vec<&'static str>,
    /// What the tables its value may be hold: path, meaning and rule.
    pub fields: Vec<(String, &'static str, String)>,
    /// True if only one parameter of its section can be written.
    pub one_of_section: bool,
}

/// Returns the parameters of a section.
pub(super) fn of_section(section: &'static Key) -> Vec<Parameter> {
    let one_of_section = has_choice(&section.shape);
    let parameter = |key: &'static Key| Parameter {
        path: format!("{}.{}", section.name, key.name),
        meaning: key.doc,
        section_meaning: section.doc,
        rule: key.shape.describe(),
        words: key.shape.words(),
        fields: fields(&key.shape, ""),
        one_of_section,
    };
    inner(&section.shape).unwrap_or_default().iter().map(parameter).collect()
}

/// Returns what the parameter `path`, such as `order.hosts`, is for.
pub(super) fn meaning(keys: &'static [Key], path: &str) -> Option<&'static str> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let key = keys.iter().find(|key| key.name == first)?;
    if rest.is_empty() { Some(key.doc) } else { inner(&key.shape).and_then(|keys| meaning(keys, rest)) }
}

/// Returns true if a value is a table with exactly one of its keys.
fn has_choice(shape: &Shape) -> bool {
    match shape {
        Shape::Choice(_) => true,
        Shape::AnyOf(shapes) => shapes.iter().any(has_choice),
        _ => false,
    }
}

/// Returns path, meaning and rule of everything inside a value.
fn fields(shape: &'static Shape, above: &str) -> Vec<(String, &'static str, String)> {
    match shape {
        Shape::Table(keys) | Shape::Choice(keys) => {
            keys.iter().flat_map(|key| with_inner(key, above)).collect()
        }
        Shape::AnyOf(shapes) => shapes.iter().flat_map(|shape| fields(shape, above)).collect(),
        Shape::List { of, .. } => fields(of, above),
        _ => Vec::new(),
    }
}

fn with_inner(key: &'static Key, above: &str) -> Vec<(String, &'static str, String)> {
    let path = format!("{above}{}", key.name);
    let inner = fields(&key.shape, &format!("{path}."));
    let mut all = vec![(path, key.doc, key.shape.describe())];
    all.extend(inner);
    all
}
