//! What a scenario means once it is read: nodes, shares, caches, changes, defaults.

use mxsim_core::node::{Client, Fault};
use mxsim_core::results::Grade;
use mxsim_core::scenario::{
    Caches, EventSpec, Goal, GoalKind, NodeSpec, Place, ResolverSpec, Scenario, ScenarioBuilder, Sender,
    SenderSpec,
};
use mxsim_core::sender::{Failover, Stickiness};
use mxsim_core::time::{Span, Time};

fn read(text: &str) -> Scenario {
    match Scenario::from_toml(text) {
        Ok(scenario) => scenario,
        Err(error) => panic!("{error}"),
    }
}

/// A scenario of these zone lines and what follows them.
fn zone(lines: &str, rest: &str) -> Scenario {
    read(&format!("[zone]\ntext = '''\n{lines}\n'''\n{rest}"))
}

const TWO: &str = "e.org. 300 MX 10 mx1.e.org.\ne.org. 300 MX 10 mx2.e.org.\n\
    mx1.e.org. 300 A 192.0.2.1\nmx2.e.org. 300 A 192.0.2.2";

/// Name, hosts, addresses and fair share of each node.
fn nodes(scenario: &Scenario) -> Vec<(String, String, String, f64)> {
    let addresses = |node: &mxsim_core::scenario::Node| {
        node.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    scenario
        .nodes
        .iter()
        .map(|node| (node.name.clone(), node.host.clone(), addresses(node), node.fair_share))
        .collect()
}

fn names(scenario: &Scenario) -> Vec<&str> {
    scenario.nodes.iter().map(|node| node.name.as_str()).collect()
}

fn codes(scenario: &Scenario) -> Vec<&str> {
    let findings = scenario.findings.iter().map(|finding| finding.code.as_str());
    scenario.cautions.iter().map(|caution| caution.code.as_str()).chain(findings).collect()
}

#[test]
fn only_the_zone_is_required() {
    let scenario = zone(TWO, "");
    assert_eq!(scenario.title, "e.org");
    assert_eq!((scenario.run.replications, scenario.run.seed), (None, 1));
    // Its large providers keep a choice for so long.
    let held = Span(4 * Span::HOUR.0);
    assert_eq!(
        (scenario.run.window, scenario.run.run_length, scenario.run.warm_up),
        (Span::DAY, Span::DAY, held)
    );
    assert_eq!(scenario.messages_per_day, 100_000.0);
    let population = zone(TWO, "[traffic]\npopulation = \"small-business\"\n");
    let of = |scenario: &Scenario| {
        let line = |sender: &Sender| format!("{} {} {}", sender.name, sender.preset, sender.share);
        scenario.senders.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(of(&scenario), of(&population));
    assert_eq!(scenario.mix.as_ref().map(|mix| mix.population.as_str()), Some("small-business"));
    assert_eq!(scenario.fingerprint(), population.fingerprint());
    assert_eq!(scenario.senders[0].resolver[0].parameters.caches, Caches::PerSite);
    assert!(scenario.presets.iter().any(|used| used.kind == "population" && used.id == "small-business"));
    assert!(scenario.goals_are_default && scenario.goals.len() == 1);
    assert_eq!((codes(&scenario), codes(&population)), (vec!["default-senders"], vec![]));
    assert_eq!(scenario.zones[0].at, Time(-held.0));
    assert_eq!(scenario.fingerprint().len(), 16);
}

#[test]
fn a_node_is_a_machine() {
    let dual = "e.org. 300 MX 10 mx1.e.org.\ne.org. 300 MX 10 mail.e.org.\ne.org. 300 MX 20 old.e.org.\n\
        e.org. 300 MX 20 alias.e.org.\nmx1.e.org. 300 AAAA 2001:db8::1\nmx1.e.org. 300 A 192.0.2.1\n\
        mail.e.org. 300 A 192.0.2.2\nmail.e.org. 300 A 192.0.2.3\nmail.e.org. 300 AAAA 2001:db8::2\n\
        old.e.org. 300 A 192.0.2.9\nalias.e.org. 300 A 192.0.2.9\nalias.e.org. 300 AAAA 2001:db8::9";
    let quarter = 0.25;
    let expected = [
        ("mx1", "mx1.e.org", "192.0.2.1 2001:db8::1", quarter),
        ("mail/1", "mail.e.org", "192.0.2.2", quarter),
        ("mail/2", "mail.e.org", "192.0.2.3", quarter),
        ("mail/3", "mail.e.org", "2001:db8::2", quarter),
        ("old", "old.e.org, alias.e.org", "192.0.2.9 2001:db8::9", 0.0),
    ];
    let expected: Vec<_> = expected.map(|(a, b, c, d)| (a.to_owned(), b.to_owned(), c.to_owned(), d)).into();
    assert_eq!(nodes(&zone(dual, "")), expected);
    let cluster =
        zone(dual, "[nodes.cluster]\naddresses = ['2001:db8::2', '192.0.2.3', '192.0.2.2']\nweight = 3\n");
    assert_eq!(
        nodes(&cluster)[1],
        ("cluster".into(), "mail.e.org".into(), "192.0.2.2 192.0.2.3 2001:db8::2".into(), 0.75)
    );
    assert_eq!(nodes(&cluster)[0].3, 0.25);
}

#[test]
fn equal_first_labels_give_full_names_and_a_moved_host_two_nodes() {
    let scenario = zone(
        "e.org. 1 MX 1 mx.a.org.\ne.org. 1 MX 1 mx.b.org.\nmx.a.org. 1 A 192.0.2.1\nmx.b.org. 1 A 192.0.2.2",
        "",
    );
    assert_eq!(names(&scenario), ["mx.a.org", "mx.b.org"]);
    let moved = zone(TWO, "[[changes]]\nat = '12:00'\nreplace = 'mx2 A 192.0.2.22'\nadd = 'e.org. MX 10 mx3\\nmx3 A 192.0.2.3'\n".replace("'e.org.", "\"e.org.").replace("0.2.3'", "0.2.3\"").as_str());
    assert_eq!(names(&moved), ["mx1", "mx2/1", "mx2/2", "mx3"]);
    assert_eq!(moved.nodes.iter().map(|node| node.fair_share).collect::<Vec<_>>(), [0.5, 0.5, 0.0, 0.0]);
    assert_eq!(moved.zones[1].at, Time(Span::HOUR.0 * 12));
    assert_eq!(moved.zones[1].zone.hosts[1].a_ttl, Span::from_secs(300), "the set's TTL is kept");
    assert_eq!(moved.zones[1].zone.mx.len(), 3);
}

#[test]
fn odd_but_legal_zones_have_no_errors_but_cautions() {
    let null = zone("e.org. 1 MX 0 .", "");
    assert!(null.nodes.is_empty() && null.zones[0].zone.is_null_mx());
    assert_eq!(codes(&null)[1..], ["null-mx"]);
    let implicit = zone("e.org. 1 SOA a. b. 1 2 3 4 5\ne.org. 1 A 192.0.2.1", "");
    assert_eq!(nodes(&implicit), [("e".to_owned(), "e.org".to_owned(), "192.0.2.1".to_owned(), 1.0)]);
    assert_eq!(codes(&implicit)[1..], ["implicit-mx"]);
    let records = "e.org. 1 MX 1 mx1.e.org.\ne.org. 1 MX 2 mx2.e.org.\nmx2.e.org. 1 A 192.0.2.2";
    let unknown = zone(records, "");
    assert_eq!(codes(&unknown)[1..], ["mx-address-unknown", "mixed-preferences"]);
    assert_eq!(names(&unknown), ["mx1", "mx2"], "it may have an address");
    let lost = zone(&format!("$ORIGIN e.org.\n{records}"), "");
    assert_eq!(codes(&lost)[1..], ["mx-no-address", "mixed-preferences"]);
    assert_eq!(lost.nodes[0].fair_share, 1.0, "the best preference that has a node");
}

#[test]
fn shares_rest_and_mix() {
    let scenario = zone(
        TWO,
        "[[senders]]\nname = 'a'\nshare = '40 %'\n[[senders]]\nname = 'b'\nshare = 'rest'\n[[senders]]\nname = 'c'\nshare = 'rest'\n\
         mix = { exim = 1, postfix = 3, haraka = 0 }\nsites = 3\n",
    );
    let got: Vec<(&str, f64, usize)> =
        scenario.senders.iter().map(|sender| (sender.name.as_str(), sender.share, sender.sites)).collect();
    let wanted = [("a", 0.4, 1), ("b", 0.3, 1), ("c/exim", 0.075, 1), ("c/postfix", 0.225, 2)];
    for (got, wanted) in got.iter().zip(wanted) {
        assert_eq!((got.0, got.2), (wanted.0, wanted.2));
        assert!((got.1 - wanted.1).abs() < 1e-12, "{got:?}");
    }
    assert_eq!(got.len(), 4);
    let equal = zone(TWO, "[[senders]]\nname = 'a'\n[[senders]]\nname = 'b'\n");
    assert_eq!(equal.senders[1].share, 0.5);
}

#[test]
fn overrides_change_the_law_and_its_grade() {
    let scenario = zone(
        TWO,
        "[[senders]]\nname = 'same'\npreset = 'postfix'\nlimits = { addresses = 5 }\n\
         [[senders]]\nname = 'sticky'\npreset = 'postfix'\nsticky = '6h'\n\
         [[senders]]\nname = 'later'\npreset = 'postfix'\nfailover = 'same-host-later'\nretry = { lifetime = '1d' }\n",
    );
    let [same, sticky, later] = &scenario.senders[..] else { panic!("three senders") };
    assert_eq!(same.grade, Grade::Source, "an override with the preset's own value changes nothing");
    assert_eq!(
        (sticky.grade, sticky.behaviour.parameters.order.keep),
        (Grade::Assumed, Stickiness::Exponential(Span::from_secs(21_600)))
    );
    assert_eq!(
        (later.behaviour.parameters.failover, later.behaviour.parameters.order.keep),
        (Failover::SameHostLater, Stickiness::Message)
    );
    assert_eq!(later.behaviour.parameters.retry.lifetime, Some(Span::DAY));
    assert_eq!(scenario.run.warm_up, Span::from_secs(21_600), "the holding time");
}

/// An address that is the only one of its host is the same in every cache, however long its TTL is.
#[test]
fn the_warm_up_lasts_as_long_as_answers_can_differ() {
    let warm_up = |records: &str, rest: &str| {
        let text = format!(
            "[zone]\ntext = \"\"\"\ne.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\n\
             a.e.example. 86400 A 192.0.2.1\nb.e.example. 86400 A 192.0.2.2\n{records}\"\"\"\n{rest}"
        );
        match Scenario::from_toml(&text) {
            Ok(scenario) => scenario.run.warm_up,
            Err(errors) => panic!("{errors}"),
        }
    };
    let sender = "[[senders]]\npreset = 'postfix'\n";
    assert_eq!(warm_up("", sender), Span::HOUR);
    assert_eq!(warm_up("b.e.example. 86400 A 192.0.2.3\n", sender), Span::DAY, "two addresses");
    assert_eq!(warm_up("b.e.example. 7200 AAAA 2001:db8::2\n", sender), Span::HOUR, "one of each family");
    let away = format!("unreachable = [{{ at = '10:00', for = '1h' }}]\n{sender}");
    assert_eq!(warm_up("", &away), Span::DAY, "what is still kept counts while nobody answers");
}

#[test]
fn who_shares_a_cache_with_whom() {
    let scenario = zone(
        TWO,
        "[[senders]]\nname = 'a'\nresolver = 'isp'\n[[senders]]\nname = 'b'\nresolver = 'isp'\n[[senders]]\nname = 'c'\npool = 'p'\n\
         resolver = 'unbound'\n[[senders]]\nname = 'd'\npool = 'p'\nresolver = 'unbound'\n[[senders]]\nname = 'e'\nresolver = 'unbound'\n\
         [resolvers.isp]\npreset = 'unbound'\ncaches = 'per-host'\nchain = ['big', 'unbound']\n[resolvers.big]\ncaches = 7\n",
    );
    let shared = |sender: usize, layer: usize| scenario.senders[sender].resolver[layer].shared_as.as_str();
    assert_ne!(shared(0, 0), shared(1, 0), "per-host caches are a sender's own");
    assert_eq!(shared(0, 1), shared(1, 1), "a number of caches is everybody's");
    assert_eq!(scenario.senders[0].resolver[1].parameters.caches, Caches::Count(7));
    assert_eq!(scenario.senders[0].resolver.len(), 3);
    assert_eq!(shared(2, 0), shared(3, 0), "one pool");
    assert_ne!(shared(3, 0), shared(4, 0));
}

#[test]
fn events_repeat_until_the_end_of_the_run() {
    let scenario = zone(
        TWO,
        "[run]\nrun_length = '3d'\n[[events]]\nat = '10:00'\nfor = '30m'\nevery = '1d'\nnode = ['mx1', 'mx2']\nfault = 'drop'\n\
         [[events]]\nat = '2d 09:00'\nfor = '90m'\nnode = 'mx1'\nfault = 'refuse'\n",
    );
    let starts: Vec<i64> =
        scenario.nodes[1].faults.outages().iter().map(|outage| outage.from.0 / Span::HOUR.0).collect();
    assert_eq!(starts, [10, 34, 58]);
    let met = |hours: i64| scenario.nodes[0].faults.fault_at(Time(hours * Span::HOUR.0), &Client::ANYBODY);
    assert_eq!(
        [9, 10, 57, 58].map(met),
        [None, Some(Fault::Drop), Some(Fault::Refuse), Some(Fault::Drop)],
        "they compose"
    );
}

#[test]
fn goals_are_put_into_words() {
    let scenario = zone(TWO, "[goals]\nbusiest_share = '60 %'\ndelay_p95 = { at_most = '5m', on = 1.0 }\n");
    assert!(!scenario.goals_are_default);
    assert_eq!(scenario.goals[0].text, "no node above 60 %, on 19 of 20 windows");
    assert_eq!(scenario.goals[1].text, "95 % of messages accepted within 5m, on every window");
}

#[test]
fn the_fingerprint_follows_the_world_and_not_the_number_of_replications() {
    let base = zone(TWO, "").fingerprint();
    assert_eq!(zone(TWO, "[run]\nreplications = 9\n").fingerprint(), base);
    assert_ne!(zone(TWO, "[run]\nseed = 9\n").fingerprint(), base);
    assert_ne!(zone(&TWO.replace("300", "60"), "").fingerprint(), base);
    assert_eq!(zone(&format!("{TWO}\n; a comment"), "").fingerprint(), base);
}

#[test]
fn errors_in_zone_text_point_at_the_line_of_the_scenario() {
    let text =
        "# ü\n[zone]\ntext = \"\"\"\ne.org. 300 MX 10 mx1.e.org.\nmx1.e.org. 300 A 192.0.2.999\n\"\"\"\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let error = Scenario::from_toml(&text).expect_err("a wrong address");
        let Place::Span { start, end } = error.diagnostics[0].place else { panic!("{error}") };
        assert_eq!(&error.sources[0].text[start..end], "192.0.2.999");
        assert!(error.to_string().starts_with("scenario.toml:5:18: error[E202]"), "{error}");
    }
    let escaped = "[zone]\ntext = \"e.org. 300 MX 10 mx1.e.org.\\nmx1.e.org. 300 A 192.0.2.999\"\n";
    let error = Scenario::from_toml(escaped).expect_err("a wrong address");
    assert!(error.to_string().starts_with("scenario.toml#/zone/text:2:18: error[E202]"), "{error}");
}

#[test]
fn the_builder_is_read_by_the_same_rules() {
    let scenario = ScenarioBuilder::new(TWO)
        .title("built")
        .seed(7)
        .sender(SenderSpec::new("a").share(0.5).preset("postfix").sticky(Stickiness::CacheEntry))
        .sender(SenderSpec::new("b").rest().mix([("postfix", 1.0), ("exim", 1.0)]).sites(10))
        .resolver(ResolverSpec::new("own").set("caches", 2))
        .node(NodeSpec::new("mx1").weight(3.0))
        .event(EventSpec::new("mx1", Fault::Drop).at(Span::from_hours(10)).lasting(Span::HOUR))
        .goal(Goal::new(GoalKind::BusiestShare { at_most: 0.8 }, 0.9))
        .build()
        .expect("a scenario");
    assert_eq!((scenario.senders.len(), scenario.nodes[0].fair_share), (3, 0.75));
    let error =
        ScenarioBuilder::new(TWO).sender(SenderSpec::new("a").share(1.5)).build().expect_err("too much");
    assert_eq!(
        error.to_string().lines().next(),
        Some(
            "scenario built in Rust#/senders/0/share: error[E105]: senders.share: expected a share above 0 and up to 1 (100 %), found 1.5"
        )
    );
}

#[derive(Debug)]
struct Backwards;

impl mxsim_core::sender::SenderBehaviour for Backwards {
    fn order(&self, candidates: &mut mxsim_core::sender::Candidates, _: mxsim_core::random::Key) {
        candidates.reverse();
    }
}

#[test]
fn a_behaviour_of_your_own_is_given_by_name() {
    let mut scenario = zone(TWO, "[[senders]]\nname = \"everyone\"\npreset = \"postfix\"\n");
    let before = scenario.fingerprint();
    assert!(
        scenario
            .set_behaviour("nobody", std::sync::Arc::new(Backwards))
            .is_err_and(|why| why.contains("everyone"))
    );
    assert_eq!(scenario.set_behaviour("everyone", std::sync::Arc::new(Backwards)), Ok(()));
    assert!(scenario.senders[0].behaviour.custom.is_some());
    assert_ne!(scenario.fingerprint(), before);
}

#[test]
fn a_dual_stack_host_that_moves_one_address_is_still_one_host_before() {
    let scenario = Scenario::from_toml(
        r#"
[zone]
text = """
e.org. 60 MX 10 a.e.org.
e.org. 60 MX 10 b.e.org.
a.e.org. 60 A 192.0.2.1
b.e.org. 60 A 192.0.2.2
b.e.org. 60 AAAA 2001:db8::2
"""
[[changes]]
at = "12:00"
replace = "b.e.org. 60 A 192.0.2.22"
"#,
    )
    .expect("a scenario");
    let nodes: Vec<_> = scenario
        .nodes
        .iter()
        .map(|node| (node.name.as_str(), node.addresses.len(), node.fair_share))
        .collect();
    assert_eq!(nodes, [("a", 1, 0.5), ("b/1", 2, 0.5), ("b/2", 1, 0.0)]);
}

/// A provider sends from many machines unless the scenario says how many; organisations that send like it have one each.
#[test]
fn a_provider_is_not_one_machine() {
    let zone = "[zone]\ntext = \"e.example. 300 MX 10 a.e.example.\\na.e.example. 300 A 192.0.2.1\"\n";
    for (entry, hosts) in [
        ("preset = \"exchange_online\"", 40),
        ("preset = \"Office 365\"", 40),
        ("preset = \"gmail\"\nhosts = 3", 3),
        ("preset = \"gmail\"\nsites = 50", 1),
        ("mix = { gmail = 1, yahoo = 1 }", 1),
        ("preset = \"postfix\"", 1),
    ] {
        let scenario = Scenario::from_toml(&format!("{zone}[[senders]]\n{entry}\n")).expect("a scenario");
        assert_eq!(scenario.senders[0].hosts, hosts, "{entry}");
    }
}
