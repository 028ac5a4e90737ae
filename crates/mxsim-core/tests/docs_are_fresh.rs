//! `docs/scenario.md` is what the key tables say, and the page of the catalogue names every preset.

use mxsim_core::catalog::{Catalog, PresetKind};
use mxsim_core::scenario::reference;
use std::path::Path;

/// Compares with a file of this repository; `MXSIM_BLESS=1` renews it.
fn fresh(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    if std::env::var_os("MXSIM_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        std::fs::write(&path, text).expect("the file is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed.replace("\r\n", "\n") == text, "{file} is stale; renew it with MXSIM_BLESS=1");
}

#[test]
fn docs_are_fresh() {
    fresh("docs/scenario.md", &reference());
}

#[test]
fn the_page_of_the_catalogue_names_every_preset() {
    let catalog = Catalog::builtin();
    let ids = |kind: PresetKind| -> Vec<String> {
        let of_kind = catalog.summaries().into_iter().filter(|preset| preset.kind == kind);
        of_kind.map(|preset| format!("`{}`", preset.id)).collect()
    };
    let line = |what: &str, kind| format!("- {what}: {}\n", ids(kind).join(", "));
    let text = format!(
        "# Presets\n\n{}{}{}{}{}{}",
        line("sending MTAs", PresetKind::Sender),
        line("resolvers", PresetKind::Resolver),
        line("authoritative servers", PresetKind::Authority),
        line("stub resolvers", PresetKind::Stub),
        line("greylisting software", PresetKind::Greylisting),
        line("load balancers", PresetKind::Edge)
    );
    fresh("crates/mxsim-core/src/catalog/presets.md", &text);
}
