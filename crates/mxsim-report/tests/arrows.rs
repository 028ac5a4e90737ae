//! Reports are made from results alone: nothing else of the simulator is named here.

use std::fs;
use std::path::Path;

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).expect("a source is text")));
        }
    }
}

#[test]
fn only_the_results_of_core_are_used() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 10, "the sources were not found");
    let mut uses = 0;
    for (path, source) in found {
        for (at, _) in source.match_indices("mxsim_core") {
            let rest = &source[at + "mxsim_core".len()..];
            let fine = rest.starts_with("::results") || rest.starts_with("::numerals");
            assert!(fine, "{path}: mxsim_core{}", rest.lines().next().unwrap_or(""));
            uses += 1;
        }
    }
    assert!(uses > 5, "the sources name no results");
}
