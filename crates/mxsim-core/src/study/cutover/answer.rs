//! The answer in words.

use super::document::{Cutover, OldSender, Quantity, Variant};
use super::plan::{planned, safe, variant};
use super::variants::Prepared;
use crate::numerals::{Ranged, clock, count, counted, duration, literal_duration, percent};
use crate::results::{Answer, Interval, Said, small};

/// With fewer runs no time is called safe. *Assumption*.
const FEWEST: u64 = 3;
/// More than this part of a message waiting at the end is worth a word.
const WORTH_A_WORD: f64 = 0.5;

pub(super) fn said(document: &Cutover, prepared: &Prepared) -> Said {
    let words = Words { document, old: called(&document.change.old), prepared };
    let (answer, sentence) = words.answer();
    Said {
        why: words.why(),
        flips: words.at_once(),
        advice: words.advice(),
        assumed: words.assumed(),
        ..Said::new(answer, sentence)
    }
}

struct Words<'a> {
    document: &'a Cutover,
    old: String,
    prepared: &'a Prepared,
}

impl Words<'_> {
    fn answer(&self) -> (Answer, String) {
        let plan = planned(self.document);
        let lost = quantity(plan, "bounced");
        if lost.value > 0.0 {
            return (Answer::No, self.lost(plan, lost));
        }
        match (self.document.change.is_stop_given, self.document.change.stop_s) {
            (true, Some(stop)) => self.given(plan, stop),
            (_, Some(stop)) if self.document.made.replications < FEWEST => {
                let few = "that is too few to call it safe";
                (Answer::CannotTell, format!("{} But {few}.", self.safe_from(plan, stop)))
            }
            (_, Some(stop)) => (Answer::Yes, self.safe_from(plan, stop)),
            (_, None) => (Answer::CannotTell, self.goes_on(plan)),
        }
    }

    fn lost(&self, plan: &Variant, lost: Interval) -> String {
        let sent = quantity(plan, "sent").value.max(1.0);
        let how = match self.document.change.stop_s {
            Some(stop) if self.document.change.is_stop_given => {
                format!("if {} stops {} after the change", self.old, duration(stop))
            }
            _ => format!("although {} {} on taking mail", self.old, self.one_or_more("goes", "go")),
        };
        format!("{} bounce {how}, {} of the mail sent after it.", messages(lost), percent(lost.value / sent))
    }

    fn given(&self, plan: &Variant, stop: f64) -> (Answer, String) {
        let keeps = &self.document.variants[0];
        let waiting = quantity(plan, "waiting").value - quantity(keeps, "waiting").value;
        let late = quantity(plan, "late_5m");
        let when = format!("{} stops {} after the change", self.old, duration(stop));
        if waiting > WORTH_A_WORD {
            let waits = messages(quantity(plan, "waiting"));
            let text =
                format!("{when}, and {waits} still wait when the watch ends; they bounce or arrive later.");
            return (Answer::CannotTell, text);
        }
        let lateness = match late.value {
            0.0 => "none is later than 5 m".to_owned(),
            _ => format!("{} are later than 5 m", messages(late)),
        };
        (Answer::Yes, format!("{when}: no mail is lost, and {lateness}."))
    }

    /// The word for one old host, or that for several.
    const fn one_or_more(&self, one: &'static str, more: &'static str) -> &'static str {
        if self.document.change.old.len() == 1 { one } else { more }
    }

    fn safe_from(&self, plan: &Variant, stop: f64) -> String {
        let runs = self.document.made.replications;
        let Some(last) = plan.last else {
            let takes = self.one_or_more("takes", "take");
            return format!("{} {takes} no mail after the change in any of {} runs.", self.old, count(runs));
        };
        let its = self.one_or_more("its", "their");
        let why = if stop > plan.runs_out_s { "" } else { ", when the last old answer has run out" };
        format!(
            "{} can stop {} after the change{why}: {its} last message came after {} at the latest in {}.",
            self.old,
            duration(stop),
            duration(last.latest),
            counted(runs, "run", "runs")
        )
    }

    fn goes_on(&self, plan: &Variant) -> String {
        let who: Vec<&str> = self.never_stop().map(|sender| sender.name.as_str()).take(3).collect();
        let who = if who.is_empty() { "Some senders".to_owned() } else { who.join(", ") };
        let moved = plan.moved.last().and_then(|moved| moved.after_s);
        let most = moved
            .map_or_else(String::new, |at| format!(" 99.9 % of the mail has moved after {}.", after(at)));
        format!(
            "{who} still sent to {} when the watch ended, {} after the change.{most}",
            self.old,
            duration(self.document.change.watched_s)
        )
    }

    fn never_stop(&self) -> impl Iterator<Item = &OldSender> {
        self.document.senders.iter().filter(|sender| sender.still > 0.0)
    }

    /// When parts of the mail have moved, and who is last.
    fn why(&self) -> String {
        let plan = planned(self.document);
        let first_and_last = plan.moved.first().into_iter().chain(plan.moved.last());
        let moved: Vec<String> = first_and_last
            .map(|moved| match moved.after_s {
                Some(at) => format!("{} after {}", part(moved.part), after(at)),
                None => format!("{} not while it is watched", part(moved.part)),
            })
            .collect();
        let moved = if moved.is_empty() {
            String::new()
        } else {
            format!("Of the mail, {}, goes to the new hosts. ", moved.join(", "))
        };
        let latest = |sender: &&OldSender| sender.last.map_or(0.0, |last| last.estimate.p95);
        let slowest = self.document.senders.iter().max_by(|a, b| latest(a).total_cmp(&latest(b)));
        let slowest = slowest
            .map_or_else(String::new, |sender| format!("Last to leave: {}; {}.", sender.name, sender.why));
        format!("{moved}{slowest}")
    }

    /// What stopping at once would do.
    fn at_once(&self) -> String {
        let one = |name: &str| {
            let variant = variant(self.document, name)?;
            let (late, lost) = (quantity(variant, "late_5m"), quantity(variant, "bounced"));
            let waiting = quantity(variant, "waiting");
            let waits = if waiting.value > WORTH_A_WORD {
                format!(", {} still wait at the end", number(waiting))
            } else {
                String::new()
            };
            let lost =
                if lost.value > 0.0 { format!("{} bounce", number(lost)) } else { "none bounces".to_owned() };
            Some(format!("{} are later than 5 m, {lost}{waits}", messages(late)))
        };
        let Some((refuses, drops)) = one("refuses").zip(one("drops")) else { return String::new() };
        // What bounces although they go on would bounce elsewhere, too.
        let is_lost = quantity(&self.document.variants[0], "bounced").value > 0.0;
        let forwards = if is_lost { "" } else { " If it forwards mail, none is lost." };
        format!("Stopped at once: {refuses} if it refuses connections; {drops} if it is gone.{forwards}")
    }

    fn advice(&self) -> String {
        let Some((lowering, lowered)) = self.document.change.lowering.zip(variant(self.document, "lowered"))
        else {
            let why = self.prepared.no_lowering.unwrap_or("nothing is gained");
            return format!("Keep it until then. A lower TTL before the change was not looked at: {why}.");
        };
        let moved = moved_most(lowered)
            .map_or_else(String::new, |at| format!("99 % of the mail has moved after {}, ", after(at)));
        let stop = safe(lowered)
            .map_or_else(String::new, |stop| format!(", and it can stop after {}", duration(stop)));
        let verb = if lowering.is_planned { "With the TTL at" } else { "Lower the TTL to" };
        format!(
            "{verb} {} {} before the change: {moved}{} come to {}{stop}.",
            literal_duration(lowering.ttl_s),
            literal_duration(lowering.before_s),
            messages(quantity(lowered, "to_old")),
            self.old
        )
    }

    /// One clause each, without a full stop.
    fn assumed(&self) -> Vec<String> {
        let mut assumed = Vec::new();
        if self.prepared.is_time_chosen {
            assumed.push(format!("the change is at {} (--at)", clock(self.document.change.at_s)));
        }
        if !self.prepared.kept.is_empty() {
            assumed.push(format!("the address records of {} stay", self.prepared.kept.join(", ")));
        }
        assumed.push("the way from a host that forwards is not simulated".into());
        assumed.extend(
            self.document.name_servers.as_ref().map(|servers| small(servers.text.trim_end_matches('.'))),
        );
        assumed
    }
}

