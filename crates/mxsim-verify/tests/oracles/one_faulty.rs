//! A faulty node among three equal ones costs each sender what its own time-outs and its retry schedule say, to the second.
//!
//! Every sender of the catalogue meets every kind of fault at one of three equal hosts for a day. A trace says which connections each message
//! tried; from the parameters of the preset alone this page works out how long each of them takes, whether the message then goes on
//! or waits, and for how long. The sum must be the delay. What a message tries is chance; what it costs is not.

use mxsim_core::catalog::{Catalog, SenderPreset};
use mxsim_core::sender::{AfterGaps, Growth, Reaction, Reuse, SenderParameters, TlsFailure, Wait};
use mxsim_core::study::trace::{
    Happening, Trace, TraceOptions, TracedMessage, TracedOutcome, TracedStep, trace,
};
use mxsim_core::time::Span;
use mxsim_verify::experiment::{equal_hosts, scenario, text};

/// Messages followed for each sender and fault.
const MESSAGES: usize = 40;
/// Worlds looked at. Who keeps one host of three for ever misses the fault in all of them once in 150.
const SEEDS: u64 = 12;

/// Clocks agree to a millisecond; the simulator counts microseconds.
const TOLERANCE: f64 = 1e-3;

/// The faults and their keys.
const FAULTS: [(&str, &str); 12] = [
    ("refuse", "fault = \"refuse\""),
    ("drop", "fault = \"drop\""),
    ("silent", "fault = \"silent\""),
    ("defer at the greeting", "fault = \"defer\"\nstage = \"greeting\""),
    ("defer at the recipient", "fault = \"defer\"\nstage = \"recipient\""),
    ("defer at the data", "fault = \"defer\"\nstage = \"data\""),
    ("disconnect at the greeting", "fault = \"disconnect\"\nstage = \"greeting\""),
    ("disconnect at the data", "fault = \"disconnect\"\nstage = \"data\""),
    ("reject at the greeting", "fault = \"reject\"\nstage = \"greeting\""),
    ("disconnect at tls", "fault = \"disconnect\"\nstage = \"tls\""),
    ("certificate", "fault = \"certificate\"\nfrom = \"all\""),
    ("tarpit", "fault = \"tarpit\"\ndelay = \"20s\""),
];
/// Those that nobody meets who never tries TLS.
const OF_TLS: [&str; 2] = ["disconnect at tls", "certificate"];
/// How long the tarpit holds its greeting back.
const TARPIT: f64 = 20.0;

fn traced(senders: &str, events: &str, messages: usize, seed: u64) -> Trace {
    let text = text(
        "run_length = \"4d\"\nwarm_up = \"1h\"",
        &equal_hosts(3, 300),
        &format!(
            "[traffic]\nmessages_per_day = 400\n[[senders]]\nname = \"all\"\nsites = 1\n{senders}\n{events}"
        ),
    );
    let options = TraceOptions::first(messages).seed(seed);
    trace(&scenario(&text), &options).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn for_a_day(nodes: &str, fault: &str) -> String {
    format!("[[events]]\nat = \"0s\"\nfor = \"1d\"\nnode = {nodes}\n{fault}\n")
}

/// How long a connection to the faulty node takes: nothing, the shorter of both connect time-outs, or the greeting time-out.
fn cost(parameters: &SenderParameters, fault: &str) -> f64 {
    let kernel = parameters.timeouts.kernel.gives_up_after();
    match fault {
        "drop" => parameters.timeouts.connect.map_or(kernel, |own| own.min(kernel)).as_secs_f64(),
        "silent" | "tarpit" => parameters.timeouts.greeting.as_secs_f64(),
        _ => 0.0,
    }
}

/// What a failed connection or message leads to.
fn reaction(parameters: &SenderParameters, fault: &str) -> Reaction {
    let reactions = &parameters.reactions;
    let rule = match fault {
        "refuse" | "drop" => parameters.failover.into(),
        "silent" | "tarpit" | "disconnect at the greeting" => reactions.silence.into(),
        "defer at the greeting" => parameters.on_busy.into(),
        "reject at the greeting" => reactions.rejecting_greeting,
        "disconnect at the data" => reactions.lost_connection.into(),
        "disconnect at tls" => match reactions.tls_failure {
            TlsFailure::Defer => Reaction::Defer,
            _ => Reaction::Next,
        },
        // RFC 8461 section 5: the other hosts are tried.
        "certificate" => Reaction::Next,
        _ => reactions.transient_reply.into(),
    };
    // With one host or address in an attempt there is none to go on to; in clear it goes on with the same.
    let only_one = parameters.limits.hosts == Some(1) || parameters.limits.addresses == Some(1);
    let stays = fault == "disconnect at tls" && reactions.tls_failure == TlsFailure::PlainSameHost;
    if rule == Reaction::Next && only_one && !stays { Reaction::Defer } else { rule }
}

/// When the message is due again after its `failures`-th failure at `now`, before jitter and queue runs; `None` if this page has no formula.
fn due(parameters: &SenderParameters, born: f64, now: f64, failures: usize) -> Option<f64> {
    let seconds = |span: &Span| span.as_secs_f64();
    Some(match &parameters.retry.wait {
        Wait::Gaps { list, then } => match (list.get(failures - 1), then) {
            (Some(gap), _) => now + seconds(gap),
            (None, AfterGaps::RepeatLast) => now + list.last().map_or(0.0, seconds),
            _ => return None,
        },
        Wait::Age { least, most } => now + (now - born).clamp(seconds(least), seconds(most)),
        Wait::EveryQueueRun => now,
        _ => return None,
    })
}

/// The walk of one message as it must be.
struct Expected<'a> {
    parameters: &'a SenderParameters,
    fault: &'a str,
    born: f64,
    /// When the next step is due.
    clock: f64,
    failures: usize,
    /// Connections or messages that the faulty node failed.
    hits: usize,
    /// How long the greeting of its connection was held back, until its message is accepted.
    held_back: f64,
    /// A queue run of this outbound host, once one was seen.
    queue_run: &'a mut Option<f64>,
}

