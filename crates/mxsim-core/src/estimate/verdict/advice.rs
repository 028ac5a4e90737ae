//! What would change the answer, and what to do about it.

use super::Evidence;
use super::outage::some_senders;
use super::subjects::{NODES_NAMED, each};
use crate::estimate::measured::measured;
use crate::estimate::not_known::{Quantity, WhatIf};
use crate::estimate::survival::{Effect, WorstFailure};
use crate::estimate::window::per_window;
use crate::numerals::{count, counted, duration, percent, percent_range, percent_with_decimals, tidy};
use crate::results::called;
use crate::results::{Answer, GoalStatus, Grade, LongerRun, NodeResult, Severity, Subject, Unevenness};
use crate::scenario::{Goal, GoalKind};
use crate::tally::labels::NodeLabels;

/// What to do where the nodes that are left are full.
const SURVIVAL_ACTION: &str = "Give the nodes that are left more sessions, or add a node. A sender that does not go on to another host waits for the one it knows, \
                               whatever the others could take.";

/// What to do where mail waits for a node that is down, though others have room.
const OTHERS_HAVE_ROOM: &str = "The other nodes have room: what is late waits for the node that is down. Let another machine take over its address, or take its \
                                MX record out of the zone while it is down.";

/// What to do where MX hosts share an address.
pub(super) const OWN_ADDRESS: &str = "Give each MX host an address of its own.";

/// More replications than these are better spared by another goal. *Assumption*.
const FAR: u64 = 2_000;

/// Shares that differ by less are alike.
pub(super) const ALIKE: f64 = 0.01;

/// True if one range says as much as one for each node.
fn are_alike(nodes: &[&NodeResult]) -> bool {
    let width = |quantile: fn(&NodeResult) -> f64| {
        let all = || nodes.iter().map(|node| quantile(node));
        all().fold(0.0, f64::max) - all().fold(1.0, f64::min)
    };
    width(|node| node.share.p05) <= ALIKE && width(|node| node.share.p95) <= ALIKE
}

