//! Shares, scatter, causes, delays: numbers worked out by hand or known from theory.

use super::{close, inside, labels, lumpy, tally};
use crate::estimate::{Plausible, estimate};
use crate::results::{DeliveryTotals, Interval, Results};
use crate::tally::{DelayHistogram, Tally};
use crate::time::Span;

const THIRDS: [f64; 3] = [1.0 / 3.0; 3];

fn sum(values: impl Iterator<Item = f64>) -> f64 {
    values.sum()
}

#[test]
fn two_days_worked_out_by_hand() {
    let results = estimate(
        &labels(&[0.5, 0.5], 1),
        &[tally(2, &[&[60, 40]]), tally(2, &[&[40, 60]])],
        false,
        Plausible::default(),
    );
    let first = &results.nodes[0];
    assert_eq!(first.share.mean, 0.5);
    // Standard deviation of 0.6 and 0.4 is 0.1 sqrt(2), its error over two days 0.1, t with one degree of freedom 12.7062.
    close(first.scatter.value, 0.141_421_356_2, 1e-10);
    close(first.share.half_width.unwrap(), 1.270_620_474, 1e-8);
    close(results.balance.busiest_share.mean, 0.6, 1e-12);
    close(results.balance.quietest_share.mean, 0.4, 1e-12);
    close(results.balance.max_over_fair.mean, 1.2, 1e-12);
    // Jain: (1.2 + 0.8)^2 / (2 (1.44 + 0.64)).
    close(results.balance.jain.mean, 4.0 / 4.16, 1e-10);
    // f (1 - f) = 1/4 at each node, plus the variance 0.01 of the mean, and Var = 0.02.
    close(results.balance.effective_choosers.unwrap().value, 13.0, 1e-8);
    assert_eq!(first.peak_rate.estimate.mean, 0.833_333_333_3);
    assert_eq!(first.totals.accepted, 100);
    assert_eq!(results.dns.mx_hit_ratio.unwrap().value, 0.5);
    assert_eq!(results.series.nodes[0].accepted, [50.0]);
}

/// All mail is one choice: one chooser, whatever the number of replications, and nothing that an interval could be made from.
#[test]
fn a_single_choice_is_one_chooser() {
    let days: [&[u32]; 3] = [&[9, 0, 0], &[0, 9, 0], &[0, 0, 9]];
    for picks in [vec![0, 1], vec![0, 0, 1, 0, 2], (0..20).map(|r| r % 2).collect()] {
        let tallies: Vec<Tally> = picks.iter().map(|pick: &usize| tally(3, &[days[*pick]])).collect();
        let results = estimate(&labels(&THIRDS, 1), &tallies, false, Plausible::default());
        let choosers = results.balance.effective_choosers.unwrap();
        close(choosers.value, 1.0, 1e-9);
        assert_eq!((choosers.low, choosers.high), (None, None), "{picks:?}");
    }
}

/// A share that was 0 as often as 1 has the same scatter whichever replication is left out; that does not make it certain.
#[test]
fn a_blind_jackknife_gives_no_bounds() {
    let tallies: Vec<Tally> =
        (0..20).map(|r| tally(2, &[if r % 2 == 0 { &[9, 0] } else { &[0, 9] }])).collect();
    let results = estimate(&labels(&[0.5, 0.5], 1), &tallies, false, Plausible::default());
    let scatter = results.nodes[0].scatter;
    close(scatter.value, (0.25f64 * 20.0 / 19.0).sqrt(), 1e-9);
    assert_eq!((scatter.low, scatter.high), (None, None));
}

/// Theory: 2 equal lumps are 2 choosers. Ratio of the sums over 4,000 experiments of 3 replications, so that nothing but the numerator can
/// be biased; its standard error is about 2 / sqrt(4,000) = 0.03 (a variance from 3 replications has two degrees of freedom and a relative
/// error of at most 1), allowed are 4. Without the variance of the mean it would come to 2 - 1/3.
#[test]
fn few_replications_do_not_lower_the_number_of_choosers() {
    let (mut top, mut bottom) = (0.0, 0.0);
    for tallies in lumpy(3, &[(2, 1)], 1, 12_000).chunks(3) {
        let results = estimate(&labels(&THIRDS, 1), tallies, false, Plausible::default());
        let variance = sum(results.nodes.iter().map(|node| node.scatter.value * node.scatter.value));
        // Without scatter the numerator is what the means alone make it.
        let numerator = sum(results.nodes.iter().map(|node| node.share.mean * (1.0 - node.share.mean)));
        top += results.balance.effective_choosers.map_or(numerator, |choosers| choosers.value * variance);
        bottom += variance;
    }
    close(top / bottom, 2.0, 0.12);
}

