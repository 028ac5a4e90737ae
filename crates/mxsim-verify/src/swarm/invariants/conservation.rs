//! Nothing is lost and nothing comes twice: each message is counted once in every partition of the messages.

use super::same_count;
use crate::swarm::subject::Subject;
use mxsim_core::results::NodeTotals;
use mxsim_core::tally::{PHASES, PhaseTally, Tally};

/// Theory: a message has arrived and is accepted, bounced or waiting; senders and windows are partitions of the messages.
pub(super) fn of_messages(subject: &Subject) -> Result<(), String> {
    each_tally(subject, |tally| {
        let all = tally.totals;
        same_count("fates of messages", all.messages, all.accepted + all.bounced + all.waiting)?;
        for sender in &tally.senders {
            let own = sender.totals;
            same_count(
                "fates of a sender's messages",
                own.messages,
                own.accepted + own.bounced + own.waiting,
            )?;
            same_count("delays of a sender", own.accepted, sender.delays.count())?;
        }
        let all_senders = |of: fn(&mxsim_core::results::DeliveryTotals) -> u64| -> u64 {
            tally.senders.iter().map(|sender| of(&sender.totals)).sum()
        };
        let senders = |of: fn(&mxsim_core::results::DeliveryTotals) -> u64| -> u64 {
            let wanted = tally.senders.iter().filter(|sender| sender.unwanted_at.is_empty());
            wanted.map(|sender| of(&sender.totals)).sum()
        };
        same_count("messages of senders", all.messages, senders(|own| own.messages))?;
        same_count("accepted from senders", all.accepted, senders(|own| own.accepted))?;
        same_count("bounced at senders", all.bounced, senders(|own| own.bounced))?;
        same_count("waiting at senders", all.waiting, senders(|own| own.waiting))?;
        let tried = all_senders(|own| own.connections_tried);
        same_count("connections of senders", all.connections_tried, tried)?;
        same_count("retries of senders", all.retries, senders(|own| own.retries))?;
        same_count("messages of windows", all.messages, tally.windows.iter().map(|of| of.messages).sum())?;
        same_count("bounced in windows", all.bounced, tally.windows.iter().map(|of| of.bounced).sum())?;
        same_count("delays", all.accepted, tally.delays.count())?;
        if tally.mx_cache_hits > tally.mx_lookups {
            return Err("more answers of caches than look-ups".into());
        }
        late_are_part_of_arrived(tally)
    })
}

fn late_are_part_of_arrived(tally: &Tally) -> Result<(), String> {
    let is_part = tally.windows.iter().all(|window| {
        window.arrived <= window.messages && window.late.iter().all(|late| *late <= window.arrived)
    });
    if is_part { Ok(()) } else { Err("more late messages than arrived".into()) }
}

/// Theory: an accepted message was accepted at one node, at one of its addresses, for one host, in one hour and in one window; a connection went to
/// one node in one window. A busiest second lies within a minute that holds at least as much, and that within an hour.
pub(super) fn by_node(subject: &Subject) -> Result<(), String> {
    each_tally(subject, |tally| {
        let (nodes, accepted) = (tally.nodes.len(), tally.totals.accepted);
        same_count("accepted at addresses", accepted, tally.accepted_by_address.iter().sum())?;
        same_count("accepted for hosts", accepted, tally.accepted_by_host.iter().sum())?;
        same_count("accepted in hours", accepted, tally.series.iter().sum())?;
        let tried = tally.nodes.iter().map(|node| node.connections_tried).sum();
        same_count("connections to nodes", tally.totals.connections_tried, tried)?;
        for (place, node) in tally.nodes.iter().enumerate() {
            let of_node = |counts: &[u64]| counts.iter().skip(place).step_by(nodes).sum::<u64>();
            let in_windows = tally.windows.iter().map(|window| of_node(&window.accepted)).sum();
            same_count("accepted at a node in windows", node.accepted, in_windows)?;
            same_count("accepted at a node in hours", node.accepted, of_node(&tally.series))?;
            let tried = tally.windows.iter().map(|window| window.connections_tried[place]).sum();
            same_count("connections to a node in windows", node.connections_tried, tried)?;
            for window in &tally.windows {
                let [hour, minute, second] = [0, 1, 2].map(|bin| window.busiest[bin * nodes + place]);
                let most = of_node(&window.accepted);
                if !(second <= minute && minute <= hour && hour <= most) {
                    return Err(format!(
                        "busiest bins: {second} in a second, {minute} in a minute, {hour} in an hour, {most} in the window"
                    ));
                }
            }
        }
        reasons_at_nodes(tally)?;
        of_senders_at_nodes(tally)
    })
}

