//! Objects of one name in several files: each file is judged by those nearest to it.

use harden_core::kubernetes::MinorVersion;

use crate::{Verdict, of, outcome_at, texts};

/// What is said of files in the order of their names, and the names of what is there several times; the same
/// in every order.
fn judged(files: &[(String, String)]) -> (Vec<(String, String)>, Vec<String>) {
    let said = |files: &[(String, String)]| {
        let (verdicts, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, files);
        let name = |it: &harden_core::finding::Finding| {
            outcome.sources.get(it.source).unwrap().name.to_string()
        };
        let findings = outcome.findings.iter().filter(|it| it.ignored.is_none());
        let mut said: Vec<_> = findings
            .zip(&verdicts)
            .map(|(finding, it)| (name(finding), format!("{} {}", it.rule, it.message)))
            .collect();
        said.sort();
        let several = outcome.coverage.several.iter();
        (said, several.map(|it| format!("{} {}", it.count, it.what)).collect())
    };
    let expected = said(files);
    let mut files = files.to_vec();
    files.reverse();
    assert_eq!(said(&files), expected);
    files.rotate_left(1);
    assert_eq!(said(&files), expected);
    expected
}

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// The files in which a rule finds something.
fn with(said: &[(String, String)], rule: &str) -> Vec<String> {
    let found = said.iter().filter(|(_, it)| it.starts_with(&format!("{rule} ")));
    found.map(|(file, _)| file.clone()).collect()
}

#[test]
fn a_pod_is_held_to_the_namespace_in_its_own_file() {
    let Some(texts) = texts(&["two-namespaces"]) else { return };
    let (said, several) = judged(&texts);
    for rule in ["host-namespaces", "privileged-container", "root-allowed"] {
        assert_eq!(with(&said, rule), ["two-namespaces/two-namespaces-a-pod.yaml"], "{said:#?}");
    }
    assert_eq!(several, ["3 Namespace shop"]);
}

#[test]
fn of_definitions_that_are_equally_near_every_one_counts() {
    let Some(texts) = texts(&["two-crds"]) else { return };
    let (said, several) = judged(&texts);
    let unknown: Vec<_> = said.iter().filter(|(_, it)| it.starts_with("unknown-field")).collect();
    assert_eq!(unknown.len(), 1, "{said:#?}");
    assert!(unknown[0].1.contains("two-crds-a-old.yaml, of 2"), "{unknown:?}");
    assert_eq!(several, ["2 CustomResourceDefinition of Thing in example.com"]);
    let near = |name: &str| {
        let moved = texts.iter().map(|(name, text)| {
            let name = name.replace("two-crds/two-crds-", "").replace('-', "/");
            (name, text.clone())
        });
        let thing = |(file, text): (String, String)| {
            (if file == "thing.yaml" { format!("{name}/thing.yaml") } else { file }, text)
        };
        let (said, _) = judged(&moved.map(thing).collect::<Vec<_>>());
        with(&said, "unknown-field").len()
    };
    assert_eq!((near("a"), near("b"), near("b/c"), near("c")), (1, 0, 0, 1));
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n";

fn namespace(level: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{pod-security.kubernetes.io/enforce: {level}}}}}\n"
    )
}

#[test]
fn namespaces_are_heard_by_nearness_and_then_by_strictness() {
    let (loose, strict) = (namespace("privileged"), namespace("restricted"));
    let (said, several) = judged(&files(&[
        ("dev/namespace.yaml", &loose),
        ("dev/pod.yaml", POD),
        ("dev/parts/pod.yaml", POD),
        ("prod/namespace.yaml", &strict),
        ("prod/pod.yaml", POD),
        ("base/pod.yaml", POD),
        ("one.yaml", &format!("{loose}---\n{POD}")),
        ("both.yaml", &format!("{loose}---\n{POD}---\n{strict}")),
    ]));
    assert_eq!(with(&said, "host-namespaces"), ["base/pod.yaml", "both.yaml", "prod/pod.yaml"]);
    assert_eq!(several, ["5 Namespace shop"]);
    let (said, several) =
        judged(&files(&[("a.yaml", &loose), ("b/pod.yaml", POD), ("b/c.yaml", &loose)]));
    assert_eq!((with(&said, "host-namespaces").len(), several.len()), (0, 0));
}

fn limit_range(namespace: &str, resource: &str) -> String {
    format!(
        "apiVersion: v1\nkind: LimitRange\nmetadata: {{name: limits, {namespace}}}\nspec: {{limits: [{{type: Container, default: {{{resource}: 1Gi}}}}]}}\n"
    )
}