impl Expected<'_> {
    fn follow(&mut self, message: &TracedMessage) {
        for (i, step) in message.steps.iter().enumerate() {
            self.step(step, &message.steps[i + 1..]);
        }
    }

    fn step(&mut self, step: &TracedStep, rest: &[TracedStep]) {
        match &step.what {
            // It waits for its turn, as others hold all connections: what those cost is not its own.
            Happening::Queued { .. } => self.clock = next(rest).map_or(self.clock, begins),
            Happening::Tried { candidate, since_s, outcome, .. } => {
                let is_there = candidate.node == "mx1" && *since_s < 86_400.0;
                let at_fault = is_there && *outcome != TracedOutcome::Session;
                if let Some(fails) = self.fails_connections() {
                    assert_eq!(at_fault, is_there && fails, "{}: {outcome:?}", self.fault);
                }
                self.held_back = if is_there && self.fault == "tarpit" { TARPIT } else { 0.0 };
                if let Growth::HalfQueue { pause, .. } = self.parameters.concurrency.growth {
                    return self.of_destination(pause, (*since_s, step.at_s), at_fault);
                }
                self.is_now(*since_s, "begins a connection");
                if at_fault {
                    self.clock += cost(self.parameters, self.fault);
                    self.fails(rest);
                }
                self.is_now(step.at_s, "ends a connection");
            }
            // Who looks for waiting mail after a delivery may take a deferred message before its time.
            Happening::Reused { .. } if matches!(self.parameters.reuse, Reuse::Batch(_)) => {
                self.clock = self.clock.min(step.at_s);
            }
            Happening::TurnedAway { .. } => {
                self.is_now(step.at_s, "is turned away");
                self.fails(rest);
            }
            Happening::Deferred { until_s, .. } => self.waits(step.at_s, *until_s),
            Happening::Accepted { delay_s, .. } => {
                let held_back = std::mem::take(&mut self.held_back);
                (self.clock, self.hits) = (self.clock + held_back, self.hits + usize::from(held_back > 0.0));
                self.is_now(step.at_s, "is accepted");
                let added = self.clock - self.born;
                assert!((added - delay_s).abs() < TOLERANCE, "{}: {added} s, not {delay_s} s", self.fault);
            }
            _ => {}
        }
    }

    /// A connection of who opens them for the destination: a message waits for the first that is ready, and not for the one that its own look for
    /// a host began. Between two of them lies a pause. OpenSMTPD, mta.c `mta_connect`: from the whole second in which the last began, so the
    /// next may come up to a second sooner.
    fn of_destination(&mut self, pause: Span, (begins, ends): (f64, f64), at_fault: bool) {
        if at_fault {
            self.hits += 1;
            let took = ends - begins - cost(self.parameters, self.fault);
            assert!(took.abs() < TOLERANCE, "a connection took {took} s more than it should: {}", self.fault);
        }
        let (after, pause) = (begins - self.clock, pause.as_secs_f64());
        // One that began before may end long after the message has been delivered.
        if after > TOLERANCE {
            assert!(
                (pause - 1.0 - TOLERANCE..pause + TOLERANCE).contains(&after),
                "{after} s: {}",
                self.fault
            );
            self.clock = begins;
        }
    }

    /// Whether the fault keeps connections from becoming a session; `None` where that depends on what came before, as with TLS.
    fn fails_connections(&self) -> Option<bool> {
        match self.fault {
            "defer at the recipient" | "defer at the data" | "disconnect at the data" => Some(false),
            "tarpit" => Some(TARPIT >= self.parameters.timeouts.greeting.as_secs_f64()),
            of_tls
                if OF_TLS.contains(&of_tls) && self.parameters.reactions.tls_failure == TlsFailure::NoTls =>
            {
                Some(false)
            }
            "disconnect at tls" => None,
            _ => Some(true),
        }
    }

    #[track_caller]
    fn is_now(&self, at: f64, what: &str) {
        assert!((at - self.clock).abs() < TOLERANCE, "{what} at {at}, due at {}: {}", self.clock, self.fault);
    }

    /// The faulty node failed it: the next connection follows at once, perhaps over one that is open, or none does.
    fn fails(&mut self, rest: &[TracedStep]) {
        self.hits += 1;
        let follows = next(rest).map(|step| &step.what);
        // Some give up after a number of attempts.
        let last = self.parameters.retry.max_attempts == Some(self.failures as u32 + 1);
        let is_right = match (reaction(self.parameters, self.fault), follows) {
            (Reaction::Next, Some(Happening::Tried { .. } | Happening::Reused { .. })) => true,
            (Reaction::Defer, Some(Happening::Deferred { .. })) => true,
            (Reaction::Defer, Some(Happening::Bounced { .. })) => last,
            (reaction, Some(Happening::Bounced { .. })) => reaction == Reaction::Bounce,
            _ => false,
        };
        assert!(is_right, "{}: {follows:?}", self.fault);
    }

    fn waits(&mut self, at: f64, until: f64) {
        self.is_now(at, "is deferred");
        self.failures += 1;
        if let Some(due) = due(self.parameters, self.born, at, self.failures) {
            let due = due.max(at + 1.0);
            let jitter = self.parameters.retry.jitter.as_secs_f64();
            let every = self.parameters.retry.queue_run.map_or(0.0, |every| every.as_secs_f64());
            // A queue run of Postfix takes what is due within the next second. A queue in whole seconds counts from that of the failure.
            let grace = if matches!(self.parameters.retry.wait, Wait::Age { .. }) { 1.0 } else { 0.0 };
            let (least, most) = if every == 1.0 { (due - 1.0, due) } else { (due - grace, due + every) };
            assert!(until > least - TOLERANCE && until < most + jitter + TOLERANCE, "{due}: {until}");
        }
        let runs = self.parameters.retry.queue_run.map(|every| every.as_secs_f64());
        // After the second in which it is due comes a jitter of its own.
        if let Some(every) = runs.filter(|every| *every != 1.0) {
            let run = *self.queue_run.get_or_insert(until);
            let off = (until - run).rem_euclid(every);
            assert!(
                off.min(every - off) < TOLERANCE,
                "queue runs of one host, {every} s apart: {run}, {until}"
            );
        }
        self.clock = until;
    }
}

