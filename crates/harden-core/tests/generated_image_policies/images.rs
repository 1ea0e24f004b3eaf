//! Which images are read from what makes pods.

use std::collections::BTreeSet;

use harden_core::generators::image_policy::{Images, Taken};

#[test]
fn whatever_makes_pods_names_images_and_a_broken_document_is_told_and_left_out() {
    let mut images = Images::default();
    let spec = "{initContainers: [{image: a.example/init}], containers: [{image: a.example/app}], \
                ephemeralContainers: [{image: a.example/debug}], volumes: [{image: {reference: a.example/data}}]}";
    let pod = format!("{{apiVersion: v1, kind: Pod, spec: {spec}}}");
    assert_eq!(images.take(&pod), Taken { has_pods: true, broken: None });
    let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(list(&images.containers), "a.example/app a.example/debug a.example/init");
    assert_eq!(list(&images.volumes), "a.example/data");

    let template = "{spec: {containers: [{name: app, command: [run], image: a.example/b}]}}";
    let cron = format!("{{jobTemplate: {{spec: {{template: {template}}}}}}}");
    let whole = format!("{{template: {template}}}");
    for (version, kind, body) in [
        ("apps/v1", "Deployment", &whole),
        ("apps/v1", "StatefulSet", &whole),
        ("apps/v1", "DaemonSet", &whole),
        ("apps/v1", "ReplicaSet", &whole),
        ("v1", "ReplicationController", &whole),
        ("batch/v1", "Job", &whole),
        ("batch/v1", "CronJob", &cron),
        ("argoproj.io/v1alpha1", "Rollout", &whole),
        ("example.com/v1", "Unheard", &whole),
    ] {
        let mut images = Images::default();
        let object = format!("{{apiVersion: {version}, kind: {kind}, spec: {body}}}");
        let listed = format!("{{apiVersion: v1, kind: List, items: [{object}]}}");
        for text in [&object, &listed] {
            assert!(images.take(text).has_pods, "{text}");
            assert_eq!(list(&images.containers), "a.example/b", "{text}");
        }
    }

    let mut images = Images::default();
    let torn = format!("a: [\n---\n{pod}\n---\n{{{{ template }}}}: [");
    let taken = images.take(&torn);
    assert_eq!((taken.has_pods, taken.broken.map(|it| it.line)), (true, Some(2)));
    assert_eq!(images.containers.len(), 3);

    for wrong in ["null", "1", "x", "[]", "{}", "[null]", "[{image: null}]", "[{image: [a]}]"] {
        let mut images = Images::default();
        images.take(&format!(
            "{{apiVersion: v1, kind: Pod, spec: {{containers: {wrong}, volumes: {wrong}}}}}"
        ));
        images.take(&format!("{{apiVersion: v1, kind: Pod, spec: {wrong}}}"));
        assert!(images.is_empty(), "{wrong}");
    }
}
