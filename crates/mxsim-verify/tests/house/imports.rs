//! Which file of core imports which, and the circles among them.

use super::{code_of, rust_files};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Most files in a circle of imports: a module and a part of it may know each other.
const MOST_IN_A_CIRCLE: usize = 2;

/// A module, as the parts of its path.
type Module = Vec<String>;

/// The modules of core with the modules they import.
fn imports(source: &Path) -> BTreeMap<Module, BTreeSet<Module>> {
    let files: BTreeMap<Module, String> =
        rust_files(source).iter().map(|file| (module_of(source, file), code_of(file))).collect();
    let known: BTreeSet<Module> = files.keys().cloned().collect();
    let used_by = |(module, code): (&Module, &String)| {
        let used = paths(code, module, &known).into_iter().filter_map(|path| owner(&known, &path));
        (module.clone(), used.filter(|used| used != module && !module.is_empty()).collect())
    };
    files.iter().map(used_by).collect()
}

fn module_of(source: &Path, file: &Path) -> Module {
    let inside = file.strip_prefix(source).expect("a file of core").with_extension("");
    let mut parts: Module = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// The longest module that a path begins with.
fn owner(known: &BTreeSet<Module>, path: &[String]) -> Option<Module> {
    (1..=path.len()).rev().map(|length| path[..length].to_vec()).find(|module| known.contains(module))
}

/// All paths of `use` items that lead into core, from its root.
fn paths(code: &str, module: &Module, known: &BTreeSet<Module>) -> Vec<Module> {
    let mut all = Vec::new();
    let is_use = |line: &str| line.starts_with("use ") || (line.starts_with("pub") && line.contains(" use "));
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if is_use(line) {
            let mut item = line.split_once("use ").map_or("", |(_, item)| item).to_owned();
            while !item.contains(';') {
                item.push_str(lines.next().unwrap_or(";"));
            }
            expand(item.split(';').next().unwrap_or_default(), &[], &mut all);
        }
    }
    all.into_iter().filter_map(|path| absolute(path, module, known)).collect()
}

/// `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(item: &str, before: &[String], all: &mut Vec<Module>) {
    let (head, group) = item.split_once('{').unwrap_or((item, ""));
    let mut path = before.to_vec();
    let parts = head.split("::").map(|part| part.split(" as ").next().unwrap_or_default().trim());
    path.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
    if group.is_empty() {
        return all.push(path);
    }
    let inner = group.rsplit_once('}').map_or(group, |(inner, _)| inner);
    for part in top_level(inner) {
        expand(part.trim(), &path, all);
    }
}

/// The parts of a group, which may hold groups.
fn top_level(group: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn absolute(path: Module, module: &Module, known: &BTreeSet<Module>) -> Option<Module> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    match path.first().map(String::as_str) {
        Some("crate") => Some(path[1..].to_vec()),
        Some("super") if ups <= module.len() => Some([&module[..module.len() - ups], &path[ups..]].concat()),
        Some(first) => {
            let part = [&module[..], &[first.to_owned()]].concat();
            known.contains(&part).then(|| [&module[..], &path[..]].concat())
        }
        None => None,
    }
}

/// Whatever can be reached from `start`.
fn reached<'a>(graph: &'a BTreeMap<Module, BTreeSet<Module>>, start: &'a Module) -> BTreeSet<&'a Module> {
    let (mut seen, mut left) = (BTreeSet::new(), vec![start]);
    while let Some(module) = left.pop() {
        for next in graph.get(module).into_iter().flatten() {
            if seen.insert(next) {
                left.push(next);
            }
        }
    }
    seen
}

#[test]
fn no_circle_of_imports_has_more_than_two_files() {
    let source = super::root().join("crates/mxsim-core/src");
    let graph = imports(&source);
    assert!(graph.len() > 100 && graph.values().any(|used| !used.is_empty()), "the imports are found");
    for module in graph.keys() {
        let back = |other: &&&Module| reached(&graph, other).contains(module);
        let circle: Vec<String> =
            reached(&graph, module).iter().filter(back).map(|module| module.join("::")).collect();
        assert!(circle.len() <= MOST_IN_A_CIRCLE, "a circle of imports: {}", circle.join(", "));
    }
}
