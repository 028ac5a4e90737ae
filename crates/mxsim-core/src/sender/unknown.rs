//! From where to where the behaviour of a sender may plausibly lie, where nobody has looked.
//!
//! Large providers publish almost nothing about how they choose. What is not known of one is five things: how many independent choosers
//! hold a choice, how long they hold it, whether they shuffle the hosts at all, how long they keep a connection open that has nothing
//! to carry, and whether they connect to an address in the place of a host name. Each has a range, as data beside the preset; a *plausible world* draws one value out of each.

use super::behaviour::SenderParameters;
use super::failover::Failover;
use super::order_policy::{HostOrder, OrderPolicy, Stickiness};
use super::resolve::MxToAddress;
use crate::random::Key;
use crate::time::Span;

/// What is not known of one sender; all absent where its behaviour is known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Unknowns {
    /// How many outbound hosts choose independently, from the first to the second; log-uniform.
    pub choosers: Option<(u32, u32)>,
    /// How long a chooser holds its choice, on average, from the first to the second; log-uniform.
    pub hold: Option<(Span, Span)>,
    /// Chance that it takes hosts as the DNS answers them, 0..1; else it shuffles them.
    pub answer: Option<f64>,
    /// Chance that it skips an address in the place of a host name, 0..1; else it connects to it. It matters where an MX record has one.
    pub skips_addresses: Option<f64>,
    /// How long an open connection waits for its next message, from the first to the second; log-uniform. It matters where sessions take time.
    pub idle: Option<(Span, Span)>,
}

impl Unknowns {
    /// True if everything is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        let in_order = self.choosers.is_none() && self.hold.is_none() && self.answer.is_none();
        in_order && self.idle.is_none() && self.skips_addresses.is_none()
    }

    /// The same with ranges that reach to what a scenario takes for granted.
    #[must_use]
    pub fn reaching(mut self, choosers: usize, parameters: &SenderParameters) -> Self {
        if let Some((from, to)) = &mut self.choosers {
            let choosers = choosers as u32;
            (*from, *to) = ((*from).min(choosers), (*to).max(choosers));
        }
        if let (Some((from, to)), Stickiness::Exponential(kept) | Stickiness::Fixed(kept)) =
            (&mut self.hold, parameters.order.keep)
        {
            (*from, *to) = ((*from).min(kept), (*to).max(kept));
        }
        if let (Some((from, to)), Some(kept)) = (&mut self.idle, parameters.reuse.waits_for_messages()) {
            (*from, *to) = ((*from).min(kept.idle), (*to).max(kept.idle));
        }
        self
    }

    /// A number of choosers of a plausible world.
    #[must_use]
    pub fn draw_choosers(&self, key: Key) -> Option<usize> {
        let (from, to) = self.choosers?;
        // Every whole number k has the part of the range from k to k + 1.
        let drawn = log_uniform(f64::from(from), f64::from(to) + 1.0, key.child(0)) as u32;
        Some(drawn.clamp(from, to) as usize)
    }

    /// A mean holding time of a plausible world.
    #[must_use]
    pub fn draw_hold(&self, key: Key) -> Option<Span> {
        let (from, to) = self.hold?;
        Some(Span(log_uniform(from.0 as f64, to.0 as f64, key.child(1)) as i64))
    }

    /// How long it keeps an idle connection in a plausible world.
    #[must_use]
    pub fn draw_idle(&self, key: Key) -> Option<Span> {
        let (from, to) = self.idle?;
        // Who is known to close at once has no logarithm to draw.
        let [from, to] = [from, to].map(|span| span.0.max(1) as f64);
        Some(Span(log_uniform(from, to, key.child(3)) as i64))
    }

    /// What it does with an MX record that has an address in the place of a host name in a plausible world.
    #[must_use]
    pub fn draw_mx_to_address(&self, key: Key) -> Option<MxToAddress> {
        let skips = key.child(4).unit() <= self.skips_addresses?;
        Some(if skips { MxToAddress::Skip } else { MxToAddress::Use })
    }

    /// Whether it takes hosts as the DNS answers them in a plausible world.
    #[must_use]
    pub fn draw_answer(&self, key: Key) -> Option<bool> {
        Some(key.child(2).unit() <= self.answer?)
    }
}

/// A value whose logarithm is uniform.
fn log_uniform(from: f64, to: f64, key: Key) -> f64 {
    from * libm::exp(key.unit() * libm::log(to / from))
}

impl SenderParameters {
    /// Its order if it takes hosts as the DNS answers them. It has no choice to keep then, unless it comes back to the same host later.
    #[must_use]
    pub fn order_of_answers(&self) -> OrderPolicy {
        let same_later = self.failover == Failover::SameHostLater;
        let keep = if same_later { Stickiness::Message } else { Stickiness::Attempt };
        OrderPolicy { hosts: HostOrder::Answer, keep, ..self.order }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    const UNKNOWNS: Unknowns = Unknowns {
        choosers: Some((1, 200)),
        hold: Some((Span::MINUTE, Span(7 * Span::DAY.0))),
        answer: Some(0.25),
        skips_addresses: Some(0.25),
        idle: Some((Span::from_secs(1), Span::MINUTE)),
    };

    fn keys() -> impl Iterator<Item = Key> {
        let root = Entropy::new(9, 0).key(StreamId::new("prior", Purpose::World));
        (0..40_000).map(move |i| root.child(i))
    }

    /// Theory: the chance of k choosers is log((k + 1) / k) / log 201, so that of one is 0.1307; n = 40,000: within 4.9 standard errors, 0.0083,
    /// at 1 in 1,000,000. The same for a hold below an hour, log 60 / log 10,080 = 0.4442 (0.0122), for an idle time below 6 s, log 6 / log 60 =
    /// 0.4376 (0.0122), and for the answer and for skipping addresses, 0.25 (0.0107).
    #[test]
    fn draws_follow_their_laws() {
        let part = |holds: &dyn Fn(Key) -> bool| keys().filter(|key| holds(*key)).count() as f64 / 40_000.0;
        let one = part(&|key| UNKNOWNS.draw_choosers(key) == Some(1));
        assert!((one - libm::log(2.0) / libm::log(201.0)).abs() < 0.0083, "{one}");
        let short = part(&|key| UNKNOWNS.draw_hold(key).is_some_and(|hold| hold < Span::HOUR));
        assert!((short - libm::log(60.0) / libm::log(10_080.0)).abs() < 0.0122, "{short}");
        let brief = part(&|key| UNKNOWNS.draw_idle(key).is_some_and(|idle| idle < Span::from_secs(6)));
        assert!((brief - libm::log(6.0) / libm::log(60.0)).abs() < 0.0122, "{brief}");
        let answer = part(&|key| UNKNOWNS.draw_answer(key) == Some(true));
        assert!((answer - 0.25).abs() < 0.0107, "{answer}");
        let skips = part(&|key| UNKNOWNS.draw_mx_to_address(key) == Some(MxToAddress::Skip));
        assert!((skips - 0.25).abs() < 0.0107, "{skips}");
    }

    #[test]
    fn draws_stay_inside_their_ranges() {
        assert!(Unknowns::default().is_empty() && !UNKNOWNS.is_empty());
        for key in keys().take(5_000) {
            let choosers = UNKNOWNS.draw_choosers(key).unwrap_or(0);
            let hold = UNKNOWNS.draw_hold(key).unwrap_or(Span::ZERO);
            assert!((1..=200).contains(&choosers) && hold >= Span::MINUTE && hold.0 <= 7 * Span::DAY.0);
        }
    }
}
