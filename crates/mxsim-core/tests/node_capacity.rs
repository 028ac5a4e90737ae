//! What `[nodes.NAME]` and `[nodes."*"]` say of sessions.

use mxsim_core::node::{Capacity, ClientLimits, Queue, Rates, SessionTime, WhenFull};
use mxsim_core::scenario::{NodeSpec, Scenario, ScenarioBuilder};
use mxsim_core::time::Span;

const ZONE: &str = "e.org. 300 MX 10 mx1.e.org.\ne.org. 300 MX 10 mx2.e.org.\n\
    mx1.e.org. 300 A 192.0.2.1\nmx2.e.org. 300 A 192.0.2.2";

/// The capacities of mx1 and mx2.
fn capacities(nodes: &str) -> [Capacity; 2] {
    match Scenario::from_toml(&format!("[zone]\ntext = '''\n{ZONE}\n'''\n{nodes}")) {
        Ok(scenario) => [scenario.nodes[0].capacity, scenario.nodes[1].capacity],
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn nothing_said_is_any_number_of_sessions_that_take_no_time() {
    assert_eq!(capacities(""), [Capacity::UNLIMITED; 2]);
}

#[test]
fn a_key_of_a_node_counts_before_the_one_for_all() {
    let all = "[nodes.\"*\"]\nsessions = 20\nsession_time = \"2s\"\nbacklog = 100\nwhen_full = \"refuse\"\ntls = false\n";
    let for_all = Capacity {
        sessions: Some(20),
        session_time: SessionTime::Fixed(Span::from_secs(2)),
        refusal_time: None,
        backlog: 100,
        when_full: WhenFull::Refuse,
        workers: None,
        queue: None,
        clients: ClientLimits::NONE,
        tls: false,
    };
    assert_eq!(capacities(all), [for_all; 2]);
    for (own, expected) in [
        ("sessions = 5", Capacity { sessions: Some(5), ..for_all }),
        (
            "session_time = \"1s\"",
            Capacity { session_time: SessionTime::Fixed(Span::from_secs(1)), ..for_all },
        ),
        ("refusal_time = \"100ms\"", Capacity { refusal_time: Some(Span::from_secs_f64(0.1)), ..for_all }),
        ("workers = 4", Capacity { workers: Some(4), ..for_all }),
        (
            "queue = { room = 100, per_minute = 6 }",
            Capacity { queue: Some(Queue { room: 100, each: Span::from_secs(10) }), ..for_all },
        ),
        ("backlog = 0", Capacity { backlog: 0, ..for_all }),
        ("when_full = \"421\"", Capacity { when_full: WhenFull::Busy, ..for_all }),
        ("when_full = \"drop\"", Capacity { when_full: WhenFull::Drop, ..for_all }),
        ("tls = true", Capacity { tls: true, ..for_all }),
    ] {
        assert_eq!(capacities(&format!("{all}[nodes.mx2]\n{own}\n")), [for_all, expected], "{own}");
        assert_eq!(capacities(&format!("[nodes.mx2]\n{own}\n{all}")), [for_all, expected], "{own} first");
    }
}

/// `limits` is short for the keys: the same scenario, and each key counts before it, of the node or of all.
#[test]
fn the_limits_of_a_server_are_short_for_its_keys() {
    let written = "sessions = 100\nbacklog = 100\nwhen_full = \"drop\"\nsessions_per_client = 50\n";
    let time = "session_time = \"2s\"\n";
    let both = |keys: &str| capacities(&format!("[nodes.\"*\"]\n{time}{keys}"));
    assert_eq!(both("limits = \"postfix\"\n"), both(written));
    assert_eq!(
        both("limits = \"postfix\"\nbacklog = 7\n"),
        both(&written.replace("backlog = 100", "backlog = 7"))
    );
    let edge = "sessions = 5000\nsessions_per_client = 20\nrates = { messages = 600 }\n";
    assert_eq!(both("limits = \"exchange-edge\"\n"), both(edge));
    assert_eq!(both("limits = \"exim\"\nsessions = \"unlimited\"\n"), both(""));
    let [all, own] =
        capacities(&format!("[nodes.\"*\"]\n{time}sessions = 5\n[nodes.mx2]\nlimits = \"postfix\"\n"));
    assert_eq!((all.sessions, own.sessions, own.backlog), (Some(5), Some(5), 100));
}

#[test]
fn a_node_without_a_limit_takes_no_backlog_from_the_others() {
    let all = "[nodes.\"*\"]\nsessions = 20\nsession_time = \"2s\"\nbacklog = 100\nwhen_full = \"refuse\"\n";
    let [limited, free] = capacities(&format!("{all}[nodes.mx2]\nsessions = \"unlimited\"\n"));
    assert_eq!((limited.backlog, limited.when_full), (100, WhenFull::Refuse));
    assert_eq!((free.sessions, free.backlog, free.when_full), (None, 0, WhenFull::Busy));
    assert_eq!(free.session_time, limited.session_time);
}

#[test]
fn limits_per_client_hold_for_one_node_or_for_all() {
    let all = "[nodes.\"*\"]\nsession_time = \"2s\"\nsessions_per_client = 50\nrates = { connections = 100, per = \"30s\" }\n";
    let [first, second] = capacities(&format!(
        "{all}[nodes.mx2]\nsessions_per_client = \"unlimited\"\nrates = {{ messages = 5 }}\n"
    ));
    let rates = Rates { connections: Some(100), messages: None, per: Span::from_secs(30) };
    assert_eq!(first.clients, ClientLimits { sessions: Some(50), rates: Some(rates) });
    let rates = Rates { connections: None, messages: Some(5), per: Span::from_secs(60) };
    assert_eq!(second.clients, ClientLimits { sessions: None, rates: Some(rates) });
    let [limited, free] = capacities(&format!("{all}[nodes.mx2]\nrates = \"unlimited\"\n"));
    assert_eq!((limited.clients, free.clients.rates), (first.clients, None));
}

#[test]
fn session_times_have_three_distributions() {
    let session_time =
        |value: &str| capacities(&format!("[nodes.mx1]\nsession_time = {value}\n"))[0].session_time;
    let second = Span::from_secs(1);
    assert_eq!(session_time("\"1s\""), SessionTime::Fixed(second));
    assert_eq!(session_time("{ fixed = \"1s\" }"), SessionTime::Fixed(second));
    assert_eq!(session_time("{ exponential = \"1s\" }"), SessionTime::Exponential(second));
    let lognormal = SessionTime::Lognormal { mean: second, sigma: 0.5 };
    assert_eq!(session_time("{ lognormal = { mean = \"1s\", sigma = 0.5 } }"), lognormal);
    assert_eq!(session_time("\"0s\""), SessionTime::Nothing);
}

#[test]
fn every_key_of_a_node_changes_the_fingerprint() {
    let limited = |builder: ScenarioBuilder| {
        builder.node(NodeSpec::every().sessions(20).session_time(SessionTime::Fixed(Span::from_secs(2))))
    };
    let mx1 = || NodeSpec::new("mx1");
    let print = |builder: ScenarioBuilder| builder.build().expect("a good scenario").fingerprint();
    let zone = || ScenarioBuilder::new(ZONE);
    let rates = |connections, messages| Rates { connections, messages, per: Span::MINUTE };
    let mut prints = vec![
        print(zone()),
        print(limited(zone())),
        print(limited(zone()).node(mx1().sessions(21))),
        print(limited(zone()).node(mx1().session_time(SessionTime::Exponential(Span::from_secs(2))))),
        print(
            limited(zone())
                .node(mx1().session_time(SessionTime::Lognormal { mean: Span::from_secs(2), sigma: 1.0 })),
        ),
        print(
            limited(zone())
                .node(mx1().session_time(SessionTime::Lognormal { mean: Span::from_secs(2), sigma: 1.1 })),
        ),
        print(limited(zone()).node(mx1().backlog(1))),
        print(limited(zone()).node(mx1().when_full(WhenFull::Refuse))),
        print(limited(zone()).node(mx1().when_full(WhenFull::Drop))),
        print(limited(zone()).node(mx1().workers(5))),
        print(limited(zone()).node(mx1().sessions_per_client(5))),
        print(limited(zone()).node(mx1().rates(rates(Some(5), None)))),
        print(limited(zone()).node(mx1().rates(rates(None, Some(5))))),
        print(limited(zone()).node(mx1().tls(false))),
    ];
    let all = prints.len();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), all);
    // What is the default already changes nothing.
    let default = limited(zone()).node(mx1().backlog(0).when_full(WhenFull::Busy).tls(true));
    assert_eq!(print(default), print(limited(zone())));
}
