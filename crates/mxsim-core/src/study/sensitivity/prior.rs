//! The prior: plausible worlds, drawn by keys.

use crate::random::{Entropy, Key, Purpose, StreamId, name_hash};
use crate::scenario::{LEAST_SHARE, Scenario, Sender};
use crate::sender::{HostOrder, MxToAddress, OrderPolicy, Stickiness};
use crate::time::Span;

/// True if plausible worlds differ at all.
pub(super) fn differ(scenario: &Scenario) -> bool {
    scenario.mix.is_some() || scenario.wanted_senders().any(|sender| !sender.unknowns.is_empty())
}

/// What plausible worlds of a scenario are drawn from.
pub(crate) struct Prior<'s> {
    scenario: &'s Scenario,
    /// Hashes of the senders' names. Draws hang off them, so that another sender shifts none.
    names: Vec<u64>,
    /// Whether an open connection takes a place at a node: else it does not matter how long it stays open.
    has_sessions: bool,
    /// Whether an MX record has an address in the place of a host name.
    has_addresses: bool,
}

/// What may differ of one sender between worlds, beside its share.
pub(crate) struct DrawnSender {
    pub(crate) order: OrderPolicy,
    pub(crate) hosts: usize,
    idle: Option<Span>,
    mx_to_address: Option<MxToAddress>,
}

/// What everything in a plausible world is drawn from.
pub(crate) fn world_key(seed: u64, number: u64) -> Key {
    Entropy::new(seed, 0).key(StreamId::new("plausible worlds", Purpose::World)).child(number)
}

impl<'s> Prior<'s> {
    pub(crate) fn new(scenario: &'s Scenario) -> Self {
        let names = scenario.senders.iter().map(|sender| name_hash(&sender.name)).collect();
        let (has_sessions, has_addresses) = (scenario.has_sessions(), scenario.has_mx_to_address());
        Self { scenario, names, has_sessions, has_addresses }
    }

    /// Plausible world `number` of the scenario.
    pub(super) fn world(&self, seed: u64, number: u64) -> Scenario {
        let key = world_key(seed, number);
        let mut world = self.scenario.clone();
        let drawn = world.senders.iter_mut().zip(self.shares(key)).enumerate();
        for (i, (sender, share)) in drawn.filter(|(_, (sender, _))| sender.wanted) {
            let drawn = self.sender(i, key);
            (sender.behaviour.parameters.order, sender.hosts) = (drawn.order, drawn.hosts);
            if let Some(idle) = drawn.idle {
                let reuse = &mut sender.behaviour.parameters.reuse;
                *reuse = reuse.idle_for(idle);
            }
            if let Some(drawn) = drawn.mx_to_address {
                sender.behaviour.parameters.policy.mx_to_address = drawn;
            }
            sender.share = share;
        }
        world
    }

    /// The shares of all senders in a world.
    pub(crate) fn shares(&self, world: Key) -> Vec<f64> {
        let senders = &self.scenario.senders;
        match &self.scenario.mix {
            Some(mix) => {
                let wanted = senders.iter().zip(&self.names).filter(|(sender, _)| sender.wanted);
                let mut drawn = draw_mix(wanted, mix.concentration, world.child(1)).into_iter();
                let share = |sender: &Sender| match sender.wanted {
                    true => drawn.next().unwrap_or(sender.share),
                    false => sender.share,
                };
                senders.iter().map(share).collect()
            }
            None => senders.iter().map(|sender| sender.share).collect(),
        }
    }

    /// A sender, by its place, as it is in a world.
    pub(crate) fn sender(&self, i: usize, world: Key) -> DrawnSender {
        let (sender, key) = (&self.scenario.senders[i], world.child(0).child(self.names[i]));
        let (unknowns, parameters) = (&sender.unknowns, &sender.behaviour.parameters);
        let mut order = parameters.order;
        match unknowns.draw_answer(key) {
            Some(true) => order = parameters.order_of_answers(),
            // Who draws at all goes on as its preset does.
            Some(false) if !order.draws() => order.hosts = HostOrder::Shuffle,
            _ => {}
        }
        if let Some(hold) = unknowns.draw_hold(key).filter(|_| order.draws()) {
            order.keep = Stickiness::Exponential(hold);
        }
        DrawnSender {
            order,
            hosts: unknowns.draw_choosers(key).unwrap_or(sender.hosts),
            idle: unknowns.draw_idle(key).filter(|_| self.has_sessions),
            mx_to_address: unknowns.draw_mx_to_address(key).filter(|_| self.has_addresses),
        }
    }
}

/// Shares from a Dirichlet law around those that are written: gamma variates, made to add up to 1.
fn draw_mix<'s>(
    senders: impl Iterator<Item = (&'s Sender, &'s u64)>,
    concentration: f64,
    key: Key,
) -> Vec<f64> {
    let part = |(sender, &name): (&Sender, &u64)| {
        key.child(name).gamma(concentration * sender.share).max(LEAST_SHARE)
    };
    let parts: Vec<f64> = senders.map(part).collect();
    let total: f64 = parts.iter().sum();
    parts.into_iter().map(|part| part / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peopled() -> Scenario {
        let text = "[zone]\ntext = \"\"\"\nexample.com. 300 IN MX 10 a.example.com.\na.example.com. 300 IN A 192.0.2.1\n\"\"\"\n\
                    [traffic]\npopulation = \"small-business\"\n";
        Scenario::from_toml(text).expect("a scenario")
    }

    /// Theory: a share under a Dirichlet law of concentration c is Beta: mean s, variance s (1 - s) / (c + 1). n = 20,000 worlds: the mean lies
    /// within 4.9 standard errors at 1 in 1,000,000, the variance within a tenth (more than six standard errors).
    #[test]
    fn shares_are_dirichlet_around_those_written() {
        let scenario = peopled();
        let concentration = scenario.mix.as_ref().expect("a population").concentration;
        let written = scenario.senders[0].share;
        let n = 20_000;
        let prior = Prior::new(&scenario);
        let drawn = || {
            (0..n).map(|number| {
                let shares = prior.shares(world_key(3, number));
                let of_mail = shares.iter().zip(&scenario.senders).filter(|(_, sender)| sender.wanted);
                assert!((of_mail.map(|(share, _)| share).sum::<f64>() - 1.0).abs() < 1e-9);
                shares[0]
            })
        };
        let mean = drawn().sum::<f64>() / n as f64;
        let variance = drawn().map(|share| (share - written) * (share - written)).sum::<f64>() / n as f64;
        let theory = written * (1.0 - written) / (concentration + 1.0);
        assert!((mean - written).abs() < 4.9 * (theory / n as f64).sqrt(), "{mean} {written}");
        assert!((variance / theory - 1.0).abs() < 0.1, "{variance} {theory}");
    }

    #[test]
    fn what_is_known_stays_as_written() {
        let scenario = peopled();
        let prior = Prior::new(&scenario);
        for number in 0..50 {
            let world = prior.world(1, number);
            for (drawn, written) in world.senders.iter().zip(&scenario.senders) {
                if written.unknowns.is_empty() {
                    assert_eq!(drawn.behaviour.parameters, written.behaviour.parameters, "{}", written.name);
                    assert_eq!(drawn.hosts, written.hosts);
                }
            }
        }
        let other = |seed, number| prior.world(seed, number).senders[0].hosts;
        assert!((0..20).any(|number| other(1, number) != other(2, number)), "the seed says which worlds");
    }
}
