//! Random pods without what API validation rejects, so that they come before admission.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::random_pods::Random;
use crate::valid_containers::{PROFILE_TYPES, context, fields, list, profile};
use crate::valid_volumes::volumes;

const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// What a pod is made for: other rules hold for what is in a template.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Pod,
    Template,
}

/// The metadata and the spec of a random pod, mended.
pub(crate) fn mended(random: &mut Random, mut pod: Value, purpose: Use) -> (Value, Value) {
    let mut spec = fields(pod["spec"].take());
    for field in ["ephemeralContainers", "serviceAccountName"] {
        spec.remove(field);
    }
    let mut metadata = fields(pod["metadata"].take());
    let names = mend_names(&mut spec);
    if let Some(options) = spec.get_mut("securityContext").filter(|it| it.is_object()) {
        mend_pod_context(random, options);
    }
    mend_host_users(random, &mut spec);
    mend_operating_system(random, &mut spec);
    let mut ports = BTreeSet::new();
    for kind in ["initContainers", "containers"] {
        let is_host = spec.get("hostNetwork") == Some(&json!(true));
        for container in list(&mut spec, kind) {
            context(random, container);
            mend_ports(container, is_host, purpose, &mut ports);
            mend_handlers(container, kind);
        }
    }
    mend_host_process(random, &mut spec);
    if spec.get("volumes").is_some_and(Value::is_array) {
        volumes(list(&mut spec, "volumes"));
    }
    if let Some(annotations) = metadata.remove("annotations").filter(Value::is_object) {
        let annotations = mend_annotations(random, fields(annotations), &names, &spec);
        metadata.insert("annotations".to_owned(), annotations);
    }
    (metadata.into(), spec.into())
}

/// Names that are labels, each once; by the names that there were.
fn mend_names(spec: &mut Map<String, Value>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for kind in ["initContainers", "containers"] {
        let containers = list(spec, kind);
        containers.retain(Value::is_object);
        if kind == "containers" && containers.is_empty() {
            containers.push(json!({"name": "only", "image": "i"}));
        }
        for container in containers {
            let old = container["name"].as_str().unwrap_or("").to_owned();
            let is_label = old.bytes().all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9'));
            let is_taken = names.values().any(|name| *name == old);
            let is_good = is_label && !old.is_empty() && !is_taken;
            let new = if is_good { old.clone() } else { format!("n-{}", names.len()) };
            container["name"] = json!(new);
            names.insert(if is_taken { new.clone() } else { old }, new);
        }
        if list(spec, kind).is_empty() {
            spec.remove(kind);
        }
    }
    names
}

fn mend_pod_context(random: &mut Random, context: &mut Value) {
    const SYSCTLS: [&str; 4] =
        ["kernel.shm_rmid_forced", "kernel.msgmax", "net.ipv4.tcp_rmem", "net.core.somaxconn"];
    profile(random, context, "seccompProfile");
    profile(random, context, "appArmorProfile");
    if context["runAsUser"] == -1 {
        context["runAsUser"] = json!(7);
    }
    let Some(sysctls) = context.get_mut("sysctls").and_then(Value::as_array_mut) else { return };
    let mut seen = BTreeSet::new();
    sysctls.retain_mut(|sysctl| {
        let name = sysctl["name"].as_str().unwrap_or("");
        let is_odd = name.bytes().any(|it| !matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_'));
        let name = if is_odd || name.is_empty() { *random.pick(&SYSCTLS) } else { name }.to_owned();
        *sysctl = json!({"name": name, "value": "0"});
        seen.insert(name)
    });
}

/// User namespaces go with no namespace of the host, and unmasked /proc with nothing else.
fn mend_host_users(random: &mut Random, spec: &mut Map<String, Value>) {
    let mut unmasked = false;
    for kind in ["initContainers", "containers"] {
        for container in list(spec, kind) {
            unmasked |= container["securityContext"]["procMount"] == "Unmasked";
        }
    }
    if unmasked && random.chance(70) {
        spec.insert("hostUsers".to_owned(), json!(false));
    }
    if spec.get("hostUsers") == Some(&json!(false)) {
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            spec.remove(field);
        }
    } else {
        mask_proc(spec);
    }
    let is = |field: &str| spec.get(field) == Some(&json!(true));
    let (host_network, host_ipc) = (is("hostNetwork"), is("hostIPC"));
    let sysctls = spec.get_mut("securityContext").and_then(|it| it.get_mut("sysctls"));
    if let Some(sysctls) = sysctls.and_then(Value::as_array_mut) {
        sysctls.retain(|sysctl| {
            let name = sysctl["name"].as_str().unwrap();
            !(host_network && name.starts_with("net") || host_ipc && name.starts_with("kernel"))
        });
    }
}

fn mask_proc(spec: &mut Map<String, Value>) {
    for kind in ["initContainers", "containers"] {
        for container in list(spec, kind) {
            if container["securityContext"]["procMount"] == "Unmasked" {
                container["securityContext"]["procMount"] = json!("Default");
            }
        }
    }
}

fn mend_operating_system(random: &mut Random, spec: &mut Map<String, Value>) {
    let Some(os) = spec.get_mut("os").filter(|os| os.is_object()) else { return };
    if os["name"] != "windows" && os["name"] != "linux" {
        os["name"] = json!(random.pick(&["windows", "linux"]));
    }
    let of_others: &[&str] = if os["name"] == "linux" {
        &["windowsOptions"]
    } else {
        for field in ["hostUsers", "hostPID", "hostIPC"] {
            spec.remove(field);
        }
        &[
            "allowPrivilegeEscalation",
            "appArmorProfile",
            "capabilities",
            "privileged",
            "procMount",
            "runAsUser",
            "seLinuxOptions",
            "seccompProfile",
            "sysctls",
        ]
    };
    let remove = |holder: &mut Value| {
        if let Some(context) = holder.as_object_mut() {
            context.retain(|field, _| !of_others.contains(&field.as_str()));
        }
    };
    if let Some(context) = spec.get_mut("securityContext") {
        remove(context);
    }
    for kind in ["initContainers", "containers"] {
        for container in list(spec, kind) {
            remove(&mut container["securityContext"]);
        }
    }
}