/// Theory: what is deferred is so for one reason, and what bounces afterwards was accepted. A limit turns away the mail of some sender.
fn reasons_at_nodes(tally: &Tally) -> Result<(), String> {
    let turned_away =
        |node: &NodeTotals| node.over_client_sessions + node.over_connection_rate + node.over_message_rate;
    for node in &tally.nodes {
        let reasons = node.full + node.greylisted + node.queue_full + turned_away(node);
        if reasons > node.deferred || node.accepted_then_bounced > node.accepted {
            return Err(format!("parts that are more than the whole: {node:?}"));
        }
    }
    let afterwards = tally.nodes.iter().map(|node| node.accepted_then_bounced).sum();
    same_count("accepted and bounced at nodes", tally.totals.accepted_then_bounced, afterwards)?;
    let of_senders = tally.senders.iter().map(|sender| sender.over_limits).sum();
    same_count("beyond limits of nodes", tally.nodes.iter().map(turned_away).sum(), of_senders)
}

fn of_senders_at_nodes(tally: &Tally) -> Result<(), String> {
    let nodes = tally.nodes.len();
    for (place, sender) in tally.senders.iter().enumerate() {
        let own = |counts: &[u64]| counts[place * nodes..(place + 1) * nodes].iter().sum::<u64>();
        let in_windows: u64 = tally.windows.iter().map(|window| own(&window.accepted)).sum();
        // Mail that nobody waits for is in no window.
        let unwanted: u64 = sender.unwanted_at.iter().sum();
        same_count("accepted from a sender", sender.totals.accepted, in_windows + unwanted)?;
    }
    Ok(())
}

/// Theory: an event is neither before nor after itself, so what happens during it and what happens before it, or after it, are apart and together a part
/// of all that happens. (What is after one outage may be before the next.) What arrives in a phase has one fate.
pub(super) fn by_event(subject: &Subject) -> Result<(), String> {
    each_tally(subject, |tally| {
        for event in tally.phases.chunks(PHASES) {
            for phase in event {
                let fates = phase.bounced + phase.prompt + phase.later + phase.waiting;
                same_count("fates of messages in a phase", phase.arrived, fates)?;
                same_count("delays of a phase", phase.later, phase.delays.count())?;
            }
            let [before, during, after] = event else { return Err("an event without its phases".into()) };
            for beside in [before, after] {
                let pair = [beside, during];
                at_most("messages around an event", &pair, |of| of.arrived, tally.totals.messages)?;
                at_most("bounced around an event", &pair, |of| of.bounced, tally.totals.bounced)?;
                for (place, node) in tally.nodes.iter().enumerate() {
                    let accepted = |of: &PhaseTally| of.nodes[place].accepted;
                    at_most("accepted around an event", &pair, accepted, node.accepted)?;
                    let tried = |of: &PhaseTally| of.nodes[place].connections_tried;
                    at_most("connections around an event", &pair, tried, node.connections_tried)?;
                }
            }
        }
        Ok(())
    })
}

fn at_most(
    what: &str,
    pair: &[&PhaseTally],
    of: impl Fn(&PhaseTally) -> u64,
    whole: u64,
) -> Result<(), String> {
    let parts: u64 = pair.iter().map(|phase| of(phase)).sum();
    if parts <= whole { Ok(()) } else { Err(format!("{what}: {parts} of {whole}")) }
}

/// Looks at the tallies of both kinds of simulation.
fn each_tally(subject: &Subject, look: impl Fn(&Tally) -> Result<(), String>) -> Result<(), String> {
    subject.tallies.iter().chain([&subject.watched]).try_for_each(look)
}
