//! Rounding of everything that is published.
//!
//! Quantile functions go through the platform's math library, whose last bits differ between platforms; ten significant digits do not.
//!
//! A reader of JSON that multiplies or divides a whole number by a power of ten, as plain `serde_json` does, gets such a number back exactly:
//! up to 2^53 and 10^22 both are exact, so the one operation rounds to the nearest double. [`NOISE`] keeps the exponent within that.

use crate::numerals::to_digits;
use crate::results::{
    Balance, BehindEdgeResult, Cause, Delay, DurationCurve, Effect, Estimate, EventPhase, GoalResult,
    GreylistedMail, GroupResult, HostResult, Interval, Moment, NodeResult, Results, SenderResult, Series,
    Uncertainty,
};

/// Below this a published number is the rounding error of a sum that is zero: shares and seconds that were counted are far larger.
const NOISE: f64 = 1e-12;

/// `value` to ten significant digits; zero if it is rounding noise.
pub(super) fn ten_digits(value: f64) -> f64 {
    if value.abs() < NOISE { 0.0 } else { to_digits(value, 10) }
}

/// Rounds every number of the document that is not a plain count.
pub(super) fn results(results: &mut Results) {
    results.nodes.iter_mut().for_each(node);
    results.hosts.iter_mut().for_each(host);
    results.groups.iter_mut().for_each(group);
    let behind = results.edges.iter_mut().flat_map(|edge| &mut edge.nodes);
    behind.for_each(behind_edge);
    balance(&mut results.balance);
    results.delivery.delay.iter_mut().for_each(delay);
    results.delivery.bounced_share.iter_mut().chain(&mut results.delivery.late).for_each(interval);
    results.delivery.greylisted.iter_mut().for_each(greylisted);
    results.senders.iter_mut().for_each(sender);
    let phases =
        results.events.iter_mut().flat_map(|event| [&mut event.before, &mut event.during, &mut event.after]);
    phases.flatten().for_each(phase);
    results.causes.iter_mut().for_each(cause);
    series(&mut results.series);
    duration(&mut results.duration);
    results.dns.mx_hit_ratio.iter_mut().for_each(interval);
    results.goals.iter_mut().for_each(|goal: &mut GoalResult| interval(&mut goal.met_fraction));
    uncertainty(&mut results.uncertainty);
}

fn behind_edge(node: &mut BehindEdgeResult) {
    [&mut node.share, &mut node.out].into_iter().for_each(estimate);
    for drain in &mut node.drains {
        estimate(&mut drain.open);
        drain.gone.iter_mut().filter_map(|gone| gone.after_s.as_mut()).for_each(moment);
    }
}

fn moment(moment: &mut Moment) {
    [&mut moment.earliest, &mut moment.latest].into_iter().for_each(number);
    estimate(&mut moment.estimate);
}

fn number(value: &mut f64) {
    *value = ten_digits(*value);
}

fn bounds(bounds: &mut [Option<f64>; 2]) {
    bounds.iter_mut().flatten().for_each(number);
}

fn interval(interval: &mut Interval) {
    number(&mut interval.value);
    interval.low.iter_mut().chain(&mut interval.high).for_each(number);
}

fn estimate(estimate: &mut Estimate) {
    [&mut estimate.mean, &mut estimate.p05, &mut estimate.p50, &mut estimate.p95]
        .into_iter()
        .for_each(number);
    estimate.half_width.iter_mut().for_each(number);
    [&mut estimate.p05_ci, &mut estimate.p50_ci, &mut estimate.p95_ci].into_iter().for_each(bounds);
}

fn node(node: &mut NodeResult) {
    number(&mut node.fair_share);
    [&mut node.share, &mut node.share_of_connections, &mut node.peak_rate.estimate]
        .into_iter()
        .for_each(estimate);
    node.peak_rates.iter_mut().for_each(|peak| estimate(&mut peak.estimate));
    node.peak_sessions.iter_mut().chain(&mut node.availability).for_each(estimate);
    if let Some(sessions) = &mut node.sessions {
        interval(&mut sessions.mean);
        let parts = [&mut sessions.blocked, &mut sessions.busy, &mut sessions.idle];
        parts.into_iter().flatten().chain(&mut sessions.messages_per_connection).for_each(interval);
        let peaks = [&mut sessions.blocked_in_busiest_hour, &mut sessions.peak_busy, &mut sessions.peak_idle];
        peaks.into_iter().flatten().for_each(estimate);
    }
    [&mut node.tilt, &mut node.scatter].into_iter().chain(&mut node.scatter_by_plan).for_each(interval);
    node.share_by_address.iter_mut().for_each(interval);
}

