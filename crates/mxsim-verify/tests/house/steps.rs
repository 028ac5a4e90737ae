//! The message loop: a step is over before the next begins, so no step may call itself through others.

use super::code_of;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The methods of a replication by name, with the methods of a replication that each calls.
fn calls() -> BTreeMap<String, BTreeSet<String>> {
    let folder = super::root().join("crates/mxsim-core/src/engine/messages");
    let mut calls: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the room of messages").flatten() {
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let code = code_of(&entry.path());
        for block in code.split("\nimpl").skip(1).filter(|block| is_of_replication(block)) {
            for method in block.split("    fn ").flat_map(|part| part.split("pub(crate) fn ")).skip(1) {
                let name: String = method.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                calls.entry(name).or_default().extend(called(method));
            }
        }
    }
    calls
}

fn is_of_replication(block: &str) -> bool {
    block.split('{').next().is_some_and(|head| head.contains("Replication<"))
}

fn called(body: &str) -> impl Iterator<Item = String> {
    let name = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    body.split("self.").skip(1).map(name)
}

#[test]
fn no_step_of_the_message_loop_calls_itself_through_others() {
    let calls = calls();
    assert!(calls.len() > 60, "the steps are found: {}", calls.len());
    assert!(calls["try_candidates"].contains("begin_connection"), "and what they call");
    for start in calls.keys() {
        let (mut seen, mut left) = (BTreeSet::new(), vec![start]);
        while let Some(method) = left.pop() {
            for next in calls.get(method).into_iter().flatten().filter(|next| calls.contains_key(*next)) {
                assert!(next != start, "{start} calls itself, at last through {method}");
                if seen.insert(next) {
                    left.push(next);
                }
            }
        }
    }
}
