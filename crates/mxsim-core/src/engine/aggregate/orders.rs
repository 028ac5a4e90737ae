//! All orders in which a sender may try its candidates, with their probabilities.
//!
//! They come from the code that draws them ([`crate::sender::order`], [`crate::dns::order`], [`crate::sender::limits`]), run over every
//! outcome of its ranks and coins.

use crate::dns::order::{Order, Turn, base_order, render};
use crate::dns::{Base, Driver, OrderPolicy, OrderReuse, RecordType, Transform};
use crate::engine::aggregate::enumerate::{EnumeratedRanks, Enumeration, outcomes};
use crate::engine::world::{MX, NOWHERE, SenderTable, World};
use crate::ids::{AddressId, HostId};
use crate::random::Key;
use crate::sender::{AddressOrder, Candidates, HostOrder, OwnCache, Unit, limits, order};

/// Most orders looked at: those of seven equal hosts. Beyond, tables would cost more than messages.
const MOST_ORDERS: usize = 5_040;

/// Orders and their probabilities, which add up to 1; an order may come more than once.
pub(crate) type Orders = Vec<(Candidates, f64)>;

/// All orders of `sender`, or the reason why they cannot be listed.
pub(crate) fn of(world: &World, sender: &SenderTable) -> Result<Orders, &'static str> {
    check(world, sender)?;
    let listed = outcomes(MOST_ORDERS, |enumeration| {
        let mut list = candidates(world, sender, |set| answer(world, sender, set, enumeration));
        let ranks = EnumeratedRanks::new(enumeration, &list.clone());
        order::arrange(&sender.behaviour.parameters.order, &mut list, ranks);
        limits::cut(&sender.behaviour.parameters.limits, &mut list);
        list
    });
    listed.ok_or("its orders are too many to list")
}

/// The orders of a sender whose decision is `choice`: one, or as many as the answers of its resolver make of it. Only for a sender whose
/// orders can be listed.
pub(crate) fn decided(world: &World, sender: &SenderTable, choice: Key) -> Orders {
    let listed = outcomes(MOST_ORDERS, |enumeration| {
        let mut list = candidates(world, sender, |set| answer(world, sender, set, enumeration));
        sender.behaviour.arrange(&mut list, choice);
        sender.behaviour.cut(&mut list);
        list
    });
    listed.unwrap_or_default()
}

fn check(world: &World, sender: &SenderTable) -> Result<(), &'static str> {
    if world.topology.record_sets.iter().any(|set| set.versions.len() != 1) {
        return Err("the zone changes during the run");
    }
    if sender.behaviour.custom.is_some() {
        return Err("its behaviour is not from the catalogue");
    }
    if sender.behaviour.depends_on_state() {
        return Err("its order depends on what its outbound hosts are doing");
    }
    if sender
        .layers
        .iter()
        .any(|&(layer, _)| !world.topology.layers[usize::from(layer)].parameters.cache.counts_alone())
    {
        return Err("its resolver serves what has expired, or keeps it for longer");
    }
    if !(0..world.topology.record_sets.len()).all(|set| sender.gets_full_answers(&world.topology, set)) {
        return Err("an answer may be missing, or lack records");
    }
    if sender.behaviour.parameters.dns.cache == OwnCache::Pinned {
        return Err("it works on the list of an earlier message");
    }
    if sorts_addresses(world, sender) {
        return Err("its sites sort addresses by where they are");
    }
    let mut followed = (0..world.topology.record_sets.len()).filter(|&set| follows(world, sender, set));
    if !followed.all(|set| draws_each_answer_alone(world, sender, set)) {
        return Err("its order follows answers that depend on earlier ones");
    }
    Ok(())
}

/// Whether the order of the answers for `set` makes a difference to `sender`.
fn follows(world: &World, sender: &SenderTable, set: usize) -> bool {
    let policy = &sender.behaviour.parameters.order;
    let in_answer_order = match (set, policy.unit) {
        (MX, _) | (_, Unit::Address) => policy.hosts != HostOrder::Shuffle,
        (_, Unit::Host) => policy.addresses == AddressOrder::Answer,
    };
    in_answer_order && world.topology.record_sets[set].versions[0].records.len() > 1
}

