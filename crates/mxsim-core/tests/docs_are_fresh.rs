//! `docs/scenario.md` is what the key tables say.

use mxsim_core::scenario::reference;
use std::path::Path;

#[test]
fn docs_are_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenario.md");
    if std::env::var_os("MXSIM_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder docs");
        std::fs::write(&path, reference()).expect("docs/scenario.md is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed.replace("\r\n", "\n") == reference(),
        "docs/scenario.md is stale; renew it with MXSIM_BLESS=1"
    );
}
