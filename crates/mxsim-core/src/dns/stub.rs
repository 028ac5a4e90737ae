//! The library that a sender asks for addresses: `getaddrinfo` and its kin, which sort them (RFC 6724).
//!
//! Rule 9 puts the address first that has the longest prefix in common with the sender's own. Which one that is never changes, so a sender is
//! pinned for ever, and round robin is destroyed. It only tells addresses apart that lie in different blocks of a network the sender
//! is in: a sender far away from both shares as little with one as with the other, and then the order of the answer stays (rule 10).
//!
//! Main types: [`StubParameters`]; [`Home`], the addresses of one sender.

use super::record_type::RecordType;
use crate::random::Key;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How a library sorts the addresses of one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StubParameters {
    /// Which answers it sorts at all.
    pub sets: SortedSets,
    /// Rule 9 among IPv6 addresses.
    pub ipv6: Ipv6Rule9,
    /// Rule 9 among IPv4 addresses.
    pub ipv4: Ipv4Rule9,
}

/// Which answers a library sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortedSets {
    /// None.
    None,
    /// Those with an IPv6 address among them (musl).
    WithIpv6,
    /// All.
    All,
}

/// Rule 9 among IPv6 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ipv6Rule9 {
    /// Not used.
    Off,
    /// Over the first 64 bits (Go).
    First64Bits,
    /// Over all bits.
    AllBits,
}

/// Rule 9 among IPv4 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ipv4Rule9 {
    /// Not used, or only for destinations in the sender's own subnet, where no exchange host of another organisation is.
    Off,
    /// Over all bits.
    AllBits,
}

/// The blocks of IPv6 that the five regional registries give out to networks (IANA, IPv6 Global Unicast Address Assignments). That senders are
/// spread evenly over them is an *assumption*.
const BLOCKS: [u16; 5] = [0x2400, 0x2600, 0x2800, 0x2a00, 0x2c00];
/// Bits of such a block.
const BLOCK_BITS: u32 = 12;

/// The addresses a sending site connects from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// Its IPv4 address.
    pub v4: Ipv4Addr,
    /// Its IPv6 address.
    pub v6: Ipv6Addr,
}

impl Home {
    /// A home somewhere on the net, by the luck of `key`.
    #[must_use]
    pub fn drawn(key: Key) -> Self {
        let block = u128::from(BLOCKS[key.child(0).below(BLOCKS.len())]) << 112;
        let bits = (u128::from(key.child(1).word()) << 64) | u128::from(key.child(2).word());
        // Unicast only: 1.0.0.0 to 223.255.255.255.
        let v4 = 0x0100_0000 + key.child(3).below(0xDF00_0000) as u32;
        Self { v4: Ipv4Addr::from(v4), v6: Ipv6Addr::from(block | (bits >> BLOCK_BITS)) }
    }

    /// How many leading bits `address` has in common with this home.
    #[must_use]
    pub fn common_bits(&self, address: IpAddr) -> u32 {
        match address {
            IpAddr::V4(ip) => (u32::from(ip) ^ u32::from(self.v4)).leading_zeros(),
            IpAddr::V6(ip) => (u128::from(ip) ^ u128::from(self.v6)).leading_zeros(),
        }
    }
}

impl StubParameters {
    /// Over how many bits rule 9 compares addresses of this type; zero if it does not. `with_ipv6` says that the host has IPv6 addresses too.
    #[must_use]
    pub const fn compares(&self, record_type: RecordType, with_ipv6: bool) -> u32 {
        let sorts = match self.sets {
            SortedSets::None => false,
            SortedSets::WithIpv6 => with_ipv6,
            SortedSets::All => true,
        };
        match record_type {
            _ if !sorts => 0,
            RecordType::A => match self.ipv4 {
                Ipv4Rule9::Off => 0,
                Ipv4Rule9::AllBits => 32,
            },
            RecordType::Aaaa => match self.ipv6 {
                Ipv6Rule9::Off => 0,
                Ipv6Rule9::First64Bits => 64,
                Ipv6Rule9::AllBits => 128,
            },
            RecordType::Mx => 0,
        }
    }
}

/// Sorts items by rule 9 over the first `bits` of their addresses; equal ones stay as they came (rule 10).
pub fn sort_by_rule_9<T>(items: &mut [T], home: &Home, bits: u32, address: impl Fn(&T) -> IpAddr) {
    if bits > 0 && items.len() > 1 {
        items.sort_by_key(|item| std::cmp::Reverse(home.common_bits(address(item)).min(bits)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    fn v6(text: &str) -> IpAddr {
        match text.parse() {
            Ok(ip) => ip,
            Err(_) => panic!("{text} is no address"),
        }
    }

    #[test]
    fn the_nearest_prefix_goes_first_and_ties_stay() {
        let home =
            Home { v4: Ipv4Addr::new(198, 51, 100, 7), v6: Ipv6Addr::new(0x2a00, 1, 0, 0, 0, 0, 0, 7) };
        let mut list = [v6("2600::1"), v6("2a00:2::1"), v6("2a00:1:0:1::1"), v6("2a00:1::9")];
        sort_by_rule_9(&mut list, &home, 128, |ip| *ip);
        assert_eq!(list, [v6("2a00:1::9"), v6("2a00:1:0:1::1"), v6("2a00:2::1"), v6("2600::1")]);
        let mut far = [v6("2600::2"), v6("2600::1")];
        sort_by_rule_9(&mut far, &home, 128, |ip| *ip);
        assert_eq!(far, [v6("2600::2"), v6("2600::1")], "as far from one as from the other");
    }

    /// Go looks at the first 64 bits only (src/net/addrselect.go).
    #[test]
    fn beyond_the_bits_looked_at_all_are_equal() {
        let home = Home { v4: Ipv4Addr::LOCALHOST, v6: Ipv6Addr::new(0x2a00, 1, 0, 0, 0, 0, 0, 1) };
        let mut list = [v6("2a00:1::8000:0:0:1"), v6("2a00:1::1")];
        sort_by_rule_9(&mut list, &home, 64, |ip| *ip);
        assert_eq!(list[0], v6("2a00:1::8000:0:0:1"));
        sort_by_rule_9(&mut list, &home, 128, |ip| *ip);
        assert_eq!(list[0], v6("2a00:1::1"));
    }

    /// Theory: one block in five each. n = 50,000; 5 standard errors of 0.18 points, 6 in 10 million for each block.
    #[test]
    fn homes_are_spread_over_the_registries() {
        let key = Entropy::new(9, 0).key(StreamId::new("homes", Purpose::Answer));
        for block in BLOCKS {
            let inside = |i: &u64| Home::drawn(key.child(*i)).v6.segments()[0] & 0xfff0 == block;
            let share = (0..50_000).filter(inside).count() as f64 / 50_000.0;
            assert!((share - 0.2).abs() < 0.009, "{block:x}: {share}");
        }
    }
}
