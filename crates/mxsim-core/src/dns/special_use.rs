//! Addresses at which no sender on the Internet delivers (the registries of special-purpose addresses, RFC 6890).

use super::zone::{AddressStatus, Host};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// True for addresses of a private network, behind a carrier too (RFC 1918, 6598, 4193): senders in that network reach them.
pub(crate) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || (ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64),
        IpAddr::V6(ip) => ip.segments()[0] & 0xfe00 == 0xfc00,
    }
}

impl Host {
    /// Its addresses that no sender on the Internet reaches; none if it has no other.
    pub(crate) fn out_of_reach(&self) -> impl Iterator<Item = IpAddr> {
        let is_out = |ip: &IpAddr| is_private(*ip) || special_use(*ip).is_some();
        let is_mixed = self.status == AddressStatus::Published && self.addresses().any(|ip| !is_out(&ip));
        self.addresses().filter(move |ip| is_mixed && is_out(ip))
    }
}

/// What an address is for that no sender reaches, wherever it is. Addresses for documentation pass: they stand for real ones.
pub(crate) fn special_use(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => special_v4(ip),
        IpAddr::V6(ip) => special_v6(ip),
    }
}

fn special_v4(ip: Ipv4Addr) -> Option<&'static str> {
    Some(match ip.octets() {
        [0, ..] => "\"this network\"",
        [127, ..] => "loopback: the sender itself",
        [169, 254, ..] => "link-local",
        [198, 18 | 19, ..] => "for benchmarks",
        [224..=239, ..] => "multicast",
        [255, 255, 255, 255] => "broadcast",
        [240..=255, ..] => "reserved",
        _ => return None,
    })
}

fn special_v6(ip: Ipv6Addr) -> Option<&'static str> {
    let segments = ip.segments();
    Some(match segments {
        _ if ip.is_unspecified() => "unspecified",
        _ if ip.is_loopback() => "loopback: the sender itself",
        [0, 0, 0, 0, 0, 0xffff, ..] => "an IPv4 address written as IPv6, which belongs into an A record",
        [0, 0, 0, 0, 0, 0, ..] => "reserved",
        [first, ..] if first & 0xffc0 == 0xfe80 => "link-local",
        [first, ..] if first & 0xffc0 == 0xfec0 => "site-local",
        [first, ..] if first & 0xff00 == 0xff00 => "multicast",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_of_one_kind() {
        let ip = |text: &str| -> IpAddr { text.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) };
        for special in [
            "0.1.2.3",
            "127.0.0.1",
            "169.254.1.1",
            "198.18.0.1",
            "198.19.255.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:203.0.113.10",
            "::203.0.113.10",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(special_use(ip(special)).is_some() && !is_private(ip(special)), "{special}");
        }
        for private in ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"] {
            assert!(special_use(ip(private)).is_none() && is_private(ip(private)), "{private}");
        }
        for usable in
            ["192.0.2.1", "203.0.113.10", "198.17.0.1", "198.20.0.1", "100.128.0.1", "2001:db8::1", "2a00::1"]
        {
            assert!(special_use(ip(usable)).is_none() && !is_private(ip(usable)), "{usable}");
        }
    }
}
