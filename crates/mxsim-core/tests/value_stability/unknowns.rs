//! Plausible worlds, homes of sites, and connections that a fault hits.

use crate::{key, stable};
use mxsim_core::dns::stub::Home;
use mxsim_core::node::{Client, Fault, Outage, Scope};
use mxsim_core::random::Purpose;
use mxsim_core::sender::Unknowns;
use mxsim_core::time::{Span, Time};

#[test]
fn plausible_senders() {
    let unknowns = Unknowns {
        choosers: Some((1, 200)),
        hold: Some((Span::MINUTE, Span::WEEK)),
        answer: Some(0.25),
        skips_addresses: Some(0.25),
        idle: Some((Span::from_secs(1), Span::HOUR)),
    };
    let worlds = [0, 1, 2, 3, 4, 5].map(|world| key(Purpose::World).child(world));
    stable(
        "choosers",
        worlds.map(|world| unknowns.draw_choosers(world)),
        [Some(10), Some(95), Some(1), Some(4), Some(195), Some(12)],
    );
    stable(
        "holding times",
        worlds.map(|world| unknowns.draw_hold(world).map(|hold| hold.0)),
        [
            Some(84715434),
            Some(3244627314),
            Some(19946757877),
            Some(63254829),
            Some(96683193),
            Some(13533557496),
        ],
    );
    stable(
        "idle times",
        worlds.map(|world| unknowns.draw_idle(world).map(|idle| idle.0)),
        [Some(199750651), Some(5194503), Some(2001181245), Some(40315178), Some(325923380), Some(4271688)],
    );
    stable(
        "takes answers",
        worlds.map(|world| unknowns.draw_answer(world)),
        [Some(false), Some(false), Some(false), Some(false), Some(false), Some(false)],
    );
}

#[test]
fn homes() {
    let home = |site| {
        let Home { v4, v6 } = Home::drawn(key(Purpose::Home).child(site));
        format!("{v4} {v6}")
    };
    stable(
        "homes",
        [0, 1, 2].map(home),
        [
            "207.243.71.186 2a0f:5e88:b79b:dd53:529:eb52:1abc:33f6",
            "39.253.223.147 2402:e7b4:efec:cfe6:403c:eeba:fe9b:b2ae",
            "206.145.208.31 2600:5471:6cbb:1c8c:8306:8674:27a6:8cc6",
        ],
    );
}

#[test]
fn connections_that_a_fault_hits() {
    let outage = Outage { from: Time::ZERO, to: Time::NEVER, fault: Fault::Refuse, scope: Scope::part(0.4) };
    let hit = [0, 1, 2, 3, 4, 5, 6, 7]
        .map(|message| outage.hits(&Client::drawing(key(Purpose::Fault).child(message).word())));
    stable("connections hit by a fault", hit, [true, false, false, true, false, false, true, false]);
}
