//! How a list of candidates that is too long is cut.

use super::{Candidates, Limits};

/// Cuts `candidates`, given in the order in which they will be tried.
pub fn cut(law: &Limits, candidates: &mut Candidates) {
    if let Some(most) = law.addresses {
        candidates.truncate(usize::from(most));
    }
}
