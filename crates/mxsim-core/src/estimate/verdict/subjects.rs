//! Subjects that a verdict may be about, and the limits beyond which each matters.
//!
//! A subject matters if its whole 95 % interval lies beyond the limit, and is open if the interval reaches across it. Without a goal of the
//! scenario's own the answer is about the first that matters; evenness comes last and has goals of its own (`goals.rs`).

use super::Evidence;
use crate::estimate::delivery::{not_bounced, part};
use crate::estimate::unfinished;
use crate::numerals::{Ranged, count, duration, percent, rough};
use crate::results::called;
use crate::results::{
    Delay, EventPhase, EventResult, Interval, NodeResult, OtherSubject, SenderResult, Subject,
};
use crate::scenario::{LATE_PART, LOST, OFF_TARGET, SLOW, SLOW_PART, TURNED_AWAY};
use crate::time::Span;
use std::cmp::Ordering;

/// So many times what all mail has on average is well above it. *Assumption*, as the limits below.
const WELL_ABOVE: f64 = 1.5;
/// Part of its fair share below which a host is idle. *Assumption*, as the limit below: what an operator would be called for.
const IDLE: f64 = 0.1;

/// Nodes that advice names.
pub(super) const NODES_NAMED: usize = 4;
/// A part beyond this is all of it.
const ALL: f64 = 0.999_5;
/// A sender that brings less of the trouble than this is no cause of it. *Assumption*.
const A_GOOD_PART: f64 = 0.25;

/// What to do where mail waits and nothing fails.
const WAITING_ACTION: &str = "Mail waits where a sender does not go on to another host, or finds none: mxsim trace shows the way of one message.";

/// What to do where a policy forbids a host.
const UNLISTED_ACTION: &str = "List every MX host in the MTA-STS policy: a sender that obeys it has fewer hosts to go on to than the zone shows.";
/// The same where a host offers no TLS.
const NO_TLS_ACTION: &str = "Offer STARTTLS on every MX host, or take the MTA-STS policy back: a sender that obeys it never delivers in clear.";
/// The same where TLSA records do.
const DANE_ACTION: &str = "Publish TLSA records that match the certificate: a sender that uses DANE has fewer hosts to go on to than the zone shows.";

/// What to do where mail is lost.
const LOSS_ACTION: &str = "A sender gives a message up when its retries end, or at a permanent answer (5xx): keep at least one host \
                               that it can reach up, or make the outage shorter than it retries.";

/// The same where there is one host.
const ONLY_HOST_ACTION: &str = "A sender gives a message up when its retries end: publish a second MX host that takes the mail, or be back before that (mxsim presets \
                                says how long each sender tries).";

/// The same where hosts reject the mail.
const REJECTED_ACTION: &str = "A message that a host rejects for good (5xx) is lost at once, whatever other hosts would do: let that host refuse connections, or \
                               answer 4xx.";

/// The same where a record has an address in the place of a host.
const NAME_A_HOST: &str =
    "Name a host in each MX record: many senders use no record that has an address in its place.";

/// Numbers of sessions that differ by no more than this are one number. *Assumption*.
const MUCH_THE_SAME: f64 = 1.25;

/// `mx1, mx2 20 sessions each`, or `mx1 20 sessions, mx2 40 sessions` where the need differs by more than chance: what equal hosts need is one number, the largest.
pub(super) fn each(needed: &[(String, u32)]) -> String {
    let (least, most) =
        needed.iter().fold((u32::MAX, 0), |(least, most), need| (least.min(need.1), most.max(need.1)));
    let are_alike = f64::from(most) <= MUCH_THE_SAME * f64::from(least);
    match needed {
        [.., _, _] if are_alike && needed.len() <= NODES_NAMED => {
            let names: Vec<&str> = needed.iter().map(|need| need.0.as_str()).collect();
            format!("{} {} sessions each", names.join(", "), count(most.into()))
        }
        _ if are_alike && needed.len() > 1 => {
            format!("each of the {} full nodes {} sessions", count(needed.len() as u64), count(most.into()))
        }
        _ if needed.len() > NODES_NAMED => format!(
            "each of the {} full nodes {} to {} sessions (--full says which)",
            count(needed.len() as u64),
            count(least.into()),
            count(most.into())
        ),
        _ => {
            let own: Vec<String> = needed
                .iter()
                .map(|(name, need)| format!("{name} {} sessions", count((*need).into())))
                .collect();
            own.join(", ")
        }
    }
}

