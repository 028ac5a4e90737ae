//! When to do what.

use super::document::{Cutover, Step, Variant};
use super::variants::Prepared;
use crate::dns::RecordType;
use crate::numerals::literal_duration;

/// A stop that nobody named is rounded up to one of these (s), the first that is no more than a tenth of it.
const ROUND_S: [f64; 7] = [3_600.0, 1_800.0, 900.0, 600.0, 300.0, 60.0, 10.0];
/// Rounded to a part of the whole.
const PART: f64 = 10.0;

/// Writes the plan into the document, and the time at which the old hosts stop where it was not given.
pub(super) fn plan(document: &mut Cutover, prepared: &Prepared) {
    let planned = planned(document);
    if !document.change.is_stop_given {
        document.change.stop_s = safe(planned);
    }
    document.plan = steps(document, prepared);
}

/// The variant that does what the plan says.
pub(super) fn planned(document: &Cutover) -> &Variant {
    let is_lowered = document.change.lowering.is_some_and(|lowering| lowering.is_planned);
    let wanted = match (document.change.is_stop_given, is_lowered) {
        (true, _) => "plan",
        (false, true) => "lowered",
        (false, false) => "keeps",
    };
    variant(document, wanted).unwrap_or(&document.variants[0])
}

pub(super) fn variant<'d>(document: &'d Cutover, name: &str) -> Option<&'d Variant> {
    document.variants.iter().find(|variant| variant.name == name)
}

/// When the last old answer has run out, or the last message of all replications has come, rounded up, whichever is later; `None` if mail comes as long
/// as it is watched. A few replications may not have met the cache that was filled just before the change, so their last message alone is no bound.
pub(super) fn safe(variant: &Variant) -> Option<f64> {
    let latest = rounded_up(variant.last.map_or(0.0, |last| last.latest));
    (variant.still <= 0.0).then(|| latest.max(variant.runs_out_s))
}

fn rounded_up(seconds: f64) -> f64 {
    let step = ROUND_S.into_iter().find(|step| *step <= seconds / PART).unwrap_or(10.0);
    ((seconds / step).floor() + 1.0) * step
}

/// What must stay: machines whose addresses are replaced go on under no name.
fn stays(prepared: &Prepared) -> String {
    if prepared.types.contains(&RecordType::Mx) {
        let its = if prepared.old.len() == 1 { "its" } else { "their" };
        let old = prepared.names().join(", ");
        return format!("{old} must go on taking mail, and {its} address records must stay.");
    }
    let nodes = prepared.old.iter().map(|place| &prepared.scenario().nodes[*place]);
    let addresses: Vec<String> = nodes.flat_map(|node| &node.addresses).map(ToString::to_string).collect();
    format!("What listens at {} must go on taking mail.", addresses.join(", "))
}

fn steps(document: &Cutover, prepared: &Prepared) -> Vec<Step> {
    let (change, old) = (&document.change, prepared.names().join(", "));
    let ttl = literal_duration(change.ttl_s);
    let mut steps = Vec::new();
    let lowering = change.lowering.filter(|lowering| lowering.is_planned);
    if let Some(lowering) = lowering {
        let lower = literal_duration(lowering.ttl_s);
        steps.push(Step {
            at_s: -lowering.before_s,
            text: format!("Lower the TTL of the records that change from {ttl} to {lower}."),
        });
    }
    let new_ttl = lowering.map_or_else(String::new, |lowering| {
        format!(", with a TTL of {} so that a way back is as short", literal_duration(lowering.ttl_s))
    });
    steps.push(Step { at_s: 0.0, text: format!("Publish the new records{new_ttl}. {}", stays(prepared)) });
    let watched = planned(document);
    let most = watched.moved.iter().find(|moved| moved.part > 0.98).and_then(|moved| moved.after_s);
    let looked = most.map(|at| rounded_up(at.high.unwrap_or(at.value)));
    if let Some(at_s) = looked.filter(|at| change.stop_s.is_none_or(|stop| *at < stop)) {
        steps.push(Step {
            at_s,
            text: format!("Look at the log of {old}: 99 % of the mail should go to the new hosts."),
        });
    }
    // The answers that were good until the change, and at least ten minutes.
    let quiet = lowering.map_or(prepared.ttl.as_secs_f64(), |lowering| lowering.ttl_s).max(600.0);
    match change.stop_s {
        Some(at_s) => steps.push(Step { at_s, text: format!("Stop {old}, if its log shows no mail in the last {}.", literal_duration(quiet)) }),
        None => steps.push(Step { at_s: change.watched_s, text: format!("Keep {old}: it still takes mail at this time. Ask those who send there to restart their resolver or mail server.") }),
    }
    if lowering.is_some() {
        let at_s = change.stop_s.unwrap_or(change.watched_s);
        steps.push(Step { at_s, text: format!("Raise the TTL of the new records to {ttl} again.") });
    }
    if document.name_servers.is_some() {
        steps.push(Step {
            at_s: 0.0,
            text: "Publish the new records on the old name servers as well.".into(),
        });
    }
    steps.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
    steps
}
