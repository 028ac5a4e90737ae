//! Stories of messages go forward in time, and to hosts that were published by then.

use crate::swarm::subject::Subject;
use mxsim_core::results::EventKind;
use mxsim_core::study::trace::{Fate, Happening, Trace, TraceOptions, TracedCandidate, TracedMessage, trace};
use mxsim_core::time::{Span, Time};
use std::collections::BTreeSet;

/// Messages followed of each sender.
const MESSAGES: usize = 12;
/// Senders followed.
const SENDERS: usize = 2;
/// Times in a trace are seconds as floating-point numbers of microseconds.
const ROUNDING_S: f64 = 1e-6;

/// Theory: a cause comes before its effect. No connection begins before its message has arrived; steps are in order of time; nothing follows an
/// acceptance or a bounce; a deferred message is tried again no sooner than it was put off to; it goes only to an address that some version of the
/// zone published by then gives its host.
pub(super) fn are_causal(subject: &Subject) -> Result<(), String> {
    let scenario = &subject.scenario;
    for sender in scenario.senders.iter().take(SENDERS) {
        let options =
            TraceOptions::first(MESSAGES).sender(&sender.name).seed(scenario.run.seed).at(start(subject));
        let trace = trace(scenario, &options).map_err(|error| format!("no trace\n{error}"))?;
        for message in &trace.messages {
            look(subject, message).map_err(|why| {
                let told = serde_json::to_string(message).unwrap_or_default();
                format!("{why}\nsender {:?}: {told}", sender.name)
            })?;
        }
        is_in_order(&trace)?;
    }
    Ok(())
}

/// Before the first fault or change, where there is one: then most happens.
fn start(subject: &Subject) -> Time {
    let first = subject.scenario.events.iter().filter_map(|event| {
        let before = if event.kind == EventKind::Fault { Span::ZERO } else { Span::from_secs(30) };
        event.during.first().map(|(from, _)| Time(from.0 - before.0))
    });
    first.filter(|at| *at >= Time::ZERO && *at < subject.fast.world.end).min().unwrap_or(Time::ZERO)
}

fn is_in_order(trace: &Trace) -> Result<(), String> {
    let is_in_order = trace
        .messages
        .windows(2)
        .all(|pair| pair[0].arrived_s <= pair[1].arrived_s && pair[0].number < pair[1].number);
    if is_in_order { Ok(()) } else { Err("messages of a trace are out of order".into()) }
}

fn look(subject: &Subject, message: &TracedMessage) -> Result<(), String> {
    let (mut now, mut put_off_to, mut ended) = (message.arrived_s, None, None);
    for step in &message.steps {
        if step.at_s < now - ROUNDING_S {
            return Err(format!("a step at {} comes after one at {now}", step.at_s));
        }
        now = step.at_s;
        if let Some(end) = ended {
            ends_after(&step.what, now, end)?;
        }
        match &step.what {
            Happening::LookedUp { answer, .. } => were_published(subject, answer, now)?,
            Happening::Tried { candidate, since_s, .. } => {
                begins(message, *since_s, now, put_off_to)?;
                was_published(subject, candidate, *since_s)?;
            }
            Happening::TurnedAway { candidate, .. } => was_published(subject, candidate, now)?,
            Happening::Accepted { delay_s, .. } => {
                if (message.arrived_s + delay_s - now).abs() > ROUNDING_S {
                    return Err(format!("a delay of {delay_s} from {} to {now}", message.arrived_s));
                }
                ended = Some(now);
            }
            Happening::Bounced { .. } => ended = Some(now),
            Happening::Deferred { until_s, .. } => {
                if *until_s < now - ROUNDING_S {
                    return Err(format!("it is put off at {now} to {until_s}"));
                }
                put_off_to = Some(*until_s);
            }
            _ => {}
        }
    }
    has_its_fate(message)
}

/// A connection that was begun for a message may end after it has gone down another, and the node that took it may bounce it; nothing else happens to it after
/// its end.
fn ends_after(what: &Happening, now: f64, end: f64) -> Result<(), String> {
    match what {
        Happening::Tried { since_s, .. } if *since_s <= end + ROUNDING_S => Ok(()),
        Happening::BouncedAfterwards { .. } if now <= end + ROUNDING_S => Ok(()),
        _ => Err("a step after the end of a message".into()),
    }
}

/// A connection begins once its message is there and due, and ends no sooner.
fn begins(message: &TracedMessage, since: f64, until: f64, due: Option<f64>) -> Result<(), String> {
    if since < message.arrived_s - ROUNDING_S {
        return Err(format!("a connection at {since} for a message of {}", message.arrived_s));
    }
    if since > until + ROUNDING_S {
        return Err(format!("a connection from {since} to {until}"));
    }
    match due {
        Some(due) if since < due - ROUNDING_S => {
            Err(format!("a connection at {since} before the retry at {due}"))
        }
        _ => Ok(()),
    }
}

fn has_its_fate(message: &TracedMessage) -> Result<(), String> {
    let count = |is_it: fn(&Happening) -> bool| message.steps.iter().filter(|step| is_it(&step.what)).count();
    let accepted = count(|what| matches!(what, Happening::Accepted { .. }));
    let bounced = count(|what| matches!(what, Happening::Bounced { .. }));
    let fits = (accepted, bounced)
        == match message.fate {
            Fate::Accepted => (1, 0),
            Fate::Bounced => (0, 1),
            Fate::Waiting => (0, 0),
        };
    if fits { Ok(()) } else { Err(format!("a message with the fate {:?} ends otherwise", message.fate)) }
}

/// Versions of the zone that were published at `at_s` or before.
fn published(subject: &Subject, at_s: f64) -> impl Iterator<Item = &mxsim_core::dns::Zone> {
    let is_out = move |at: Time| at.as_secs_f64() <= at_s + ROUNDING_S;
    // The first holds from the start of the warm-up.
    let versions = subject.scenario.zones.iter().enumerate();
    versions
        .filter(move |(place, version)| *place == 0 || is_out(version.at))
        .map(|(_, version)| &version.zone)
}

fn were_published(subject: &Subject, answer: &[String], at_s: f64) -> Result<(), String> {
    let known: BTreeSet<String> = published(subject, at_s)
        .flat_map(|zone| zone.mx.iter().map(|mx| format!("{} {}", mx.preference, mx.exchange)))
        .collect();
    match answer.iter().find(|record| !known.contains(*record)) {
        Some(record) => {
            Err(format!("an answer with a record that was never published\n{record} of {known:?}"))
        }
        None => Ok(()),
    }
}

fn was_published(subject: &Subject, candidate: &TracedCandidate, at_s: f64) -> Result<(), String> {
    let stands_in = |zone: &mxsim_core::dns::Zone| {
        zone.hosts.iter().filter(|host| host.name.as_str() == candidate.host).any(|host| {
            let v4 = host.a.iter().map(ToString::to_string);
            v4.chain(host.aaaa.iter().map(ToString::to_string)).any(|address| address == candidate.address)
        })
    };
    if published(subject, at_s).any(stands_in) {
        Ok(())
    } else {
        Err(format!("a connection to an address that was never published\n{candidate:?}"))
    }
}
