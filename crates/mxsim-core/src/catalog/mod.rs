//! The catalogue of presets: real and plain senders, resolvers, authorities, greylisting software and load balancers, as data with the
//! source of every parameter.
//!
//! A preset is one TOML file. It names every parameter and, for each, where the value was seen and how well that is known
//! ([`Grade`](crate::results::Grade)). A file with an unread key, a missing parameter or a parameter without evidence is refused, so nothing
//! in it is decoration.
//!
//! A [`Population`] is one TOML file too: who sends to a domain of some kind, with the source of each figure.
//!
//! [`Catalog::builtin`] holds what comes with the library. [`Catalog::with`] adds files of your own; what reads a scenario is handed the
//! catalogue to look presets up in.
//!
#![doc = include_str!("presets.md")]
//!
//! Main types: [`Catalog`]; [`Preset`] over parameters such as [`SenderParameters`]; [`PresetSummary`], a preset of any kind.

mod aliases;
mod based_on;
mod embedded;
mod evidence;
mod lazy;
mod maps;
mod population;
mod preset;
mod read;
mod review;
mod unknown;

pub use crate::parameters::{Parameter, PresetKind};
pub use evidence::Evidence;
pub use population::{DEFAULT_POPULATION, FOLDER as POPULATION_FOLDER, Figure, Population};
pub use preset::{Preset, PresetSummary};
pub use review::{Difference, Review, ReviewedValue};
pub use unknown::{NotKnown, OutboundHosts};

use crate::dns::{OrderPolicy, ResolverParameters, StubParameters};
use crate::edge::EdgePolicy;
use crate::node::greylisting::GreyRules;
use crate::sender::{SenderParameters, Unknowns};
use crate::syntax::diagnostic::ScenarioError;
use crate::syntax::ids::KnownIds;
use based_on::Bases;
use embedded::{embedded, embedded_in, stem};
use lazy::Lazy;
use maps::PresetMaps;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A sending MTA.
pub type SenderPreset = Preset<SenderParameters>;
/// A resolver.
pub type ResolverPreset = Preset<ResolverParameters>;
/// An authoritative server.
pub type AuthorityPreset = Preset<OrderPolicy>;
/// A library that sorts addresses.
pub type StubPreset = Preset<StubParameters>;

/// Greylisting software.
pub type GreylistingPreset = Preset<GreyRules>;
/// A load balancer.
pub type EdgePreset = Preset<EdgePolicy>;

/// The plain kind whose ranges hold for senders that nobody knows and whose preset names none.
const UNKNOWN_KIND: &str = "cache-sticky";

/// All presets and populations a scenario may name. A clone is cheap: it shares them.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    presets: Arc<PresetMaps>,
    populations: Arc<BTreeMap<String, Lazy<Population>>>,
    bases: Arc<Bases>,
}

