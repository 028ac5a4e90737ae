//! The catalogue of presets: real and plain senders, resolvers and authorities, as data with the source of every parameter.
//!
//! A preset is one TOML file. It names every parameter of its law and, for each, where the value was seen and how well that is known
//! ([`Grade`]). A file with an unread key, a missing parameter or a parameter without evidence is refused, so nothing in it is decoration.
//!
//! Main types: [`Catalog`]; [`Preset`] over [`SenderLaw`], [`ResolverLaw`], [`OrderLaw`] or [`StubLaw`].

pub(crate) mod params;

use crate::dns::{OrderLaw, ResolverLaw, StubLaw};
use crate::results::Grade;
use crate::scenario::diagnostic::{Place, Report, ScenarioError, code};
use crate::scenario::shape::{Key, Shape, check_table, required};
use crate::scenario::tree::{Table, parse_toml};
use crate::sender::SenderLaw;
use include_dir::{Dir, include_dir};
use params::Written;
use std::collections::BTreeMap;
use std::sync::OnceLock;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalog");

/// Which kind of preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PresetKind {
    /// A sending MTA, or a plain kind of one.
    Sender,
    /// A resolver or forwarder.
    Resolver,
    /// An authoritative server.
    Authority,
    /// A library that sorts addresses.
    Stub,
}

impl PresetKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Sender, Self::Resolver, Self::Authority, Self::Stub];

    /// The name of the kind, which is also its folder in the catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Resolver => "resolver",
            Self::Authority => "authority",
            Self::Stub => "stub",
        }
    }

    /// What a parameter of this kind, such as `order.hosts`, is for; `None` if there is no such parameter.
    #[must_use]
    pub fn meaning(self, parameter: &str) -> Option<&'static str> {
        let keys = match self {
            Self::Sender => params::SENDER,
            Self::Resolver => params::RESOLVER,
            Self::Authority => params::AUTHORITY,
            Self::Stub => params::STUB,
        };
        params::meaning(keys, parameter)
    }

    /// The name with its article.
    #[must_use]
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Sender => "a sender",
            Self::Resolver => "a resolver",
            Self::Authority => "an authority",
            Self::Stub => "a stub",
        }
    }
}

/// Where the value of one parameter comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// How well it is known.
    pub grade: Grade,
    /// File and function, page or measurement it was seen in.
    pub source: String,
}

/// A law with its name and its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset<L> {
    /// The name scenarios use.
    pub id: String,
    /// One line on what it does.
    pub title: String,
    /// The software it models.
    pub software: String,
    /// Versions it holds for.
    pub versions: String,
    /// `provisional` until somebody else has transcribed it from its sources a second time.
    pub status: String,
    /// What else is good to know; may be empty.
    pub notes: String,
    /// Its parameters.
    pub law: L,
    /// Evidence by parameter, such as `order.hosts`.
    pub evidence: BTreeMap<String, Evidence>,
    /// Parameters as the file spells them, in order: path and TOML literal.
    pub parameters: Vec<(&'static str, String)>,
}

/// A sending MTA.
pub type SenderPreset = Preset<SenderLaw>;
/// A resolver.
pub type ResolverPreset = Preset<ResolverLaw>;
/// An authoritative server.
pub type AuthorityPreset = Preset<OrderLaw>;
/// A library that sorts addresses.
pub type StubPreset = Preset<StubLaw>;

impl<L> Preset<L> {
    /// The weakest grade among all parameters.
    #[must_use]
    pub fn weakest_grade(&self) -> Grade {
        self.weakest_of(|_| true)
    }

    fn weakest_of(&self, counts: impl Fn(&str) -> bool) -> Grade {
        let grades =
            self.evidence.iter().filter(|(path, _)| counts(path)).map(|(_, evidence)| evidence.grade);
        grades.max().unwrap_or(Grade::Assumed)
    }
}

impl SenderPreset {
    /// The weakest grade among the parameters that decide where mail goes: order, limits, failover, memory and reuse, DNS. Time-outs, retry
    /// and concurrency only decide when, and policies are for zones that have one.
    #[must_use]
    pub fn grade(&self) -> Grade {
        const DECIDE_WHERE: [&str; 6] = ["order.", "limits.", "failover.", "memory.", "reuse.", "dns."];
        self.weakest_of(|path| DECIDE_WHERE.iter().any(|section| path.starts_with(section)))
    }
}

