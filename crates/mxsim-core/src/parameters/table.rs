//! Groups of parameters, and the table of the groups that one kind of preset has.

use crate::syntax::shape::Key;
use crate::syntax::tree::Table;
use std::collections::BTreeMap;

/// A parameter as it is written: its path, such as `order.unit`, and its TOML literal.
pub(crate) type Written = (&'static str, String);

/// Parameters that belong together: one section of a preset file, over parameters `P`.
pub(crate) struct ParameterGroup<P: 'static> {
    /// The section, with the keys of its parameters.
    pub(super) key: Key,
    /// Lays the section, as it stands in a table, over the parameters.
    pub(super) read: fn(&Table, &mut P),
    /// Writes all parameters of the section.
    pub(super) write: fn(&P) -> Vec<Written>,
    /// Returns the rule between parameters that parameters break; the table is what has been laid over it.
    pub(super) broken_rule: fn(&Table, &P) -> Option<&'static str>,
    /// Returns true if the parameter at a path changes nothing beside the others, so that a reviewer may leave it out.
    pub(super) has_no_effect: fn(&str, &Literals<'_>) -> bool,
    /// True if the section decides *where* mail goes, and not only when.
    pub(super) decides_where: bool,
}

impl<P> ParameterGroup<P> {
    /// A group without rules, whose parameters all have an effect and decide where mail goes.
    pub(super) const fn new(key: Key, read: fn(&Table, &mut P), write: fn(&P) -> Vec<Written>) -> Self {
        Self { key, read, write, broken_rule: |_, _| None, has_no_effect: |_, _| false, decides_where: true }
    }
}

/// All parameters of one kind of preset.
pub(crate) struct ParameterTable<P: 'static> {
    /// The parameters a file is laid over. A preset names every parameter, so nothing of it stays.
    pub(crate) blank: P,
    /// The groups in the order of the reference.
    pub(super) groups: &'static [ParameterGroup<P>],
    /// The groups in the order in which they are written.
    pub(super) written: &'static [ParameterGroup<P>],
}

impl<P> ParameterTable<P> {
    /// Returns the sections.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key> {
        self.groups.iter().map(|group| group.key)
    }

    /// Lays the parameters of `table` over `parameters`.
    pub(crate) fn read(&self, table: &Table, policy: &mut P) {
        self.groups.iter().for_each(|group| (group.read)(table, policy));
    }

    /// Writes all parameters; evidence is filed under the same paths.
    pub(crate) fn write(&self, policy: &P) -> Vec<Written> {
        self.written.iter().flat_map(|group| (group.write)(policy)).collect()
    }

    /// Returns the first rule that `parameters` break once `table` has been laid over it, with the section to look at.
    pub(crate) fn broken_rule(&self, table: &Table, policy: &P) -> Option<(&'static str, &'static str)> {
        let broken = |group: &ParameterGroup<P>| Some((group.key.name, (group.broken_rule)(table, policy)?));
        self.groups.iter().find_map(broken)
    }

    /// Returns true if the parameter at `path` changes nothing beside the others.
    pub(super) fn has_no_effect(&self, path: &str, beside: &Literals<'_>) -> bool {
        self.group_of(path).is_some_and(|group| (group.has_no_effect)(path, beside))
    }

    /// Returns true if the parameter at `path` decides where mail goes.
    pub(super) fn decides_where(&self, path: &str) -> bool {
        self.group_of(path).is_some_and(|group| group.decides_where)
    }

    fn group_of(&self, path: &str) -> Option<&ParameterGroup<P>> {
        let (section, _) = path.split_once('.')?;
        self.groups.iter().find(|group| group.key.name == section)
    }
}

/// The sections of groups.
pub(super) const fn sections<P, const N: usize>(groups: &[ParameterGroup<P>; N]) -> [Key; N] {
    let mut keys = [groups[0].key; N];
    let mut i = 0;
    while i < N {
        keys[i] = groups[i].key;
        i += 1;
    }
    keys
}

/// The parameters of one preset as TOML literals, by path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Literals<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Literals<'a> {
    /// Returns the literal of a parameter.
    pub(crate) fn get(&self, path: &str) -> Option<&'a str> {
        self.0.get(path).copied()
    }

    /// Returns true if the parameter at `path` has this literal.
    pub(super) fn is(&self, path: &str, literal: &str) -> bool {
        self.get(path) == Some(literal)
    }

    /// Returns true if the parameter at `path` is this word.
    pub(super) fn is_word(&self, path: &str, word: &str) -> bool {
        let bare = self.get(path).and_then(|literal| literal.strip_prefix('"')?.strip_suffix('"'));
        bare == Some(word)
    }

    /// Returns path and literal of each parameter, in alphabetical order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().map(|(path, literal)| (*path, *literal))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Literals<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}
