//! A container as the checks see it.

use std::borrow::Cow;

use harden_yaml::Place;

use super::SecurityContext;

/// Which list of a pod a container is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerKind {
    /// `initContainers`, sidecars included.
    Init,
    /// `containers`.
    Regular,
    /// `ephemeralContainers`.
    Ephemeral,
}

/// A container as the checks see it.
#[derive(Debug, Clone)]
pub struct Container<'d> {
    /// Which list it is in.
    pub kind: ContainerKind,
    /// Its name, which may be empty.
    pub name: &'d str,
    /// Its security context.
    pub security: SecurityContext<'d>,
    /// Whether `ports` is written.
    pub(crate) has_ports: bool,
    /// Whether a port has a host port of its own.
    pub(crate) has_host_ports: bool,
    /// Whether a probe or a lifecycle handler names a host.
    pub(crate) has_handler_hosts: bool,
    /// Whether the AppArmor profile is that of an annotation.
    pub(crate) is_app_armor_copied: bool,
}

impl<'d> Container<'d> {
    pub(super) fn read(kind: ContainerKind, place: Place<'d>) -> Self {
        let mut container = Self {
            kind,
            name: "",
            security: SecurityContext::absent(place),
            has_ports: false,
            has_host_ports: false,
            has_handler_hosts: false,
            is_app_armor_copied: false,
        };
        for (key, value) in place.entries() {
            match key {
                "name" => container.name = value.as_str().unwrap_or(""),
                "securityContext" => container.security = SecurityContext::read(place, value),
                "ports" => {
                    container.has_ports = true;
                    container.has_host_ports = value
                        .items()
                        .any(|port| port.at("hostPort").as_i64().is_some_and(|number| number != 0));
                }
                "livenessProbe" | "readinessProbe" | "startupProbe" => {
                    container.has_handler_hosts |= names_host(value);
                }
                "lifecycle" => {
                    container.has_handler_hosts |=
                        value.entries().any(|(_, handler)| names_host(handler));
                }
                _ => {}
            }
        }
        container
    }

    /// What people call it: its name, or where it is, as in `containers[0]`, if it has none.
    pub fn label(&self) -> Cow<'d, str> {
        if !self.name.is_empty() {
            return self.name.into();
        }
        let mut path = String::new();
        if let Some(way) = self.place().way_from(&self.place().document().root()) {
            way.write_path(&mut path);
        }
        path.rsplit('.').next().unwrap_or_default().to_owned().into()
    }

    /// Where the container is.
    pub fn place(&self) -> Place<'d> {
        self.security.owner
    }

    /// Whether the API server takes it only if it is privileged.
    pub(crate) fn must_be_privileged(&self) -> bool {
        let mut mounts = self.place().at("volumeMounts").items();
        mounts.any(|it| it.at("mountPropagation").as_str() == Some("Bidirectional"))
    }
}

fn names_host(handler: Place<'_>) -> bool {
    handler.entries().any(|(action, value)| {
        matches!(action, "httpGet" | "tcpSocket")
            && value.at("host").as_str().is_some_and(|host| !host.is_empty())
    })
}
