//! What has to hold in every scenario, whatever it says: one function each, with its theory.

mod conservation;
mod documents;
mod methods;
mod rank_sum;
mod sessions;
mod traces;

use super::subject::Subject;

/// What has to hold.
#[derive(Clone, Copy)]
pub struct Invariant {
    /// Its name in reports.
    pub name: &'static str,
    /// Looks at a scenario; the error says what is broken, its first line without numbers of this scenario alone.
    pub holds: fn(&Subject) -> Result<(), String>,
}

impl std::fmt::Debug for Invariant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All invariants, the cheap ones first.
pub const ALL: [Invariant; 13] = [
    Invariant { name: "conservation-of-messages", holds: conservation::of_messages },
    Invariant { name: "conservation-by-node", holds: conservation::by_node },
    Invariant { name: "conservation-by-event", holds: conservation::by_event },
    Invariant { name: "capacity", holds: sessions::stay_within_capacity },
    Invariant { name: "littles-law", holds: sessions::keep_littles_law },
    Invariant { name: "a-watched-replication-is-the-same", holds: sessions::are_the_same_unwatched },
    Invariant { name: "traces-are-causal", holds: traces::are_causal },
    Invariant { name: "resolved-twice", holds: documents::resolve_twice },
    Invariant { name: "shares", holds: documents::shares_add_up },
    Invariant { name: "document-written-twice", holds: documents::are_written_twice },
    Invariant {
        name: "same-bytes-at-other-thread-counts",
        holds: documents::are_the_same_at_other_thread_counts,
    },
    Invariant { name: "a-shorter-run-is-a-prefix", holds: documents::are_prefixes },
    Invariant { name: "methods-agree", holds: methods::agree },
];

/// Two counts that are the same thing counted twice.
fn same_count(what: &str, whole: u64, parts: u64) -> Result<(), String> {
    if whole == parts { Ok(()) } else { Err(format!("{what}: {whole} in all, {parts} in parts")) }
}
