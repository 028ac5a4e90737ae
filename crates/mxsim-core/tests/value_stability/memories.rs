//! Host memory: who is tried, attempt by attempt, and how long the others are held.
//!
//! Three hosts, each with one address. At each time of a script some fail, in order; one may take the message. An attempt is written as the hosts that
//! memory lets in, then those it holds with what is left of their hold \[s\]; `defer` and `bounce` where nothing is tried.

use crate::stable;
use mxsim_core::ids::{AddressId, HostId};
use mxsim_core::sender::memory::{MemoryVerdict, Remembered, Report};
use mxsim_core::sender::{Candidate, Candidates, Memory, Outcome, RetryStep};
use mxsim_core::smtp::Stage;
use mxsim_core::time::{Span, Time};

/// When an attempt is made \[s\], by which process, who fails, and who takes the message.
type Attempt = (i64, u32, &'static [(u16, Outcome)], Option<u16>);

const SCRIPT: [Attempt; 8] = [
    (0, 7, &[(1, Outcome::Refused), (2, Outcome::TimedOut)], Some(3)),
    (50, 7, &[(1, Outcome::TimedOut), (2, Outcome::Busy), (3, Outcome::NoGreeting)], None),
    (100, 8, &[(1, Outcome::TimedOut), (2, Outcome::Lost(Stage::Greeting)), (3, Outcome::Refused)], None),
    (130, 8, &[(1, Outcome::Deferred(Stage::Recipient))], Some(2)),
    (400, 9, &[(2, Outcome::TimedOut), (3, Outcome::TimedOut)], None),
    (600, 9, &[(2, Outcome::TimedOut)], Some(1)),
    (2_000, 10, &[(2, Outcome::TimedOut), (3, Outcome::Refused)], None),
    (9_000, 11, &[], None),
];

const fn seconds(seconds: i64) -> Span {
    Span::from_secs(seconds)
}

const fn candidate(host: u16) -> Candidate {
    Candidate {
        preference: 10,
        host: HostId(host),
        address: AddressId(host),
        ipv6: false,
        host_hash: 0,
        address_hash: 0,
    }
}

fn attempts(policy: &Memory) -> [String; 8] {
    let mut memory = Remembered::default();
    // Mail under way keeps Postfix from forgetting its failures.
    memory.begin_waiting();
    SCRIPT.map(|(second, process, failed, accepted)| {
        let now = Time::ZERO + seconds(second);
        let written = attempt(&mut memory, policy, now, process);
        let failed: Vec<(Candidate, Outcome)> =
            failed.iter().map(|&(host, outcome)| (candidate(host), outcome)).collect();
        let report = Report { failed: &failed, accepted: accepted.map(candidate), now, process };
        let gives_up = memory.note(policy, report);
        written + if gives_up { " then bounce" } else { "" }
    })
}

fn attempt(memory: &mut Remembered, policy: &Memory, now: Time, process: u32) -> String {
    let all: Candidates = [1, 2, 3].map(candidate).into_iter().collect();
    let mut left = all.clone();
    let admission = memory.admit(policy, &mut left, now, process);
    let mut written = match admission {
        MemoryVerdict::Try => left.iter().map(|candidate| candidate.host.0.to_string()).collect(),
        MemoryVerdict::Defer => "defer".to_owned(),
        MemoryVerdict::Bounce => "bounce".to_owned(),
    };
    for candidate in &all {
        if let Some(held) = memory.held(policy, candidate, now, process) {
            written += &format!(" {}:{}", candidate.host.0, held.until.since(now).as_secs_f64());
        }
    }
    written
}

#[track_caller]
fn check(policy: &Memory, in_this_epoch: [&str; 8]) {
    stable(&format!("{policy:?}"), attempts(policy), in_this_epoch);
}

/// A memory without a test does not compile.
const _: fn(Memory) -> fn() = |memory| match memory {
    Memory::Nothing => nothing,
    Memory::Domain { .. } => domain,
    Memory::Process { .. } => process,
    Memory::Child { .. } => child,
    Memory::Route { .. } => route,
    Memory::HostAddress { .. } => host_address,
    Memory::AddressTimeouts { .. } => address_timeouts,
};

#[test]
fn nothing() {
    check(&Memory::Nothing, ["123", "123", "123", "123", "123", "123", "123", "123"]);
}

#[test]
fn domain() {
    check(
        &Memory::Domain { failures: 2, hold: seconds(300) },
        ["123", "123", "123", "defer 1:270 2:270 3:270", "123", "123", "123", "123"],
    );
}

#[test]
fn process() {
    check(
        &Memory::Process { hold: seconds(1_800) },
        [
            "123",
            "3 1:1750 2:1750",
            "123",
            "defer 1:1770 2:1770 3:1770",
            "123",
            "1 2:1600 3:1600",
            "123",
            "123",
        ],
    );
}

#[test]
fn child() {
    check(
        &Memory::Child { hold: seconds(300) },
        ["123", "123", "123", "defer 1:270 2:270 3:270", "123", "defer 1:100 2:100 3:100", "123", "123"],
    );
}

#[test]
fn route() {
    check(
        &Memory::Route { unit: seconds(60), most: seconds(3_600) },
        [
            "123",
            "3 1:10 2:10",
            "defer 1:190 2:190 3:10",
            "defer 1:510 2:510 3:210",
            "3 1:240 2:240",
            "3 1:40 2:760",
            "13 2:100",
            "123",
        ],
    );
}

#[test]
fn host_address() {
    let step = |until, gap, factor| RetryStep { until: seconds(until), gap: seconds(gap), factor };
    let rule = vec![step(300, 60, 1.0), step(1_500, 120, 1.5)];
    check(
        &Memory::HostAddress { rule, expire: seconds(7_000), of_messages: false },
        [
            "123",
            "3 1:10 2:10",
            "defer 1:10 2:10 3:10",
            "defer 1:30 2:30 3:30",
            "123",
            "123",
            "123 then bounce",
            "123",
        ],
    );
}

#[test]
fn address_timeouts() {
    let policy = Memory::AddressTimeouts {
        count: 2,
        apart: seconds(120),
        hold_base: seconds(3_840),
        hold_step: seconds(64),
        hold_steps: 32,
    };
    check(&policy, ["123", "123", "123", "123", "123", "123", "13 2:3080", "123"]);
}
