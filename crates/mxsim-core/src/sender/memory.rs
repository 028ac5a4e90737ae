//! What an outbound host remembers of bad hosts, and what it then does with other mail.
//!
//! RFC 5321 section 4.5.4.1 asks clients to keep a list of unreachable hosts rather than retry each message. Postfix stops the whole
//! domain for a while, Exim keeps retry times for each host and address, qmail skips addresses that timed out twice; most others forget.

use super::candidate::{Candidate, Candidates};
use super::memory_policy::{Memory, RetryStep};
use super::outcome::Outcome;
use super::retry_record::Record;
use crate::ids::HostId;
use crate::smtp::Stage;
use crate::time::{Span, Time};

/// Whether an attempt may connect at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryVerdict {
    /// Try the candidates that are left.
    Try,
    /// Nothing may be tried now: defer without a connection.
    Defer,
    /// Every candidate has been bad for too long: bounce without a connection.
    Bounce,
}

/// How the connections of one attempt went, told to memory when the attempt is over.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// Candidates that failed, in order.
    pub failed: &'a [(Candidate, Outcome)],
    /// The candidate that took the message.
    pub accepted: Option<Candidate>,
    /// The end of the attempt.
    pub now: Time,
    /// The process that made the attempt.
    pub process: u32,
}

impl Report<'_> {
    /// The candidates whose failure was one of the host, not of the message.
    fn host_errors(&self) -> impl Iterator<Item = &(Candidate, Outcome)> {
        self.failed.iter().filter(|(_, outcome)| outcome.is_host_error())
    }

    /// The last failure if it was one of the host. Postfix, `smtp_trouble.c`: only then is the delivery reported as one of the destination;
    /// a transient reply to a recipient or a message is none.
    fn failure_at_a_host(&self) -> Option<Outcome> {
        self.failed.last().map(|&(_, outcome)| outcome).filter(|outcome| outcome.is_host_error())
    }
}

/// Why a candidate is not tried now, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// How it failed last.
    pub outcome: Outcome,
    /// How often it failed: in a row (Exim, Postfix), in this process (sendmail), by time-outs that count (qmail), or what is left of its
    /// penalty (OpenSMTPD).
    pub failures: u32,
    /// When the hold began: the last failure, of those that count.
    pub since: Time,
    /// From then on it may be tried. qmail and sendmail hold by the process: this is what the process that asks sees.
    pub until: Time,
}

/// The memory of one outbound host.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    records: Vec<Record>,
    domain: DomainState,
    /// Courier's child processes that found no host.
    in_vain: Vec<Vain>,
}

fn squared(unit: Span, times: u32) -> Span {
    unit.saturating_mul(i64::from(times).saturating_mul(i64::from(times)))
}

/// qmail, qmail-remote.c: the hold is a base and some steps more by the number of the process.
fn hold_of(process: u32, (base, step, steps): (Span, Span, u32)) -> Span {
    base + step.saturating_mul(i64::from(process % steps.max(1)))
}

fn some_left(candidates: &Candidates) -> MemoryVerdict {
    if candidates.is_empty() { MemoryVerdict::Defer } else { MemoryVerdict::Try }
}

/// Postfix's view of the domain.
#[derive(Debug, Clone, Copy, Default)]
struct DomainState {
    /// Attempts that are under way.
    busy: u32,
    /// Failed attempts in a row since the queue was last idle.
    failed: u32,
    /// End of the last attempt.
    last_end: Time,
    /// Everything is deferred until then.
    dead_until: Option<Time>,
    /// How the message failed that made it so.
    last_failure: Option<Outcome>,
}

impl DomainState {
    /// The hold on the domain, made by so many failures in a row.
    fn held(&self, failures: u32, hold: Span) -> Option<Backoff> {
        let (until, outcome) = (self.dead_until?, self.last_failure?);
        Some(Backoff { outcome, failures, since: Time(until.0 - hold.0), until })
    }
}

/// A child process that found no host, and so tries none for a while.
#[derive(Debug, Clone, Copy)]
struct Vain {
    process: u32,
    outcome: Outcome,
    since: Time,
    until: Time,
}