/// All presets.
#[derive(Debug, Default)]
pub struct Catalog {
    senders: BTreeMap<String, SenderPreset>,
    resolvers: BTreeMap<String, ResolverPreset>,
    authorities: BTreeMap<String, AuthorityPreset>,
    stubs: BTreeMap<String, StubPreset>,
}

impl Catalog {
    /// The presets that come with the library.
    ///
    /// # Panics
    /// If one of the embedded files is wrong, which a test rules out.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        BUILTIN.get_or_init(|| match Self::from_files(embedded()) {
            Ok(catalog) => catalog,
            Err(errors) => panic!("an embedded preset is wrong:\n{}", errors[0]),
        })
    }

    /// Reads preset files: kind, file name, text.
    ///
    /// # Errors
    /// Everything that is wrong with each of the files.
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (PresetKind, &'a str, &'a str)>,
    ) -> Result<Self, Vec<ScenarioError>> {
        let mut catalog = Self::default();
        let mut errors = Vec::new();
        for (kind, name, text) in files {
            if let Err(error) = catalog.add(kind, name, text) {
                errors.push(error);
            }
        }
        if errors.is_empty() { Ok(catalog) } else { Err(errors) }
    }

    fn add(&mut self, kind: PresetKind, name: &str, text: &str) -> Result<(), ScenarioError> {
        match kind {
            PresetKind::Sender => {
                let preset = read_preset(name, text, &SENDER)?;
                self.senders.insert(preset.id.clone(), preset);
            }
            PresetKind::Resolver => {
                let preset = read_preset(name, text, &RESOLVER)?;
                self.resolvers.insert(preset.id.clone(), preset);
            }
            PresetKind::Authority => {
                let preset = read_preset(name, text, &AUTHORITY)?;
                self.authorities.insert(preset.id.clone(), preset);
            }
            PresetKind::Stub => {
                let preset = read_preset(name, text, &STUB)?;
                self.stubs.insert(preset.id.clone(), preset);
            }
        }
        Ok(())
    }

    /// The sender preset `id`.
    #[must_use]
    pub fn sender(&self, id: &str) -> Option<&SenderPreset> {
        self.senders.get(id)
    }

    /// The resolver preset `id`.
    #[must_use]
    pub fn resolver(&self, id: &str) -> Option<&ResolverPreset> {
        self.resolvers.get(id)
    }

    /// The authority preset `id`.
    #[must_use]
    pub fn authority(&self, id: &str) -> Option<&AuthorityPreset> {
        self.authorities.get(id)
    }

    /// The stub preset `id`.
    #[must_use]
    pub fn stub(&self, id: &str) -> Option<&StubPreset> {
        self.stubs.get(id)
    }

    /// All stub presets, by id.
    pub fn stubs(&self) -> impl Iterator<Item = &StubPreset> {
        self.stubs.values()
    }

    /// All sender presets, by id.
    pub fn senders(&self) -> impl Iterator<Item = &SenderPreset> {
        self.senders.values()
    }

    /// All resolver presets, by id.
    pub fn resolvers(&self) -> impl Iterator<Item = &ResolverPreset> {
        self.resolvers.values()
    }

    /// All authority presets, by id.
    pub fn authorities(&self) -> impl Iterator<Item = &AuthorityPreset> {
        self.authorities.values()
    }

    /// Every preset's kind and id.
    #[must_use]
    pub fn ids(&self) -> Vec<(PresetKind, &str)> {
        PresetKind::ALL
            .into_iter()
            .flat_map(|kind| self.ids_of(kind).into_iter().map(move |id| (kind, id)))
            .collect()
    }

    /// The id that `word` most likely stands for, if one is near enough to be meant.
    #[must_use]
    pub fn nearest(&self, word: &str) -> Option<&str> {
        crate::scenario::suggest::nearest(word, self.ids().into_iter().map(|(_, id)| id))
    }

    /// The ids of one kind, in alphabetical order.
    #[must_use]
    pub fn ids_of(&self, kind: PresetKind) -> Vec<&str> {
        match kind {
            PresetKind::Sender => self.senders.keys().map(String::as_str).collect(),
            PresetKind::Resolver => self.resolvers.keys().map(String::as_str).collect(),
            PresetKind::Authority => self.authorities.keys().map(String::as_str).collect(),
            PresetKind::Stub => self.stubs.keys().map(String::as_str).collect(),
        }
    }
}

