//! The split in other plausible worlds, in closed form: other numbers of choosers, and other times they hold, for senders that are not known.

use crate::scenario::{Scenario, Sender};
use crate::sender::Stickiness;
use crate::study::sensitivity::{draw_sender, draw_shares, world_key};
use crate::theory::split::{LumpForecast, lump_forecast};
use crate::theory::sticky::lump_factor_with_profile;
use crate::time::Span;
use serde::Serialize;

/// Worlds that are drawn: the edges of the central 90 % then have 20 on either side.
const WORLDS: u64 = 400;
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
    let lumpy = |sender: &Sender| sender.unknowns.hold.is_some() && sender.sites == 1;
    if nodes < 2 || !scenario.senders.iter().any(lumpy) {
        return None;
    }
    let forecast = |number: u64| {
        let world = world_key(scenario.run.seed, number);
        // The many small sites of an entry make no lumps in any world.
        let shared = scenario.senders.iter().zip(draw_shares(scenario, world));
        let large = shared.filter(|(sender, _)| sender.sites == 1);
        let lumps =
            large.map(|(sender, share)| lumps(&draw_sender(sender, world), share, scenario.run.window)).sum();
        lump_forecast(nodes, lumps, messages, ROUGHLY)
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

/// A sender's squared lumps. One that follows a fixed answer of the DNS is a single lump that never moves.
fn lumps(sender: &Sender, share: f64, window: Span) -> f64 {
    let squared = share * share;
    let order = &sender.behaviour.parameters.order;
    if !order.draws() {
        return squared;
    }
    let held = match order.keep {
        Stickiness::Exponential(held) | Stickiness::Fixed(held) => {
            let times = window.as_secs_f64() / held.as_secs_f64();
            lump_factor_with_profile(&sender.profile.relative_rates(), times)
        }
        Stickiness::Forever => 1.0,
        Stickiness::Attempt
        | Stickiness::Message
        | Stickiness::Process
        | Stickiness::Second
        | Stickiness::CacheEntry => 0.0,
    };
    squared * held / sender.hosts as f64
}
