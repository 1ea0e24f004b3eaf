//! Fields that the checks of the Pod Security Standards object to, as Kyverno's copy of them lists them.

mod seccomp;

use harden_core::kubernetes::MinorVersion;
use harden_core::pod_security::{ALLOWED_SYSCTLS, ALLOWED_VOLUMES, DEFAULT_CAPABILITIES};
use serde_json::Value;

use super::super::field::{items, map, text, texts};
use super::shown;

/// A field that a check objects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldError {
    /// `spec.containers[0].securityContext.privileged`.
    pub field: String,
    /// The name of the container that it is in.
    pub container: Option<String>,
    /// The values that are not allowed.
    pub values: Vec<String>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Something must be there.
    Required,
    /// A value is not allowed.
    Value,
    /// Values of a list are not allowed.
    List,
}

impl FieldError {
    /// The field with `*` for each number.
    pub(super) fn pattern(&self) -> String {
        let mut pattern = String::new();
        for c in self.field.chars() {
            if !c.is_ascii_digit() {
                pattern.push(c);
            } else if !pattern.ends_with('*') {
                pattern.push('*');
            }
        }
        pattern
    }

    /// As Kyverno prints it, with another name of the field.
    pub(super) fn printed(&self, field: &str) -> String {
        let values = match self.kind {
            Kind::Required => return format!("{field}: Required value"),
            Kind::Value => self.values.join(" "),
            Kind::List => format!("[{}]", self.values.join(" ")),
        };
        if values.is_empty() {
            return format!("{field}: Forbidden");
        }
        format!("{field} is forbidden, forbidden values found: {values}")
    }
}

/// A container, with its place in the pod.
struct Container<'p> {
    path: String,
    name: &'p str,
    security: &'p Value,
    json: &'p Value,
}

/// What a check objects to in a pod.
pub(super) fn errors(id: &str, pod: &Value, version: MinorVersion) -> Vec<FieldError> {
    let null = &Value::Null;
    let spec = pod.get("spec").unwrap_or(null);
    let security = spec.get("securityContext").unwrap_or(null);
    let mut errors = Errors { list: Vec::new() };
    let containers = containers(spec);
    match id {
        "hostNamespaces" => {
            for key in ["hostNetwork", "hostPID", "hostIPC"] {
                if is_true(spec, key) {
                    errors.of_pod(&format!("spec.{key}"), "true");
                }
            }
        }
        "hostPathVolumes" => {
            for (index, volume) in items(spec, "volumes").iter().enumerate() {
                if let Some(path) = volume.get("hostPath").filter(|it| it.is_object()) {
                    errors.of_pod(&format!("spec.volumes[{index}].hostPath"), text(path, "path"));
                }
            }
        }
        "restrictedVolumes" => volumes(spec, &mut errors),
        "sysctls" => sysctls(security, version, &mut errors),
        "hostPorts" => {
            for it in &containers {
                for (index, port) in items(it.json, "ports").iter().enumerate() {
                    let number = port.get("hostPort").and_then(Value::as_i64).unwrap_or_default();
                    if number != 0 {
                        errors.of(it, &format!("ports[{index}].hostPort"), &number.to_string());
                    }
                }
            }
        }
        "privileged" => {
            for it in containers.iter().filter(|it| is_true(it.security, "privileged")) {
                errors.of(it, "securityContext.privileged", "true");
            }
        }
        "procMount" => {
            for it in &containers {
                let mount = text(it.security, "procMount");
                if !matches!(mount, "" | "Default") {
                    errors.of(it, "securityContext.procMount", mount);
                }
            }
        }
        "windowsHostProcess" => {
            let is_host =
                |it: &Value| it.get("windowsOptions").is_some_and(|it| is_true(it, "hostProcess"));
            if is_host(security) {
                errors.of_pod("spec.securityContext.windowsOptions.hostProcess", "true");
            }
            for it in containers.iter().filter(|it| is_host(it.security)) {
                errors.of(it, "securityContext.windowsOptions.hostProcess", "true");
            }
        }
        "capabilities_baseline" | "capabilities_restricted" => {
            capabilities(id, &containers, &mut errors);
        }
        "seLinuxOptions" => se_linux(security, &containers, version, &mut errors),
        "appArmorProfile" => app_armor(pod, security, &containers, &mut errors),
        "allowPrivilegeEscalation" => escalation(&containers, &mut errors),
        "runAsNonRoot" => non_root(security, &containers, &mut errors),
        "runAsUser" => {
            let is_root = |it: &Value| it.get("runAsUser").and_then(Value::as_i64) == Some(0);
            if is_root(security) {
                errors.of_pod("spec.securityContext.runAsUser", "0");
            }
            for it in containers.iter().filter(|it| is_root(it.security)) {
                errors.of(it, "securityContext.runAsUser", "0");
            }
        }
        "seccompProfile_baseline" | "seccompProfile_restricted" => {
            seccomp::check(id, pod, security, &containers, version, &mut errors);
        }
        _ => {}
    }
    errors.list
}

