//! What is known of one host and address that failed, and the retry times of Exim.

use super::candidate::Candidate;
use super::memory::Backoff;
use super::memory_policy::RetryStep;
use super::outcome::Outcome;
use crate::ids::{AddressId, HostId};
use crate::time::{Span, Time};

/// One day: Exim never waits longer (retry.c `retry_interval_max`).
const LONGEST_EXIM_WAIT: Span = Span::DAY;

/// The times of a retry record.
#[derive(Debug, Clone, Copy)]
pub(super) struct RetryTimes {
    pub(super) first_failed: Time,
    pub(super) last_try: Time,
    pub(super) next_try: Time,
    /// Past the last step of the rule when it last failed.
    pub(super) expired: bool,
}

impl RetryTimes {
    /// A record that is made now.
    pub(super) const fn new(now: Time) -> Self {
        Self { first_failed: now, last_try: now, next_try: now, expired: false }
    }

    /// Works out the next try by the step of the rule that fits how long this has been failing (retry.c `retry_update`).
    pub(super) fn fail(&mut self, rule: &[RetryStep], failing: Span, now: Time) {
        self.expired = !rule.iter().any(|step| failing <= step.until);
        let step = rule.iter().find(|step| failing <= step.until).or(rule.last());
        let last_gap = self.next_try.since(self.last_try).min(now.since(self.last_try));
        let wait = match step {
            None => Span::ZERO,
            Some(step) if step.factor <= 1.0 || last_gap < step.gap => step.gap,
            Some(step) => Span::from_secs_f64(last_gap.as_secs_f64() * step.factor),
        };
        self.last_try = now;
        self.next_try = now + wait.min(LONGEST_EXIM_WAIT);
    }
}

/// What is known of one host and address: by an outbound host, or by a message of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) host: HostId,
    pub(super) address: AddressId,
    pub(super) times: RetryTimes,
    /// How it failed last.
    pub(super) outcome: Outcome,
    /// Failures, as [`Backoff::failures`] counts them.
    pub(super) count: u32,
    pub(super) process: u32,
    /// OpenSMTPD: it may be tried, though its penalty is not all gone.
    pub(super) enabled: bool,
}

impl Record {
    pub(super) const fn new((candidate, outcome): &(Candidate, Outcome), now: Time) -> Self {
        Self {
            host: candidate.host,
            address: candidate.address,
            times: RetryTimes::new(now),
            outcome: *outcome,
            count: 0,
            process: 0,
            enabled: false,
        }
    }

    /// The hold that this record gives until then.
    pub(super) const fn until(&self, until: Time) -> Backoff {
        Backoff { outcome: self.outcome, failures: self.count, since: self.times.last_try, until }
    }

    pub(super) fn is_of(&self, candidate: &Candidate) -> bool {
        (self.host, self.address) == (candidate.host, candidate.address)
    }

    /// Notes another failure and works out the next try by the rule.
    pub(super) fn fail(&mut self, rule: &[RetryStep], outcome: Outcome, now: Time) {
        (self.outcome, self.count) = (outcome, self.count.saturating_add(1));
        self.times.fail(rule, now.since(self.times.first_failed), now);
    }
}
