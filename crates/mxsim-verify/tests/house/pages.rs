//! What the pages of docs/ say of the sources: paths lead to files, tables list the modules that are there, names of the glossary are names of the code.

use super::{MODULES, code_of, root, rust_files};
use std::collections::BTreeSet;
use std::fs;

/// Pages for whoever reads the sources.
const PAGES: [&str; 8] = [
    "architecture.md",
    "adding.md",
    "glossary.md",
    "models.md",
    "performance.md",
    "reliability.md",
    "second-reading.md",
    "validation.md",
];

/// Where a path of a page may begin: the project, its crates, core, and the modules of core.
const STARTS: [&str; 4] = ["", "crates", "crates/mxsim-core", "crates/mxsim-core/src"];

/// Keywords that a name follows where it is declared.
const DECLARES: [&str; 7] = ["struct", "enum", "trait", "type", "mod", "fn", "const"];

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What stands in backticks, blocks of code apart.
fn quoted(page: &str) -> Vec<String> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(|text| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// True for a file or a folder of the project; `*` and capitals stand for names that a reader puts in.
fn is_source_path(word: &str) -> bool {
    let ends = [".rs", ".toml", ".md", "/"].iter().any(|end| word.ends_with(end));
    let begins =
        ["crates/", "docs/", "mxsim-"].iter().any(|start| word.starts_with(start)) && word.contains('/');
    let is_pattern = word.contains(['*', ' ', '@']) || word.contains("DIR/") || word.contains("KIND");
    (ends || begins) && !is_pattern
}

#[test]
fn paths_on_pages_lead_to_files() {
    let mut seen = 0;
    for name in PAGES {
        for path in quoted(&page(name)).iter().filter(|word| is_source_path(word)) {
            let found = STARTS.iter().any(|start| root().join(start).join(path).exists());
            assert!(found, "docs/{name}: there is no {path}");
            seen += 1;
        }
    }
    assert!(seen > 120, "the pages name only {seen} paths");
}

/// Cells of the rows of the table that begins with `header`.
fn rows<'p>(page: &'p str, header: &str) -> Vec<Vec<&'p str>> {
    let (_, table) = page.split_once(header).unwrap_or_else(|| panic!("no table {header}"));
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// The table of modules and the test of the arrows are about the same modules, and in the same order.
#[test]
fn the_table_of_modules_is_the_one_that_is_tested() {
    let architecture = page("architecture.md");
    let listed: Vec<&str> =
        rows(&architecture, "| module | contents |").iter().map(|row| row[0].trim_matches('`')).collect();
    for module in &listed {
        assert!(
            MODULES.iter().any(|(name, _)| name == module),
            "docs/architecture.md: there is no module {module}"
        );
    }
    for (place, (module, allowed)) in MODULES.iter().enumerate() {
        let at = |name: &str| listed.iter().position(|listed| *listed == name);
        let own =
            at(module).unwrap_or_else(|| panic!("docs/architecture.md does not list {module} ({place})"));
        for used in *allowed {
            assert!(at(used) < Some(own), "docs/architecture.md lists {module} above {used}, which it uses");
        }
    }
}

#[test]
fn functions_of_the_pipeline_are_where_the_page_says() {
    let architecture = page("architecture.md");
    let rows = rows(&architecture, "| arrow | function | place | returns |");
    assert!(rows.len() >= 7);
    for row in rows {
        let place = row[2].trim_matches('`');
        let place =
            STARTS.map(|start| root().join(start).join(place)).into_iter().find(|place| place.exists());
        let place = place.unwrap_or_else(|| panic!("docs/architecture.md: {} is not there", row[2]));
        let files = if place.is_dir() { rust_files(&place) } else { vec![place.clone()] };
        let declared: BTreeSet<String> = files.iter().flat_map(|file| declared(&code_of(file))).collect();
        // A builder's `build` is beside the reader that it calls.
        for function in quoted(row[1]).iter().filter(|function| !function.starts_with("ScenarioBuilder")) {
            let name = function.rsplit("::").next().unwrap_or_default();
            assert!(
                declared.contains(name),
                "docs/architecture.md: {function} is not in {}",
                place.display()
            );
        }
    }
}

/// Names that a text declares: items, and the variants of its enums.
fn declared(code: &str) -> BTreeSet<String> {
    let words: Vec<&str> =
        code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let items = words.windows(2).filter(|pair| DECLARES.contains(&pair[0])).map(|pair| pair[1].to_owned());
    let variant = |line: &str| {
        let line = line.trim();
        let name: String = line.chars().take_while(|c| c.is_alphanumeric()).collect();
        let ends = [",", "(", " {"].iter().any(|end| line[name.len()..].starts_with(end));
        (ends && name.starts_with(char::is_uppercase)).then_some(name)
    };
    items.chain(code.lines().filter_map(variant)).collect()
}

/// A variant as serde writes it: `YesRoughly` is `yes_roughly`.
fn as_written(variant: &str) -> String {
    let mut written = String::new();
    for c in variant.chars() {
        if c.is_uppercase() && !written.is_empty() {
            written.push('_');
        }
        written.extend(c.to_lowercase());
    }
    written
}

/// A name of a type has to be declared; a key of a scenario or of a document has to occur in the code.
#[test]
fn names_in_the_glossary_are_names_of_the_code() {
    let sources = ["mxsim-core", "mxsim-import", "mxsim-report"];
    let code: String = sources
        .iter()
        .flat_map(|name| rust_files(&root().join("crates").join(name).join("src")))
        .map(|file| code_of(&file))
        .collect();
    let declared = declared(&code);
    let mut words: BTreeSet<String> =
        code.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect();
    words.extend(declared.iter().map(|name| as_written(name)));
    let glossary = page("glossary.md");
    let mut types = 0;
    for name in quoted(&glossary) {
        if !name.chars().all(|c| c.is_alphanumeric() || "_:".contains(c)) {
            continue;
        }
        let (before, last) = name.rsplit_once("::").unwrap_or(("", &name));
        let module = root().join("crates/mxsim-core/src").join(before.replace("::", "/"));
        let found = match last.starts_with(char::is_uppercase) {
            _ if !before.is_empty() && module.is_dir() => {
                rust_files(&module).iter().any(|file| self::declared(&code_of(file)).contains(last))
            }
            true => declared.contains(last),
            false => words.contains(last) || last.chars().all(|c| c.is_ascii_digit()),
        };
        assert!(found, "docs/glossary.md: the code has no {name}");
        types += usize::from(last.starts_with(char::is_uppercase));
    }
    assert!(types > 50, "the glossary names only {types} types");
}