impl Catalog {
    /// The presets and populations that come with the library. Each file is read when it is first asked for.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let mut presets = PresetMaps::default();
            for (kind, file, text) in embedded() {
                presets.of_mut(kind).embed(stem(file), file, text);
            }
            let unread = |(file, text)| (stem(file).to_owned(), Lazy::embedded(file, text));
            let populations = embedded_in(population::FOLDER).map(unread).collect();
            Self { presets: Arc::new(presets), populations: Arc::new(populations), bases: Arc::default() }
        })
    }

    /// Reads preset files: kind, file name, text.
    ///
    /// # Errors
    /// Everything that is wrong with each of the files.
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (PresetKind, &'a str, &'a str)>,
    ) -> Result<Self, Vec<ScenarioError>> {
        Self::default().add_all(files)
    }

    /// This catalogue with more preset files: kind, file name, text. One with the id of a preset that is there takes its place.
    ///
    /// ```
    /// use mxsim_core::catalog::{Catalog, PresetKind};
    /// let error = Catalog::builtin().with([(PresetKind::Authority, "mine.toml", "id = 3\n")]).unwrap_err();
    /// assert!(error[0].to_string().starts_with("mine.toml"));
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with each of the files, two files with the same id included.
    pub fn with<'a>(
        &self,
        files: impl IntoIterator<Item = (PresetKind, &'a str, &'a str)>,
    ) -> Result<Self, Vec<ScenarioError>> {
        self.clone().add_all(files)
    }

    /// This catalogue with more population files: file name, text. One with the id of a population that is there takes its place.
    ///
    /// # Errors
    /// Everything that is wrong with each of the files, two files with the same id and presets that are not in this catalogue included.
    pub fn with_populations<'a>(
        &self,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<ScenarioError>> {
        self.clone().add_populations(files, true)
    }

    /// The ids a document may name.
    pub(crate) fn known_ids(&self) -> Arc<dyn KnownIds> {
        Arc::new(self.clone())
    }

    fn add_populations<'a>(
        mut self,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        outside: bool,
    ) -> Result<Self, Vec<ScenarioError>> {
        let mut named: BTreeMap<String, &str> = BTreeMap::new();
        let mut errors = Vec::new();
        for (file, text) in files {
            match population::read(file, text, outside, self.known_ids()) {
                Err(error) => errors.push(error),
                Ok(mut population) => {
                    if let Some(other) = named.insert(population.id.clone(), file) {
                        errors.push(read::same_id(file, text, other));
                    }
                    population.replaces = self.population(&population.id).is_some();
                    let id = population.id.clone();
                    Arc::make_mut(&mut self.populations).insert(id, Lazy::read(population));
                }
            }
        }
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }

    fn add_all<'a>(
        mut self,
        files: impl IntoIterator<Item = (PresetKind, &'a str, &'a str)>,
    ) -> Result<Self, Vec<ScenarioError>> {
        let files: Vec<(PresetKind, &str, &str)> = files.into_iter().collect();
        let bases = Arc::make_mut(&mut self.bases);
        files.iter().for_each(|(kind, file, text)| bases.add(*kind, file, text));
        let presets = Arc::make_mut(&mut self.presets);
        let mut named: BTreeMap<(PresetKind, String), &str> = BTreeMap::new();
        let mut errors = Vec::new();
        for (kind, file, text) in files {
            match presets.of_mut(kind).add(file, text, bases) {
                Err(error) => errors.push(error),
                Ok(id) => {
                    if let Some(other) = named.insert((kind, id), file) {
                        errors.push(read::same_id(file, text, other));
                    }
                }
            }
        }
        bases.settle();
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }

    /// From where to where a sender of this preset may plausibly lie if its behaviour is not known: what its file says, else what that of
    /// the plain kind `cache-sticky` says.
    #[must_use]
    pub fn unknowns_of(&self, preset: &SenderPreset) -> Unknowns {
        let kind = || self.sender(UNKNOWN_KIND).and_then(|kind| kind.unknowns);
        preset.unknowns.or_else(kind).unwrap_or_default()
    }

    /// The sender preset `id`.
    #[must_use]
    pub fn sender(&self, id: &str) -> Option<&SenderPreset> {
        self.presets.senders.get(id)
    }

    /// All sender presets, by id.
    pub fn senders(&self) -> impl Iterator<Item = &SenderPreset> {
        self.presets.senders.all()
    }

    /// The resolver preset `id`.
    #[must_use]
    pub fn resolver(&self, id: &str) -> Option<&ResolverPreset> {
        self.presets.resolvers.get(id)
    }

    /// All resolver presets, by id.
    pub fn resolvers(&self) -> impl Iterator<Item = &ResolverPreset> {
        self.presets.resolvers.all()
    }

    /// The authority preset `id`.
    #[must_use]
    pub fn authority(&self, id: &str) -> Option<&AuthorityPreset> {
        self.presets.authorities.get(id)
    }

    /// All authority presets, by id.
    pub fn authorities(&self) -> impl Iterator<Item = &AuthorityPreset> {
        self.presets.authorities.all()
    }

    /// The stub preset `id`.
    #[must_use]
    pub fn stub(&self, id: &str) -> Option<&StubPreset> {
        self.presets.stubs.get(id)
    }

    /// All stub presets, by id.
    pub fn stubs(&self) -> impl Iterator<Item = &StubPreset> {
        self.presets.stubs.all()
    }

    /// The edge preset `id`.
    #[must_use]
    pub fn edge(&self, id: &str) -> Option<&EdgePreset> {
        self.presets.edges.get(id)
    }

    /// The greylisting preset `id`.
    #[must_use]
    pub fn greylisting(&self, id: &str) -> Option<&GreylistingPreset> {
        self.presets.greylisting.get(id)
    }

    /// The population `id`.
    #[must_use]
    pub fn population(&self, id: &str) -> Option<&Population> {
        let read = |file, text| population::read(file, text, false, self.known_ids());
        self.populations.get(id).map(|kept| kept.get(read))
    }

    /// All populations, by id.
    pub fn populations(&self) -> impl Iterator<Item = &Population> {
        self.populations.keys().filter_map(|id| self.population(id))
    }

    /// All presets without their typed parameters: by kind, then by id.
    #[must_use]
    pub fn summaries(&self) -> Vec<PresetSummary<'_>> {
        PresetKind::ALL.into_iter().flat_map(|kind| self.presets.of(kind).summaries()).collect()
    }

    /// Every preset's kind and id.
    #[must_use]
    pub fn ids(&self) -> Vec<(PresetKind, &str)> {
        let of = |kind| self.ids_of(kind).into_iter().map(move |id| (kind, id));
        PresetKind::ALL.into_iter().flat_map(of).collect()
    }

    /// The id, of a preset or a population, that `word` most likely stands for, if one is near enough to be meant.
    #[must_use]
    pub fn nearest(&self, word: &str) -> Option<&str> {
        let presets = self.ids().into_iter().map(|(_, id)| id);
        crate::syntax::suggest::nearest(word, presets.chain(self.populations.keys().map(String::as_str)))
    }

    /// The id of the preset that is called so: its own id, whatever the case, or one of its other names.
    ///
    /// ```
    /// use mxsim_core::catalog::{Catalog, PresetKind};
    /// let catalog = Catalog::builtin();
    /// assert_eq!(catalog.called(PresetKind::Sender, "Postfix"), Some("postfix"));
    /// assert_eq!(catalog.called(PresetKind::Sender, "Office 365"), Some("exchange_online"));
    /// assert_eq!(catalog.called(PresetKind::Sender, "groupwise"), None);
    /// ```
    #[must_use]
    pub fn called(&self, kind: PresetKind, name: &str) -> Option<&str> {
        aliases::called(kind, name, &self.ids_of(kind))
    }

    /// The ids of one kind, in alphabetical order.
    #[must_use]
    pub fn ids_of(&self, kind: PresetKind) -> Vec<&str> {
        self.presets.of(kind).ids()
    }

    /// True if there is such a preset.
    #[must_use]
    pub fn has(&self, kind: PresetKind, id: &str) -> bool {
        self.presets.of(kind).has(id)
    }
}