impl Remembered {
    /// Takes out of `candidates` what is not to be tried now, and says whether anything may be. `process` is the number of the sending
    /// process, new for each attempt (qmail holds by it).
    pub fn admit(
        &mut self,
        policy: &Memory,
        candidates: &mut Candidates,
        now: Time,
        process: u32,
    ) -> MemoryVerdict {
        match policy {
            Memory::Nothing => MemoryVerdict::Try,
            Memory::Domain { .. } => self.admit_domain(now),
            Memory::Child { .. } => match self.in_vain(process).is_some_and(|vain| now < vain.until) {
                true => MemoryVerdict::Defer,
                false => MemoryVerdict::Try,
            },
            Memory::HostAddress { expire, .. } => self.admit_hosts(*expire, candidates, now),
            Memory::AddressTimeouts { count, hold_base, hold_step, hold_steps, .. } => {
                let hold = hold_of(process, (*hold_base, *hold_step, *hold_steps));
                let count = *count;
                candidates.retain(|candidate| !self.timed_out_lately(candidate, count, hold, now));
                some_left(candidates)
            }
            Memory::Process { hold } => {
                candidates.retain(|candidate| !self.failed_in(candidate.host, process, *hold, now));
                some_left(candidates)
            }
            Memory::Route { unit, .. } => {
                self.enable_routes(*unit, now);
                let disabled = |candidate: &Candidate| {
                    self.records.iter().any(|record| record.address == candidate.address && !record.enabled)
                };
                candidates.retain(|candidate| !disabled(candidate));
                some_left(candidates)
            }
        }
    }

    /// What holds a candidate back that [`Self::admit`] took out or would take out at `now` for the same `process`; `None` if nothing does.
    #[must_use]
    pub fn held(&self, policy: &Memory, candidate: &Candidate, now: Time, process: u32) -> Option<Backoff> {
        let held = match policy {
            Memory::Nothing => None,
            Memory::Domain { failures, hold } => self.domain.held(*failures, *hold),
            Memory::Child { .. } => self.in_vain(process).map(|vain| Backoff {
                outcome: vain.outcome,
                failures: 1,
                since: vain.since,
                until: vain.until,
            }),
            Memory::HostAddress { expire, .. } => {
                let record = self.record(candidate);
                record.map(|record| record.until(record.times.next_try.min(record.times.last_try + *expire)))
            }
            Memory::AddressTimeouts { count, hold_base, hold_step, hold_steps, .. } => {
                let hold = hold_of(process, (*hold_base, *hold_step, *hold_steps));
                let counts = |record: &&Record| record.address == candidate.address && record.count >= *count;
                self.records.iter().find(counts).map(|record| record.until(record.times.last_try + hold))
            }
            Memory::Process { hold } => {
                let failed = |record: &&Record| record.host == candidate.host && record.process == process;
                let last = self.records.iter().filter(failed).max_by_key(|record| record.times.last_try);
                last.map(|record| record.until(record.times.last_try + *hold))
            }
            Memory::Route { .. } => {
                let disabled = |record: &&Record| record.address == candidate.address && !record.enabled;
                self.records.iter().find(disabled).map(|record| record.until(record.times.next_try))
            }
        };
        held.filter(|held| now < held.until)
    }

    /// Notes that an attempt has started to wait for an answer.
    pub const fn begin_waiting(&mut self) {
        self.domain.busy += 1;
    }

    /// Notes that an attempt which waited is over; call before [`Self::note`].
    pub const fn end_waiting(&mut self) {
        self.domain.busy = self.domain.busy.saturating_sub(1);
    }

    /// Learns from a finished attempt. Returns true if the sender now gives the message up.
    pub fn note(&mut self, policy: &Memory, report: Report<'_>) -> bool {
        match policy {
            Memory::Nothing => false,
            Memory::Domain { failures, hold } => {
                self.note_domain(*failures, *hold, report);
                false
            }
            Memory::Child { hold } => {
                self.note_in_vain(*hold, report);
                false
            }
            Memory::HostAddress { rule, of_messages, .. } => self.note_hosts(rule, *of_messages, report),
            Memory::AddressTimeouts { apart, .. } => {
                self.note_time_outs(*apart, report);
                false
            }
            Memory::Process { .. } => {
                self.note_in_process(report);
                false
            }
            Memory::Route { unit, most } => {
                self.enable_routes(*unit, report.now);
                for failure in report.host_errors() {
                    self.disable_route(failure, (*unit, *most), report.now);
                }
                false
            }
        }
    }

