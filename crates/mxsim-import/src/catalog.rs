//! A folder of presets: `DIR/sender/*.toml`, `DIR/resolver/*.toml` and so on, and of populations, `DIR/population/*.toml`, beside those
//! that come with mxsim.

use crate::{ImportError, read_text};
use mxsim_core::catalog::{Catalog, POPULATION_FOLDER, PresetKind};
use mxsim_core::study::shard::File;
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
    let files = folder.map_or(Ok(Vec::new()), preset_files)?;
    catalog_of(&files)
}

/// The files of a folder of presets, as [`catalog_of`] takes them.
///
/// # Errors
/// If the folder or a file in it cannot be read, or it holds no preset.
pub fn preset_files(folder: &Path) -> Result<Vec<File>, ImportError> {
    let mut files = Vec::new();
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        if shelf_of(&path)?.is_none() {
            continue;
        }
        for file in entries(&path)?.iter().filter(|file| file.extension().is_some_and(|end| end == "toml")) {
            let path = file.to_string_lossy().into_owned();
            if !file.is_file() {
                return Err(ImportError::File(format!("cannot read {path}: it is no regular file")));
            }
            files.push(File { text: read_text(&path)?, path });
        }
    }
    if files.is_empty() {
        return Err(ImportError::File(format!(
            "{}: there is no preset in it; put TOML files into its folders {}",
            folder.display(),
            names().join(", ")
        )));
    }
    Ok(files)
}

/// The built-in presets and populations and, over them, those of files; the folder in the path of each says what it holds.
///
/// # Errors
/// If a preset or population is wrong.
pub fn catalog_of(files: &[File]) -> Result<Catalog, ImportError> {
    if files.is_empty() {
        return Ok(Catalog::builtin().clone());
    }
    let (mut presets, mut populations) = (Vec::new(), Vec::new());
    for File { path, text } in files {
        let (name, text) = (path.as_str(), text.as_str());
        match Path::new(path).parent().map(shelf_of).transpose()?.flatten() {
            Some(Shelf::Presets(kind)) => presets.push((kind, name, text)),
            Some(Shelf::Populations) => populations.push((name, text)),
            None => return Err(ImportError::Text(format!("{name} stands in no folder of presets"))),
        }
    }
    // Presets first: a population may name them.
    let catalog = Catalog::builtin().with(presets).map_err(ImportError::Presets)?;
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