impl KnownIds for Catalog {
    fn has_preset(&self, kind: &str, id: &str) -> bool {
        PresetKind::named(kind).is_some_and(|kind| self.has(kind, id))
    }

    fn preset_ids(&self, kind: &str) -> Vec<String> {
        let ids = PresetKind::named(kind).map(|kind| self.ids_of(kind)).unwrap_or_default();
        ids.into_iter().map(str::to_owned).collect()
    }

    fn population_ids(&self) -> Vec<String> {
        self.populations.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Grade;

    #[test]
    fn every_embedded_file_is_read_whole_and_named_after_its_id() {
        if let Err(errors) = Catalog::from_files(embedded()) {
            let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
            panic!("{}", text.join("\n\n"));
        }
        for (kind, name, text) in embedded() {
            let id = text.lines().find_map(|line| line.strip_prefix("id = "));
            assert_eq!(id, Some(format!("{:?}", stem(name)).as_str()), "{kind:?} {name}");
        }
        assert_eq!(Catalog::builtin().ids().len(), embedded().count(), "two files with the same id");
    }

    #[test]
    fn every_parameter_has_a_meaning_and_slips_are_recognised() {
        let catalog = Catalog::builtin();
        let senders = catalog.senders().flat_map(|preset| preset.evidence.keys());
        for path in senders {
            assert!(PresetKind::Sender.meaning(path).is_some_and(|meaning| !meaning.is_empty()), "{path}");
        }
        for path in catalog.resolvers().flat_map(|preset| preset.evidence.keys()) {
            assert!(PresetKind::Resolver.meaning(path).is_some_and(|meaning| !meaning.is_empty()), "{path}");
        }
        for path in catalog.stubs().flat_map(|preset| preset.evidence.keys()) {
            assert!(PresetKind::Stub.meaning(path).is_some_and(|meaning| !meaning.is_empty()), "{path}");
        }
        for path in
            Catalog::builtin().greylisting("postgrey").into_iter().flat_map(|preset| preset.evidence.keys())
        {
            assert!(
                PresetKind::Greylisting.meaning(path).is_some_and(|meaning| !meaning.is_empty()),
                "{path}"
            );
        }
        assert_eq!(PresetKind::Authority.meaning("cache.ttl_min"), None);
        assert_eq!(catalog.nearest("posfix"), Some("postfix"));
        assert_eq!(catalog.nearest("groupwise"), None);
    }

    /// A value such as `"family-balance"` says nothing to somebody who has not read the source.
    #[test]
    fn no_word_of_the_catalogue_is_left_unexplained() {
        for preset in Catalog::builtin().summaries() {
            for (path, literal) in preset.written {
                let is_word =
                    literal.starts_with('"') && !literal[1..].starts_with(|c: char| c.is_ascii_digit());
                let words = preset.kind.value_in_words(path, literal);
                assert!(!is_word || words != literal.trim_matches('"'), "{path} = {literal}");
            }
        }
    }

    #[test]
    fn postfix_is_read_as_its_file_says() {
        let Some(postfix) = Catalog::builtin().sender("postfix") else { panic!("no postfix") };
        assert_eq!(postfix.parameters.order.unit, crate::sender::Unit::Address);
        assert_eq!(postfix.parameters.limits.addresses, Some(5));
        assert_eq!(postfix.grade(), Grade::Source);
        assert_eq!(postfix.evidence.len(), postfix.written.len());
    }

    fn errors_of(text: &str) -> String {
        match Catalog::from_files([(PresetKind::Authority, "x.toml", text)]) {
            Ok(_) => String::new(),
            Err(errors) => errors[0].to_string(),
        }
    }

    #[test]
    fn unread_keys_missing_parameters_and_stray_evidence_are_refused() {
        let good = embedded::FILES
            .get_file("authority/nsd.toml")
            .and_then(|file| file.contents_utf8())
            .unwrap_or_default();
        assert_eq!(errors_of(good), "");
        assert!(errors_of(&good.replace("driver = ", "drivers = ")).contains("did you mean `driver`"));
        assert!(errors_of(&good.replace("hold = \"none\"\n", "")).contains("order.hold is missing"));
        assert!(
            errors_of(&good.replace("hold = \"none\"\n", ""))
                .contains("help: a preset names every parameter")
        );
        let evidence = "\"order.hold\" = {";
        assert!(errors_of(&good.replace(evidence, "\"order.held\" = {")).contains("no parameter"));
        assert!(
            errors_of(&good.replace(evidence, "\"order.held\" = {")).contains("order.hold has no evidence")
        );
        assert!(errors_of(&good.replace("grade = \"measured\"", "grade = \"guessed\"")).contains("E107"));
    }
}