    fn admit_domain(&mut self, now: Time) -> MemoryVerdict {
        let state = &mut self.domain;
        if state.dead_until.is_some_and(|until| now < until) {
            return MemoryVerdict::Defer;
        }
        state.dead_until = None;
        // qmgr_entry.c: a queue without work is deleted, and its failures with it. Messages of one instant are one queue.
        if state.busy == 0 && now > state.last_end {
            state.failed = 0;
        }
        MemoryVerdict::Try
    }

    fn note_domain(&mut self, failures: u32, hold: Span, report: Report<'_>) {
        let state = &mut self.domain;
        state.last_end = report.now;
        let failure = report.failure_at_a_host();
        if report.accepted.is_some() || failure.is_none() {
            state.failed = 0;
            // qmgr_queue.c: a delivery that ends well revives the destination at once.
            state.dead_until = None;
        } else if state.dead_until.is_none() {
            state.failed += 1;
            if state.failed >= failures {
                state.dead_until = Some(report.now + hold);
                state.last_failure = failure;
                state.failed = 0;
            }
        }
    }

    fn in_vain(&self, process: u32) -> Option<&Vain> {
        self.in_vain.iter().find(|vain| vain.process == process)
    }

    /// Courier, libesmtp.c `do_esmtp_connect_to`: `net_timeout` is set where the list of hosts has come to its end. A greeting 4xx or 5xx ends
    /// the walk before that, and a session ends it well. Each child has one of its own.
    fn note_in_vain(&mut self, hold: Span, report: Report<'_>) {
        let Report { now, process, .. } = report;
        self.in_vain.retain(|vain| now < vain.until && vain.process != process);
        let no_session = |outcome: &Outcome| match outcome {
            Outcome::Refused | Outcome::TimedOut | Outcome::NoGreeting => true,
            Outcome::TlsFailed | Outcome::Untrusted => true,
            Outcome::Lost(stage) => *stage == Stage::Greeting,
            _ => false,
        };
        let last = report.failed.last().map(|&(_, outcome)| outcome).filter(no_session);
        if let (None, Some(outcome)) = (report.accepted, last) {
            self.in_vain.push(Vain { process, outcome, since: now, until: now + hold });
        }
    }

    fn admit_hosts(&mut self, expire: Span, candidates: &mut Candidates, now: Time) -> MemoryVerdict {
        self.records.retain(|record| now.since(record.times.last_try) <= expire);
        if candidates.is_empty() {
            return MemoryVerdict::Defer;
        }
        let all_expired = candidates
            .iter()
            .all(|candidate| self.record(candidate).is_some_and(|record| record.times.expired));
        candidates
            .retain(|candidate| self.record(candidate).is_none_or(|record| now >= record.times.next_try));
        match (candidates.is_empty(), all_expired) {
            (false, _) => MemoryVerdict::Try,
            (true, true) => MemoryVerdict::Bounce,
            (true, false) => MemoryVerdict::Defer,
        }
    }

    /// Exim writes its retry records at the end of a delivery run (retry.c `retry_update`), even if another host took the mail. A connection
    /// lost after the data is a failure of the message if messages have records of their own.
    fn note_hosts(&mut self, rule: &[RetryStep], of_messages: bool, report: Report<'_>) -> bool {
        let is_host_error = |outcome: Outcome| {
            outcome.is_host_error() && !(of_messages && outcome == Outcome::Lost(Stage::Data))
        };
        for &(candidate, outcome) in report.failed {
            if !is_host_error(outcome) {
                self.records.retain(|record| !record.is_of(&candidate));
            }
        }
        if let Some(good) = report.accepted {
            self.records.retain(|record| !record.is_of(&good));
        }
        for failure in report.failed.iter().filter(|(_, outcome)| is_host_error(*outcome)) {
            let now = report.now;
            let mut record = self.record(&failure.0).copied().unwrap_or_else(|| Record::new(failure, now));
            record.fail(rule, failure.1, now);
            self.put(record);
        }
        report.accepted.is_none()
            && !report.failed.is_empty()
            && report
                .failed
                .iter()
                .all(|(candidate, _)| self.record(candidate).is_some_and(|record| record.times.expired))
    }

