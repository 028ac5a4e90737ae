//! The DNS model against recorded answers of real resolvers (see `data/dns/README.md`).
//!
//! Resolvers without chance have to give the recorded sequences exactly, 300 answers of each, for some start within a second and some number
//! of entries cached before. Resolvers with chance have to make them usual: eleven statistics (how often each order came, successions, holds)
//! of all recordings together are compared with 1,000 simulations each, and it is a failure if the recordings are more unusual than every
//! simulation, which happens by luck once in 1,001 (see [`mxsim_verify::band`]; one comparison, so no correction is needed).
//!
//! The same procedure must tell resolvers apart, or its silence would mean nothing: [`each_resolver_is_told_from_the_others`].

use mxsim_core::dns::RecordType;
use mxsim_core::engine::compile;
use mxsim_core::random::{Entropy, Purpose, StreamId};
use mxsim_verify::band::{Deviation, Pool, Summary};
use mxsim_verify::experiment::scenario;
use mxsim_verify::recording::Recording;
use mxsim_verify::replay::{Lab, Unrecorded};

/// Simulations of each recording; the level of a comparison is 1 in [`SIMULATIONS`] + 1.
const SIMULATIONS: u64 = 1_000;

/// Each recorded resolver as a scenario says it. The authority behind all is NSD; `auth-nsd` is NSD asked directly.
const RECORDED: [(&str, &str); 7] = [
    ("auth-nsd", "preset = \"plain\""),
    ("bind9", "preset = \"bind_9_20\""),
    (
        "bind9-cyclic",
        "preset = \"bind_9_20\"\norder = { transform = \"rotate\", driver = \"counter-sequential\" }",
    ),
    ("bind9-fixed", "preset = \"bind_9_20\"\norder = { transform = \"none\" }"),
    ("dnsmasq", "preset = \"dnsmasq\""),
    ("unbound", "preset = \"unbound\""),
    ("unbound-norr", "preset = \"unbound\"\norder = { transform = \"none\" }"),
];
/// A resolver nobody recorded: the recordings must speak against it.
const NOT_RECORDED: (&str, &str) = ("pdns_recursor", "preset = \"pdns_recursor\"");
/// These answer in the order of the zone, always, and cannot be told apart by their answers.
const FIXED: [&str; 3] = ["auth-nsd", "bind9-fixed", "unbound-norr"];

type Resolver = (&'static str, &'static str);

/// `resolver` before NSD with the zone and the record type of `recording`, compiled from scenario text.
fn lab((name, resolver): Resolver, recording: &Recording) -> Lab {
    let ttl = if recording.zone.ends_with('s') { 5 } else { 300 };
    let domain = format!("{}.example.test.", recording.zone);
    let address = |i: usize| format!("203.0.113.{}", 9 + i);
    let lines: String = match recording.record_type {
        RecordType::Mx => (1..=3)
            .map(|i| {
                let address = address(i);
                format!("{domain} {ttl} IN MX 10 mx{i}.{domain}\nmx{i}.{domain} {ttl} IN A {address}\n")
            })
            .collect(),
        RecordType::A | RecordType::Aaaa => (1..=3)
            .fold(format!("{domain} {ttl} IN MX 10 mx.{domain}\n"), |lines, i| {
                lines + &format!("mx.{domain} {ttl} IN A {}\n", address(i))
            }),
    };
    let text = format!(
        "[zone]\nauthority = \"nsd\"\ntext = \"\"\"\n{lines}\"\"\"\n[resolvers.recorded]\n{resolver}\n
[[senders]]\nname = \"probe\"\npreset = \"order-preserving\"\nresolver = \"recorded\"\n"
    );
    let world = compile(&scenario(&text));
    Lab::of(&world, recording.record_type, name != "auth-nsd").expect("the zone has the record set")
}

fn recordings(resolver: &str) -> Vec<Recording> {
    let mut all = Recording::all().expect("the recordings are part of the project");
    all.retain(|recording| recording.resolver == resolver);
    assert_eq!(all.len(), 4, "{resolver}: two record types, two TTLs");
    all
}

/// Simulations of `recording` under the resolver of `lab`.
fn simulated(lab: &Lab, recording: &Recording) -> Vec<Summary> {
    let circumstances = StreamId::new(&recording.name(), Purpose::Process);
    let one = |seed| {
        let entropy = Entropy::new(seed, recording.times[299].0 as u64);
        Summary::of(&lab.answers(&recording.times, Unrecorded::drawn(entropy.key(circumstances)), entropy))
    };
    (0..SIMULATIONS).map(one).collect()
}

/// What speaks against `resolver` having given the recordings; `None` if nothing does.
fn evidence_against(law: Resolver, recordings: &[Recording]) -> Option<String> {
    evidence_against_all(recordings.iter().map(|recording| (law, recording)).collect())
}

/// What speaks against each recording having come from the resolver beside it: an answer that a deterministic resolver never gives, or more
/// deviation than in any simulation.
fn evidence_against_all(pairs: Vec<(Resolver, &Recording)>) -> Option<String> {
    let mut pool = Pool::default();
    let mut pooled = Vec::new();
    for (law, recording) in pairs {
        let lab = lab(law, recording);
        if !lab.is_deterministic() {
            pool.add(Summary::of(&recording.orders), simulated(&lab, recording));
            pooled.push((law.0, recording.name()));
        } else if !lab.repeats(&recording.times, &recording.orders) {
            return Some(format!("{} is not what {} answers", recording.name(), law.0));
        }
    }
    let (Deviation { statistic, size, recording }, as_unusual) = pool.judge();
    (as_unusual == 0 && size > 0.0).then(|| {
        let (law, name) = &pooled[recording];
        format!("{name}: \"{statistic}\" is {size:.1} standard deviations from what {law} gives")
    })
}

/// Theory: the recorded software obeys its preset. n: 28 recordings of 300 answers, 1,000 simulations of each; level 1 in 1,001 for all.
#[test]
fn every_resolver_answers_as_it_was_recorded() {
    let recordings: Vec<(Resolver, Vec<Recording>)> =
        RECORDED.into_iter().map(|resolver| (resolver, recordings(resolver.0))).collect();
    let pairs = recordings.iter().flat_map(|(law, all)| all.iter().map(|recording| (*law, recording)));
    assert_eq!(evidence_against_all(pairs.collect()), None);
}

/// Theory: only resolvers that are the same cannot be told apart. Each pair of a resolver's four recordings and another resolver is tested at level
/// 1 in 1,001; all of them must be found out.
#[test]
fn each_resolver_is_told_from_the_others() {
    let mut not_told_apart = Vec::new();
    for (resolver, _) in RECORDED {
        let recordings = recordings(resolver);
        for law in RECORDED.into_iter().chain([NOT_RECORDED]) {
            let same = law.0 == resolver || FIXED.contains(&law.0) && FIXED.contains(&resolver);
            if !same && evidence_against(law, &recordings).is_none() {
                not_told_apart.push((resolver, law.0));
            }
        }
    }
    assert!(not_told_apart.is_empty(), "{not_told_apart:?}");
}
