//! Defaults of containers.

use serde_json::{Map, Value};

use super::{each, made, map, set, text};

/// Completes a container.
pub(super) fn complete(container: &mut Map<String, Value>) {
    made(container, "resources");
    set(container, "terminationMessagePath", "/dev/termination-log");
    set(container, "terminationMessagePolicy", "File");
    let policy = if is_latest(text(container, "image")) { "Always" } else { "IfNotPresent" };
    set(container, "imagePullPolicy", policy);
    each(container, "ports").for_each(|it| set(it, "protocol", "TCP"));
    for variable in each(container, "env") {
        if let Some(field) = map(variable, "valueFrom").and_then(|it| map(it, "fieldRef")) {
            set(field, "apiVersion", "v1");
        }
    }
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = map(container, key) {
            set(probe, "timeoutSeconds", 1);
            set(probe, "periodSeconds", 10);
            set(probe, "successThreshold", 1);
            set(probe, "failureThreshold", 3);
            complete_get(probe);
            if let Some(grpc) = map(probe, "grpc") {
                set(grpc, "service", "");
            }
        }
    }
    if let Some(lifecycle) = map(container, "lifecycle") {
        for key in ["postStart", "preStop"] {
            if let Some(handler) = map(lifecycle, key) {
                complete_get(handler);
            }
        }
    }
}

fn complete_get(handler: &mut Map<String, Value>) {
    if let Some(get) = map(handler, "httpGet") {
        if text(get, "path").is_empty() {
            get.insert("path".to_owned(), "/".into());
        }
        set(get, "scheme", "HTTP");
    }
}

/// Whether an image is that of the tag `latest`, because it says so or because it says no tag and no digest. What is
/// no name of an image has no tag.
fn is_latest(image: &str) -> bool {
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, it)| (name, Some(it)));
    let is_registry =
        |it: &str| it == "localhost" || it.contains(['.', ':']) || it.to_lowercase() != it;
    let path = match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => rest,
        _ => name,
    };
    let (path, tag) = path.split_once(':').map_or((path, None), |(path, tag)| (path, Some(tag)));
    let is_lower = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let is_step = |step: &str| {
        step.starts_with(is_lower)
            && step.ends_with(is_lower)
            && step.chars().all(|it| is_lower(it) || matches!(it, '.' | '_' | '-'))
    };
    path.split('/').all(is_step) && (tag == Some("latest") || tag.is_none() && digest.is_none())
}

#[cfg(test)]
mod tests {
    use super::is_latest;

    #[test]
    fn images_without_a_tag_are_the_latest() {
        for image in ["a", "a/b", "host:5000/a", "a:latest", "host:5000/a:latest", "HOST/a"] {
            assert!(is_latest(image), "{image}");
        }
        for image in [
            "a:1",
            "host:5000/a:1",
            "a@sha256:0",
            "a:1@sha256:0",
            "A:latest",
            "a//b",
            "$A",
            "a:",
            "",
        ] {
            assert!(!is_latest(image), "{image}");
        }
    }
}