/// When a step began.
fn begins(step: &TracedStep) -> f64 {
    if let Happening::Tried { since_s, .. } = step.what { since_s } else { step.at_s }
}

/// The next step that is more than a look at what is known.
fn next(steps: &[TracedStep]) -> Option<&TracedStep> {
    let decides = |step: &&TracedStep| {
        matches!(
            step.what,
            Happening::Queued { .. }
                | Happening::Tried { .. }
                | Happening::Reused { .. }
                | Happening::TurnedAway { .. }
                | Happening::Deferred { .. }
                | Happening::Accepted { .. }
                | Happening::Bounced { .. }
        )
    };
    steps.iter().find(decides)
}

#[test]
fn each_sender_pays_its_own_time_outs_and_waits() {
    for preset in Catalog::builtin().senders() {
        for fault in &FAULTS {
            let has_tls = preset.parameters.reactions.tls_failure != TlsFailure::NoTls;
            // Who keeps one host for ever meets the fault in some worlds only.
            assert!(
                !has_tls && OF_TLS.contains(&fault.0)
                    || (1..=SEEDS).any(|seed| hits(preset, fault, seed) > 0),
                "{}: no message meets the fault, {}",
                preset.id,
                fault.0
            );
        }
    }
}

/// Follows the messages of a sender; gives how many of its connections the fault hits.
fn hits(preset: &SenderPreset, (name, fault): &(&str, &str), seed: u64) -> usize {
    let trace = traced(&format!("preset = \"{}\"", preset.id), &for_a_day("\"mx1\"", fault), MESSAGES, seed);
    let mut queue_run = None;
    let of_message = |message: &TracedMessage| {
        let mut expected = Expected {
            parameters: &preset.parameters,
            fault: name,
            born: message.arrived_s,
            clock: message.arrived_s,
            failures: 0,
            hits: 0,
            held_back: 0.0,
            queue_run: &mut queue_run,
        };
        expected.follow(message);
        expected.hits
    };
    trace.messages.iter().map(of_message).sum()
}