fn sysctls(security: &Value, version: MinorVersion, errors: &mut Errors) {
    // The standard that Kyverno is built with is older than the sysctls that 1.37 allows.
    let version = version.0.min(36);
    for (index, it) in items(security, "sysctls").iter().enumerate() {
        let name = text(it, "name");
        if !ALLOWED_SYSCTLS.iter().any(|(allowed, since)| *allowed == name && *since <= version) {
            errors.of_pod(&format!("spec.securityContext.sysctls[{index}].name"), name);
        }
    }
}

fn escalation(containers: &[Container<'_>], errors: &mut Errors) {
    const FIELD: &str = "securityContext.allowPrivilegeEscalation";
    for it in containers {
        match it.security.get("allowPrivilegeEscalation").and_then(Value::as_bool) {
            _ if !it.security.is_object() => errors.required(it, FIELD),
            None => errors.of(it, FIELD, "nil"),
            Some(true) => errors.of(it, FIELD, "true"),
            Some(false) => {}
        }
    }
}

fn non_root(security: &Value, containers: &[Container<'_>], errors: &mut Errors) {
    const FIELD: &str = "securityContext.runAsNonRoot";
    let of_pod = security.get("runAsNonRoot").and_then(Value::as_bool);
    if of_pod == Some(false) {
        errors.of_pod(&format!("spec.{FIELD}"), "false");
    }
    let own = |it: &Container<'_>| it.security.get("runAsNonRoot").and_then(Value::as_bool);
    for it in containers.iter().filter(|it| own(it) == Some(false)) {
        errors.of(it, FIELD, "false");
    }
    if of_pod != Some(true) {
        for it in containers.iter().filter(|it| own(it).is_none()) {
            errors.required(it, FIELD);
        }
    }
}

struct Errors {
    list: Vec<FieldError>,
}

impl Errors {
    fn push(&mut self, field: String, container: Option<&str>, values: Vec<String>, kind: Kind) {
        let container = container.map(str::to_owned);
        self.list.push(FieldError { field, container, values, kind });
    }

    fn of_pod(&mut self, field: &str, value: &str) {
        let values = if value.is_empty() { Vec::new() } else { vec![value.to_owned()] };
        self.push(field.to_owned(), None, values, Kind::Value);
    }

    fn of(&mut self, it: &Container<'_>, field: &str, value: &str) {
        let field = format!("{}.{field}", it.path);
        self.push(field, Some(it.name), vec![value.to_owned()], Kind::Value);
    }

    fn of_list(&mut self, it: &Container<'_>, field: &str, mut values: Vec<String>) {
        values.sort();
        values.dedup();
        self.push(format!("{}.{field}", it.path), Some(it.name), values, Kind::List);
    }

    fn required(&mut self, it: &Container<'_>, field: &str) {
        self.push(format!("{}.{field}", it.path), Some(it.name), Vec::new(), Kind::Required);
    }
}

/// The containers in the order in which the checks look at them.
fn containers(spec: &Value) -> Vec<Container<'_>> {
    const NULL: &Value = &Value::Null;
    let mut all = Vec::new();
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for (index, json) in items(spec, list).iter().enumerate() {
            let security = json.get("securityContext").unwrap_or(NULL);
            let path = format!("spec.{list}[{index}]");
            all.push(Container { path, name: text(json, "name"), security, json });
        }
    }
    all
}

