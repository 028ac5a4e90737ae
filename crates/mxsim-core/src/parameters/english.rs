//! Values of parameters in English, from what their keys say of them.

use super::keys::inner;
use crate::syntax::shape::{Key, Shape};

/// Says the value of the parameter `path`, given as a TOML literal, in English. A path that is no parameter of `keys` is said as it is written.
pub(super) fn value_in_words(keys: &'static [Key], path: &str, literal: &str) -> String {
    let whole = parameter(keys, path).and_then(|key| reading(&[key], literal.trim_matches('"')));
    whole.map_or_else(|| without_punctuation(literal, &inside(keys, path)), str::to_owned)
}

/// Says a literal without its punctuation: `{ age = { least = "5m", most = "4000s" } }` is `age: least 5m, most 4000s`.
fn without_punctuation(literal: &str, keys: &[&Key]) -> String {
    let opened =
        literal.replace(" }, { ", "; then ").replace(" = { ", ": ").replace("{ ", "").replace(" }", "");
    let bare =
        opened.replace(" = [", " ").replace("], ", "; ").replace(" = ", " ").replace(['"', '[', ']'], "");
    let word = |word: &str| {
        let core = word.trim_end_matches([',', ';', ':']);
        reading(keys, core)
            .map_or_else(|| word.to_owned(), |english| format!("{english}{}", &word[core.len()..]))
    };
    bare.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Returns the English that one of the keys has for a value or for its own name.
fn reading(keys: &[&Key], written: &str) -> Option<&'static str> {
    let all = keys.iter().flat_map(|key| (key.english)());
    all.into_iter().find(|(known, _)| *known == written).map(|(_, english)| english)
}

/// Returns the key of a parameter, such as `order.hosts`.
fn parameter(keys: &'static [Key], path: &str) -> Option<&'static Key> {
    let (section, name) = path.split_once('.')?;
    inner(&named(keys, section)?.shape)?.iter().find(|key| key.name == name)
}

/// Returns the keys that stand inside the values of a parameter, or of all parameters of a section.
fn inside(keys: &'static [Key], path: &str) -> Vec<&'static Key> {
    if let Some(key) = parameter(keys, path) {
        return nested(&key.shape);
    }
    let parameters = named(keys, path).and_then(|section| inner(&section.shape)).unwrap_or_default();
    parameters.iter().flat_map(|key| nested(&key.shape)).collect()
}

fn nested(shape: &'static Shape) -> Vec<&'static Key> {
    match shape {
        Shape::Table(keys) | Shape::Choice(keys) => {
            keys.iter().flat_map(|key| std::iter::once(key).chain(nested(&key.shape))).collect()
        }
        Shape::AnyOf(shapes) => shapes.iter().flat_map(nested).collect(),
        Shape::List { of, .. } => nested(of),
        _ => Vec::new(),
    }
}

fn named(keys: &'static [Key], name: &str) -> Option<&'static Key> {
    keys.iter().find(|key| key.name == name)
}

#[cfg(test)]
mod tests {
    use crate::parameters::PresetKind;

    #[test]
    fn values_read_as_words() {
        for (kind, path, literal, words) in [
            (
                PresetKind::Sender,
                "order.unit",
                "\"host\"",
                "exchange hosts; the addresses of one stay together",
            ),
            (PresetKind::Sender, "retry.lifetime", "\"5d\"", "5d"),
            (PresetKind::Sender, "limits.addresses", "5", "5"),
            (PresetKind::Resolver, "cache.types", "[\"MX\", \"A\", \"AAAA\"]", "MX, A, AAAA"),
            (
                PresetKind::Sender,
                "retry.wait",
                "{ age = { least = \"5m\", most = \"4000s\" } }",
                "age: least 5m, most 4000s",
            ),
            (PresetKind::Sender, "order.keep", "{ exponential = \"1h\" }", "exponential 1h"),
            (
                PresetKind::Sender,
                "retry.wait",
                "{ gaps = { list = [\"64s\", \"128s\"], then = \"give-up\" } }",
                "gaps: list 64s, 128s; then give up",
            ),
            (
                PresetKind::Sender,
                "memory.host_address",
                "{ rule = [{ until = \"2h\", gap = \"15m\", factor = 1.0 }], expire = \"7d\" }",
                "rule until 2h, gap 15m, factor 1.0; expire 7d",
            ),
            (PresetKind::Sender, "failover", "\"same-host-later\"", "same-host-later"),
            (
                PresetKind::Sender,
                "retry",
                "{ wait = { gaps = { list = [\"1h\"], then = \"repeat-last\" } } }",
                "wait: gaps: list 1h; then repeat the last",
            ),
        ] {
            assert_eq!(kind.value_in_words(path, literal), words, "{path}");
        }
    }
}
