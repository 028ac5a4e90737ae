//! How well the behaviour is known that the answer rests on.

use super::causes::Ranked;
use crate::results::Decisive;
use crate::tally::labels::Labels;

/// A sender with less of the mail than this decides nothing alone: half of a tenth, which is what "even" allows. *Assumption*.
const LEAST_SHARE: f64 = 0.05;

/// The weakest grade among senders that bring at least [`LEAST_SHARE`] of the mail; among all, if nobody brings so much.
pub(super) fn decisive(labels: &Labels, ranked: &[Ranked]) -> Option<Decisive> {
    let counts = |ranked: &&Ranked| ranked.cause.share_of_mail.value >= LEAST_SHARE;
    let large: Vec<&Ranked> = ranked.iter().filter(counts).collect();
    let deciding = if large.is_empty() { ranked.iter().collect() } else { large };
    let grade_of = |ranked: &Ranked| labels.senders[ranked.sender].decisive_grade;
    let grade = deciding.iter().map(|ranked| grade_of(ranked)).max()?;
    let weakest = deciding.into_iter().filter(|ranked| grade_of(ranked) == grade);
    Some(Decisive { grade, senders: weakest.map(|ranked| ranked.cause.sender.clone()).collect() })
}
