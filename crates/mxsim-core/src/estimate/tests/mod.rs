//! Hand-made tallies with known answers.

mod coverage;
mod goals;
mod not_known;
mod numbers;
mod spread;
mod verdicts;

use crate::random::{Entropy, Purpose, StreamId};
use crate::results::{DeliveryTotals, Grade, Interval, NodeTotals};
use crate::scenario::{Goal, Reach, RunPlan};
use crate::tally::labels::{HostLabels, Labels, NodeLabels, SenderLabels};
use crate::tally::{DURATION_PARTS, DelayHistogram, PEAK_BINS, SenderTally, Tally, WindowTally};
use crate::time::Span;

pub(super) fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b} within {tolerance}");
}

/// The truth lies within twice the distance of a 95 % bound: 3.9 standard errors, missed by chance once in 10,000.
pub(super) fn inside(interval: Interval, truth: f64) {
    let bound = |bound: Option<f64>| 2.0 * bound.unwrap_or(f64::NAN) - interval.value;
    let (low, high) = (bound(interval.low), bound(interval.high));
    assert!(low <= truth && truth <= high, "{truth} is not in {low}..{high}");
}

/// Labels of nodes with these fair shares and senders of equal parts, with the default goal.
pub(super) fn labels(fair: &[f64], senders: usize) -> Labels {
    let node = |(index, fair): (usize, &f64)| NodeLabels {
        name: format!("mx{}", index + 1),
        host: format!("mx{}.example.com", index + 1),
        groups: Vec::new(),
        addresses: vec![format!("192.0.2.{}", index + 1)],
        address_indices: vec![index],
        fair_share: *fair,
        session_limit: None,
        workers: None,
        measured: Span::DAY,
        fails: false,
        always_fails: false,
        fails_in_part: false,
        hit_senders: Vec::new(),
        untrusted: false,
        delays: false,
        defers: false,
        greylists: false,
        leaves: false,
        goes_silent: false,
        fails_at_random: false,
        fails_over_ipv6: false,
    };
    let host = |index: usize| HostLabels {
        name: format!("mx{}.example.com", index + 1),
        preference: Some(10),
        leaves: false,
        reach: Reach::Reachable,
    };
    let sender = |index: usize| SenderLabels {
        name: format!("s{}", index + 1),
        behaves_like: "randomizing".into(),
        grade: Grade::Assumed,
        decisive_grade: Grade::Assumed,
        share: 1.0 / senders as f64,
        wanted: true,
    };
    Labels {
        edges: Vec::new(),
        title: "test".into(),
        run: RunPlan {
            replications: None,
            seed: 1,
            window: Span::DAY,
            run_length: Span::DAY,
            warm_up: Span::HOUR,
        },
        nodes: fair.iter().enumerate().map(node).collect(),
        hosts: (0..fair.len()).map(host).collect(),
        senders: (0..senders).map(sender).collect(),
        events: Vec::new(),
        goals: vec![Goal::rough_even()],
        down: Vec::new(),
        goals_are_default: true,
        greylisting: None,
        dns_away: None,
        changes: false,
        old_answers: Span::ZERO,
        settled: Some(Span::from_hours(6 * 24)),
        methods: Vec::new(),
        presets: Vec::new(),
        findings: Vec::new(),
        cautions: Vec::new(),
        fingerprint: "0".into(),
    }
}

/// A tally of windows given as accepted messages, `[sender * nodes + node]`; no delay is noted down.
fn tally(nodes: usize, windows: &[&[u32]]) -> Tally {
    let windows: Vec<WindowTally> = windows.iter().map(|accepted| window(nodes, accepted)).collect();
    let by_node = |node: usize| windows.iter().map(|window| window.connections_tried[node]).sum::<u64>();
    let counts: Vec<u64> = (0..nodes).map(by_node).collect();
    let all: u64 = counts.iter().sum();
    Tally {
        edges: Vec::new(),
        series: counts.clone(),
        duration: vec![0; nodes * DURATION_PARTS.len()],
        sessions: Vec::new(),
        held: Vec::new(),
        delays: DelayHistogram::default(),
        waiting: DelayHistogram::default(),
        senders: senders(nodes, &windows),
        totals: DeliveryTotals {
            messages: all,
            accepted: all,
            connections_tried: all,
            ..DeliveryTotals::default()
        },
        nodes: counts
            .iter()
            .map(|count| NodeTotals { connections_tried: *count, accepted: *count, ..NodeTotals::default() })
            .collect(),
        accepted_by_address: counts.clone(),
        accepted_between: counts.iter().map(|count| (*count > 0).then_some((0, 86_399))).collect(),
        accepted_by_host: counts,
        phases: Vec::new(),
        mx_lookups: all,
        mx_cache_hits: all / 2,
        work: all,
        windows,
    }
}

/// What each sender got accepted.
fn senders(nodes: usize, windows: &[WindowTally]) -> Vec<SenderTally> {
    // A world without nodes has a sender all the same.
    let senders = windows.iter().map(|window| window.accepted.len()).max().unwrap_or(0) / nodes.max(1);
    let senders = senders.max(1);
    let accepted = |sender: usize| -> u64 {
        windows.iter().flat_map(|window| &window.accepted[sender * nodes..(sender + 1) * nodes]).sum()
    };
    let tally = |accepted| SenderTally {
        totals: DeliveryTotals { messages: accepted, accepted, ..DeliveryTotals::default() },
        ..SenderTally::default()
    };
    (0..senders).map(|sender| tally(accepted(sender))).collect()
}

fn window(nodes: usize, accepted: &[u32]) -> WindowTally {
    let mut by_node = vec![0; nodes];
    accepted.iter().enumerate().for_each(|(place, count)| by_node[place % nodes] += u64::from(*count));
    WindowTally {
        accepted: accepted.iter().copied().map(u64::from).collect(),
        busiest: by_node.repeat(PEAK_BINS.len()),
        peak_sessions: Vec::new(),
        peak_busy: Vec::new(),
        peak_idle: Vec::new(),
        busiest_hour: Vec::new(),
        with_nodes_down: Vec::new(),
        messages: by_node.iter().sum(),
        down: Vec::new(),
        bounced: 0,
        accepted_then_bounced: 0,
        arrived: by_node.iter().sum(),
        connections_tried: by_node,
        late: Vec::new(),
        undecided: 0,
    }
}

/// Replications in which each sender throws `lumps` lumps of `size` messages on equal nodes.
fn lumpy(nodes: usize, senders: &[(u32, u32)], windows: usize, replications: u64) -> Vec<Tally> {
    let id = StreamId::new("lumps", Purpose::Choice);
    (0..replications)
        .map(|replication| {
            let key = Entropy::new(5, replication).key(id);
            let days: Vec<Vec<u32>> = (0..windows)
                .map(|day| {
                    let mut accepted = vec![0; nodes * senders.len()];
                    for (sender, (lumps, size)) in senders.iter().enumerate() {
                        let own = key.child(day as u64).child(sender as u64);
                        for lump in 0..*lumps {
                            accepted[sender * nodes + own.child(u64::from(lump)).below(nodes)] += size;
                        }
                    }
                    accepted
                })
                .collect();
            tally(nodes, &days.iter().map(Vec::as_slice).collect::<Vec<_>>())
        })
        .collect()
}
