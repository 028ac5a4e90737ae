//! Each thing that is not known, put to an end of its range while everything else stays as written.

use crate::estimate::share_quantile;
use crate::numerals::percent;
use crate::parameters::order::keep_in_words;
use crate::parameters::sender_entry::hosts_in_words;
use crate::results::Grade;
use crate::scenario::{Scenario, Sender};
use crate::sender::{HostOrder, MxToAddress, Stickiness};
use crate::time::Span;

/// A sender that brings less than this part of the mail decides nothing alone.
const LEAST_DECISIVE_SHARE: f64 = 0.05;
/// Most extremes that are looked at; those that are likely to hurt come first, of the largest senders before the others.
pub(super) const MOST_EXTREMES: usize = 16;

/// A world in which one assumption is at an end of its range.
#[derive(Debug)]
pub(in super::super) struct Extreme {
    /// Its place among all of the scenario.
    pub(in super::super) number: u64,
    /// Index of the sender it is about.
    pub(in super::super) sender: usize,
    /// `choosers`, `hold`, `order`, `mx_to_address`, `idle` or `share`.
    pub(in super::super) unknown: &'static str,
    /// What the scenario assumes.
    pub(in super::super) assumed: String,
    /// What is looked at instead, to follow "if".
    pub(in super::super) instead: String,
    /// How well the assumption is known.
    pub(in super::super) grade: Grade,
    pub(in super::super) scenario: Scenario,
}

/// All of them.
pub(in super::super) fn extremes(scenario: &Scenario) -> Vec<Extreme> {
    let mut order: Vec<usize> = (0..scenario.senders.len()).filter(|&i| scenario.senders[i].wanted).collect();
    // A stable sort, so that of equals the first stays the first.
    order.sort_by(|&a, &b| scenario.senders[b].share.total_cmp(&scenario.senders[a].share));
    let decisive = |i: &usize| scenario.senders[*i].share >= LEAST_DECISIVE_SHARE;
    let of_senders = order.into_iter().filter(decisive).map(|i| of_sender(scenario, i));
    let (hurting, others): (Vec<_>, Vec<_>) = of_senders.unzip();
    let mut extremes: Vec<Extreme> = hurting.into_iter().chain(others).flatten().collect();
    extremes.truncate(MOST_EXTREMES);
    (0..).zip(&mut extremes).for_each(|(number, extreme)| extreme.number = number);
    extremes
}

/// Those that are likely to hurt, and the others.
fn of_sender(scenario: &Scenario, i: usize) -> (Vec<Extreme>, Vec<Extreme>) {
    let about = About { scenario, i, sender: &scenario.senders[i] };
    let ([fewer, more], [shorter, longer], [at_once, late]) = (about.choosers(), about.hold(), about.idle());
    let (large, small) = (about.share(0.95), about.share(0.05));
    let hurting =
        [about.mx_to_address(), late, fewer, longer, about.order(), large].into_iter().flatten().collect();
    (hurting, [small, at_once, shorter, more].into_iter().flatten().collect())
}

/// The sender that is looked at.
struct About<'a> {
    scenario: &'a Scenario,
    i: usize,
    sender: &'a Sender,
}

