//! The Pod Security Standards, as rules: what upstream's checks find, with what a person needs to
//! know about it.

mod added_capabilities;
mod custom_se_linux_context;
mod host_namespaces;
mod host_path_volume;
mod host_port;
mod missing_seccomp_profile;
mod privilege_escalation;
mod privileged_container;
mod privileged_pod;
mod probe_host;
mod restricted_volume_type;
mod root_allowed;
mod root_user;
mod unconfined_app_armor;
mod unconfined_seccomp;
mod undropped_capabilities;
mod unmasked_proc;
mod unmasked_proc_in_user_namespace;
mod unsafe_sysctls;
mod windows_host_process;

use crate::rule::Rule;

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &added_capabilities::RULE,
    &custom_se_linux_context::RULE,
    &host_namespaces::RULE,
    &host_path_volume::RULE,
    &host_port::RULE,
    &missing_seccomp_profile::RULE,
    &privilege_escalation::RULE,
    &privileged_container::RULE,
    &privileged_pod::RULE,
    &probe_host::RULE,
    &restricted_volume_type::RULE,
    &root_allowed::RULE,
    &root_user::RULE,
    &unconfined_app_armor::RULE,
    &unconfined_seccomp::RULE,
    &undropped_capabilities::RULE,
    &unmasked_proc::RULE,
    &unmasked_proc_in_user_namespace::RULE,
    &unsafe_sysctls::RULE,
    &windows_host_process::RULE,
];
