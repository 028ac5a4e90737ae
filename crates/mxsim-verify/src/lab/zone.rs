//! The zones of the lab, and which of its nodes an address belongs to.

use std::fmt::Write as _;

/// One exchange host: its name, its preference, the last numbers of its addresses.
type Host = (&'static str, u16, &'static [u8]);

/// A zone of the lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabZone {
    hosts: &'static [Host],
    letter: char,
    ttl: u32,
}

impl LabZone {
    /// The zone of a variant: `a` to `f`, with `s` behind it for a TTL of 5 s instead of 300 s.
    #[must_use]
    pub fn of(variant: &str) -> Option<Self> {
        let (letter, ttl) = match variant.strip_suffix('s') {
            Some(letter) => (letter, 5),
            None => (variant, 300),
        };
        let hosts: &[Host] = match letter {
            "a" => &[("mx1", 10, &[10]), ("mx2", 10, &[11]), ("mx3", 10, &[12])],
            "b" => &[("mx1", 10, &[10, 11, 12])],
            "c" => &[("mx1", 10, &[10, 13, 14]), ("mx2", 10, &[11]), ("mx3", 10, &[12])],
            "d" => &[("mx1", 10, &[10]), ("mx2", 20, &[11])],
            "f" => &[("mx1", 10, &[10])],
            "e" => &[("mx1", 10, &[10]), ("mx2", 10, &[11]), ("mx3", 20, &[12])],
            _ => return None,
        };
        Some(Self { hosts, letter: letter.chars().next()?, ttl })
    }

    /// The zone as text.
    #[must_use]
    pub fn text(&self) -> String {
        let (domain, ttl) = (format!("{}.example.test.", self.letter), self.ttl);
        let mut text = String::new();
        for (host, preference, addresses) in self.hosts {
            let _ = writeln!(text, "{domain} {ttl} IN MX {preference} {host}.{domain}");
            for address in *addresses {
                let _ = writeln!(text, "{host}.{domain} {ttl} IN A 203.0.113.{address}");
            }
        }
        text
    }

    /// The lab's node behind an address: one for each host, but one for each address where there is only one host.
    #[must_use]
    pub fn node(&self, address: &str) -> Option<u8> {
        let last: u8 = address.strip_prefix("203.0.113.")?.parse().ok()?;
        let place = match self.hosts {
            [(_, _, only)] => only.iter().position(|&own| own == last)?,
            hosts => hosts.iter().position(|(_, _, own)| own.contains(&last))?,
        };
        Some(place as u8)
    }

    /// What the simulator calls the machine behind the `n`-th address, `203.0.113.10` being the first.
    #[must_use]
    pub fn machine(&self, n: usize) -> Option<String> {
        let last = 10 + n as u8;
        let (host, _, addresses) = self.hosts.iter().find(|(_, _, own)| own.contains(&last))?;
        let place = addresses.iter().position(|&own| own == last)?;
        Some(if addresses.len() == 1 { (*host).to_owned() } else { format!("{host}/{}", place + 1) })
    }

    /// How many of the lab's nodes there are.
    #[must_use]
    pub const fn nodes(&self) -> usize {
        match self.hosts {
            [(_, _, only)] => only.len(),
            hosts => hosts.len(),
        }
    }
}
