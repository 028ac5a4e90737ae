//! Mail that nobody waits for: how much comes beside the mail, and which host it prefers.

use mxsim_core::numerals::{percent, rough};
use mxsim_core::results::{NodeResult, Results, SenderResult, Subject, called};

/// A host that takes so much more of it than of the mail is worth a line.
const WORTH_SAYING: f64 = 0.1;
/// So many messages beside a hundred are much.
const MUCH: f64 = 20.0;

/// `beside 100 messages come 82 that nobody waits for, and 71 % of these go to "mx2"`, of those that are accepted and of the host that takes most of it for what it takes of the mail;
/// `None` where it goes where the mail goes.
pub(crate) fn sentence(results: &Results) -> Option<String> {
    let unwanted = || results.senders.iter().filter(|sender| !sender.wanted);
    let messages: u64 = unwanted().map(|sender| sender.totals.messages).sum();
    let accepted: u64 = unwanted().map(|sender| sender.totals.accepted).sum();
    let part = |node: &NodeResult| {
        let taken: f64 = unwanted().map(|sender| taken(sender, &node.name)).sum();
        if accepted == 0 { 0.0 } else { taken / accepted as f64 }
    };
    let nodes = results.nodes.iter().map(|node| (node, part(node)));
    let excess = |(node, part): &(&NodeResult, f64)| part - node.share.mean;
    let (node, part) = nodes.max_by(|a, b| excess(a).total_cmp(&excess(b)))?;
    let beside = 100.0 * messages as f64 / results.delivery.totals.messages as f64;
    // Where nodes are full it matters wherever it goes.
    if results.verdict.subject == Subject::TurnedAway
        && beside >= MUCH
        && excess(&(node, part)) <= WORTH_SAYING
    {
        return Some(format!("beside 100 messages come {} that nobody waits for", rough(beside)));
    }
    (excess(&(node, part)) > WORTH_SAYING).then(|| {
        let turned_away = 1.0 - accepted as f64 / messages as f64;
        let which = if turned_away > WORTH_SAYING {
            format!(
                "; {} of these get in nowhere, and {} of the rest go",
                percent(turned_away),
                percent(part)
            )
        } else {
            format!(", and {} of these go", percent(part))
        };
        format!(
            "beside 100 messages come {} that nobody waits for{which} to {}",
            rough(beside),
            called(&node.name)
        )
    })
}

/// Messages that a node takes from a sender.
fn taken(sender: &SenderResult, node: &str) -> f64 {
    let own = sender.by_node.iter().find(|own| own.node == node);
    own.map_or(0.0, |own| own.share.value * sender.totals.accepted as f64)
}
