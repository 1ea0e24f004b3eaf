//! Options that say what is to write.

use super::key::KeyName;
use super::provider::{Kms, KmsEndpoint, KmsName, KmsTimeout, Provider};
use crate::configuration::encryption::ProviderKind;
use crate::generators::OptionError;

/// What a plugin is called when nobody says otherwise.
pub(super) const KMS_NAME: &str = "kms";

/// What encrypts from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Writer {
    /// What encrypts [default: secretbox, or what does so far]
    #[cfg_attr(feature = "cli", arg(long, value_name = "PROVIDER"))]
    pub provider: Option<Provider>,

    /// Name of the key [default: key- and the date, such as key-2026-11-23]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    pub key_name: Option<KeyName>,

    /// Socket of the KMS plugin, such as unix:///var/run/kms/vault.sock
    #[cfg_attr(feature = "cli", arg(long, value_name = "ADDRESS"))]
    pub kms_endpoint: Option<KmsEndpoint>,

    /// Name of the KMS plugin, which etcd holds before each value [default: kms]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    pub kms_name: Option<KmsName>,

    /// How long to wait for the KMS plugin, such as 3s [default: 3s]
    #[cfg_attr(feature = "cli", arg(long, value_name = "TIME"))]
    pub kms_timeout: Option<KmsTimeout>,
}

impl Writer {
    /// The kind that was asked for, or the one to start with.
    pub(super) fn kind(&self) -> ProviderKind {
        self.provider.unwrap_or_default().kind()
    }

    /// The plugin that was asked for.
    pub(super) fn kms(&self) -> Result<Option<Kms>, OptionError> {
        self.check()?;
        if self.provider != Some(Provider::Kms) {
            return Ok(None);
        }
        let Some(endpoint) = &self.kms_endpoint else {
            let rule = "needs --kms-endpoint, such as unix:///var/run/kms/vault.sock";
            return Err(OptionError::new("--provider", "kms", rule));
        };
        let timeout = self.kms_timeout.as_ref().map_or("3s", KmsTimeout::as_str);
        Ok(Some(Kms {
            // The server takes a plugin for v1 when nothing is said, and has not used that since 1.29.
            api_version: Some("v2".to_owned()),
            name: self.kms_name().to_owned(),
            endpoint: endpoint.as_str().to_owned(),
            timeout: Some(timeout.to_owned()),
            cache_size: None,
        }))
    }

    /// What the plugin is called.
    pub(super) fn kms_name(&self) -> &str {
        self.kms_name.as_ref().map_or(KMS_NAME, KmsName::as_str)
    }

    /// Rejects options that are not for the provider.
    pub(super) fn check(&self) -> Result<(), OptionError> {
        let is_kms = self.provider == Some(Provider::Kms);
        let set = [
            ("--kms-endpoint", self.kms_endpoint.is_some()),
            ("--kms-name", self.kms_name.is_some()),
            ("--kms-timeout", self.kms_timeout.is_some()),
        ];
        if let Some((option, _)) = set.into_iter().find(|(_, is_set)| *is_set && !is_kms) {
            return Err(OptionError::new(option, "", "is for --provider kms"));
        }
        match &self.key_name {
            Some(name) if is_kms => {
                let rule = "a KMS plugin keeps its keys and their names itself; name the plugin with --kms-name";
                Err(OptionError::new("--key-name", name, rule))
            }
            _ => Ok(()),
        }
    }
}
