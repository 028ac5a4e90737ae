//! How often senders simulated in numbers ask for MX records, and how often a cache knows.
//!
//! Questions come to a cache as a Poisson process. The first after an entry has run out fills it again, and all until it runs out are
//! answered from it; so only the fills are drawn, many at once where their rate stays the same, and the hits are a Poisson number over the valid
//! time.

use crate::dns::{CachePolicy, Caches, Pick, RecordType};
use crate::engine::aggregate::renewals::Renewals;
use crate::engine::count::recorder::Recorder;
use crate::engine::watch::WorkMeter;
use crate::engine::world::{MX, World};
use crate::random::{Entropy, Stream, StreamId};
use crate::scenario::Scenario;
use crate::time::{Span, Time};
use crate::traffic::poisson::poisson;
use crate::traffic::{Arrivals, Clock};
use rand_chacha::rand_core::Rng;
use std::collections::BTreeMap;

/// The caches that senders simulated in numbers ask.
#[derive(Debug, Default)]
pub(crate) struct CacheFills {
    layers: Vec<LayerFills>,
}

/// The caches of one layer.
#[derive(Debug)]
struct LayerFills {
    policy: CachePolicy,
    ttl: Span,
    empty: bool,
    stream: StreamId,
    /// Which questions come to each cache, and which part of them.
    caches: Vec<(usize, f64)>,
    /// Arrivals of questions, each shared by several caches.
    arrivals: Vec<Arrivals>,
}

/// What a cache that nobody asks costs, in fills: its first question is drawn all the same.
const LOOK: f64 = 0.5;

/// What a layer was asked in one replication.
#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    fills: u64,
    /// Questions answered from an entry that they made the cache fetch anew.
    hits: u64,
    /// Questions expected while an entry was valid.
    hits_expected: f64,
}

impl CacheFills {
    /// The caches of the `senders`, none of which asks a cache that other senders ask.
    pub(crate) fn new(world: &World, scenario: &Scenario, senders: &[usize]) -> Self {
        let layers = world.topology.layers.iter().enumerate().filter_map(|(layer, table)| {
            let asking = askers(world, scenario, senders, layer);
            let version = &world.topology.record_sets[MX].versions[0];
            if asking.is_empty() {
                return None;
            }
            let (caches, arrivals) = processes(world, asking);
            Some(LayerFills {
                policy: table.parameters.cache,
                ttl: version.ttl,
                empty: version.records.is_empty(),
                stream: table.refills,
                caches,
                arrivals,
            })
        });
        Self { layers: layers.collect() }
    }

    /// Entries expected to be filled in one replication, at most; a cache that is hardly asked costs something, too.
    pub(crate) fn expected_fills(&self, world: &World) -> f64 {
        let lasts = world.end.since(world.start).0 as f64;
        let of_cache = |layer: &LayerFills, &(arrivals, part): &(usize, f64)| {
            let questions = layer.arrivals[arrivals].expected(world.start, world.end) * part;
            match layer.kept_at(Time::ZERO) {
                Span::ZERO => 0.0,
                kept => {
                    let fills = questions.min(1.0 + lasts / kept.0 as f64).max(LOOK);
                    let (_, until) = layer.arrivals[arrivals].steady_from(world.start);
                    // Before measuring begins, and after.
                    let leaps = until == Time::NEVER && layer.is_steady(world.start);
                    if leaps { fills.min(2.0 * STRETCH) } else { fills }
                }
            }
        };
        self.layers
            .iter()
            .flat_map(|layer| layer.caches.iter().map(move |cache| of_cache(layer, cache)))
            .sum()
    }

    /// Draws what was asked in one replication.
    pub(crate) fn draw(
        &self,
        world: &World,
        entropy: &Entropy,
        recorder: &mut Recorder<'_>,
        watch: &mut WorkMeter<'_>,
    ) {
        for layer in &self.layers {
            let mut stream = entropy.stream(layer.stream);
            let mut asked = Asked::default();
            for &(arrivals, part) in &layer.caches {
                layer.draw(world, (&layer.arrivals[arrivals], part), &mut stream, (&mut asked, watch));
            }
            let hits = asked.hits + poisson(asked.hits_expected, &mut stream);
            recorder.looked_up_in_bulk(asked.fills + hits, hits);
        }
    }
}

/// Per cache of `layer`: who asks it, and with which part of its mail.
fn askers(
    world: &World,
    scenario: &Scenario,
    senders: &[usize],
    layer: usize,
) -> BTreeMap<usize, Vec<(usize, f64)>> {
    let mut asking: BTreeMap<usize, Vec<(usize, f64)>> = BTreeMap::new();
    for &sender in senders {
        let table = &world.senders[sender];
        let sizes = scenario.senders[sender].sizes.weights(table.sites);
        let Some(&(_, caches)) = table.layers.iter().find(|(own, _)| usize::from(*own) == layer) else {
            continue;
        };
        if world.topology.layers[layer].parameters.pick == Pick::Question {
            // Questions dealt out by chance: each cache has its part of them, which is a Poisson process again.
            let each = 1.0 / world.topology.layers[layer].caches as f64;
            (0..world.topology.layers[layer].caches)
                .for_each(|cache| asking.entry(cache).or_default().push((sender, each)));
            continue;
        }
        for chooser in 0..table.sites * table.hosts {
            let cache = match caches {
                Caches::PerHost => chooser,
                Caches::PerSite => chooser / table.hosts,
                Caches::Count(n) => chooser % n,
            };
            let part = sizes[chooser / table.hosts] / table.hosts as f64;
            let askers = asking.entry(cache).or_default();
            match askers.last_mut() {
                Some(last) if last.0 == sender => last.1 += part,
                _ => askers.push((sender, part)),
            }
        }
    }
    asking
}

