//! Who may do what.

mod access_for_every_service_account;
mod access_for_every_user;
mod admission_configuration_write;
mod aggregation_into_view;
mod aggregation_of_cluster_admin;
mod all_permissions;
mod anonymous_access;
mod anonymous_discovery;
mod certificate_approval;
mod changed_built_in_role;
mod cluster_admin_binding;
mod cluster_admin_in_namespace;
mod cluster_wide_pod_access;
mod cluster_wide_secret_access;
mod cluster_wide_secret_write;
mod cluster_wide_workload_creation;
mod default_service_account_binding;
mod idle;
mod impersonation;
mod ineffective_permission;
mod invalid_binding;
mod invalid_role;
mod missing_role;
mod missing_service_account;
mod namespace_pod_access;
mod namespace_secret_access;
mod namespace_secret_write;
mod namespace_workload_creation;
mod node_changes;
mod node_proxy_access;
#[cfg(feature = "admission")]
mod path_to_cluster_admin;
#[cfg(feature = "admission")]
mod paths;
mod persistent_volume_creation;
mod power;
mod role_escalation;
mod service_account_token_creation;
mod unmatched_subject;
mod wildcard_api_groups;
mod wildcard_custom_resources;
mod wildcard_resources;
mod wildcard_urls;
mod wildcard_verbs;

use crate::rule::Rule;

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &access_for_every_service_account::RULE,
    &access_for_every_user::RULE,
    &admission_configuration_write::RULE,
    &aggregation_into_view::RULE,
    &aggregation_of_cluster_admin::RULE,
    &all_permissions::RULE,
    &anonymous_access::RULE,
    &anonymous_discovery::RULE,
    &certificate_approval::RULE,
    &changed_built_in_role::RULE,
    &cluster_admin_binding::RULE,
    &cluster_admin_in_namespace::RULE,
    &cluster_wide_pod_access::RULE,
    &cluster_wide_secret_access::RULE,
    &cluster_wide_secret_write::RULE,
    &cluster_wide_workload_creation::RULE,
    &default_service_account_binding::RULE,
    &impersonation::RULE,
    &ineffective_permission::RULE,
    &invalid_binding::RULE,
    &invalid_role::RULE,
    &missing_role::RULE,
    &missing_service_account::RULE,
    &namespace_pod_access::RULE,
    &namespace_secret_access::RULE,
    &namespace_secret_write::RULE,
    &namespace_workload_creation::RULE,
    &node_changes::RULE,
    &node_proxy_access::RULE,
    #[cfg(feature = "admission")]
    &path_to_cluster_admin::RULE,
    &persistent_volume_creation::RULE,
    &role_escalation::RULE,
    &service_account_token_creation::RULE,
    &unmatched_subject::RULE,
    &wildcard_api_groups::RULE,
    &wildcard_custom_resources::RULE,
    &wildcard_resources::RULE,
    &wildcard_urls::RULE,
    &wildcard_verbs::RULE,
];

#[cfg(test)]
mod tests;
