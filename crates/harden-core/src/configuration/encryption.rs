//! EncryptionConfiguration: which provider writes and reads which resources in etcd.
//!
//! As `k8s.io/apiserver/pkg/server/options/encryptionconfig` reads it. The first provider of a
//! resource writes; all of them are tried for reading.

mod key;
mod kms;
mod provider;
mod resource;
mod schema;
mod transformer;
mod validation;

pub use key::Key;
pub use kms::Kms;
pub use provider::{Provider, ProviderKind};
pub use resource::Resource;

pub(crate) use kms::{dialled, socket, timeout};
pub(crate) use resource::{flaw, meant, name_error, split};

use harden_yaml::{Document, Place};

use super::file::{meta, repeated_keys};
use super::{Fault, Rejection};
use crate::configuration::decoding::decode;
use crate::configuration::meta::Meta;
use crate::kubernetes::MinorVersion;

/// What the server says before it says what is wrong with the text.
const DECODING: &str =
    "error while parsing file: error decoding encryption provider configuration file \"FILE\": ";

const LOADING: &str = "error while parsing file: error while loading file: encryption provider \
                       configuration file \"FILE\" ";

/// The first version that does not start with a field it does not know; those before drop it.
const STRICT: MinorVersion = MinorVersion(31);

/// A file that the API server takes.
#[derive(Debug, Clone)]
pub struct EncryptionConfiguration<'d> {
    /// Its rules, in the order of the file.
    pub rules: Vec<EncryptionRule<'d>>,
    /// What is written and has no effect, since the server drops fields that it does not know.
    pub ignored: Vec<Fault<'d>>,
}

/// One entry of `resources`.
#[derive(Debug, Clone)]
pub struct EncryptionRule<'d> {
    /// Where it is.
    pub place: Place<'d>,
    /// What it is about.
    pub resources: Vec<Resource<'d>>,
    /// What writes, first, and what reads besides; never empty.
    pub providers: Vec<Provider<'d>>,
}

/// What the server was started with, besides the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The server's version: KMS v1 is off since 1.29.
    pub version: MinorVersion,
    /// Whether it reads the file again when it changes, which demands unique names of KMS v1, too.
    pub reloads: bool,
}

impl Options {
    /// A server of this version without further flags.
    pub fn of(version: MinorVersion) -> Self {
        Self { version, reloads: false }
    }
}

/// Reads a file, or says why the API server would not start with it.
pub fn read<'d>(
    document: &'d Document<'d>,
    options: Options,
) -> Result<EncryptionConfiguration<'d>, Rejection<'d>> {
    let root = document.root();
    if document.text().is_empty() {
        return Err(Rejection::one(LOADING, Fault::new(root, "is empty")));
    }
    let meta = meta(document).map_err(|fault| Rejection::one(DECODING, fault))?;
    check_type(&meta).map_err(|fault| Rejection::one(DECODING, fault))?;
    let decoded = decode(root, &schema::CONFIGURATION);
    if let Some(fault) = decoded.wrong {
        return Err(Rejection::one(DECODING, fault));
    }
    let ignored: Vec<_> = repeated_keys(document).into_iter().chain(decoded.strict).collect();
    if !ignored.is_empty() && options.version >= STRICT {
        return Err(Rejection::strict(DECODING, ignored));
    }
    let faults = validation::faults(root, options);
    if !faults.is_empty() {
        return Err(Rejection::new("error while parsing file: ", faults));
    }
    let rules: Vec<_> = root.at("resources").items().map(EncryptionRule::read).collect();
    match transformer::fault(&rules, options) {
        Some(fault) => Err(Rejection::one("error while building transformers: ", fault)),
        None => Ok(EncryptionConfiguration { rules, ignored }),
    }
}

/// Whether an object is one of these files, or was meant to be one.
pub fn is_meant(group: &str, kind: &str, root: Place<'_>) -> bool {
    match kind {
        "EncryptionConfiguration" | "EncryptionConfig" => true,
        _ => {
            let has_providers = |it: Place<'_>| it.at("providers").exists();
            group == "apiserver.config.k8s.io" && root.at("resources").items().any(has_providers)
        }
    }
}

impl<'d> EncryptionConfiguration<'d> {
    /// The rules that decide how a resource is written and read, those that write first; none when
    /// it stays plain. The server looks for the resource itself, then for its group, then for all.
    pub fn rules_for(&self, group: &str, resource: &str) -> Vec<&EncryptionRule<'d>> {
        let names = [(group, resource), (group, "*"), ("*", "*")];
        let found = names.into_iter().map(|(group, resource)| {
            let is_named = |it: &Resource<'_>| it.group == group && it.resource == resource;
            self.rules.iter().filter(|it| it.resources.iter().any(is_named)).collect()
        });
        found.into_iter().find(|rules: &Vec<_>| !rules.is_empty()).unwrap_or_default()
    }
}

impl<'d> EncryptionRule<'d> {
    fn read(place: Place<'d>) -> Self {
        let resources = place.at("resources").items().map(Resource::read).collect();
        let providers = place.at("providers").items().filter_map(Provider::read).collect();
        Self { place, resources, providers }
    }

    /// The provider that writes.
    pub fn writer(&self) -> Option<&Provider<'d>> {
        self.providers.first()
    }
}

fn check_type<'d>(meta: &Meta<'d>) -> Result<(), Box<Fault<'d>>> {
    meta.check_presence()?;
    match (meta.group, meta.version, meta.kind) {
        // Documentation once had the second by mistake, and the server still takes it.
        ("apiserver.config.k8s.io", "v1", "EncryptionConfiguration")
        | ("", "v1", "EncryptionConfig") => Ok(()),
        _ => Err(Box::new(meta.unknown("EncryptionConfiguration"))),
    }
}