/// A moment with its range; nobody plans by the second.
fn after(at: Interval) -> String {
    let step = |seconds: f64| if seconds < 600.0 { 1.0 } else { 60.0 };
    let rounded = |seconds: f64| (seconds / step(at.value)).round() * step(at.value);
    Ranged::new(rounded(at.value), [at.low.map(rounded), at.high.map(rounded)]).duration()
}

fn moved_most(variant: &Variant) -> Option<Interval> {
    variant.moved.iter().find(|moved| moved.part > 0.98).and_then(|moved| moved.after_s)
}

/// The quantity of that name; zero if there is none.
pub(super) fn quantity(variant: &Variant, name: &str) -> Interval {
    let found = |quantity: &&Quantity| quantity.measured.name == name;
    let none = Interval::alone(0.0);
    variant.quantities.iter().find(found).map_or(none, |quantity| quantity.measured.value)
}

fn number(interval: Interval) -> String {
    Ranged::from(interval).plain()
}

fn messages(interval: Interval) -> String {
    format!("{} messages", number(interval))
}

/// 99.9 % with all its digits.
fn part(part: f64) -> String {
    format!("{} %", (part * 1_000.0).round() / 10.0)
}

/// The names of hosts in quotes, no more than three.
fn called(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(3).map(|name| format!("\"{name}\"")).collect();
    match names.len() {
        0..=3 => shown.join(" and "),
        more => format!("{} and {} more", shown.join(", "), more - 3),
    }
}