    fn timed_out_lately(&self, candidate: &Candidate, count: u32, hold: Span, now: Time) -> bool {
        self.records.iter().any(|record| {
            record.address == candidate.address
                && record.count >= count
                && now.since(record.times.last_try) < hold
        })
    }

    /// qmail, tcpto.c: a time-out counts if it is far enough from the last; anything else than a time-out clears the address.
    fn note_time_outs(&mut self, apart: Span, report: Report<'_>) {
        let answered = report
            .failed
            .iter()
            .filter(|(_, outcome)| *outcome != Outcome::TimedOut)
            .map(|(candidate, _)| *candidate);
        for candidate in answered.chain(report.accepted).collect::<Candidates>() {
            self.records.retain(|record| record.address != candidate.address);
        }
        for failure in report.failed.iter().filter(|(_, outcome)| *outcome == Outcome::TimedOut) {
            let known = self.records.iter().find(|record| record.address == failure.0.address);
            let mut record = known.copied().unwrap_or_else(|| Record::new(failure, report.now));
            if record.count == 0 || report.now.since(record.times.last_try) >= apart {
                record.count += 1;
                record.times.last_try = report.now;
                self.put(record);
            }
        }
    }

    fn failed_in(&self, host: HostId, process: u32, hold: Span, now: Time) -> bool {
        let failed = |record: &Record| record.host == host && record.process == process;
        self.records.iter().any(|record| failed(record) && now.since(record.times.last_try) < hold)
    }

    /// sendmail, mci.c: what one process found out dies with it, so the last process is enough to remember.
    fn note_in_process(&mut self, report: Report<'_>) {
        self.records.retain(|record| record.process == report.process);
        for failure in report.host_errors() {
            let count = self.record(&failure.0).map_or(1, |record| record.count + 1);
            self.put(Record { process: report.process, count, ..Record::new(failure, report.now) });
        }
        if let Some(good) = report.accepted {
            self.records.retain(|record| record.host != good.host);
        }
    }

    /// OpenSMTPD, mta.c `mta_route_enable`: the time is up, the penalty falls by one; without one there is nothing to remember.
    /// What is left of it falls on in the same way.
    fn enable_routes(&mut self, unit: Span, now: Time) {
        for record in &mut self.records {
            while record.count > 0 && record.times.next_try <= now {
                record.enabled = true;
                record.count -= 1;
                record.times.next_try += squared(unit, record.count);
            }
        }
        self.records.retain(|record| record.count > 0);
    }

    /// OpenSMTPD, mta.c `mta_route_disable`.
    fn disable_route(&mut self, failure: &(Candidate, Outcome), (unit, most): (Span, Span), now: Time) {
        let known = self.records.iter().find(|record| record.address == failure.0.address);
        let mut record = known.copied().unwrap_or_else(|| Record::new(failure, now));
        (record.outcome, record.times.last_try) = (failure.1, now);
        record.count = record.count.saturating_add(1);
        (record.enabled, record.times.next_try) = (false, now + squared(unit, record.count).min(most));
        self.put(record);
    }

    fn record(&self, candidate: &Candidate) -> Option<&Record> {
        self.records.iter().find(|record| record.is_of(candidate))
    }