#[test]
fn shares_and_causes_add_up() {
    let tallies = lumpy(3, &[(40, 50), (7, 100), (1_000, 1)], 2, 90);
    let results = estimate(&labels(&THIRDS, 3), &tallies, false, Plausible::default());
    close(sum(results.nodes.iter().map(|node| node.share.mean)), 1.0, 1e-9);
    close(sum(results.nodes.iter().map(|node| node.share_of_connections.mean)), 1.0, 1e-9);
    close(sum(results.nodes.iter().map(|node| node.tilt.value)), 0.0, 1e-9);
    close(sum(results.causes.iter().map(|cause| cause.share_of_scatter.unwrap().value)), 1.0, 1e-9);
    close(sum(results.causes.iter().map(|cause| cause.share_of_mail.value)), 1.0, 1e-9);
    close(results.delivery.totals.messages as f64, 3_700.0 * 180.0, 0.0);
}

/// Theory: lumps of weight w scatter as sum w^2 / 3 (1 - 1/3); parts of the covariance are as lumps times size^2: 100,000 to 70,000 to 1,000.
/// 400 replications, fixed seed.
#[test]
fn scatter_is_blamed_on_who_makes_it() {
    let tallies = lumpy(3, &[(1_000, 1), (40, 50), (7, 100)], 1, 400);
    let results = estimate(&labels(&THIRDS, 3), &tallies, false, Plausible::default());
    let names: Vec<&str> = results.causes.iter().map(|cause| cause.sender.as_str()).collect();
    assert_eq!(names, ["s2", "s3", "s1"]);
    for (cause, squares) in results.causes.iter().zip([100_000.0, 70_000.0, 1_000.0]) {
        inside(cause.share_of_scatter.unwrap(), squares / 171_000.0);
    }
    let choosers = 3_700.0f64 * 3_700.0 / 171_000.0;
    inside(results.balance.effective_choosers.unwrap(), choosers);
    inside(results.nodes[0].scatter, (2.0 / 9.0 / choosers).sqrt());
    inside(results.nodes[0].tilt, 0.0);
}

/// A sender that always takes the first node has all the tilt and no scatter.
#[test]
fn a_fixed_order_is_all_tilt() {
    let day: &[u32] = &[300, 0, 0, 100, 100, 100];
    let results = estimate(&labels(&THIRDS, 2), &vec![tally(3, &[day]); 120], false, Plausible::default());
    let [first, second] = &results.causes[..] else { panic!("two senders") };
    assert_eq!(first.sender, "s1");
    assert!(results.nodes.iter().all(|node| node.scatter.value == 0.0));
    assert_eq!(results.balance.effective_choosers, None);
    assert_eq!(first.share_of_scatter, None);
    close(results.nodes[0].tilt.value, 1.0 / 3.0, 1e-9);
    close(first.tilt_points.value, 1.0 / 3.0, 1e-9);
    close(second.tilt_points.value, 0.0, 1e-9);
}

/// A quiet weekend is no chance: with the same lumps and Sundays of a tenth, parts of the scatter stay as they are.
#[test]
fn a_rhythm_over_windows_is_no_scatter() {
    let weekday: &[u32] = &[100, 100, 100, 100];
    let sunday: &[u32] = &[100, 100, 10, 10];
    let loud: &[u32] = &[110, 90, 100, 100];
    let tallies = [tally(2, &[weekday, sunday]), tally(2, &[loud, sunday])];
    let results = estimate(&labels(&[0.5, 0.5], 2), &tallies, false, Plausible::default());
    assert_eq!(results.causes[0].sender, "s1");
    assert_eq!(results.causes[0].share_of_scatter.unwrap().value, 1.0);
}

fn with_delays(seconds: &[i64]) -> Tally {
    let mut delays = DelayHistogram::default();
    seconds.iter().for_each(|delay| delays.add(Span::from_secs(*delay)));
    let count = seconds.len() as u64;
    let totals = DeliveryTotals {
        messages: count + 3,
        accepted: count,
        bounced: 1,
        waiting: 2,
        ..DeliveryTotals::default()
    };
    Tally { delays, totals, ..tally(1, &[&[seconds.len() as u32]]) }
}

