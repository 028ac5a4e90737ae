//! The kinds of presets, one line each; everything else about them follows from these lines.

use super::lazy::Lazy;
use super::params;
use super::preset::{Preset, PresetSummary};
use super::read::{Form, read_preset};
use super::review::{Review, read_review};
use crate::dns::{OrderLaw, ResolverLaw, StubLaw};
use crate::sender::SenderLaw;
use crate::syntax::diagnostic::ScenarioError;
use crate::syntax::shape::Key;
use crate::syntax::tree::Table;
use std::collections::BTreeMap;

/// Makes, for each line, a variant of [`PresetKind`], a shelf of [`Catalog`](super::Catalog) and its two accessors.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident: $article:literal, $one:ident, $all:ident, $law:ty, $form:expr;)+) => {
        /// Which kind of preset.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum PresetKind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl PresetKind {
            /// All kinds.
            pub const ALL: [Self; [$(stringify!($one)),+].len()] = [$(Self::$kind),+];

            /// The name of the kind, which is also its folder in the catalogue.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => stringify!($one),)+ }
            }

            /// The name with its article.
            #[must_use]
            pub const fn with_article(self) -> &'static str {
                match self { $(Self::$kind => $article,)+ }
            }

            /// The sections of its parameters.
            pub(crate) const fn keys(self) -> &'static [Key] {
                match self { $(Self::$kind => $form.keys,)+ }
            }
        }

        impl PresetKind {
            /// Reads the file of a second reading, which errors call `file`.
            ///
            /// # Errors
            /// Everything that is wrong with it.
            pub fn read_review(self, file: &str, text: &str) -> Result<Review, ScenarioError> {
                match self { $(Self::$kind => read_review(file, text, &$form),)+ }
            }
        }

        /// The presets, by kind and id.
        #[derive(Debug, Clone, Default)]
        pub(super) struct PresetMaps {
            $($all: BTreeMap<String, Lazy<Preset<$law>>>,)+
        }

        impl PresetMaps {
            /// Puts an embedded file on its shelf, unread, under the id its name gives.
            pub(super) fn embed(&mut self, kind: PresetKind, id: &str, file: &'static str, text: &'static str) {
                match kind { $(PresetKind::$kind => { self.$all.insert(id.to_owned(), Lazy::embedded(file, text)); })+ }
            }

            /// Reads one preset file and puts it on its shelf; gives its id.
            pub(super) fn add(&mut self, kind: PresetKind, file: &str, text: &str, outside: bool) -> Result<String, ScenarioError> {
                match kind {
                    $(PresetKind::$kind => {
                        let mut preset = read_preset(kind, file, text, outside, &$form)?;
                        let id = preset.id.clone();
                        preset.replaces = self.$all.contains_key(&id);
                        self.$all.insert(id.clone(), Lazy::read(preset));
                        Ok(id)
                    })+
                }
            }

            /// The ids of one kind, in alphabetical order.
            pub(super) fn ids_of(&self, kind: PresetKind) -> Vec<&str> {
                match kind { $(PresetKind::$kind => self.$all.keys().map(String::as_str).collect(),)+ }
            }

            /// True if there is such a preset.
            pub(super) fn has(&self, kind: PresetKind, id: &str) -> bool {
                match kind { $(PresetKind::$kind => self.$all.contains_key(id),)+ }
            }

            /// All presets without their laws: by kind, then by id.
            pub(super) fn summaries(&self) -> Vec<PresetSummary<'_>> {
                let mut summaries = Vec::new();
                $(summaries.extend(self.$all().map(Preset::summary));)+
                summaries
            }

            $(
                fn $one(&self, id: &str) -> Option<&Preset<$law>> {
                    self.$all.get(id).map(|kept| kept.get(|file, text| read_preset(PresetKind::$kind, file, text, false, &$form)))
                }

                fn $all(&self) -> impl Iterator<Item = &Preset<$law>> {
                    self.$all.keys().filter_map(|id| self.$one(id))
                }
            )+
        }

        impl super::Catalog {
            $(
                #[doc = concat!("The ", stringify!($one), " preset `id`.")]
                #[must_use]
                pub fn $one(&self, id: &str) -> Option<&Preset<$law>> {
                    self.presets.$one(id)
                }

                #[doc = concat!("All ", stringify!($one), " presets, by id.")]
                pub fn $all(&self) -> impl Iterator<Item = &Preset<$law>> {
                    self.presets.$all()
                }
            )+
        }
    };
}

kinds! {
    /// A sending MTA, or a plain kind of one.
    Sender: "a sender", sender, senders, SenderLaw, SENDER;
    /// A resolver or forwarder.
    Resolver: "a resolver", resolver, resolvers, ResolverLaw, RESOLVER;
    /// An authoritative server.
    Authority: "an authority", authority, authorities, OrderLaw, AUTHORITY;
    /// A library that sorts addresses.
    Stub: "a stub", stub, stubs, StubLaw, STUB;
}

impl PresetKind {
    /// What a parameter of this kind, such as `order.hosts`, is for; `None` if there is no such parameter.
    #[must_use]
    pub fn meaning(self, parameter: &str) -> Option<&'static str> {
        params::meaning(self.keys(), parameter)
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
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
    blank: OrderLaw::AS_RECEIVED,
    read: params::read_answer_order,
    write: params::write_order,
    broken_rule: no_rule,
};

static STUB: Form<StubLaw> = Form {
    keys: params::STUB,
    blank: params::BLANK_STUB,
    read: params::read_stub,
    write: params::write_stub,
    broken_rule: no_rule,
};

fn no_rule<L>(_: &Table, _: &L) -> Option<(&'static str, &'static str)> {
    None
}
