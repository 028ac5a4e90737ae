//! What a cutover is asked about.

use crate::study::together::TogetherOptions;
use crate::time::Span;

/// The TTL that is looked at if none is named. *Assumption*: what is common where changes are planned.
pub const LOWER_TTL: Span = Span::from_minutes(5);
/// The time of day of the change unless it is said. *Assumption*: working hours, with mail in every cache and people at hand.
pub const TIME_OF_DAY: Span = Span::from_hours(10);

/// What to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CutoverOptions {
    /// Seed and replications; every message is simulated one by one whatever method it names.
    pub together: TogetherOptions,
    /// When the new records are published, after midnight of the first measured day; `None` for 10:00 of the first day on which there is time for
    /// everything before. A scenario with changes of its own says it itself.
    pub at: Option<Span>,
    /// The TTL that the plan publishes before the change; `None` if it does not, and lowering is only looked at.
    pub lower_ttl: Option<Span>,
    /// How long before; `None` for an hour more than the old TTL.
    pub before: Option<Span>,
    /// How long after the change the old hosts are watched at least; `None` for as long as anything is kept anywhere, and a day at least.
    pub watch: Option<Span>,
    /// How long after the change the plan stops the old hosts; `None` for when the last message has come.
    pub stop_after: Option<Span>,
}

impl CutoverOptions {
    /// Everything by default.
    #[must_use]
    pub const fn new(together: TogetherOptions) -> Self {
        Self { together, at: None, lower_ttl: None, before: None, watch: None, stop_after: None }
    }

    /// The same with the change at this time after midnight of the first measured day.
    #[must_use]
    pub const fn at(self, at: Span) -> Self {
        Self { at: Some(at), ..self }
    }

    /// The same with this TTL published so long before the change.
    #[must_use]
    pub const fn lower_ttl(self, ttl: Span, before: Option<Span>) -> Self {
        Self { lower_ttl: Some(ttl), before, ..self }
    }

    /// The same, watching the old hosts for so long after the change.
    #[must_use]
    pub const fn watch(self, watch: Span) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// The same with the old hosts stopped so long after the change.
    #[must_use]
    pub const fn stop_after(self, stop: Span) -> Self {
        Self { stop_after: Some(stop), ..self }
    }
}
