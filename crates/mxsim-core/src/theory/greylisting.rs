//! Greylisting by several tables: how often a sender has to come back.

/// The probability that a message needs more than `attempts` attempts, where each attempt meets `each` different tables of `tables`, drawn anew
/// and evenly, and passes as soon as one of them has seen it before: the gaps are longer than the delay, and nothing is forgotten.
///
/// As long as it fails, all tables that it met were new to it, so after j attempts `each * j` tables know it, and the next fails if it meets none of
/// them: P(N > k) = prod over j < k of C(n - h j, h) / C(n, h). With one table for each attempt that is the birthday law n (n-1) ... (n-k+1) / n^k
/// (Feller, *An Introduction to Probability Theory* I, II.3); Postfix tries two hosts (`smtp_mx_session_limit`).
///
/// ```
/// use mxsim_core::theory::greylisting::more_than;
/// assert_eq!(more_than(1, 3, 1), 1.0);
/// assert!((more_than(2, 3, 1) - 2.0 / 3.0).abs() < 1e-15 && (more_than(3, 3, 1) - 2.0 / 9.0).abs() < 1e-15);
/// assert_eq!((more_than(4, 3, 1), more_than(2, 3, 2)), (0.0, 0.0));
/// assert!((more_than(2, 4, 2) - 1.0 / 6.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn more_than(attempts: u32, tables: u32, each: u32) -> f64 {
    (0..attempts).map(|before| all_new(tables.saturating_sub(each * before), tables, each)).product()
}

/// The probability that `each` different tables of `tables` are all among the `new` ones.
fn all_new(new: u32, tables: u32, each: u32) -> f64 {
    (0..each).map(|drawn| f64::from(new.saturating_sub(drawn)) / f64::from(tables - drawn)).product()
}
