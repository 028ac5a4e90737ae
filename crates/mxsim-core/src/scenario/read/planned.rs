//! What a scenario plans for certain times, for the results to look at: its events, and the changes of its zone.

use super::reading::Reading;
use crate::dns::{Host, Zone};
use crate::scenario::model::{PlannedEvent, ZoneVersion};
use crate::time::{Span, Time};

/// Most events that results look at one by one: nobody reads about more.
const MOST_EVENTS: usize = 20;

/// The events and changes in the measured time, in the order of the scenario. More than [`MOST_EVENTS`] bring a caution.
pub(super) fn planned(
    events: Vec<PlannedEvent>,
    zones: &[ZoneVersion],
    run_length: Span,
    reading: &mut Reading,
) -> Vec<PlannedEvent> {
    let end = Time::ZERO + run_length;
    let happens = |event: &PlannedEvent| event.during.iter().any(|&(from, to)| from < end && to > Time::ZERO);
    let mut all: Vec<PlannedEvent> = events.into_iter().chain(changes(zones)).filter(happens).collect();
    if all.len() > MOST_EVENTS {
        let text = format!(
            "only the first {MOST_EVENTS} of {} events and changes are looked at one by one; all of them happen",
            all.len()
        );
        reading.caution("many-events", text);
        all.truncate(MOST_EVENTS);
    }
    all
}

/// A change goes on until the answers from before it have run out.
fn changes(zones: &[ZoneVersion]) -> impl Iterator<Item = PlannedEvent> {
    zones.windows(2).filter_map(|pair| {
        let (old, new) = (&pair[0].zone, &pair[1]);
        let ttl = longest_ttl(old, &new.zone)?;
        let text = format!("the zone changes at {}", Span(new.at.0));
        (ttl > Span::ZERO).then(|| PlannedEvent { text, during: vec![(new.at, new.at + ttl)] })
    })
}

/// The longest TTL of the answers that a change makes old; `None` if it changes no answer.
fn longest_ttl(old: &Zone, new: &Zone) -> Option<Span> {
    let mx = (old.mx != new.mx).then_some(if old.mx.is_empty() { old.negative_ttl } else { old.mx_ttl });
    let of_host = |host: &Host| {
        let other = new.host(&host.name);
        let a = other.is_none_or(|other| other.a != host.a).then_some(host.a_ttl);
        let aaaa = other.is_none_or(|other| other.aaaa != host.aaaa).then_some(host.aaaa_ttl);
        a.filter(|_| !host.a.is_empty()).max(aaaa.filter(|_| !host.aaaa.is_empty()))
    };
    mx.max(old.hosts.iter().filter_map(of_host).max())
}
