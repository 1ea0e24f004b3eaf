//! What the intents that are no rules refuse, in Rust: each twin knows the flaw from the manifest as it is written.

use serde_json::Value;

/// Whether an object has the flaw that the intent of a name refuses; none for the names of rules.
pub(crate) fn twin(id: &str) -> Option<fn(&Value) -> bool> {
    Some(match id {
        "container-without-cpu-request" => without_cpu_request,
        "image-without-digest" => |it| {
            images(it).iter().any(|(image, policy)| {
                policy != &Some("Never") && is_image(image) && !has_digest(image)
            })
        },
        "load-balancer-service" => |it| it["spec"]["type"] == "LoadBalancer",
        "missing-namespace-annotation" => |it| !is_of_system(it) && !has_contact(it),
        "missing-namespace-label" => |it| !is_of_system(it) && !has_team(it),
        "missing-workload-annotation" => |it| !is_controlled(it) && !has_contact(it),
        "missing-workload-label" => |it| !is_controlled(it) && !has_team(it),
        "namespace-without-pod-security" => |it| {
            let labels = &it["metadata"]["labels"];
            !is_of_system(it)
                && labels["pod-security.kubernetes.io/enforce"].is_null()
                && labels["security.openshift.io/scc.podSecurityLabelSync"] != "true"
        },
        "shared-service-account" => |it| {
            let pod = pod(it);
            let names = ["serviceAccountName", "serviceAccount"].map(|key| text(&pod[key]));
            let name = names.into_iter().find(|it| !it.is_empty()).unwrap_or("default");
            name == "default" && pod["automountServiceAccountToken"] != false
        },
        "unchecked-cached-image" => |it| {
            images(it)
                .iter()
                .any(|(image, policy)| policy.map_or(!is_latest(image), |it| it != "Always"))
        },
        "unlisted-ingress-host" => |it| {
            let is_listed = |host: &str| {
                host.strip_suffix(".example.com")
                    .is_some_and(|it| !it.is_empty() && !it.contains('.'))
            };
            takes_all(it) || hosts(it).iter().any(|it| !is_listed(it))
        },
        "unlisted-registry" => {
            |it| images(it).iter().any(|(image, _)| !image.starts_with("registry.example.com/"))
        }
        "unlisted-storage-class" => unlisted_storage_class,
        "unstated-service-account-token" => {
            |it| !pod(it)["automountServiceAccountToken"].is_boolean()
        }
        "wildcard-ingress-host" => {
            |it| takes_all(it) || hosts(it).iter().any(|it| it.is_empty() || it.starts_with("*."))
        }
        "writable-node-files" => writable_node_files,
        _ => return None,
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn pod(object: &Value) -> &Value {
    match text(&object["kind"]) {
        "Pod" => &object["spec"],
        "PodTemplate" => &object["template"]["spec"],
        "CronJob" => &object["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        _ => &object["spec"]["template"]["spec"],
    }
}

fn containers(object: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    let pod = pod(object);
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    lists.into_iter().flat_map(move |list| items(&pod[list]).map(move |it| (list, it)))
}

fn without_cpu_request(object: &Value) -> bool {
    let says = |of: &Value| {
        ["limits", "requests"].into_iter().any(|bound| match &of["resources"][bound]["cpu"] {
            Value::String(amount) => amount.bytes().any(|it| matches!(it, b'1'..=b'9')),
            other => other.as_f64().is_some_and(|it| it != 0.0),
        })
    };
    let is_lasting = |(list, container): &(&str, &Value)| match *list {
        "containers" => true,
        "initContainers" => container["restartPolicy"] == "Always",
        _ => false,
    };
    !says(pod(object)) && containers(object).filter(is_lasting).any(|(_, it)| !says(it))
}

/// The images of containers and volumes, with the policies that are written for them.
fn images(object: &Value) -> Vec<(&str, Option<&str>)> {
    let of_containers =
        containers(object).map(|(_, it)| (text(&it["image"]), it["imagePullPolicy"].as_str()));
    let of_volumes = items(&pod(object)["volumes"]).filter(|it| it["image"].is_object());
    let of_volumes =
        of_volumes.map(|it| (text(&it["image"]["reference"]), it["image"]["pullPolicy"].as_str()));
    of_containers.chain(of_volumes).collect()
}

/// Whether a text is the name of an image, of those that are used here: a program or a blank is none.
fn is_image(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or_default();
    let (registry, path) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first.to_lowercase() != first => {
            (first, rest)
        }
        _ => ("", name),
    };
    let mut parts = path.split(':');
    let steps = parts.next().unwrap_or_default();
    !registry.contains('$')
        && steps
            .split('/')
            .all(|it| !it.is_empty() && !it.contains(['$', '[', ']']) && it.to_lowercase() == it)
        && parts.count() < 2
}

fn has_digest(image: &str) -> bool {
    image.split_once("@sha256:").is_some_and(|(_, it)| it.len() == 64)
}

/// Whether the API server has an image pulled always where nothing is said: it is named by the tag `latest`, or by
/// no tag and no digest.
fn is_latest(image: &str) -> bool {
    let tag = image.rsplit(':').next().filter(|it| image.contains(':') && !it.contains('/'));
    is_image(image)
        && !image.ends_with(':')
        && !image.contains('@')
        && matches!(tag, None | Some("latest"))
}

fn writable_node_files(object: &Value) -> bool {
    let of_node = |mount: &&Value| {
        items(&pod(object)["volumes"])
            .any(|it| it["name"] == mount["name"] && it["hostPath"].is_object())
    };
    let mut mounts =
        containers(object).flat_map(|(_, it)| items(&it["volumeMounts"]).filter(of_node));
    mounts.any(|it| it["readOnly"] != true)
}

fn unlisted_storage_class(object: &Value) -> bool {
    if object["kind"] == "PersistentVolumeClaim" {
        return object["spec"]["storageClassName"] != "encrypted";
    }
    let mut classes =
        items(&object["spec"]["volumeClaimTemplates"]).map(|it| &it["spec"]["storageClassName"]);
    classes.any(|it| !it.is_null() && it != "encrypted")
}

fn is_of_system(object: &Value) -> bool {
    text(&object["metadata"]["name"]).starts_with("kube-")
}

/// Whether somebody else answers for it: what made it, or those who use a template that runs nothing by itself.
fn is_controlled(object: &Value) -> bool {
    object["kind"] == "PodTemplate"
        || items(&object["metadata"]["ownerReferences"]).any(|it| it["controller"] == true)
}

/// As `team=[a-z][a-z-]*` says.
fn has_team(object: &Value) -> bool {
    let team = text(&object["metadata"]["labels"]["team"]);
    team.starts_with(|it: char| it.is_ascii_lowercase())
        && team.bytes().all(|it| it.is_ascii_lowercase() || it == b'-')
}

/// As `example.com/contact=[^@]+@example\.com` says.
fn has_contact(object: &Value) -> bool {
    let contact = text(&object["metadata"]["annotations"]["example.com/contact"]);
    contact.strip_suffix("@example.com").is_some_and(|it| !it.is_empty() && !it.contains('@'))
}

fn takes_all(ingress: &Value) -> bool {
    !ingress["spec"]["defaultBackend"].is_null() || hosts(ingress).is_empty()
}

fn hosts(ingress: &Value) -> Vec<&str> {
    items(&ingress["spec"]["rules"]).map(|it| text(&it["host"])).collect()
}
