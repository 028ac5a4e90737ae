//! The split in other plausible worlds, in closed form: other numbers of choosers, and other times they hold, for senders that are not known.

use crate::scenario::{Scenario, Sender};
use crate::sender::Stickiness;
use crate::study::sensitivity::{DrawnSender, Prior, world_key};
use crate::theory::split::{LumpForecast, lump_forecast};
use crate::theory::sticky::lump_factor_with_profile;
use crate::time::Span;
use serde::Serialize;

/// Worlds that are drawn: the edges of the central 90 % then have 10 on either side. More would make the short command slow.
const WORLDS: u64 = 200;
/// A split is roughly even if all nodes are within this part of their fair share.
const ROUGHLY: f64 = 0.25;

/// The spread of the split over plausible worlds; chance from day to day is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlausibleSplits {
    /// Worlds that were drawn.
    pub worlds: u64,
    /// How many of them split roughly even on 19 of 20 windows.
    pub roughly_even: u64,
    /// 5 % quantile over them of the busiest node's share on 19 of 20 windows, 0..1.
    pub busiest_share_p95_from: f64,
    /// 95 % quantile of the same.
    pub busiest_share_p95_to: f64,
}

/// Draws the worlds; `None` if no sender is unknown in a way that makes lumps. `messages` are those of a window.
pub(super) fn splits(scenario: &Scenario, nodes: usize, messages: f64) -> Option<PlausibleSplits> {
    let lumpy = |sender: &Sender| sender.wanted && sender.unknowns.hold.is_some() && sender.sites == 1;
    if nodes < 2 || !scenario.senders.iter().any(lumpy) {
        return None;
    }
    let prior = Prior::new(scenario);
    // The many small sites of an entry make no lumps in any world.
    let large = |(i, sender): (usize, &Sender)| {
        (sender.wanted && sender.sites == 1).then(|| Large { i, rates: sender.profile.relative_rates() })
    };
    let large: Vec<Large> = scenario.senders.iter().enumerate().filter_map(large).collect();
    let forecast = |number: u64| {
        let world = world_key(scenario.run.seed, number);
        let shares = prior.shares(world);
        let lumps = |of: &Large| of.lumps(&prior.sender(of.i, world), shares[of.i], scenario.run.window);
        lump_forecast(nodes, large.iter().map(lumps).sum(), messages, ROUGHLY)
    };
    let drawn: Vec<LumpForecast> = (0..WORLDS).map(forecast).collect();
    let mut busiest: Vec<f64> = drawn.iter().map(|forecast| forecast.busiest_p95).collect();
    busiest.sort_by(f64::total_cmp);
    let edge = WORLDS as usize / 20;
    Some(PlausibleSplits {
        worlds: WORLDS,
        roughly_even: drawn.iter().filter(|forecast| forecast.within).count() as u64,
        busiest_share_p95_from: busiest[edge],
        busiest_share_p95_to: busiest[WORLDS as usize - 1 - edge],
    })
}

/// A sender of one site.
struct Large {
    /// Its place among the senders.
    i: usize,
    /// Its rhythm.
    rates: Vec<f64>,
}

impl Large {
    /// Its squared lumps. One that follows a fixed answer of the DNS is a single lump that never moves.
    fn lumps(&self, drawn: &DrawnSender, share: f64, window: Span) -> f64 {
        let squared = share * share;
        if !drawn.order.draws() {
            return squared;
        }
        let held = match drawn.order.keep {
            Stickiness::Exponential(held) | Stickiness::Fixed(held) => {
                lump_factor_with_profile(&self.rates, window.as_secs_f64() / held.as_secs_f64())
            }
            Stickiness::Forever => 1.0,
            Stickiness::Attempt
            | Stickiness::Message
            | Stickiness::Process
            | Stickiness::Second
            | Stickiness::CacheEntry => 0.0,
        };
        squared * held / drawn.hosts as f64
    }
}
