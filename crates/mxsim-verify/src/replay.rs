//! The DNS model asked at the times at which a real resolver was asked.
//!
//! Two things about the recorded process are not in the recording and are played through:
//!
//! - **The resolver's clock.** TTLs are whole seconds (RFC 1035 section 3.2.1), and BIND, Unbound and dnsmasq compare them with a clock
//!   of whole seconds. Where in a second the recording began is not known, so an entry of TTL 5 lives between 4 and 5 seconds. The model
//!   is asked at the times as that clock shows them.
//! - **What else had been cached.** BIND's `cyclic` starts each new entry one further than the last entry *of any kind*, name servers and
//!   addresses included, so the first start of a recording may be any.
//!
//! Main types: [`Lab`], an authority and a resolver; [`Unrecorded`], these two circumstances.

use mxsim_core::dns::cache::{Hop, Layer, Network, RecordSet};
use mxsim_core::dns::order::Order;
use mxsim_core::dns::{Driver, OrderPolicy, RecordType, ResolverParameters, Transform};
use mxsim_core::engine::Compiled;
use mxsim_core::random::{Entropy, Key, Purpose, StreamId};
use mxsim_core::time::{Span, Time};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// Starts a rotation of three records can have.
const STARTS: u8 = 3;
/// Steps in which the start within a second is searched; recorded times have a tenth of a millisecond.
const PHASE_STEP: i64 = 1_000;

/// An authority and perhaps a resolver, asked for one record set.
#[derive(Debug, Clone)]
pub struct Lab {
    /// The record set that is asked for, and copies under other names that were cached before it.
    sets: Vec<RecordSet>,
    authority: OrderPolicy,
    resolver: Option<ResolverParameters>,
}

/// What a recording does not tell about the process.
#[derive(Debug, Clone, Copy)]
pub struct Unrecorded {
    /// How far into a second of the resolver's clock the first query came; below a second.
    pub phase: Span,
    /// Entries cached before the first query.
    pub earlier: u8,
}

impl Lab {
    /// A lab in which `authority` publishes `set` and `resolver`, if any, is asked for it.
    #[must_use]
    pub fn new(set: &RecordSet, authority: OrderPolicy, resolver: Option<ResolverParameters>) -> Self {
        let copy = |i| RecordSet { hash: set.hash.wrapping_add(u64::from(i)), ..set.clone() };
        Self { sets: (0..STARTS).map(copy).collect(), authority, resolver }
    }

    /// The first record set of `record_type` in a compiled scenario, asked through its first sender's resolver.
    #[must_use]
    pub fn of(compiled: &Compiled, record_type: RecordType, through_resolver: bool) -> Option<Self> {
        let set = compiled.world.topology.record_sets.iter().find(|set| set.record_type == record_type)?;
        let resolver =
            compiled.world.topology.layers.first().filter(|_| through_resolver).map(|layer| layer.parameters);
        Some(Self::new(set, compiled.world.topology.authority, resolver))
    }

    /// True if answers follow from the circumstances alone.
    #[must_use]
    pub fn is_deterministic(&self) -> bool {
        let fixed =
            |policy: &OrderPolicy| policy.transform == Transform::None || policy.driver != Driver::Random;
        fixed(&self.authority) && self.resolver.is_none_or(|policy| fixed(&policy.order))
    }

    /// The answers at `times`, by the luck of `entropy`.
    #[must_use]
    pub fn answers(&self, times: &[Time], unrecorded: Unrecorded, entropy: Entropy) -> Vec<Order> {
        self.play(times, unrecorded, entropy).collect()
    }

    /// True if under some circumstances the model answers exactly as recorded. Only for a deterministic lab.
    #[must_use]
    pub fn repeats(&self, times: &[Time], recorded: &[Order]) -> bool {
        let luck = Entropy::new(0, 0);
        let phases = (0..SECOND).step_by(PHASE_STEP as usize).map(Span);
        phases.into_iter().any(|phase| {
            (0..STARTS)
                .map(|earlier| Unrecorded { phase, earlier })
                .any(|unrecorded| self.play(times, unrecorded, luck).eq(recorded.iter().cloned()))
        })
    }

    fn play(&self, times: &[Time], unrecorded: Unrecorded, entropy: Entropy) -> impl Iterator<Item = Order> {
        let key = |name| entropy.key(StreamId::new(name, Purpose::Answer));
        let layer = |parameters| Layer { parameters, caches: 1, key: key("resolver") };
        let layers: Vec<Layer> = self.resolver.map(layer).into_iter().collect();
        let hops: &[Hop] = if layers.is_empty() { &[] } else { &[Hop { layer: 0, cache: 0 }] };
        let mut network = Network::new(&self.sets, self.authority, key("authority"), layers);
        let clock = move |at: Time| Time((at + unrecorded.phase).0.div_euclid(SECOND) * SECOND);
        for copy in 0..usize::from(unrecorded.earlier) {
            network.look_up(hops, copy + 1, clock(Time::ZERO));
        }
        times.iter().map(move |&at| network.look_up(hops, 0, clock(at)).order)
    }
}

impl Unrecorded {
    /// Circumstances by the luck of `key`.
    #[must_use]
    pub fn drawn(key: Key) -> Self {
        Self {
            phase: Span(key.child(0).below(SECOND as usize) as i64),
            earlier: key.child(1).below(usize::from(STARTS)) as u8,
        }
    }
}