/// A subject that matters, or may matter.
#[derive(Debug, Clone)]
pub(super) struct Matter {
    pub(super) subject: Subject,
    /// True if it lies beyond its limit for certain; false if more replications have to say so.
    pub(super) is_certain: bool,
    /// True if no replication can say so but a longer run.
    pub(super) needs_longer_run: bool,
    /// The number that lies beyond the limit.
    pub(super) sentence: String,
    /// What to do about it.
    pub(super) action: String,
}

impl Matter {
    /// True if it stands beside an answer about something else.
    pub(super) const fn is_worth_saying(&self) -> bool {
        self.is_certain || self.needs_longer_run
    }

    pub(super) fn as_other(&self) -> OtherSubject {
        OtherSubject { subject: self.subject, sentence: self.sentence.clone() }
    }
}

/// Where an interval lies: beyond the limit (`Greater`), within it (`Less`) or across (`Equal`). Without bounds the number itself says so
/// only if it is zero or one: nothing happened, or nothing else did.
fn against(interval: Interval, limit: f64) -> Ordering {
    let certain = interval.value == 0.0 || interval.value == 1.0;
    let bound = |bound: Option<f64>| bound.or(certain.then_some(interval.value));
    match (bound(interval.low), bound(interval.high)) {
        (Some(low), _) if low > limit => Ordering::Greater,
        (_, Some(high)) if high <= limit => Ordering::Less,
        _ => Ordering::Equal,
    }
}

