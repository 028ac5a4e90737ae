//! `fail`: what it counts is what single messages do, the surge is what waited, and common random numbers pay.

use mxsim_core::catalog::{Catalog, SenderPreset};
use mxsim_core::engine::MethodChoice;
use mxsim_core::scenario::Scenario;
use mxsim_core::sender::{Growth, Reuse};
use mxsim_core::study::compare::{Candidate, compare};
use mxsim_core::study::fail::{FailOptions, FailStudy, fail};
use mxsim_core::study::trace::{Happening, Trace, TraceOptions, TracedMessage, trace};
use mxsim_core::study::{Quiet, TogetherOptions};
use mxsim_core::time::Time;
use mxsim_core::{EventSpec, Fault, ScenarioBuilder, SenderSpec, Span};
use mxsim_verify::agree::assert_near;
use mxsim_verify::experiment::equal_hosts;

/// When it fails, and for how long (s).
const FROM: f64 = 36_000.0;
const LENGTH: f64 = 1_800.0;
/// Sums of some hundred numbers agree to this, and clocks to a millisecond.
const ROUNDING: f64 = 1e-9;
const TOLERANCE: f64 = 1e-3;
/// Messages followed: more than arrive in half an hour.
const MESSAGES: usize = 150;

fn builder(hosts: usize, preset: &str) -> ScenarioBuilder {
    ScenarioBuilder::new(&equal_hosts(hosts, 300))
        .messages_per_day(3_000.0)
        .warm_up(Span::HOUR)
        .sender(SenderSpec::new("all").preset(preset).sites(3))
}

/// The study of `mx1` refused, of one replication, and its scenarios: without the failure and with it.
fn refused(hosts: usize, preset: &str) -> (FailStudy, [Scenario; 2]) {
    let builder = builder(hosts, preset);
    let scenario = builder.clone().build().unwrap_or_else(|error| panic!("{preset}: {error}"));
    let options = FailOptions::new(vec!["mx1".into()], TogetherOptions::of(&scenario).replications(1));
    let study = fail(&builder, &options.how(Fault::Refuse), &Quiet)
        .unwrap_or_else(|error| panic!("{preset}: {error}"));
    let event = EventSpec::new("mx1", Fault::Refuse).at(Span::from_hours(10)).lasting(Span::from_minutes(30));
    // The run of the study ends when mail that waited has been tried again.
    let normal = builder.window(Span::from_hours(17)).run_length(Span::from_hours(17));
    let failing = normal.clone().event(event);
    let built =
        [normal, failing].map(|builder| builder.build().unwrap_or_else(|error| panic!("{preset}: {error}")));
    (study, built)
}

/// The messages that arrive while it fails.
fn followed(scenario: &Scenario) -> Vec<TracedMessage> {
    let options = TraceOptions::first(MESSAGES).at(Time::ZERO + Span::from_hours(10)).seed(scenario.run.seed);
    let Trace { messages, .. } = trace(scenario, &options).expect("a trace");
    assert!(
        messages.last().is_some_and(|last| last.arrived_s > FROM + LENGTH),
        "more messages have to be followed"
    );
    messages.into_iter().filter(|message| message.arrived_s < FROM + LENGTH).collect()
}

/// What messages did, added up.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    messages: u64,
    connections: u64,
    delay_s: f64,
    later_than_5_min: u64,
    within_5_min: u64,
    /// Given up by their sender.
    lost: u64,
    /// Accepted while it fails, at each node.
    accepted: [u64; 3],
}

impl Sums {
    fn undelivered_after_5_min(&self) -> f64 {
        (self.messages - self.within_5_min) as f64 / self.messages as f64
    }
}

fn sums(messages: &[TracedMessage]) -> Sums {
    let mut sums = Sums { messages: messages.len() as u64, ..Sums::default() };
    for step in messages.iter().flat_map(|message| &message.steps) {
        match &step.what {
            Happening::Tried { .. } => sums.connections += 1,
            Happening::Bounced { .. } => sums.lost += 1,
            Happening::Accepted { node, delay_s, .. } => {
                sums.delay_s += delay_s;
                sums.later_than_5_min += u64::from(*delay_s > 300.0);
                sums.within_5_min += u64::from(*delay_s <= 300.0);
                if step.at_s < FROM + LENGTH {
                    let place = node.trim_start_matches("mx").parse::<usize>().expect("a number");
                    sums.accepted[place - 1] += 1;
                }
            }
            _ => {}
        }
    }
    sums
}

/// A refused connection costs no time, so the delay of a message is what it waits between its attempts, and nothing else. Not asked of senders that
/// take a waiting message along with another, or whose connections are not those of a message.
fn waits_are_the_delay(preset: &SenderPreset, messages: &[TracedMessage]) {
    let parameters = &preset.parameters;
    if matches!(parameters.reuse, Reuse::Batch(_))
        || matches!(parameters.concurrency.growth, Growth::HalfQueue { .. })
    {
        return;
    }
    for message in messages {
        let is_queued = message.steps.iter().any(|step| matches!(step.what, Happening::Queued { .. }));
        let waits = message.steps.iter().map(|step| match &step.what {
            Happening::Deferred { until_s, .. } => until_s - step.at_s,
            _ => 0.0,
        });
        let waited: f64 = waits.sum();
        for step in message.steps.iter().filter(|_| !is_queued) {
            if let Happening::Accepted { delay_s, .. } = step.what {
                assert!(
                    (delay_s - waited).abs() < TOLERANCE,
                    "{}: {delay_s} s, waits of {waited} s",
                    preset.id
                );
            }
        }
    }
}

