//! The security context of a pod or of a container.

use harden_yaml::Place;

/// The security context of a pod or of a container; fields that its kind lacks are never set.
#[derive(Debug, Clone, Copy)]
pub struct SecurityContext<'d> {
    /// The pod's spec or the container.
    pub(crate) owner: Place<'d>,
    /// `allowPrivilegeEscalation`.
    pub allow_privilege_escalation: Option<bool>,
    /// `privileged`.
    pub privileged: Option<bool>,
    /// `procMount`.
    pub proc_mount: Option<&'d str>,
    /// `runAsNonRoot`.
    pub run_as_non_root: Option<bool>,
    /// `runAsUser`.
    pub run_as_user: Option<i64>,
    /// The type of `seccompProfile`, empty when there is a profile without one.
    pub seccomp: Option<&'d str>,
    /// `appArmorProfile`.
    pub app_armor: Option<AppArmorProfile<'d>>,
    /// `seLinuxOptions`.
    pub se_linux: Option<SeLinuxOptions<'d>>,
    /// Whether `windowsOptions.hostProcess` is true.
    pub is_host_process: bool,
    /// Whether `capabilities.add` has items.
    pub adds_capabilities: bool,
    /// Whether `capabilities.drop` has `ALL`.
    pub drops_all_capabilities: bool,
    /// Whether `sysctls` is there.
    pub(crate) has_sysctls: bool,
}

/// An AppArmor profile; the type is empty when it is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppArmorProfile<'d> {
    /// `type`.
    pub kind: &'d str,
    /// `localhostProfile`.
    pub localhost: Option<&'d str>,
}

/// SELinux options; empty where they are not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeLinuxOptions<'d> {
    /// `type`.
    pub kind: &'d str,
    /// `user`.
    pub user: &'d str,
    /// `role`.
    pub role: &'d str,
}

impl<'d> SecurityContext<'d> {
    pub(super) fn absent(owner: Place<'d>) -> Self {
        Self {
            owner,
            allow_privilege_escalation: None,
            privileged: None,
            proc_mount: None,
            run_as_non_root: None,
            run_as_user: None,
            seccomp: None,
            app_armor: None,
            se_linux: None,
            is_host_process: false,
            adds_capabilities: false,
            drops_all_capabilities: false,
            has_sysctls: false,
        }
    }

    pub(super) fn read(owner: Place<'d>, place: Place<'d>) -> Self {
        let mut context = Self::absent(owner);
        for (key, value) in place.entries() {
            match key {
                "allowPrivilegeEscalation" => context.allow_privilege_escalation = value.as_bool(),
                "privileged" => context.privileged = value.as_bool(),
                "procMount" => context.proc_mount = value.as_str(),
                "runAsNonRoot" => context.run_as_non_root = value.as_bool(),
                "runAsUser" => context.run_as_user = value.as_i64(),
                "seccompProfile" if value.is_map() => {
                    context.seccomp = Some(text(value, "type"));
                }
                "appArmorProfile" if value.is_map() => {
                    let localhost = value.at("localhostProfile").as_str();
                    context.app_armor =
                        Some(AppArmorProfile { kind: text(value, "type"), localhost });
                }
                "seLinuxOptions" if value.is_map() => {
                    context.se_linux = Some(SeLinuxOptions {
                        kind: text(value, "type"),
                        user: text(value, "user"),
                        role: text(value, "role"),
                    });
                }
                "windowsOptions" => {
                    context.is_host_process = value.at("hostProcess").as_bool().unwrap_or(false);
                }
                "capabilities" => {
                    context.adds_capabilities = !value.at("add").is_empty();
                    let mut drops = value.at("drop").items();
                    context.drops_all_capabilities =
                        drops.any(|capability| capability.as_str() == Some("ALL"));
                }
                "sysctls" => context.has_sysctls = value.is_list(),
                _ => {}
            }
        }
        context
    }

    /// A field below `securityContext`, named with dots.
    pub fn field(&self, keys: &'d str) -> Place<'d> {
        self.owner.at("securityContext").follow(keys)
    }
}

fn text<'d>(map: Place<'d>, key: &'d str) -> &'d str {
    map.at(key).as_str().unwrap_or("")
}
