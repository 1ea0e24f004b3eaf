//! Who may do what: names that look built-in, rules that do nothing, powers by another verb.

use harden_core::kubernetes::MinorVersion;

use super::{Verdict, of, outcome_at, texts, verdicts};

/// Rule and object, sorted.
fn pairs(verdicts: &[Verdict]) -> Vec<(&str, &str)> {
    let mut pairs: Vec<_> = verdicts.iter().map(|it| (&*it.rule, &*it.object)).collect();
    pairs.sort_unstable();
    pairs
}

#[test]
fn a_name_of_the_system_hides_nothing() {
    let Some(found) = verdicts(&["rbac-system-names.yaml"]) else { return };
    let role = "ClusterRole/system:acme-helper";
    let binding = "ClusterRoleBinding/system:acme-helper";
    let pairs = pairs(&found);
    for expected in [
        ("all-permissions", role),
        ("anonymous-access", binding),
        ("cluster-admin-binding", binding),
        ("cluster-wide-pod-access", role),
        ("cluster-wide-secret-access", role),
    ] {
        assert!(pairs.contains(&expected), "{expected:?} in {pairs:?}");
    }
}

#[test]
fn neither_the_label_of_bootstrapping_nor_a_known_name_hides_anything() {
    let Some(found) = verdicts(&["rbac-bootstrap-label.yaml"]) else { return };
    let pairs = pairs(&found);
    for expected in [
        ("access-for-every-service-account", "ClusterRoleBinding/kubeadm:x"),
        ("all-permissions", "ClusterRole/view"),
        ("anonymous-access", "ClusterRoleBinding/backdoor"),
        ("anonymous-access", "ClusterRoleBinding/pub"),
        ("changed-built-in-role", "ClusterRole/view"),
        ("cluster-admin-binding", "ClusterRoleBinding/backdoor"),
        ("cluster-admin-binding", "ClusterRoleBinding/kubeadm:x"),
    ] {
        assert!(pairs.contains(&expected), "{expected:?} in {pairs:?}");
    }
}

#[test]
fn names_and_labels_change_no_verdict() {
    let flaws = |name: &str, labels: &str| {
        let text = format!(
            "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: '{name}', labels: {{{labels}}}}}
rules:
- {{apiGroups: [''], resources: [secrets, pods/exec, nodes/proxy, serviceaccounts/token], verbs: ['*']}}
- {{apiGroups: [''], resources: [users], verbs: [impersonate]}}
- {{apiGroups: ['*'], resources: ['*'], verbs: [get]}}
- {{nonResourceURLs: ['*'], verbs: [get]}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: '{name}', labels: {{{labels}}}}}
roleRef: {{kind: ClusterRole, name: '{name}'}}
subjects:
- {{kind: Group, name: 'system:authenticated'}}
- {{kind: Group, name: 'system:serviceaccounts'}}
- {{kind: User, name: 'system:anonymous'}}
- {{kind: ServiceAccount, name: default, namespace: shop}}
"
        );
        let texts = [("a.yaml".to_owned(), text)];
        let (found, _) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
        let mut rules: Vec<_> = found.into_iter().map(|it| it.rule).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    };
    let plain = flaws("acme", "");
    assert!(plain.len() >= 11, "{plain:?}");
    let label = "kubernetes.io/bootstrapping: rbac-defaults";
    for name in ["system:acme", "kubeadm:acme", "acme", "system:controller:acme"] {
        for labels in ["", label] {
            assert_eq!(flaws(name, labels), plain, "{name} {labels}");
        }
    }
    for name in
        ["view", "edit", "system:node", "system:controller:job-controller", "kubeadm:get-nodes"]
    {
        let mut known = flaws(name, label);
        known.retain(|it| it != "changed-built-in-role");
        assert_eq!(known, plain, "{name}");
    }
}

#[test]
fn get_opens_containers_of_servers_before_1_35() {
    let Some(texts) = texts(&["rbac-exec-get.yaml"]) else { return };
    let severities = |minor| {
        let (found, _) = outcome_at(MinorVersion(minor), &texts);
        let found = of(&found, "cluster-wide-pod-access").into_iter();
        found.map(|it| it.severity.clone()).collect::<Vec<_>>()
    };
    assert_eq!(severities(34), ["high"]);
    assert!(severities(35).is_empty());
    assert!(severities(37).is_empty());
}

#[test]
fn who_changes_a_template_is_as_mighty_as_who_makes_it() {
    let Some(found) = verdicts(&["rbac-patch-workloads.yaml"]) else { return };
    let found = of(&found, "cluster-wide-workload-creation");
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    for resource in ["deployments", "daemonsets", "statefulsets", "cronjobs"] {
        assert!(finding.message.contains(resource), "{}", finding.message);
    }
    assert!(!finding.message.contains(" jobs"), "{}", finding.message);
}

#[test]
fn what_the_api_server_refuses_is_said_before() {
    let Some(found) = verdicts(&["rbac-refused-rules.yaml"]) else { return };
    let pairs = pairs(&found);
    for expected in [
        ("invalid-role", "Role/metrics"),
        ("invalid-role", "ClusterRole/both"),
        ("invalid-binding", "RoleBinding/b"),
    ] {
        assert!(pairs.contains(&expected), "{expected:?} in {pairs:?}");
    }
    let binding = of(&found, "invalid-binding");
    let paths = ["subjects[0].name", "subjects[1].name"];
    assert!(binding.first().is_some_and(|it| it.paths == paths), "{binding:?}");
}

#[test]
fn what_matches_no_request_is_named() {
    let Some(found) = verdicts(&["rbac-matches-nothing.yaml"]) else { return };
    let found = of(&found, "ineffective-permission");
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    for word in [
        "`core`",
        "`v1`",
        "`apps/v1`",
        "`deployments`",
        "`secret`",
        "`pods/logs`",
        "`create`",
        "`deletecollection`",
        "`GET`",
        "`read`",
    ] {
        assert!(finding.message.contains(word), "{word} in {}", finding.message);
    }
    assert!(
        of(&verdicts(&["rbac-matches-nothing.yaml"]).unwrap(), "cluster-wide-secret-access")
            .is_empty()
    );
}

#[test]
fn groups_of_definitions_are_not_those_of_kubernetes() {
    let Some(found) = verdicts(&["gateway-wildcard.yaml"]) else { return };
    let is_of_others =
        |it: &Verdict| it.rule == "wildcard-custom-resources" && it.severity == "low";
    assert!(found.iter().all(is_of_others), "{found:?}");
}

#[test]
fn a_finding_points_at_the_resource_that_matters() {
    let Some(found) = verdicts(&["wide-rules.yaml"]) else { return };
    let found = of(&found, "cluster-wide-secret-access");
    let paths: Vec<_> = found.iter().flat_map(|it| &it.paths).collect();
    assert_eq!(paths, ["rules[0].resources[4]"]);
}

#[test]
fn rights_in_another_namespace_are_no_reason_for_a_token() {
    let Some(found) = verdicts(&["default-account-bound-elsewhere.yaml"]) else { return };
    assert!(of(&found, "default-service-account").is_empty(), "{found:?}");
    let tokens = of(&found, "mounted-service-account-token");
    let [finding] = tokens.as_slice() else { panic!("{tokens:?}") };
    assert!(finding.message.contains("in namespace ci it has rights by RoleBinding `ci/ci`"));
}
