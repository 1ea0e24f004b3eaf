//! Pods beyond the Pod Security Standards.

mod container_runtime_socket;
mod containers;
mod default_service_account;
mod environment_from_secret;
mod host_aliases;
mod host_path_persistent_volume;
mod host_paths;
mod host_user_namespace;
mod images;
mod limit_range_rejects_pod;
mod low_user_id;
mod missing_cpu_request;
mod missing_ephemeral_storage_limit;
mod missing_memory_limit;
#[cfg(feature = "admission")]
mod missing_probe_port;
mod missing_readiness_probe;
mod mistaken_quantity_unit;
mod mounted_service_account_token;
mod moved_image_tag;
mod mutable_image_tag;
mod quota_rejects_pod;
mod quotas;
mod room;
mod secret_in_arguments;
mod secret_in_config_map;
mod secret_in_environment;
mod sensitive_host_path;
mod shared_process_namespace;
mod silence;
mod tokens;
mod unknown_image_digest;
mod unpinned_image;
mod workload_exceeds_quota;
mod writable_host_path;
mod writable_root_file_system;

use crate::rule::Rule;

/// Those that run only where somebody asks for them by name.
pub static ON_REQUEST: &[&Rule] = &[&host_user_namespace::RULE];

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &container_runtime_socket::RULE,
    &default_service_account::RULE,
    &environment_from_secret::RULE,
    &host_aliases::RULE,
    &host_path_persistent_volume::RULE,
    &host_user_namespace::RULE,
    &limit_range_rejects_pod::RULE,
    &low_user_id::RULE,
    &missing_cpu_request::RULE,
    &missing_ephemeral_storage_limit::RULE,
    &missing_memory_limit::RULE,
    #[cfg(feature = "admission")]
    &missing_probe_port::RULE,
    &missing_readiness_probe::RULE,
    &mistaken_quantity_unit::RULE,
    &mounted_service_account_token::RULE,
    &moved_image_tag::RULE,
    &mutable_image_tag::RULE,
    &quota_rejects_pod::RULE,
    &secret_in_arguments::RULE,
    &secret_in_config_map::RULE,
    &secret_in_environment::RULE,
    &sensitive_host_path::RULE,
    &shared_process_namespace::RULE,
    &unknown_image_digest::RULE,
    &unpinned_image::RULE,
    &workload_exceeds_quota::RULE,
    &writable_host_path::RULE,
    &writable_root_file_system::RULE,
];