impl About<'_> {
    fn end(
        &self,
        unknown: &'static str,
        assumed: String,
        instead: String,
        change: impl FnOnce(&mut Scenario),
    ) -> Extreme {
        let mut scenario = self.scenario.clone();
        change(&mut scenario);
        Extreme { number: 0, sender: self.i, unknown, assumed, instead, grade: self.sender.grade, scenario }
    }

    const fn draws(&self) -> bool {
        self.sender.behaviour.parameters.order.draws()
    }

    const fn keep(&self) -> Stickiness {
        self.sender.behaviour.parameters.order.keep
    }

    /// True if a choice outlives its message.
    fn holds(&self) -> bool {
        !matches!(
            self.keep(),
            Stickiness::Attempt | Stickiness::Message | Stickiness::Process | Stickiness::Second
        )
    }

    /// Fewer and more. A chooser that holds nothing is none: where the sender draws for each message, fewer hold as long as is plausible.
    fn choosers(&self) -> [Option<Extreme>; 2] {
        let Some((from, to)) = self.sender.unknowns.choosers else { return [None, None] };
        let longest = self.sender.unknowns.hold.map(|(_, longest)| longest).filter(|_| !self.holds());
        if !self.draws() || (!self.holds() && longest.is_none()) {
            return [None, None];
        }
        let hosts = self.sender.hosts;
        let end = |count: u32, hold: Option<Span>| {
            let count = count as usize;
            self.end("choosers", hosts_in_words(hosts), fewer_or_more(hosts, count, hold), |scenario| {
                let sender = &mut scenario.senders[self.i];
                sender.hosts = count;
                if let Some(hold) = hold {
                    sender.behaviour.parameters.order.keep = Stickiness::Exponential(hold);
                }
            })
        };
        let low = ((from as usize) < hosts).then(|| end(from, longest));
        let high = (to as usize > hosts && self.holds()).then(|| end(to, None));
        [low, high]
    }

    /// Shorter and longer.
    fn hold(&self) -> [Option<Extreme>; 2] {
        let Some((from, to)) = self.sender.unknowns.hold.filter(|_| self.draws()) else {
            return [None, None];
        };
        let end = |time: Span| {
            let who = match self.sender.sites * self.sender.hosts {
                1 => "its one outbound host".to_owned(),
                many => format!("each of its {many} outbound hosts"),
            };
            let instead = format!("{who} kept its choice for {time} on average");
            self.end("hold", keep_in_words(self.keep()), instead, |scenario| {
                scenario.senders[self.i].behaviour.parameters.order.keep = Stickiness::Exponential(time);
            })
        };
        let differs = |time: &Span| {
            self.keep() != Stickiness::Exponential(*time)
                && !(self.keep() == Stickiness::Forever && *time == to)
        };
        [from, to].map(|time| Some(time).filter(differs).map(end))
    }

    /// Shorter and longer, where a goal is about sessions.
    fn idle(&self) -> [Option<Extreme>; 2] {
        let parameters = &self.sender.behaviour.parameters;
        let asks = self.scenario.has_sessions()
            && self.scenario.goals.iter().any(|goal| goal.kind.is_about_sessions());
        let (Some((from, to)), Some(kept)) =
            (self.sender.unknowns.idle.filter(|_| asks), parameters.reuse.waits_for_messages())
        else {
            return [None, None];
        };
        let words = |time: Span| format!("idle connections open for {time}");
        let end = |time: Span| {
            self.end(
                "idle",
                format!("keeps {}", words(kept.idle)),
                format!("it kept {}", words(time)),
                |scenario| {
                    let reuse = &mut scenario.senders[self.i].behaviour.parameters.reuse;
                    *reuse = reuse.idle_for(time);
                },
            )
        };
        [from, to].map(|time| Some(time).filter(|time| *time != kept.idle).map(end))
    }

    /// The other way with an address in the place of a host name, where an MX record has one.
    fn mx_to_address(&self) -> Option<Extreme> {
        let is_open = |chance: &f64| *chance > 0.0 && *chance < 1.0 && self.scenario.has_mx_to_address();
        self.sender.unknowns.skips_addresses.filter(is_open)?;
        let (assumed, instead, other) = match self.sender.behaviour.parameters.policy.mx_to_address {
            MxToAddress::Use => {
                ("it connects to it", "it skipped an address in an MX record", MxToAddress::Skip)
            }
            MxToAddress::Skip | MxToAddress::Bounce => {
                ("it does not connect to it", "it connected to an address in an MX record", MxToAddress::Use)
            }
        };
        Some(self.end("mx_to_address", assumed.into(), instead.into(), |scenario| {
            scenario.senders[self.i].behaviour.parameters.policy.mx_to_address = other;
        }))
    }

    fn order(&self) -> Option<Extreme> {
        self.sender.unknowns.answer.filter(|chance| *chance > 0.0 && *chance < 1.0)?;
        let (shuffles, answers) =
            ("it shuffled your hosts", "it took your hosts in the order of the DNS answer");
        Some(if self.draws() {
            self.end("order", "it shuffles".into(), answers.into(), |scenario| {
                let parameters = &mut scenario.senders[self.i].behaviour.parameters;
                parameters.order = parameters.order_of_answers();
            })
        } else {
            self.end("order", "it takes the answer's order".into(), shuffles.into(), |scenario| {
                scenario.senders[self.i].behaviour.parameters.order.hosts = HostOrder::Shuffle;
            })
        })
    }

    /// A quantile of its plausible shares; the other senders share out the rest as before.
    fn share(&self, probability: f64) -> Option<Extreme> {
        let mix = self.scenario.mix.as_ref().filter(|_| self.sender.share < 1.0)?;
        let share = self.sender.share;
        let other = share_quantile(share, mix.concentration, probability);
        let instead = format!("it brought {} of the mail", percent(other));
        let assumed = format!("{} of the mail", percent(share));
        let end = self.end("share", assumed, instead, |scenario| {
            for (i, sender) in scenario.senders.iter_mut().enumerate().filter(|(_, sender)| sender.wanted) {
                sender.share = if i == self.i { other } else { sender.share * (1.0 - other) / (1.0 - share) };
            }
        });
        Some(Extreme { grade: mix.grade, ..end })
    }
}

fn fewer_or_more(hosts: usize, count: usize, hold: Option<Span>) -> String {
    let kept = hold.map_or_else(String::new, |hold| format!(", kept for {hold} on average"));
    match count {
        1 => format!("all of its {hosts} outbound hosts shared one choice{kept}"),
        fewer if fewer < hosts => format!("its {hosts} outbound hosts shared {fewer} choices{kept}"),
        more => format!("{more} outbound hosts chose independently"),
    }
}