impl Evidence<'_> {
    /// The subjects that matter or may matter, the most important first; evenness is not among them.
    pub(super) fn matters(&self) -> Vec<Matter> {
        let idle_host = self.idle_host();
        // A host without mail is off its target, too; it is named once.
        let target = self
            .target()
            .filter(|_| !self.is_planned() && idle_host.is_none() && !self.is_short_by_being_full());
        // What waits without a host to go to is lost, and not late.
        let barred = self.barred();
        let delay = if barred.is_none() { self.delay() } else { None };
        let subjects = [barred.or_else(|| self.loss()), idle_host, delay, self.turns_mail_away(), target];
        subjects.into_iter().flatten().collect()
    }

    /// True if an outage or a change of the MX set is part of the scenario: then an uneven split is what was planned, and no chance.
    pub(super) fn is_planned(&self) -> bool {
        self.labels.nodes.iter().any(|node| node.fails) || self.labels.changes
    }

    /// True if there are hosts between which mail could split evenly.
    pub(super) fn has_equals(&self) -> bool {
        self.results.nodes.iter().filter(|node| node.fair_share > 0.0).count() > 1
    }

    fn loss(&self) -> Option<Matter> {
        let lost = self.results.delivery.bounced_share?;
        let is_certain = beyond(lost, LOST);
        if self.unfinished.is_open && is_certain != Some(true) {
            return Some(self.unknown_loss());
        }
        let is_certain = is_certain?;
        let worst = self.who_loses(lost.value);
        let many = self
            .results
            .bounced_each_window()
            .map_or_else(String::new, |each| format!(", about {} a {}", rough(each), self.day()));
        Some(Matter {
            subject: Subject::Loss,
            is_certain,
            needs_longer_run: false,
            sentence: format!(
                "{} of your mail {}{many}{worst}.",
                Ranged::from(lost).percent(),
                self.how_lost()
            ),
            action: self.loss_action(),
        })
    }

    /// Senders that a policy leaves no host: what waits at the end will bounce.
    fn barred(&self) -> Option<Matter> {
        let action = self.policy_action()?;
        let names: Vec<&str> = self.barred_senders().map(|sender| sender.name.as_str()).collect();
        let messages: u64 = self.barred_senders().map(|sender| sender.totals.messages).sum();
        let part = messages as f64 / self.results.delivery.totals.messages as f64;
        let (who, it) = match names[..] {
            [] => return None,
            [only] => (only.to_owned(), "it"),
            [one, other] => (format!("{one} and {other}"), "them"),
            [one, ref more @ ..] => (format!("{one} and {} more senders", more.len()), "them"),
        };
        Some(Matter {
            subject: Subject::Loss,
            is_certain: true,
            needs_longer_run: false,
            sentence: format!(
                "All mail of {who} is lost, {} of yours: a policy of your zone leaves {it} no host.",
                percent(part)
            ),
            action: action.into(),
        })
    }

    /// The senders that never got as far as a connection because of a policy.
    fn barred_senders(&self) -> impl Iterator<Item = &SenderResult> {
        let is_barred = |sender: &&SenderResult| {
            sender.totals.messages > 0 && sender.totals.accepted == 0 && sender.totals.connections_tried == 0
        };
        self.results.wanted_senders().filter(is_barred).filter(|_| self.labels.dns_away.is_none())
    }

    /// What to do about the policy that keeps senders from hosts, if there is one.
    pub(super) fn policy_action(&self) -> Option<&'static str> {
        match () {
            () if self.has_finding("mta-sts-unlisted") => Some(UNLISTED_ACTION),
            () if self.has_finding("mta-sts-no-tls") => Some(NO_TLS_ACTION),
            () if self.has_finding("dane-failing") => Some(DANE_ACTION),
            () => None,
        }
    }

    /// The sender that loses most, if it is well above `all`.
    pub(super) fn who_loses(&self, all: f64) -> String {
        self.worst(|sender| Some((sender.bounced_share?, sender.totals.messages)), all, LOST)
    }

    /// Mail that waits when the run ends may be lost.
    fn unknown_loss(&self) -> Matter {
        Matter {
            subject: Subject::Loss,
            is_certain: false,
            needs_longer_run: true,
            sentence: format!("{}.", self.unfinished.sentence()),
            action: self.unfinished.action(),
        }
    }

    /// What to do where mail is lost: where hosts reject it for good, no other host gets a try.
    pub(super) fn loss_action(&self) -> String {
        if let Some(action) = self.path_action().or_else(|| self.limit_action()) {
            return action;
        }
        let rejected: u64 = self.results.nodes.iter().map(|node| node.totals.rejected).sum();
        let totals = &self.results.delivery.totals;
        match () {
            () if totals.accepted_then_bounced > totals.bounced => self.bounced_afterwards_action(),
            () if self.has_finding("mx-to-address") && !self.any_fails() => NAME_A_HOST.into(),
            () if rejected > 0 && rejected >= totals.bounced => REJECTED_ACTION.into(),
            () if self.is_full() && !self.any_fails() => self.more_room(),
            () if self.labels.dns_away.is_some() && !self.any_fails() => self.dns_action(),
            () if self.any_fails() && self.labels.nodes.iter().any(|node| node.leaves && node.fails) => {
                self.outage_action()
            }
            () if self.defers_beside_others() => self.deferred_action(),
            () if self.any_fails() && self.results.nodes.len() == 1 => ONLY_HOST_ACTION.into(),
            () => LOSS_ACTION.into(),
        }
    }

    /// True if more mail is lost than this part, for certain.
    pub(super) fn loses_more_than(&self, most: f64) -> bool {
        self.results.delivery.bounced_share.is_some_and(|lost| beyond(lost, most) == Some(true))
    }

    fn how_lost(&self) -> &'static str {
        let totals = &self.results.delivery.totals;
        if totals.accepted_then_bounced > totals.bounced { "is accepted and then bounces" } else { "bounces" }
    }

    /// What to do about nodes that accept mail and bounce it afterwards.
    fn bounced_afterwards_action(&self) -> String {
        let bounces = |node: &&NodeResult| node.totals.accepted_then_bounced > 0;
        let nodes = self.results.nodes.iter().filter(bounces).map(|node| called(&node.name));
        let names: Vec<String> = nodes.take(NODES_NAMED).collect();
        format!(
            "Let {} refuse what it cannot deliver while the sender is still connected (4xx): once it has accepted the mail, no other host can \
             help, and nobody but the sender hears of it.",
            names.join(" and ")
        )
    }

    /// True if a node turns away more than is worth a word.
    pub(super) fn is_full(&self) -> bool {
        self.fullest_hour().is_some_and(|(_, part)| part.value > TURNED_AWAY)
    }

    /// What to do about nodes that are full: how many sessions each needs, where that is known.
    pub(super) fn more_room(&self) -> String {
        // With nodes down, those that are left carry the mail of all.
        let down = self.labels.down.first().map_or(0, Vec::len);
        let nodes = self.results.nodes.len();
        let more = if down < nodes { nodes as f64 / (nodes - down) as f64 } else { 1.0 };
        let enough = |node: &NodeResult| {
            Some((called(&node.name), libm::ceil(f64::from(node.sessions?.enough?) * more) as u32))
        };
        let enough: Vec<(String, u32)> = self.results.nodes.iter().filter_map(enough).collect();
        if enough.is_empty() {
            let name =
                self.fullest_hour().map_or_else(|| "the node".to_owned(), |(node, _)| called(&node.name));
            return format!(
                "Give {name} more sessions, shorter ones, or less of the mail: it is full when they come."
            );
        }
        let days = self.days();
        format!("Give {}: then none is full on 19 of 20 {days}.{}", each(&enough), self.idle_sessions())
    }

    /// What else frees sessions, where most of those of a full node have no message.
    fn idle_sessions(&self) -> &'static str {
        let is_idle = |node: &NodeResult| {
            let sessions = node.sessions.filter(|sessions| sessions.enough.is_some());
            sessions.and_then(|sessions| Some(sessions.idle?.value > sessions.busy?.value)) == Some(true)
        };
        match self.results.nodes.iter().any(is_idle) {
            true => " Or close idle connections sooner: most are kept open without a message.",
            false => "",
        }
    }

    fn delay(&self) -> Option<Matter> {
        let delay = self.least_delay()?;
        let p95 = Ranged::new(delay.p95, delay.p95_ci);
        let late = self.results.delivery.late?;
        let (slow, old) = (beyond(p95.into(), SLOW.as_secs_f64()), beyond(late, LATE_PART));
        if (slow, old) == (None, None) {
            return self.late_day().or_else(|| self.may_be_late().then(|| self.unknown_delay()));
        }
        let worst =
            self.worst(|sender| Some((sender.late?, not_bounced(sender.totals))), late.value, LATE_PART);
        let of = if self.results.delivery.totals.bounced > 0 {
            "the mail that does not bounce"
        } else {
            "your mail"
        };
        let sentence = match (slow, old) {
            // What still waits has waited for as long as the run lets it.
            (_, Some(true)) if self.unfinished.is_much() => {
                let waiting =
                    self.unfinished.waiting.map_or_else(String::new, |part| Ranged::from(part).percent());
                format!(
                    "{} of {of} takes longer than an hour{worst}; {waiting} of all still waits when the run ends.",
                    Ranged::from(late).percent()
                )
            }
            (Some(true), old) if old.is_none() || delay.p95 > Span::HOUR.as_secs_f64() => {
                format!("1 message in 20 takes longer than {}{worst}.", p95.duration())
            }
            (Some(true), _) => format!(
                "1 message in 20 takes longer than {}, and {} take longer than an hour{worst}.",
                p95.duration(),
                Ranged::from(late).percent()
            ),
            (_, Some(_)) => {
                format!("{} of {of} takes longer than an hour{worst}.", Ranged::from(late).percent())
            }
            // What may lie beyond the limit is the upper bound.
            (_, None) => format!(
                "1 message in 20 may take longer than {}.",
                duration(delay.p95.max(delay.p95_ci[1].unwrap_or(delay.p95)))
            ),
        };
        Some(Matter {
            subject: Subject::Delay,
            is_certain: slow == Some(true) || old == Some(true),
            needs_longer_run: false,
            sentence,
            action: self.delay_action(),
        })
    }

    /// The day of an event that is late, in a run of so many days that the rest hides it. What is known of the delays are quantiles, so it counts at
    /// least so much.
    fn late_day(&self) -> Option<Matter> {
        let totals = self.results.delivery.totals;
        let measured = self.labels.run.run_length.as_secs_f64() * self.tallies.len() as f64;
        let each_day = totals.messages as f64 * Span::DAY.as_secs_f64() / measured;
        let part = |phase: &EventPhase, limit: Span| {
            let (later, delay) = (phase.later?.value, phase.delay?);
            let limit = limit.as_secs_f64();
            let beyond =
                [(delay.p50, 0.5), (delay.p95, 0.05)].into_iter().find(|(quantile, _)| *quantile > limit)?;
            let each_time = phase.messages as f64 / self.tallies.len() as f64;
            Some(later * beyond.1 * (each_time / each_day).min(1.0))
        };
        let bad = |event: &EventResult| {
            let during = event.during.as_ref()?;
            let limits = [(crate::tally::LATE, LATE_PART, "an hour"), (SLOW, SLOW_PART, "5 minutes")];
            let found = |(limit, most, words): (Span, f64, &'static str)| {
                part(during, limit).filter(|part| *part > most).map(|part| (part, words))
            };
            Some((event.text.clone(), limits.into_iter().find_map(found)?))
        };
        let days = self.results.events.iter().filter_map(bad);
        let (text, (part, words)) = days.max_by(|a, b| a.1.0.total_cmp(&b.1.0))?;
        Some(Matter {
            subject: Subject::Delay,
            is_certain: true,
            needs_longer_run: false,
            sentence: format!(
                "On the day of the event ({text}) at least {} of the mail takes longer than {words}.",
                percent(part)
            ),
            action: self.delay_action(),
        })
    }

    /// The delays, of mail that waits when the run ends as far as they are known.
    fn least_delay(&self) -> Option<Delay> {
        match self.results.delivery.totals.waiting {
            0 => self.results.delivery.delay,
            _ => unfinished::least_delay(self.tallies),
        }
    }

    /// True if the mail that waits when the run ends may make it late as a whole.
    fn may_be_late(&self) -> bool {
        let limits = [(SLOW, SLOW_PART), (crate::tally::LATE, LATE_PART)];
        let is_open = |(span, part): (Span, f64)| {
            unfinished::later_at_most(self.tallies, span).is_some_and(|later| beyond(later, part).is_some())
        };
        self.results.delivery.totals.waiting > 0 && limits.into_iter().any(is_open)
    }

    /// Mail that waits when the run ends may be late.
    fn unknown_delay(&self) -> Matter {
        Matter { subject: Subject::Delay, ..self.unknown_loss() }
    }

    /// What to do where mail is late: make room where nodes are full, else mend what fails.
    pub(super) fn delay_action(&self) -> String {
        if let Some(action) = self.policy_action() {
            return action.into();
        }
        if let Some(action) = self.path_action().or_else(|| self.limit_action()) {
            return action;
        }
        match () {
            () if self.is_full() => self.more_room(),
            () if self.labels.dns_away.is_some() => self.dns_action(),
            () if self.any_fails() => self.outage_action(),
            () if self.labels.nodes.iter().any(|node| node.delays) => self.slow_action(),
            () if self.is_greylisted() => self.greylisting_action(),
            () => WAITING_ACTION.into(),
        }
    }

    /// Names the sender that makes most of the trouble, if its own mail fares well worse than `all` and the `limit`: `, and 72 % of that is from ...`.
    fn worst(&self, part: impl Fn(&SenderResult) -> Option<(Interval, u64)>, all: f64, limit: f64) -> String {
        let with_part = || self.results.wanted_senders().filter_map(|sender| Some((sender, part(sender)?)));
        let trouble = |(interval, of): (Interval, u64)| interval.value * of as f64;
        let total: f64 = with_part().map(|(_, part)| trouble(part)).sum();
        let is_bad = |part: (Interval, u64)| {
            part.0.value > limit.max(WELL_ABOVE * all) && trouble(part) >= A_GOOD_PART * total
        };
        let bad = with_part().filter(|(_, part)| is_bad(*part));
        match bad.max_by(|a, b| trouble(a.1).total_cmp(&trouble(b.1))) {
            Some((sender, part)) if self.results.senders.len() > 1 => {
                let part = trouble(part) / total;
                let of_it = if part > ALL { "all".to_owned() } else { percent(part) };
                format!(", and {of_it} of that is from {}", sender.name)
            }
            _ => String::new(),
        }
    }

    /// The node that turns away the largest part of its connections in its busiest hour.
    pub(super) fn fullest_hour(&self) -> Option<(&NodeResult, Interval)> {
        let blocked = |node: &NodeResult| {
            node.sessions?.blocked_in_busiest_hour.map(|part| Interval::from(Ranged::mean_share(&part)))
        };
        let full = self.results.nodes.iter().filter_map(|node| Some((node, blocked(node)?)));
        full.max_by(|a, b| a.1.value.total_cmp(&b.1.value))
    }

    /// True if more of the mail than may be is later than an hour, for certain.
    pub(super) fn is_old(&self) -> bool {
        self.results.delivery.late.is_some_and(|late| beyond(late, LATE_PART) == Some(true))
    }

    /// The node that turns away too much: in its busiest hour, while an event goes on, or by a limit of its own. What is certain comes first.
    fn turns_mail_away(&self) -> Option<Matter> {
        let all = [self.turned_away(), self.turned_away_in_event(), self.turned_away_by_limit()];
        let certain = all.iter().flatten().find(|matter| matter.is_certain).cloned();
        certain.or_else(|| all.into_iter().flatten().next())
    }

    /// The node that a part of its connections find full while an event goes on, which its busiest hour need not be a part of.
    fn turned_away_in_event(&self) -> Option<Matter> {
        let nodes = 0..self.results.nodes.len();
        let places =
            (0..self.labels.events.len()).flat_map(|event| nodes.clone().map(move |node| (event, node)));
        let full = |(event, node): (usize, usize)| {
            let during = self.tallies.iter().filter_map(|tally| tally.during(event));
            let counts = during.map(|phase| (phase.nodes[node].full, phase.nodes[node].connections_tried));
            part(counts)
                .filter(|full| beyond(*full, TURNED_AWAY) == Some(true))
                .map(|full| (event, node, full))
        };
        let (event, node, full) = places.filter_map(full).max_by(|a, b| a.2.value.total_cmp(&b.2.value))?;
        Some(Matter {
            subject: Subject::TurnedAway,
            is_certain: true,
            needs_longer_run: false,
            sentence: format!(
                "{} turns away {} of its connections while this goes on: {}.",
                called(&self.results.nodes[node].name),
                Ranged::from(full).percent(),
                self.labels.events[event].text
            ),
            action: self.more_room(),
        })
    }

    /// The node that a part of its connections find full.
    fn turned_away(&self) -> Option<Matter> {
        let (node, part) = self.fullest_hour()?;
        let is_certain = beyond(part, TURNED_AWAY)?;
        Some(Matter {
            subject: Subject::TurnedAway,
            is_certain,
            needs_longer_run: false,
            sentence: turned_away(node, part),
            action: self.more_room(),
        })
    }

    /// The hosts that are meant to get mail and get next to none.
    fn idle_host(&self) -> Option<Matter> {
        // A node that fails or leaves is expected to get less.
        let nodes = self.results.nodes.iter().zip(&self.labels.nodes);
        let (node, share) = nodes
            .filter(|(node, labels)| {
                node.fair_share > 0.0 && !labels.fails && !labels.delays && !labels.leaves
            })
            .map(|(node, _)| (node, share_of(node)))
            .find(|(node, share)| against(*share, IDLE * node.fair_share) == Ordering::Less)?;
        Some(Matter {
            subject: Subject::IdleHost,
            is_certain: true,
            needs_longer_run: false,
            sentence: format!(
                "{} gets {} of the mail; {}.",
                called(&node.name),
                Ranged::from(share).percent(),
                self.meant_for(node)
            ),
            action: self.idle_action(node),
        })
    }

    /// `an even split is 33.3 %`: what a node should get.
    fn meant_for(&self, node: &NodeResult) -> String {
        match () {
            () if !self.has_equals() => "it is the primary, so all of it should come here".into(),
            () if self.has_weights() => format!("its target is {}", percent(node.fair_share)),
            () => format!("an even split is {}", percent(node.fair_share)),
        }
    }

    /// What to do about a host of the best preference that gets next to nothing, by what keeps senders from it.
    fn idle_action(&self, node: &NodeResult) -> String {
        if let Some(action) = self.policy_action() {
            return action.into();
        }
        let name = called(&node.name);
        let addresses = self.labels.node(&node.name).map(|place| &self.labels.nodes[place].addresses);
        let only_ipv6 =
            addresses.is_some_and(|all| !all.is_empty() && all.iter().all(|address| address.contains(':')));
        let is_full =
            self.fullest_hour().is_some_and(|(full, part)| full.name == node.name && part.value > 0.5);
        match () {
            () if self.has_finding("unreachable-address") => {
                "Take the address that the Internet cannot reach out of the zone.".into()
            }
            () if self.has_finding("mx-to-address") => NAME_A_HOST.into(),
            () if only_ipv6 => {
                format!("Give {name} an IPv4 address too: senders without IPv6 cannot reach it.")
            }
            () if is_full => self.more_room(),
            () => format!(
                "Hardly any sender tries {name} first: senders follow the order of the DNS answer, and {name} comes late in it. Have your \
                 name servers rotate or shuffle the records."
            ),
        }
    }

    /// True if nodes are meant to carry different parts.
    fn has_weights(&self) -> bool {
        let mut fair = self.results.nodes.iter().map(|node| node.fair_share).filter(|fair| *fair > 0.0);
        fair.next().is_some_and(|first| fair.any(|other| (other - first).abs() > 1e-9))
    }

    /// True if a host has several machines behind it, one for each address.
    fn has_split_hosts(&self) -> bool {
        self.results.nodes.iter().any(|node| node.name.contains('/'))
    }

    /// True if a node that is full gets less than it is meant to get: that it turns mail away says why, and what to do.
    fn is_short_by_being_full(&self) -> bool {
        let is_short = |node: &NodeResult| node.share.mean < node.fair_share;
        self.is_full() && self.fullest_hour().is_some_and(|(node, _)| is_short(node))
            || self.limiting_node().is_some_and(is_short)
    }

    /// The host whose mean share is farthest from what it is meant to be, if that is far.
    fn target(&self) -> Option<Matter> {
        let off = |node: &NodeResult| (node.share.mean / node.fair_share - 1.0).abs();
        let is_off = |node: &&NodeResult| {
            let (share, [least, most]) =
                (share_of(node), [1.0 - OFF_TARGET, 1.0 + OFF_TARGET].map(|part| part * node.fair_share));
            against(share, most) == Ordering::Greater || share.high.is_some_and(|high| high < least)
        };
        let meant = self.results.nodes.iter().filter(|node| node.fair_share > 0.0);
        let node = meant.filter(is_off).max_by(|a, b| off(a).total_cmp(&off(b)))?;
        Some(Matter {
            subject: Subject::Target,
            is_certain: true,
            needs_longer_run: false,
            sentence: format!(
                "{} gets {} of the mail on average; {}{}.",
                called(&node.name),
                Ranged::from(share_of(node)).percent(),
                self.meant_for(node),
                if self.has_split_hosts() { " (each address is a machine here)" } else { "" }
            ),
            action: String::new(),
        })
    }
}

