//! Which names exist in a text, and what stands for those that do not: wildcards (RFC 4592).

use super::read::{Context, Record};
use crate::dns::zone::Name;
use std::collections::BTreeSet;

/// The names of a text.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    wildcards: BTreeSet<Name>,
    /// Every name with a record, and every name above one. Empty where no wildcard needs it.
    existing: BTreeSet<Name>,
}

impl Nodes {
    pub(super) fn of(records: &[Record], context: &Context) -> Self {
        let owners = || records.iter().map(|record| &record.owner);
        let wildcards: BTreeSet<Name> = owners().filter(|owner| owner.is_wildcard()).cloned().collect();
        let mut existing = BTreeSet::new();
        if !wildcards.is_empty() {
            let others = context.names.iter().chain(context.cuts.iter().map(|cut| &cut.name));
            owners().chain(others).for_each(|name| add_with_parents(name, &mut existing));
        }
        Self { wildcards, existing }
    }

    /// The owner of the records that answer for `name`: itself, or the wildcard below its closest encloser, if `name` does not exist
    /// (RFC 4592 section 3.3.1).
    pub(super) fn source(&self, name: &Name, context: &Context) -> Name {
        if self.wildcards.is_empty() || self.existing.contains(name) || context.is_cut_off(name) {
            return name.clone();
        }
        let parents = std::iter::successors(name.parent(), Name::parent);
        let encloser = parents.into_iter().find(|parent| self.existing.contains(parent));
        let wildcard = encloser.map(|encloser| Name::new(&format!("*.{}", encloser.as_str())));
        wildcard.filter(|wildcard| self.wildcards.contains(wildcard)).unwrap_or_else(|| name.clone())
    }
}

fn add_with_parents(name: &Name, existing: &mut BTreeSet<Name>) {
    let mut at = Some(name.clone());
    while let Some(name) = at {
        at = name.parent();
        if !existing.insert(name) {
            return;
        }
    }
}
