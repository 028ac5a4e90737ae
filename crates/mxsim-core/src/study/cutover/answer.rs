//! The answer in words.

use super::document::{Cutover, OldSender, Quantity, Variant};
use super::plan::{planned, safe, variant};
use super::variants::Prepared;
use crate::numerals::{Ranged, clock, count, counted, duration, literal_duration, percent};
use crate::results::{Answer, Interval, Said};

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
            _ => format!("although {} goes on taking mail", self.old),
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
            let text = format!("{when}, and {waits} still wait when the watch ends; they bounce or arrive later.");
            return (Answer::CannotTell, text);
        }
        let lateness = match late.value {
            0.0 => "none is later than 5 m".to_owned(),
            _ => format!("{} are later than 5 m", messages(late)),
        };
        (Answer::Yes, format!("{when}: no mail is lost, and {lateness}."))
    }

    fn safe_from(&self, plan: &Variant, stop: f64) -> String {
        let runs = self.document.made.replications;
        let Some(last) = plan.last else {
            return format!("{} takes no mail after the change in any of {} runs.", self.old, count(runs));
        };
        format!(
            "Stop {} {} after the change. Its last message came after {} at the latest, in {}.",
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
        let most = moved.map_or_else(String::new, |at| {
            format!(" 99.9 % of the mail has moved after {}.", Ranged::from(at).duration())
        });
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
        let moved: Vec<String> = plan.moved.iter().map(|moved| {
            let after = moved.after_s.map_or_else(|| "not while it is watched".to_owned(), |at| Ranged::from(at).duration());
            format!("{} after {after}", part(moved.part))
        }).collect();
        let moved = if moved.is_empty() { String::new() } else { format!("Mail that goes to the new hosts: {}. ", moved.join(", ")) };
        let latest = |sender: &&OldSender| sender.last.map_or(0.0, |last| last.estimate.p95);
        let slowest = self.document.senders.iter().max_by(|a, b| latest(a).total_cmp(&latest(b)));
        let slowest = slowest.map_or_else(String::new, |sender| format!("The last to leave is {}: {}.", sender.name, sender.why));
        format!("{moved}{slowest}")
    }

    /// What stopping at once would do.
    fn at_once(&self) -> String {
        let one = |name: &str, how: &str| {
            let variant = variant(self.document, name)?;
            let (late, lost) = (quantity(variant, "late_5m"), quantity(variant, "bounced"));
            let waiting = quantity(variant, "waiting");
            let waits = if waiting.value > WORTH_A_WORD { format!(", {} wait at the end", number(waiting)) } else { String::new() };
            let lost = if lost.value > 0.0 { format!("{} bounce", number(lost)) } else { "none bounces".to_owned() };
            Some(format!("{how}, {} are later than 5 m and {lost}{waits}", messages(late)))
        };
        let both: Vec<String> =
            [one("refuses", "if it refuses connections"), one("drops", "if it is gone")].into_iter().flatten().collect();
        format!("Stopped at once, {}. If it forwards mail instead, nothing is lost.", both.join("; "))
    }

    fn advice(&self) -> String {
        let lowered = self.document.change.lowering.zip(variant(self.document, "lowered"));
        let keeps = &self.document.variants[0];
        let Some((lowering, lowered)) = lowered else {
            return "The records that change have no longer TTL than a plan would give them; lowering it gains nothing.".to_owned();
        };
        let (with, without) = (moved_most(lowered), moved_most(keeps));
        let gain = match (with, without) {
            (Some(with), Some(without)) => format!(
                "99 % of the mail has moved after {} instead of {}",
                Ranged::from(with).duration(),
                Ranged::from(without).duration()
            ),
            _ => "fewer senders hold the old answer".to_owned(),
        };
        let (lost, there) = (quantity(lowered, "to_old"), quantity(keeps, "to_old"));
        let safe = safe(lowered).zip(safe(keeps)).map_or_else(String::new, |(with, without)| {
            format!(", and it can be stopped after {} instead of {}", duration(with), duration(without))
        });
        let verb = if lowering.is_planned { "Lowering" } else { "Lower" };
        let what = format!(
            "the TTL to {} {} before the change",
            literal_duration(lowering.ttl_s),
            literal_duration(lowering.before_s)
        );
        let joint = if lowering.is_planned { " pays:" } else { ":" };
        format!("{verb} {what}{joint} {gain}, {} come to {} instead of {}{safe}.", messages(lost), self.old, number(there))
    }

    fn assumed(&self) -> Vec<String> {
        let mut assumed = Vec::new();
        let change = &self.document.change;
        if self.prepared.is_time_chosen {
            assumed.push(format!("The change is at {} (--at says otherwise).", clock(change.at_s)));
        }
        if !self.prepared.kept.is_empty() {
            assumed.push(format!(
                "The address records of {} stay until it is stopped; the new zone does not say that they go.",
                self.prepared.kept.join(", ")
            ));
        }
        assumed.push("Senders that hold an old answer find the old hosts as they were; a host that forwards is one that takes the mail, and the way from there is not simulated.".into());
        if let Some(servers) = &self.document.name_servers {
            assumed.push(servers.text.clone());
        }
        assumed
    }
}

fn moved_most(variant: &Variant) -> Option<Interval> {
    variant.moved.iter().find(|moved| moved.part > 0.98).and_then(|moved| moved.after_s)
}

/// The quantity of that name; zero if there is none.
pub(super) fn quantity(variant: &Variant, name: &str) -> Interval {
    let found = |quantity: &&Quantity| quantity.measured.name == name;
    let none = Interval { value: 0.0, low: None, high: None };
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
