//! What depends on the version of the API server, and what is filled in later.

use harden_yaml::Document;

use super::{ProblemKind, check};
use crate::kubernetes::MinorVersion;
use crate::object::objects;

fn kinds(text: &str, minor: u16) -> Vec<ProblemKind> {
    let document = Document::parse_yaml(text);
    let problems = objects(document.root()).flat_map(|it| {
        let problems = check(&it, MinorVersion(minor));
        problems.into_iter().map(|it| it.kind).collect::<Vec<_>>()
    });
    problems.collect()
}

fn pod(spec: &str) -> String {
    format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{{spec}}}}}")
}

#[test]
fn what_a_version_refuses_or_drops_holds_for_that_version() {
    let service = "{apiVersion: v1, kind: Service, metadata: {name: 1st}, spec: {}}";
    let set = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a.b}, spec: {}}";
    let sidecar = pod("initContainers: [{name: a, image: b, restartPolicy: Always, \
                       livenessProbe: {exec: {command: [c]}}}]");
    let variable = pod("containers: [{name: a, image: b, env: [{name: 1 X}]}]");
    let unmasked = pod("containers: [{name: a, image: b, securityContext: {procMount: Unmasked}}]");
    let restart = pod("containers: [{name: a, image: b, restartPolicy: Never}]");
    let padded = pod("hostAliases: [{ip: 010.0.0.1}]");
    for (text, refused, taken, kind) in [
        (service, 35, 36, ProblemKind::Name),
        (set, 28, 27, ProblemKind::Name),
        (&sidecar, 28, 29, ProblemKind::Probe),
        (&variable, 31, 32, ProblemKind::Environment),
        (&unmasked, 33, 32, ProblemKind::Pod),
        (&restart, 34, 35, ProblemKind::Pod),
        (&padded, 36, 35, ProblemKind::Pod),
    ] {
        assert_eq!(kinds(text, refused), [kind], "v1.{refused} {text}");
        assert_eq!(kinds(text, taken), [], "v1.{taken} {text}");
    }
}

#[test]
fn what_a_program_fills_in_is_not_judged() {
    for text in [
        "{apiVersion: v1, kind: Service, metadata: {name: '${NAME}'}, spec: {}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {a: '{{ .b }}'}}}",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {matchLabels: \
         {app: '${APP}'}}, template: {metadata: {labels: {app: web}}}}}",
        &pod("containers: [{name: a, image: b, volumeMounts: [{name: c, mountPath: /c}]}], \
              volumes: [{name: '$(VOLUME)', emptyDir: {}}]"),
    ] {
        assert_eq!(kinds(text, 37), [], "{text}");
    }
}

#[test]
fn values_of_a_wrong_type_are_left_to_the_schema() {
    for spec in [
        "containers: {name: a}",
        "containers: [{name: 5, image: b, ports: {}, env: [1], resources: {requests: []}}]",
        "containers: [{name: a, image: b, volumeMounts: [{name: c, mountPath: 1}]}], volumes: {c: {}}",
        "containers: [null, {}, 1], volumes: [null, 1, {name: 1}], affinity: [], tolerations: {}",
    ] {
        assert_eq!(kinds(&pod(spec), 37), [], "{spec}");
    }
}

#[test]
fn the_volumes_of_claim_templates_are_there() {
    let set = |claim: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: a}}, spec: {{\
             volumeClaimTemplates: [{{metadata: {{name: {claim}}}}}], template: {{spec: {{containers: \
             [{{name: a, image: b, volumeMounts: [{{name: data, mountPath: /d}}]}}]}}}}}}}}"
        )
    };
    assert_eq!(kinds(&set("data"), 37), []);
    assert_eq!(kinds(&set("other"), 37), [ProblemKind::MissingVolume]);
}
