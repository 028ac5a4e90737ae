//! What becomes of the mail if the old host stops, and what the plan says.

use super::{builder, cut, mean, old_zone, variant};
use mxsim_core::results::Answer;
use mxsim_core::study::cutover::{Cutover, CutoverOptions, cutover};
use mxsim_core::study::{Quiet, TogetherOptions};
use mxsim_core::{ScenarioBuilder, SenderSpec, Span};

fn postfix() -> ScenarioBuilder {
    let sender = SenderSpec::new("all").preset("postfix").sites(100).set("resolver", "plain");
    builder(3_600, sender, 100.0 * 96.0)
}

/// All variants have the same mail, message by message. A host that refuses takes none of it, and every message that would have gone there waits for its first
/// retry, which Postfix makes 300 s later at the earliest, so it is late; a lower TTL leaves no old answer after its own five minutes.
#[test]
fn the_same_mail_meets_every_variant() {
    let cutover = cut(&postfix(), 3_600, 10, |options| options.stop_after(Span::from_hours(2)));
    let sent = mean(variant(&cutover, "keeps"), "sent");
    for one in &cutover.variants {
        assert_eq!(mean(one, "sent"), sent, "{}", one.name);
        assert_eq!(mean(one, "bounced"), 0.0, "{}", one.name);
    }
    let keeps = mean(variant(&cutover, "keeps"), "to_old");
    for stopped in ["refuses", "drops"].map(|name| variant(&cutover, name)) {
        assert_eq!((mean(stopped, "to_old"), stopped.last), (0.0, None), "{}", stopped.name);
        let late = mean(stopped, "late_5m");
        assert!((late / keeps - 1.0).abs() < 0.1, "{}: {late} late, {keeps} at the old host", stopped.name);
    }
    let lowered = variant(&cutover, "lowered");
    assert!(lowered.last.is_some_and(|last| last.latest < 300.0), "{:?}", lowered.last);
    // Everybody has the new answer after an hour, so a stop after two changes nothing at all.
    let plan = variant(&cutover, "plan");
    assert!(plan.quantities.iter().skip(1).all(|one| one.difference.is_none_or(|of| of.value.value == 0.0)));
    assert_eq!(cutover.said.answer, Answer::Yes);
    let text = serde_json::to_string(&cutover).expect("JSON");
    assert_eq!(serde_json::from_str::<Cutover>(&text).expect("the same document"), cutover);
}

/// The new zone is a whole one without the old host: its addresses go with the change, and mail that still has its name and no address for it is lost, because
/// Postfix bounces what has no address. The answer has to be no although the host goes on.
#[test]
fn addresses_that_go_too_early_lose_mail() {
    let old = old_zone(3_600).replace("old.example.com. 3600 IN A", "old.example.com. 60 IN A");
    let sender = SenderSpec::new("all").preset("postfix").sites(50).set("resolver", "plain");
    let builder = ScenarioBuilder::new(&old).messages_per_day(50.0 * 96.0).sender(sender.share(1.0));
    let new = "$ORIGIN example.com.\n@ 3600 IN SOA ns.example.com. h.example.com. 1 7200 900 1209600 60\n@ 3600 IN MX 10 new\nnew 3600 IN A 192.0.2.2\n";
    let options = TogetherOptions::of(&builder.clone().build().expect("a scenario")).replications(4);
    let cutover = cutover(&builder, Some(new), CutoverOptions::new(options), &Quiet).expect("a document");
    assert!(mean(variant(&cutover, "keeps"), "bounced") > 0.0, "{}", cutover.said.sentence);
    assert_eq!(cutover.said.answer, Answer::No);
}
