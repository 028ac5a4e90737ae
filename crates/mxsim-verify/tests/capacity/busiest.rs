//! Busiest hour, minute and second, and the load duration curve, of Poisson traffic.

use mxsim_core::engine::MethodChoice;
use mxsim_core::results::{Estimate, Results};
use mxsim_core::study::{Quiet, RunOptions, simulate};
use mxsim_verify::agree::assert_mean;
use mxsim_verify::experiment::{equal_hosts, scenario, text};
use statrs::distribution::{Binomial, DiscreteCDF, Poisson};

const DAYS: u64 = 120;
const PER_SECOND: f64 = 1.0;

/// Flat traffic to one node, by either method.
fn flat_days(method: MethodChoice) -> Results {
    let scenario = scenario(&text(
        &format!("replications = {DAYS}\nwarm_up = \"1h\""),
        &equal_hosts(1, 86_400),
        &format!(
            "[traffic]\nmessages_per_day = {}\n[[senders]]\npreset = \"randomizing\"\n",
            PER_SECOND * 86_400.0
        ),
    ));
    simulate(&scenario, RunOptions::of(&scenario).method(method), &Quiet).expect("nobody interrupts it")
}

/// Mean of the j-th largest (0 the largest) of `n` independent Poisson numbers: it is above k if more than j of them are.
fn mean_of_largest(j: u64, n: u64, mean: f64) -> f64 {
    let law = Poisson::new(mean).expect("a mean above zero");
    let most = (mean + 12.0 * mean.sqrt() + 20.0) as u64;
    let is_above = |k: u64| {
        let above = law.sf(k).clamp(0.0, 1.0);
        Binomial::new(above, n).expect("a chance").sf(j)
    };
    (0..most).map(is_above).sum()
}

/// Theory: seconds, minutes and hours of flat Poisson traffic are independent Poisson numbers, so the maximum of n of them has the distribution
/// function F(k)^n: 86,400 seconds of mean 1, 1,440 minutes of mean 60, 24 hours of mean 3,600. The j-th largest minute is above k if more
/// than j of them are, a binomial number; that gives the whole duration curve. n: 120 days by either method.
#[test]
fn the_busiest_bins_of_poisson_traffic() {
    for method in [MethodChoice::Fastest, MethodChoice::Messages] {
        let results = flat_days(method);
        for peak in &results.nodes[0].peak_rates {
            let bins = (86_400.0 / peak.bin_s) as u64;
            let theory = mean_of_largest(0, bins, PER_SECOND * peak.bin_s) / peak.bin_s;
            assert_mean(&format!("{method:?}: busiest {} s", peak.bin_s), &peak.estimate, DAYS, theory);
        }
        let curve = &results.duration.nodes[0];
        let half = curve.half_width.as_ref().expect("many days");
        for (place, part) in results.duration.parts.iter().enumerate() {
            let j = (part * 1_439.0).round() as u64;
            let theory = mean_of_largest(j, 1_440, 60.0 * PER_SECOND) / 60.0;
            let seen =
                Estimate { mean: curve.rate[place], half_width: Some(half[place]), ..results.nodes[0].share };
            assert_mean(&format!("{method:?}: load exceeded for {part} of the time"), &seen, DAYS, theory);
        }
    }
}
