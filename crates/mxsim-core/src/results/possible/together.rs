//! What has to be true of several numbers together: a mean below its limit, a name that exists, a part that is one of the counts.

use super::Possible;
use super::numbers::{add_up_to_most, inside_of};
use crate::results::{Balance, NodeResult, Provenance, Results};
use std::collections::BTreeSet;

/// Largest count there can be: more than any run counts.
const MOST_COUNTED: u64 = 1_000_000_000_000_000;

impl Results {
    /// What belongs to several parts of the document.
    pub(super) fn together(&self) -> Possible {
        counts(&self.provenance)?;
        self.names()?;
        self.nodes.iter().try_for_each(node)?;
        balance(&self.balance, &self.nodes)?;
        let of_mail = self.wanted_senders().map(|sender| sender.share_of_mail.value);
        add_up_to_most("shares of the mail of the senders", of_mail)?;
        self.goals.iter().try_for_each(|goal| {
            let of = format!("goal {:?}", goal.text);
            if goal.windows > MOST_COUNTED {
                return Err(format!("{of} is judged on {} windows", goal.windows));
            }
            let part = goal.windows_met as f64 / (goal.windows as f64).max(1.0);
            match goal.windows {
                0 => Ok(()),
                _ => inside_of(&format!("{of}: met_fraction"), goal.met_fraction.value, part, part),
            }
        })
    }

    /// No two nodes are called the same, and what is said of a node is said of one that is there.
    fn names(&self) -> Possible {
        let known: BTreeSet<&str> = self.nodes.iter().map(|node| node.name.as_str()).collect();
        if known.len() < self.nodes.len() {
            return Err("two nodes have the same name".into());
        }
        let mut of_senders = self.senders.iter().flat_map(|sender| sender.by_node.iter().map(|at| &at.node));
        match of_senders.find(|name| !known.contains(name.as_str())) {
            Some(stranger) => Err(format!("there is no node {stranger:?}")),
            None => Ok(()),
        }
    }
}

/// Every replication has as many windows as the next.
fn counts(of: &Provenance) -> Possible {
    let Provenance { replications, windows, .. } = *of;
    let fits = windows <= MOST_COUNTED && (replications == 0 || windows % replications == 0);
    if fits { Ok(()) } else { Err(format!("{replications} replications do not have {windows} windows")) }
}

/// No node has more sessions on average than its limit.
fn node(node: &NodeResult) -> Possible {
    let Some((sessions, limit)) = node.sessions.and_then(|sessions| Some((sessions, sessions.limit?))) else {
        return Ok(());
    };
    let of = format!("node {}: sessions beside their limit of {limit}", node.name);
    inside_of(&of, sessions.mean.value, 0.0, limit.into())
}

/// The busiest node carries no less than the quietest, and no index lies where no split puts it.
fn balance(balance: &Balance, nodes: &[NodeResult]) -> Possible {
    let fair: Vec<f64> = nodes.iter().map(|node| node.fair_share).filter(|fair| *fair > 0.0).collect();
    if fair.is_empty() {
        return Ok(());
    }
    let least = fair.iter().copied().fold(1.0, f64::min);
    let [busiest, quietest] = [&balance.busiest_share, &balance.quietest_share];
    inside_of("balance: quietest_share beside busiest_share", quietest.mean, 0.0, busiest.mean)?;
    inside_of("balance: max_over_fair", balance.max_over_fair.mean, 0.0, 1.0 / least)?;
    // Where nothing was accepted there is nothing to be even.
    match balance.jain.mean {
        0.0 => Ok(()),
        jain => inside_of("balance: jain", jain, 1.0 / fair.len() as f64, 1.0),
    }
}