/// Part of the mail that arrives during the failure and has not been delivered five minutes later.
fn undelivered_after_5_min(study: &FailStudy) -> f64 {
    let delays = study.delays.as_ref().expect("how long mail takes");
    let place = delays.after_s.iter().position(|after| *after == 300.0).expect("five minutes");
    delays.undelivered[place].value
}

fn failing(study: &FailStudy, name: &str) -> f64 {
    study.effect(name).unwrap_or_else(|| panic!("no {name}")).failing.value
}

/// Theory: added up by hand over a trace of the same replication, message by message: connections, delay, late mail and the share of each node. The
/// refused node gets nothing. n: every preset of a sender, about 60 messages each; all numbers are exact.
#[test]
fn one_refused_node_of_three_is_what_its_messages_do() {
    for preset in Catalog::builtin().senders() {
        let (study, scenarios) = refused(3, &preset.id);
        let [normal, messages] = scenarios.each_ref().map(followed);
        waits_are_the_delay(preset, &messages);
        let sums = sums(&messages);
        let all = sums.messages as f64;
        assert_eq!(study.failure.messages, sums.messages, "{}", preset.id);
        let near = |what: &str, value: f64, theory: f64| {
            assert_near(&format!("{}: {what}", preset.id), value, ROUNDING, theory)
        };
        near("connections", failing(&study, "connections_per_message"), sums.connections as f64 / all);
        near("delay", failing(&study, "delay_mean"), sums.delay_s / (all - sums.lost as f64));
        near("late", failing(&study, "late_5m"), sums.later_than_5_min as f64 / all);
        near("lost", failing(&study, "lost"), sums.lost as f64 / all);
        near("not delivered after 5 min", undelivered_after_5_min(&study), sums.undelivered_after_5_min());
        let accepted: u64 = sums.accepted.iter().sum();
        for (node, theory) in study.nodes.iter().zip(sums.accepted) {
            near(&node.name, node.share.failing.value, theory as f64 / accepted as f64);
        }
        near("the refused node", study.nodes[0].share.failing.value, 0.0);
        let without = self::sums(&normal);
        let effect = |name: &str| study.effect(name).map_or(f64::NAN, |effect| effect.normal.value);
        near("delay without it", effect("delay_mean"), without.delay_s / all);
        near("connections without it", effect("connections_per_message"), without.connections as f64 / all);
    }
}

/// Theory: what waits when the only node is back is accepted afterwards, and everything else is as without the failure: the surge is what waited, to the
/// message. n: every preset of a sender that gives up nothing within half an hour.
#[test]
fn the_surge_is_what_waited() {
    let mut asked = 0;
    for preset in Catalog::builtin().senders() {
        let (study, scenarios) = refused(1, &preset.id);
        let theory = sums(&followed(&scenarios[1])).undelivered_after_5_min();
        let what = format!("{}: not delivered after 5 min", preset.id);
        assert_near(&what, undelivered_after_5_min(&study), ROUNDING, theory);
        let recovery = study.recovery.as_ref().expect("what follows");
        if failing(&study, "lost") == 0.0 && recovery.still_waiting.value == 0.0 {
            assert_eq!(recovery.surge.value, recovery.waiting_at_end.value, "{}", preset.id);
            assert!(recovery.surge.value > 20.0, "{}: nearly all of 60 messages wait", preset.id);
            let delivered = recovery.delivered_s[1].expect("all of it is delivered").value;
            assert!(delivered >= LENGTH, "{}: nothing is delivered before", preset.id);
            asked += 1;
        }
    }
    assert!(asked > 10, "{asked} presets");
}

/// Theory: both scenarios share all but the mail of 3 of 33 minutes, so the standard error of their difference is that of a Poisson sum over 3 minutes,
/// and without common random numbers over 63: the ratio is about sqrt(63 / 3) = 4.6. n: 60 replications; a ratio of two standard errors is known to
/// 1 / sqrt(2 n) = 9 % each, so 3 is three standard errors below.
#[test]
fn thirty_minutes_against_thirty_three_are_told_apart_by_pairs() {
    let dropped = |minutes: i64| {
        let event =
            EventSpec::new("mx1", Fault::Drop).at(Span::from_hours(10)).lasting(Span::from_minutes(minutes));
        let builder =
            ScenarioBuilder::new(&equal_hosts(3, 300)).messages_per_day(20_000.0).warm_up(Span::HOUR);
        builder.sender(SenderSpec::new("all").preset("postfix").sites(200)).event(event)
    };
    let candidate =
        |minutes| Candidate { name: format!("{minutes}"), builder: dropped(minutes), is_design: false };
    let scenario = dropped(30).build().expect("a scenario");
    let options = TogetherOptions::of(&scenario).replications(60).method(MethodChoice::Messages);
    let compared = compare(&[candidate(30), candidate(33)], options, &Quiet).expect("a comparison");
    let delay =
        compared.pairs[0].differences.iter().find(|one| one.name == "delay_mean").expect("a difference");
    assert!(delay.difference.sign() < 0, "three minutes more are more: {delay:?}");
    assert!(delay.difference.narrower.expect("a ratio") >= 3.0, "{delay:?}");
}
