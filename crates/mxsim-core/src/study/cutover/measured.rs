//! From what was seen to the numbers of the document.

use super::arrivals::{LATE, Seen};
use super::document::{Change, Cutover, Lowering, Moved, OldSender, Quantity, SCHEMA, Variant};
use super::held::{held_by, runs_out};
use super::options::CutoverOptions;
use super::variants::{END, Prepared};
use crate::estimate::fading::Fading;
use crate::estimate::measure::Value;
use crate::estimate::moment::moment;
use crate::estimate::paired::Family;
use crate::results::{Answer, Curve, Interval, Measured, Said, Unit};
use crate::study::together::Together;
use crate::time::{Span, Time};
use std::cmp::Reverse;

/// The parts of the mail whose moving is looked at.
pub(super) const PARTS: [f64; 3] = [0.95, 0.99, 0.999];
/// More curves than these are no picture. *Assumption*: what can be told apart in black and white.
const MOST_CURVES: usize = 5;

/// A quantity of what was seen in a replication.
type Of = fn(&Seen) -> Value;

/// Name, words, unit and value.
const QUANTITIES: [(&str, &str, Unit, Of); 7] = [
    ("sent", "messages sent after the change", Unit::Count, |seen| Some((seen.sent as f64, 1.0))),
    ("to_old", "messages taken by the old hosts", Unit::Count, |seen| Some((seen.to_old() as f64, 1.0))),
    ("bounced", "messages that bounce", Unit::Count, |seen| Some((seen.bounced as f64, 1.0))),
    ("late_5m", "messages later than 5m", Unit::Count, |seen| Some((seen.late[0] as f64, 1.0))),
    ("late_1h", "messages later than 1h", Unit::Count, |seen| Some((seen.late[1] as f64, 1.0))),
    ("waiting", "messages still waiting at the end", Unit::Count, |seen| Some((seen.waiting() as f64, 1.0))),
    ("delay_mean", "mean delay", Unit::Seconds, |seen| {
        (seen.accepted > 0).then(|| (Span(seen.delay_us).as_secs_f64(), seen.accepted as f64))
    }),
];

/// Every number of the document; what is said about them comes later.
pub(super) fn document(prepared: &Prepared, seen: &Together<Seen>, options: CutoverOptions) -> Cutover {
    let numbers = Numbers { prepared, seen };
    let senders = numbers.senders();
    Cutover {
        schema: SCHEMA.into(),
        title: prepared.scenario().title.clone(),
        made: seen.made(),
        said: Said::new(Answer::CannotTell, ""),
        change: numbers.change(options),
        variants: (0..prepared.variants.len()).map(|place| numbers.variant(place)).collect(),
        edges_s: prepared.scene.edges(),
        curve: Curve { name: "all senders".into(), values: numbers.fading(0).shares() },
        curves: numbers.curves(&senders),
        senders,
        plan: Vec::new(),
        name_servers: None,
    }
}

struct Numbers<'a> {
    prepared: &'a Prepared,
    seen: &'a Together<Seen>,
}

