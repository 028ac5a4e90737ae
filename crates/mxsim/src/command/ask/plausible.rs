//! Other plausible worlds in closed form: how the number of choosers, and how long they hold, might be for the senders nobody knows.

use mxsim_core::scenario::{Scenario, Sender};
use mxsim_core::sender::Keep;
use mxsim_core::study::sensitivity::draw;
use mxsim_core::theory::split::{LumpForecast, lump_forecast};
use mxsim_core::theory::sticky::lump_factor_with_profile;
use mxsim_core::time::Span;
use serde_json::{Value, json};

/// Worlds that are drawn: the edges of the central 90 % then have 20 on either side.
const WORLDS: u64 = 400;
/// A split is roughly even if all nodes are within this part of their fair share.
const ROUGHLY: f64 = 0.25;

/// What the split is like over plausible worlds.
#[derive(Debug)]
pub(super) struct Plausible {
    /// Worlds that were drawn.
    pub(super) worlds: u64,
    /// How many of them split roughly even on 19 of 20 days.
    pub(super) even: u64,
    /// 5 % and 95 % quantile over them of what the busiest node carries on 19 of 20 days at most.
    pub(super) busiest: [f64; 2],
}

/// Draws them; `None` if no sender is unknown in a way that makes lumps.
pub(super) fn of(scenario: &Scenario, nodes: usize, messages: f64) -> Option<Plausible> {
    let lumpy = |sender: &Sender| sender.unknowns.hold.is_some() && sender.sites == 1;
    if nodes < 2 || !scenario.senders.iter().any(lumpy) {
        return None;
    }
    let forecast = |number: u64| {
        let world = draw(scenario, scenario.run.seed, number);
        let lumps = world.senders.iter().map(|sender| lumps(sender, scenario.run.window)).sum();
        lump_forecast(nodes, lumps, messages, ROUGHLY)
    };
    let drawn: Vec<LumpForecast> = (0..WORLDS).map(forecast).collect();
    let mut busiest: Vec<f64> = drawn.iter().map(|forecast| forecast.busiest_p95).collect();
    busiest.sort_by(f64::total_cmp);
    let edge = WORLDS as usize / 20;
    Some(Plausible {
        worlds: WORLDS,
        even: drawn.iter().filter(|forecast| forecast.within).count() as u64,
        busiest: [busiest[edge], busiest[WORLDS as usize - 1 - edge]],
    })
}

/// A sender's squared lumps. One that follows a fixed answer of the DNS is a single lump that never moves.
fn lumps(sender: &Sender, window: Span) -> f64 {
    let squared = sender.share * sender.share;
    let order = &sender.behaviour.law.order;
    if sender.sites > 1 {
        return 0.0;
    }
    if !order.draws() {
        return squared;
    }
    let held = match order.keep {
        Keep::Exponential(held) | Keep::Fixed(held) => {
            let times = window.as_secs_f64() / held.as_secs_f64();
            lump_factor_with_profile(&sender.profile.relative_rates(), times)
        }
        Keep::Forever => 1.0,
        Keep::Attempt | Keep::Message | Keep::Process | Keep::Second | Keep::CacheEntry => 0.0,
    };
    squared * held / sender.hosts as f64
}

impl Plausible {
    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "worlds": self.worlds,
            "roughly_even": self.even,
            "busiest_share_p95_from": self.busiest[0],
            "busiest_share_p95_to": self.busiest[1],
        })
    }
}