fn embedded() -> impl Iterator<Item = (PresetKind, &'static str, &'static str)> {
    PresetKind::ALL.into_iter().flat_map(|kind| {
        let folder = FILES.get_dir(kind.name());
        let files = folder.into_iter().flat_map(Dir::files);
        files.filter(|file| file.path().extension().is_some_and(|end| end == "toml")).map(move |file| {
            (kind, file.path().to_str().unwrap_or("preset"), file.contents_utf8().unwrap_or("not UTF-8"))
        })
    })
}

/// How presets of one kind are read: their keys, the law they start from, and how a table becomes one.
struct Form<L: 'static> {
    keys: &'static [Key],
    blank: L,
    read: fn(&Table, &mut L),
    write: fn(&L) -> Vec<Written>,
    broken_rule: fn(&Table, &L) -> Option<(&'static str, &'static str)>,
}

static SENDER: Form<SenderLaw> = Form {
    keys: params::SENDER,
    blank: params::BLANK_SENDER,
    read: params::read_sender,
    write: params::write_sender,
    broken_rule: params::broken_sender_rule,
};

static RESOLVER: Form<ResolverLaw> = Form {
    keys: params::RESOLVER,
    blank: params::BLANK_RESOLVER,
    read: params::read_resolver,
    write: params::write_resolver,
    broken_rule: params::broken_resolver_rule,
};

static AUTHORITY: Form<OrderLaw> = Form {
    keys: params::AUTHORITY,
    blank: params::BLANK_ORDER,
    read: params::read_answer_order,
    write: params::write_order,
    broken_rule: |_, _| None,
};

static STUB: Form<StubLaw> = Form {
    keys: params::STUB,
    blank: params::BLANK_STUB,
    read: params::read_stub,
    write: params::write_stub,
    broken_rule: |_, _| None,
};

fn grades() -> Vec<&'static str> {
    Grade::ALL.iter().map(|grade| grade.name()).collect()
}

const EVIDENCE: Shape = Shape::Table(&[
    required("grade", crate::scenario::shape::word(grades), "how well it is known"),
    required("where", Shape::Text, "where it was seen"),
]);

/// Keys of a preset file beside its parameters.
const HEAD: &[Key] = &[
    required("id", Shape::Name, "the name scenarios use"),
    required("title", Shape::Text, "one line on what it does"),
    required("software", Shape::Text, "the software it models"),
    required("versions", Shape::Text, "versions it holds for"),
    required("status", Shape::Name, "whether a second transcription agrees"),
    required("notes", Shape::Text, "what else is good to know"),
];

/// Reads one preset file.
fn read_preset<L: Clone>(name: &str, text: &str, form: &Form<L>) -> Result<Preset<L>, ScenarioError> {
    let mut report = Report::new(name, text);
    let document = parse_toml(&mut report);
    let table = document.as_ref().and_then(|value| value.as_table()).cloned().unwrap_or_default();
    let mut law = form.blank.clone();
    check_head(&table, form.keys, &mut report);
    (form.read)(&table, &mut law);
    let parameters = (form.write)(&law);
    check_complete(&table, &parameters, name, &mut report);
    if let Some((_, rule)) = (form.broken_rule)(&table, &law) {
        report.error(code::CONFLICT, &Place::File, rule);
    }
    let evidence = read_evidence(&table);
    match report.into_error() {
        Some(error) => Err(error),
        None => Ok(preset(&table, law, evidence, parameters)),
    }
}

fn preset<L>(
    table: &Table,
    law: L,
    evidence: BTreeMap<String, Evidence>,
    parameters: Vec<Written>,
) -> Preset<L> {
    let head = |key: &str| table.text(key).unwrap_or_default().to_owned();
    Preset {
        id: head("id"),
        title: head("title"),
        software: head("software"),
        versions: head("versions"),
        status: head("status"),
        notes: head("notes"),
        law,
        evidence,
        parameters,
    }
}

/// Checks the keys of a preset file: its head, the sections of its parameters, and the evidence.
fn check_head(table: &Table, parameters: &[Key], report: &mut Report) {
    let is_head = |key: &str| HEAD.iter().any(|head| head.name == key);
    let part = |keep: &dyn Fn(&str) -> bool| Table {
        entries: table.entries.iter().filter(|entry| keep(&entry.key)).cloned().collect(),
    };
    check_table(HEAD, &part(&is_head), &Place::File, "", report);
    check_table(parameters, &part(&|key| !is_head(key) && key != "evidence"), &Place::File, "", report);
    match table.get("evidence") {
        None => drop(report.error(code::MISSING, &Place::File, "evidence is missing")),
        Some(value) => match value.as_table() {
            None => Shape::Map(&EVIDENCE).check(value, "evidence", report),
            Some(evidence) => {
                evidence.entries.iter().for_each(|entry| EVIDENCE.check(&entry.value, &entry.key, report));
            }
        },
    }
}

