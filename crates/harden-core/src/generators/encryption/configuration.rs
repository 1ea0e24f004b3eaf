//! EncryptionConfigurations that are changed and written again, keys included.

use std::fmt::Write as _;

use zeroize::Zeroizing;

use super::key::{Key, KeyName};
use super::provider::Kms;
use crate::configuration::encryption::{self, ProviderKind};
use crate::configuration::first_document;
use crate::kubernetes::MinorVersion;

/// A file with everything that is in it but its comments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Configuration {
    /// Its rules, in the order of the file.
    pub(super) rules: Vec<ResourceRule>,
}

/// One entry of `resources`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ResourceRule {
    /// What it is about, as written.
    pub(super) resources: Vec<String>,
    /// What reads, in this order; the first one writes.
    pub(super) entries: Vec<Entry>,
}

/// A single key, plugin, or none: what the server tries one after the other.
///
/// A provider with several keys is as many entries, which means the same to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// A key of the file.
    Key(ProviderKind, Key),
    /// A plugin.
    Kms(Kms),
    /// No encryption.
    Identity,
}

impl Configuration {
    /// Reads a file that an API server takes, of whichever version; the error is the server's own.
    pub(super) fn read(text: &str, name: &str) -> Result<Self, String> {
        // Servers of today take KMS v1, too, when a feature gate lets them.
        let options = encryption::Options::of(MinorVersion(28));
        let document = first_document(text);
        let read = encryption::read(&document, options).map_err(|it| it.text(name))?;
        let rules = read.rules.iter().map(|rule| ResourceRule {
            resources: rule.resources.iter().map(|it| it.written.to_owned()).collect(),
            entries: rule.providers.iter().flat_map(entries).collect(),
        });
        Ok(Self { rules: rules.collect() })
    }

    /// The names of all keys.
    pub(super) fn key_names(&self) -> impl Iterator<Item = &KeyName> {
        self.rules.iter().flat_map(|it| &it.entries).filter_map(Entry::key_name)
    }

    /// The names of all plugins.
    pub(super) fn kms_names(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().flat_map(|it| &it.entries).filter_map(|it| match it {
            Entry::Kms(kms) => Some(kms.name.as_str()),
            _ => None,
        })
    }

    /// Whether it has keys of its own.
    pub(super) fn holds_keys(&self) -> bool {
        self.key_names().next().is_some()
    }

    /// The resources of the rules that this is true of, each once.
    pub(super) fn resources_where(&self, is_meant: impl Fn(&ResourceRule) -> bool) -> Vec<&str> {
        let mut resources: Vec<&str> = Vec::new();
        for resource in self.rules.iter().filter(|it| is_meant(it)).flat_map(|it| &it.resources) {
            if !resources.contains(&resource.as_str()) {
                resources.push(resource);
            }
        }
        resources
    }

    /// The rules that decide about a resource, as the server looks them up.
    pub(super) fn rules_for(&self, resource: &str) -> Vec<usize> {
        let (_, group) = encryption::split(resource);
        let names = [resource.to_owned(), format!("*.{group}"), "*.*".to_owned()];
        let having = |name: &String| {
            let rules = self.rules.iter().enumerate();
            rules.filter(|(_, it)| it.resources.contains(name)).map(|(index, _)| index).collect()
        };
        names.iter().map(having).find(|it: &Vec<_>| !it.is_empty()).unwrap_or_default()
    }

