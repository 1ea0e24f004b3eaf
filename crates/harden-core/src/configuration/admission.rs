//! AdmissionConfiguration: what admission plugins are told.
//!
//! Of the plugins' own configurations, that of PodSecurity is read; see [`pod_security`]. Those of other
//! plugins that are on by default are held to their types.

mod inline;
mod plugin;
pub mod pod_security;

pub use plugin::{PLUGINS, Plugin};
pub use pod_security::PodSecurityConfiguration;

use harden_yaml::{Document, Place};
use rustc_hash::FxHashSet;

use super::decoding::{Struct, Type, decode};
use super::file::{meta, repeated_keys};
use super::{Fault, Rejection};
use crate::kubernetes::MinorVersion;

const READING: &str = "failed to read plugin config: ";

/// The first version that does not start with a field it does not know; those before drop it.
const STRICT: MinorVersion = MinorVersion(32);

/// A file that the API server takes.
#[derive(Debug, Clone)]
pub struct AdmissionConfiguration<'d> {
    /// The plugins that it is for, in the order of the file.
    pub plugins: Vec<Plugin<'d>>,
    /// What PodSecurity is told here; none when it has no entry, or the entry names another file,
    /// whose contents this file does not tell.
    pub pod_security: Option<PodSecurityConfiguration<'d>>,
    /// What is written and has no effect, since the server drops fields that it does not know.
    pub ignored: Vec<Fault<'d>>,
}

/// Reads a file, or says why the API server of this version would not start with it.
pub fn read<'d>(
    document: &'d Document<'d>,
    version: MinorVersion,
) -> Result<AdmissionConfiguration<'d>, Rejection<'d>> {
    let root = document.root();
    let meta = meta(document).map_err(|fault| Rejection::one(READING, fault))?;
    meta.check_presence().map_err(|fault| Rejection::one(READING, fault))?;
    match (meta.group, meta.version, meta.kind) {
        ("apiserver.config.k8s.io", "v1", "AdmissionConfiguration")
        | ("apiserver.k8s.io", "v1alpha1", "AdmissionConfiguration") => {}
        _ => return Err(Rejection::one(READING, meta.unknown("AdmissionConfiguration"))),
    }
    let decoded = decode(root, &CONFIGURATION);
    if let Some(fault) = decoded.wrong {
        return Err(Rejection::one(READING, fault));
    }
    let mut ignored: Vec<_> = repeated_keys(document).into_iter().chain(decoded.strict).collect();
    if !ignored.is_empty() && version >= STRICT {
        return Err(Rejection::strict(READING, ignored));
    }
    let plugins: Vec<_> = root.at("plugins").items().map(Plugin::read).collect();
    let mut pod_security = None;
    let mut names = FxHashSet::default();
    for plugin in &plugins {
        // The server stops at the first entry of a name.
        let is_first = names.insert(plugin.name);
        if !is_first || !plugin.configuration.exists() {
            continue;
        }
        if plugin.name == "PodSecurity" {
            pod_security = Some(pod_security::read_at(plugin.configuration)?);
        } else {
            ignored.append(&mut inline::read(plugin, version)?);
        }
    }
    Ok(AdmissionConfiguration { plugins, pod_security, ignored })
}

/// Whether an object is one of these files, or was meant to be one.
pub fn is_meant(group: &str, kind: &str, root: Place<'_>) -> bool {
    kind == "AdmissionConfiguration"
        || group == "apiserver.config.k8s.io" && root.at("plugins").exists()
}

impl<'d> AdmissionConfiguration<'d> {
    /// The other files that plugins are told to read, which cannot be judged from here.
    pub fn named_files(&self) -> impl Iterator<Item = &'d str> + use<'_, 'd> {
        let plugins = self.plugins.iter().filter(|it| !it.configuration.exists());
        plugins.filter_map(|it| it.path.as_str()).filter(|it| !it.is_empty())
    }

    /// The plugins whose configuration is written here and is not judged.
    pub fn unjudged(&self) -> impl Iterator<Item = &'d str> + use<'_, 'd> {
        let plugins = self.plugins.iter().filter(|it| it.configuration.exists());
        plugins.map(|it| it.name).filter(|it| *it != "PodSecurity" && !inline::is_judged(it))
    }
}

static CONFIGURATION: Struct = Struct {
    name: "AdmissionConfiguration",
    fields: &[
        ("apiVersion", Type::Any),
        ("kind", Type::Any),
        ("plugins", Type::List(&Type::Struct(&PLUGIN))),
    ],
    is_secret: false,
};

static PLUGIN: Struct = Struct {
    name: "AdmissionPluginConfiguration",
    fields: &[
        ("name", Type::Text("string")),
        ("path", Type::Text("string")),
        ("configuration", Type::Any),
    ],
    is_secret: false,
};

#[cfg(test)]
mod tests;
