//! What constraints are about.

use super::*;

#[test]
fn what_a_match_leaves_out_is_skipped_and_other_kinds_are_not_told() {
    let answers =
        |spec: Value| judge(&[template("K", DENIES), constraint("K", spec)], &cluster(&[])).0;
    let kinds = json!([{"apiGroups": ["apps"], "kinds": ["*"]}]);
    assert_eq!(answers(json!({"match": {"kinds": kinds}})), []);
    let found = answers(json!({"match": {"excludedNamespaces": ["n*"]}}));
    assert_eq!(found[0].verdict, Verdict::Skip);
    assert_eq!(found[0].message, "spec.match.excludedNamespaces leaves the object out");
}

#[test]
fn labels_of_a_namespace_that_is_not_at_hand_are_not_guessed() {
    let selector =
        |key: &str| json!({"match": {"namespaceSelector": {"matchLabels": {key: "ns"}}}});
    let policies = |key| [template("K", DENIES), constraint("K", selector(key))];
    assert_eq!(only(&policies("team")).0, Verdict::NotJudged);
    assert_eq!(only(&policies("kubernetes.io/metadata.name")).0, Verdict::Fail);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns", "labels": {"team": "ns"}}});
    assert_eq!(judge(&policies("team"), &cluster(&[namespace])).0[0].verdict, Verdict::Fail);
}

#[test]
fn a_config_excludes_namespaces() {
    let config = json!({
        "apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config"},
        "spec": {"match": [{"excludedNamespaces": ["n*"], "processes": ["webhook"]}]},
    });
    let (verdict, message) = only(&[template("K", DENIES), constraint("K", json!({})), config]);
    assert_eq!(verdict, Verdict::Skip);
    assert_eq!(message, "Namespace is set to be ignored by Gatekeeper config");
}

#[test]
fn namespaces_and_operations_that_the_webhook_is_not_called_for_are_skipped() {
    let objects = [template("K", DENIES), constraint("K", json!({}))].map(Object::new);
    let verdict = |cluster: &Cluster, operation: Operation, subresource: &str| {
        let policies = Policies::read(&objects, cluster);
        let request = Request {
            operation,
            object: Some(pod()),
            old: Some(pod()),
            subresource: subresource.to_owned(),
            user: User::default(),
            is_dry_run: false,
            cluster,
        };
        policies.validate(&request)[0].verdict
    };
    let namespace = |labels: Value| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns", "labels": labels}});
    let labelled = cluster(&[namespace(json!({"admission.gatekeeper.sh/ignore": "yes"}))]);
    assert_eq!(verdict(&labelled, Operation::Create, ""), Verdict::Skip);
    let mut bare = cluster(&[namespace(json!({}))]);
    assert_eq!(verdict(&bare, Operation::Update, ""), Verdict::Fail);
    assert_eq!(verdict(&bare, Operation::Update, "status"), Verdict::Skip);
    assert_eq!(verdict(&bare, Operation::Update, "ephemeralcontainers"), Verdict::Fail);
    assert_eq!(verdict(&bare, Operation::Delete, ""), Verdict::NotJudged);
    bare.is_whole = true;
    assert_eq!(verdict(&bare, Operation::Delete, ""), Verdict::Skip);
    let webhook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "gatekeeper-validating-webhook-configuration"},
        "webhooks": [{
            "name": "validation.gatekeeper.sh", "rules": [{"operations": ["DELETE"]}],
            "namespaceSelector": {"matchLabels": {"judged": "yes"}},
        }],
    });
    let configured = cluster(&[webhook, namespace(json!({"judged": "yes"}))]);
    assert_eq!(verdict(&configured, Operation::Delete, ""), Verdict::Fail);
    assert_eq!(verdict(&configured, Operation::Create, ""), Verdict::Skip);
}
