//! How unlike two sequences of answers may be by luck alone.
//!
//! A sequence of answers is summed up by how often each order came, how often the first record was the same or the next one in the next
//! answer, and how long the same order or the same first record was held. A recording and many simulated ones under the same parameters are
//! then alike in distribution if the model is right, and any of them is as likely as any other to be the most unusual one (the exact Monte
//! Carlo test of Barnard 1963). *Unusual* is the largest deviation of any statistic of any recording, in standard deviations of the pool
//! that holds the recording and its simulations, so one comparison covers all of them at one level.

use mxsim_core::dns::order::Order;

/// The orders of three records.
const ORDERS: [[u8; 3]; 6] = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [1, 0, 2], [2, 1, 0]];
/// Statistics of a sequence.
const STATISTICS: usize = ORDERS.len() + 5;

/// What a sequence of answers with three records looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary([f64; STATISTICS]);

impl Summary {
    /// Names of the statistics, for messages.
    pub const NAMES: [&'static str; STATISTICS] = [
        "answers 1 2 3",
        "answers 2 3 1",
        "answers 3 1 2",
        "answers 1 3 2",
        "answers 2 1 3",
        "answers 3 2 1",
        "same first record again",
        "next record first",
        "same order again",
        "longest hold of an order (logarithm)",
        "longest hold of a first record (logarithm)",
    ];

    /// Sums `answers` up.
    #[must_use]
    pub fn of(answers: &[Order]) -> Self {
        let mut summary = [0.0; STATISTICS];
        for (place, order) in ORDERS.iter().enumerate() {
            summary[place] = answers.iter().filter(|answer| answer.as_slice() == order).count() as f64;
        }
        let step = |pair: &[Order]| (3 + pair[1][0] - pair[0][0]) % 3;
        let successions =
            |of: &dyn Fn(&[Order]) -> bool| answers.windows(2).filter(|pair| of(pair)).count() as f64;
        summary[6] = successions(&|pair| step(pair) == 0);
        summary[7] = successions(&|pair| step(pair) == 1);
        summary[8] = successions(&|pair| pair[0] == pair[1]);
        // The longest of many holds has a long tail; its logarithm has not, so that one very long hold of a simulation is not taken for
        // more unusual than any recording can be.
        summary[9] = libm::log(longest(answers, |a, b| a == b));
        summary[10] = libm::log(longest(answers, |a, b| a[0] == b[0]));
        Self(summary)
    }
}

/// Length of the longest stretch whose neighbours are `alike`.
fn longest(answers: &[Order], alike: impl Fn(&Order, &Order) -> bool) -> f64 {
    answers.chunk_by(|a, b| alike(a, b)).map(<[Order]>::len).max().unwrap_or(1) as f64
}

/// The most unusual of several sequences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// Which statistic.
    pub statistic: &'static str,
    /// How many standard deviations it is from the mean of its pool.
    pub size: f64,
    /// Which recording.
    pub recording: usize,
}

/// Recordings beside simulations of each under one model.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    /// Per recording: itself, then its simulations.
    members: Vec<Vec<Summary>>,
}

impl Pool {
    /// Adds a recording with its simulations; every recording needs equally many.
    ///
    /// # Panics
    /// If there are more or fewer simulations than of the recordings before.
    pub fn add(&mut self, recorded: Summary, simulated: Vec<Summary>) {
        let mut members = vec![recorded];
        members.extend(simulated);
        let known = self.members.first().map_or(members.len(), Vec::len);
        assert_eq!(members.len(), known, "every recording needs equally many simulations");
        self.members.push(members);
    }

    /// How unusual the recordings are, and how many of the simulations are at least as unusual.
    #[must_use]
    pub fn judge(&self) -> (Deviation, usize) {
        let scales: Vec<Scale> = self.members.iter().map(|members| Scale::of(members)).collect();
        let of_member = |member: usize| {
            let deviations = self.members.iter().zip(&scales).enumerate();
            deviations
                .map(|(recording, (members, scale))| scale.largest(&members[member], recording))
                .fold(Deviation { statistic: "none", size: 0.0, recording: 0 }, larger)
        };
        let recorded = of_member(0);
        let simulations = self.members.first().map_or(1, Vec::len);
        let as_unusual = (1..simulations).filter(|&member| of_member(member).size >= recorded.size).count();
        (recorded, as_unusual)
    }
}

fn larger(a: Deviation, b: Deviation) -> Deviation {
    if b.size > a.size { b } else { a }
}

/// Mean and standard deviation of each statistic of a pool.
#[derive(Debug)]
struct Scale {
    mean: [f64; STATISTICS],
    deviation: [f64; STATISTICS],
}

impl Scale {
    fn of(members: &[Summary]) -> Self {
        let n = members.len() as f64;
        let mean: [f64; STATISTICS] =
            std::array::from_fn(|i| members.iter().map(|member| member.0[i]).sum::<f64>() / n);
        let square = |i: usize| members.iter().map(|member| (member.0[i] - mean[i]).powi(2)).sum::<f64>();
        let deviation = std::array::from_fn(|i| (square(i) / n).sqrt());
        Self { mean, deviation }
    }

    /// The statistic in which `member` deviates most. One that never varies cannot deviate.
    fn largest(&self, member: &Summary, recording: usize) -> Deviation {
        let none = Deviation { statistic: "none", size: 0.0, recording };
        (0..STATISTICS)
            .filter(|&i| self.deviation[i] > 0.0)
            .map(|i| Deviation {
                statistic: Summary::NAMES[i],
                size: (member.0[i] - self.mean[i]).abs() / self.deviation[i],
                recording,
            })
            .fold(none, larger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(orders: &[usize]) -> Vec<Order> {
        orders.iter().map(|&i| Order::from_slice(&ORDERS[i])).collect()
    }

    #[test]
    fn a_summary_counts_by_hand() {
        // 1 2 3, 1 2 3, 2 3 1, 2 1 3, 1 3 2.
        let Summary(seen) = Summary::of(&answers(&[0, 0, 1, 4, 3]));
        assert_eq!(seen[..6], [2.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
        assert_eq!(seen[6..], [2.0, 1.0, 1.0, libm::log(2.0), libm::log(2.0)]);
    }

    #[test]
    fn the_one_that_differs_is_the_most_unusual() {
        let (usual, other) = (Summary::of(&answers(&[0, 1, 2])), Summary::of(&answers(&[0, 0, 0])));
        let mut pool = Pool::default();
        pool.add(other, vec![usual; 50]);
        let (deviation, as_unusual) = pool.judge();
        assert!(deviation.size > 7.0 && as_unusual == 0, "{deviation:?} {as_unusual}");
        let mut pool = Pool::default();
        pool.add(usual, vec![usual; 50]);
        assert_eq!(pool.judge().1, 50, "nothing is unusual where nothing varies");
    }
}
