//! `validate.podSecurity`: the Pod Security Standards, without the controls that a rule leaves out.

mod fields;

use harden_core::kubernetes::MinorVersion;
use harden_core::pod_security::{CHECKS, Pod, Version};
use harden_yaml::Document;
use serde_json::{Map, Value, json};

use super::field::{items, text, texts};
use super::reply::Reply;
use crate::Verdict;
use crate::kyverno::jmespath::marshal;
use crate::kyverno::pattern::wildcard::matches_text;

use fields::FieldError;

/// The newest version of the standards that Kyverno knows.
const NEWEST: MinorVersion = MinorVersion(34);

/// A check that a pod does not pass.
#[derive(Debug, Clone)]
struct Failed {
    id: &'static str,
    reason: &'static str,
    /// What it objects to.
    errors: Vec<FieldError>,
}

/// The controls by their names, with their checks.
const CONTROLS: [(&str, &[&str]); 15] = [
    ("Capabilities", &["capabilities_baseline", "capabilities_restricted"]),
    ("Seccomp", &["seccompProfile_baseline", "seccompProfile_restricted"]),
    ("Privileged Containers", &["privileged"]),
    ("Host Ports", &["hostPorts"]),
    ("/proc Mount Type", &["procMount"]),
    ("HostProcess", &["windowsHostProcess"]),
    ("SELinux", &["seLinuxOptions"]),
    ("Host Namespaces", &["hostNamespaces"]),
    ("HostPath Volumes", &["hostPathVolumes"]),
    ("Sysctls", &["sysctls"]),
    ("AppArmor", &["appArmorProfile"]),
    ("Privilege Escalation", &["allowPrivilegeEscalation"]),
    ("Running as Non-root", &["runAsNonRoot"]),
    ("Running as Non-root user", &["runAsUser"]),
    ("Volume Types", &["restrictedVolumes"]),
];

/// What a rule says of an object that has pods; `excepted` are the controls of exceptions, and their names.
pub(super) fn judge(
    rule: &str,
    standard: &Value,
    object: &Value,
    excepted: &[Value],
    exceptions: &str,
) -> Reply {
    let kind = text(object, "kind");
    let Some((metadata, spec)) = pod_of(object, kind) else {
        let why = "Error while getting new resource: could not find correct resource type";
        return Reply::new(Verdict::Error, why);
    };
    let (level, version) = (text(standard, "level"), text(standard, "version"));
    let minor = match version {
        "" => NEWEST,
        text => match text.parse::<Version>() {
            Ok(it) => it.effective(NEWEST),
            Err(it) => {
                let why = format!("failed to parse pod security api version: {it}");
                return Reply::new(Verdict::Error, why);
            }
        },
    };
    let pod = json!({"metadata": metadata, "spec": spec});
    let Some(failed) = evaluate(level, minor, &pod) else {
        let why = "Error while getting new resource: the pod cannot be decoded";
        return Reply::new(Verdict::Error, why);
    };
    let failed = excluding(failed, items(standard, "exclude"), level, minor, &pod);
    if failed.is_empty() {
        return Reply::new(Verdict::Pass, format!("Validation rule '{rule}' passed."));
    }
    let failed = excluding(failed, excepted, level, minor, &pod);
    if failed.is_empty() {
        let message = format!("rule is skipped due to policy exceptions {exceptions}");
        return Reply::new(Verdict::Skip, message);
    }
    let checks: String = failed.iter().map(|it| printed(it, kind)).collect();
    let message = format!(
        "Validation rule '{rule}' failed. It violates PodSecurity \"{level}:{version}\": {checks}"
    );
    let values = failed.iter().flat_map(|it| &it.errors);
    let values = values.map(|it| (it.field.clone(), it.values.join(", "))).collect();
    Reply::new(Verdict::Fail, message).with("", "", values)
}

/// The metadata and the spec of the pods of an object.
fn pod_of<'o>(object: &'o Value, kind: &str) -> Option<(&'o Value, &'o Value)> {
    let at = |pointer: &str| object.pointer(pointer).unwrap_or(&Value::Null);
    Some(match kind {
        "Pod" => (at("/metadata"), at("/spec")),
        "DaemonSet"
        | "Deployment"
        | "Job"
        | "StatefulSet"
        | "ReplicaSet"
        | "ReplicationController" => (at("/spec/template/metadata"), at("/spec/template/spec")),
        // Kyverno takes the metadata of the Job, not those of its pods.
        "CronJob" => (at("/spec/jobTemplate/metadata"), at("/spec/jobTemplate/spec/template/spec")),
        _ => return None,
    })
}

