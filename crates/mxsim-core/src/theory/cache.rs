//! A DNS cache that is asked at Poisson times.
//!
//! Look-ups at rate L meet an entry that lives for a fixed TTL T from the look-up that fetched it. One cycle is a fetch, T seconds of
//! hits (LT of them on average), and the wait for the next look-up, 1/L (Jung, Berger and Balakrishnan 2003, *Modeling TTL-based
//! Internet caches*, INFOCOM).

/// Part of the look-ups that the cache answers: LT / (1 + LT).
#[must_use]
pub fn cache_hit_ratio(lookups_per_second: f64, ttl_s: f64) -> f64 {
    let per_cycle = lookups_per_second * ttl_s;
    if per_cycle.is_infinite() { 1.0 } else { per_cycle / (1.0 + per_cycle) }
}

/// Chance that a look-up `after_s` seconds after a record changed still gets the old answer: L (T - t) / (1 + LT) for t < T, else 0.
///
/// The cache is in its steady state at the change: the old answer is served if the entry was fetched in the last T - t seconds before
/// the change, and fetches come at rate L / (1 + LT).
#[must_use]
pub fn stale_probability(lookups_per_second: f64, ttl_s: f64, after_s: f64) -> f64 {
    let left = (ttl_s - after_s.max(0.0)).max(0.0);
    lookups_per_second * left / (1.0 + lookups_per_second * ttl_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Brute force: 400,000 look-ups of a cache; every cycle has 1 + Poisson(LT) of them. The hit ratio's standard error is below 0.0015.
    #[test]
    fn a_cache_played_through_hits_as_often() {
        let (rate, ttl, n) = (0.01, 300.0, 400_000u32);
        let mut state = 88_172_645_463_325_252u64;
        let (mut now, mut expires, mut hits) = (0.0, -1.0, 0u32);
        for _ in 0..n {
            // Xorshift (Marsaglia 2003): this module uses nothing of the crate.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            now += -libm::log(((state >> 11) + 1) as f64 / (1u64 << 53) as f64) / rate;
            if now < expires {
                hits += 1;
            } else {
                expires = now + ttl;
            }
        }
        let seen = f64::from(hits) / f64::from(n);
        assert!((seen - cache_hit_ratio(rate, ttl)).abs() < 0.006, "{seen}");
    }

    #[test]
    fn a_change_is_fully_known_after_one_ttl() {
        assert_eq!(stale_probability(1.0, 300.0, 300.0), 0.0);
        // A look-up at the moment of the change finds the old answer exactly when it would have been a hit.
        assert!((stale_probability(0.2, 300.0, 0.0) - cache_hit_ratio(0.2, 300.0)).abs() < 1e-15);
    }
}
