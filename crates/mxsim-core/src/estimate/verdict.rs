//! The answer in words: answer word, a number a manager can repeat, why, what would flip it, what to do.

use super::causes::Ranked;
use super::goals::{measured, status_of};
use super::interval::unknown;
use super::not_known::{Quantity, WhatIf, flips, ranked};
use super::window::{Loads, plural};
use crate::numerals::{
    Ranged, count, duration, duration_range, frequency_with_range, percent, percent_range,
    percent_with_decimals, tidy,
};
use crate::results::{Answer, Cause, GoalResult, GoalStatus, Grade, Interval, NodeResult, Results, Verdict};
use crate::scenario::{Goal, GoalKind};
use crate::tally::Tally;
use crate::tally::labels::Labels;

/// Everything a verdict looks at.
pub(super) struct Evidence<'a> {
    pub(super) labels: &'a Labels,
    pub(super) tallies: &'a [Tally],
    pub(super) loads: &'a Loads,
    /// Everything but the verdict.
    pub(super) results: &'a Results,
    pub(super) ranked: &'a [Ranked],
    pub(super) what_ifs: &'a [WhatIf],
}

impl Evidence<'_> {
    /// The verdict.
    pub(super) fn verdict(&self) -> Verdict {
        let totals = &self.results.delivery.totals;
        if totals.messages == 0 {
            return self.nothing_sent();
        }
        if totals.accepted == 0 {
            return self.nothing_accepted();
        }
        let answer = self.answer();
        Verdict {
            answer,
            sentence: self.sentence(answer),
            why: self.why(),
            flips: self.flips(answer),
            action: self.action(answer),
        }
    }

    fn nothing_sent(&self) -> Verdict {
        Verdict {
            answer: Answer::CannotTell,
            sentence: "No message arrived in the time simulated, so there is no split to look at.".into(),
            why: "The scenario sends too little mail for its run length.".into(),
            flips: String::new(),
            action: "Raise messages_per_day, or measure a longer run.".into(),
        }
    }

    fn nothing_accepted(&self) -> Verdict {
        let totals = &self.results.delivery.totals;
        let (why, action) = if self.labels.nodes.is_empty() {
            (
                "The domain names no host that takes mail (a null MX, or no host with an address).",
                "Publish an MX record whose host has an address, if the domain is to receive mail.",
            )
        } else if totals.connections_tried == 0 {
            (
                "No sender could use an address of the MX hosts, so nobody even tried to connect: a host with nothing but an IPv6 \
                 address is out of reach of a sender without IPv6.",
                "Give at least one MX host an IPv4 address, or check what the senders in the scenario can use.",
            )
        } else {
            (
                "No node accepted a connection while it was simulated.",
                "Look at the faults and at the addresses of the MX hosts in the scenario.",
            )
        };
        Verdict {
            answer: Answer::No,
            sentence: format!(
                "Not one of the {} messages was accepted: {} bounced, {} were still waiting at the end.",
                count(totals.messages),
                count(totals.bounced),
                count(totals.waiting),
            ),
            why: why.into(),
            flips: String::new(),
            action: action.into(),
        }
    }

    fn answer(&self) -> Answer {
        let any = |status| self.results.goals.iter().any(|goal| goal.status == status);
        if any(GoalStatus::Missed) {
            return Answer::No;
        }
        if any(GoalStatus::Unknown) {
            return Answer::CannotTell;
        }
        if self.flipping().iter().any(|what_if| what_if.assumption.grade == Grade::Assumed) {
            return Answer::YesIf;
        }
        let even = || status_of(&Goal::even(), self.labels, self.tallies, self.loads) == GoalStatus::Met;
        if self.labels.goals_are_default && !even() { Answer::YesRoughly } else { Answer::Yes }
    }

    /// The what-ifs that turn the answer round, the largest effect first.
    fn flipping(&self) -> Vec<&WhatIf> {
        ranked(self.what_ifs).into_iter().filter(|what_if| flips(what_if, &self.results.goals)).collect()
    }

    fn days(&self) -> &'static str {
        plural(self.labels.run.window)
    }

    fn sentence(&self, answer: Answer) -> String {
        let open = match answer {
            Answer::No => self.goal_with(GoalStatus::Missed),
            Answer::CannotTell => self.goal_with(GoalStatus::Unknown),
            Answer::Yes | Answer::YesRoughly | Answer::YesIf => None,
        };
        match open {
            Some((goal, result)) if !self.labels.goals_are_default => self.goal_sentence(goal, result),
            Some(_) if answer == Answer::CannotTell => {
                format!("So far: {}", self.split_sentence().replacen("On", "on", 1))
            }
            _ => self.yes_sentence(),
        }
    }

    fn goal_with(&self, status: GoalStatus) -> Option<(&Goal, &GoalResult)> {
        self.labels.goals.iter().zip(&self.results.goals).find(|(_, result)| result.status == status)
    }

    fn goal_sentence(&self, goal: &Goal, result: &GoalResult) -> String {
        let Interval { value, low, high } = result.met_fraction;
        format!(
            "\"{}\" holds on {}; you ask for {} in 100. {}",
            result.text,
            frequency_with_range(value, [low, high], self.days()),
            tidy(goal.on * 100.0),
            self.number_for(goal.kind)
        )
    }

    /// The number that belongs to the goals; with goals of both kinds the split comes first.
    fn yes_sentence(&self) -> String {
        let about_delay = |goal: &&Goal| matches!(goal.kind, GoalKind::DelayP95 { .. });
        let delay = self.labels.goals.iter().find(about_delay);
        let split = self.labels.goals.iter().find(|goal| !about_delay(goal));
        let kinds = split.into_iter().chain(delay).map(|goal| self.number_for(goal.kind));
        kinds.collect::<Vec<_>>().join(" ")
    }

    fn number_for(&self, kind: GoalKind) -> String {
        match kind {
            GoalKind::DelayP95 { .. } => self.delay_sentence().unwrap_or_else(|| self.split_sentence()),
            GoalKind::BusiestShare { .. } | GoalKind::QuietestShare { .. } | GoalKind::NearFair { .. } => {
                self.split_sentence()
            }
        }
    }

    fn delay_sentence(&self) -> Option<String> {
        let delay = self.results.delivery.delay?;
        let how_long = if delay.p95 == 0.0 && delay.p95_ci.iter().all(|bound| *bound == Some(0.0)) {
            "at the first try, without delay".into()
        } else {
            format!("within {}", Ranged::new(delay.p95, delay.p95_ci).duration())
        };
        Some(format!("19 of 20 messages are accepted {how_long}."))
    }

    /// The number a manager can repeat.
    fn split_sentence(&self) -> String {
        let days = self.days();
        let mut meant = self.results.nodes.iter().filter(|node| node.fair_share > 0.0);
        match (meant.next(), meant.next(), self.results.nodes.len()) {
            (Some(only), None, 1) => format!("{} is the only node and carries all accepted mail.", only.name),
            (Some(first), None, _) => format!(
                "On 19 of 20 {days} {} carries at least {}; the other nodes are there for when it fails.",
                first.name,
                Ranged::p05(&first.share).percent()
            ),
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

    fn why(&self) -> String {
        let about_split = |goal: &Goal| !matches!(goal.kind, GoalKind::DelayP95 { .. });
        if !self.labels.goals.iter().any(about_split) {
            let parts = [self.outage(), self.failures(), self.largest_sender()];
            return parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        }
        let parts = [self.outage(), self.decisive(), self.kind_of_unevenness(), self.choosers()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn outage(&self) -> Option<String> {
        let failing: Vec<&str> =
            self.labels.nodes.iter().filter(|node| node.fails).map(|node| node.name.as_str()).collect();
        if failing.is_empty() {
            return None;
        }
        let names = failing.join(", ");
        let then = match (failing.len(), failing.len() == self.labels.nodes.len()) {
            (1, true) => "the only node; nobody takes the mail meanwhile, it waits",
            (_, true) => "which are all nodes; while all of them fail nobody takes the mail, it waits",
            (1, false) => "whose mail goes elsewhere, unless a sender waits for it",
            (_, false) => "whose mail goes elsewhere, unless a sender waits for them",
        };
        Some(format!("Failing for a part of the run: {names}, {then}."))
    }

    /// The sender that makes most of tilt^2 + scatter^2.
    fn decisive(&self) -> Option<String> {
        let ranked = self.ranked.first().filter(|ranked| ranked.part > 0.0)?;
        let cause = &ranked.cause;
        if self.mostly_tilt() && self.any_fails() && !self.tilts_by_itself(cause) {
            return None;
        }
        if self.ranked.len() == 1 {
            let grade = cause.grade.in_words();
            let like = &cause.behaves_like;
            return Some(format!(
                "All mail comes from {}, which behaves like {like} ({grade}).",
                cause.sender
            ));
        }
        let makes = if self.mostly_tilt() {
            format!("adds {} to the largest tilt", Ranged::from(cause.tilt_points).points())
        } else {
            let scatter = cause.share_of_scatter.unwrap_or(unknown(0.0));
            format!("makes {} of the spread in the nodes' load", Ranged::from(scatter).percent())
        };
        Some(format!(
            "{} brings {} of the mail, behaves like {} ({}) and {makes}.",
            cause.sender,
            percent(self.labels.senders[ranked.sender].share),
            cause.behaves_like,
            cause.grade.in_words()
        ))
    }

    /// An outage moves the mail of all senders alike, so it is nobody's choice; a sender whose part of the largest tilt is well above its part
    /// of the mail does more than that. *Assumption*: half as much again is "well above".
    fn tilts_by_itself(&self, cause: &Cause) -> bool {
        let largest = self.results.nodes.iter().map(|node| node.tilt.value.abs()).fold(0.0, f64::max);
        cause.tilt_points.value > 1.5 * cause.share_of_mail.value * largest
    }

    fn any_fails(&self) -> bool {
        self.labels.nodes.iter().any(|node| node.fails)
    }

    fn squares(&self, part: impl Fn(&NodeResult) -> f64) -> f64 {
        self.results.nodes.iter().map(|node| part(node) * part(node)).sum()
    }

    fn mostly_tilt(&self) -> bool {
        self.squares(|node| node.tilt.value) > self.squares(|node| node.scatter.value)
    }

    /// Whether it is the same every window or chance.
    fn kind_of_unevenness(&self) -> Option<String> {
        if self.results.nodes.len() < 2 {
            return None;
        }
        if self.mostly_tilt() {
            let size = |node: &&NodeResult| node.tilt.value.abs();
            let node = self.results.nodes.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
            let (side, sign) = if node.tilt.value < 0.0 { ("below", -1.0) } else { ("above", 1.0) };
            let mut bounds = [node.tilt.low, node.tilt.high].map(|bound| bound.map(|bound| bound * sign));
            if sign < 0.0 {
                bounds.reverse();
            }
            return Some(format!(
                "It is mostly tilt, not chance: {} lies {} {side} its fair share on average.",
                node.name,
                Ranged::new(node.tilt.value.abs(), bounds).points()
            ));
        }
        let size = |node: &&NodeResult| node.scatter.value;
        let node = self.results.nodes.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
        let scatter = node.scatter;
        (scatter.value > 0.0).then(|| {
            format!(
                "It is mostly chance, not tilt: about +/- {} at {}.",
                Ranged::from(scatter).points(),
                node.name
            )
        })
    }

    fn choosers(&self) -> Option<String> {
        let choosers = self.results.balance.effective_choosers?;
        // A node that takes everything, or chance that is not worth the word, has no useful number of choosers.
        (self.results.nodes.len() > 1 && choosers.value > 1.0 - 1e-9).then(|| {
            let many = match Ranged::from(choosers).plain() {
                number if number == "1.00" => "one sender alone".to_owned(),
                number => format!("{number} independent, equal senders"),
            };
            format!("From window to window your mail scatters like {many}.")
        })
    }

    /// What makes delay, where the goals are about delay alone and the split is not the point.
    fn failures(&self) -> Option<String> {
        let totals = &self.results.delivery.totals;
        let delay = self.results.delivery.delay?;
        let failed: u64 = self.results.nodes.iter().map(|node| node.totals.deferred).sum();
        Some(if failed == 0 {
            "No connection failed, so no message had to wait.".into()
        } else {
            format!(
                "Delay comes from failed connections and the waits before the next try: {} of {} connections failed, and the longest \
                 delay of a replication was {}.",
                count(failed),
                count(totals.connections_tried),
                duration_range(delay.max_ci[0].unwrap_or(delay.max), delay.max_ci[1].unwrap_or(delay.max)),
            )
        })
    }

    fn largest_sender(&self) -> Option<String> {
        // Of equals the first: `max_by` takes the last of the reversed.
        let sender = self.labels.senders.iter().rev().max_by(|a, b| a.share.total_cmp(&b.share))?;
        Some(format!(
            "{} brings {} of the mail and behaves like {} ({}).",
            sender.name,
            percent(sender.share),
            sender.behaves_like,
            sender.grade.in_words()
        ))
    }

    fn flips(&self, answer: Answer) -> String {
        let then = match answer {
            Answer::No => "the goals are met",
            Answer::CannotTell => return String::new(),
            Answer::Yes | Answer::YesRoughly | Answer::YesIf => "the goals are missed",
        };
        // What nobody knows comes before what somebody has read; of one grade the largest effect.
        let flipping = self.flipping();
        let weakest = flipping.iter().map(|what_if| what_if.assumption.grade).max();
        let first = flipping.into_iter().find(|what_if| Some(what_if.assumption.grade) == weakest);
        first.map(|what_if| self.flip(what_if, then)).unwrap_or_default()
    }

    fn flip(&self, what_if: &WhatIf, then: &str) -> String {
        let assumption = &what_if.assumption;
        let number = what_if.number.value;
        let days = self.days();
        let number = match Quantity::of(self.labels) {
            Quantity::Busiest => {
                format!("the busiest node carries up to about {} on 19 of 20 {days}", percent(number))
            }
            Quantity::Quietest => {
                format!(
                    "the quietest node carries no more than about {} on one of 20 {days}",
                    percent(number)
                )
            }
            Quantity::Delay => format!("19 of 20 messages are accepted within about {}", duration(number)),
        };
        format!(
            "{}: if {}, {number} and {then}. As written: {} ({}).",
            self.labels.senders[assumption.sender].name,
            assumption.instead,
            assumption.assumed,
            assumption.grade.in_words()
        )
    }

    fn action(&self, answer: Answer) -> String {
        match answer {
            Answer::Yes | Answer::YesRoughly => self.go_ahead(),
            Answer::YesIf => self.measure(),
            Answer::CannotTell => self.simulate_more(),
            Answer::No => self.change(),
        }
    }

    fn go_ahead(&self) -> String {
        let meant = || self.results.nodes.iter().filter(|node| node.fair_share > 0.0);
        if meant().count() < 2 {
            return "Go on as planned, and compare your logs with these numbers after roll-out.".into();
        }
        let least = meant().map(|node| node.share.p05).fold(1.0, f64::min);
        let most = meant().map(|node| node.share.p95).fold(0.0, f64::max);
        format!(
            "Go on as planned. After roll-out, compare your logs: 9 of 10 {} lie at {} per node.",
            self.days(),
            percent_range(least, most)
        )
    }

    fn measure(&self) -> String {
        let flipping = self.flipping();
        let unsure = flipping.iter().find(|what_if| what_if.assumption.grade == Grade::Assumed);
        unsure.map_or_else(String::new, |what_if| {
            let sender = &self.labels.senders[what_if.assumption.sender].name;
            let day = self.days().trim_end_matches('s');
            if what_if.assumption.unknown == "share" {
                return format!(
                    "Find out how much {sender} really brings: count its messages per {day} in your logs."
                );
            }
            format!(
                "Find out how {sender} really chooses: count its connections per node and {day} in your logs."
            )
        })
    }

    fn simulate_more(&self) -> String {
        let unknown = || self.results.goals.iter().filter(|goal| goal.status == GoalStatus::Unknown);
        let most = unknown().filter_map(|goal| goal.more_replications).max();
        let absolute = self
            .labels
            .goals
            .iter()
            .zip(&self.results.goals)
            .any(|(goal, result)| result.status == GoalStatus::Unknown && goal.on >= 1.0);
        match most {
            Some(more) => format!("Run about {} more replications.", count(more)),
            None if absolute => {
                "No number of replications shows that a goal holds on every window; ask for 99 of 100.".into()
            }
            None => "More replications would hardly tell: the truth lies too close to the goal. Move the goal a little.".into(),
        }
    }

    fn change(&self) -> String {
        let mut advice: Vec<String> = self.wider_goal().into_iter().collect();
        if self.any_fails() {
            advice.push("Run it once without the fault: then you see what the senders alone do.".into());
        } else if self.results.nodes.len() > 1 && self.about_shares() {
            advice.push(self.redesign());
        } else {
            advice.push(
                "Delay here comes from failed connections and the waits before the next try: look for what fails.".into(),
            );
        }
        advice.join(" ")
    }

    fn about_shares(&self) -> bool {
        self.goal_with(GoalStatus::Missed)
            .is_some_and(|(goal, _)| !matches!(goal.kind, GoalKind::DelayP95 { .. }))
    }

    fn redesign(&self) -> String {
        let who = self.ranked.first().filter(|ranked| ranked.part > 0.0);
        let who = who.map_or("the senders", |ranked| ranked.cause.sender.as_str());
        let waiting = if self.mostly_tilt() {
            "The tilt is there every day; more mail of the same kind does not even it out."
        } else {
            "The chance lies in how few choices carry much mail."
        };
        format!(
            "{waiting} To change it, take the choice away from {who}: an SMTP load balancer in front of the nodes splits by your rule."
        )
    }

    /// The nearest goal of the same kind that would hold, by the upper bound of the quantile.
    fn wider_goal(&self) -> Option<String> {
        let (goal, _) = self.goal_with(GoalStatus::Missed)?;
        if goal.on >= 1.0 || matches!(goal.kind, GoalKind::DelayP95 { .. }) {
            return None;
        }
        // The busiest share says more about how bad it is than a multiple of fair shares does.
        let kind = match goal.kind {
            GoalKind::NearFair { .. } => GoalKind::BusiestShare { at_most: 1.0 },
            other => other,
        };
        let sample = measured(kind, self.labels, self.loads);
        if sample.is_empty() {
            return None;
        }
        let (_, [_, high]) = sample.sorted().quantile(goal.on);
        // Rounded to the safe side, so that the printed number holds too; the last bits of 0.7 times 100 must not make it 71.
        let holds = libm::ceil(high? * 100.0 - 1e-9);
        // Everything at one node, or nothing at another, is no goal.
        if holds >= 100.0 || holds == 0.0 {
            return None;
        }
        let text = match kind {
            GoalKind::QuietestShare { .. } => {
                format!("at least {} at the quietest node", percent_with_decimals(-holds / 100.0, 0))
            }
            _ => format!("at most {} at the busiest node", percent_with_decimals(holds / 100.0, 0)),
        };
        Some(format!("A goal that would hold as often as you ask: {text}."))
    }
}
