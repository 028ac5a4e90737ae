//! `cutover` against theory: who still reaches a host that has left the zone, and until when.
//!
//! Level: every comparison with theory has a chance of a false alarm of one in a million (`mxsim_verify::agree`); ends that are exact are compared
//! exactly. Each oracle has a mutant in `mutants.toml` that turns it red.

mod clamps;
mod holds;
mod renewal;
mod variants;

use mxsim_core::study::cutover::{Cutover, CutoverOptions, Variant, cutover};
use mxsim_core::study::{Quiet, TogetherOptions};
use mxsim_core::{ScenarioBuilder, SenderSpec};

/// The old zone: one host, all TTLs `ttl` \[s\].
fn old_zone(ttl: u64) -> String {
    format!("example.com. {ttl} IN MX 10 old.example.com.\nold.example.com. {ttl} IN A 192.0.2.1\n")
}

/// The zone with a host of another name.
fn new_zone(ttl: u64) -> String {
    old_zone(ttl).replace("old.", "new.").replace("192.0.2.1", "192.0.2.2")
}

/// One entry of `sites` equal sites behind the old zone, with so many messages a day altogether.
fn builder(ttl: u64, sender: SenderSpec, per_day: f64) -> ScenarioBuilder {
    let sender = sender.share(1.0).set("sizes", "equal");
    ScenarioBuilder::new(&old_zone(ttl)).messages_per_day(per_day).sender(sender)
}

/// The cutover of a scenario to the new zone.
fn cut(
    builder: &ScenarioBuilder,
    ttl: u64,
    replications: u64,
    options: impl FnOnce(CutoverOptions) -> CutoverOptions,
) -> Cutover {
    let scenario = builder.clone().build().unwrap_or_else(|error| panic!("{error}"));
    let together = TogetherOptions::of(&scenario).replications(replications);
    let options = options(CutoverOptions::new(together));
    cutover(builder, Some(&new_zone(ttl)), options, &Quiet).unwrap_or_else(|error| panic!("{error}"))
}

fn variant<'c>(cutover: &'c Cutover, name: &str) -> &'c Variant {
    cutover
        .variants
        .iter()
        .find(|variant| variant.name == name)
        .unwrap_or_else(|| panic!("no variant {name}"))
}

/// The mean of a quantity of a variant.
fn mean(variant: &Variant, name: &str) -> f64 {
    let found = variant.quantities.iter().find(|quantity| quantity.measured.name == name);
    found.unwrap_or_else(|| panic!("no quantity {name}")).measured.value.value
}