fn host(host: &mut HostResult) {
    interval(&mut host.share);
    // The seconds themselves are whole numbers.
    host.first.iter_mut().chain(&mut host.last).for_each(|moment| estimate(&mut moment.estimate));
}

fn group(group: &mut GroupResult) {
    number(&mut group.fair_share);
    estimate(&mut group.share);
}

fn balance(balance: &mut Balance) {
    [&mut balance.busiest_share, &mut balance.quietest_share, &mut balance.max_over_fair, &mut balance.jain]
        .into_iter()
        .for_each(estimate);
    balance.effective_choosers.iter_mut().for_each(interval);
    balance.busiest_by_message.iter_mut().for_each(number);
}

fn delay(delay: &mut Delay) {
    [&mut delay.mean, &mut delay.p50, &mut delay.p95, &mut delay.p99, &mut delay.max]
        .into_iter()
        .for_each(number);
    [&mut delay.mean_ci, &mut delay.p50_ci, &mut delay.p95_ci, &mut delay.p99_ci, &mut delay.max_ci]
        .into_iter()
        .for_each(bounds);
}

fn sender(sender: &mut SenderResult) {
    interval(&mut sender.share_of_mail);
    sender.bounced_share.iter_mut().chain(&mut sender.late).for_each(interval);
    sender.delay.iter_mut().for_each(delay);
    sender.greylisted.iter_mut().for_each(greylisted);
    for at in &mut sender.by_node {
        interval(&mut at.share);
        at.busy_sessions.iter_mut().chain(&mut at.idle_sessions).for_each(interval);
    }
}

fn greylisted(mail: &mut GreylistedMail) {
    mail.share.iter_mut().chain(&mut mail.leaked).for_each(interval);
    mail.delay.iter_mut().for_each(delay);
}

fn phase(phase: &mut EventPhase) {
    number(&mut phase.length_s);
    phase.nodes.iter_mut().flat_map(|at| &mut at.share).for_each(interval);
    [
        &mut phase.bounced,
        &mut phase.accepted_then_bounced,
        &mut phase.prompt,
        &mut phase.later,
        &mut phase.waiting,
    ]
    .into_iter()
    .flatten()
    .for_each(interval);
    phase.delay.iter_mut().for_each(delay);
}

fn cause(cause: &mut Cause) {
    interval(&mut cause.share_of_mail);
    cause.share_of_scatter.iter_mut().for_each(interval);
    interval(&mut cause.tilt_points);
}

fn series(series: &mut Series) {
    for node in &mut series.nodes {
        node.accepted.iter_mut().chain(&mut node.p05).chain(&mut node.p95).for_each(number);
        node.half_width.iter_mut().flatten().for_each(number);
    }
}

fn duration(duration: &mut DurationCurve) {
    for node in &mut duration.nodes {
        node.rate.iter_mut().chain(&mut node.p05).chain(&mut node.p95).for_each(number);
        node.half_width.iter_mut().flatten().for_each(number);
    }
}

fn uncertainty(uncertainty: &mut Uncertainty) {
    number(&mut uncertainty.luck.from);
    number(&mut uncertainty.luck.to);
    if let Some(not_known) = &mut uncertainty.not_known {
        interval(&mut not_known.share_meeting);
        [&mut not_known.from, &mut not_known.to].into_iter().for_each(number);
        [&mut not_known.from_ci, &mut not_known.to_ci].into_iter().for_each(bounds);
        not_known.effects.iter_mut().chain(&mut not_known.flips).for_each(effect);
    }
}

fn effect(effect: &mut Effect) {
    interval(&mut effect.number);
    number(&mut effect.effect);
}

#[cfg(test)]
mod tests {
    use super::ten_digits;

    #[test]
    fn the_last_bits_go_and_the_rest_stays() {
        assert_eq!(ten_digits(1.0 / 3.0), 0.333_333_333_3);
        assert_eq!(ten_digits(0.1 + 0.2), 0.3);
        assert_eq!(ten_digits(123_456_789_012.0), 123_456_789_000.0);
        assert_eq!(ten_digits(1.234_567_890_123e-12), 1.234_567_89e-12);
        assert!(ten_digits(-0.0).is_sign_positive());
    }

    #[test]
    fn rounding_noise_is_zero() {
        for noise in [1e-17, -2.775_557_561_562_891_4e-17, 9.99e-13, -1e-320] {
            assert_eq!(ten_digits(noise).to_bits(), 0, "{noise}");
        }
    }
}
