//! Secrets that come from a store outside of the cluster, by the External Secrets Operator.

mod conflicting_external_secret_policies;
mod duplicate_secret_key;
mod external_secret_deletes_secret;
mod external_secret_never_refreshed;
mod incomplete_typed_secret;
mod invalid_external_secret;
mod missing_template_key;
mod push_secret_deletes_remote;
mod removed_external_secrets_version;
mod secret_in_fake_store;
mod shared_target_secret;
mod static_store_credentials;
mod store_for_every_namespace;
mod store_reference_in_other_namespace;
mod unbounded_find;
mod unencrypted_store_server;
mod vault_path_with_data;

use crate::rule::Rule;

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &conflicting_external_secret_policies::RULE,
    &duplicate_secret_key::RULE,
    &external_secret_deletes_secret::RULE,
    &external_secret_never_refreshed::RULE,
    &incomplete_typed_secret::RULE,
    &invalid_external_secret::RULE,
    &missing_template_key::RULE,
    &push_secret_deletes_remote::RULE,
    &removed_external_secrets_version::RULE,
    &secret_in_fake_store::RULE,
    &shared_target_secret::RULE,
    &static_store_credentials::RULE,
    &store_for_every_namespace::RULE,
    &store_reference_in_other_namespace::RULE,
    &unbounded_find::RULE,
    &unencrypted_store_server::RULE,
    &vault_path_with_data::RULE,
];
