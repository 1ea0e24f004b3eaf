//! A folder that kustomize builds: files of others, with patches laid over them.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};
use harden_core::check::{Outcome, Record};
use harden_core::fix::patch::{Changed, Objects, Overlay, is_readable, lists};

use super::folder::Folder;
use super::{Made, Options};

/// The files that kustomize reads as kustomizations.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Where what was read comes into the build.
enum Resource {
    /// A path, as seen from the folder.
    There(String),
    /// A copy, for what is neither in the folder nor listed by a kustomization of its own.
    Copy,
    /// Nowhere: it is part of somebody's kustomization otherwise, or no file of objects.
    None,
}

/// Writes the folder; what to say of it.
pub(super) fn write(
    options: &Options,
    before: &Outcome<'_>,
    made: &Made<'_>,
    path: &Path,
) -> anyhow::Result<Vec<String>> {
    reject_confused(before, made)?;
    let mut folder = Folder::at(path)?;
    let root =
        fs::canonicalize(path).with_context(|| format!("failed to find {}", path.display()))?;
    let (mut overlay, mut copied) = (Overlay::default(), Vec::new());
    for (place, record) in before.sources.iter().enumerate() {
        let is_changed = made.patches.iter().any(|(changed, _)| changed.source == place);
        let resource = match resource(options, record, &root, is_changed)? {
            Resource::There(resource) => resource,
            Resource::None => continue,
            Resource::Copy => {
                let name = folder.free(&format!("base/{}", flat(&record.name)));
                folder.add(&name, &copy(record));
                copied.push(format!("{} to {name}", record.name));
                name
            }
        };
        if !overlay.resources.contains(&resource) {
            overlay.resources.push(resource);
        }
    }
    for (changed, patch) in &made.patches {
        let name = folder.free(&format!("patches/{}", changed.file_name()));
        folder.add(&name, &patch.to_yaml());
        overlay.patches.push((*changed, name));
    }
    for added in made.added {
        let name = folder.free(&added.file_name());
        folder.add(&name, &harden_yaml::write(&added.value));
        overlay.resources.push(name);
    }
    folder.add("kustomization.yaml", &overlay.to_yaml());
    let mut notes = folder.write()?;
    if !copied.is_empty() {
        notes.push(format!(
            "kustomize reads no file outside of the folder that it builds, so these were copied: {}; run this again when they change, or name a folder above them with --output-dir",
            copied.join(", ")
        ));
    }
    notes.push(format!("it is built by: kubectl kustomize {}", path.display()));
    Ok(notes)
}

/// Rejects what kustomize would build otherwise than it was mended.
fn reject_confused(before: &Outcome<'_>, made: &Made<'_>) -> anyhow::Result<()> {
    let all = Objects::of(before);
    let confusion = |(changed, _): &(&Changed, _)| changed.confusion(&all);
    match made.patches.iter().find_map(confusion) {
        Some(why) => bail!("{why}"),
        None => Ok(()),
    }
}

/// How what was read comes into what is built in a folder.
fn resource(
    options: &Options,
    record: &Record<'_>,
    root: &Path,
    is_changed: bool,
) -> anyhow::Result<Resource> {
    let name = &*record.name;
    if let Some(folder) = &options.inputs.kustomize
        && *name == *folder.display().to_string()
    {
        let folder = fs::canonicalize(folder)?;
        return base(&folder, root).map(Resource::There);
    }
    let file = fs::canonicalize(name).ok().filter(|it| it.is_file());
    let is_kustomization =
        || Path::new(name).file_name().is_some_and(|it| NAMES.iter().any(|name| it == *name));
    if file.is_some() && is_kustomization() {
        return Ok(Resource::None);
    }
    if let Err(why) = is_readable(record.text.as_deref().unwrap_or_default()) {
        if is_changed {
            bail!(
                "{name}: kustomize cannot build of it, because {why}: use another form of --patch"
            );
        }
        return Ok(Resource::None);
    }
    let Some(file) = file else { return Ok(Resource::Copy) };
    match lister(&file, root) {
        Some((folder, true)) => return base(folder, root).map(Resource::There),
        // Somebody's kustomization that does not list it uses it otherwise, such as for a patch.
        Some((_, false)) if !is_changed => return Ok(Resource::None),
        _ => {}
    }
    let below = file.strip_prefix(root).ok();
    Ok(below.map_or(Resource::Copy, |it| Resource::There(slashed(it))))
}

/// The nearest folder above a file whose kustomization lists it, or else the nearest that has one.
fn lister<'f>(file: &'f Path, root: &Path) -> Option<(&'f Path, bool)> {
    let mut nearest = None;
    // What is written is no base of itself.
    for folder in file.ancestors().skip(1).filter(|it| *it != root) {
        let text = NAMES.iter().find_map(|it| fs::read_to_string(folder.join(it)).ok());
        let (Some(text), Ok(path)) = (text, file.strip_prefix(folder)) else { continue };
        if lists(&text, &slashed(path)) {
            return Some((folder, true));
        }
        nearest = nearest.or(Some((folder, false)));
    }
    nearest
}

/// The way from a folder to another that has a kustomization.
fn base(folder: &Path, root: &Path) -> anyhow::Result<String> {
    if root.starts_with(folder) {
        bail!(
            "{} is in {}, which it is to be built of, and kustomize builds no such circle: name a folder beside it with --output-dir",
            root.display(),
            folder.display()
        );
    }
    let common = root.components().zip(folder.components()).take_while(|(one, other)| one == other);
    let common = common.count();
    let up = root.components().skip(common).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(folder.components().skip(common)).collect();
    Ok(slashed(&way))
}

/// A path with `/` between its parts, as kustomize reads it.
fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|it| it.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// A name without folders, that ends in `.yaml`.
fn flat(name: &str) -> String {
    let safe = |it: char| if it.is_ascii_alphanumeric() || "-._".contains(it) { it } else { '-' };
    let name: String = name.chars().map(safe).collect();
    let name = name.trim_matches(['-', '.']);
    let stem = [".yaml", ".yml", ".json"].iter().find_map(|it| name.strip_suffix(it));
    format!("{}.yaml", stem.unwrap_or(name))
}

/// The text of a copy, in YAML whatever it was.
fn copy(record: &Record<'_>) -> String {
    let text = record.text.as_deref().unwrap_or_default().trim_start_matches('\u{feff}');
    if !text.trim_start().starts_with('{') {
        return text.to_owned();
    }
    let documents = harden_yaml::documents(text).filter_map(|it| it.to_json());
    let values = documents.filter_map(|it| serde_json::from_str::<serde_json::Value>(&it).ok());
    values.map(|it| harden_yaml::write(&it)).collect::<Vec<_>>().join("---\n")
}
