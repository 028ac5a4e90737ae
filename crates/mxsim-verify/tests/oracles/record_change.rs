//! Oracle 4: t seconds after a record changes, a look-up still gets the old answer with chance L (T - t) / (1 + LT).

use mxsim_core::results::Results;
use mxsim_core::theory::cache::stale_probability;
use mxsim_verify::agree::{assert_near, widening};
use mxsim_verify::experiment::{run, text};

const ZONE: &str = "example.com. 21600 IN MX 10 old.example.com.
old.example.com. 300 IN A 192.0.2.1
";
const CHANGE: &str = r#"[[changes]]
at = "12:00"
add = "new.example.com. 300 IN A 192.0.2.2"
replace = "example.com. 21600 IN MX 10 new.example.com."
"#;

/// Theory: with T = 6 h and L = 1/3 per hour at each of 300 sites, hour k after the change brings 100 L (T - k - 1/2) / (1 + LT) messages to
/// the old host on average, and from the sixth hour on none at all. A warm-up of two days (seven mean cycles of T + 1/L) leaves less than
/// one part in a million of the common start. n: 150 days; the first hour is known to 1.5 %. A TTL that is stretched at all
/// brings late mail, which is compared with exactly zero.
#[test]
fn old_answers_fade_away_linearly_and_are_gone_after_one_ttl() {
    let (sites, per_site, ttl, days) = (300.0, 1.0 / 3.0, 6.0, 150);
    let results = run(&text(
        &format!("replications = {days}\nwarm_up = \"2d\""),
        ZONE,
        &format!(
            "{CHANGE}[traffic]\nmessages_per_day = {}\n[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = {sites}\nsizes = \"equal\"\nresolver = \"plain\"",
            sites * per_site * 24.0
        ),
    ));
    let [old, new] = &results.series.nodes[..] else { panic!("two hosts are two nodes") };
    let half = old.half_width.as_ref().expect("several replications");
    for hour in 0..6u32 {
        let left = ttl - f64::from(hour) - 0.5;
        let theory = sites * per_site * per_site * left / (1.0 + per_site * ttl);
        let of_library = sites * per_site * stale_probability(per_site, ttl, f64::from(hour) + 0.5);
        assert_near("the formula of the library", of_library, 1e-9, theory);
        let bin = 12 + hour as usize;
        assert_near(
            &format!("old host in hour {hour}"),
            old.accepted[bin],
            half[bin] * widening(days),
            theory,
        );
    }
    assert!(old.accepted[18..].iter().all(|&count| count == 0.0), "after one TTL nobody knows the old host");
    assert!(
        new.accepted[..12].iter().all(|&count| count == 0.0),
        "nobody knows the new host before it is published"
    );
}

/// Theory: busy caches (LT = 694) that have long been in use hold the old answer for a time that is uniform over the TTL, so in the hour
/// after the change half of the mail still goes to the old host, and with the change a moment before a common refill it would be all or
/// nothing. The warm-up is the default, one TTL. n: 200 days of 6 sites; the standard error of a site's fraction is
/// 0.29 / sqrt(1200) = 0.8 %.
#[test]
fn busy_caches_forget_at_different_times() {
    let days = 200;
    let results = run(&text(
        &format!("replications = {days}"),
        &ZONE.replace("21600", "3600"),
        &format!(
            "{}[traffic]\nmessages_per_day = 100000\n[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = 6\nsizes = \"equal\"\nresolver = \"plain\"",
            CHANGE.replace("21600", "3600")
        ),
    ));
    let old = &results.series.nodes[0];
    let half = old.half_width.as_ref().expect("several replications");
    let (per_hour, sites) = (100_000.0 / 24.0, 6.0);
    let theory = per_hour * stale_probability(per_hour / sites, 1.0, 0.5);
    assert_near("old host in the hour after the change", old.accepted[12], half[12] * widening(days), theory);
    assert!(old.accepted[13..].iter().all(|&count| count == 0.0), "after one TTL nobody knows the old host");
    assert_moments(&results, sites, days);
}

/// Theory: each site forgets the old answer at a moment that is uniform over the hour after the change, so of six the last does after 6/7 of it on
/// average and the first after 1/7; then it sends to the new host. A site sends every 5.2 s: the last message came 5.2 s before, the first comes 5.2 s
/// after, or a little sooner, because another site may. Moments are known to the second.
fn assert_moments(results: &Results, sites: f64, days: u64) {
    let (noon, hour, gap) = (43_200.0, 3_600.0, 5.2);
    let [old, new] = &results.hosts[..] else { panic!("two hosts") };
    let (last, first) = (old.last.expect("mail"), new.first.expect("mail"));
    assert_eq!((last.replications, first.replications), (days, days));
    for (what, moment, theory) in [
        ("last message to the old host", last, noon + hour * sites / (sites + 1.0) - gap),
        ("first message to the new host", first, noon + hour / (sites + 1.0) + gap),
    ] {
        let half = moment.estimate.half_width.expect("several replications") * widening(days);
        assert_near(what, moment.estimate.mean, half + gap, theory);
        assert!(moment.earliest >= noon && moment.latest < noon + hour + 60.0, "{what}: {moment:?}");
    }
    assert!(last.latest < noon + hour, "after one TTL nobody knows the old host: {last:?}");
    let [begin, end] = [old.first, new.last].map(|moment| moment.expect("mail").estimate.mean);
    assert!(begin < 5.0 && end > 86_395.0, "a message comes every second");
}
