//! A pod as the checks see it: the fields that they read, decoded once.

mod container;
mod security_context;
mod types;

use harden_yaml::Place;

pub use container::{Container, ContainerKind};
pub use security_context::{AppArmorProfile, SeLinuxOptions, SecurityContext};

use crate::object::Origin;

/// A pod as the checks see it, read as Go decodes it: null is absent, keys are case-sensitive.
#[derive(Debug, Clone)]
pub struct Pod<'d> {
    pub(super) annotations: Place<'d>,
    pub(super) spec: Place<'d>,
    pub(super) volumes: Option<Place<'d>>,
    pub(super) security: SecurityContext<'d>,
    pub(super) containers: Vec<Container<'d>>,
    pub(super) has_app_armor_annotations: bool,
    pub(super) has_seccomp_annotations: bool,
    pub(super) host_network: bool,
    pub(super) host_pid: bool,
    pub(super) host_ipc: bool,
    pub(super) host_users: Option<bool>,
    pub(super) is_windows: bool,
    /// Volumes without a source are emptyDirs.
    pub(super) defaults_volumes: bool,
    /// Ports without a host port have their container port as such.
    pub(super) defaults_host_ports: bool,
    runtime_class: Option<&'d str>,
}

pub(super) const APP_ARMOR_PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
pub(super) const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
pub(super) const SECCOMP_PREFIX: &str = "container.seccomp.security.alpha.kubernetes.io/";

impl<'d> Pod<'d> {
    /// Reads a pod as it is written.
    pub fn read(metadata: Place<'d>, spec: Place<'d>) -> Self {
        let annotations = metadata.at("annotations");
        let mut pod = Self {
            annotations,
            spec,
            volumes: None,
            security: SecurityContext::absent(spec),
            containers: Vec::new(),
            has_app_armor_annotations: has_key(annotations, |key| {
                key.starts_with(APP_ARMOR_PREFIX)
            }),
            has_seccomp_annotations: has_key(annotations, |key| {
                key == SECCOMP_POD || key.starts_with(SECCOMP_PREFIX)
            }),
            host_network: false,
            host_pid: false,
            host_ipc: false,
            host_users: None,
            is_windows: false,
            defaults_volumes: false,
            defaults_host_ports: false,
            runtime_class: None,
        };
        let mut lists = [None; 3];
        let [init, regular, ephemeral] = &mut lists;
        for (key, value) in spec.entries() {
            match key {
                "initContainers" => *init = Some((ContainerKind::Init, value)),
                "containers" => *regular = Some((ContainerKind::Regular, value)),
                "ephemeralContainers" => *ephemeral = Some((ContainerKind::Ephemeral, value)),
                "hostNetwork" => pod.host_network = value.as_bool().unwrap_or(false),
                "hostPID" => pod.host_pid = value.as_bool().unwrap_or(false),
                "hostIPC" => pod.host_ipc = value.as_bool().unwrap_or(false),
                "hostUsers" => pod.host_users = value.as_bool(),
                "os" => pod.is_windows = value.at("name").as_str() == Some("windows"),
                "runtimeClassName" => pod.runtime_class = value.as_str(),
                "securityContext" => pod.security = SecurityContext::read(spec, value),
                "volumes" => pod.volumes = Some(value),
                _ => {}
            }
        }
        let count = lists.iter().flatten().map(|(_, list)| list.len()).sum();
        pod.containers.reserve_exact(count);
        for (kind, list) in lists.into_iter().flatten() {
            pod.containers.extend(list.items().map(|place| Container::read(kind, place)));
        }
        pod
    }

    /// Reads a pod as the API server has it when its PodSecurity admission comes to it.
    ///
    /// Of everything that the server defaults, three things reach the checks: a volume without a
    /// source becomes an emptyDir; and, for Pods but not for templates, `hostNetwork: true` makes
    /// container ports host ports, and AppArmor annotations are copied to the field.
    pub fn read_defaulted(metadata: Place<'d>, spec: Place<'d>, origin: Origin) -> Self {
        let mut pod = Self::read(metadata, spec);
        pod.defaults_volumes = true;
        if origin == Origin::Pod {
            pod.defaults_host_ports = pod.host_network;
            pod.copy_app_armor_annotations();
        }
        pod
    }

    /// Adds a container that is not in one of the lists of the spec. Without a name, it is called by its key.
    pub fn add_container(&mut self, place: Place<'d>) {
        let mut container = Container::read(ContainerKind::Regular, place);
        if container.name.is_empty() {
            container.name = place.key().unwrap_or_default();
        }
        self.containers.push(container);
    }

    /// The value of `spec.runtimeClassName`, by which pods can be exempt.
    pub fn runtime_class(&self) -> Option<&'d str> {
        self.runtime_class
    }

    /// The containers: init containers, containers, ephemeral containers.
    pub fn containers(&self) -> &[Container<'d>] {
        &self.containers
    }

    /// Places whose value is of a type that the API server cannot decode, as far as the checks read
    /// them; it rejects such a pod before any check runs.
    pub fn unreadable(&self) -> Vec<Place<'d>> {
        types::unreadable(self.annotations, self.spec)
    }

    /// The strings under `annotations`; a null is an empty string.
    pub(super) fn annotations(&self) -> impl Iterator<Item = (&'d str, &'d str, Place<'d>)> {
        self.annotations.entries().map(|(key, value)| (key, value.as_str().unwrap_or(""), value))
    }

    /// Whether the pod has a user namespace of its own, for which some rules relax.
    pub(super) fn has_own_users(&self) -> bool {
        self.host_users == Some(false)
    }

    /// Copies what newer API servers copy on creation. Only `unconfined` can change a verdict or a
    /// message: the other values become profiles that are allowed.
    fn copy_app_armor_annotations(&mut self) {
        if !self.has_app_armor_annotations || self.is_windows {
            return;
        }
        let unconfined = AppArmorProfile { kind: "Unconfined", localhost: None };
        if self.security.app_armor == Some(unconfined) {
            return;
        }
        let annotations = self.annotations;
        for container in &mut self.containers {
            if container.security.app_armor.is_some() {
                continue;
            }
            let key = format!("{APP_ARMOR_PREFIX}{}", container.name);
            let value = annotations.get(&key).and_then(|it| it.as_str());
            if value == Some("unconfined") {
                container.security.app_armor = Some(unconfined);
                container.is_app_armor_copied = true;
            }
        }
    }
}

fn has_key(map: Place<'_>, wanted: impl Fn(&str) -> bool) -> bool {
    map.entries().any(|(key, _)| wanted(key))
}

#[cfg(test)]
mod tests;
