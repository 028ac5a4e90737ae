//! Whose fault the unevenness is.
//!
//! E[(share - fair)^2] = tilt^2 + scatter^2. *Scatter* is split by covariance: a sender's part is Cov(its messages at a node, all messages
//! there) / Var(all messages there), averaged over the nodes; because covariance is linear, parts add up to 1. With several windows per
//! replication the covariance is taken at each place in the run and added up, so that a quiet weekend does not look like chance.
//! *Tilt* is linear too: a window's share minus fair is the sum over senders of (its messages at the node - fair share of its messages) /
//! all messages. What a sender adds to the largest tilt is found by leaving its term out, as if its mail were split by fair share.

use super::interval::{Blocks, Ratio, jackknife};
use crate::results::{Cause, Interval};
use crate::tally::labels::Labels;
use crate::tally::{Tally, WindowTally};

/// One sender's cause, and its part of the sum over nodes of tilt^2 + scatter^2.
#[derive(Debug)]
pub(super) struct Ranked {
    /// Index of the sender in the labels.
    pub(super) sender: usize,
    /// The published part.
    pub(super) cause: Cause,
    /// Part of the unevenness, 0..1; parts add up to 1 if there is any. Negative for a sender that evens out others.
    pub(super) part: f64,
}

/// The senders, the one that makes most of the unevenness first. `scatter` and `tilt` are those of the nodes.
pub(super) fn causes(labels: &Labels, tallies: &[Tally], tilt: &[f64], scatter: &[f64]) -> Vec<Ranked> {
    let sums = Sums::new(labels, tallies);
    let mut ranked: Vec<Ranked> = (0..labels.senders.len())
        .filter(|&sender| labels.senders[sender].wanted)
        .map(|sender| Ranked {
            sender,
            cause: Cause {
                share_of_scatter: scattered(&sums, sender, scatter),
                ..cause(labels, tallies, &sums, sender)
            },
            part: sums.part(sender, tilt, scatter),
        })
        .collect();
    // The sort is stable: equal senders stay in the order of the scenario.
    ranked.sort_by(|a, b| {
        let by_mail = b.cause.share_of_mail.value.total_cmp(&a.cause.share_of_mail.value);
        b.part.total_cmp(&a.part).then(by_mail)
    });
    ranked
}

/// What the sender makes of the scatter. Where every window splits alike there is none to make, however much the amount of mail varies.
fn scattered(sums: &Sums, sender: usize, scatter: &[f64]) -> Option<Interval> {
    scatter.iter().any(|scatter| *scatter > 0.0).then_some(())?;
    jackknife(sums.blocks, false, |left_out| sums.share_of_scatter(sender, left_out))
}

fn cause(labels: &Labels, tallies: &[Tally], sums: &Sums, sender: usize) -> Cause {
    let described = &labels.senders[sender];
    let nodes = labels.nodes.len();
    let mail = tallies.iter().zip(&sums.mail).map(|(tally, all)| {
        let own: u64 = tally.windows.iter().map(|window| accepted(window, sender, nodes)).sum();
        (own as f64, *all)
    });
    Cause {
        sender: described.name.clone(),
        behaves_like: described.behaves_like.clone(),
        share_of_mail: Ratio::of(mail).map_or(Interval::alone(0.0), |ratio| ratio.share_interval()),
        share_of_scatter: None,
        tilt_points: sums.tilt_points(sender),
        grade: described.grade,
    }
}

fn accepted(window: &WindowTally, sender: usize, nodes: usize) -> u64 {
    window.accepted[sender * nodes..(sender + 1) * nodes].iter().sum()
}

fn all_accepted(window: &WindowTally) -> u64 {
    window.accepted.iter().sum()
}

/// What gives covariances and tilts, summed over each jackknife block; one row more at the end holds the sum over all of them.
#[derive(Debug)]
struct Sums {
    blocks: Blocks,
    senders: usize,
    nodes: usize,
    /// Cov(sender at node, all at node), `[block][sender * nodes + node]`, and Var(all at node), `[block][node]`, times the same factor.
    covariance: Vec<Vec<f64>>,
    variance: Vec<Vec<f64>>,
    /// Sum over windows of each sender's term of the tilt, `[block][sender * nodes + node]`, and the windows.
    tilt: Vec<Vec<f64>>,
    windows: Vec<Vec<f64>>,
    /// The tilt of each node without a block, `[block][node]`, and without none in the last row: the sum of all terms, which each sender needs.
    tilt_of_all: Vec<Vec<f64>>,
    /// Messages that were accepted in each replication.
    mail: Vec<f64>,
}

impl Sums {
    fn new(labels: &Labels, tallies: &[Tally]) -> Self {
        let (senders, nodes) = (labels.senders.len(), labels.nodes.len());
        let blocks = Blocks::new(tallies.len());
        let zeros = |length: usize| vec![vec![0.0; length]; blocks.count + 1];
        let mut sums = Self {
            blocks,
            senders,
            nodes,
            covariance: zeros(senders * nodes),
            variance: zeros(nodes),
            tilt: zeros(senders * nodes),
            windows: zeros(1),
            tilt_of_all: Vec::new(),
            mail: tallies
                .iter()
                .map(|tally| tally.windows.iter().map(all_accepted).sum::<u64>() as f64)
                .collect(),
        };
        let means = means(tallies, senders * nodes);
        for (r, tally) in tallies.iter().enumerate() {
            for (window, mean) in tally.windows.iter().zip(&means) {
                sums.add_covariance(blocks.block_of(r), window, mean);
                sums.add_tilt(blocks.block_of(r), window, labels);
            }
        }
        [&mut sums.covariance, &mut sums.variance, &mut sums.tilt, &mut sums.windows]
            .into_iter()
            .for_each(|rows| add_up(rows));
        let left_out = (0..blocks.count).map(Some).chain([None]);
        sums.tilt_of_all = left_out.map(|left_out| sums.add_tilt_terms(left_out)).collect();
        sums
    }