pub(super) fn turned_away(node: &NodeResult, part: Interval) -> String {
    format!(
        "{} turns away {} of its connections in its busiest hour.",
        called(&node.name),
        Ranged::from(part).percent()
    )
}

/// Whether a number lies beyond its limit (true) or may lie there (false); `None` if it does not.
pub(super) fn beyond(interval: Interval, limit: f64) -> Option<bool> {
    match against(interval, limit) {
        Ordering::Greater => Some(true),
        Ordering::Equal => Some(false),
        Ordering::Less => None,
    }
}

/// The mean share with its interval.
fn share_of(node: &NodeResult) -> Interval {
    Ranged::mean_share(&node.share).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_beyond_within_or_across() {
        let interval = |value, low, high| Interval { value, low, high };
        assert_eq!(beyond(interval(0.2, Some(0.1), Some(0.3)), 0.05), Some(true));
        assert_eq!(beyond(interval(0.2, Some(0.1), Some(0.3)), 0.2), Some(false));
        assert_eq!(beyond(interval(0.2, Some(0.1), Some(0.3)), 0.4), None);
        // One replication gives no bounds: only nothing at all is certain.
        assert_eq!(beyond(interval(0.0, None, None), 0.1), None);
        assert_eq!(beyond(interval(0.2, None, None), 0.1), Some(false));
    }
}