    /// The text of the file, below `comment`, of which each line becomes a comment.
    pub(super) fn write(&self, comment: &str) -> Zeroizing<String> {
        // As large as it can get from the start: a buffer that grows leaves copies behind.
        let entries = self.rules.iter().flat_map(|it| &it.entries);
        let resources = self.rules.iter().flat_map(|it| &it.resources);
        let room = 256
            + 2 * comment.len()
            + 64 * self.rules.len()
            + resources.map(|it| 16 + 6 * it.len()).sum::<usize>()
            + entries.map(Entry::room).sum::<usize>();
        let mut text = Zeroizing::new(String::with_capacity(room));
        for line in comment.lines() {
            let _ = writeln!(text, "# {line}");
        }
        text.push_str("apiVersion: apiserver.config.k8s.io/v1\n");
        text.push_str("kind: EncryptionConfiguration\nresources:\n");
        for rule in &self.rules {
            text.push_str("- resources:\n");
            for resource in &rule.resources {
                let _ = writeln!(text, "  - {}", scalar(resource));
            }
            text.push_str("  providers:\n");
            let mut before = None;
            for entry in &rule.entries {
                entry.write(&mut text, before);
                before = entry.kind_of_key();
            }
        }
        debug_assert!(text.capacity() == room, "{} > {room}", text.capacity());
        text
    }
}

impl ResourceRule {
    /// What writes.
    pub(super) fn writer(&self) -> &Entry {
        self.entries.first().unwrap_or(&Entry::Identity)
    }

    /// Whether new objects are encrypted.
    pub(super) fn encrypts(&self) -> bool {
        *self.writer() != Entry::Identity
    }

    /// Whether it reads what is stored in plain.
    pub(super) fn reads_plain(&self) -> bool {
        self.entries.contains(&Entry::Identity)
    }

    /// Where an entry is that this is true of.
    pub(super) fn position(&self, is_meant: impl FnMut(&Entry) -> bool) -> Option<usize> {
        self.entries.iter().position(is_meant)
    }

    /// Lets an entry write; the others keep their order.
    pub(super) fn promote(&mut self, index: usize) {
        if let Some(rest) = self.entries.get_mut(..=index) {
            rest.rotate_right(1);
        }
    }

    /// As the plans name it: `secrets, configmaps`.
    pub(super) fn title(&self) -> String {
        self.resources.join(", ")
    }
}

impl Entry {
    /// The name of the key.
    pub(super) fn key_name(&self) -> Option<&KeyName> {
        match self {
            Self::Key(_, key) => Some(&key.name),
            _ => None,
        }
    }

    fn kind_of_key(&self) -> Option<ProviderKind> {
        match self {
            Self::Key(kind, _) => Some(*kind),
            _ => None,
        }
    }

    /// Bytes that it takes at most.
    fn room(&self) -> usize {
        128 + match self {
            Self::Key(_, key) => 6 * key.name.as_str().len() + key.secret.len(),
            Self::Kms(kms) => 6 * (kms.name.len() + kms.endpoint.len()) + 64,
            Self::Identity => 0,
        }
    }

    /// Writes it into a list of providers, or to the keys of the one before if that is of its kind.
    fn write(&self, text: &mut String, before: Option<ProviderKind>) {
        let _ = match self {
            Self::Identity => text.write_str("  - identity: {}\n"),
            Self::Kms(kms) => kms.write(text),
            Self::Key(kind, key) => {
                if before != Some(*kind) {
                    let _ = writeln!(text, "  - {kind}:\n      keys:");
                }
                let name = scalar(key.name.as_str());
                // Between quotes, for any YAML reader might take base64 for something else.
                writeln!(text, "      - name: {name}\n        secret: \"{}\"", key.secret.as_str())
            }
        };
    }
}

/// As plans and status name it: `key-2026-11-23 (secretbox)`.
impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(kind, key) => write!(f, "{} ({kind})", key.name),
            Self::Kms(kms) => write!(f, "{} (kms)", kms.name),
            Self::Identity => f.write_str("identity (plain)"),
        }
    }
}

/// One value as our writer of YAML writes it.
pub(super) fn scalar(text: &str) -> String {
    harden_yaml::write(&text).trim_end().to_owned()
}

fn entries(provider: &encryption::Provider<'_>) -> Vec<Entry> {
    match (provider.kind, &provider.kms) {
        (ProviderKind::Identity, _) => vec![Entry::Identity],
        (ProviderKind::Kms, Some(kms)) => vec![Entry::Kms(Kms::read(kms))],
        (kind, _) => {
            provider.keys.iter().map(|key| Entry::Key(kind, Key::read(key.place))).collect()
        }
    }
}
