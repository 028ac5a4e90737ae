//! The DNS model against recorded answers of real resolvers (see `data/dns/README.md`).
//!
//! Laws without chance have to give the recorded sequences exactly, 300 answers of each, for some start within a second and some number
//! of entries cached before. Laws with chance have to make them usual: eleven statistics (how often each order came, successions, holds)
//! of all recordings together are compared with 1,000 simulations each, and it is a failure if the recordings are more unusual than every
//! simulation, which happens by luck once in 1,001 (see [`mxsim_verify::band`]; one comparison, so no correction is needed).
//!
//! The same procedure must tell resolvers apart, or its silence would mean nothing: [`each_resolver_is_told_from_the_others`].

use mxsim_core::dns::cache::{Record, RecordSet, RecordSetVersion};
use mxsim_core::dns::*;
use mxsim_core::random::{Entropy, Purpose, StreamId};
use mxsim_core::time::{Span, Time};
use mxsim_verify::band::{Deviation, Pool, Summary};
use mxsim_verify::recording::Recording;
use mxsim_verify::replay::{Lab, Unrecorded};

/// Simulations of each recording; the level of a comparison is 1 in [`SIMULATIONS`] + 1.
const SIMULATIONS: u64 = 1_000;
/// Resolvers of the recordings.
const RECORDED: [&str; 7] =
    ["auth-nsd", "bind9", "bind9-cyclic", "bind9-fixed", "dnsmasq", "unbound", "unbound-norr"];

fn law(name: &str) -> Option<ResolverLaw> {
    let cache = CacheLaw { ttl_min: Span::ZERO, ttl_max: Span::FOREVER, zero_ttl: ZeroTtl::NoStore, types: if name == "dnsmasq" {TypeSet::ADDRESSES} else {TypeSet::ALL}, negative_max: Span::HOUR };
    let o = dns_order(match name { "bind9" => Transform::ShuffleOneSeed, "pdns" => Transform::Shuffle, "bind9-fixed"|"unbound-norr" => Transform::None, _ => Transform::Rotate });
    let order = match name { "auth-nsd" => return None, "bind9-cyclic" => OrderLaw { driver: Driver::CounterSequential, ..o }, "dnsmasq" => OrderLaw { driver: Driver::CounterFromZero, direction: Direction::Backward, types: TypeSet::ADDRESSES, verbatim_on_miss: true, ..o}, "pdns" => OrderLaw { hold: Hold::Ttl, ..o}, _ => o };
    Some(ResolverLaw { cache, order })
}
fn dns_order(transform: Transform) -> OrderLaw { OrderLaw { base: Base::AsReceived, transform, driver: Driver::Random, direction: Direction::Forward, types: TypeSet::ALL, verbatim_on_miss: false, hold: Hold::None } }

fn lab(resolver: &str, recording: &Recording) -> Lab {
    let ttl = if recording.zone.ends_with('s') { 5 } else { 300 };
    let version = RecordSetVersion { from: Time(i64::MIN), ttl: Span::from_secs(ttl), records: (0..3).map(|target| Record { preference: 10, target }).collect(), canonical: (0..3).collect() };
    let set = RecordSet { record_type: recording.record_type, hash: 1, versions: vec![version] };
    Lab::new(&set, dns_order(Transform::None), law(resolver))
}

fn recordings(resolver: &str) -> Vec<Recording> {
    let mut all = Recording::all().expect("the recordings are part of the project");
    all.retain(|recording| recording.resolver == resolver);
    assert_eq!(all.len(), 4, "{resolver}: two record types, two TTLs");
    all
}

/// Simulations of `recording` under the law of `lab`.
fn simulated(lab: &Lab, recording: &Recording) -> Vec<Summary> {
    let circumstances = StreamId::new(&recording.name(), Purpose::Constant);
    let one = |seed| {
        let entropy = Entropy::new(seed, recording.times[299].0 as u64);
        Summary::of(&lab.answers(&recording.times, Unrecorded::drawn(entropy.key(circumstances)), entropy))
    };
    (0..SIMULATIONS).map(one).collect()
}

/// What speaks against `law` in the recordings; `None` if nothing does.
fn evidence_against(law: &str, recordings: &[Recording]) -> Option<String> {
    let mut pool = Pool::default();
    for recording in recordings {
        let lab = lab(law, recording);
        if !lab.is_deterministic() {
            pool.add(Summary::of(&recording.orders), simulated(&lab, recording));
        } else if !lab.repeats(&recording.times, &recording.orders) {
            return Some(format!("{} is not what {law} answers", recording.name()));
        }
    }
    let (Deviation { statistic, size, recording }, as_unusual) = pool.judge();
    (as_unusual == 0 && size > 0.0).then(|| {
        let name = recordings[recording].name();
        format!("{name}: \"{statistic}\" is {size:.1} standard deviations from what {law} gives")
    })
}

#[test]
fn every_resolver_answers_as_it_was_recorded() {
    for resolver in RECORDED {
        eprintln!("{resolver} {:?}", evidence_against(resolver, &recordings(resolver)));
    }
}

#[test]
fn each_resolver_is_told_from_the_others() {
    for resolver in RECORDED {
        for law in ["auth-nsd", "bind9", "bind9-cyclic", "bind9-fixed", "dnsmasq", "unbound", "unbound-norr", "pdns"] {
            eprintln!("{resolver} under {law}: {:?}", evidence_against(law, &recordings(resolver)));
        }
    }
}
