//! Retry times that Exim keeps for one message, beside those of hosts and addresses.
//!
//! What the source does (Exim 4.96 to 4.99; `transports/smtp.c` `sync_responses`, `smtp_deliver` and `smtp_transport_entry`, `deliver.c`
//! `deliver_message`, `retry.c` `retry_update`):
//!
//! | failure | record | what it keeps back |
//! |---|---|---|
//! | 4xx at RCPT | of the recipient, with the sender (`address_retry_include_sender`) | queue runs skip the message until then |
//! | 4xx to MAIL or the data, or the connection lost after the data | of the message at this host and address | the message does not go there until then |
//! | no connection, no greeting, or the connection lost before the data ends | of the host and address, for all messages | nothing goes there until then |
//!
//! A reply 2xx at RCPT deletes the record of the recipient. Another kind of failure at a host deletes the record of the message there.
//!
//! A record of a recipient holds for one sender and one recipient. Every message here is taken to have a pair of its own.

use super::candidate::Candidate;
use super::memory::Backoff;
use super::memory_policy::RetryStep;
use super::outcome::Outcome;
use super::retry_record::{Record, RetryTimes};
use crate::smtp::Stage;
use crate::time::Time;
use smallvec::SmallVec;

/// The retry times of one message.
#[derive(Debug, Clone, Default)]
pub struct MessageTimes {
    recipient: Option<RetryTimes>,
    at_hosts: SmallVec<[Record; 1]>,
}

/// True if Exim takes the failure for one of the message and not of the host: smtp.c `smtp_deliver`, `message_error`.
const fn is_of_the_message(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Deferred(Stage::Data) | Outcome::Lost(Stage::Data))
}

impl MessageTimes {
    /// True if nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.recipient.is_none() && self.at_hosts.is_empty()
    }

    /// Learns from an attempt with these failures, in order, of a message that arrived at `born`. Each failure updates its record, so two
    /// hosts that answer 4xx at RCPT update that of the recipient twice, as in `retry_update`.
    pub fn note(&mut self, rule: &[RetryStep], failed: &[(Candidate, Outcome)], born: Time, now: Time) {
        for failure @ (candidate, outcome) in failed {
            if is_of_the_message(*outcome) {
                self.fail_at(rule, failure, now);
                // The node took the recipient.
                self.recipient = None;
                continue;
            }
            self.at_hosts.retain(|known| !known.is_of(candidate));
            if *outcome == Outcome::Deferred(Stage::Recipient) {
                let times = self.recipient.get_or_insert_with(|| RetryTimes::new(now));
                // "For a non-host error, if the message has been on the queue longer ... use the message's age instead" (retry.c).
                let failing = now.since(times.first_failed).max(now.since(born));
                times.fail(rule, failing, now);
            }
        }
    }

    fn fail_at(&mut self, rule: &[RetryStep], failure: &(Candidate, Outcome), now: Time) {
        let place = self.at_hosts.iter().position(|known| known.is_of(&failure.0)).unwrap_or_else(|| {
            self.at_hosts.push(Record::new(failure, now));
            self.at_hosts.len() - 1
        });
        self.at_hosts[place].fail(rule, failure.1, now);
    }

    /// The time before which queue runs skip the message; `None` if they do not.
    #[must_use]
    pub fn not_before(&self) -> Option<Time> {
        self.recipient.map(|times| times.next_try)
    }

    /// What keeps the message from a candidate at `now`; `None` if nothing does.
    #[must_use]
    pub fn held(&self, candidate: &Candidate, now: Time) -> Option<Backoff> {
        let known = self.at_hosts.iter().find(|known| known.is_of(candidate))?;
        let held = known.until(known.times.next_try);
        (now < held.until).then_some(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AddressId, HostId};
    use crate::time::Span;

    const RECIPIENT: Outcome = Outcome::Deferred(Stage::Recipient);
    const DATA: Outcome = Outcome::Deferred(Stage::Data);

    fn rule() -> Vec<RetryStep> {
        let step = |until, gap, factor| RetryStep {
            until: Span::from_secs(until),
            gap: Span::from_secs(gap),
            factor,
        };
        vec![step(7_200, 900, 1.0), step(57_600, 3_600, 1.5), step(345_600, 21_600, 1.0)]
    }

    fn at(seconds: i64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    fn candidate(host: u16) -> Candidate {
        Candidate { host: HostId(host), address: AddressId(host), ..Candidate::NONE }
    }

    fn fail(times: &mut MessageTimes, failed: &[(u16, Outcome)], second: i64) {
        let failed: Vec<_> = failed.iter().map(|&(host, outcome)| (candidate(host), outcome)).collect();
        times.note(&rule(), &failed, at(0), at(second));
    }

    fn seconds(times: &MessageTimes) -> Option<i64> {
        times.not_before().map(|at| at.0 / 1_000_000)
    }

    #[test]
    fn a_recipient_that_was_put_off_is_left_alone_for_a_quarter_of_an_hour() {
        let mut times = MessageTimes::default();
        fail(&mut times, &[(1, RECIPIENT)], 0);
        assert_eq!(seconds(&times), Some(900));
        assert_eq!(times.held(&candidate(1), at(1)), None, "the hosts are not to blame");
        fail(&mut times, &[(1, RECIPIENT)], 1_800);
        assert_eq!(seconds(&times), Some(2_700));
        // From two hours on the gap is an hour, and then half as long again.
        fail(&mut times, &[(1, RECIPIENT)], 7_201);
        assert_eq!(seconds(&times), Some(7_201 + 3_600));
        fail(&mut times, &[(1, RECIPIENT)], 10_801);
        assert_eq!(seconds(&times), Some(10_801 + 5_400));
    }

    /// Both items are written in one second, and the gap before the second is none.
    #[test]
    fn two_hosts_in_one_attempt_keep_the_gap_from_growing() {
        let mut times = MessageTimes::default();
        for second in [0, 7_201, 10_801] {
            fail(&mut times, &[(1, RECIPIENT), (2, RECIPIENT)], second);
        }
        assert_eq!(seconds(&times), Some(10_801 + 3_600));
    }

    #[test]
    fn after_the_data_the_message_is_kept_from_that_host_only() {
        let mut times = MessageTimes::default();
        fail(&mut times, &[(1, DATA)], 0);
        assert_eq!(seconds(&times), None);
        assert_eq!(times.held(&candidate(1), at(899)).map(|held| held.until), Some(at(900)));
        assert_eq!(times.held(&candidate(1), at(900)), None);
        assert_eq!(times.held(&candidate(2), at(1)), None);
        fail(&mut times, &[(1, Outcome::Lost(Stage::Data))], 1_800);
        assert!(times.held(&candidate(1), at(2_699)).is_some(), "lost after the data counts as a reply");
        fail(&mut times, &[(1, Outcome::Refused)], 3_600);
        assert!(times.is_empty(), "a failure of the host takes the record of the message away");
    }

    #[test]
    fn a_recipient_that_was_taken_is_forgotten() {
        let mut times = MessageTimes::default();
        fail(&mut times, &[(1, RECIPIENT)], 0);
        fail(&mut times, &[(2, Outcome::Refused)], 1_800);
        assert_eq!(seconds(&times), Some(900), "a host that gives no session says nothing of it");
        fail(&mut times, &[(1, DATA)], 3_600);
        assert_eq!(seconds(&times), None);
    }
}
