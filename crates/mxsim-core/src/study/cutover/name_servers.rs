//! The NS records of the two zones. Nothing of them is simulated: who holds the old delegation goes on asking the old name servers, and what these
//! answer then is nothing that a zone says.

use super::document::NameServers;
use crate::numerals::literal_duration;
use std::collections::BTreeSet;

/// TTL of a delegation at the parent where nobody can change it (s). *Assumption*: two days, as in the zones com and net.
const PARENT_S: u64 = 172_800;

/// What the two zones say of their name servers, if both name some and they are not the same.
pub(super) fn differ(old: &str, new: &str) -> Option<NameServers> {
    let (old, new) = (name_servers(old), name_servers(new));
    let names = |servers: &[(String, Option<u64>)]| {
        let names: BTreeSet<String> = servers.iter().map(|(name, _)| name.clone()).collect();
        names.into_iter().collect::<Vec<String>>()
    };
    let ttl_s = old.iter().filter_map(|(_, ttl)| *ttl).max();
    let (old, new) = (names(&old), names(&new));
    if old.is_empty() || new.is_empty() || old == new {
        return None;
    }
    let longest = literal_duration(ttl_s.unwrap_or(0).max(PARENT_S) as f64);
    let text = format!(
        "The name servers change as well, which is not simulated: resolvers ask the old ones until their NS records run out, {longest} where the parent's TTL is two days as in com. Publish the new records on the old servers too, and keep these until then."
    );
    Some(NameServers { old, new, ttl_s, text })
}

/// The targets of NS records in lines such as `example.com. 86400 IN NS ns1.example.net.`, with their TTLs.
fn name_servers(text: &str) -> Vec<(String, Option<u64>)> {
    text.lines().filter_map(name_server).collect()
}

fn name_server(line: &str) -> Option<(String, Option<u64>)> {
    let words: Vec<&str> = line.split(';').next()?.split_whitespace().collect();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case("NS"))?;
    let is_head = |word: &&str| word.eq_ignore_ascii_case("IN") || word.parse::<u64>().is_ok();
    // Owner, TTL and class stand before the type, and nothing else.
    let has_owner = !line.starts_with(char::is_whitespace);
    let head = &words[..at];
    let rest = if has_owner { head.get(1..)? } else { head };
    if !rest.iter().all(is_head) {
        return None;
    }
    let ttl = rest.iter().find_map(|word| word.parse().ok());
    let name = words.get(at + 1)?.trim_end_matches('.').to_ascii_lowercase();
    Some((name, ttl))
}