/// The caches, and the arrivals they refer to: one process for all caches that a single sender asks, one for each that several ask.
fn processes(
    world: &World,
    asking: BTreeMap<usize, Vec<(usize, f64)>>,
) -> (Vec<(usize, f64)>, Vec<Arrivals>) {
    let arrivals_of = |sender: usize| &world.senders[sender].arrivals;
    let mut arrivals: Vec<Arrivals> = Vec::new();
    let mut alone: BTreeMap<usize, usize> = BTreeMap::new();
    let mut caches = Vec::new();
    for askers in asking.into_values() {
        if let [(sender, part)] = askers[..] {
            let process = *alone.entry(sender).or_insert_with(|| {
                arrivals.push(arrivals_of(sender).clone());
                arrivals.len() - 1
            });
            caches.push((process, part));
        } else {
            let parts: Vec<(&Arrivals, f64)> =
                askers.iter().map(|&(sender, part)| (arrivals_of(sender), part)).collect();
            caches.push((arrivals.len(), 1.0));
            arrivals.push(Arrivals::together(&parts));
        }
    }
    (caches, arrivals)
}

/// What a leap costs, in fills.
const LEAP: u32 = 4;

/// What a stretch at one rate costs at most, in fills: a leap or two, and what they leave.
const STRETCH: f64 = 24.0;

/// Fills that are counted at once.
#[derive(Debug, Clone, Copy)]
struct Leap {
    fills: u64,
    hits_expected: f64,
    /// Until then questions change nothing.
    quiet: Time,
}

impl LayerFills {
    /// How long an entry is kept that is filled at `now`.
    fn kept_at(&self, now: Time) -> Span {
        self.policy.kept_for(RecordType::Mx, self.empty, self.ttl, now)
    }

    /// True if every entry is kept for the same time and none is fetched anew before that.
    fn is_steady(&self, now: Time) -> bool {
        self.ttl > Span::ZERO && self.policy.prefetched(self.kept_at(now)) == Span::ZERO
    }

    /// Leaps over fills from `now` on, when nothing is kept, as far as questions come at one rate; `None` where it is not worth it or an entry may
    /// be fetched anew before it expires.
    fn leap(
        &self,
        (arrivals, part): (&Arrivals, f64),
        (now, end): (Time, Time),
        stream: &mut Stream,
    ) -> Result<Leap, Time> {
        if !self.is_steady(now) || now >= end {
            return Err(Time::NEVER);
        }
        let kept = self.kept_at(now);
        let (rate, until) = arrivals.steady_from(now);
        // What is before the first measured moment is not counted.
        let until = until.min(end).min(if now < Time::ZERO { Time::ZERO } else { Time::NEVER });
        let renewals = Renewals { rate: rate * part, kept: kept.0 as f64 };
        let length = until.since(now).0 as f64;
        let count = renewals.leap_within(length).ok_or(until)?;
        let fills = renewals.leap(count, length, stream);
        if fills.count == 0 {
            // Nobody asks up to there.
            return Ok(Leap { fills: 0, hits_expected: 0.0, quiet: until });
        }
        let last = now + Span(fills.last as i64);
        let quiet = (last + kept).min(end);
        let counts = u64::from(now >= Time::ZERO);
        let whole = (fills.count - 1) as f64 * renewals.kept * renewals.rate * counts as f64;
        let hits_expected = whole + part * arrivals.expected(last.max(Time::ZERO), quiet);
        Ok(Leap { fills: fills.count * counts, hits_expected, quiet })
    }

    /// One cache in one replication; `part` of the `arrivals` are questions to it.
    fn draw(
        &self,
        world: &World,
        (arrivals, part): (&Arrivals, f64),
        stream: &mut Stream,
        (asked, watch): (&mut Asked, &mut WorkMeter<'_>),
    ) {
        if self.kept_at(Time::ZERO) == Span::ZERO {
            // Nothing is kept, so every question is passed on.
            asked.fills += poisson(part * arrivals.expected(Time::ZERO, world.end), stream);
            return;
        }
        let (mut last, mut is_first) = (Clock::from(world.start), true);
        let mut valid_until = world.start;
        // No leap is worth it before then.
        let mut single_until = world.start;
        loop {
            if !is_first && valid_until >= single_until {
                match self.leap((arrivals, part), (valid_until, world.end), stream) {
                    Ok(_) if watch.worked(LEAP) => return,
                    Ok(leap) => {
                        asked.fills += leap.fills;
                        asked.hits_expected += leap.hits_expected;
                        (last, valid_until) = (Clock::from(leap.quiet), leap.quiet);
                        continue;
                    }
                    Err(until) => single_until = until,
                }
            }
            let now = arrivals.next_of(part, &mut last, world.end, stream);
            if watch.worked(1) || now >= world.end {
                return;
            }
            let counts = u64::from(now >= Time::ZERO);
            match now < valid_until {
                true => asked.hits += counts,
                false => asked.fills += counts,
            }
            let mut kept = self.kept_at(now);
            let early = self.policy.prefetched(kept);
            if is_first && now.since(world.start) < kept {
                // Caches have been in use before; see `Network::in_use_before`.
                let phase = ((stream.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64;
                kept = Span((kept.0 as f64 * phase).ceil() as i64);
            }
            is_first = false;
            if kept > Span::ZERO {
                // Up to there its questions change nothing; the next one fetches it anew, and is a hit if it comes before it expires.
                let expires = now + kept;
                let quiet = (expires - early).max(now).min(world.end);
                asked.hits_expected += part * arrivals.expected(now.max(Time::ZERO), quiet);
                last = Clock::from(quiet);
                valid_until = expires;
            }
        }
    }
}
