//! What `reuse`, `concurrency`, `failover` and `timeouts` of a sender say.

use mxsim_core::catalog::Catalog;
use mxsim_core::results::Grade;
use mxsim_core::scenario::{Scenario, ScenarioBuilder, SenderSpec};
use mxsim_core::sender::{Concurrency, Failover, FiledUnder, Growth, Reuse, ReuseLimits, SenderParameters};
use mxsim_core::time::Span;

const ZONE: &str = "e.org. 300 MX 10 mx1.e.org.\ne.org. 300 MX 10 mx2.e.org.\n\
    mx1.e.org. 300 A 192.0.2.1\nmx2.e.org. 300 A 192.0.2.2";

fn scenario(keys: &str) -> Scenario {
    match Scenario::from_toml(&format!("[zone]\ntext = '''\n{ZONE}\n'''\n[[senders]]\n{keys}\n")) {
        Ok(scenario) => scenario,
        Err(error) => panic!("{error}"),
    }
}

fn parameters(keys: &str) -> SenderParameters {
    scenario(keys).senders[0].behaviour.parameters.clone()
}

fn preset(id: &str) -> SenderParameters {
    Catalog::builtin().sender(id).expect("a preset").parameters.clone()
}

const POSTFIX: ReuseLimits = ReuseLimits {
    idle: Span::from_secs(2),
    messages: None,
    age: Some(Span::from_secs(300)),
    tls: false,
    filed_under: FiledUnder::Domain,
};

#[test]
fn postfix_with_and_without_tls_differ_in_one_parameter() {
    let (under_tls, plaintext) = (preset("postfix"), preset("postfix_plaintext"));
    assert_eq!(under_tls.reuse, Reuse::Demand(POSTFIX));
    assert_eq!(
        plaintext,
        SenderParameters { reuse: Reuse::Demand(ReuseLimits { tls: true, ..POSTFIX }), ..under_tls }
    );
}

#[test]
fn an_override_keeps_what_it_does_not_say() {
    let idle = Span::from_secs(10);
    assert_eq!(
        parameters("preset = \"postfix\"\nreuse = { idle = \"10s\" }").reuse,
        Reuse::Demand(ReuseLimits { idle, ..POSTFIX })
    );
    assert_eq!(parameters("preset = \"postfix\"\nreuse = \"always\"").reuse, Reuse::Always(POSTFIX));
    assert_eq!(parameters("preset = \"postfix\"\nreuse = \"never\"").reuse, Reuse::Never);
    assert_eq!(
        parameters("preset = \"postfix\"\nconcurrency = { most = 30 }").concurrency,
        Concurrency { initial: 5, most: 30, growth: Growth::ByOne }
    );
    assert_eq!(
        parameters("preset = \"postfix\"\nconcurrency = 7").concurrency,
        Concurrency { initial: 7, most: 7, growth: Growth::ByOne }
    );
    assert_eq!(
        parameters("preset = \"postfix\"\nconcurrency = \"unlimited\"").concurrency,
        Concurrency::UNLIMITED
    );
}

const PROCESSES: &str =
    "concurrency = { growth = { processes = { start = \"60ms\", hand_over = \"20ms\" } } }";

#[test]
fn deliveries_may_need_processes() {
    let growth = |beside| Growth::Processes { start: Span(60_000), hand_over: Span(20_000), beside };
    let read = |keys: &str| parameters(&format!("preset = \"postfix\"\n{keys}")).concurrency;
    assert_eq!(read(PROCESSES), Concurrency { initial: 5, most: 20, growth: growth(None) });
    let shared = PROCESSES.replace("\"20ms\"", "\"20ms\", beside = 2.5");
    assert_eq!(read(&shared).growth, growth(Some(2.5)));
    let unlimited = shared.replace("growth", "most = \"unlimited\", growth");
    let text = format!("[zone]\ntext = '''\n{ZONE}\n'''\n[[senders]]\npreset = \"postfix\"\n{unlimited}\n");
    let error = Scenario::from_toml(&text).expect_err("there is no limit to have a part of");
    assert!(error.to_string().contains("`most` has to be a number"), "{error}");
    let text = format!("[zone]\ntext = '''\n{ZONE}\n'''\n[[senders]]\npreset = \"courier\"\n{PROCESSES}\n");
    let error = Scenario::from_toml(&text).expect_err("Courier keeps connections in another way");
    assert!(error.to_string().contains("`reuse` can only be"), "{error}");
}

