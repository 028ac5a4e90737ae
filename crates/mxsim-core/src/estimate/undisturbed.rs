//! What an answer is worth where outages are planned: the split is judged without them.
//!
//! While a node is down the others carry its mail, and nobody calls that uneven. But a split that is off on a day without outages stays off,
//! and an answer that only says that the mail arrives would hide it.

use super::{Plausible, estimate};
use crate::results::{Answer, Subject, Verdict};
use crate::tally::Tally;
use crate::tally::labels::Labels;

/// The verdict, unless the world in which no node fails is off in a way that outages do not explain.
pub(super) fn held_against(verdict: Verdict, undisturbed: Option<(&Labels, &[Tally])>) -> Verdict {
    let is_no = verdict.answer == Answer::No;
    let Some((labels, tallies)) = undisturbed.filter(|(_, tallies)| !is_no && !tallies.is_empty()) else {
        return verdict;
    };
    let without = estimate(labels, tallies, false, Plausible::default()).verdict;
    let is_split = matches!(without.subject, Subject::IdleHost | Subject::Target | Subject::Evenness);
    if without.answer != Answer::No || !is_split {
        return verdict;
    }
    Verdict { sentence: format!("Even without the outages: {}", without.sentence), ..without }
}