/// All containers are host processes, in the network of the host, or none is.
fn mend_host_process(random: &mut Random, spec: &mut Map<String, Value>) {
    let is_host = |holder: &Value| holder["windowsOptions"]["hostProcess"] == true;
    let mut any = spec.get("securityContext").is_some_and(is_host);
    for kind in ["initContainers", "containers"] {
        any |= list(spec, kind).iter().any(|container| is_host(&container["securityContext"]));
    }
    if !any {
        return;
    }
    let by_pod = random.chance(50);
    let host = json!({"hostProcess": true, "runAsUserName": "x"});
    let options = |is_set| if is_set { host.clone() } else { Value::Null };
    if by_pod || spec.get("securityContext").is_some_and(Value::is_object) {
        let mut context = fields(spec.remove("securityContext").unwrap_or_default());
        context.insert("windowsOptions".to_owned(), options(by_pod));
        spec.insert("securityContext".to_owned(), context.into());
    }
    for kind in ["initContainers", "containers"] {
        for container in list(spec, kind) {
            if !by_pod || container["securityContext"].is_object() {
                container["securityContext"]["windowsOptions"] = options(!by_pod);
            }
            container.as_object_mut().unwrap().remove("ports");
        }
    }
    spec.insert("hostNetwork".to_owned(), json!(true));
    spec.remove("hostUsers");
    mask_proc(spec);
    if let Some(context) = spec.get_mut("securityContext").and_then(Value::as_object_mut) {
        context.remove("sysctls");
    }
}

fn mend_ports(container: &mut Value, is_host: bool, purpose: Use, taken: &mut BTreeSet<u64>) {
    let Some(ports) = container.get_mut("ports").and_then(Value::as_array_mut) else { return };
    ports.retain(Value::is_object);
    for port in ports {
        let mut number = port["containerPort"].as_u64().unwrap_or(0).max(1);
        if is_host {
            number = (number..=65_535).find(|it| taken.insert(*it)).unwrap();
            if purpose == Use::Template || port["hostPort"].as_i64().is_some_and(|it| it != 0) {
                port["hostPort"] = json!(number);
            }
        } else if let Some(host) = port["hostPort"].as_i64().filter(|it| *it != 0) {
            let free = (host.unsigned_abs()..=65_535).find(|it| taken.insert(*it)).unwrap();
            port["hostPort"] = json!(free);
        }
        port["containerPort"] = json!(number);
    }
}

/// One action each; containers that run to their end have none.
fn mend_handlers(container: &mut Value, kind: &str) {
    let container = container.as_object_mut().unwrap();
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    if kind == "initContainers" {
        container.retain(|field, _| field != "lifecycle" && !probes.contains(&field.as_str()));
    }
    for (field, value) in container {
        if probes.contains(&field.as_str()) {
            mend_handler(value);
        } else if let (true, Some(events)) = (field == "lifecycle", value.as_object_mut()) {
            events.values_mut().for_each(mend_handler);
        }
    }
}

fn mend_handler(handler: &mut Value) {
    let Some(actions) = handler.as_object_mut() else { return };
    actions.retain(|_, action| !action.is_null());
    match actions.iter().next().map(|(key, value)| (key.clone(), value.clone())) {
        Some(first) => *actions = [first].into_iter().collect(),
        None => *handler = json!({"exec": {"command": ["true"]}}),
    }
}

fn mend_annotations(
    random: &mut Random,
    annotations: Map<String, Value>,
    names: &BTreeMap<String, String>,
    spec: &Map<String, Value>,
) -> Value {
    let mut mended = Map::new();
    for (key, value) in annotations {
        let (prefix, name) = key.split_once('/').unwrap();
        let Some(name) = names.get(name) else {
            if name == "pod" {
                mended.insert(key, value);
            }
            continue;
        };
        let key = format!("{prefix}/{name}");
        let value = if key.starts_with(APP_ARMOR) {
            json!(app_armor(random, &value, name, spec))
        } else {
            value
        };
        mended.insert(key, value);
    }
    mended.into()
}

/// What the field says, where there is one; in the order of [`PROFILE_TYPES`].
fn app_armor(random: &mut Random, value: &Value, name: &str, spec: &Map<String, Value>) -> String {
    const VALUES: [&str; 4] = ["runtime/default", "localhost/profile", "unconfined", ""];
    let all = ["initContainers", "containers"].into_iter().filter_map(|kind| spec.get(kind));
    let mut all = all.flat_map(|list| list.as_array().unwrap());
    let container = all.find(|container| container["name"] == name).unwrap();
    let contexts = [&container["securityContext"], spec.get("securityContext").unwrap_or(value)];
    let kinds = contexts.map(|context| context["appArmorProfile"]["type"].as_str());
    let kind = kinds.into_iter().flatten().next();
    let of_field = PROFILE_TYPES.iter().position(|it| Some(*it) == kind);
    let value = value.as_str().unwrap_or("");
    match of_field {
        Some(index) => VALUES[index],
        None if VALUES.contains(&value) => value,
        None => random.pick(&VALUES),
    }
    .to_owned()
}