    fn put(&mut self, new: Record) {
        match self.records.iter_mut().find(|record| (record.host, record.address) == (new.host, new.address))
        {
            Some(old) => *old = new,
            None => self.records.push(new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AddressId;
    use crate::random::{Entropy, Purpose, StreamId};

    fn candidate(host: u16) -> Candidate {
        Candidate {
            preference: 10,
            host: HostId(host),
            address: AddressId(host),
            ipv6: false,
            host_hash: u64::from(host),
            address_hash: u64::from(host),
        }
    }

    fn at(seconds: i64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    fn exim() -> Memory {
        let step = |until, gap, factor| RetryStep {
            until: Span::from_secs(until),
            gap: Span::from_secs(gap),
            factor,
        };
        Memory::HostAddress {
            rule: vec![step(7_200, 900, 1.0), step(57_600, 3_600, 1.5), step(345_600, 21_600, 1.0)],
            expire: Span::WEEK,
            of_messages: false,
        }
    }

    #[test]
    fn exim_leaves_a_bad_host_alone_until_its_retry_time() {
        let (policy, mut memory) = (exim(), Remembered::default());
        let failed = [(candidate(1), Outcome::Refused)];
        memory
            .note(&policy, Report { failed: &failed, accepted: Some(candidate(2)), now: at(0), process: 1 });
        let mut list: Candidates = [candidate(1), candidate(2)].into_iter().collect();
        assert_eq!(memory.admit(&policy, &mut list, at(899), 1), MemoryVerdict::Try);
        assert_eq!(list.len(), 1);
        let mut alone: Candidates = [candidate(1)].into_iter().collect();
        assert_eq!(memory.admit(&policy, &mut alone, at(899), 1), MemoryVerdict::Defer);
        let mut due: Candidates = [candidate(1)].into_iter().collect();
        assert_eq!(memory.admit(&policy, &mut due, at(900), 1), MemoryVerdict::Try);
    }

    /// Continuous polling gives the try times that the source reading worked out: 0, .25 ... 2.25, 3.25, 4.75, 7 h and so on.
    #[test]
    fn exim_follows_its_rule_and_gives_up_after_four_days() {
        let (policy, mut memory) = (exim(), Remembered::default());
        let (mut tries, mut now, mut over) = (vec![], at(0), false);
        while !over {
            let mut list: Candidates = [candidate(1)].into_iter().collect();
            if memory.admit(&policy, &mut list, now, 1) == MemoryVerdict::Try {
                tries.push(now.as_secs_f64() / 3600.0);
                over = memory.note(
                    &policy,
                    Report { failed: &[(candidate(1), Outcome::Refused)], accepted: None, now, process: 1 },
                );
            }
            now += Span::from_secs(60);
        }
        let expected = [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 3.25, 4.75, 7.0];
        for (seen, theory) in tries.iter().zip(expected) {
            assert!((seen - theory).abs() < 0.02, "{tries:?}");
        }
        let last = tries.last().copied().unwrap_or_default();
        assert!((96.0..103.0).contains(&last), "given up after {last} h");
        let mut new_mail: Candidates = [candidate(1)].into_iter().collect();
        assert_eq!(memory.admit(&policy, &mut new_mail, now, 1), MemoryVerdict::Bounce);
    }

    #[test]
    fn postfix_declares_a_domain_dead_after_three_failures_while_busy() {
        let policy = Memory::Domain { failures: 3, hold: Span::from_secs(300) };
        let mut memory = Remembered::default();
        let fail = |memory: &mut Remembered, now| {
            memory.note(
                &policy,
                Report { failed: &[(candidate(1), Outcome::Refused)], accepted: None, now, process: 1 },
            );
        };
        let mut list: Candidates = [candidate(1)].into_iter().collect();
        for i in 0..3 {
            assert_eq!(memory.admit(&policy, &mut list, at(i), 1), MemoryVerdict::Try);
            fail(&mut memory, at(i));
        }
        assert_eq!(
            memory.admit(&policy, &mut list, at(3), 1),
            MemoryVerdict::Try,
            "sparse mail never gets there"
        );
        for _ in 0..3 {
            fail(&mut memory, at(3));
        }
        assert_eq!(memory.admit(&policy, &mut list, at(302), 1), MemoryVerdict::Defer);
        assert_eq!(memory.admit(&policy, &mut list, at(303), 1), MemoryVerdict::Try);
    }

    #[test]
    fn sendmail_skips_a_failed_host_within_one_queue_run() {
        let policy = Memory::Process { hold: Span::from_secs(1800) };
        let mut memory = Remembered::default();
        let left = |memory: &mut Remembered, now, process| {
            let mut list: Candidates = [candidate(1), candidate(2)].into_iter().collect();
            memory.admit(&policy, &mut list, at(now), process);
            list.len()
        };
        memory.note(
            &policy,
            Report { failed: &[(candidate(1), Outcome::Refused)], accepted: None, now: at(0), process: 7 },
        );
        assert_eq!(left(&mut memory, 1, 7), 1);
        assert_eq!(left(&mut memory, 1, 8), 2, "another process knows nothing");
        assert_eq!(left(&mut memory, 1800, 7), 2);
    }

    #[test]
    fn opensmtpd_disables_a_route_for_15_seconds_at_a_time() {
        let policy = Memory::Route { unit: Span::from_secs(15), most: Span::from_secs(3600) };
        let mut memory = Remembered::default();
        let admitted = |memory: &mut Remembered, now| {
            let mut list: Candidates = [candidate(1)].into_iter().collect();
            memory.admit(&policy, &mut list, at(now), 1)
        };
        let fail = |memory: &mut Remembered, now| {
            memory.note(
                &policy,
                Report {
                    failed: &[(candidate(1), Outcome::Refused)],
                    accepted: None,
                    now: at(now),
                    process: 1,
                },
            );
        };
        for from in [0, 15, 30] {
            fail(&mut memory, from);
            assert_eq!(admitted(&mut memory, from + 14), MemoryVerdict::Defer);
            assert_eq!(admitted(&mut memory, from + 15), MemoryVerdict::Try, "one off the penalty each time");
        }
        fail(&mut memory, 100);
        fail(&mut memory, 101);
        assert_eq!(
            admitted(&mut memory, 101 + 59),
            MemoryVerdict::Defer,
            "two failures under way: 15 s times 2 squared"
        );
        assert_eq!(admitted(&mut memory, 101 + 60), MemoryVerdict::Try);
        fail(&mut memory, 170);
        assert_eq!(admitted(&mut memory, 170 + 59), MemoryVerdict::Defer, "one was left of the penalty");
        fail(&mut memory, 400);
        assert_eq!(admitted(&mut memory, 400 + 15), MemoryVerdict::Try, "time has taken it off");
    }

    #[test]
    fn qmail_skips_an_address_that_timed_out_twice_two_minutes_apart() {
        let policy = Memory::AddressTimeouts {
            count: 2,
            apart: Span::from_secs(120),
            hold_base: Span::from_secs(3840),
            hold_step: Span::from_secs(64),
            hold_steps: 32,
        };
        let mut memory = Remembered::default();
        let time_out = |memory: &mut Remembered, now| {
            memory.note(
                &policy,
                Report { failed: &[(candidate(1), Outcome::TimedOut)], accepted: None, now, process: 1 },
            );
        };
        let admitted = |memory: &mut Remembered, now| {
            let mut list: Candidates = [candidate(1)].into_iter().collect();
            memory.admit(&policy, &mut list, now, 1)
        };
        time_out(&mut memory, at(0));
        time_out(&mut memory, at(119));
        assert_eq!(admitted(&mut memory, at(130)), MemoryVerdict::Try, "too close to count twice");
        time_out(&mut memory, at(130));
        assert_eq!(admitted(&mut memory, at(130 + 3903)), MemoryVerdict::Defer);
        assert_eq!(admitted(&mut memory, at(130 + 3904)), MemoryVerdict::Try);
        memory.note(
            &policy,
            Report { failed: &[(candidate(1), Outcome::Refused)], accepted: None, now: at(4100), process: 1 },
        );
        time_out(&mut memory, at(5000));
        assert_eq!(admitted(&mut memory, at(5001)), MemoryVerdict::Try, "a refusal clears the count");
    }

    /// esmtpclient.c `sendesmtp`, libesmtp.c `do_esmtp_connect_to`.
    #[test]
    fn courier_defers_in_the_process_that_found_no_host_and_in_no_other() {
        let policy = Memory::Child { hold: Span::from_secs(300) };
        let mut memory = Remembered::default();
        let admitted = |memory: &mut Remembered, now, process| {
            let mut list: Candidates = [candidate(1), candidate(2)].into_iter().collect();
            memory.admit(&policy, &mut list, at(now), process)
        };
        let fail = |memory: &mut Remembered, outcomes: &[Outcome], process| {
            let failed: Vec<_> = outcomes.iter().map(|&outcome| (candidate(1), outcome)).collect();
            memory.note(&policy, Report { failed: &failed, accepted: None, now: at(0), process });
        };
        fail(&mut memory, &[Outcome::Refused, Outcome::Refused], 1);
        fail(&mut memory, &[Outcome::Refused, Outcome::Busy], 2);
        fail(&mut memory, &[Outcome::RejectedGreeting], 3);
        fail(&mut memory, &[Outcome::Deferred(Stage::Recipient)], 4);
        assert_eq!(
            [299, 300].map(|now| admitted(&mut memory, now, 1)),
            [MemoryVerdict::Defer, MemoryVerdict::Try]
        );
        for process in 2..=5 {
            assert_eq!(admitted(&mut memory, 0, process), MemoryVerdict::Try, "{process}");
        }
    }

    fn all_memories() -> [Memory; 7] {
        let seconds = Span::from_secs;
        [
            Memory::Nothing,
            Memory::Domain { failures: 2, hold: seconds(300) },
            exim(),
            Memory::AddressTimeouts {
                count: 2,
                apart: seconds(120),
                hold_base: seconds(3840),
                hold_step: seconds(64),
                hold_steps: 32,
            },
            Memory::Process { hold: seconds(1800) },
            Memory::Child { hold: seconds(300) },
            Memory::Route { unit: seconds(15), most: seconds(3600) },
        ]
    }

    /// Who is left of three hosts.
    fn left(memory: &Remembered, policy: &Memory, now: Time, process: u32) -> Vec<u16> {
        let mut list: Candidates = (1..=3).map(candidate).collect();
        match memory.clone().admit(policy, &mut list, now, process) {
            MemoryVerdict::Try => list.iter().map(|candidate| candidate.host.0).collect(),
            MemoryVerdict::Defer | MemoryVerdict::Bounce => Vec::new(),
        }
    }

    /// The hold that is told ends when the host is let in, not a microsecond earlier, whatever the memory and whatever happened before.
    #[test]
    fn a_hold_ends_when_it_is_said_to_end() {
        let key = Entropy::new(1, 0).key(StreamId::new("memory", Purpose::Choice));
        let draw = |number: u64, of: usize| key.child(number).below(of);
        for policy in all_memories() {
            let (mut memory, mut now, mut holds) = (Remembered::default(), at(0), 0);
            // Mail under way keeps Postfix from forgetting its failures.
            memory.begin_waiting();
            for step in 0..2_000 {
                now += Span::from_secs(draw(4 * step, 200) as i64);
                let outcome = [Outcome::Refused, Outcome::TimedOut, Outcome::Busy][draw(4 * step + 1, 3)];
                let failed = [(candidate(1 + draw(4 * step + 2, 3) as u16), outcome)];
                let process = draw(4 * step + 3, 4) as u32;
                let accepted = (step % 5 == 0).then(|| candidate(2));
                let mut list: Candidates = (1..=3).map(candidate).collect();
                memory.admit(&policy, &mut list, now, process);
                memory.note(&policy, Report { failed: &failed, accepted, now, process });
                for candidate in (1..=3).map(candidate) {
                    let held = memory.held(&policy, &candidate, now, process);
                    let is_left = |at| left(&memory, &policy, at, process).contains(&candidate.host.0);
                    assert_eq!(held.is_none(), is_left(now), "{policy:?} {held:?}");
                    if let Some(held) = held {
                        holds += 1;
                        assert!(held.since <= now && !is_left(held.until - Span(1)), "{policy:?} {held:?}");
                        assert!(is_left(held.until), "{policy:?} {held:?}");
                    }
                }
            }
            assert_eq!(holds > 50, policy != Memory::Nothing, "{policy:?}: {holds}");
        }
    }
}
