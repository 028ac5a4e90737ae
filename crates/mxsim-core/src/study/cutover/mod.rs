//! A cutover: hosts are taken out of the zone, and somebody asks when they may be stopped.
//!
//! ```text
//!   old zone, new zone --difference--> scenario with a change --variants--> keeps | refuses | drops | TTL lowered first | as planned
//!                                                                             |  one world each, the same random numbers
//!                                                                             v
//!                              who comes to the old hosts, bin by bin; what becomes of the mail --> Cutover
//! ```
//!
//! Every message is simulated one by one, because the last one counts. Main function: [`cutover`]; main types: [`CutoverOptions`], [`Cutover`], the
//! document `mxsim.cutover/1`.

mod answer;
mod arrivals;
mod document;
mod held;
mod measured;
mod name_servers;
mod options;
mod plan;
mod variants;

pub use document::{
    Change, Cutover, HeldBy, Lowering, Moved, NameServers, OldSender, Quantity, SCHEMA, Step, Variant,
};

pub use options::{CutoverOptions, LOWER_TTL, TIME_OF_DAY};

use crate::engine::MethodChoice;
use crate::scenario::{Scenario, ScenarioBuilder};
use crate::study::limit::Observer;
use crate::study::together::{Together, simulate_together};
use crate::study::{RunError, StudyError};
use arrivals::{Arrivals, Scene, Seen};
use variants::Prepared;

/// Simulates what happens when the zone of a scenario becomes `new`, or, without that, when the scenario's own last change takes hosts out of it.
///
/// ```
/// use mxsim_core::ScenarioBuilder;
/// use mxsim_core::study::cutover::{CutoverOptions, cutover};
/// use mxsim_core::study::{Quiet, TogetherOptions};
/// let old = "e.example. 300 IN MX 10 a.e.example.\na.e.example. 300 IN A 192.0.2.1\n";
/// let new = "e.example. 300 IN MX 10 b.e.example.\nb.e.example. 300 IN A 192.0.2.2\n";
/// let builder = ScenarioBuilder::new(old).messages_per_day(5_000.0);
/// let options = TogetherOptions::of(&builder.clone().build()?).replications(3);
/// let document = cutover(&builder, Some(new), CutoverOptions::new(options), &Quiet)?;
/// assert_eq!(document.change.old, ["a"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the two zones differ in nothing, or the change takes no host out; if something is wrong with the scenario; or if the simulation was stopped before
/// it had finished anything.
pub fn cutover(
    builder: &ScenarioBuilder,
    new: Option<&str>,
    options: CutoverOptions,
    observer: &dyn Observer,
) -> Result<Cutover, StudyError> {
    let prepared = Prepared::new(builder, new, options)?;
    let seen = simulated(&prepared, options, observer)?;
    let mut document = measured::document(&prepared, &seen, options);
    document.name_servers = new.and_then(|new| name_servers::differ(builder.zone_text(), new));
    plan::plan(&mut document, &prepared);
    document.said = answer::said(&document, &prepared);
    Ok(document)
}

fn simulated(
    prepared: &Prepared,
    options: CutoverOptions,
    observer: &dyn Observer,
) -> Result<Together<Seen>, RunError> {
    let scenarios: Vec<Scenario> = prepared.variants.iter().map(|variant| variant.scenario.clone()).collect();
    let together = options.together.method(MethodChoice::Messages);
    let scene: &Scene = &prepared.scene;
    simulate_together(&scenarios, together, observer, |replication| {
        let mut arrivals = Arrivals::new(&replication.compiled.world, scene);
        replication.tally_with(&mut arrivals)?;
        Some(arrivals.finish())
    })
}
