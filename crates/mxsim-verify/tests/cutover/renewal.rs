//! A look-up t seconds after the change gets the old answer with probability L (T - t) / (1 + LT), t < T (Poisson look-ups at rate L, TTL T).

use super::{builder, cut, variant};
use mxsim_core::{SenderSpec, Span};
use mxsim_verify::agree::{assert_near, assert_ratio, widening};

/// TTL (s), look-ups per TTL and site, sites, and replications.
const TTL: f64 = 3_600.0;
const PER_TTL: f64 = 4.0;
const SITES: f64 = 200.0;
const N: u64 = 60;

/// Theory: every message of a Postfix site looks the MX record up, so the share of the mail in a bin that comes to the old host is the law above in
/// the middle of the bin, because it is linear, and exactly zero after the TTL. The share is at 5 % where L (T - t) = 0.05 (1 + LT). Warm-up of a day: 19
/// mean cycles of T + 1/L. n: 60 runs of 200 sites; a bin of 150 s has 33 messages a run, so a share of one half is known to 1.1 points, and a TTL that is a
/// twentieth longer, or bins that lie one off, move it by 4 points at the least.
#[test]
fn the_curve_is_the_renewal_law() {
    let sender = SenderSpec::new("all").preset("postfix").sites(SITES as usize).set("resolver", "plain");
    let builder = builder(TTL as u64, sender, SITES * PER_TTL * 86_400.0 / TTL).warm_up(Span::DAY);
    let cutover = cut(&builder, TTL as u64, N, |options| options.at(Span::from_hours(6)));
    let rate = PER_TTL / TTL;
    let old = |t: f64| rate * (TTL - t).max(0.0) / (1.0 + PER_TTL);
    let bins = cutover.edges_s.windows(2).zip(&cutover.curve.values);
    let mut compared = 0;
    for (edges, share) in bins {
        let middle = f64::midpoint(edges[0], edges[1]);
        // In the last bins before the TTL too few old answers are left for a normal law.
        if edges[1] <= 0.9 * TTL && compared < 24 {
            assert_ratio(&format!("share after {middle} s"), share, N, old(middle));
            compared += 1;
        } else if edges[0] >= TTL {
            assert_eq!(share.value, 0.0, "after one TTL nobody knows the old host: {edges:?}");
        }
    }
    assert!(compared >= 20, "only {compared} bins");
    let moved = variant(&cutover, "keeps").moved[0].after_s.expect("it falls below 5 %");
    let theory = TTL - 0.05 * (1.0 + PER_TTL) / rate;
    let half = (moved.high.expect("a bound") - moved.value) * widening(20);
    assert_near("95 % of the mail has moved (s)", moved.value, half, theory);
    assert!(half < 400.0, "known well enough to say anything: {half}");
    let last = variant(&cutover, "keeps").last.expect("mail");
    assert!(last.latest < TTL && last.latest > 0.95 * TTL, "{last:?}");
}