impl Evidence<'_> {
    pub(super) fn flips(&self, answer: Answer) -> String {
        let then = match answer {
            Answer::No => "the goals are met",
            Answer::CannotTell => return String::new(),
            Answer::Yes | Answer::YesRoughly | Answer::DependsOn => "the goals are missed",
        };
        // What nobody knows comes before what somebody has read; of one grade the largest effect.
        let flipping = self.flipping();
        let weakest = flipping.iter().map(|what_if| what_if.assumption.grade).max();
        let mut weakest = flipping.into_iter().filter(|what_if| Some(what_if.assumption.grade) == weakest);
        let Some(first) = weakest.next() else { return String::new() };
        format!("{}{}", self.flip(first, then), self.others_flip(first, weakest))
    }

    /// The other senders that turn the answer round as well.
    fn others_flip<'a>(&self, first: &WhatIf, more: impl Iterator<Item = &'a WhatIf>) -> String {
        let mut senders: Vec<usize> = more.map(|what_if| what_if.assumption.sender).collect();
        senders.sort_unstable();
        senders.dedup();
        senders.retain(|sender| *sender != first.assumption.sender);
        match senders[..] {
            [] => String::new(),
            [other] => format!(" The same goes for {}.", self.labels.senders[other].name),
            ref others => format!(" The same goes for {} other senders.", count(others.len() as u64)),
        }
    }

    fn flip(&self, what_if: &WhatIf, then: &str) -> String {
        let assumption = &what_if.assumption;
        let number = self.what_if_number(what_if.number.value);
        format!(
            "{}: if {}, {number} and {then}. As written: {} ({}).",
            self.labels.senders[assumption.sender].name,
            assumption.instead,
            assumption.assumed,
            assumption.grade.in_words()
        )
    }

    /// The decisive number of another world.
    fn what_if_number(&self, number: f64) -> String {
        let on_most = format!("on 19 of 20 {}", self.days());
        match Quantity::of(self.labels) {
            Quantity::Busiest => {
                format!("the busiest node carries up to about {} {on_most}", percent(number))
            }
            Quantity::Quietest => {
                format!(
                    "the quietest node carries no more than about {} on one of 20 {}",
                    percent(number),
                    self.days()
                )
            }
            Quantity::Delay => format!("19 of 20 messages are accepted within about {}", duration(number)),
            Quantity::Share(node) => {
                format!(
                    "{} gets about {} of the mail",
                    called(&self.labels.nodes[node].name),
                    percent(number)
                )
            }
            Quantity::Bounced => format!("about {} of the mail bounces", percent(number)),
            Quantity::TurnedAway => {
                format!(
                    "a node turns away up to about {} of its connections in its busiest hour {on_most}",
                    percent(number)
                )
            }
            Quantity::Sessions => format!("a node has up to about {} sessions {on_most}", tidy(number)),
            Quantity::Strain => format!("nodes that are down do {} times what you allow", tidy(number)),
            Quantity::Used => {
                format!("a node has up to about {} of its session limit in use {on_most}", percent(number))
            }
        }
    }

    pub(super) fn action(&self, answer: Answer) -> String {
        match answer {
            Answer::Yes | Answer::YesRoughly => self.go_ahead(),
            Answer::DependsOn => self.measure(),
            Answer::CannotTell => self.simulate_more(),
            Answer::No => self.change(),
        }
    }

    pub(super) fn go_ahead(&self) -> String {
        let leaving: Vec<String> =
            self.labels.nodes.iter().filter(|node| node.leaves).map(|node| called(&node.name)).collect();
        if self.labels.nodes.iter().any(|node| node.leaves && node.fails) {
            return self.cutover_action();
        }
        if !leaving.is_empty() {
            return format!(
                "{}: keep {} up until no more mail comes, whatever the new records say.",
                self.go_on(),
                leaving.join(" and ")
            );
        }
        if let Some(advice) = self.bring_back() {
            return advice;
        }
        let meant: Vec<&NodeResult> =
            self.results.nodes.iter().filter(|node| node.fair_share > 0.0).collect();
        if meant.len() < 2 || self.labels.changes || meant.len() > NODES_NAMED && !are_alike(&meant) {
            return format!("{}, and compare your logs with these numbers after roll-out.", self.go_on());
        }
        let days = self.days();
        let which = if self.is_planned() || self.labels.dns_away.is_some() { " like these" } else { "" };
        if are_alike(&meant) {
            let least = meant.iter().map(|node| node.share.p05).fold(1.0, f64::min);
            let most = meant.iter().map(|node| node.share.p95).fold(0.0, f64::max);
            return format!(
                "{}. After roll-out, compare your logs: 9 of 10 {days}{which} lie at {} per node.",
                self.go_on(),
                percent_range(least, most)
            );
        }
        let own = |node: &&NodeResult| {
            format!("{} for {}", percent_range(node.share.p05, node.share.p95), called(&node.name))
        };
        let ranges: Vec<String> = meant.iter().map(own).collect();
        format!(
            "{}, and compare your logs after roll-out: 9 of 10 {days}{which} lie at {}.",
            self.go_on(),
            ranges.join(", ")
        )
    }

    /// What to do about hosts that are never up, though the others take all mail.
    fn bring_back(&self) -> Option<String> {
        if self.labels.nodes.iter().any(|node| node.always_fails && node.fails_over_ipv6) {
            return self.ipv6_action();
        }
        let is_away = |node: &&NodeLabels| node.always_fails && !node.fails_in_part;
        let away: Vec<String> =
            self.labels.nodes.iter().filter(is_away).map(|node| called(&node.name)).collect();
        let it = if away.len() == 1 { "it" } else { "them" };
        (!away.is_empty()).then(|| {
            format!(
                "The other hosts take all mail without {}: mend {it}, or take {it} out of the zone if the fault lasts.",
                away.join(" and ")
            )
        })
    }

    /// Who has heard that the plan is good should not overlook what was found about it.
    fn go_on(&self) -> &'static str {
        let worst = self.labels.findings.iter().map(|finding| finding.severity).min();
        match worst {
            Some(Severity::Error) => "Mend the error first, then go on as planned",
            Some(Severity::Warning) => "Look into the warning first, then go on as planned",
            Some(Severity::Note) | None => "Go on as planned",
        }
    }

    fn measure(&self) -> String {
        let flipping = self.flipping();
        let unsure = flipping.iter().find(|what_if| what_if.assumption.grade == Grade::Assumed);
        unsure.map_or_else(String::new, |what_if| {
            let sender = &self.labels.senders[what_if.assumption.sender].name;
            let day = self.day();
            if what_if.assumption.unknown == "share" {
                return format!(
                    "Find out how much {sender} really brings: count its messages per {day} in your logs."
                );
            }
            if what_if.assumption.unknown == "idle" {
                return format!(
                    "Find out how long {sender} keeps a connection open: in your logs, the time from its last message to the end of the connection."
                );
            }
            format!(
                "Find out how {sender} really chooses: count its connections per node and {day} in your logs."
            )
        })
    }

    /// The run that closes what this one leaves open, if a longer one can.
    pub(super) fn longer_run(&self, answer: Answer) -> Option<LongerRun> {
        let waits = answer == Answer::CannotTell && self.waits_for_longer_run();
        waits.then(|| self.unfinished.longer_run())
    }

    /// True if the mail that waits when the run ends is what leaves a goal open.
    fn waits_for_longer_run(&self) -> bool {
        let delivery = [Subject::Delay, Subject::Loss, Subject::Survival];
        let mut goals = self.labels.goals.iter().zip(&self.results.goals);
        self.results.delivery.totals.waiting > 0
            && goals.any(|(goal, result)| {
                let is_open = result.status == GoalStatus::Unknown
                    && (self.unfinished.is_open || result.more_replications.is_none());
                is_open && goal.on < 1.0 && delivery.contains(&goal.kind.subject())
            })
    }

    fn simulate_more(&self) -> String {
        if self.waits_for_longer_run() {
            return self.unfinished.action();
        }
        let absolute = self
            .labels
            .goals
            .iter()
            .zip(&self.results.goals)
            .any(|(goal, result)| result.status == GoalStatus::Unknown && goal.on >= 1.0);
        match self.results.more_replications() {
            Some(more) if more > FAR => format!(
                "The truth lies close to the goal: ask for a little more or less, or run about {} more replications.",
                count(more)
            ),
            Some(more) => format!("Run about {}.", counted(more, "more replication", "more replications")),
            None if absolute => {
                "No number of replications shows that a goal holds on every window; ask for 99 of 100.".into()
            }
            None => "More replications would hardly tell: the truth lies too close to the goal. Move the goal a little.".into(),
        }
    }

    fn change(&self) -> String {
        let missed = self.goal_with(GoalStatus::Missed).map(|(goal, _)| &goal.kind);
        let change = match missed.map(GoalKind::subject) {
            Some(Subject::Loss) => self.loss_action(),
            Some(Subject::Survival) => self.survival_action(),
            Some(Subject::TurnedAway | Subject::Sessions) => self.make_room(),
            Some(Subject::Evenness | Subject::Target) | None => self.other_split(),
            Some(_) => self.delay_action(),
        };
        // What nobody knows may turn the answer round; what would hold comes last.
        let parts =
            [Some(self.measure()).filter(|measure| !measure.is_empty()), Some(change), self.wider_goal()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// What to do about the mail that nodes which are left do not take, by what lies beyond its limit.
    fn survival_action(&self) -> String {
        let Some(worst) = WorstFailure::of(self.labels, self.tallies) else { return SURVIVAL_ACTION.into() };
        let left = self.labels.nodes.iter().enumerate().filter(|(place, _)| !worst.down.contains(place));
        let failing: Vec<String> =
            left.filter(|(_, node)| node.fails).map(|(_, node)| called(&node.name)).collect();
        match () {
            () if self.is_full() => {
                format!("{} Some are full even with all nodes up.", self.more_room())
            }
            () if worst.does(Effect::TurnedAway) => SURVIVAL_ACTION.into(),
            () if !failing.is_empty() => format!(
                "Mend {} first: with {} down, the mail goes there and is not taken.",
                failing.join(" and "),
                worst.names(self.labels)
            ),
            () if worst.does(Effect::Lost) => self.loss_action(),
            () => OTHERS_HAVE_ROOM.into(),
        }
    }

    /// What to do about too many sessions, or too few.
    fn make_room(&self) -> String {
        let Some((goal, _)) = self.goal_with(GoalStatus::Missed) else { return String::new() };
        let Some(node) = self.neediest(&goal.kind) else { return String::new() };
        let name = called(&node.name);
        match goal.kind {
            GoalKind::Sessions { .. } => {
                let enough = self.enough_sessions(goal);
                let idle =
                    node.sessions.and_then(|sessions| Some(sessions.idle?.value > sessions.busy?.value));
                let lever = match idle {
                    Some(true) => {
                        "Most of them are kept open without a message: close idle connections sooner"
                    }
                    _ => "Let sessions be shorter",
                };
                format!("{enough}{lever}, or give {name} less of the mail.")
            }
            GoalKind::TurnedAway { .. } => self.more_room(),
            GoalKind::Headroom { at_least } => self.more_headroom(at_least, goal.on),
            _ => format!("Give {name} more sessions, shorter ones, or less of the mail."),
        }
    }

    /// How many sessions each node needs to keep a part of them free as often as the goal asks.
    fn more_headroom(&self, free: f64, on: f64) -> String {
        let needs = |(place, node): (usize, &NodeResult)| {
            let (sessions, limit) = (node.sessions?, node.sessions?.limit?);
            let peaks =
                per_window(self.tallies, |window| window.peak_sessions.get(place).copied().map(f64::from));
            let (peak, [_, high]) = peaks.sorted().quantile(on.min(0.999));
            // A full node has no more sessions than its limit, however many come.
            let peak = high.unwrap_or(peak).max(sessions.enough.map_or(0.0, f64::from));
            let needed = libm::ceil(peak / (1.0 - free).max(0.01) - 1e-9) as u32;
            (needed > limit).then(|| (called(&node.name), needed))
        };
        let needed: Vec<(String, u32)> = self.results.nodes.iter().enumerate().filter_map(needs).collect();
        format!(
            "Give {}: then {} of them are free as often as you ask.",
            each(&needed),
            percent_with_decimals(free, 0)
        )
    }

    /// How many sessions at the same time would be enough as often as the goal asks.
    fn enough_sessions(&self, goal: &Goal) -> String {
        let sample = measured(&goal.kind, self.labels, self.tallies, self.loads);
        let (_, [_, high]) = sample.sorted().quantile(goal.on.min(0.999));
        high.map_or_else(String::new, |high| {
            format!("A goal that would hold as often as you ask: at most {} sessions. ", count(high as u64))
        })
    }

    /// What to do about a split that faults move.
    fn allow_for_outage(&self) -> String {
        let failing = || self.labels.nodes.iter().filter(|node| node.fails);
        let names: Vec<String> = failing().map(|node| called(&node.name)).collect();
        if let Some(who) = self.bad_path() {
            return format!(
                "While mail of {} is kept from {}, other hosts carry that mail: mend it, or set a goal that allows for it.",
                some_senders(who),
                names.join(" and ")
            );
        }
        let what = match (failing().all(|node| node.fails_in_part), names.len()) {
            (true, 1) => "fails a part of its connections",
            (true, _) => "fail a part of their connections",
            (false, 1) => "is down",
            (false, _) => "are down",
        };
        format!(
            "While {} {what}, other hosts carry that mail: mend it, or set a goal that allows for it.",
            names.join(" and ")
        )
    }

    /// What to do about a split that is not as asked for.
    fn other_split(&self) -> String {
        match () {
            () if self.any_fails() => self.allow_for_outage(),
            () if self.results.nodes.len() > 1 => {
                self.policy_action().map_or_else(|| self.redesign(), str::to_owned)
            }
            () => self.delay_action(),
        }
    }

    fn redesign(&self) -> String {
        let advice = self.contradiction().or_else(|| self.remedy()).or_else(|| self.more_names());
        if let Some(advice) = advice.or_else(|| self.too_little_mail()) {
            return advice;
        }
        if self.results.unevenness() == Unevenness::Plan {
            return format!(
                "Most of the difference between {} is planned: change the events, changes or profiles, or set a goal for fewer {0}.",
                self.days()
            );
        }
        let who = self.ranked.first().filter(|ranked| ranked.part > 0.0);
        let who = who.map_or("the senders", |ranked| ranked.cause.sender.as_str());
        let waiting = if self.results.is_mostly_tilt() {
            "The tilt is there every day; more mail of the same kind does not even it out."
        } else {
            "The chance lies in how few choices carry much mail."
        };
        format!(
            "To change it, take the choice away from {who}: an SMTP load balancer in front of the nodes splits by your rule. {waiting}"
        )
    }

    /// Where so little mail comes that no way to choose would meet the goal.
    fn too_little_mail(&self) -> Option<String> {
        let by_message = self.results.balance.busiest_by_message?;
        let fair = self.labels.nodes.iter().map(|node| node.fair_share).fold(0.0, f64::max);
        let (goal, _) = self.goal_with(GoalStatus::Missed)?;
        let most = match goal.kind {
            GoalKind::BusiestShare { at_most } => at_most,
            GoalKind::NearFair { within } => (1.0 + within) * fair,
            _ => return None,
        };
        (by_message > most).then(|| {
            format!(
                "There is too little mail for this goal: even if each message drew its host anew, the busiest node would carry up to {} on 19 of 20 \
                 {}. Look at longer windows (--window 7d), or ask for less.",
                percent(by_message),
                self.days()
            )
        })
    }

    /// What to change in the zone, where a finding says what tilts the split.
    fn remedy(&self) -> Option<String> {
        let is_tilt = self.results.is_mostly_tilt();
        let remedies = [
            ("ipv6-on-some", "Give all of the equal hosts an IPv6 address, or none of them."),
            ("unequal-addresses", "Give each of the equal hosts as many addresses as the others."),
            ("shared-address", OWN_ADDRESS),
        ];
        remedies
            .into_iter()
            .find(|(code, _)| is_tilt && self.has_finding(code))
            .map(|(_, remedy)| remedy.to_owned())
    }

    /// The nearest goal of the same kind that would hold, by the upper bound of the quantile.
    fn wider_goal(&self) -> Option<String> {
        let (goal, _) = self.goal_with(GoalStatus::Missed)?;
        if goal.on >= 1.0 || goal.kind.subject() != Subject::Evenness {
            return None;
        }
        // The busiest share says more about how bad it is than a multiple of fair shares does.
        let kind = match &goal.kind {
            GoalKind::NearFair { .. } => &GoalKind::BusiestShare { at_most: 1.0 },
            other => other,
        };
        let sample = measured(kind, self.labels, self.tallies, self.loads);
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