/// Every parameter must stand in the file and have evidence, and there must be no other evidence.
fn check_complete(table: &Table, parameters: &[Written], file: &str, report: &mut Report) {
    let empty = Table::default();
    let evidence = table.table("evidence").unwrap_or(&empty);
    for (path, _) in parameters {
        let present = match path.split_once('.') {
            Some((section, key)) => table.table(section).is_some_and(|section| section.get(key).is_some()),
            None => table.get(path).is_some(),
        };
        if !present {
            report.error(code::MISSING, &Place::File, format!("{path} is missing in {file}"));
        }
        let seen_in = evidence.table(path).and_then(|fields| fields.text("where")).unwrap_or_default();
        if seen_in.trim().is_empty() {
            report.error(code::MISSING, &Place::File, format!("{path} has no evidence"));
        }
    }
    for entry in
        evidence.entries.iter().filter(|entry| !parameters.iter().any(|(path, _)| *path == entry.key))
    {
        let message = format!("evidence for `{}`, which is no parameter", entry.key);
        report.error(code::UNKNOWN_KEY, &entry.key_place, message);
    }
}

fn read_evidence(table: &Table) -> BTreeMap<String, Evidence> {
    let entries = table.table("evidence").map(|evidence| evidence.entries.as_slice()).unwrap_or_default();
    let read = |entry: &crate::scenario::tree::Entry| {
        let fields = entry.value.as_table()?;
        let grade = Grade::ALL.into_iter().find(|grade| Some(grade.name()) == fields.text("grade"))?;
        Some((entry.key.clone(), Evidence { grade, source: fields.text("where")?.to_owned() }))
    };
    entries.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_file_is_read_whole_and_named_after_its_id() {
        if let Err(errors) = Catalog::from_files(embedded()) {
            let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
            panic!("{}", text.join("\n\n"));
        }
        for (kind, name, text) in embedded() {
            let stem = name.rsplit('/').next().and_then(|file| file.strip_suffix(".toml"));
            let id = text.lines().find_map(|line| line.strip_prefix("id = "));
            assert_eq!(id, stem.map(|stem| format!("{stem:?}")).as_deref(), "{kind:?} {name}");
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
        assert_eq!(PresetKind::Authority.meaning("cache.ttl_min"), None);
        assert_eq!(catalog.nearest("posfix"), Some("postfix"));
        assert_eq!(catalog.nearest("sendmail"), None);
    }

    #[test]
    fn postfix_is_read_as_its_file_says() {
        let Some(postfix) = Catalog::builtin().sender("postfix") else { panic!("no postfix") };
        assert_eq!(postfix.law.order.unit, crate::sender::Unit::Address);
        assert_eq!(postfix.law.limits.addresses, Some(5));
        assert_eq!(postfix.grade(), Grade::Source);
        assert_eq!(postfix.evidence.len(), postfix.parameters.len());
    }

    fn errors_of(text: &str) -> String {
        match Catalog::from_files([(PresetKind::Authority, "x.toml", text)]) {
            Ok(_) => String::new(),
            Err(errors) => errors[0].to_string(),
        }
    }

    #[test]
    fn unread_keys_missing_parameters_and_stray_evidence_are_refused() {
        let good =
            FILES.get_file("authority/nsd.toml").and_then(|file| file.contents_utf8()).unwrap_or_default();
        assert_eq!(errors_of(good), "");
        assert!(errors_of(&good.replace("driver = ", "drivers = ")).contains("did you mean `driver`"));
        assert!(errors_of(&good.replace("hold = \"none\"\n", "")).contains("order.hold is missing"));
        let evidence = "\"order.hold\" = {";
        assert!(errors_of(&good.replace(evidence, "\"order.held\" = {")).contains("no parameter"));
        assert!(
            errors_of(&good.replace(evidence, "\"order.held\" = {")).contains("order.hold has no evidence")
        );
        assert!(errors_of(&good.replace("grade = \"measured\"", "grade = \"guessed\"")).contains("E107"));
    }
}
