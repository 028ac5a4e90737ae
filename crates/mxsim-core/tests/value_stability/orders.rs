//! Orders of candidates: what each sending MTA does with hosts of equal preference, and with their addresses.

use crate::{key, stable};
use mxsim_core::ids::{AddressId, HostId};
use mxsim_core::random::{Purpose, name_hash};
use mxsim_core::sender::order::{Places, arrange, take_preferences};
use mxsim_core::sender::order_context::{OrderContext, reorder_by_state};
use mxsim_core::sender::{
    AddressOrder, Candidate, Candidates, Family, HostOrder, OrderPolicy, Preference, Stickiness, Unit,
};

/// Hosts with their preference and the families of their addresses; addresses are numbered in the order of the answer: `01`, `2`, `34`, `5` and, of the
/// backup, `6`.
const HOSTS: [(u16, &str); 5] = [(10, "64"), (10, "4"), (10, "64"), (10, "6"), (20, "4")];

/// A policy that keeps what it does not say in the order of the answer.
const ANSWER: OrderPolicy = OrderPolicy {
    preference: Preference::Obey,
    unit: Unit::Host,
    hosts: HostOrder::Answer,
    addresses: AddressOrder::Answer,
    family: Family::Any,
    keep: Stickiness::Attempt,
};

const fn hosts(hosts: HostOrder) -> OrderPolicy {
    OrderPolicy { hosts, ..ANSWER }
}

fn candidates() -> Candidates {
    let mut list = Candidates::new();
    for (host, (preference, families)) in HOSTS.iter().enumerate() {
        for family in families.bytes() {
            let address = list.len() as u16;
            list.push(Candidate {
                preference: *preference,
                host: HostId(host as u16),
                address: AddressId(address),
                ipv6: family == b'6',
                host_hash: name_hash(&format!("mx{host}.example.com")),
                address_hash: name_hash(&format!("192.0.2.{address}")),
            });
        }
    }
    list
}

/// What an outbound host knows; the second in which it began and its attempts go by the message.
struct Known(u16);

impl OrderContext for Known {
    fn name(&self, host: HostId) -> &str {
        ["mx0.example.com", "mx1.example.com", "mx2.example.com", "mx3.example.com", "mx4.example.com"]
            [host.index()]
    }

    fn second(&self) -> u16 {
        4_711 * (self.0 + 1)
    }

    fn attempts(&self) -> u32 {
        u32::from(self.0)
    }

    fn open(&self, address: AddressId) -> u32 {
        u32::from((address.0 + self.0) % 3)
    }

    fn turn(&self) -> u32 {
        u32::from(self.0)
    }

    fn last_good(&self) -> Option<HostId> {
        self.0.checked_sub(1).map(|host| HostId(2 * host))
    }
}

/// Addresses in the order in which message `number` tries them.
fn order(policy: &OrderPolicy, number: u16) -> String {
    let mut list = candidates();
    take_preferences(policy.preference, &mut list);
    let choice = key(Purpose::Choice).child(number.into());
    match policy.keep {
        Stickiness::Second => arrange(policy, &mut list, Places::new(choice, &candidates())),
        _ => arrange(policy, &mut list, choice),
    }
    reorder_by_state(policy.hosts, &mut list, &Known(number));
    list.iter().map(|candidate| candidate.address.0.to_string()).collect()
}

#[track_caller]
fn check(policy: &OrderPolicy, in_this_epoch: [&str; 4]) {
    let what =
        format!("{:?} of hosts, {:?} of addresses, {:?}", policy.hosts, policy.addresses, policy.family);
    stable(&what, [0, 1, 2, 3].map(|number| order(policy, number)), in_this_epoch);
}

/// An order without a test does not compile.
const _: fn(HostOrder) -> fn() = |order| match order {
    HostOrder::Shuffle => shuffle,
    HostOrder::Answer => answer,
    HostOrder::AdjacentSwap => adjacent_swap,
    HostOrder::LastIntoHole => last_into_hole,
    HostOrder::RandomComparator => random_comparator,
    HostOrder::NameHash => name_hash_order,
    HostOrder::LeastConnections => least_connections,
    HostOrder::AttemptIndex => attempt_index,
    HostOrder::Name => name,
    HostOrder::RoundRobin => round_robin,
    HostOrder::LastGood => last_good,
};

