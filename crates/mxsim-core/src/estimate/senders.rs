//! Senders: what became of the mail of each, and where it went.

use super::delivery;
use super::greylisting;
use super::interval::Ratio;
use super::sessions;
use crate::results::{DeliveryTotals, Interval, SenderAtNode, SenderResult};
use crate::tally::labels::Labels;
use crate::tally::{SenderTally, Tally};

/// One result per sender, in the order of the scenario.
pub(super) fn senders(labels: &Labels, tallies: &[Tally]) -> Vec<SenderResult> {
    (0..labels.senders.len()).map(|index| one(labels, tallies, index)).collect()
}

fn one(labels: &Labels, tallies: &[Tally], index: usize) -> SenderResult {
    let own: Vec<&SenderTally> = tallies.iter().filter_map(|tally| tally.senders.get(index)).collect();
    let delays: Vec<_> = own.iter().map(|sender| &sender.delays).collect();
    SenderResult {
        name: labels.senders[index].name.clone(),
        wanted: labels.senders[index].wanted,
        share_of_mail: if labels.senders[index].wanted {
            share_of_mail(tallies, index)
        } else {
            Interval::alone(0.0)
        },
        totals: delivery::totals(own.iter().map(|sender| sender.totals)),
        bounced_share: delivery::bounced_share(own.iter().map(|sender| sender.totals)),
        late: delivery::part(own.iter().map(|sender| (sender.late, delivery::not_bounced(sender.totals)))),
        delay: delivery::delay(&delays),
        greylisted: greylisting::of_sender(labels, &own),
        over_limits: own.iter().map(|sender| sender.over_limits).sum(),
        by_node: by_node(labels, tallies, index),
    }
}

fn share_of_mail(tallies: &[Tally], index: usize) -> Interval {
    let accepted = |totals: DeliveryTotals| totals.accepted;
    let pairs = tallies.iter().map(|tally| (accepted(tally.senders[index].totals), accepted(tally.totals)));
    delivery::part(pairs).unwrap_or(Interval::alone(0.0))
}

/// A sender of which nothing was accepted has a share of 0 at each node, without bounds.
fn by_node(labels: &Labels, tallies: &[Tally], sender: usize) -> Vec<SenderAtNode> {
    let nodes = labels.nodes.len();
    let accepted = |tally: &Tally| -> Vec<u64> {
        if !labels.senders[sender].wanted {
            // Of the worlds beside a run nobody asks.
            return tally.senders[sender].unwanted_at.clone();
        }
        let mut sums = vec![0; nodes];
        for window in &tally.windows {
            let own = &window.accepted[sender * nodes..(sender + 1) * nodes];
            sums.iter_mut().zip(own).for_each(|(sum, count)| *sum += count);
        }
        sums
    };
    let counts: Vec<Vec<u64>> = tallies.iter().map(accepted).collect();
    let at = |(node, labels): (usize, &crate::tally::labels::NodeLabels)| {
        let pairs = counts.iter().map(move |own| (own[node] as f64, own.iter().sum::<u64>() as f64));
        let share = Ratio::of(pairs).map_or(Interval::alone(0.0), |ratio| ratio.share_interval());
        let [busy_sessions, idle_sessions] = sessions::held(labels.measured, tallies, sender * nodes + node);
        SenderAtNode { node: labels.name.clone(), share, busy_sessions, idle_sessions }
    };
    labels.nodes.iter().enumerate().map(at).collect()
}
