//! Sessions of nodes: as many as there may be, for as long as they are seen to last.

use crate::swarm::step_counter::Sessions;
use crate::swarm::subject::{Subject, few_looks};
use mxsim_core::engine::replicate;
use mxsim_core::sender::Reuse;
use mxsim_core::tally::Tally;

/// Theory: a node never serves more sessions than its limit, at no moment and so not on average; the part of a window's connections that found it full
/// is part of them. Peaks of busy and idle sessions are no higher than that of all.
pub(super) fn stay_within_capacity(subject: &Subject) -> Result<(), String> {
    for (tally, world) in
        subject.tallies.iter().map(|tally| (tally, &subject.fast)).chain([(&subject.watched, &subject.slow)])
    {
        let measured = world.world.run.run_length.0 as u64;
        for (place, sessions) in tally.sessions.iter().enumerate() {
            let peaks = || tally.windows.iter().map(move |window| window.peak_sessions[place]);
            let peak = peaks().max().unwrap_or(0);
            if let Some(limit) = world.world.topology.nodes[place].capacity.sessions
                && peak > limit
            {
                return Err(format!("more sessions than the limit: {peak} of {limit}"));
            }
            if sessions.occupied_us > u64::from(peak) * measured {
                return Err(format!("more sessions on average than at the peak of {peak}"));
            }
            let parts = tally.windows.iter().all(|window| {
                let all = window.peak_sessions[place];
                window.peak_busy[place] <= all && window.peak_idle[place] <= all
            });
            let counts = tally.nodes[place];
            let nested = sessions.full <= sessions.connections
                && sessions.used <= sessions.ended
                && sessions.used <= sessions.messages
                && counts.full <= counts.deferred;
            if !parts || !nested {
                return Err(format!("a part of the sessions is larger than the whole: {sessions:?}"));
            }
        }
    }
    Ok(())
}

/// Theory: Little's law for one path (Stidham 1974, *A last word on L = λW*): the number of sessions, summed over the time, is the sum of the times that
/// each is open within it. The left side is what the node counts; the right side is seen from outside, from the connection of each message to its
/// acceptance. The two are equal to the microsecond where each message has a session of its own and each ends with its acceptance.
pub(super) fn keep_littles_law(subject: &Subject) -> Result<(), String> {
    // From outside nobody sees which node an edge picked before the message is accepted.
    if !subject.scenario.edges.is_empty() {
        return Ok(());
    }
    let (tally, watch) = (&subject.watched, &subject.watch);
    let never =
        subject.scenario.senders.iter().all(|sender| sender.behaviour.parameters.reuse == Reuse::Never);
    // OpenSMTPD opens connections for the destination, and any message may go down them.
    let is_shared = subject.slow.world.senders.iter().any(|sender| sender.path.is_for_destination());
    if tally.sessions.is_empty() || is_shared || !never || watch.reused > 0 || watch.turned_away > 0 {
        return Ok(());
    }
    let timed = subject.slow.world.topology.nodes.iter().map(|node| node.capacity.is_timed());
    for ((sessions, seen), _) in
        tally.sessions.iter().zip(watch.sessions()).zip(timed).filter(|(_, timed)| *timed)
    {
        let counted = Sessions {
            occupied_us: sessions.occupied_us,
            lasted_us: sessions.lasted_us,
            ended: sessions.ended,
        };
        if counted != seen {
            return Err(format!("sessions counted and seen differ\ncounted {counted:?}\nseen {seen:?}"));
        }
    }
    Ok(())
}

/// Theory: a probe only looks, so a replication under its eyes is the replication.
pub(super) fn are_the_same_unwatched(subject: &Subject) -> Result<(), String> {
    let Some(plain) = replicate(&subject.slow, subject.scenario.run.seed, 0, &few_looks()) else {
        return Ok(());
    };
    let differing = differing(&plain, &subject.watched);
    if differing.is_empty() {
        return Ok(());
    }
    Err(format!("a watched replication counts otherwise\n{}", differing.join(", ")))
}

/// The parts of two tallies that differ.
fn differing(a: &Tally, b: &Tally) -> Vec<&'static str> {
    let parts = [
        ("windows", a.windows == b.windows),
        ("series", a.series == b.series),
        ("duration", a.duration == b.duration),
        ("sessions", a.sessions == b.sessions),
        ("delays", a.delays == b.delays),
        ("totals", a.totals == b.totals),
        ("senders", a.senders == b.senders),
        ("nodes", a.nodes == b.nodes),
        ("hosts", a.accepted_by_host == b.accepted_by_host && a.accepted_by_address == b.accepted_by_address),
        ("times", a.accepted_between == b.accepted_between),
        ("phases", a.phases == b.phases),
        ("look-ups", (a.mx_lookups, a.mx_cache_hits) == (b.mx_lookups, b.mx_cache_hits)),
        ("all", a == b),
    ];
    parts.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}