/// The checks that a pod does not pass; none where it cannot be decoded. Kyverno runs checks that are
/// younger than the version, too, and those that a stricter one includes.
fn evaluate(level: &str, version: MinorVersion, pod: &Value) -> Option<Vec<Failed>> {
    let json = pod.to_string();
    let document = Document::parse_json(&json);
    let root = document.root();
    let decoded = Pod::read(root.at("metadata"), root.at("spec"));
    if !decoded.unreadable().is_empty() {
        return None;
    }
    let mut failed = Vec::new();
    for check in CHECKS {
        // The one of these that Kyverno does not have.
        if check.id == "procMount_restricted" {
            continue;
        }
        if level == "baseline" && check.level != harden_core::kubernetes::Level::Baseline {
            continue;
        }
        let revision = check.revision(version).or_else(|| check.revisions.first());
        let violation = revision.and_then(|it| (it.evaluate)(&decoded));
        if let Some(violation) = violation {
            let errors = fields::errors(check.id, pod, version);
            failed.push(Failed { id: check.id, reason: violation.reason, errors });
        }
    }
    Some(failed)
}

/// The checks that are left where controls are left out.
fn excluding(
    mut failed: Vec<Failed>,
    excluded: &[Value],
    level: &str,
    version: MinorVersion,
    pod: &Value,
) -> Vec<Failed> {
    for exclude in excluded {
        let images = texts(exclude, "images");
        let (part, is_of_containers) = if images.is_empty() {
            (without_containers(pod), false)
        } else {
            (only_containers(pod, &images), true)
        };
        let Some(of_part) = evaluate(level, version, &part) else { continue };
        let ids = CONTROLS.iter().find(|(name, _)| *name == text(exclude, "controlName"));
        let ids = ids.map_or(&[][..], |(_, ids)| ids);
        for it in of_part.iter().filter(|it| ids.contains(&it.id)) {
            for error in &it.errors {
                exempt(&mut failed, it.id, error, exclude, is_of_containers);
            }
        }
        // A check without a list of errors is never left out.
        failed.retain(|it| !it.errors.is_empty() || it.id == "hostProbesAndHostLifecycle");
    }
    failed
}

/// Takes what is excluded out of what a check objects to.
fn exempt(
    failed: &mut [Failed],
    id: &str,
    error: &FieldError,
    exclude: &Value,
    is_of_containers: bool,
) {
    let (wanted, values) = (text(exclude, "restrictedField"), texts(exclude, "values"));
    let field = error.pattern();
    if !wanted.is_empty() && wanted != field {
        return;
    }
    let is_listed = |it: &String| values.iter().any(|pattern| matches_text(pattern, it));
    if !values.is_empty() && !error.values.iter().all(is_listed) {
        return;
    }
    let Some(check) = failed.iter_mut().find(|it| it.id == id) else { return };
    let found = check.errors.iter().position(|it| {
        let is_same =
            !is_of_containers || it.container.is_none() || it.container == error.container;
        it.pattern() == field && is_same
    });
    if let Some(index) = found {
        check.errors.swap_remove(index);
    }
}

/// The pod with one container of which nothing is known.
fn without_containers(pod: &Value) -> Value {
    let mut pod = pod.clone();
    if let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) {
        spec.insert("containers".to_owned(), json!([{"name": "fake"}]));
        spec.shift_remove("initContainers");
        spec.shift_remove("ephemeralContainers");
    }
    pod
}

/// A pod with nothing but the containers of some images.
fn only_containers(pod: &Value, images: &[String]) -> Value {
    let spec = pod.get("spec").unwrap_or(&Value::Null);
    let mut only = Map::new();
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let is_meant =
            |it: &&Value| images.iter().any(|pattern| matches_text(pattern, text(it, "image")));
        let kept: Vec<Value> = items(spec, list).iter().filter(is_meant).cloned().collect();
        if !kept.is_empty() {
            only.insert(list.to_owned(), kept.into());
        }
    }
    json!({"metadata": {}, "spec": only})
}

/// A check as Kyverno prints it.
fn printed(failed: &Failed, kind: &str) -> String {
    let template = match kind {
        "CronJob" => "spec.jobTemplate.spec.template.spec",
        "Pod" => "spec",
        _ => "spec.template.spec",
    };
    let errors: Vec<String> = failed
        .errors
        .iter()
        .map(|it| {
            let field = it.field.replace("spec", template);
            let field = field.replace("metadata", "spec.template.metadata");
            it.printed(&field)
        })
        .collect();
    format!("(Forbidden reason: {}, field error list: [{}])", failed.reason, errors.join(", "))
}

/// A value as it is shown.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => marshal(other),
    }
}
