//! AdmissionConfiguration: what admission plugins are told.
//!
//! Of the plugins' own configurations, that of PodSecurity is read; see [`pod_security`].

mod plugin;
pub mod pod_security;

pub use plugin::{PLUGINS, Plugin};
pub use pod_security::PodSecurityConfiguration;

use harden_yaml::{Document, Place};

use super::Rejection;
use super::decoding::{Struct, Type, decode};
use super::file::{meta, repeated_keys};

const READING: &str = "failed to read plugin config: ";

/// A file that the API server takes.
#[derive(Debug, Clone)]
pub struct AdmissionConfiguration<'d> {
    /// The plugins that it is for, in the order of the file.
    pub plugins: Vec<Plugin<'d>>,
    /// What PodSecurity is told here; none when it has no entry, or the entry names another file,
    /// whose contents this file does not tell.
    pub pod_security: Option<PodSecurityConfiguration<'d>>,
}

/// Reads a file, or says why the API server would not start with it.
pub fn read<'d>(document: &'d Document<'d>) -> Result<AdmissionConfiguration<'d>, Rejection<'d>> {
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
    let strict: Vec<_> = repeated_keys(document).into_iter().chain(decoded.strict).collect();
    if !strict.is_empty() {
        return Err(Rejection::strict(READING, strict));
    }
    let plugins: Vec<_> = root.at("plugins").items().map(Plugin::read).collect();
    // The server stops at the first entry of a name.
    let entry = plugins.iter().find(|it| it.name == "PodSecurity");
    let inline = entry.map(|it| it.configuration).filter(Place::exists);
    let pod_security = inline.map(pod_security::read_at).transpose()?;
    Ok(AdmissionConfiguration { plugins, pod_security })
}

/// Whether an object is one of these files, or was meant to be one.
pub fn is_meant(group: &str, kind: &str, root: Place<'_>) -> bool {
    kind == "AdmissionConfiguration"
        || group == "apiserver.config.k8s.io" && root.at("plugins").exists()
}

impl<'d> AdmissionConfiguration<'d> {
    /// Where PodSecurity is told to read another file, which cannot be judged from here.
    pub fn pod_security_path(&self) -> Option<Place<'d>> {
        let entry = self.plugins.iter().find(|it| it.name == "PodSecurity")?;
        (self.pod_security.is_none() && entry.path.as_str().is_some_and(|it| !it.is_empty()))
            .then_some(entry.path)
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