/// What is made of preferences without a test does not compile.
const _: fn(Preference) -> fn() = |preference| match preference {
    Preference::Obey => answer,
    Preference::Ignore => ignored_preference,
    Preference::Reverse => reversed_preference,
    Preference::WorstFirst => worst_first,
};

#[test]
fn shuffle() {
    check(&hosts(HostOrder::Shuffle), ["0153426", "0134256", "3425016", "0134256"]);
}

#[test]
fn answer() {
    check(&ANSWER, ["0123456", "0123456", "0123456", "0123456"]);
}

#[test]
fn adjacent_swap() {
    check(&hosts(HostOrder::AdjacentSwap), ["0123456", "2345016", "0125346", "0125346"]);
}

#[test]
fn last_into_hole() {
    check(&hosts(HostOrder::LastIntoHole), ["0125346", "0125346", "0125346", "0125346"]);
}

#[test]
fn random_comparator() {
    check(&hosts(HostOrder::RandomComparator), ["0123456", "5342016", "3450126", "3450126"]);
}

#[test]
fn name_hash_order() {
    check(&hosts(HostOrder::NameHash), ["5340126", "0123456", "2501346", "5012346"]);
}

#[test]
fn least_connections() {
    check(
        &OrderPolicy { unit: Unit::Address, ..hosts(HostOrder::LeastConnections) },
        ["0314526", "5203146", "1452036", "0314526"],
    );
}

#[test]
fn attempt_index() {
    check(&hosts(HostOrder::AttemptIndex), ["0123456", "2345601", "3456012", "5601234"]);
}

#[test]
fn name() {
    check(&hosts(HostOrder::Name), ["0123456", "0123456", "0123456", "0123456"]);
}

#[test]
fn round_robin() {
    check(&hosts(HostOrder::RoundRobin), ["0123456", "2345016", "3450126", "5012346"]);
}

#[test]
fn last_good() {
    check(&hosts(HostOrder::LastGood), ["0123456", "0123456", "3401256", "6012345"]);
}

const fn preference(preference: Preference) -> OrderPolicy {
    OrderPolicy { preference, ..hosts(HostOrder::Shuffle) }
}

#[test]
fn ignored_preference() {
    check(&preference(Preference::Ignore), ["6015342", "0134265", "3426501", "0163425"]);
}

#[test]
fn reversed_preference() {
    check(&preference(Preference::Reverse), ["6015342", "6013425", "6342501", "6013425"]);
}

/// With two preferences the same as reversed.
#[test]
fn worst_first() {
    check(&preference(Preference::WorstFirst), ["6015342", "6013425", "6342501", "6013425"]);
}

#[test]
fn shuffle_of_all_addresses() {
    check(
        &OrderPolicy { unit: Unit::Address, ..hosts(HostOrder::Shuffle) },
        ["0452136", "3120456", "5421306", "3402516"],
    );
}

#[test]
fn shuffle_of_addresses_inside_a_host() {
    check(
        &OrderPolicy { addresses: AddressOrder::Shuffle, ..ANSWER },
        ["1023456", "1024356", "1024356", "1024356"],
    );
}

/// Lots that belong to places in the answer.
#[test]
fn shuffle_from_the_second_a_process_began_in() {
    let policy = OrderPolicy {
        addresses: AddressOrder::Shuffle,
        keep: Stickiness::Second,
        ..hosts(HostOrder::Shuffle)
    };
    check(&policy, ["3410526", "2510436", "5210436", "2013456"]);
}

/// A shuffle of hosts and of their addresses, with each preference for a family.
#[test]
fn families() {
    let of = |family| {
        let shuffled = hosts(HostOrder::Shuffle);
        order(&OrderPolicy { addresses: AddressOrder::Shuffle, family, ..shuffled }, 5)
    };
    let families = [
        Family::Any,
        Family::Ipv6First,
        Family::Ipv4First,
        Family::Ipv6BubblePass,
        Family::Ipv6FirstInClass,
        Family::Ipv4FirstInClass,
        Family::Ipv4Only,
    ];
    stable(
        "families",
        families.map(of),
        ["2510436", "2501346", "2510436", "5023146", "5032146", "2145036", "2146"],
    );
}
