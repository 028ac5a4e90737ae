//! The number that belongs to a goal, in a sentence a manager can repeat.

use super::Evidence;
use super::subjects::turned_away;
use crate::estimate::survival::WorstFailure;
use crate::numerals::{Ranged, count, percent};
use crate::results::NodeResult;
use crate::results::called;
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
            GoalKind::TurnedAway { .. } => self.turned_away_sentence(),
            GoalKind::Sessions { .. } | GoalKind::Headroom { .. } => {
                self.peak_sentence(kind).unwrap_or_else(|| self.split_sentence())
            }
            GoalKind::Survive { .. } => {
                let worst = WorstFailure::of(self.labels, self.tallies);
                worst.map_or_else(|| self.split_sentence(), |worst| worst.sentence(self.labels))
            }
            GoalKind::QuietestShare { .. } => {
                self.quietest_sentence().unwrap_or_else(|| self.split_sentence())
            }
            GoalKind::BusiestShare { .. } | GoalKind::NearFair { .. } => self.split_sentence(),
        }
    }

    fn loss_sentence(&self) -> String {
        let open =
            if self.unfinished.is_open { format!(" {}.", self.unfinished.sentence()) } else { String::new() };
        match self.results.delivery.bounced_share {
            Some(lost) if lost.value > 0.0 => {
                format!(
                    "{} of your mail bounces{}.{open}",
                    Ranged::from(lost).percent(),
                    self.who_loses(lost.value)
                )
            }
            _ if self.unfinished.is_open => format!("No mail bounces before the run ends.{open}"),
            _ => "No mail bounces.".into(),
        }
    }

    fn turned_away_sentence(&self) -> String {
        match self.fullest_hour() {
            Some((node, part)) if part.value > 0.0 => turned_away(node, part),
            _ => "No node turns a connection away in its busiest hour.".into(),
        }
    }

    /// The node that is worst off by a goal about sessions.
    pub(super) fn neediest(&self, kind: &GoalKind) -> Option<&NodeResult> {
        let need = |node: &NodeResult| -> Option<f64> {
            let peak = node.peak_sessions?.p95;
            match kind {
                GoalKind::Headroom { .. } => Some(peak / f64::from(node.sessions?.limit?)),
                GoalKind::TurnedAway { .. } => Some(node.sessions?.blocked_in_busiest_hour?.mean),
                _ => Some(peak),
            }
        };
        let needs = self.results.nodes.iter().filter_map(|node| Some((node, need(node)?)));
        needs.reduce(|most, next| if next.1 > most.1 { next } else { most }).map(|(node, _)| node)
    }

    /// The peak of the node that is worst off.
    fn peak_sentence(&self, kind: &GoalKind) -> Option<String> {
        let node = self.neediest(kind)?;
        let limit = node.sessions?.limit;
        let estimate = node.peak_sessions?;
        let of = limit.map_or_else(String::new, |limit| format!(" of its {}", count(limit.into())));
        // A quantile may lie between two numbers of sessions, which are whole.
        let whole = |number: f64| count(number.ceil() as u64);
        let [low, high] = estimate.p95_ci;
        let range = match (low, high.or(limit.map(f64::from))) {
            (Some(low), Some(high)) if whole(low) != whole(high) => {
                format!(" ({}-{})", whole(low), whole(high))
            }
            _ => String::new(),
        };
        Some(format!(
            "On 19 of 20 {} {} has at most {}{range}{of} sessions in use.",
            self.days(),
            called(&node.name),
            whole(estimate.p95)
        ))
    }

    /// How many of the sessions of the fullest node have mail, where some have none.
    pub(super) fn busy_and_idle(&self) -> Option<String> {
        let node = self.neediest(&GoalKind::Sessions { at_most: 0 })?;
        node.sessions?.idle.filter(|idle| idle.value > 0.0)?;
        let [busy, idle] =
            [node.sessions?.busy?, node.sessions?.idle?].map(|part| Ranged::from(part).plain());
        Some(format!(
            "On average {} has {busy} sessions with a message under way and {idle} that are kept open without one.",
            called(&node.name)
        ))
    }

    /// What a node gets; a range that it is to lie in stands in the goal.
    fn share_sentence(&self, name: &str, range: ShareRange) -> Option<String> {
        let node = &self.results.nodes[self.labels.node(name)?];
        let target = match range {
            ShareRange::Target(target) => format!("; its target is {}", percent(target)),
            ShareRange::Between(..) => String::new(),
        };
        Some(format!(
            "{} gets {} of the mail on average{target}.",
            called(name),
            Ranged::mean_share(&node.share).percent()
        ))
    }

    pub(super) fn delay_sentence(&self) -> Option<String> {
        let delay = self.results.delivery.delay?;
        if self.unfinished.is_much() {
            return Some(format!("{}.", self.unfinished.sentence()));
        }
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
            (Some(only), None, 1) => {
                format!("{} is the only node and carries all accepted mail.", called(&only.name))
            }
            (Some(first), None, _) if first.share.mean >= 1.0 => {
                format!("{} carries all of the mail.", called(&first.name))
            }
            (Some(first), None, _) => {
                format!(
                    "On 19 of 20 {days} {} carries at least {}.",
                    called(&first.name),
                    Ranged::p05(&first.share).percent()
                )
            }
            _ => match self.results.nodes.iter().find(|node| node.share.mean >= 1.0) {
                Some(all) => format!("{} carries all of the mail.", called(&all.name)),
                None => self.busiest_sentence(),
            },
        }
    }

    /// What the node with least mail gets, where several are meant to get some.
    fn quietest_sentence(&self) -> Option<String> {
        let least = self.results.nodes.iter().map(|node| node.fair_share).filter(|fair| *fair > 0.0);
        let even = least.fold(1.0, f64::min);
        let even =
            if self.labels.changes { String::new() } else { format!("; even would be {}", percent(even)) };
        self.has_equals().then(|| {
            format!(
                "On 19 of 20 {} the quietest node carries at least {}{even}.",
                self.days(),
                Ranged::p05(&self.results.balance.quietest_share).percent(),
            )
        })
    }

    fn busiest_sentence(&self) -> String {
        let busiest = &self.results.balance.busiest_share;
        let even = self.results.nodes.iter().map(|node| node.fair_share).fold(0.0, f64::max);
        // What is even changes with the zone.
        let even =
            if self.labels.changes { String::new() } else { format!("; even would be {}", percent(even)) };
        format!(
            "On 19 of 20 {} the busiest node carries at most {}{even}.",
            self.days(),
            Ranged::p95(busiest).percent(),
        )
    }
}
