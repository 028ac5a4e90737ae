//! Resolvers that lift or cut TTLs: the old host hears from them until their own limit, and no longer.

use super::{builder, cut, variant};
use mxsim_core::{SenderSpec, Span};
use std::fs;
use std::path::Path;

/// Caches, each asked so often while it keeps an answer.
const SITES: f64 = 100.0;
const ASKED: f64 = 20.0;
/// Shortest window of a scenario (s).
const WINDOW_S: f64 = 60.0;

/// How long a resolver of the catalogue keeps an MX record of each of these TTLs (s), and whether its caches are few that all share: read from its
/// file, not from the simulator.
fn presets(ttls: &[f64]) -> Vec<(String, f64, f64, bool)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mxsim-core/catalog/resolver");
    let mut presets = Vec::new();
    for entry in fs::read_dir(folder).expect("the catalogue").flatten() {
        let text = fs::read_to_string(entry.path()).expect("a preset");
        let preset: toml::Table = text.parse().expect("TOML");
        let cache = preset["cache"].as_table().expect("a cache");
        let word = |key: &str| cache[key].as_str().unwrap_or("a table").to_owned();
        let keeps_mx = cache["types"]
            .as_array()
            .is_some_and(|types| types.iter().any(|kind| kind.as_str() == Some("MX")));
        if word("keep") != "ttl" || word("stale") != "off" || word("extend") != "never" || !keeps_mx {
            continue;
        }
        let [least, most] = ["ttl_min", "ttl_max"].map(|key| seconds(&word(key)));
        let id = preset["id"].as_str().expect("an id");
        let is_shared =
            preset.get("caches").and_then(|caches| caches.get("number")).is_some_and(toml::Value::is_integer);
        presets.extend(ttls.iter().map(|ttl| (id.to_owned(), *ttl, ttl.max(least).min(most), is_shared)));
    }
    presets
}

fn seconds(text: &str) -> f64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let factor = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return f64::INFINITY,
    };
    // A word such as "unlimited" may end like a unit.
    number.parse::<f64>().map_or(f64::INFINITY, |number| number * factor)
}

/// Theory: a cache that has long been in use holds the old answer for a time that is uniform over the time K it keeps answers, or a little less if it
/// fetches anew before. So after the change no message comes to the old host once K is over, and of 100 caches that are asked 20 times in K the last one holds it
/// for more than 0.8 K but for a chance of 0.8^100 = 2e-10; the last of its messages comes less than 0.1 K before, or another cache's does.
/// A clamp that is a fifth off is noticed in either direction. Where all share a few caches only the end is known.
#[test]
fn the_last_message_comes_before_the_resolver_of_each_preset_forgets() {
    let (mut lifted, mut cut_short) = (0, 0);
    for (id, ttl, kept, is_shared) in presets(&[2.0, 30.0 * 3_600.0]) {
        // A prefetch keeps a cache that is asked all the time from ever holding an answer to the end: this is about those without.
        let sender =
            SenderSpec::new("all").preset("postfix").sites(SITES as usize).set("resolver", id.as_str());
        let window = Span::from_secs_f64((kept / WINDOW_S).ceil() * WINDOW_S);
        let builder =
            builder(ttl as u64, sender, SITES * ASKED / kept * 86_400.0).window(window).warm_up(window);
        let cutover = cut(&builder, ttl as u64, 1, |options| options.at(window).watch(window));
        let keeps = variant(&cutover, "keeps");
        assert_eq!(keeps.runs_out_s, kept, "{id}");
        let Some(last) = keeps.last else {
            assert!(is_shared, "{id}: no mail at the old host");
            continue;
        };
        let what = format!("{id}, TTL {ttl} s, kept for {kept} s: last message after {} s", last.latest);
        assert!(last.latest <= kept, "{what}");
        // Of a few caches the last may forget at any time.
        assert!(is_shared || last.latest >= 0.7 * kept, "{what}");
        lifted += usize::from(kept > ttl);
        cut_short += usize::from(kept < ttl);
    }
    assert!(lifted >= 3 && cut_short >= 10, "presets that lift: {lifted}, that cut: {cut_short}");
}
