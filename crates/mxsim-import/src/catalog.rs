//! A folder of presets: `DIR/sender/*.toml`, `DIR/resolver/*.toml` and so on, and of populations, `DIR/population/*.toml`, beside those
//! that come with mxsim.

use crate::{ImportError, read_text};
use mxsim_core::catalog::{Catalog, POPULATION_FOLDER, PresetKind};
use std::fs;
use std::path::{Path, PathBuf};

/// What a folder in a catalogue holds.
#[derive(Clone, Copy)]
enum Shelf {
    Presets(PresetKind),
    Populations,
}

/// The built-in presets and populations and, over them, those of `folder`.
///
/// # Errors
/// If the folder or a file in it cannot be read, it holds no preset, or a preset or population is wrong.
pub fn catalog(folder: Option<&Path>) -> Result<Catalog, ImportError> {
    let Some(folder) = folder else { return Ok(Catalog::builtin().clone()) };
    let mut files: Vec<(Shelf, String, String)> = Vec::new();
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let Some(shelf) = shelf_of(&path)? else { continue };
        for file in entries(&path)?.iter().filter(|file| file.extension().is_some_and(|end| end == "toml")) {
            let name = file.to_string_lossy().into_owned();
            if !file.is_file() {
                return Err(ImportError::File(format!("cannot read {name}: it is no regular file")));
            }
            let text = read_text(&name)?;
            files.push((shelf, name, text));
        }
    }
    if files.is_empty() {
        return Err(ImportError::File(format!(
            "{}: there is no preset in it; put TOML files into its folders {}",
            folder.display(),
            names().join(", ")
        )));
    }
    let presets = files.iter().filter_map(|(shelf, name, text)| match shelf {
        Shelf::Presets(kind) => Some((*kind, name.as_str(), text.as_str())),
        Shelf::Populations => None,
    });
    let populations = files.iter().filter(|(shelf, ..)| matches!(shelf, Shelf::Populations));
    // Presets first: a population may name them.
    let catalog = Catalog::builtin().with(presets).map_err(ImportError::Presets)?;
    let populations = populations.map(|(_, name, text)| (name.as_str(), text.as_str()));
    catalog.with_populations(populations).map_err(ImportError::Presets)
}

fn names() -> Vec<&'static str> {
    PresetKind::ALL.iter().map(|kind| kind.name()).chain([POPULATION_FOLDER]).collect()
}

/// What a folder holds, in the order of names, which no file system promises.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let failed = |error: std::io::Error| {
        ImportError::File(format!(
            "cannot read the folder {}: {}",
            folder.display(),
            crate::text::reason(&error)
        ))
    };
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    paths.sort();
    Ok(paths)
}

/// What a folder holds. One of another name is none of ours, unless it is a kind in the plural.
fn shelf_of(folder: &Path) -> Result<Option<Shelf>, ImportError> {
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let meant = names().into_iter().find(|kind| name.strip_prefix(kind) == Some("s"));
    match meant {
        Some(kind) => {
            let folder = folder.display();
            Err(ImportError::File(format!(
                "{folder}: presets of this kind belong into a folder named {kind}"
            )))
        }
        None if name == POPULATION_FOLDER => Ok(Some(Shelf::Populations)),
        None => Ok(PresetKind::named(&name).map(Shelf::Presets)),
    }
}
