//! How scatter is said: by chance, and what is not known of it.

use mxsim_core::numerals::Ranged;
use mxsim_core::results::{NodeResult, Results};

use crate::words;

/// A node's scatter in points; of a single replication it is not known.
pub(crate) fn points(results: &Results, node: &NodeResult) -> String {
    if results.provenance.replications < 2 && node.scatter.value == 0.0 {
        return "unknown".to_owned();
    }
    Ranged::from(node.scatter).points_bare()
}

/// What stands where no sender has a part in the scatter.
pub(crate) fn nobody(results: &Results) -> &'static str {
    if results.provenance.replications < 2 { "scatter unknown" } else { "no scatter" }
}

/// Like how many choosers the mail scatters by chance, or why nothing is said of that.
pub(crate) fn choosers(results: &Results) -> String {
    let word = words::window(&results.provenance);
    let differ = || results.nodes.iter().any(|node| node.share.p05 < node.share.p95);
    match results.balance.effective_choosers.map(|choosers| Ranged::from(choosers).plain()) {
        Some(choosers) if results.differs_by_plan() => format!(
            "between {} that are planned alike the mail scatters like {choosers} independent equal choosers",
            word.many
        ),
        Some(choosers) => format!("the mail scatters like {choosers} independent equal choosers"),
        None if results.provenance.windows < 2 => format!("a single {} cannot show scatter", word.one),
        None if results.differs_by_plan() => {
            format!("chance moves nothing: {} differ only by what is planned", word.many)
        }
        None if differ() => "too few replications to tell what is planned from chance".to_owned(),
        None => format!("the split does not scatter: every {} looked at is the same", word.one),
    }
}