#[test]
fn a_sender_that_kept_nothing_needs_no_more_than_an_idle_time() {
    let kept = ReuseLimits {
        idle: Span::from_secs(5),
        messages: None,
        age: None,
        tls: true,
        filed_under: FiledUnder::Domain,
    };
    let keys = "preset = \"qmail_lp64\"\nreuse = { connections = \"always\", idle = \"5s\" }";
    assert_eq!(parameters(keys).reuse, Reuse::Always(kept));
}

#[test]
fn busy_and_failed_are_two_things() {
    let both = |keys: &str| (parameters(keys).failover, parameters(keys).on_busy);
    let (next, defer) = (Failover::NextHost, Failover::SameHostLater);
    assert_eq!(both("preset = \"haraka\""), (next, defer));
    assert_eq!(both("preset = \"postfix\"\nfailover = { on_busy = \"defer\" }"), (next, defer));
    assert_eq!(both("preset = \"postfix\"\nfailover = \"same-host-later\""), (defer, next));
    assert_eq!(both("preset = \"haraka\"\nfailover = { on_busy = \"next-host\" }"), (next, next));
}

#[test]
fn a_connection_that_is_kept_for_hours_lengthens_the_warm_up() {
    let warm_up = |reuse: &str| scenario(&format!("preset = \"postfix\"\nreuse = {reuse}")).run.warm_up;
    assert_eq!(warm_up("\"never\""), Span::HOUR);
    assert_eq!(warm_up("{ age = \"3h\" }"), Span::HOUR.saturating_mul(3));
    assert_eq!(warm_up("{ idle = \"2h\", age = \"unlimited\" }"), Span::HOUR.saturating_mul(2));
    assert_eq!(warm_up("{ age = \"30d\" }"), Span::WEEK);
}

#[test]
fn every_key_changes_the_fingerprint_and_makes_the_sender_assumed() {
    let plain = scenario("preset = \"postfix\"");
    for own in [
        "reuse = \"never\"",
        "reuse = \"always\"",
        "reuse = \"batch\"",
        "reuse = \"queue-run\"",
        "reuse = { idle = \"3s\" }",
        "reuse = { messages = 100 }",
        "reuse = { age = \"unlimited\" }",
        "reuse = { tls = true }",
        "concurrency = { initial = 4 }",
        "concurrency = { most = 21 }",
        PROCESSES,
        "failover = { on_busy = \"defer\" }",
        "timeouts = { greeting = \"299s\" }",
    ] {
        let changed = scenario(&format!("preset = \"postfix\"\n{own}"));
        assert_ne!(changed.fingerprint(), plain.fingerprint(), "{own}");
        assert_eq!(changed.senders[0].grade, Grade::Assumed, "{own}");
        let again = Scenario::from_toml(&changed.resolved()).expect("a resolved scenario");
        assert_eq!(again.senders[0].behaviour.parameters, changed.senders[0].behaviour.parameters, "{own}");
    }
}

#[test]
fn the_builder_says_the_same() {
    let kept = ReuseLimits {
        idle: Span::from_secs(5),
        messages: Some(100),
        age: None,
        tls: true,
        filed_under: FiledUnder::Domain,
    };
    let concurrency = Concurrency { initial: 2, most: u32::MAX, growth: Growth::ByOne };
    for reuse in [
        Reuse::Never,
        Reuse::Demand(kept),
        Reuse::Always(kept),
        Reuse::Batch(kept),
        Reuse::QueueRun(ReuseLimits { age: Some(Span::HOUR), messages: None, ..kept }),
    ] {
        let sender = SenderSpec::new("a")
            .preset("postfix")
            .reuse(reuse)
            .concurrency(concurrency)
            .on_busy(Failover::SameHostLater);
        let built = ScenarioBuilder::new(ZONE).sender(sender).build().expect("a good scenario");
        let policy = &built.senders[0].behaviour.parameters;
        assert_eq!(
            (policy.reuse, policy.concurrency, policy.on_busy),
            (reuse, concurrency, Failover::SameHostLater)
        );
        assert_eq!(policy.failover, Failover::NextHost);
    }
}
