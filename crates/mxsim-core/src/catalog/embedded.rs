//! The files of the catalogue, which are part of the library.

use crate::parameters::PresetKind;
use include_dir::{Dir, include_dir};

pub(super) static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalog");

/// The name of a file without folder and ending, which for an embedded file is the id of what stands in it.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".toml").unwrap_or(name)
}

/// Kind, path and text of every preset file.
pub(super) fn embedded() -> impl Iterator<Item = (PresetKind, &'static str, &'static str)> {
    PresetKind::ALL
        .into_iter()
        .flat_map(|kind| embedded_in(kind.name()).map(move |(name, text)| (kind, name, text)))
}

/// Path and text of the TOML files in a folder of the catalogue.
pub(super) fn embedded_in(folder: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    let files = FILES.get_dir(folder).into_iter().flat_map(Dir::files);
    let presets = files.filter(|file| file.path().extension().is_some_and(|end| end == "toml"));
    presets
        .map(|file| (file.path().to_str().unwrap_or("preset"), file.contents_utf8().unwrap_or("not UTF-8")))
}
