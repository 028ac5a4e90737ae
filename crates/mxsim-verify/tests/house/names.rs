//! Names that were given up stay given up: each had several senses, or none a mail engineer would guess.

use super::{code_of, root, rust_files};

/// Old name of a type, a module or a function, and what it is called today.
const GIVEN_UP: &[(&str, &str)] = &[
    ("Around", "OrderContext"),
    ("Beside", "Alternatives"),
    ("CacheLaw", "CachePolicy"),
    ("Deck", "FixedCandidates"),
    ("Engine", "MethodChoice"),
    ("Held", "Backoff"),
    ("Hold", "OrderReuse"),
    ("Keep", "Stickiness"),
    ("Keeping", "EntryLifetime"),
    ("Kept", "ReuseLimits"),
    ("Law", "SimulationMethod"),
    ("LightWalk", "CompactAttempt"),
    ("Lots", "RankSource"),
    ("Lottery", "RankSource"),
    ("Met", "Admission"),
    ("OrderLaw", "OrderPolicy"),
    ("Relay", "DestinationQueue"),
    ("RetryLaw", "RetrySchedule"),
    ("SenderLaw", "SenderParameters"),
    ("Sheet", "PresetSummary"),
    ("Shelves", "PresetMaps"),
    ("Surroundings", "OrderContext"),
    ("Walk", "DeliveryAttempt"),
    ("Watch", "Progress"),
    ("bulk", "aggregate"),
    ("law", "method"),
    ("light", "fast_path"),
    ("look_around", "reorder_by_state"),
    ("plausible_worlds", "prior"),
    ("relay", "destination"),
    ("silent_host", "connect_timeout"),
];

/// Words that a name follows where it is given.
const GIVES: [&str; 7] = ["struct", "enum", "trait", "type", "mod", "fn", "const"];

#[test]
fn no_name_comes_back() {
    for file in rust_files(&root().join("crates")) {
        if file.ends_with("house/names.rs") {
            continue;
        }
        let code = code_of(&file);
        let words: Vec<&str> =
            code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2).filter(|pair| GIVES.contains(&pair[0])) {
            if let Some((old, new)) = GIVEN_UP.iter().find(|(old, _)| *old == pair[1]) {
                panic!("{}: {} {old} is called {new} today", file.display(), pair[0]);
            }
        }
    }
}
