//! The presets of a catalogue: one map for each kind.

use super::based_on::Bases;
use super::lazy::Lazy;
use super::preset::{Preset, PresetSummary};
use super::read::read_preset;
use crate::dns::{OrderPolicy, ResolverParameters, StubParameters};
use crate::edge::EdgePolicy;
use crate::node::greylisting::GreyRules;
use crate::parameters::{AUTHORITY, EDGE, GREYLISTING, ParameterTable, PresetKind, RESOLVER, SENDER, STUB};
use crate::sender::SenderParameters;
use crate::syntax::diagnostic::ScenarioError;
use std::collections::BTreeMap;
use std::fmt;

/// The presets, by kind and id.
#[derive(Debug, Clone)]
pub(super) struct PresetMaps {
    pub(super) senders: PresetMap<SenderParameters>,
    pub(super) resolvers: PresetMap<ResolverParameters>,
    pub(super) authorities: PresetMap<OrderPolicy>,
    pub(super) stubs: PresetMap<StubParameters>,
    pub(super) greylisting: PresetMap<GreyRules>,
    pub(super) edges: PresetMap<EdgePolicy>,
}

impl Default for PresetMaps {
    fn default() -> Self {
        Self {
            senders: PresetMap::new(PresetKind::Sender, &SENDER),
            resolvers: PresetMap::new(PresetKind::Resolver, &RESOLVER),
            authorities: PresetMap::new(PresetKind::Authority, &AUTHORITY),
            stubs: PresetMap::new(PresetKind::Stub, &STUB),
            greylisting: PresetMap::new(PresetKind::Greylisting, &GREYLISTING),
            edges: PresetMap::new(PresetKind::Edge, &EDGE),
        }
    }
}

impl PresetMaps {
    /// Returns the map of a kind.
    pub(super) fn of(&self, kind: PresetKind) -> &dyn AnyPresetMap {
        match kind {
            PresetKind::Sender => &self.senders,
            PresetKind::Resolver => &self.resolvers,
            PresetKind::Authority => &self.authorities,
            PresetKind::Stub => &self.stubs,
            PresetKind::Greylisting => &self.greylisting,
            PresetKind::Edge => &self.edges,
        }
    }

    /// Returns the map of a kind, to add to it.
    pub(super) fn of_mut(&mut self, kind: PresetKind) -> &mut dyn AnyPresetMap {
        match kind {
            PresetKind::Sender => &mut self.senders,
            PresetKind::Resolver => &mut self.resolvers,
            PresetKind::Authority => &mut self.authorities,
            PresetKind::Stub => &mut self.stubs,
            PresetKind::Greylisting => &mut self.greylisting,
            PresetKind::Edge => &mut self.edges,
        }
    }
}

/// The presets of one kind, by id.
#[derive(Clone)]
pub(super) struct PresetMap<L: 'static> {
    kind: PresetKind,
    parameters: &'static ParameterTable<L>,
    presets: BTreeMap<String, Lazy<Preset<L>>>,
}

impl<L: Clone> PresetMap<L> {
    const fn new(kind: PresetKind, parameters: &'static ParameterTable<L>) -> Self {
        Self { kind, parameters, presets: BTreeMap::new() }
    }

    /// Returns the preset `id`, whose file is read when it is first asked for.
    pub(super) fn get(&self, id: &str) -> Option<&Preset<L>> {
        let read = |file, text| read_preset(self.kind, file, text, None, self.parameters);
        self.presets.get(id).map(|preset| preset.get(read))
    }

    /// Returns all presets, by id.
    pub(super) fn all(&self) -> impl Iterator<Item = &Preset<L>> {
        self.presets.keys().filter_map(|id| self.get(id))
    }
}

impl<L> fmt::Debug for PresetMap<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.presets.keys()).finish()
    }
}

/// The presets of one kind, whatever their parameters.
pub(super) trait AnyPresetMap {
    /// Adds an embedded file, unread, under the id that its name gives.
    fn embed(&mut self, id: &str, file: &'static str, text: &'static str);

    /// Reads a preset file and adds it; returns its id.
    fn add(&mut self, file: &str, text: &str, bases: &Bases) -> Result<String, ScenarioError>;

    /// Returns the ids, in alphabetical order.
    fn ids(&self) -> Vec<&str>;

    /// Returns true if there is a preset `id`.
    fn has(&self, id: &str) -> bool;

    /// Returns all presets without their typed parameters, by id.
    fn summaries(&self) -> Vec<PresetSummary<'_>>;
}

impl<L: Clone> AnyPresetMap for PresetMap<L> {
    fn embed(&mut self, id: &str, file: &'static str, text: &'static str) {
        self.presets.insert(id.to_owned(), Lazy::embedded(file, text));
    }

    fn add(&mut self, file: &str, text: &str, bases: &Bases) -> Result<String, ScenarioError> {
        let mut preset = read_preset(self.kind, file, text, Some(bases), self.parameters)?;
        let id = preset.id.clone();
        preset.replaces = self.presets.contains_key(&id);
        self.presets.insert(id.clone(), Lazy::read(preset));
        Ok(id)
    }

    fn ids(&self) -> Vec<&str> {
        self.presets.keys().map(String::as_str).collect()
    }

    fn has(&self, id: &str) -> bool {
        self.presets.contains_key(id)
    }

    fn summaries(&self) -> Vec<PresetSummary<'_>> {
        self.all().map(Preset::summary).collect()
    }
}
