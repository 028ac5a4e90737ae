//! The answer in words: what it is about, answer word, a number a manager can repeat, why, what would change it, what to do.
//!
//! With goals of its own a scenario asks for them. Without, the answer is about the first subject that matters (`subjects.rs`), and about
//! evenness if none does. Where there is nothing to split, or an outage is planned, it says whether the mail arrives.

mod advice;
mod cutover;
mod greylisting;
mod limits;
mod names;
mod numbers;
mod outage;
mod scatter;
mod subjects;

use super::causes::Ranked;
use super::goals::status_of;
use super::measured::{limit, measured};
use super::not_known::{WhatIf, flips, ranked};
use super::unfinished::Unfinished;
use super::window::{Loads, plural};
use crate::numerals::{Ranged, count, counted, duration_range, frequency_with_range, percent};
use crate::results::called;
use crate::results::{
    Answer, Cause, Finding, GoalResult, GoalStatus, Grade, Interval, Results, Subject, Unevenness, Verdict,
};
use crate::scenario::{Goal, GoalKind};
use crate::tally::Tally;
use crate::tally::labels::Labels;
use subjects::Matter;

/// Plausible worlds of which at least this part has to meet the goals for a yes. *Assumption*: who is wrong in one world of ten should be told.
const MOST_WORLDS: f64 = 0.9;
/// Of fewer windows their number says how often a goal holds, and not a part of a hundred.
const FEW_WINDOWS: u64 = 100;

/// A number that is nearer to its limit than this part of it is printed as the limit.
const AT_LIMIT: f64 = 0.001;

