//! Hand-made results: a plausible run of three equal MX, and variants that strain every format.

use mxsim_core::results::{
    Answer, Balance, Cause, Caution, Decisive, Delay, Delivery, DeliveryTotals, DnsResult, DurationCurve,
    Effect, Estimate, GoalResult, GoalStatus, Grade, HostResult, Interval, Luck, MethodUsed, NodeDuration,
    NodeResult, NodeSeries, NodeTotals, NotKnown, PeakRate, PresetUsed, Provenance, Results, SCHEMA, Series,
    SessionResult, Status, Uncertainty, Verdict,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// An estimate with a spread of `spread` and intervals of a tenth of that.
pub(crate) fn estimate(mean: f64, spread: f64) -> Estimate {
    let near = |value: f64| [Some((value - spread / 10.0).max(0.0)), Some(value + spread / 10.0)];
    let low = (mean - spread).max(0.0);
    Estimate {
        mean,
        half_width: Some(spread / 10.0),
        p05: low,
        p05_ci: near(low),
        p50: mean,
        p50_ci: near(mean),
        p95: mean + spread,
        p95_ci: near(mean + spread),
    }
}

/// A number with an interval of `half` to either side.
pub(crate) fn interval(value: f64, half: f64) -> Interval {
    Interval { value, low: Some(value - half), high: Some(value + half) }
}

/// A part of a document; only core makes one by its fields.
fn made<T: DeserializeOwned>(part: Value) -> T {
    serde_json::from_value(part).expect("all fields of the document")
}

/// Busiest hour, minute and second around a busiest minute of `minute` messages per second.
fn peak_rates(minute: f64) -> Vec<PeakRate> {
    let bins = [(3_600.0, 0.8, 7.0), (60.0, 1.0, 9.0), (1.0, 1.7, 12.0)];
    let peak = |(bin_s, times, spread): (f64, f64, f64)| {
        made::<PeakRate>(
            json!({ "bin_s": bin_s, "estimate": estimate(minute * times, spread * minute / 61.2) }),
        )
    };
    bins.map(peak).to_vec()
}

/// The parts of the time the simulator keeps.
const PARTS: [f64; 21] = [
    0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7,
    0.8, 0.9, 1.0,
];

/// Load duration curves that fall from the busiest minute to a quiet night.
fn duration(names: &[String], shares: &[f64]) -> DurationCurve {
    let lines = names.iter().zip(shares).map(|(name, share)| {
        let line = |factor: f64| -> Vec<f64> {
            PARTS
                .iter()
                .map(|part| 180.0 * share * factor * (1.0 - part.sqrt() * 0.75 - part * 0.2))
                .collect()
        };
        made::<NodeDuration>(json!({
            "name": name.clone(),
            "rate": line(1.0),
            "p05": line(0.9),
            "p95": line(1.12),
            "half_width": Some(line(0.01)),
        }))
    });
    made::<DurationCurve>(
        json!({ "bin_s": 60.0, "parts": PARTS.to_vec(), "nodes": lines.collect::<Vec<_>>() }),
    )
}

fn node(name: &str, host: &str, fair: f64, mean: f64, spread: f64) -> NodeResult {
    made::<NodeResult>(json!({
        "name": name.to_owned(),
        "host": host.to_owned(),
        "addresses": vec!["203.0.113.10".to_owned()],
        "fair_share": fair,
        "share": estimate(mean, spread),
        "share_of_connections": estimate(mean, spread),
        "tilt": interval(mean - fair, 0.004),
        "scatter": interval(spread * 0.6, spread * 0.06),
        "peak_rate": made::<PeakRate>(json!({
            "bin_s": 60.0,
            "estimate": estimate(61.2 * mean * 3.0, 9.0),
        })),
        "peak_rates": peak_rates(61.2 * mean * 3.0),
        "peak_sessions": null,
        "sessions": null,
        "share_by_address": vec![interval(mean, 0.004)],
        "totals": made::<NodeTotals>(json!({
            "connections_tried": 267_400_000,
            "accepted": 267_400_000,
            "deferred": 0,
            "rejected": 0,
            "full": 0,
        })),
    }))
}

/// Load of an office day: low at night, two humps by day.
fn series(names: &[String], shares: &[f64], bins: usize) -> Series {
    const DAY: [f64; 24] = [
        1.1, 0.8, 0.7, 0.7, 0.9, 1.4, 2.6, 4.8, 7.6, 8.9, 9.0, 8.4, 7.2, 7.6, 8.1, 7.9, 7.0, 5.4, 3.6, 2.7,
        2.2, 1.9, 1.6, 1.3,
    ];
    let one = |share: &f64, factor: f64| {
        (0..bins).map(|bin| DAY[bin % 24] * share * factor * 40_000.0).collect::<Vec<f64>>()
    };
    let lines = names.iter().zip(shares).map(|(name, share)| {
        made::<NodeSeries>(json!({
            "name": name.clone(),
            "accepted": one(share, 1.0),
            "p05": one(share, 0.85),
            "p95": one(share, 1.16),
            "half_width": Some(one(share, 0.01)),
        }))
    });
    made::<Series>(json!({ "bin_s": 3_600.0, "nodes": lines.collect::<Vec<_>>() }))
}

fn cause(sender: &str, like: &str, mail: f64, scatter: f64, tilt: f64, grade: Grade) -> Cause {
    made::<Cause>(json!({
        "sender": sender.to_owned(),
        "behaves_like": like.to_owned(),
        "share_of_mail": interval(mail, 0.001),
        "share_of_scatter": Some(interval(scatter, 0.02)),
        "tilt_points": interval(tilt, 0.001),
        "grade": grade,
    }))
}

fn provenance() -> Provenance {
    let used = |sender: &str| {
        made::<MethodUsed>(json!({
            "sender": sender.to_owned(),
            "method": "messages".to_owned(),
            "why": "only this method is built".to_owned(),
        }))
    };
    let preset = |id: &str, grade| {
        made::<PresetUsed>(json!({
            "kind": "sender".to_owned(),
            "id": id.to_owned(),
            "grade": grade,
            "status": Status::Provisional,
            "outside": null,
        }))
    };
    made::<Provenance>(json!({
        "version": "0.1.0".to_owned(),
        "model_epoch": 1,
        "seed": 7,
        "replications": 200,
        "windows": 200,
        "window_s": 86_400.0,
        "warm_up_s": 3_600.0,
        "fingerprint": "9c1f22ab".to_owned(),
        "partial": false,
        "methods": vec![used("google"), used("microsoft"), used("everyone else")],
        "decisive": Some(made::<Decisive>(json!({
            "grade": Grade::Assumed,
            "senders": vec!["google".to_owned()],
        }))),
        "presets": vec![preset("cache-sticky", Grade::Assumed), preset("postfix", Grade::Measured)],
    }))
}

fn delay() -> Delay {
    let near = |value: f64| [Some(value * 0.95), Some(value * 1.05)];
    made::<Delay>(json!({
        "mean": 0.8,
        "mean_ci": near(0.8),
        "p50": 0.0,
        "p50_ci": near(0.0),
        "p95": 31.0,
        "p95_ci": near(31.0),
        "p99": 310.0,
        "p99_ci": near(310.0),
        "max": 7_500.0,
        "max_ci": [Some(3_600.0), Some(9_000.0)],
    }))
}

fn fraction(value: f64) -> Interval {
    Interval { value, low: Some(value - 0.03), high: Some((value + 0.03).min(1.0)) }
}

fn goal(text: &str, status: GoalStatus, met: u64, more: Option<u64>) -> GoalResult {
    made::<GoalResult>(json!({
        "text": text.to_owned(),
        "status": status,
        "windows": 200,
        "windows_met": met,
        "met_fraction": fraction(met as f64 / 200.0),
        "more_replications": more,
    }))
}

fn delivery() -> Delivery {
    let totals = made::<DeliveryTotals>(json!({
        "messages": 802_200_012,
        "accepted": 802_200_000,
        "bounced": 0,
        "waiting": 12,
        "connections_tried": 802_200_000,
        "retries": 1_234,
    }));
    made::<Delivery>(json!({ "totals": totals, "delay": Some(delay()) }))
}

fn verdict() -> Verdict {
    made::<Verdict>(json!({
        "answer": Answer::No,
        "sentence": "The goal \"no node above 40 %\" fails on 9 days of 100 (you allow 5).".to_owned(),
        "why": "google keeps one host for hours: 40 lumps, the largest 0.95 % of all mail.".to_owned(),
        "flips": "If google chose per message, 20 days of 20 would stay under 40 %. That it does not is assumed."
            .to_owned(),
        "do": "Accept 41 %, or measure how long google keeps a host.".to_owned(),
    }))
}

/// Three equal MX, a goal missed, one that cannot be told, one met.
pub(crate) fn three_equal() -> Results {
    let shares = [0.334, 0.333, 0.333];
    let names: Vec<String> = (1..=3).map(|index| format!("mx{index}")).collect();
    let hosts: Vec<String> = names.iter().map(|name| format!("{name}.example.com")).collect();
    let third = 1.0 / 3.0;
    let busiest = estimate(0.364, 0.046);
    made::<Results>(json!({
        "schema": SCHEMA.to_owned(),
        "title": "three equal MX, before roll-out".to_owned(),
        "provenance": provenance(),
        "nodes": (0..3).map(|at| node(&names[at], &hosts[at], third, shares[at], 0.058)).collect::<Vec<_>>(),
        "hosts": (0..3)
        .map(|at| made::<HostResult>(json!({
            "name": hosts[at].clone(),
            "preference": Some(10),
            "share": interval(shares[at], 0.004),
        })))
        .collect::<Vec<_>>(),
        "balance": made::<Balance>(json!({
            "busiest_share": busiest,
            "quietest_share": estimate(0.304, 0.04),
            "max_over_fair": estimate(1.09, 0.14),
            "jain": estimate(0.992, 0.006),
            "effective_choosers": Some(interval(181.0, 22.0)),
        })),
        "delivery": delivery(),
        "causes": vec![
        cause("google", "cache-sticky", 0.38, 0.62, 0.003, Grade::Assumed),
        cause("microsoft", "cache-sticky", 0.27, 0.31, 0.001, Grade::Assumed),
        cause("everyone else", "postfix", 0.35, 0.07, 0.0, Grade::Measured),
    ],
        "series": series(&names, &shares, 24),
        "duration": duration(&names, &shares),
        "dns": made::<DnsResult>(json!({
            "mx_lookups": 12_345_678,
            "mx_cache_hits": 11_000_000,
            "mx_hit_ratio": Some(interval(0.891, 0.002)),
        })),
        "goals": vec![
        goal("busiest node at most 40 % on 95 % of days", GoalStatus::Missed, 182, None),
        goal("delay P95 at most 5 m", GoalStatus::Met, 200, None),
        goal("busiest node at most 41 % on 95 % of days", GoalStatus::Unknown, 191, Some(300)),
    ],
        "uncertainty": made::<Uncertainty>(json!({
            "luck": made::<Luck>(json!({
                "quantity": "busiest_share".to_owned(),
                "from": 0.341,
                "to": 0.41,
            })),
            "not_known": Some(not_known()),
        })),
        "verdict": verdict(),
        "findings": [],
        "cautions": vec![made::<Caution>(json!({
            "code": "assumed-preset".to_owned(),
            "text": "how long google keeps a host is assumed; measure it in your logs".to_owned(),
        }))],
    }))
}

/// Replaces the nodes, their hosts and the series.
fn with_nodes(mut results: Results, nodes: Vec<NodeResult>, bins: usize) -> Results {
    let names: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
    let shares: Vec<f64> = nodes.iter().map(|node| node.share.mean).collect();
    results.series = series(&names, &shares, bins);
    results.duration = duration(&names, &shares);
    results.hosts = nodes
        .iter()
        .map(|node| {
            made::<HostResult>(json!({
                "name": node.host.clone(),
                "preference": Some(10),
                "share": interval(node.share.mean, 0.004),
            }))
        })
        .collect::<Vec<_>>();
    results.nodes = nodes;
    added_up(results)
}

/// What the nodes counted, added up, as in any document of a run.
fn added_up(mut results: Results) -> Results {
    let sum = |count: fn(&NodeTotals) -> u64| results.nodes.iter().map(|node| count(&node.totals)).sum();
    let (accepted, connections_tried) = (sum(|of| of.accepted), sum(|of| of.connections_tried));
    let totals = &mut results.delivery.totals;
    (totals.accepted, totals.connections_tried) = (accepted, connections_tried);
    totals.messages = accepted + totals.bounced + totals.waiting;
    results
}

/// Twelve nodes over a week.
pub(crate) fn twelve_nodes() -> Results {
    let fair = 1.0 / 12.0;
    let nodes = (1..=12).map(|at| {
        let mean = fair + (f64::from(at) - 6.5) * 0.004;
        node(&format!("mx{at}"), &format!("mx{at}.example.com"), fair, mean, 0.02)
    });
    let mut results = with_nodes(three_equal(), nodes.collect(), 168);
    results.provenance.window_s = 7.0 * 86_400.0;
    results.balance.busiest_share = estimate(0.108, 0.02);
    results.balance.quietest_share = estimate(0.06, 0.02);
    results
}

/// More nodes than any legend or row of names holds.
pub(crate) fn many_nodes() -> Results {
    let nodes = (1..=60).map(|at| node(&format!("mx{at}"), "mx.example.com", 1.0 / 60.0, 1.0 / 60.0, 0.004));
    with_nodes(three_equal(), nodes.collect(), 24)
}

/// One node that takes all.
pub(crate) fn one_node() -> Results {
    let mut results = with_nodes(no_scatter(), vec![node("mx", "mx.example.com", 1.0, 1.0, 0.0)], 1);
    results.causes.clear();
    results.balance.max_over_fair = estimate(1.0, 0.0);
    results.balance.jain = estimate(1.0, 0.0);
    results
}

/// A primary that is silent for two hours and a backup whose fair share is nothing.
pub(crate) fn backup_with_outage() -> Results {
    let mut backup = node("backup", "backup.example.net", 0.0, 0.08, 0.01);
    backup.share_of_connections = estimate(0.11, 0.01);
    backup.totals = made::<NodeTotals>(
        json!({ "connections_tried": 1_000, "accepted": 900, "deferred": 100, "rejected": 0, "full": 0 }),
    );
    let mut primary = node("primary", "primary.example.com", 1.0, 0.92, 0.01);
    primary.share_of_connections = estimate(0.89, 0.01);
    primary.addresses.push("2001:db8::25".to_owned());
    primary.share_by_address = vec![interval(0.62, 0.004), interval(0.3, 0.004)];
    let mut results = with_nodes(three_equal(), vec![primary, backup], 24);
    results.hosts[1].preference = Some(20);
    results.balance.busiest_share = estimate(0.92, 0.01);
    results.balance.quietest_share = estimate(0.92, 0.01);
    results.balance.max_over_fair = estimate(0.92, 0.01);
    results.balance.jain = estimate(1.0, 0.0);
    results.uncertainty.luck =
        made::<Luck>(json!({ "quantity": "busiest_share".to_owned(), "from": 0.91, "to": 0.93 }));
    for bin in 10..12 {
        let load = &mut results.series.nodes;
        let moved = load[0].accepted[bin];
        load[0].accepted[bin] = 0.0;
        load[0].p05[bin] = 0.0;
        load[0].p95[bin] = 0.0;
        load[1].accepted[bin] += moved;
        load[1].p95[bin] += moved * 1.16;
        load[1].p05[bin] += moved * 0.85;
    }
    results.verdict.answer = Answer::DependsOn;
    results
}

/// Windows that differ by plan much more than by chance.
pub(crate) fn planned_outage() -> Results {
    let mut results = three_equal();
    results.provenance.windows = 7 * results.provenance.replications;
    for (node, planned) in results.nodes.iter_mut().zip([0.0583, 0.0292, 0.0292]) {
        node.scatter = interval(0.0021, 0.0001);
        node.scatter_by_plan = Some(interval(planned, 0.0008));
    }
    results
}

/// A sender that always takes the first record: no scatter, all the tilt.
pub(crate) fn no_scatter() -> Results {
    let third = 1.0 / 3.0;
    let nodes = [("mx1", 1.0), ("mx2", 0.0), ("mx3", 0.0)]
        .map(|(name, mean)| node(name, &format!("{name}.example.com"), third, mean, 0.0));
    let mut results = with_nodes(three_equal(), nodes.to_vec(), 24);
    results.balance.effective_choosers = None;
    results.balance.busiest_share = estimate(1.0, 0.0);
    results.balance.quietest_share = estimate(0.0, 0.0);
    results.balance.max_over_fair = estimate(3.0, 0.0);
    results.balance.jain = estimate(third, 0.0);
    results.causes.iter_mut().for_each(|cause| cause.share_of_scatter = None);
    results.uncertainty.luck =
        made::<Luck>(json!({ "quantity": "busiest_share".to_owned(), "from": 1.0, "to": 1.0 }));
    results
}

/// Three nodes that serve a limited number of sessions, two methods, and one node that is full at times.
pub(crate) fn with_sessions() -> Results {
    let mut results = three_equal();
    for (index, node) in results.nodes.iter_mut().enumerate() {
        let slow = if index == 2 { 4.0 } else { 1.0 };
        node.peak_sessions = Some(estimate(41.0 * slow, 5.0));
        node.sessions = Some(made::<SessionResult>(json!({
            "limit": ([Some(50), None, Some(100)][index]),
            "mean": interval(12.3 * slow, 0.1),
            "blocked": Some(interval([0.004, 0.0, 0.12][index], 0.0005)),
            "messages_per_connection": Some(interval(1.84 - 0.3 * index as f64, 0.01)),
        })));
        node.totals.full = [1_069_600, 0, 32_000_000][index];
        node.totals.deferred = node.totals.full;
    }
    results.provenance.methods[2].method = "counts".to_owned();
    results.provenance.methods[2].why = "its choices do not depend on earlier messages".to_owned();
    results
}

/// Ten messages an hour on two nodes: every rate is a small fraction of one a second.
pub(crate) fn little_mail() -> Results {
    let nodes = ["mx1", "mx2"].map(|name| node(name, &format!("{name}.example.com"), 0.5, 0.5, 0.2));
    let mut results = with_nodes(three_equal(), nodes.to_vec(), 24);
    for node in &mut results.nodes {
        node.peak_rate.estimate = estimate(0.05, 0.02);
        node.peak_rates = [(3_600.0, 0.003), (60.0, 0.05), (1.0, 1.0)]
            .map(|(bin_s, rate)| made::<PeakRate>(json!({ "bin_s": bin_s, "estimate": estimate(rate, 0.0) })))
            .to_vec();
    }
    for line in &mut results.duration.nodes {
        let rates: Vec<f64> = PARTS.iter().map(|part| if *part < 0.02 { 0.05 - part } else { 0.0 }).collect();
        (line.rate, line.p05, line.p95) = (rates.clone(), rates.clone(), rates);
    }
    results
}

/// Two nodes at a large provider.
pub(crate) fn much_mail() -> Results {
    let nodes = ["mx1", "mx2"].map(|name| node(name, &format!("{name}.example.com"), 0.5, 0.5, 0.01));
    let mut results = with_nodes(three_equal(), nodes.to_vec(), 168);
    for node in &mut results.nodes {
        node.peak_rate.estimate = estimate(1_234_567.0, 4_000.0);
        node.peak_rates = peak_rates(1_234_567.0);
    }
    for line in &mut results.duration.nodes {
        [&mut line.rate, &mut line.p05, &mut line.p95]
            .into_iter()
            .flatten()
            .for_each(|rate| *rate *= 10_000.0);
    }
    results
}

/// As an older mxsim wrote it: one busiest bin, no sessions, no load by part of the time.
pub(crate) fn older_document() -> Results {
    let mut results = three_equal();
    results.nodes.iter_mut().for_each(|node| node.peak_rates.clear());
    results.duration = DurationCurve::default();
    results.uncertainty.not_known = None;
    results.provenance.decisive = None;
    results
}

fn without_bounds(estimate: &mut Estimate) {
    estimate.half_width = None;
    estimate.p05_ci = [None; 2];
    estimate.p50_ci = [None; 2];
    estimate.p95_ci = [None; 2];
}

fn unbounded(interval: &mut Interval) {
    interval.low = None;
    interval.high = None;
}

/// A single replication, stopped early: no number has a range.
pub(crate) fn single_replication() -> Results {
    let mut results = three_equal();
    results.provenance.replications = 1;
    results.provenance.windows = 1;
    results.provenance.partial = true;
    for node in &mut results.nodes {
        [&mut node.share, &mut node.share_of_connections, &mut node.peak_rate.estimate]
            .into_iter()
            .chain(node.peak_rates.iter_mut().map(|peak| &mut peak.estimate))
            .for_each(without_bounds);
        [&mut node.tilt, &mut node.scatter].into_iter().for_each(unbounded);
    }
    let balance = &mut results.balance;
    [&mut balance.busiest_share, &mut balance.quietest_share, &mut balance.max_over_fair, &mut balance.jain]
        .into_iter()
        .for_each(without_bounds);
    balance.effective_choosers.iter_mut().for_each(unbounded);
    for cause in &mut results.causes {
        unbounded(&mut cause.share_of_mail);
        unbounded(&mut cause.tilt_points);
        cause.share_of_scatter.iter_mut().for_each(unbounded);
    }
    results.hosts.iter_mut().for_each(|host| unbounded(&mut host.share));
    results.goals.iter_mut().for_each(|goal| unbounded(&mut goal.met_fraction));
    results.series.nodes.iter_mut().for_each(|line| line.half_width = None);
    results.duration.nodes.iter_mut().for_each(|line| line.half_width = None);
    results.dns.mx_hit_ratio.iter_mut().for_each(unbounded);
    if let Some(delay) = &mut results.delivery.delay {
        delay.mean_ci = [None; 2];
        delay.p95_ci = [None; 2];
        delay.max_ci = [None; 2];
    }
    results.verdict.answer = Answer::CannotTell;
    results
}

/// Names of a hundred characters that mean something to XML, Markdown, CSV and terminals.
pub(crate) fn awkward_names() -> Results {
    let mut results = twelve_nodes();
    let name = format!("<mx|\"'&;,*_`[]\u{1b}[31m\n\u{202e}{}>", "very-long-name-".repeat(6));
    for (index, node) in results.nodes.iter_mut().enumerate() {
        node.name = format!("{index}{name}");
        node.host = node.name.clone();
    }
    results.series.nodes.iter_mut().for_each(|line| line.name.clone_from(&name));
    results.duration.nodes.iter_mut().for_each(|line| line.name.clone_from(&name));
    results.hosts.iter_mut().for_each(|host| host.name = "邮件服务器".repeat(20));
    results.causes.iter_mut().for_each(|cause| cause.sender.clone_from(&name));
    results.causes.extend(results.causes.clone());
    results.goals.iter_mut().for_each(|goal| goal.text.clone_from(&name));
    results.title = name.repeat(3);
    results.verdict.sentence = "x".repeat(500);
    results
}

/// Nothing arrived, and nothing was looked at.
pub(crate) fn zero_messages() -> Results {
    let nodes = ["mx1", "mx2"].map(|name| node(name, name, 0.5, 0.0, 0.0));
    let mut results = with_nodes(three_equal(), nodes.to_vec(), 24);
    results.nodes.iter_mut().for_each(|node| node.totals = NodeTotals::default());
    results.delivery = made::<Delivery>(json!({ "totals": DeliveryTotals::default(), "delay": null }));
    results.balance.busiest_share = estimate(0.0, 0.0);
    results.balance.quietest_share = estimate(0.0, 0.0);
    results.balance.effective_choosers = None;
    results.causes.clear();
    results.dns = made::<DnsResult>(json!({ "mx_lookups": 0, "mx_cache_hits": 0, "mx_hit_ratio": null }));
    results.goals.iter_mut().for_each(|goal| (goal.windows, goal.windows_met) = (0, 0));
    results
}

/// No node at all.
pub(crate) fn no_nodes() -> Results {
    let mut results = with_nodes(zero_messages(), Vec::new(), 24);
    results.goals.clear();
    results.cautions.clear();
    results.title.clear();
    results
}

/// Numbers no run gives, as an edited file may hold them.
pub(crate) fn absurd_numbers() -> Results {
    let mut results = three_equal();
    results.nodes[0].share = estimate(f64::NAN, f64::NAN);
    results.nodes[1].share = estimate(1e300, f64::INFINITY);
    results.nodes[1].peak_rate =
        made::<PeakRate>(json!({ "bin_s": 1e18, "estimate": estimate(f64::MAX, 1.0) }));
    results.nodes[2].tilt = interval(f64::NEG_INFINITY, f64::NAN);
    results.balance.jain = estimate(f64::NAN, 1.0);
    results.provenance.window_s = f64::NAN;
    results.provenance.warm_up_s = -1.0;
    results.series.bin_s = 0.0;
    results.series.nodes[0].accepted[3] = f64::NAN;
    results.series.nodes[1].accepted[4] = f64::MAX;
    results.series.nodes[2].p05.clear();
    results.nodes[0].peak_rates[1].estimate = estimate(f64::NAN, f64::INFINITY);
    results.duration.bin_s = f64::NAN;
    results.duration.parts[3] = f64::NAN;
    results.duration.parts[1] = 1e-300;
    results.duration.nodes[0].rate[2] = f64::NAN;
    results.duration.nodes[1].p95.clear();
    results.duration.nodes[2].rate.clear();
    results.goals[0].met_fraction = interval(f64::NAN, f64::NAN);
    let luck = &mut results.uncertainty.luck;
    luck.quantity = "delay_p95".to_owned();
    (luck.from, luck.to) = (f64::NAN, f64::INFINITY);
    let mut nothing = not_known();
    nothing.share_meeting = interval(f64::NAN, f64::NAN);
    (nothing.from, nothing.to) = (1.0, f64::NAN);
    results.uncertainty.not_known = Some(nothing);
    results
}

/// What is not known of `three_equal`: one assumption of two flips the answer.
fn not_known() -> NotKnown {
    let effect = |instead: &str, number: f64, flips: bool| {
        made::<Effect>(json!({
            "sender": "big provider".to_owned(),
            "unknown": "choosers".to_owned(),
            "assumed": "60 outbound hosts that choose independently".to_owned(),
            "instead": instead.to_owned(),
            "number": interval(number, 0.02),
            "effect": number - 0.41,
            "flips": flips,
            "grade": Grade::Assumed,
        }))
    };
    let effects = vec![
        effect("all of its 60 outbound hosts shared one choice", 0.58, true),
        effect("200 outbound hosts chose independently", 0.37, false),
    ];
    made::<NotKnown>(json!({
        "mixes": 64,
        "replications": 16,
        "share_meeting": interval(0.64, 0.11),
        "quantity": "busiest_share".to_owned(),
        "from": 0.35,
        "from_ci": [Some(0.34), Some(0.36)],
        "to": 0.61,
        "to_ci": [Some(0.55), None::<f64>],
        "flips": effects.first().cloned(),
        "effects": effects,
    }))
}

/// Everything above, with a name each.
pub(crate) fn all() -> Vec<(&'static str, Results)> {
    vec![
        ("three_equal", three_equal()),
        ("twelve_nodes", twelve_nodes()),
        ("many_nodes", many_nodes()),
        ("one_node", one_node()),
        ("backup_with_outage", backup_with_outage()),
        ("planned_outage", planned_outage()),
        ("no_scatter", no_scatter()),
        ("single_replication", single_replication()),
        ("awkward_names", awkward_names()),
        ("with_sessions", with_sessions()),
        ("little_mail", little_mail()),
        ("much_mail", much_mail()),
        ("older_document", older_document()),
        ("zero_messages", zero_messages()),
        ("no_nodes", no_nodes()),
        ("absurd_numbers", absurd_numbers()),
    ]
}
