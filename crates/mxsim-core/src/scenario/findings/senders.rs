//! What a zone shows beside those who send to it.

use super::zone::Said;
use crate::dns::{Host, Zone};
use crate::scenario::model::{Scenario, Sender};
use crate::syntax::tree::shortened;

/// Presets of mail that nobody waits for.
const SPAM: [&str; 2] = ["spam", "spam_pinned"];

/// What is odd about the senders whose mail is wanted, and about the zone for some of them.
pub(super) fn findings(zone: &Zone, scenario: &Scenario) -> Vec<Said> {
    let senders: Vec<&Sender> = scenario.wanted_senders().collect();
    [more_than_tried(zone, &senders), wanted_spam(&senders)].into_iter().flatten().collect()
}

/// Spam that counts in every share, delay and goal.
fn wanted_spam(senders: &[&Sender]) -> Option<Said> {
    let spam = senders.iter().find(|sender| SPAM.contains(&sender.preset.as_str()))?;
    let text = format!(
        "sender {} behaves like spam and counts as wanted mail, in every share and goal; if nobody waits for it, write `wanted = false`",
        shortened(&spam.name)
    );
    Some(("spam-is-wanted", text))
}

/// Senders that give up before they have tried every address.
fn more_than_tried(zone: &Zone, senders: &[&Sender]) -> Option<Said> {
    let hosts = zone.hosts.len();
    let of_host = |host: &Host| host.a.len() + host.aaaa.len();
    let addresses: usize = zone.hosts.iter().map(of_host).sum();
    let stops = |sender: &&&Sender| {
        let limits = &sender.behaviour.parameters.limits;
        let fewer = |limit: Option<u16>, there: usize| limit.is_some_and(|limit| usize::from(limit) < there);
        fewer(limits.addresses, addresses) || fewer(limits.hosts, hosts)
    };
    let mut presets: Vec<&str> = senders.iter().filter(stops).map(|sender| sender.preset.as_str()).collect();
    presets.sort_unstable();
    presets.dedup();
    let most = senders.iter().filter(stops).filter_map(|sender| {
        let limits = &sender.behaviour.parameters.limits;
        limits.addresses.into_iter().chain(limits.hosts).min()
    });
    let least = most.min()?;
    let text = format!(
        "{hosts} MX hosts have {addresses} addresses, and some senders ({}) try no more than {least} in one attempt: a host beyond that is \
         reached in a later attempt or never",
        presets.join(", ")
    );
    Some(("more-addresses-than-tried", text))
}
