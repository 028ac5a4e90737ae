//! What a zone shows beside those who send to it.

use super::zone::Said;
use crate::dns::{AddressStatus, Host, MxRecord, Zone};
use crate::results::listed;
use crate::scenario::model::{Scenario, Sender};
use crate::sender::{MxToAddress, NoAddress, Policy};
use crate::syntax::tree::shortened;

/// Presets of mail that nobody waits for.
const SPAM: [&str; 2] = ["spam", "spam_pinned"];

/// What is odd about the senders whose mail is wanted, and about the zone for some of them.
pub(super) fn findings(zone: &Zone, scenario: &Scenario) -> Vec<Said> {
    let senders: Vec<&Sender> = scenario.wanted_senders().collect();
    let found = [
        mx_to_address(zone, &senders),
        no_address_at_all(zone, &senders),
        more_than_tried(zone, &senders),
        wanted_spam(&senders),
    ];
    found.into_iter().flatten().collect()
}

/// The presets of those senders whose policy is such, in the order of the alphabet.
fn presets_with(senders: &[&Sender], is_such: impl Fn(&Policy) -> bool) -> Vec<String> {
    let such = senders.iter().filter(|sender| is_such(&sender.behaviour.parameters.policy));
    let mut presets: Vec<String> = such.map(|sender| sender.preset.clone()).collect();
    presets.sort_unstable();
    presets.dedup();
    presets
}

/// `does` or `do`, after so many.
fn verb<'v>(names: &[String], one: &'v str, more: &'v str) -> &'v str {
    if names.len() == 1 { one } else { more }
}

/// MX records with an address in the place of a name, and who does what with them.
fn mx_to_address(zone: &Zone, senders: &[&Sender]) -> Option<Said> {
    let of_address = |mx: &&MxRecord| mx.exchange.as_address().is_some();
    let records: Vec<String> = zone.mx.iter().filter(of_address).map(written).collect();
    let names = if records.len() == 1 { "names an address" } else { "name addresses" };
    let text = format!(
        "{} {names}, where RFC 5321 section 5.1 wants the name of a host: {}; give the address a name with an A or AAAA record and put that \
         name into the MX record",
        listed(&records),
        who_uses_addresses(senders),
    );
    (!records.is_empty()).then_some(("mx-to-address", text))
}

fn written(mx: &MxRecord) -> String {
    format!("MX {} {}", mx.preference, mx.exchange)
}

/// Who connects to an address in an MX record and who does not, of these senders.
fn who_uses_addresses(senders: &[&Sender]) -> String {
    let with = |what: MxToAddress| presets_with(senders, |policy| policy.mx_to_address == what);
    let (skip, bounce) = (with(MxToAddress::Skip), with(MxToAddress::Bounce));
    if skip.is_empty() && bounce.is_empty() {
        return "the senders here connect to it all the same, others do not".into();
    }
    let skips = format!("{} {} not connect to it", listed(&skip), verb(&skip, "does", "do"));
    let bounces =
        format!("{} {} every message for the domain", listed(&bounce), verb(&bounce, "bounces", "bounce"));
    let parts = [
        (!skip.is_empty()).then_some(skips),
        (!bounce.is_empty()).then_some(bounces),
        (!with(MxToAddress::Use).is_empty()).then(|| "the others connect to it".into()),
    ];
    parts.into_iter().flatten().collect::<Vec<String>>().join(", ")
}

/// A domain none of whose MX hosts has an address, and what becomes of the mail.
fn no_address_at_all(zone: &Zone, senders: &[&Sender]) -> Option<Said> {
    let is_bare = |host: &Host| host.status == AddressStatus::Absent;
    if zone.mx.is_empty() || zone.hosts.is_empty() || !zone.hosts.iter().all(is_bare) {
        return None;
    }
    let with = |what: NoAddress| presets_with(senders, |policy| policy.no_address == what);
    let (bounce, retry) = (with(NoAddress::Bounce), with(NoAddress::Retry));
    let fate = match (bounce.is_empty(), retry.is_empty()) {
        (false, false) => format!(
            "mail from {} bounces at once, mail from {} waits and bounces in the end",
            listed(&bounce),
            listed(&retry)
        ),
        (true, _) => "all mail waits and bounces in the end".into(),
        _ => "all mail bounces at once".into(),
    };
    Some(("no-address-at-all", format!("no MX host has an address: {fate}; publish an A or AAAA record")))
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