impl Numbers<'_> {
    fn watched(&self) -> Span {
        self.prepared.scene.ends.last().copied().unwrap_or(Span::ZERO)
    }

    fn change(&self, options: CutoverOptions) -> Change {
        let nodes = &self.prepared.scenario().nodes;
        let is_old = &self.prepared.scene.is_old;
        let called = |old: bool| {
            let of_kind = nodes.iter().zip(is_old).filter(move |(_, is_old)| **is_old == old);
            of_kind.map(|(node, _)| node.name.clone()).collect()
        };
        Change {
            at_s: self.prepared.at.as_secs_f64(),
            old: called(true),
            new: called(false),
            ttl_s: self.prepared.ttl.as_secs_f64(),
            lines: self.prepared.lines.clone(),
            lowering: self.prepared.lowering,
            watched_s: self.watched().as_secs_f64(),
            stop_s: options.stop_after.map(Span::as_secs_f64),
            is_stop_given: options.stop_after.is_some(),
        }
    }

    /// Intervals of the document that hold together.
    fn family(&self) -> Family {
        let variants = self.prepared.variants.len();
        Family::of(QUANTITIES.len() * (2 * variants - 1))
    }

    fn variant(&self, place: usize) -> Variant {
        let way = &self.prepared.variants[place];
        let last = |seen: &Seen| seen.last_of_all();
        let takes_mail = self.seen.of(place).any(|seen| last(seen).is_some());
        Variant {
            name: way.name.into(),
            text: way.text.clone(),
            moved: if takes_mail { self.moved(place) } else { Vec::new() },
            last: moment(self.seen.of(place).map(|seen| last(seen).map(|at| self.since(at)))),
            still: self.still(place, last),
            runs_out_s: self.runs_out(place).as_secs_f64(),
            quantities: QUANTITIES.iter().map(|quantity| self.quantity(place, *quantity)).collect(),
        }
    }

    /// When the last old answer has run out. With a lower TTL before the change these are answers with it, and those that were asked for before it.
    fn runs_out(&self, place: usize) -> Span {
        let prepared = self.prepared;
        let senders = prepared.scenario().senders.iter().filter(|sender| sender.wanted);
        let longest = |ttl: Span| {
            let each = senders.clone().map(|sender| runs_out(sender, prepared.old_answer(ttl)));
            each.max().unwrap_or(Span::ZERO)
        };
        let is_lowered = |lowering: &Lowering| match prepared.variants[place].name {
            "lowered" => true,
            "plan" => lowering.is_planned,
            _ => false,
        };
        let Some(lowering) = prepared.lowering.filter(is_lowered) else { return longest(prepared.ttl) };
        let before = longest(prepared.ttl).0 - Span::from_secs_f64(lowering.before_s).0;
        longest(Span::from_secs_f64(lowering.ttl_s)).max(Span(before))
    }

    /// Seconds since the change.
    fn since(&self, at: Time) -> f64 {
        at.since(self.prepared.scene.at).as_secs_f64()
    }

    /// Part of the replications in which the last message comes when the watch ends.
    fn still(&self, place: usize, last: impl Fn(&Seen) -> Option<Time>) -> f64 {
        let from = self.prepared.scene.at + Span(self.watched().0 - self.watched().0 / END);
        let is_late = |seen: &&Seen| last(seen).is_some_and(|at| at >= from);
        self.seen.of(place).filter(is_late).count() as f64 / self.seen.seen.len() as f64
    }

    fn moved(&self, place: usize) -> Vec<Moved> {
        let fading = self.fading(place);
        PARTS.iter().map(|part| Moved { part: *part, after_s: fading.falls_below(1.0 - part) }).collect()
    }

    fn fading(&self, place: usize) -> Fading {
        let counts = |of: fn(&Seen) -> &Vec<u32>| {
            let one = move |seen| of(seen).iter().map(|count| f64::from(*count)).collect();
            self.seen.of(place).map(one).collect()
        };
        Fading {
            edges: self.prepared.scene.edges(),
            old: counts(|seen| &seen.old),
            all: counts(|seen| &seen.all),
        }
    }

    fn quantity(&self, place: usize, (name, text, unit, of): (&str, &str, Unit, Of)) -> Quantity {
        let values = |place: usize| self.seen.of(place).map(of).collect::<Vec<Value>>();
        let (own, first) = (values(place), values(0));
        let mean = self.family().mean(&own).unwrap_or(Interval::alone(0.0));
        let value = unit.bounded(mean);
        Quantity {
            measured: Measured { name: name.into(), text: text.into(), unit, value },
            difference: if place == 0 { None } else { self.family().difference(&own, &first) },
        }
    }

    /// Those who send to the old hosts after the change, most of their mail first.
    fn senders(&self) -> Vec<OldSender> {
        let senders = &self.prepared.scenario().senders;
        let to_old = |place: usize| self.seen.of(0).map(move |seen| of_sender(seen, place)).sum::<u64>();
        let mut order: Vec<(usize, u64)> = (0..senders.len()).map(|place| (place, to_old(place))).collect();
        order.retain(|(_, count)| *count > 0);
        order.sort_by_key(|(place, count)| (Reverse(*count), *place));
        order.into_iter().map(|(place, _)| self.sender(place)).collect()
    }

    fn sender(&self, place: usize) -> OldSender {
        let sender = &self.prepared.scenario().senders[place];
        let (held_by, why) = held_by(sender, self.prepared.old_answer(self.prepared.ttl));
        let last = |seen: &Seen| seen.last.get(&(place as u32)).copied();
        let share = |values: Vec<Value>| {
            Unit::Share.bounded(Family::of(1).mean(&values).unwrap_or(Interval::alone(0.0)))
        };
        let of_all = |seen: &Seen| {
            let all: u32 = seen.of_sender.iter().sum();
            (all > 0).then(|| (f64::from(seen.of_sender[place]), f64::from(all)))
        };
        let of_old = |seen: &Seen| {
            let old = seen.to_old();
            (old > 0).then(|| (of_sender(seen, place) as f64, old as f64))
        };
        OldSender {
            name: sender.name.clone(),
            held_by,
            why,
            share_of_mail: share(self.seen.of(0).map(of_all).collect()),
            share_of_old: share(self.seen.of(0).map(of_old).collect()),
            last: moment(self.seen.of(0).map(|seen| last(seen).map(|at| self.since(at)))),
            still: self.still(0, last),
        }
    }

    /// The share of all mail that each of the first senders still brings to the old hosts, and all others together.
    fn curves(&self, senders: &[OldSender]) -> Vec<Curve> {
        let places = |names: &[OldSender]| {
            let all = &self.prepared.scenario().senders;
            let is_one = |name: &str| names.iter().any(|sender| sender.name == name);
            (0..all.len()).filter(|place| is_one(&all[*place].name)).collect::<Vec<usize>>()
        };
        let (first, rest) = senders.split_at(senders.len().min(MOST_CURVES));
        let mut curves: Vec<Curve> = first
            .iter()
            .map(|sender| self.curve(&sender.name, &places(std::slice::from_ref(sender))))
            .collect();
        if !rest.is_empty() {
            curves.push(self.curve(&format!("{} others", rest.len()), &places(rest)));
        }
        curves
    }

    fn curve(&self, name: &str, places: &[usize]) -> Curve {
        let bins = self.prepared.scene.ends.len();
        let of = |seen: &Seen| {
            let mut counts = vec![0.0; bins];
            for ((sender, bin), count) in &seen.by_sender {
                if places.contains(&(*sender as usize)) {
                    counts[*bin as usize] += f64::from(*count);
                }
            }
            counts
        };
        let fading = Fading { old: self.seen.of(0).map(of).collect(), ..self.fading(0) };
        Curve { name: name.into(), values: fading.shares() }
    }
}

/// Messages of a sender that an old host took after the change.
fn of_sender(seen: &Seen, place: usize) -> u64 {
    let own = place as u32;
    seen.by_sender.range((own, 0)..(own + 1, 0)).map(|(_, count)| u64::from(*count)).sum()
}

/// The limits of lateness are those of the names above.
const _: () = assert!(LATE[0].0 == Span::from_minutes(5).0 && LATE[1].0 == Span::HOUR.0);