/// Whether each answer for `set` is in a fixed order or draws one of its own, whatever was asked before.
fn draws_each_answer_alone(world: &World, sender: &SenderTable, set: usize) -> bool {
    let [(layer, _)] = sender.layers.as_slice() else { return false };
    let resolver = &world.topology.layers[usize::from(*layer)].parameters.order;
    let record_type = world.topology.record_sets[set].record_type;
    let transform = transform(resolver, record_type);
    let own = transform == Transform::None
        || (resolver.driver == Driver::Random && resolver.hold == OrderReuse::None);
    let own = own && !matches!(transform, Transform::SortForClient | Transform::FirstByWeight);
    // What the authority did to the order is kept in the cache, but does not outlive sorting or a full shuffle.
    let start = resolver.base == Base::Canonical
        || transform == Transform::Shuffle
        || self::transform(&world.topology.authority, record_type) == Transform::None;
    own && start && !resolver.verbatim_on_miss
}

/// Whether some host has several addresses of one type that its library puts in an order of its own.
fn sorts_addresses(world: &World, sender: &SenderTable) -> bool {
    world.topology.hosts.iter().any(|host| {
        let sorted = |set: &usize| {
            let set = &world.topology.record_sets[*set];
            sender.compares(set.record_type, host) > 0 && set.versions[0].records.len() > 1
        };
        [host.a, host.aaaa].iter().flatten().any(sorted)
    })
}

/// What is done to the answers of this type.
const fn transform(policy: &OrderPolicy, record_type: RecordType) -> Transform {
    if policy.types.contains(record_type) { policy.transform } else { Transform::None }
}

/// One answer of the resolver for `set`, out of `enumeration`.
fn answer(world: &World, sender: &SenderTable, set: usize, enumeration: &mut Enumeration) -> Order {
    let zone_order = zone_order(world, set);
    if !follows(world, sender, set) {
        return zone_order;
    }
    let records = &world.topology.record_sets[set];
    let canonical = &records.versions[0].canonical;
    let resolver = &world.topology.layers[usize::from(sender.layers[0].0)].parameters.order;
    let received = base_order(&world.topology.authority, &zone_order, canonical);
    let mut order = base_order(resolver, &received, canonical);
    render(resolver, records.record_type, &mut order, Turn { counter: 0, draw: enumeration, weights: &[] });
    order
}

fn zone_order(world: &World, set: usize) -> Order {
    (0..world.topology.record_sets[set].versions[0].records.len()).map(|i| i as u8).collect()
}

/// The candidates of one attempt, host by host and AAAA before A, with the answers that `ask` gives.
fn candidates(world: &World, sender: &SenderTable, mut ask: impl FnMut(usize) -> Order) -> Candidates {
    let records = &world.topology.record_sets[MX].versions[0].records;
    let named = || records.iter().filter(|record| record.target != NOWHERE);
    if named().any(|record| sender.bounces_for(HostId(record.target))) {
        return Candidates::new();
    }
    let mut hosts: Vec<(u16, HostId)> = ask(MX)
        .iter()
        .map(|&place| records[usize::from(place)])
        .filter(|record| record.target != NOWHERE && !sender.passes_over(HostId(record.target)))
        .map(|record| (record.preference, HostId(record.target)))
        .collect();
    if records.is_empty() && sender.behaviour.parameters.policy.implicit_mx {
        hosts.extend(
            world.topology.implicit_host.filter(|host| !sender.is_barred(*host)).map(|host| (0, host)),
        );
    }
    let mut list = Candidates::new();
    for (preference, host) in hosts {
        let sets = world.topology.host(host);
        for set in [sets.aaaa.filter(|_| sender.ipv6), sets.a].into_iter().flatten() {
            let addresses = &world.topology.record_sets[set].versions[0].records;
            for place in ask(set) {
                let address = AddressId(addresses[usize::from(place)].target);
                list.push(world.topology.candidate(preference, host, address));
            }
        }
    }
    order::take_preferences(sender.behaviour.preference(), &mut list);
    list
}