fn is_true(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool) == Some(true)
}

fn capabilities(id: &str, containers: &[Container<'_>], errors: &mut Errors) {
    const DROP: &str = "securityContext.capabilities.drop";
    const ADD: &str = "securityContext.capabilities.add";
    let is_baseline = id == "capabilities_baseline";
    let is_allowed = |it: &str| {
        if is_baseline { DEFAULT_CAPABILITIES.contains(&it) } else { it == "NET_BIND_SERVICE" }
    };
    let of = |it: &Container<'_>, key: &str| {
        it.security.get("capabilities").map(|it| texts(it, key)).unwrap_or_default()
    };
    for it in containers.iter().filter(|_| !is_baseline) {
        let dropped = of(it, "drop");
        if !dropped.iter().any(|it| it == "ALL") {
            if dropped.is_empty() {
                errors.required(it, DROP);
            } else {
                errors.of_list(it, DROP, dropped);
            }
        }
    }
    for it in containers {
        let added: Vec<String> = of(it, "add").into_iter().filter(|it| !is_allowed(it)).collect();
        if !added.is_empty() {
            errors.of_list(it, ADD, added);
        }
    }
}

fn se_linux(
    security: &Value,
    containers: &[Container<'_>],
    version: MinorVersion,
    errors: &mut Errors,
) {
    let bad = |it: &Value| {
        let options = it.get("seLinuxOptions").cloned().unwrap_or_default();
        let kind = text(&options, "type").to_owned();
        let is_allowed =
            matches!(kind.as_str(), "" | "container_t" | "container_init_t" | "container_kvm_t")
                || version.0 >= 31 && kind == "container_engine_t";
        let mut bad = Vec::new();
        if !is_allowed {
            bad.push(("type", kind));
        }
        for key in ["user", "role"] {
            let value = text(&options, key);
            if !value.is_empty() {
                bad.push((key, value.to_owned()));
            }
        }
        bad
    };
    for (key, value) in bad(security) {
        errors.of_pod(&format!("spec.securityContext.seLinuxOptions.{key}"), &value);
    }
    for it in containers {
        for (key, value) in bad(it.security) {
            errors.of(it, &format!("securityContext.seLinuxOptions.{key}"), &value);
        }
    }
}

fn app_armor(pod: &Value, security: &Value, containers: &[Container<'_>], errors: &mut Errors) {
    const PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
    let bad = |it: &Value| {
        let profile = it.get("appArmorProfile").filter(|it| it.is_object())?;
        let kind = text(profile, "type");
        (!matches!(kind, "RuntimeDefault" | "Localhost")).then(|| kind.to_owned())
    };
    if let Some(kind) = bad(security) {
        errors.of_pod("spec.securityContext.appArmorProfile.type", &kind);
    }
    for it in containers {
        if let Some(kind) = bad(it.security) {
            errors.of(it, "securityContext.appArmorProfile.type", &kind);
        }
    }
    let annotations = pod.get("metadata").and_then(|it| map(it, "annotations"));
    for (key, value) in annotations.into_iter().flatten().filter(|(key, _)| key.starts_with(PREFIX))
    {
        let value = shown(value);
        let is_allowed =
            matches!(value.as_str(), "" | "runtime/default") || value.starts_with("localhost/");
        if !is_allowed {
            errors.of_pod(&format!("metadata.annotations[{key}]"), &value);
        }
    }
}

fn volumes(spec: &Value, errors: &mut Errors) {
    for (index, volume) in items(spec, "volumes").iter().enumerate() {
        let mut sources = volume
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, it)| *key != "name" && !it.is_null());
        let first = sources.next().map(|(key, _)| key.as_str());
        if !first.is_some_and(|it| ALLOWED_VOLUMES.contains(&it)) {
            let source = first.unwrap_or("unknown");
            errors.of_pod(&format!("spec.volumes[{index}].{source}"), "");
        }
    }
}
