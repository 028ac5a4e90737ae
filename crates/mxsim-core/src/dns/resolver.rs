//! A resolver or forwarder, as data; `cache.rs` obeys it.

use super::keep::CachePolicy;
use super::order_policy::OrderPolicy;

/// How many independent caches a resolver has and who meets which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caches {
    /// One for each outbound host.
    PerHost,
    /// One for each site.
    PerSite,
    /// This many, for all who ask.
    Count(usize),
}

/// Which of its caches a resolver asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// A client always meets the same one.
    Client,
    /// One drawn for each question, among all there are (public resolvers behind a load balancer).
    Question,
}

/// A resolver or forwarder: how it caches and how it orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolverParameters {
    /// How many independent caches it has.
    pub caches: Caches,
    /// Which of them a question meets.
    pub pick: Pick,
    /// How long it keeps an answer.
    pub cache: CachePolicy,
    /// In which order it answers.
    pub order: OrderPolicy,
}
