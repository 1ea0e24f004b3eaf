//! What the API server's own configuration says of Pod Security, as far as plans go by it.

use crate::configuration::admission::{self, PodSecurityConfiguration, pod_security};
use crate::configuration::first_document;
use crate::kubernetes::MinorVersion;
use crate::pod_security::Policy;
use crate::simulate::pod_security::Exemptions;

/// What namespaces are held to where labels leave something open, and who is let off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    /// What holds where labels leave something open.
    pub defaults: Policy,
    /// Whom the server lets off.
    pub exemptions: Exemptions,
}

impl Default for Configured {
    /// A server without a configuration.
    fn default() -> Self {
        Self { defaults: Policy::PRIVILEGED, exemptions: Exemptions::default() }
    }
}

impl Configured {
    /// Reads an AdmissionConfiguration, or the PodSecurityConfiguration that one names.
    ///
    /// # Errors
    ///
    /// A sentence that says why an API server of this version would not start with the file, or why the file
    /// does not say it.
    pub fn read(file: &str, text: &str, server: MinorVersion) -> Result<Self, String> {
        let document = first_document(text);
        let kind = document.root().at("kind").as_str().unwrap_or_default();
        let refused = |sentence: String| format!("{file}: {sentence}");
        if kind == "PodSecurityConfiguration" {
            let read = pod_security::read(&document);
            return read.map(|it| Self::of(&it)).map_err(|it| refused(it.sentence(file)));
        }
        let read = admission::read(&document, server).map_err(|it| refused(it.sentence(file)))?;
        if let Some(configuration) = &read.pod_security {
            return Ok(Self::of(configuration));
        }
        let named = read.plugins.iter().find(|it| it.name == "PodSecurity");
        match named.and_then(|it| it.path.as_str()).filter(|it| !it.is_empty()) {
            Some(path) => Err(refused(format!("it has PodSecurity read {path}: name that file"))),
            None => Ok(Self::default()),
        }
    }

    fn of(configuration: &PodSecurityConfiguration<'_>) -> Self {
        let texts = |all: &[harden_yaml::Place<'_>]| {
            all.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
        };
        let exemptions = Exemptions {
            namespaces: texts(&configuration.namespaces),
            usernames: texts(&configuration.usernames),
            runtime_classes: texts(&configuration.runtime_classes),
        };
        Self { defaults: configuration.defaults, exemptions }
    }
}
