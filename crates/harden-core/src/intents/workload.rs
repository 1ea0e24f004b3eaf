//! Pods beyond the Pod Security Standards, as intents.

mod container_runtime_socket;
mod container_without_cpu_request;
mod controllers;
mod environment_from_secret;
mod host_aliases;
mod host_paths;
mod host_user_namespace;
mod image_without_digest;
mod images;
mod low_user_id;
mod missing_memory_limit;
mod missing_readiness_probe;
mod missing_workload_annotation;
mod missing_workload_label;
mod mutable_image_tag;
mod pods;
mod sensitive_host_path;
mod shared_process_namespace;
mod shared_service_account;
mod unchecked_cached_image;
mod unlisted_registry;
mod unlisted_storage_class;
mod unstated_service_account_token;
mod writable_node_files;
mod writable_root_file_system;

use super::Intent;

/// The intents of this category, in alphabetical order.
pub static INTENTS: &[&Intent] = &[
    &container_runtime_socket::INTENT,
    &container_without_cpu_request::INTENT,
    &environment_from_secret::INTENT,
    &host_aliases::INTENT,
    &host_user_namespace::INTENT,
    &image_without_digest::INTENT,
    &low_user_id::INTENT,
    &missing_memory_limit::INTENT,
    &missing_readiness_probe::INTENT,
    &missing_workload_annotation::INTENT,
    &missing_workload_label::INTENT,
    &mutable_image_tag::INTENT,
    &sensitive_host_path::INTENT,
    &shared_process_namespace::INTENT,
    &shared_service_account::INTENT,
    &unchecked_cached_image::INTENT,
    &unlisted_registry::INTENT,
    &unlisted_storage_class::INTENT,
    &unstated_service_account_token::INTENT,
    &writable_node_files::INTENT,
    &writable_root_file_system::INTENT,
];
