//! The kinds of presets.

/// What a preset is a preset of.
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
    /// Greylisting software at the nodes.
    Greylisting,
    /// A load balancer.
    Edge,
}

impl PresetKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Sender, Self::Resolver, Self::Authority, Self::Stub, Self::Greylisting, Self::Edge];

    /// Returns the name of the kind, which is also its folder in the catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Resolver => "resolver",
            Self::Authority => "authority",
            Self::Stub => "stub",
            Self::Greylisting => "greylisting",
            Self::Edge => "edge",
        }
    }

    /// Returns the name with its article.
    #[must_use]
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Sender => "a sender",
            Self::Resolver => "a resolver",
            Self::Authority => "an authority",
            Self::Stub => "a stub",
            Self::Greylisting => "a greylisting",
            Self::Edge => "an edge",
        }
    }

    /// Returns the kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
