//! Requests and limits, beside the LimitRange and the quota of the namespace.

use harden_core::cluster::Facts;
use harden_core::generators::Generator;
use harden_core::generators::namespace::Options;
use harden_core::kubernetes::MinorVersion;
use harden_core::{ManifestFormat, render};

use super::{of, outcome_at, texts, verdicts};

#[test]
fn pods_whose_request_is_above_the_default_limit_are_refused() {
    let Some(verdicts) = verdicts(&["limit-range-refuses.yaml"]) else { return };
    let refused = of(&verdicts, "limit-range-rejects-pod");
    assert_eq!(refused.len(), 1, "{verdicts:?}");
    assert!(refused.iter().all(|it| it.severity == "high" && !it.lines.is_empty()));
}

#[test]
fn pods_that_do_not_state_what_a_quota_bounds_are_refused() {
    let Some(verdicts) = verdicts(&["limit-range-refuses.yaml"]) else { return };
    let refused = of(&verdicts, "quota-rejects-pod");
    assert_eq!(refused.len(), 1, "{verdicts:?}");
    for it in refused {
        assert_eq!(it.severity, "high");
        assert_eq!(it.paths, ["spec.initContainers[0].resources"]);
        assert!(it.message.contains("limits.cpu, limits.memory"), "{}", it.message);
    }
}

#[test]
fn what_max_gives_is_not_missing() {
    let Some(verdicts) = verdicts(&["limit-range-max.yaml"]) else { return };
    for rule in ["missing-memory-limit", "missing-cpu-request"] {
        assert!(of(&verdicts, rule).is_empty(), "{verdicts:?}");
    }
}

#[test]
fn a_deployment_is_held_to_the_namespace_that_is_made_for_it() {
    let Some(mut texts) = texts(&["default-limits-refuse.yaml"]) else { return };
    let options = Options { names: vec!["lim2".parse().unwrap()], ..Options::default() };
    let generated = Generator::Namespace(options).options().generate(&Facts::default()).unwrap();
    let namespace = render(&generated.manifests, ManifestFormat::Yaml, true);
    let refused = |texts: &[(String, String)]| {
        let (verdicts, _) = outcome_at(MinorVersion::NEWEST_KNOWN, texts);
        let rules = ["limit-range-rejects-pod", "quota-rejects-pod", "workload-exceeds-quota"];
        rules.into_iter().filter(|it| !of(&verdicts, it).is_empty()).collect::<Vec<_>>()
    };
    texts.push(("namespace.yaml".to_owned(), namespace));
    assert_eq!(refused(&texts), Vec::<&str>::new(), "the generator leaves room for it");
    let below = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: lower, namespace: lim2}\n\
                 spec: {limits: [{type: Container, default: {cpu: 200m}}]}\n";
    texts.push(("limits.yaml".to_owned(), below.to_owned()));
    assert_eq!(refused(&texts), ["limit-range-rejects-pod"]);
    texts.pop();
    let tight = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: tight, namespace: lim2}\n\
                 spec: {hard: {requests.memory: 2Gi}}\n";
    texts.push(("tight.yaml".to_owned(), tight.to_owned()));
    assert_eq!(refused(&texts), ["workload-exceeds-quota"], "no room for an update");
}

#[test]
fn a_limit_of_zero_is_none_and_thousandths_of_bytes_are_a_mistake() {
    let Some(verdicts) = verdicts(&["memory-zero.yaml"]) else { return };
    assert_eq!(of(&verdicts, "missing-memory-limit").len(), 1, "{verdicts:?}");
    assert_eq!(of(&verdicts, "missing-ephemeral-storage-limit").len(), 1, "{verdicts:?}");
    let mistaken = of(&verdicts, "mistaken-quantity-unit");
    assert!(mistaken.iter().any(|it| it.message.contains("3500m of memory")), "{verdicts:?}");
}

#[test]
fn resources_that_are_missing_as_a_whole_are_one_finding() {
    let Some(verdicts) = verdicts(&["no-resources.yaml"]) else { return };
    let about: Vec<_> = verdicts
        .iter()
        .filter(|it| it.paths.iter().any(|path| path.contains("resources")))
        .collect();
    let [finding] = about.as_slice() else { panic!("{verdicts:?}") };
    for part in ["memory limit", "CPU request", "node's disk"] {
        assert!(finding.message.contains(part), "{}", finding.message);
    }
}