/// Everything a verdict looks at.
pub(super) struct Evidence<'a> {
    pub(super) labels: &'a Labels,
    pub(super) tallies: &'a [Tally],
    pub(super) loads: &'a Loads,
    /// Everything but the verdict.
    pub(super) results: &'a Results,
    pub(super) ranked: &'a [Ranked],
    pub(super) what_ifs: &'a [WhatIf],
    pub(super) unfinished: Unfinished,
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
        let matters = self.matters();
        let verdict = if self.labels.goals_are_default {
            self.on_subjects(&matters)
        } else {
            self.on_own_goals(&matters)
        };
        // A host off its target is what an uneven split comes from.
        let is_same = |matter: &Matter| {
            matter.subject == verdict.subject && !self.forgets_an_hour(&verdict)
                || (matter.subject == Subject::Target && verdict.subject == Subject::Evenness)
        };
        let is_other = |matter: &&Matter| {
            matter.is_worth_saying() && !is_same(matter) && !self.has_own_limit(matter.subject)
        };
        let mut others: Vec<&Matter> = matters.iter().filter(is_other).collect();
        let said = |matter: &Matter| verdict.sentence.contains(matter.sentence.trim_end_matches('.'));
        others.retain(|matter| !said(matter));
        others.dedup_by(|next, before| next.sentence == before.sentence);
        // Who gets what was asked for and loses mail beside it should not go on as planned.
        let action = match (verdict.answer, &others[..]) {
            (Answer::Yes | Answer::YesRoughly, [worst, ..]) => worst.action.clone(),
            _ => verdict.action.clone(),
        };
        Verdict { others: others.into_iter().map(Matter::as_other).collect(), action, ..verdict }
    }

    /// True if a goal about the delay of 19 of 20 messages is met and says nothing of those that are later than an hour.
    fn forgets_an_hour(&self, verdict: &Verdict) -> bool {
        let is_met = matches!(verdict.answer, Answer::Yes | Answer::YesRoughly);
        is_met && verdict.subject == Subject::Delay && !self.labels.goals_are_default && self.is_old()
    }

    /// True if the scenario sets a limit of its own for the subject, and keeps it. A goal about the delay of 19 of 20 messages says nothing of the
    /// mail that is later than an hour.
    fn has_own_limit(&self, subject: Subject) -> bool {
        let mut goals = self.labels.goals.iter().zip(&self.results.goals);
        subject != Subject::Delay
            && goals.any(|(goal, result)| goal.kind.subject() == subject && result.status == GoalStatus::Met)
    }

    /// The verdict about the first subject that matters; about evenness if none does.
    fn on_subjects(&self, matters: &[Matter]) -> Verdict {
        if let Some(matter) = matters.iter().find(|matter| matter.is_certain) {
            return self.on_matter(matter, Answer::No);
        }
        if let Some(verdict) = self.one_machine() {
            return verdict;
        }
        let has_split = self.has_equals() && !self.is_planned();
        let split = has_split.then(|| self.on_goals());
        if let Some(verdict) = split.as_ref().filter(|verdict| verdict.answer == Answer::No) {
            return verdict.clone();
        }
        match matters.first() {
            Some(open) => self.on_matter(open, Answer::CannotTell),
            None => split.unwrap_or_else(|| self.on_arrival()),
        }
    }

    /// Several MX hosts that are one machine split nothing, whatever was meant.
    fn one_machine(&self) -> Option<Verdict> {
        let [only] = self.results.nodes.as_slice() else { return None };
        (self.has_finding("shared-address") && !self.is_planned()).then(|| Verdict {
            subject: Subject::Evenness,
            answer: Answer::No,
            sentence: format!(
                "Nothing is split: all MX hosts are one machine, {}, which carries all mail.",
                called(&only.name)
            ),
            action: advice::OWN_ADDRESS.into(),
            ..Verdict::undecided()
        })
    }

    fn on_matter(&self, matter: &Matter, answer: Answer) -> Verdict {
        let is_share = matter.subject == Subject::Target;
        let waits = answer == Answer::CannotTell && matter.needs_longer_run;
        let action = match answer {
            Answer::CannotTell if waits => matter.action.clone(),
            Answer::CannotTell => {
                "Run more replications: the number is not certain enough to compare with its limit.".into()
            }
            _ if is_share => self.action(answer),
            _ => matter.action.clone(),
        };
        Verdict {
            subject: matter.subject,
            answer,
            sentence: matter.sentence.clone(),
            why: if is_share { self.why(matter.subject) } else { self.why_of_matter(matter.subject) },
            action,
            longer_run: (waits || answer == Answer::No && self.ends_in_an_event(matter.subject))
                .then(|| self.unfinished.longer_run()),
            ..Verdict::undecided()
        }
    }

    /// True if the run stops while an event keeps much of the mail waiting: a longer one shows what becomes of it.
    fn ends_in_an_event(&self, subject: Subject) -> bool {
        matches!(subject, Subject::Loss | Subject::Delay)
            && self.unfinished.is_much()
            && self.labels.events.iter().any(|event| event.outlives_run)
    }

    /// What makes a subject matter that is not about shares.
    fn why_of_matter(&self, subject: Subject) -> String {
        let greylisting = (subject == Subject::Delay).then(|| self.greylisting()).flatten();
        let limited = matches!(subject, Subject::Delay | Subject::Loss).then(|| self.limited()).flatten();
        [self.outage(), limited, greylisting].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The verdict where there is nothing to split, or the split is what was planned: the mail arrives.
    fn on_arrival(&self) -> Verdict {
        let bounced = self.results.delivery.totals.lost();
        let lost = if bounced == 0 { "No mail is lost" } else { "Hardly any mail is lost" };
        let delay = self.delay_sentence().map_or_else(|| ".".into(), |sentence| format!(": {sentence}"));
        Verdict {
            subject: Subject::Loss,
            answer: Answer::Yes,
            sentence: format!(
                "{lost}{delay} {}",
                self.last_messages().unwrap_or_else(|| self.split_sentence())
            ),
            why: self.outage().unwrap_or_default(),
            action: self.go_ahead(),
            longer_run: self.run_to_the_last_message(),
            ..Verdict::undecided()
        }
    }

    /// The verdict about the goals of the scenario, unless they forget the mail: who asks for a share means that of mail that arrives.
    fn on_own_goals(&self, matters: &[Matter]) -> Verdict {
        let verdict = self.on_goals();
        let limits = self.labels.goals.iter().filter(|goal| goal.kind.subject() == Subject::Loss);
        // Few windows may leave a goal open though far more is lost than it allows.
        let allows_loss = limits.map(|goal| limit(&goal.kind)).any(|most| !self.loses_more_than(most));
        let forgotten =
            |matter: &&Matter| matter.subject == Subject::Loss && matter.is_certain && !allows_loss;
        match matters.iter().find(forgotten) {
            // Mail that is lost is worse than any that is late.
            Some(loss) if verdict.answer != Answer::No || verdict.subject == Subject::Delay => {
                self.on_matter(loss, Answer::No)
            }
            _ => verdict,
        }
    }

    /// The verdict about the goals.
    fn on_goals(&self) -> Verdict {
        let answer = self.answer();
        let subject = self.subject_of_goals(answer);
        Verdict {
            subject,
            answer,
            depends_on: if answer == Answer::DependsOn { self.what_decides() } else { String::new() },
            sentence: self.sentence(answer),
            why: self.why(subject),
            flips: self.flips(answer),
            action: self.action(answer),
            longer_run: self.longer_run(answer),
            ..Verdict::undecided()
        }
    }

    /// That of the goal that decides.
    fn subject_of_goals(&self, answer: Answer) -> Subject {
        let open = match answer {
            Answer::No => self.goal_with(GoalStatus::Missed),
            Answer::CannotTell => self.goal_with(GoalStatus::Unknown),
            Answer::Yes | Answer::YesRoughly | Answer::DependsOn => None,
        };
        let goal = open.map(|(goal, _)| goal).or(self.labels.goals.first());
        goal.map_or(Subject::Evenness, |goal| goal.kind.subject())
    }

    /// The sender whose behaviour decides, or that all of them do together.
    fn what_decides(&self) -> String {
        let assumed = |what_if: &&WhatIf| what_if.assumption.grade == Grade::Assumed;
        self.flipping().into_iter().find(assumed).map_or_else(
            || "your sender mix".into(),
            |what_if| self.labels.senders[what_if.assumption.sender].name.clone(),
        )
    }

    fn nothing_sent(&self) -> Verdict {
        Verdict {
            subject: Subject::Loss,
            answer: Answer::CannotTell,
            sentence: "No message arrived in the time simulated, so there is no split to look at.".into(),
            why: "The scenario sends too little mail for its run length.".into(),
            action: "Raise messages_per_day, or measure a longer run.".into(),
            ..Verdict::undecided()
        }
    }

    fn nothing_accepted(&self) -> Verdict {
        let totals = &self.results.delivery.totals;
        let (why, action) = if self.labels.nodes.is_empty() {
            (
                "The domain names no host that takes mail (a null MX, or no host with an address).",
                "Publish an MX record whose host has an address, if the domain is to receive mail.",
            )
        } else if totals.connections_tried == 0 && self.has_finding("mx-to-address") {
            (
                "No sender uses an MX record that has an address in the place of a host name.",
                "Name a host in each MX record, and give that host the address.",
            )
        } else if totals.connections_tried == 0 && self.has_ipv4() {
            (
                "No connection was tried in the time measured: senders wait for what they began before it, or for a host that they can find.",
                "Measure a longer run, or look at the sessions, the DNS and the retry times in the scenario.",
            )
        } else if totals.connections_tried == 0 {
            (
                "No sender could use an address of the MX hosts, so nobody even tried to connect: a host with nothing but an IPv6 \
                 address is out of reach of a sender without IPv6.",
                "Give at least one MX host an IPv4 address, or check what the senders in the scenario can use.",
            )
        } else {
            (
                "No message got as far as being accepted.",
                "Look at the faults and at the addresses of the MX hosts in the scenario.",
            )
        };
        Verdict {
            subject: Subject::Loss,
            answer: Answer::No,
            sentence: format!(
                "Not one of the {} messages was accepted: {} bounced, {} were still waiting at the end.",
                count(totals.messages),
                count(totals.bounced),
                count(totals.waiting),
            ),
            why: why.into(),
            action: self.path_action().unwrap_or_else(|| action.into()),
            ..Verdict::undecided()
        }
    }

    /// True if a node can be reached over IPv4.
    fn has_ipv4(&self) -> bool {
        let of_nodes = self.labels.nodes.iter().flat_map(|node| &node.addresses);
        let of_edges = self.labels.edges.iter().flat_map(|edge| &edge.addresses);
        of_nodes.chain(of_edges).any(|address| !address.contains(':'))
    }

    fn answer(&self) -> Answer {
        let any = |status| self.results.goals.iter().any(|goal| goal.status == status);
        if any(GoalStatus::Missed) {
            return Answer::No;
        }
        if any(GoalStatus::Unknown) {
            return Answer::CannotTell;
        }
        if self.flipping().iter().any(|what_if| what_if.assumption.grade == Grade::Assumed)
            || self.fails_elsewhere()
        {
            return Answer::DependsOn;
        }
        let even = || status_of(&Goal::even(), self.labels, self.tallies, self.loads) == GoalStatus::Met;
        if self.labels.goals_are_default && !even() { Answer::YesRoughly } else { Answer::Yes }
    }

    /// True if the goals are missed in too many plausible worlds, though no single assumption does it.
    fn fails_elsewhere(&self) -> bool {
        let worlds = self.results.uncertainty.not_known.as_ref();
        worlds.and_then(|worlds| worlds.share_meeting.high).is_some_and(|high| high < MOST_WORLDS)
    }

    /// The what-ifs that turn the answer round, the largest effect first.
    fn flipping(&self) -> Vec<&WhatIf> {
        ranked(self.what_ifs).into_iter().filter(|what_if| flips(what_if, &self.results.goals)).collect()
    }

    fn days(&self) -> &'static str {
        plural(self.labels.run.window)
    }

    fn day(&self) -> &'static str {
        self.days().trim_end_matches('s')
    }

    fn has_finding(&self, code: &str) -> bool {
        Finding::is_among(&self.labels.findings, code)
    }

    fn sentence(&self, answer: Answer) -> String {
        let open = match answer {
            Answer::No => self.goal_with(GoalStatus::Missed),
            Answer::CannotTell => self.goal_with(GoalStatus::Unknown),
            Answer::Yes | Answer::YesRoughly | Answer::DependsOn => None,
        };
        match open {
            Some((goal, result)) if !self.labels.goals_are_default => self.goal_sentence(goal, result),
            Some(_) if answer == Answer::CannotTell => {
                format!("So far: {}", self.split_sentence().replacen("On", "on", 1))
            }
            _ => format!("{}{}", self.yes_sentence(), self.no_room_left()),
        }
    }

    /// That a goal holds by nothing, where what it looks at lies on its limit.
    fn no_room_left(&self) -> String {
        let is_tight = |goal: &&Goal| {
            let sample = measured(&goal.kind, self.labels, self.tallies, self.loads);
            let most = limit(&goal.kind);
            let is_open = most != 0.0 && most.abs() < 1.0 || matches!(goal.kind, GoalKind::Sessions { .. });
            is_open
                && !sample.is_empty()
                && (sample.sorted().quantile(goal.on).0 - most).abs() < AT_LIMIT * most.abs()
        };
        let own = self.labels.goals.iter().filter(|_| !self.labels.goals_are_default);
        own.filter(is_tight)
            .map(|goal| format!(" That is the very limit of \"{}\": nothing is left.", goal.text))
            .next()
            .unwrap_or_default()
    }

    /// The goal that says most of this status: one about mail that is lost before any other, else the first.
    fn goal_with(&self, status: GoalStatus) -> Option<(&Goal, &GoalResult)> {
        let goals = self.labels.goals.iter().zip(&self.results.goals);
        let mut such = goals.filter(|(_, result)| result.status == status).peekable();
        let first = such.peek().copied();
        such.find(|(goal, _)| goal.kind.subject() == Subject::Loss).or(first)
    }

    fn goal_sentence(&self, goal: &Goal, result: &GoalResult) -> String {
        format!("\"{}\" holds on {}. {}", result.text, self.how_often(result), self.number_for(&goal.kind))
    }

    /// `none of the 32 days simulated`, or with what that says of others.
    fn how_often(&self, result: &GoalResult) -> String {
        let Interval { value, low, high } = result.met_fraction;
        let simulated = counted(result.windows, self.day(), self.days());
        let few = match result.status {
            GoalStatus::Unknown if self.unfinished.is_open => ", at whose end mail still waits",
            GoalStatus::Unknown => ", too few to be sure",
            GoalStatus::Met | GoalStatus::Missed => "",
        };
        match (result.windows_met, result.windows) {
            (0, _) => format!("none of {simulated} simulated{few}"),
            (met, all) if met == all => format!("the {simulated} simulated{few}"),
            (met, all) if all < FEW_WINDOWS => format!("{met} of {simulated} simulated{few}"),
            _ => frequency_with_range(value, [low, high], self.days()),
        }
    }

    fn why(&self, subject: Subject) -> String {
        let is_split = matches!(subject, Subject::Target | Subject::Evenness);
        if !is_split || !self.labels.goals.iter().any(|goal| goal.kind.is_about_shares()) {
            let is_about = |subject| self.labels.goals.iter().any(|goal| goal.kind.subject() == subject);
            let failures = is_about(Subject::Delay).then(|| self.failures()).flatten();
            let sessions = is_about(Subject::TurnedAway) || is_about(Subject::Sessions) || self.is_full();
            let greylisting = is_about(Subject::Delay).then(|| self.greylisting()).flatten();
            let sessions = sessions.then(|| self.busy_and_idle()).flatten();
            let largest = self.largest_sender().filter(|_| subject != Subject::Survival);
            let parts = [self.outage(), self.limited(), greylisting, failures, sessions, largest];
            return parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        }
        let parts = [self.outage(), self.decisive(), self.kind_of_unevenness(), self.choosers()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The sender that makes most of tilt^2 + scatter^2, unless most is planned.
    fn decisive(&self) -> Option<String> {
        let ranked = self.ranked.first().filter(|ranked| ranked.part > 0.0)?;
        let cause = &ranked.cause;
        if self.results.is_mostly_tilt() && self.any_fails() && !self.tilts_by_itself(cause) {
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
        // What is planned is no sender's choice.
        if self.results.unevenness() == Unevenness::Plan {
            return None;
        }
        let makes = if self.results.is_mostly_tilt() {
            format!("adds {} to the largest tilt", Ranged::from(cause.tilt_points).points())
        } else {
            let scatter = cause.share_of_scatter.unwrap_or(Interval::alone(0.0));
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

    /// What makes delay, where the goals are about delay alone and the split is not the point.
    fn failures(&self) -> Option<String> {
        let totals = &self.results.delivery.totals;
        let delay = self.results.delivery.delay?;
        let failed = self.results.nodes.iter().any(|node| node.totals.deferred > 0);
        let longest =
            duration_range(delay.max_ci[0].unwrap_or(delay.max), delay.max_ci[1].unwrap_or(delay.max));
        Some(match () {
            () if self.labels.dns_away.is_some() => {
                format!(
                    "Senders find no host while nobody answers for your domain: mail waits, {longest} at most."
                )
            }
            () if totals.waiting > 0 && !failed => return None,
            () if delay.max == 0.0 && failed && totals.bounced + totals.waiting == 0 => {
                "Attempts failed, and another host took the mail at once.".into()
            }
            () if delay.max == 0.0 && failed => return None,
            () if delay.max == 0.0 => "No connection failed, so no message had to wait.".into(),
            // Time in a session is delay, too.
            () if !failed => format!("No connection failed; the longest delay is {longest}."),
            () if totals.waiting > 0 => {
                format!("The longest delay of mail that was accepted so far is {longest}.")
            }
            () => format!("The longest delay is {longest}."),
        })
    }

    fn largest_sender(&self) -> Option<String> {
        // Of equals the first: `max_by` takes the last of the reversed.
        let wanted = self.labels.senders.iter().filter(|sender| sender.wanted);
        let sender = wanted.rev().max_by(|a, b| a.share.total_cmp(&b.share))?;
        Some(format!(
            "{} brings {} of the mail and behaves like {} ({}).",
            sender.name,
            percent(sender.share),
            sender.behaves_like,
            sender.grade.in_words()
        ))
    }
}
