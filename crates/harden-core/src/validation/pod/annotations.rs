//! What the API server refuses of annotations that say something of the containers of a pod.

use harden_yaml::Place;

use super::Pod;
use crate::validation::names::{self, Flaw};
use crate::validation::problem::{ProblemKind, Problems};

const KIND: ProblemKind = ProblemKind::Pod;

const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// The annotations of a pod.
pub(super) fn check<'d>(pod: &Pod<'d>, problems: &mut Problems<'d>) {
    for (key, value) in pod.metadata.at("annotations").entries() {
        if let Some(name) = key.strip_prefix(APP_ARMOR) {
            let container = pod.containers().find(|it| it.at("name").as_str() == Some(name));
            if container.is_none() {
                let message = "the pod has no container of the name in the key of this annotation";
                problems.add(KIND, value, message);
            }
            problems.text(KIND, value, app_armor);
            let own = container.map(|it| it.at("securityContext").at("appArmorProfile"));
            let of_pod = pod.spec.at("securityContext").at("appArmorProfile");
            let field = own.filter(Place::exists).unwrap_or(of_pod);
            // Before 1.30 there is no such field.
            if container.is_some() && problems.since(30) {
                matches("AppArmor", field, value, &["runtime/default"], problems);
            }
        } else if key == SECCOMP_POD {
            problems.text(KIND, value, seccomp);
            let field = pod.spec.at("securityContext").at("seccompProfile");
            let defaults = ["runtime/default", "docker/default"];
            matches("seccomp", field, value, &defaults, problems);
        } else if let Some(name) = key.strip_prefix(SECCOMP_CONTAINER) {
            problems.text(KIND, value, seccomp);
            let container = pod.containers().find(|it| it.at("name").as_str() == Some(name));
            if let Some(container) = container {
                let field = container.at("securityContext").at("seccompProfile");
                let defaults = ["runtime/default", "docker/default"];
                matches("seccomp", field, value, &defaults, problems);
            }
        } else if key == DELETION_COST {
            problems.text(KIND, value, deletion_cost);
        }
    }
}

/// A profile that a field and an annotation both name must be one.
fn matches<'d>(
    what: &str,
    field: Place<'d>,
    annotation: Place<'d>,
    defaults: &[&str],
    problems: &mut Problems<'d>,
) {
    let (Some(form), Some(text)) = (field.at("type").as_str(), annotation.as_str()) else { return };
    let is_same = match form {
        "Unconfined" => text == "unconfined",
        "RuntimeDefault" => defaults.contains(&text),
        "Localhost" => text
            .strip_prefix("localhost/")
            .is_some_and(|it| field.at("localhostProfile").as_str().is_none_or(|file| file == it)),
        _ => true,
    };
    if !is_same {
        let message = format!("the {what} profiles of the annotation and of the field must match");
        problems.add(KIND, annotation, message);
    }
}

fn app_armor(text: &str) -> Flaw {
    let is_good =
        matches!(text, "" | "runtime/default" | "unconfined") || text.starts_with("localhost/");
    (!is_good).then_some("must be `runtime/default`, `unconfined`, or `localhost/` and a profile")
}

fn seccomp(text: &str) -> Flaw {
    match text.strip_prefix("localhost/") {
        Some(file) => names::relative_path(file),
        None => (!matches!(text, "runtime/default" | "docker/default" | "unconfined"))
            .then_some("must be `runtime/default`, `unconfined`, or `localhost/` and a file"),
    }
}

/// A number of 32 bits, written in one way only.
fn deletion_cost(text: &str) -> Flaw {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits == "0" && text == "0" || !digits.starts_with('0');
    let is_good = is_plain && !text.starts_with('+') && text.parse::<i32>().is_ok();
    (!is_good).then_some("must be a 32 bit integer")
}
