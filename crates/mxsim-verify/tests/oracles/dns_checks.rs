//! An authority that leaves out records of dead machines: detection by arithmetic, and the TTL after it.

use mxsim_core::results::Results;
use mxsim_core::theory::cache::cache_hit_ratio;
use mxsim_verify::agree::assert_near;
use mxsim_verify::experiment::{equal_hosts, run, text};

const DAYS: u64 = 200;
const MESSAGES: f64 = 21_600.0;
const SITES: f64 = 100.0;
const TTL: f64 = 300.0;

/// A day of messages from sites of equal size with a cache each, to two equal hosts of which the first refuses from noon to six.
fn day(checks: &str) -> Results {
    run(&text(
        &format!("replications = {DAYS}\nwarm_up = \"1h\""),
        &equal_hosts(2, TTL as u32),
        &format!(
            "[zone.checks]\n{checks}\n[traffic]\nmessages_per_day = {MESSAGES}
[[senders]]\nname = \"all\"\npreset = \"randomizing\"\nresolver = \"plain\"\nsites = {SITES}\nsizes = \"equal\"
[[events]]\nat = \"12:00\"\nfor = \"6h\"\nnode = \"mx1\"\nfault = \"refuse\"\n"
        ),
    ))
}

/// Theory: until the checks have found the dead host (every interval, so many in a row) each message tries it first with chance 1/2. Then a cache with Poisson
/// lookups at rate L still gives the old answer t later with chance L (T - t) / (1 + L T), which adds up to T / 2 times the hit ratio, and nothing after T.
/// n: 200 days, Poisson; between 11 % and 19 % would be seen.
#[test]
fn a_dead_host_is_tried_until_checks_and_caches_have_forgotten_it() {
    let rate = MESSAGES / 86_400.0;
    let old = TTL / 2.0 * cache_hit_ratio(rate / SITES, TTL);
    for (checks, found) in
        [("", 90.0), ("every = \"10s\"\nfall = 2", 20.0), ("every = \"2m\"\nrecords = \"mx\"", 360.0)]
    {
        let tried = day(checks).nodes[0].totals.deferred as f64 / DAYS as f64;
        let theory = rate / 2.0 * (found + old);
        assert_near(checks, tried, 4.9 * (theory / DAYS as f64).sqrt(), theory);
    }
}

/// Theory: an address set of one address is never emptied, so that checks of addresses alone leave everything as it is: the host is tried all six hours.
#[test]
fn a_set_of_one_is_never_emptied() {
    let tried = day("records = \"addresses\"").nodes[0].totals.deferred as f64 / DAYS as f64;
    let theory = MESSAGES / 4.0 / 2.0;
    assert_near("tried", tried, 4.9 * (theory / DAYS as f64).sqrt(), theory);
}
