//! Who the operator is to the store: a ServiceAccount, or credentials in a Secret.

use serde_json::{Map, Value, json};

use super::{Options, StoreKind, store};
use crate::Manifest;
use crate::generators::OptionError;
use crate::kubernetes::{Kind, is_subdomain};

/// Names that a store refers to, and where they are.
#[derive(Debug, Clone)]
pub(super) struct Identity<'a> {
    options: &'a Options,
    /// Where they are.
    pub(super) namespace: String,
}

impl<'a> Identity<'a> {
    pub(super) fn new(options: &'a Options, namespace: &str) -> Self {
        let namespace = match (&options.identity_namespace, options.store_kind) {
            (Some(asked), StoreKind::ClusterSecretStore) => asked.to_string(),
            (None, StoreKind::ClusterSecretStore) => "external-secrets".to_owned(),
            (_, StoreKind::SecretStore) => namespace.to_owned(),
        };
        Self { options, namespace }
    }

    /// The name of the ServiceAccount.
    pub(super) fn account(&self) -> String {
        let own = || format!("eso-{}", store::name(self.options));
        self.options.service_account.as_ref().map_or_else(own, ToString::to_string)
    }

    /// The name of the Secret with credentials.
    pub(super) fn credentials(&self) -> String {
        let own = || format!("{}-credentials", store::name(self.options));
        self.options.credentials.as_ref().map_or_else(own, ToString::to_string)
    }

    /// Rejects a store whose name leads to one that the API server rejects; `makes_account` where the
    /// ServiceAccount is made, too.
    pub(super) fn check_names(
        &self,
        makes_account: bool,
        store: &Manifest,
    ) -> Result<(), OptionError> {
        let spec = store.object.get("spec").map(ToString::to_string).unwrap_or_default();
        let is_named = |name: &str| spec.contains(&format!("\"name\":\"{name}\""));
        for (name, kind, option, is_used) in [
            (self.account(), "ServiceAccount", "--service-account", makes_account),
            (self.credentials(), "Secret", "--credentials", false),
        ] {
            if (is_used || is_named(&name)) && !is_subdomain(&name) {
                let rule = format!(
                    "makes the name of a {kind}, {} characters long, and it may have 253: give {option}",
                    name.len()
                );
                return Err(OptionError::new("--store-name", &store.name, rule));
            }
        }
        Ok(())
    }

    /// A reference to the ServiceAccount.
    pub(super) fn account_ref(&self) -> Value {
        self.located(json!({"name": self.account()}))
    }

    /// A reference to the ServiceAccount, with a token that is good for this audience alone.
    pub(super) fn account_ref_for(&self, audience: &str) -> Value {
        let mut reference = self.account_ref();
        if let Value::Object(reference) = &mut reference {
            reference.insert("audiences".to_owned(), json!([audience]));
        }
        reference
    }

    /// A reference to one of the credentials.
    pub(super) fn credential_ref(&self, key: &str) -> Value {
        self.located(json!({"name": self.credentials(), "key": key}))
    }

    /// A reference to the CA that was asked for, or to another one.
    pub(super) fn ca_ref(&self, otherwise: Option<&str>) -> Option<Value> {
        let asked = self.options.ca_config_map.as_ref().map(ToString::to_string);
        let name = asked.or_else(|| otherwise.map(str::to_owned))?;
        Some(self.located(json!({"type": "ConfigMap", "name": name, "key": "ca.crt"})))
    }

    /// The ServiceAccount, which needs no token of its own: the operator asks for one when it must.
    pub(super) fn manifest(&self, annotations: &Map<String, Value>) -> Manifest {
        let why = "The operator reads the store as this account, with tokens that live for minutes.\n\
                   Pods have no business with it.";
        let mut manifest = Manifest::new(
            Kind::SERVICE_ACCOUNT,
            Some(&self.namespace),
            &self.account(),
            why,
            json!({"automountServiceAccountToken": false}),
        );
        if let Some(metadata) = manifest.object.get_mut("metadata").and_then(Value::as_object_mut)
            && !annotations.is_empty()
        {
            metadata.insert("annotations".to_owned(), annotations.clone().into());
        }
        manifest
    }

    /// References of a ClusterSecretStore say which namespace they mean; those of a SecretStore must
    /// not mean another.
    fn located(&self, mut reference: Value) -> Value {
        if let (StoreKind::ClusterSecretStore, Value::Object(reference)) =
            (self.options.store_kind, &mut reference)
        {
            reference.insert("namespace".to_owned(), self.namespace.as_str().into());
        }
        reference
    }
}
