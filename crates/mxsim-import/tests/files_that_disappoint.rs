//! Everything that can be wrong with a file is told, and nothing panics.

use mxsim_core::scenario::{RunOverrides, Scenario};
use mxsim_import::{ImportError, MOST_BYTES, read_text};
use std::fs;
use std::path::PathBuf;

fn scenario(path: &str) -> Result<Scenario, ImportError> {
    mxsim_import::scenario(path, mxsim_core::catalog::Catalog::builtin(), RunOverrides::default())
}

/// A folder of its own for each test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("mxsim-import-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        fs::write(&path, content).expect("a file");
        path.to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn bad_files() {
    let folder = Folder::new("bad");
    let error = |path: &str| read_text(path).expect_err("an error");
    assert!(
        matches!(error(&folder.0.to_string_lossy()), ImportError::File(why) if why.contains("directory"))
    );
    assert!(matches!(error(&folder.0.join("missing").to_string_lossy()), ImportError::File(_)));
    assert_eq!(read_text(&folder.file("latin1", b"ab\xe9")).expect("text"), "ab\u{e9}");
    let huge = folder.file("huge", &vec![b'x'; MOST_BYTES as usize + 1]);
    assert!(matches!(error(&huge), ImportError::Text(why) if why.contains("16 MiB")));
    assert_eq!(read_text(&folder.file("bom", b"\xef\xbb\xbfabc")).expect("text"), "abc");
}

#[test]
fn the_zone_file_is_looked_for_beside_the_scenario_and_its_errors_point_into_it() {
    let folder = Folder::new("zone");
    let path = folder.file("site.toml", b"[zone]\nfile = \"site.zone\"\n");
    let missing = scenario(&path).expect_err("no zone file").to_string();
    assert!(missing.contains("site.toml:2:8: error[E114]"), "{missing}");
    folder.file("site.zone", b"e.org. 60 MX 1 m.e.org.\nm.e.org. 60 A 192.0.2.500\n");
    let wrong = scenario(&path).expect_err("a wrong address").to_string();
    assert!(wrong.starts_with("site.zone:2:15: error[E202]"), "{wrong}");
    folder.file("site.zone", b"\xef\xbb\xbfe.org. 60 MX 1 m.e.org.\r\nm.e.org. 60 A 192.0.2.5\r\n");
    assert_eq!(scenario(&path).expect("a scenario").nodes.len(), 1);
    let json = folder.file("site.txt", b"\n {\"zone\": {\"file\": \"site.zone\"}}");
    assert_eq!(scenario(&json).expect("JSON by its first character").nodes.len(), 1);
}
