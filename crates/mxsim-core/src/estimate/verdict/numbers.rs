//! The number that belongs to a goal, in a sentence a manager can repeat.

use super::Evidence;
use crate::numerals::{Ranged, percent};
use crate::scenario::{Goal, GoalKind, ShareRange};

impl Evidence<'_> {
    /// The numbers that belong to the goals; those about the split come first, and each stands there once.
    pub(super) fn yes_sentence(&self) -> String {
        let (split, other): (Vec<&Goal>, Vec<&Goal>) =
            self.labels.goals.iter().partition(|goal| goal.kind.is_about_shares());
        let mut sentences: Vec<String> = Vec::new();
        for goal in split.into_iter().chain(other) {
            let sentence = self.number_for(&goal.kind);
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        sentences.join(" ")
    }

    pub(super) fn number_for(&self, kind: &GoalKind) -> String {
        match kind {
            GoalKind::DelayP95 { .. } => self.delay_sentence().unwrap_or_else(|| self.split_sentence()),
            GoalKind::Share { node, range } => {
                self.share_sentence(node, *range).unwrap_or_else(|| self.split_sentence())
            }
            GoalKind::Bounced { .. } => self.loss_sentence(),
            GoalKind::BusiestShare { .. } | GoalKind::QuietestShare { .. } | GoalKind::NearFair { .. } => {
                self.split_sentence()
            }
        }
    }

    fn loss_sentence(&self) -> String {
        match self.results.delivery.bounced_share {
            Some(lost) if lost.value > 0.0 => {
                format!("{} of your mail bounces.", Ranged::from(lost).percent())
            }
            _ => "No mail bounces.".into(),
        }
    }

    /// What a node gets; a range that it is to lie in stands in the goal.
    fn share_sentence(&self, name: &str, range: ShareRange) -> Option<String> {
        let node = &self.results.nodes[self.labels.node(name)?];
        let target = match range {
            ShareRange::Target(target) => format!("; its target is {}", percent(target)),
            ShareRange::Between(..) => String::new(),
        };
        Some(format!(
            "{name} gets {} of the mail on average{target}.",
            Ranged::mean_share(&node.share).percent()
        ))
    }

    pub(super) fn delay_sentence(&self) -> Option<String> {
        let delay = self.results.delivery.delay?;
        let how_long = if delay.p95 == 0.0 && delay.p95_ci.iter().all(|bound| *bound == Some(0.0)) {
            "at the first try, without delay".into()
        } else {
            format!("within {}", Ranged::new(delay.p95, delay.p95_ci).duration())
        };
        Some(format!("19 of 20 messages are accepted {how_long}."))
    }

    /// The number a manager can repeat.
    pub(super) fn split_sentence(&self) -> String {
        let days = self.days();
        let mut meant = self.results.nodes.iter().filter(|node| node.fair_share > 0.0);
        match (meant.next(), meant.next(), self.results.nodes.len()) {
            (Some(only), None, 1) => format!("{} is the only node and carries all accepted mail.", only.name),
            (Some(first), None, _) => {
                format!(
                    "On 19 of 20 {days} {} carries at least {}.",
                    first.name,
                    Ranged::p05(&first.share).percent()
                )
            }
            _ => {
                let busiest = &self.results.balance.busiest_share;
                let even = self.results.nodes.iter().map(|node| node.fair_share).fold(0.0, f64::max);
                format!(
                    "On 19 of 20 {days} the busiest node carries at most {}; even would be {}.",
                    Ranged::p95(busiest).percent(),
                    percent(even)
                )
            }
        }
    }
}
