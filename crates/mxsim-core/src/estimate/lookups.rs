//! What senders asked the DNS.

use super::interval::Ratio;
use crate::results::DnsResult;
use crate::tally::Tally;

/// Look-ups and how many of them the nearest cache answered.
pub(super) fn lookups(tallies: &[Tally]) -> DnsResult {
    let pairs = tallies.iter().map(|tally| (tally.mx_cache_hits as f64, tally.mx_lookups as f64));
    DnsResult {
        mx_lookups: tallies.iter().map(|tally| tally.mx_lookups).sum(),
        mx_cache_hits: tallies.iter().map(|tally| tally.mx_cache_hits).sum(),
        mx_hit_ratio: Ratio::of(pairs).map(|ratio| ratio.share_interval()),
    }
}
