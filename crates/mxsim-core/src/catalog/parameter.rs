//! What the parameters of a kind of preset are: for the command that lists them, and for whoever writes a preset.

use super::PresetKind;
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
    /// What the tables its value may be hold: `least` and what that is for, ...
    pub fields: Vec<(String, &'static str, String)>,
    /// True if only one parameter of its section can be written.
    pub one_of_section: bool,
}

impl PresetKind {
    /// All parameters its presets may have, in the order in which files name them.
    #[must_use]
    pub fn parameters(self) -> Vec<Parameter> {
        self.keys().iter().flat_map(of_section).collect()
    }
}

fn of_section(section: &'static Key) -> Vec<Parameter> {
    let (keys, one_of_section) = match table_in(&section.shape) {
        Some(found) => found,
        None => return Vec::new(),
    };
    let parameter = |key: &'static Key| Parameter {
        path: format!("{}.{}", section.name, key.name),
        meaning: key.doc,
        section_meaning: section.doc,
        rule: key.shape.describe(),
        words: key.shape.words(),
        fields: fields(&key.shape, ""),
        one_of_section,
    };
    keys.iter().map(parameter).collect()
}

/// The keys of the table a value may be, and whether only one of them can be there.
fn table_in(shape: &'static Shape) -> Option<(&'static [Key], bool)> {
    match shape {
        Shape::Table(keys) => Some((keys, false)),
        Shape::Choice(keys) => Some((keys, true)),
        Shape::AnyOf(shapes) => shapes.iter().find_map(table_in),
        _ => None,
    }
}

/// Path, meaning and rule of everything inside a value.
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