    /// The sum of the terms of all senders for each node.
    fn add_tilt_terms(&self, left_out: Option<usize>) -> Vec<f64> {
        let terms = |node| (0..self.senders).map(move |sender| self.tilt_term(sender, node, left_out));
        (0..self.nodes).map(|node| terms(node).sum()).collect()
    }

    fn add_covariance(&mut self, block: usize, window: &WindowTally, mean: &[f64]) {
        let apart = |place: usize| window.accepted[place] as f64 - mean[place];
        for node in 0..self.nodes {
            let all: f64 = (0..self.senders).map(|sender| apart(sender * self.nodes + node)).sum();
            self.variance[block][node] += all * all;
            for sender in 0..self.senders {
                let place = sender * self.nodes + node;
                self.covariance[block][place] += apart(place) * all;
            }
        }
    }

    fn add_tilt(&mut self, block: usize, window: &WindowTally, labels: &Labels) {
        let all = all_accepted(window) as f64;
        if all == 0.0 {
            return;
        }
        self.windows[block][0] += 1.0;
        for sender in 0..self.senders {
            let own = accepted(window, sender, self.nodes) as f64;
            for (node, described) in labels.nodes.iter().enumerate() {
                let place = sender * self.nodes + node;
                let beyond = window.accepted[place] as f64 - own * described.fair_share;
                self.tilt[block][place] += beyond / all;
            }
        }
    }

    /// Averaged over the nodes whose load varies; `None` if none does.
    fn share_of_scatter(&self, sender: usize, left_out: Option<usize>) -> Option<f64> {
        let (mut sum, mut varying) = (0.0, 0.0);
        for node in 0..self.nodes {
            let variance = kept(&self.variance, left_out, node);
            let covariance = kept(&self.covariance, left_out, sender * self.nodes + node);
            // Counts are whole numbers, so a real variance is far above the rounding of their mean.
            if variance > 1e-9 {
                sum += covariance / variance;
                varying += 1.0;
            }
        }
        (varying > 0.0).then(|| sum / varying)
    }

    /// The sender's term of the tilt of a node, as a share of all mail.
    fn tilt_term(&self, sender: usize, node: usize, left_out: Option<usize>) -> f64 {
        let windows = kept(&self.windows, left_out, 0);
        let sum = kept(&self.tilt, left_out, sender * self.nodes + node);
        if windows > 0.0 { sum / windows } else { 0.0 }
    }

    fn tilt_points(&self, sender: usize) -> Interval {
        let points = |left_out: Option<usize>| {
            let (mut with, mut without) = (0.0f64, 0.0f64);
            let of_all = &self.tilt_of_all[left_out.unwrap_or(self.blocks.count)];
            for (node, &all) in of_all.iter().enumerate() {
                with = with.max(all.abs());
                without = without.max((all - self.tilt_term(sender, node, left_out)).abs());
            }
            Some(with - without)
        };
        jackknife(self.blocks, false, points).unwrap_or(Interval::alone(0.0))
    }

    /// Part of the sum over nodes of tilt^2 + scatter^2 that this sender makes.
    fn part(&self, sender: usize, tilt: &[f64], scatter: &[f64]) -> f64 {
        let square = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
        let whole = square(tilt) + square(scatter);
        // Shares that are right to the last bit are even.
        if whole < 1e-24 {
            return 0.0;
        }
        let of_tilt: f64 =
            tilt.iter().enumerate().map(|(node, tilt)| tilt * self.tilt_term(sender, node, None)).sum();
        let of_scatter = self.share_of_scatter(sender, None).unwrap_or(0.0) * square(scatter);
        (of_tilt + of_scatter) / whole
    }
}

/// Fills the last row with the sum of the others.
fn add_up(rows: &mut [Vec<f64>]) {
    if let Some((all, blocks)) = rows.split_last_mut() {
        for block in blocks {
            all.iter_mut().zip(block).for_each(|(sum, value)| *sum += *value);
        }
    }
}

/// The sum at `place` over all blocks but one.
fn kept(rows: &[Vec<f64>], left_out: Option<usize>, place: usize) -> f64 {
    let all = rows[rows.len() - 1][place];
    left_out.map_or(all, |block| all - rows[block][place])
}

/// Mean over replications of each sender's messages at each node, for each window of the run.
fn means(tallies: &[Tally], places: usize) -> Vec<Vec<f64>> {
    let windows = tallies.iter().map(|tally| tally.windows.len()).max().unwrap_or(0);
    let mut sums = vec![vec![0u64; places]; windows];
    for tally in tallies {
        for (sum, window) in sums.iter_mut().zip(&tally.windows) {
            sum.iter_mut().zip(&window.accepted).for_each(|(sum, accepted)| *sum += accepted);
        }
    }
    let replications = tallies.len() as f64;
    sums.into_iter().map(|window| window.into_iter().map(|sum| sum as f64 / replications).collect()).collect()
}
