//! Counts how long the messages of one sender took that had to wait.

use crate::tally::{DelayCounter, DelayHistogram};
use crate::time::Span;

/// Delays that are counted together.
const TOGETHER: usize = 1_024;

/// Delays of one sender.
///
/// A chunk belongs to the same phases as a whole. So what arrived and was accepted in one chunk is counted once, here, and handed to the phases
/// when these change; only messages that are older are counted by the phases of their arrival as well.
#[derive(Debug, Default)]
pub(crate) struct SenderDelays {
    /// Messages that arrived and were accepted in the current chunk, not yet counted.
    fresh: Vec<Span>,
    /// Those of the chunks since the phases changed.
    unchanged: DelayCounter,
    /// Those of the chunks before that.
    before: DelayHistogram,
    /// All other messages.
    others: DelayCounter,
}

impl SenderDelays {
    /// Notes the delays of messages that arrived and were accepted in the current chunk. True if it is time to [`SenderDelays::count_fresh`].
    #[inline(always)]
    pub(crate) fn note(&mut self, delays: &[Span]) -> bool {
        self.fresh.extend_from_slice(delays);
        self.fresh.len() >= TOGETHER
    }

    /// What was noted and not yet counted.
    pub(crate) fn fresh(&self) -> &[Span] {
        &self.fresh
    }

    /// Counts what was noted.
    pub(crate) fn count_fresh(&mut self) {
        self.unchanged.add_all(&self.fresh);
        self.fresh.clear();
    }

    /// Counts messages that arrived in a chunk before the current one, or were drawn as numbers.
    pub(crate) fn add(&mut self, delay: Span, count: u64) {
        self.others.add(delay, count);
    }

    /// What was counted since the phases changed the last time, as they change now or the run ends.
    pub(crate) fn phases_change(&mut self) -> DelayHistogram {
        let unchanged = std::mem::take(&mut self.unchanged).finish();
        self.before.merge(&unchanged);
        unchanged
    }

    /// Everything that was counted up to the last change of phases.
    pub(crate) fn finish(self) -> DelayHistogram {
        let mut all = self.before;
        all.merge(&self.others.finish());
        all
    }
}
