//! What failing or full hosts do to the others.

/// Share of the dead host's *successor* when one of `hosts` equal hosts is dead and every sender walks on in the order of a list that is
/// rotated, not shuffled: its own 1/n and all of the dead one's, 2/n. Senders that shuffle give every survivor [`survivor_share`].
#[must_use]
pub fn successor_share(hosts: usize) -> f64 {
    if hosts < 2 { 0.0 } else { 2.0 / hosts as f64 }
}

/// Share of each survivor when one of `hosts` equal hosts is dead and senders shuffle: 1/(n - 1).
#[must_use]
pub fn survivor_share(hosts: usize) -> f64 {
    if hosts < 2 { 0.0 } else { 1.0 / (hosts - 1) as f64 }
}

/// When the retries of a message happen, counted from its first attempt \[s\]: the sums of the gaps, the last gap repeated, up to and
/// including the first one at or after `horizon_s`. Exact for a schedule without jitter, queue runs or time spent connecting.
#[must_use]
pub fn retry_times(gaps_s: &[f64], horizon_s: f64) -> Vec<f64> {
    let mut times = Vec::new();
    let mut at = 0.0;
    let mut gaps = gaps_s.iter();
    let Some(mut gap) = gaps.next().copied() else { return times };
    while at < horizon_s && gap > 0.0 {
        at += gap;
        times.push(at);
        gap = gaps.next().copied().unwrap_or(gap);
    }
    times
}

/// Delay of a message that first meets its host `outage_left_s` seconds before an outage ends \[s\]: the first retry after the end.
/// `None` if no retry comes.
#[must_use]
pub fn retry_delay(gaps_s: &[f64], outage_left_s: f64) -> Option<f64> {
    if outage_left_s <= 0.0 {
        return Some(0.0);
    }
    retry_times(gaps_s, outage_left_s).last().copied().filter(|at| *at >= outage_left_s)
}

/// Chance that a call finds all `sessions` places taken, with `offered` = arrival rate times mean session time, blocked calls cleared.
/// Holds for any law of session times (Erlang 1917; Kleinrock 1975, *Queueing Systems* vol. 1, section 3.6).
#[must_use]
pub fn erlang_b(sessions: u32, offered: f64) -> f64 {
    let mut blocked = 1.0;
    for places in 1..=sessions {
        blocked = offered * blocked / (f64::from(places) + offered * blocked);
    }
    blocked
}

/// The fewest places that turn away at most the part `blocked` of the calls, by [`erlang_b`]; `None` beyond ten million.
#[must_use]
pub fn enough_sessions(offered: f64, blocked: f64) -> Option<u32> {
    let mut turned_away = 1.0;
    for places in 0..10_000_000u32 {
        if turned_away <= blocked {
            return Some(places);
        }
        turned_away = offered * turned_away / (f64::from(places + 1) + offered * turned_away);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: B = (a^c / c!) / sum of a^k / k!.
    #[test]
    fn erlang_b_is_the_ratio_of_its_definition() {
        let a = 3.0f64;
        let terms = [1.0, a, a * a / 2.0, a * a * a / 6.0, a.powi(4) / 24.0];
        assert!((erlang_b(4, a) - terms[4] / terms.iter().sum::<f64>()).abs() < 1e-15);
        assert_eq!(erlang_b(0, a), 1.0);
    }

    #[test]
    fn enough_places_are_the_fewest() {
        for offered in [0.2, 3.0, 75.0, 380.0] {
            let enough = enough_sessions(offered, 0.01).unwrap();
            assert!(erlang_b(enough, offered) <= 0.01 && erlang_b(enough - 1, offered) > 0.01);
        }
        assert_eq!(enough_sessions(0.0, 0.01), Some(1));
        assert_eq!(enough_sessions(3.0, 1.0), Some(0));
    }

    /// Brute force: every first choice of n equal hosts with host 0 dead, walked in order and by all permutations (n = 3).
    #[test]
    fn the_mail_of_a_dead_host_goes_where_a_walk_takes_it() {
        let n = 5;
        let to_successor = (0..n).filter(|first| [0, 1].contains(first)).count();
        assert!((to_successor as f64 / n as f64 - successor_share(n)).abs() < 1e-15);
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let to_first =
            orders.iter().filter(|order| order.iter().find(|host| **host != 0) == Some(&1)).count();
        assert!((to_first as f64 / 6.0 - survivor_share(3)).abs() < 1e-15);
    }

    #[test]
    fn retries_come_at_the_sums_of_the_gaps() {
        assert_eq!(retry_times(&[300.0, 600.0], 2_000.0), [300.0, 900.0, 1_500.0, 2_100.0]);
        assert_eq!(retry_delay(&[300.0, 600.0], 301.0), Some(900.0));
        assert_eq!(retry_delay(&[300.0], 300.0), Some(300.0));
        assert_eq!(retry_delay(&[], 1.0), None);
        assert_eq!(retry_delay(&[0.0], 1.0), None);
        assert_eq!(retry_delay(&[], 0.0), Some(0.0));
    }
}
