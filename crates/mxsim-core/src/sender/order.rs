//! The order in which candidates are tried.

use super::{Candidates, OrderLaw};
use crate::random::Key;

/// Puts `candidates`, given in answer order, into the order in which they will be tried.
pub fn arrange(law: &OrderLaw, candidates: &mut Candidates, choice: Key) {
    let _ = (law, choice);
    candidates.sort_by_key(|candidate| candidate.preference);
}