#[test]
fn what_has_no_namespace_is_for_its_own_tree() {
    let pod = POD.replace(", namespace: shop", "");
    let (said, _) = judged(&files(&[
        ("a/limits.yaml", &limit_range("", "memory")),
        ("a/pod.yaml", &pod),
        ("a/b/pod.yaml", &pod),
        ("c/pod.yaml", &pod),
        ("pod.yaml", &pod),
        ("a/shop.yaml", POD),
    ]));
    assert_eq!(with(&said, "missing-memory-limit"), ["a/shop.yaml", "c/pod.yaml", "pod.yaml"]);
}

#[test]
fn nobody_counts_on_what_only_some_limit_ranges_of_one_name_give() {
    let (memory, cpu) =
        (limit_range("namespace: shop", "memory"), limit_range("namespace: shop", "cpu"));
    let (said, several) = judged(&files(&[
        ("a/limits.yaml", &memory),
        ("a/pod.yaml", POD),
        ("b/limits.yaml", &cpu),
        ("b/pod.yaml", POD),
        ("c/pod.yaml", POD),
    ]));
    assert_eq!(with(&said, "missing-memory-limit"), ["b/pod.yaml", "c/pod.yaml"]);
    assert_eq!(several, ["2 LimitRange shop/limits"]);
    let other = memory.replace("name: limits", "name: others");
    let (said, _) =
        judged(&files(&[("a/limits.yaml", &cpu), ("a/more.yaml", &other), ("a/pod.yaml", POD)]));
    assert_eq!(with(&said, "missing-memory-limit"), [""; 0]);
}

#[test]
fn the_way_in_makes_no_difference_to_definitions() {
    let Some(texts) = texts(&["crd-in-list.json"]) else { return };
    let (verdicts, _) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
    let found: Vec<&Verdict> = of(&verdicts, "unknown-field");
    assert_eq!(found.len(), 1, "{verdicts:#?}");
}

/// The files in which a rule finds something, whatever their order.
fn flagged(rule: &str, texts: &[(&str, &str)]) -> Vec<String> {
    with(&judged(&files(texts)).0, rule)
}

const NAMESPACE: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: team}}\n";
const WORKLOAD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: team}, spec: {containers: []}}\n";
const DENY: &str = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: team}, \
    spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}\n";

#[test]
fn a_namespace_is_bounded_and_isolated_by_what_is_near() {
    let limits = "{apiVersion: v1, kind: LimitRange, metadata: {name: l, namespace: team}, spec: {limits: []}}\n";
    let quota = "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: team}, spec: {hard: {pods: 5}}}\n";
    for (rule, object) in [
        ("missing-limit-range", limits),
        ("missing-resource-quota", quota),
        ("missing-default-deny-ingress", DENY),
        ("missing-default-deny-egress", DENY),
    ] {
        let with = |file: &str| {
            let files = [
                ("o/a/namespace.yaml", NAMESPACE),
                ("o/a/pod.yaml", WORKLOAD),
                ("o/b/namespace.yaml", NAMESPACE),
                ("o/b/pod.yaml", WORKLOAD),
                (file, object),
            ];
            flagged(rule, &files)
        };
        assert_eq!(with("o/a/more.yaml"), ["o/b/namespace.yaml"], "{rule}");
        assert_eq!(with("o/b/below/more.yaml"), ["o/a/namespace.yaml"], "{rule}");
        assert_eq!(with("base/more.yaml"), [""; 0], "{rule}: it may be for both");
        let alone =
            [("a/namespace.yaml", NAMESPACE), ("b/pod.yaml", WORKLOAD), ("c/more.yaml", object)];
        assert_eq!(flagged(rule, &alone), [""; 0], "{rule}: there is no other");
    }
}

#[test]
fn a_policy_lets_out_names_where_it_is() {
    let allow = DENY.replace("name: deny", "name: dns").replace(
        "podSelector: {}, policyTypes: [Ingress, Egress]",
        "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 53}]}]",
    );
    let files = [("a/deny.yaml", DENY), ("b/deny.yaml", DENY), ("a/dns.yaml", &*allow)];
    assert_eq!(flagged("denied-dns", &files), ["b/deny.yaml"]);
    let apart = [("a/deny.yaml", DENY), ("b/dns.yaml", &*allow)];
    assert_eq!(flagged("denied-dns", &apart), [""; 0]);
}

