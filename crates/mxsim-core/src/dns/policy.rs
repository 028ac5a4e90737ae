//! What a zone says about which of its hosts are safe: MTA-STS (RFC 8461) and DANE (RFC 7672).
//!
//! A sender that checks leaves out the hosts a policy does not cover. With none left it has nobody to deliver to, and tries again later.

use super::zone::Name;

/// An MTA-STS policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MtaSts {
    /// Whether it is to be obeyed.
    pub mode: MtaStsMode,
    /// Its `mx` patterns: names, or `*.` and a name.
    pub mx: Vec<String>,
}

/// The mode of an MTA-STS policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MtaStsMode {
    /// Hosts that do not match must not be used.
    Enforce,
    /// Failures are reported, and mail goes on.
    Testing,
    /// There is no policy any more.
    None,
}

impl MtaSts {
    /// True if it has to be obeyed.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        self.mode == MtaStsMode::Enforce
    }

    /// True if mail may go to `host`. A wildcard stands for exactly one label, the leftmost (RFC 8461 section 4.1).
    #[must_use]
    pub fn allows(&self, host: &Name) -> bool {
        let matches = |pattern: &String| match pattern.strip_prefix("*.") {
            Some(rest) => {
                host.as_str().split_once('.').is_some_and(|(_, parent)| Name::new(rest).as_str() == parent)
            }
            None => Name::new(pattern) == *host,
        };
        !self.is_enforced() || self.mx.iter().any(matches)
    }
}

/// What DANE says about the hosts of a signed zone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DaneZone {
    /// Hosts whose certificate does not match their TLSA records, or whose TLSA records cannot be looked up.
    pub failing: Vec<Name>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let policy = |mode| MtaSts { mode, mx: vec!["mx1.example.com".into(), "*.Example.net".into()] };
        let enforced = policy(MtaStsMode::Enforce);
        let allows = |name: &str| enforced.allows(&Name::new(name));
        assert!(allows("mx1.example.com") && allows("MX1.example.com.") && allows("a.example.net"));
        assert!(!allows("mx2.example.com") && !allows("a.b.example.net") && !allows("example.net"));
        assert!(policy(MtaStsMode::Testing).allows(&Name::new("anything.example")));
    }
}