#[test]
fn delays_are_exact_where_they_are_few() {
    let most: Vec<i64> = std::iter::repeat_n(0, 94).chain([30, 30, 30, 300, 300, 3_600]).collect();
    let all: Vec<i64> = vec![0; 100];
    let results =
        estimate(&labels(&[1.0], 1), &[with_delays(&most), with_delays(&all)], false, Plausible::default());
    let delay = results.delivery.delay.unwrap();
    close(delay.mean, 4_290.0 / 200.0, 1e-12);
    assert_eq!((delay.p50, delay.p95, delay.p99, delay.max), (0.0, 0.0, 300.0, 3_600.0));
    assert_eq!(delay.max_ci, [Some(0.0), Some(3_600.0)]);
    let totals = results.delivery.totals;
    assert_eq!(totals.messages, totals.accepted + totals.bounced + totals.waiting);
    let codes: Vec<&str> = results.cautions.iter().map(|caution| caution.code.as_str()).collect();
    assert_eq!(codes, ["few-replications", "messages-waiting", "bounced", "assumed-senders"]);
}

/// On every other day 90, else 99 of 100 delays are zero: p95 is 300 s, but hardly more than half of the days say so.
#[test]
fn a_quantile_at_the_edge_of_an_atom_is_not_called_exact() {
    let day = |zeros: usize| {
        let delays = std::iter::repeat_n(0, zeros).chain(std::iter::repeat_n(300, 100 - zeros));
        with_delays(&delays.collect::<Vec<_>>())
    };
    let tallies: Vec<Tally> = (0..40).map(|r| day(if r % 2 == 0 { 90 } else { 99 })).collect();
    let delay = estimate(&labels(&[1.0], 1), &tallies, false, Plausible::default()).delivery.delay.unwrap();
    assert_eq!((delay.p95, delay.p95_ci), (300.0, [Some(0.0), Some(300.0)]));
    assert_eq!((delay.p50, delay.p50_ci), (0.0, [Some(0.0), Some(0.0)]));
}

/// Theory: exponential delays of mean 60 s, p95 at 179.7 s; 200 replications of 400 delays, fixed seed.
#[test]
fn delay_quantiles_hold_the_truth() {
    let key = crate::random::Entropy::new(2, 0)
        .key(crate::random::StreamId::new("delay", crate::random::Purpose::Retry));
    let tallies: Vec<Tally> = (0..200)
        .map(|r| {
            let mut one = with_delays(&[1; 400]);
            one.delays = DelayHistogram::default();
            (0..400).for_each(|i| {
                one.delays.add(Span::from_secs_f64(60.0 * key.child(r).child(i).exponential()))
            });
            one
        })
        .collect();
    let delay = estimate(&labels(&[1.0], 1), &tallies, false, Plausible::default()).delivery.delay.unwrap();
    for (value, bounds, truth) in [
        (delay.mean, delay.mean_ci, 60.0),
        (delay.p50, delay.p50_ci, 60.0 * libm::log(2.0)),
        (delay.p95, delay.p95_ci, 60.0 * libm::log(20.0)),
        (delay.p99, delay.p99_ci, 60.0 * libm::log(100.0)),
    ] {
        inside(Interval { value, low: bounds[0], high: bounds[1] }, truth);
        assert!(bounds[1].unwrap() - bounds[0].unwrap() < 0.06 * truth, "the interval is narrow");
    }
}

fn numbers(value: &serde_json::Value, found: &mut Vec<f64>) {
    match value {
        serde_json::Value::Number(number) => found.extend(number.as_f64()),
        serde_json::Value::Array(list) => list.iter().for_each(|item| numbers(item, found)),
        serde_json::Value::Object(map) => map.values().for_each(|item| numbers(item, found)),
        _ => {}
    }
}

fn round_trip(results: &Results) -> Vec<f64> {
    let text = serde_json::to_string(results).unwrap();
    assert_eq!(&serde_json::from_str::<Results>(&text).unwrap(), results);
    let mut found = Vec::new();
    numbers(&serde_json::from_str(&text).unwrap(), &mut found);
    found
}

#[test]
fn every_published_number_has_at_most_ten_digits() {
    let results =
        estimate(&labels(&THIRDS, 2), &lumpy(3, &[(9, 7), (100, 3)], 2, 33), false, Plausible::default());
    for number in round_trip(&results) {
        assert_eq!(number, super::super::round::ten_digits(number));
    }
}

#[test]
fn nothing_at_all_is_a_valid_document() {
    let nothing = Tally { mx_lookups: 0, mx_cache_hits: 0, ..tally(0, &[&[]]) };
    round_trip(&estimate(&labels(&[], 1), std::slice::from_ref(&nothing), true, Plausible::default()));
    let silent =
        estimate(&labels(&THIRDS, 1), &vec![tally(3, &[&[0, 0, 0]]); 3], false, Plausible::default());
    assert_eq!(silent.delivery.delay, None);
    assert_eq!(silent.nodes[0].share.half_width, None);
    assert!(silent.cautions.iter().any(|caution| caution.code == "empty-windows"));
    round_trip(&silent);
}