/// Theory: with two of three nodes at 450 and two sessions in an attempt, a message is deferred if the good node is the last of its order:
/// 1 in 3. n = 900: a standard error is 0.0157, and 4.9 of them are passed once in a million. A greeting of 421 uses up no session.
#[test]
fn two_sessions_of_an_attempt_are_all_that_postfix_has() {
    let deferred = |fault: &str| {
        let trace = traced("preset = \"postfix\"", &for_a_day("[\"mx1\", \"mx2\"]", fault), 300, 7);
        let waits = |message: &&TracedMessage| {
            message.arrived_s < 80_000.0
                && message.steps.iter().any(|step| matches!(step.what, Happening::Deferred { .. }))
        };
        let arrived = trace.messages.iter().filter(|message| message.arrived_s < 80_000.0).count();
        (trace.messages.iter().filter(waits).count() as f64 / arrived as f64, arrived as f64)
    };
    let (seen, n) = deferred("fault = \"defer\"\nstage = \"recipient\"");
    let error = (2.0 / 9.0 / n).sqrt();
    assert!(n > 200.0 && (seen - 1.0 / 3.0).abs() < 4.9 * error, "{seen} of {n}");
    assert_eq!(deferred("fault = \"defer\"\nstage = \"greeting\"").0, 0.0);
}

/// Theory: who keeps one connection open and stays on it after 4xx has all of its mail deferred if the connection leads to the faulty node, and
/// none if it does not. 40 worlds: all alike once in 10 million.
#[test]
fn a_kept_session_at_a_faulty_node_defers_all_mail_while_good_nodes_stand_idle() {
    let senders = "preset = \"randomizing\"\nconcurrency = 1\nfailover = { on_transient_reply = \"defer\" }\n\
                   reuse = { connections = \"always\", idle = \"1d\" }\nretry = { wait = { gaps = { list = [\"2d\"], then = \"give-up\" } } }";
    let fault = for_a_day("\"mx1\"", "fault = \"defer\"\nstage = \"recipient\"");
    let mut stuck = 0;
    for seed in 0..40 {
        let trace = traced(senders, &fault, 30, seed);
        let waits = |message: &&TracedMessage| {
            message.steps.iter().any(|step| matches!(step.what, Happening::Deferred { .. }))
        };
        let deferred = trace.messages.iter().filter(waits).count();
        assert!([0, 30].contains(&deferred), "{deferred} of 30 in world {seed}");
        stuck += usize::from(deferred == 30);
    }
    assert!((1..40).contains(&stuck), "{stuck} of 40 worlds");
}

/// Theory: a fault with a share of 30 % hits that part of the connections. n is at least 300; 4.9 standard errors are passed once in a million.
#[test]
fn a_share_is_the_part_of_the_connections_that_is_hit() {
    let fault = for_a_day("\"*\"", "fault = \"defer\"\nstage = \"greeting\"\nshare = \"30 %\"");
    let trace = traced("preset = \"randomizing\"", &fault, 330, 3);
    let (mut tried, mut hit) = (0.0_f64, 0.0);
    for step in trace.messages.iter().flat_map(|message| &message.steps) {
        if let Happening::Tried { outcome, since_s, .. } = &step.what
            && *since_s < 86_400.0
        {
            tried += 1.0;
            hit += f64::from(u8::from(*outcome != TracedOutcome::Session));
        }
    }
    let error = (0.3 * 0.7 / tried).sqrt();
    assert!(tried > 300.0 && (hit / tried - 0.3).abs() < 4.9 * error, "{hit} of {tried}");
}
