//! What the API server refuses of environment variables.

use harden_yaml::Place;

use super::Pod;
use super::source::{field_reference, resource_reference};
use crate::object::is_placeholder;
use crate::validation::names;
use crate::validation::problem::{ProblemKind, Problems};

const KIND: ProblemKind = ProblemKind::Environment;

/// What variables may have of their pod.
const FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.host",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The variables of a container.
pub(super) fn check<'d>(pod: &Pod<'d>, container: Place<'d>, problems: &mut Problems<'d>) {
    for variable in container.at("env").items() {
        name(variable.at("name"), problems);
        if variable.at("valueFrom").is_map() {
            value_from(pod, variable, problems);
        }
    }
    for source in container.at("envFrom").items() {
        name(source.at("prefix"), problems);
        let all = ["configMapRef", "secretRef"].map(|it| source.at(it));
        if source.is_map() && all.iter().filter(|it| it.exists()).count() != 1 {
            let message = "an item of `envFrom` must have one of configMapRef, secretRef";
            problems.add(KIND, source, message);
        }
        for reference in all.into_iter().filter(Place::is_map) {
            // Held to what a prefix of a name must be.
            problems.optional_text(ProblemKind::Name, reference.at("name"), |it| {
                names::subdomain(&names::with_an_end(it))
            });
        }
    }
}

/// The name of a variable is not repeated: it may hold what should be its value.
fn name<'d>(name: Place<'d>, problems: &mut Problems<'d>) {
    let Some(text) = name.as_str() else { return };
    let rule = if problems.since(32) { names::variable(text) } else { names::old_variable(text) };
    if let Some(rule) = rule {
        let key = name.key().unwrap_or("name");
        problems.add(KIND, name, format!("`{key}` of environment variables {rule}"));
    }
}

fn value_from<'d>(pod: &Pod<'d>, variable: Place<'d>, problems: &mut Problems<'d>) {
    let source = variable.at("valueFrom");
    let all = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"]
        .map(|it| source.at(it));
    let stated = all.iter().filter(|it| it.exists()).count();
    let has_value = variable.at("value").as_str().is_some_and(|it| !it.is_empty());
    if stated == 0 {
        let message = "`valueFrom` must have one of fieldRef, resourceFieldRef, configMapKeyRef, \
                       secretKeyRef, fileKeyRef";
        problems.add(KIND, source, message);
    } else if has_value {
        problems.add(KIND, source, "`valueFrom` may not be set when `value` is not empty");
    } else if stated > 1 {
        problems.add(KIND, source, "`valueFrom` may not have more than one source");
    }
    let [field, resource, config_map, secret, file] = all;
    field_reference(KIND, field, FIELDS, problems);
    resource_reference(KIND, resource, false, problems);
    for reference in [config_map, secret].into_iter().filter(Place::is_map) {
        let (name, key) = (reference.at("name"), reference.at("key"));
        if !problems.required(KIND, name, "") {
            problems.text(ProblemKind::Name, name, names::subdomain);
        }
        problems.optional_text(KIND, key, names::data_key);
    }
    if file.is_map() && problems.since(35) {
        problems.text(KIND, file.at("key"), names::variable);
        problems.text(KIND, file.at("path"), names::path);
        let Some(volume) = file.at("volumeName").as_str().filter(|it| !is_placeholder(it)) else {
            return;
        };
        match pod.volumes.find(volume) {
            Some(of) if of.is_empty_dir() => {}
            Some(_) => {
                let rule = "must be the name of an emptyDir";
                problems.invalid(KIND, file.at("volumeName"), rule);
            }
            None => pod.volumes.missing(file.at("volumeName"), problems),
        }
    }
}
