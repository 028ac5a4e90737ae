//! Senders that hold on to the old host for longer than any TTL.

use super::{builder, cut, mean, new_zone, old_zone, variant};
use mxsim_core::results::Answer;
use mxsim_core::study::cutover::{CutoverOptions, HeldBy, cutover};
use mxsim_core::study::{Quiet, TogetherOptions};
use mxsim_core::{NodeSpec, ScenarioBuilder, SenderSpec, SessionTime, Span};
use mxsim_verify::agree::assert_near;

/// Theory: 100 sites with an own cache of two hours each, asked 20 times while it keeps an answer, hold the old answer for a time that is uniform over the
/// two hours whatever the TTL of a minute says; the last holds it for more than 0.8 of it but for a chance of 2e-10.
#[test]
fn an_own_cache_of_fixed_length_holds_to_its_end() {
    let (ttl, kept) = (60, 7_200.0);
    let sender = SenderSpec::new("all").preset("postfix").sites(100).set("resolver", "plain");
    let fixed = serde_json::json!({ "fixed": "2h" });
    let builder = builder(ttl, sender.set("dns.cache", fixed), 100.0 * 20.0 * 86_400.0 / kept);
    let cutover = cut(&builder, ttl, 3, |options| options.at(Span::from_hours(3)));
    let last = variant(&cutover, "keeps").last.expect("mail");
    assert!((0.7 * kept..=kept).contains(&last.earliest) && last.latest <= kept, "{last:?}");
    assert_eq!((cutover.senders[0].held_by, cutover.said.answer), (HeldBy::Fixed, Answer::Yes));
}

/// Theory: a connection that is kept takes messages until it is 30 minutes old, and nothing is looked up meanwhile. Sites whose connections are of all ages
/// therefore go on for a time that is uniform over 30 minutes, whatever the TTL of a minute says: 15 on average, so with 10,000 messages a day at each of 40
/// sites some 4,170 messages still reach the old host, with a standard deviation of 400 a run. The last comes before 30 minutes, and after 25 but for a chance
/// of (25/30)^240 in six runs.
#[test]
fn kept_connections_reach_the_old_host_until_they_are_too_old() {
    let (ttl, sites, per_site, age) = (60, 40, 10_000.0, 30.0 * 60.0);
    let sender =
        SenderSpec::new("all").preset("postfix").sites(sites).set("resolver", "plain").set("concurrency", 1);
    let reuse = serde_json::json!({
        "connections": "always", "tls": true, "idle": "10m", "messages": "unlimited", "age": "30m"
    });
    let builder = builder(ttl, sender.set("reuse", reuse), 40.0 * per_site)
        .node(NodeSpec::every().session_time(SessionTime::Fixed(Span::from_secs_f64(0.1))));
    let runs = 6;
    let cutover =
        cut(&builder, ttl, runs, |options| options.at(Span::from_hours(2)).watch(Span::from_hours(3)));
    let keeps = variant(&cutover, "keeps");
    let last = keeps.last.expect("mail").latest;
    assert!(last > 25.0 * 60.0 && last <= age + 1.0, "{last}");
    assert_eq!(keeps.runs_out_s, 60.0 + age);
    let rate = per_site / 86_400.0;
    // The variance of a uniform time, and that of the messages in it.
    let one_site = (age * rate).powi(2) / 12.0 + age / 2.0 * rate;
    let deviation = (one_site * 40.0 / runs as f64).sqrt();
    assert_near("messages to the old host", mean(keeps, "to_old"), 4.9 * deviation, 40.0 * age / 2.0 * rate);
    assert_eq!(cutover.senders[0].held_by, HeldBy::Connections);
}

/// A resolver that never asks again (Java with a security manager caches addresses only) keeps the old address for good: no safe time is found, and what
/// comes to the old host does not become less.
#[test]
fn who_never_asks_again_is_never_gone() {
    let sender = SenderSpec::new("all").preset("postfix").sites(20).set("resolver", "java_security_manager");
    let builder = ScenarioBuilder::new(&old_zone(60)).messages_per_day(20_000.0).sender(sender.share(1.0));
    let options = TogetherOptions::of(&builder.clone().build().expect("a scenario")).replications(3);
    let moved = old_zone(60).replace("192.0.2.1", "192.0.2.9");
    let cutover = cutover(&builder, Some(&moved), CutoverOptions::new(options), &Quiet).expect("a document");
    let keeps = variant(&cutover, "keeps");
    assert_eq!((keeps.still, keeps.moved[0].after_s, cutover.change.stop_s), (1.0, None, None));
    assert_eq!((cutover.senders[0].held_by, cutover.said.answer), (HeldBy::Never, Answer::CannotTell));
    assert!(cutover.curve.values.iter().filter(|share| share.low.is_some()).all(|share| share.value == 1.0));
    // The same sender follows a new MX record, which this resolver does not keep.
    let scenario = TogetherOptions::of(&builder.clone().build().expect("a scenario")).replications(3);
    let by_mx = super::cutover(&builder, Some(&new_zone(60)), CutoverOptions::new(scenario), &Quiet);
    assert!(variant(&by_mx.expect("a document"), "keeps").last.is_none());
}
