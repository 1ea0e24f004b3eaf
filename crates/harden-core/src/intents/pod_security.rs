//! The checks of the Pod Security Standards, as intents.
//!
//! Each demands what upstream's check demands in the version of the standards that is asked for. In a version that is
//! older than the check, an intent that is asked for by its name demands what the first revision of the check does:
//! who names a flaw wants it refused.

mod added_capabilities;
mod custom_se_linux_context;
mod host_namespaces;
mod host_path_volume;
mod host_port;
mod missing_seccomp_profile;
mod pod;
mod privilege_escalation;
mod privileged_container;
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

use super::Intent;

/// The intents of this category, in alphabetical order.
pub static INTENTS: &[&Intent] = &[
    &added_capabilities::INTENT,
    &custom_se_linux_context::INTENT,
    &host_namespaces::INTENT,
    &host_path_volume::INTENT,
    &host_port::INTENT,
    &missing_seccomp_profile::INTENT,
    &privilege_escalation::INTENT,
    &privileged_container::INTENT,
    &probe_host::INTENT,
    &restricted_volume_type::INTENT,
    &root_allowed::INTENT,
    &root_user::INTENT,
    &unconfined_app_armor::INTENT,
    &unconfined_seccomp::INTENT,
    &undropped_capabilities::INTENT,
    &unmasked_proc::INTENT,
    &unmasked_proc_in_user_namespace::INTENT,
    &unsafe_sysctls::INTENT,
    &windows_host_process::INTENT,
];
