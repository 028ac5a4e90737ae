//! What a scenario plans for certain times, for the results to look at: its events, and the changes of its zone.

use super::reading::Reading;
use crate::results::EventKind;
use crate::scenario::model::{Authority, PlannedEvent, ZoneVersion};
use crate::time::{Span, Time};

/// Most events that results look at one by one: nobody reads about more.
const MOST_EVENTS: usize = 20;

/// The events and changes in the measured time, in the order of the scenario. More than [`MOST_EVENTS`] bring a caution.
pub(super) fn planned(
    events: Vec<PlannedEvent>,
    zones: &[ZoneVersion],
    authority: &Authority,
    run_length: Span,
    reading: &mut Reading,
) -> Vec<PlannedEvent> {
    let end = Time::ZERO + run_length;
    let happens = |event: &PlannedEvent| event.during.iter().any(|&(from, to)| from < end && to > Time::ZERO);
    let all = events.into_iter().chain(no_answers(authority)).chain(changes(zones));
    let mut all: Vec<PlannedEvent> = all.filter(happens).collect();
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

/// The times in which nobody answers for the zone.
fn no_answers(authority: &Authority) -> impl Iterator<Item = PlannedEvent> {
    authority.away.iter().map(|&(from, to)| PlannedEvent {
        name: String::new(),
        text: format!("DNS: no answer from {} for {}", clock(from), to.since(from)),
        kind: EventKind::NoAnswer,
        nodes: Vec::new(),
        during: vec![(from, to)],
    })
}

/// A change goes on until the answers from before it have run out.
fn changes(zones: &[ZoneVersion]) -> impl Iterator<Item = PlannedEvent> {
    zones.windows(2).filter_map(|pair| {
        let (old, new) = (&pair[0].zone, &pair[1]);
        let ttl = old.longest_outdated_ttl(&new.zone)?;
        let text = format!("the zone changes at {}", clock(new.at));
        let during = vec![(new.at, new.at + ttl)];
        (ttl > Span::ZERO).then_some(PlannedEvent {
            name: String::new(),
            text,
            kind: EventKind::Change,
            nodes: Vec::new(),
            during,
        })
    })
}

/// A time as scenarios write it: `10:00`, and of a later day `2d 10:00`.
pub(super) fn clock(at: Time) -> String {
    let (days, rest) = (at.0.div_euclid(Span::DAY.0), at.0.rem_euclid(Span::DAY.0));
    let (hours, minutes) = (rest / Span::HOUR.0, rest % Span::HOUR.0 / Span::MINUTE.0);
    let seconds = Span(rest % Span::MINUTE.0).as_secs_f64();
    let day = if days == 0 { String::new() } else { format!("{days}d ") };
    let second = if seconds > 0.0 {
        format!(":{}{seconds}", if seconds < 10.0 { "0" } else { "" })
    } else {
        String::new()
    };
    format!("{day}{hours:02}:{minutes:02}{second}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_scenarios_write_them() {
        let written =
            [36_000, 208_800, 86_399, 43_205].map(|second| clock(Time::ZERO + Span::from_secs(second)));
        assert_eq!(written, ["10:00", "2d 10:00", "23:59:59", "12:00:05"]);
    }
}