#[test]
fn a_quota_rejects_what_is_near() {
    let quota = "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {services.loadbalancers: 0}}}\n";
    let service = "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: LoadBalancer, ports: [{port: 80}]}}\n";
    let files = [("a/quota.yaml", quota), ("a/s.yaml", service), ("b/s.yaml", service)];
    assert_eq!(flagged("quota-rejects-object", &files), ["a/s.yaml"]);
    let named = |it: &str| {
        it.replace("name: q", "name: q, namespace: team")
            .replace("name: s", "name: s, namespace: team")
    };
    let (quota, service) = (named(quota), named(service));
    let more = quota.replace("balancers: 0", "balancers: 5");
    let files = [
        ("a/quota.yaml", &*quota),
        ("a/s.yaml", &*service),
        ("b/s.yaml", &*service),
        ("b/quota.yaml", &*more),
    ];
    assert_eq!(flagged("quota-rejects-object", &files), ["a/s.yaml"]);
}

const RBAC: &str = "apiVersion: rbac.authorization.k8s.io/v1, kind";

fn role(name: &str) -> String {
    format!(
        "{{{RBAC}: Role, metadata: {{name: {name}}}, rules: [{{apiGroups: [''], resources: [secrets], verbs: [get]}}]}}\n"
    )
}

fn binding(role: &str, account: &str) -> String {
    format!(
        "{{{RBAC}: RoleBinding, metadata: {{name: b}}, roleRef: {{apiGroup: rbac.authorization.k8s.io, \
         kind: Role, name: {role}}}, subjects: [{{kind: ServiceAccount, {account}}}]}}\n"
    )
}

#[test]
fn a_role_without_a_namespace_is_for_its_own_tree() {
    let (reader, readers) = (role("pod-reader"), role("pod-readers"));
    let bound = binding("pod-reader", "name: web, namespace: team");
    let files =
        [("a/role.yaml", &*reader), ("b/role.yaml", &*readers), ("b/binding.yaml", &*bound)];
    assert_eq!(flagged("missing-role", &files), ["b/binding.yaml"]);
    let above = [("role.yaml", &*reader), ("b/role.yaml", &*readers), ("b/binding.yaml", &*bound)];
    assert_eq!(flagged("missing-role", &above), [""; 0]);
    let elsewhere = [("a/role.yaml", &*readers), ("b/binding.yaml", &*bound)];
    assert_eq!(flagged("missing-role", &elsewhere), [""; 0]);
    let apart = [("roles/role.yaml", &*reader), ("bindings/binding.yaml", &*bound)];
    assert_eq!(flagged("missing-role", &apart), [""; 0]);
}

#[test]
fn a_cluster_role_reaches_as_far_as_the_bindings_near_it_take_it() {
    let role = role("reader").replace("kind: Role", "kind: ClusterRole");
    let narrow = binding("reader", "name: web, namespace: team")
        .replace("kind: Role,", "kind: ClusterRole,");
    let wide = narrow.replace("kind: RoleBinding", "kind: ClusterRoleBinding");
    let files = [
        ("a/role.yaml", &*role),
        ("a/binding.yaml", &*wide),
        ("b/role.yaml", &*role),
        ("b/binding.yaml", &*narrow),
    ];
    assert_eq!(flagged("cluster-wide-secret-access", &files), ["a/role.yaml"]);
    let apart = [("a/role.yaml", &*role), ("b/binding.yaml", &*narrow)];
    assert_eq!(flagged("cluster-wide-secret-access", &apart), [""; 0]);
}

#[test]
fn an_account_is_looked_for_near_its_binding() {
    let account = |namespace: &str, more: &str| {
        format!(
            "{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: web, namespace: {namespace}}}{more}}}\n"
        )
    };
    let (one, two) = (account("one", ""), account("two", ""));
    let bound = binding("reader", "name: web, namespace: three");
    let files = [("a/account.yaml", &*one), ("b/account.yaml", &*two), ("b/binding.yaml", &*bound)];
    assert_eq!(flagged("missing-service-account", &files), ["b/binding.yaml"]);
    let right = binding("reader", "name: web, namespace: one");
    let files = [("a/account.yaml", &*one), ("b/account.yaml", &*two), ("b/binding.yaml", &*right)];
    assert_eq!(flagged("missing-service-account", &files), [""; 0]);
}

#[test]
fn pods_get_the_token_of_the_account_near_them() {
    let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}\n";
    let without = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}, automountServiceAccountToken: false}\n";
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {serviceAccountName: web, containers: [{name: a, image: a}]}}\n";
    let files = [
        ("a/account.yaml", without),
        ("a/pod.yaml", pod),
        ("b/account.yaml", account),
        ("b/pod.yaml", pod),
    ];
    assert_eq!(flagged("mounted-service-account-token", &files), ["b/pod.yaml"]);
}
