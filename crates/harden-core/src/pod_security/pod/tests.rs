use harden_yaml::Document;

use super::*;
use crate::kubernetes::{Level, MinorVersion};
use crate::pod_security::{evaluate, evaluate_as_server, forbidden_detail};

const ANNOTATED: &str = "metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/c: \
                         unconfined}}";

fn messages(text: &str) -> [String; 3] {
    let document = Document::parse_yaml(text);
    let (metadata, spec) = (document.root().at("metadata"), document.root().at("spec"));
    let (level, version) = (Level::Restricted, MinorVersion(0));
    let template = Origin::Template;
    [
        evaluate(level, version, metadata, spec),
        evaluate_as_server(level, version, metadata, spec, template),
        evaluate_as_server(level, version, metadata, spec, Origin::Pod),
    ]
    .map(|failures| forbidden_detail(&failures))
}

/// Whether the message about a created pod names the container beside its annotation.
fn names_container(spec: &str) -> bool {
    let [bare, template, pod] = messages(&format!("{{{ANNOTATED}, spec: {spec}}}"));
    assert_eq!(bare, template);
    assert!(bare.starts_with("forbidden AppArmor profile"), "{bare}");
    pod.contains("container \"c\" and annotation ")
}

#[test]
fn an_app_armor_annotation_is_copied_to_a_container_without_a_profile() {
    let context = "securityContext: {runAsNonRoot: true}";
    assert!(names_container(&format!("{{{context}, containers: [{{name: c}}]}}")));
    assert!(!names_container(&format!("{{{context}, containers: [{{name: d}}]}}")));
    let own = "{name: c, securityContext: {appArmorProfile: {type: RuntimeDefault}}}";
    assert!(!names_container(&format!("{{{context}, containers: [{own}]}}")));
}

#[test]
fn an_app_armor_annotation_is_not_copied_on_windows_or_when_the_pod_says_the_same() {
    let windows =
        "{os: {name: windows}, securityContext: {runAsNonRoot: true}, containers: [{name: c}]}";
    assert!(!names_container(windows));
    let pod = |profile: &str| {
        format!(
            "{{securityContext: {{runAsNonRoot: true, appArmorProfile: {profile}}}, \
              containers: [{{name: c}}]}}"
        )
    };
    assert!(!names_container(&pod("{type: Unconfined}")));
    assert!(names_container(&pod("{type: RuntimeDefault}")));
    let with_profile = pod("{type: Unconfined, localhostProfile: x}");
    let [_, _, created] = messages(&format!("{{{ANNOTATED}, spec: {with_profile}}}"));
    assert!(created.contains("pod and container \"c\" and annotation"), "{created}");
}

#[test]
fn a_volume_without_a_source_is_an_empty_dir_to_the_server() {
    let spec = "{securityContext: {runAsNonRoot: true}, \
                volumes: [{name: a}, {name: b, hostPath: null}, {name: c, other: {}}]}";
    let [bare, template, pod] = messages(&format!("spec: {spec}"));
    assert_eq!(
        bare,
        "restricted volume types (volumes \"a\", \"b\", \"c\" use restricted volume type \"unknown\")"
    );
    assert_eq!([template, pod], ["", ""]);
}

#[test]
fn values_that_cannot_be_read_never_meet_a_demand() {
    let spec = "{securityContext: {runAsNonRoot: \"true\"}, containers: [{name: c}]}";
    let [bare, ..] = messages(&format!("spec: {spec}"));
    assert_eq!(
        bare,
        "runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true)"
    );
}
