use std::fmt::Write as _;

use super::*;
use crate::escalation::catalogue;
use crate::escalation::edge::{At, From, Names, Place, Power, Right, When};
use crate::rbac::authorization::{Origin, Reader, Settings};
use crate::source::Source;

/// The edges of a graph, as `User ann -create-pods-> pods of any account in shop`.
pub(crate) fn edges_of(text: &str, version: u16) -> Vec<String> {
    let version = MinorVersion(version);
    let settings = Settings { origin: Origin::Files(None), namespace: "default".to_owned() };
    let mut reader = Reader::new(settings);
    let source = Source::new("test.yaml", text);
    reader.learn(&source);
    let authorization = reader.finish();
    let mut facts = Facts::new(Level::Privileged, "default");
    let text = source.at(0);
    for document in text.documents(crate::source::Text::WHOLE) {
        text.objects(&document).for_each(|it| facts.learn(&it));
    }
    let ways = Ways::new(&authorization, &facts, version, []);
    let edges = ways.graph().edges().iter().map(|it| {
        let party = |node| ways.party(node).map(ToString::to_string).unwrap_or_default();
        let prevented = if it.label.prevented.is_some() { "-prevented" } else { "" };
        format!("{} -{}{prevented}-> {}", party(it.from), it.label.edge.id, party(it.to))
    });
    edges.collect()
}

const RBAC: &str = "rbac.authorization.k8s.io/v1";

fn rule(right: &Right) -> String {
    let (group, resource) = right.of[0];
    format!("{{verbs: ['{}'], apiGroups: ['{group}'], resources: ['{resource}']}}", right.verbs[0])
}

/// A user with rules, some of which hold in a namespace and some everywhere.
fn user(everywhere: &[String], within: &[String], namespace: &str) -> String {
    let (everywhere, within) = (everywhere.join(", "), within.join(", "));
    format!(
        "---
{{apiVersion: {RBAC}, kind: ClusterRole, metadata: {{name: own}}, rules: [{everywhere}]}}
---
{{apiVersion: {RBAC}, kind: ClusterRoleBinding, metadata: {{name: own}}, roleRef: {{kind: ClusterRole, name: own}}, subjects: [{{kind: User, name: ann}}]}}
---
{{apiVersion: {RBAC}, kind: Role, metadata: {{name: own, namespace: {namespace}}}, rules: [{within}]}}
---
{{apiVersion: {RBAC}, kind: RoleBinding, metadata: {{name: own, namespace: {namespace}}}, roleRef: {{kind: Role, name: own}}, subjects: [{{kind: User, name: ann}}]}}
"
    )
}

/// What some edges want to be there.
fn setting(edge: &Edge) -> String {
    let mut text = String::from(
        "---
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: shop}, secrets: [{name: web-token-abc}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {serviceAccountName: web, containers: [{}]}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: aws-auth, namespace: kube-system}, data: {}}
",
    );
    if let When::CustomResources(group) = edge.when {
        let _ = writeln!(
            text,
            "---\n{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {{name: a}}, spec: {{group: {group}}}}}"
        );
    }
    if let Power::Deputy([name, ..]) = edge.to {
        let _ = writeln!(
            text,
            "---\n{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: {name}, namespace: deputies}}}}"
        );
    }
    if edge.when == When::Aggregated {
        let _ = writeln!(
            text,
            "---\n{{apiVersion: {RBAC}, kind: ClusterRole, metadata: {{name: sum}}, aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{a: b}}}}]}}}}
---\n{{apiVersion: {RBAC}, kind: ClusterRole, metadata: {{name: part, labels: {{a: b}}}}, rules: [{{verbs: [get], apiGroups: [''], resources: [pods]}}]}}
---\n{{apiVersion: {RBAC}, kind: ClusterRoleBinding, metadata: {{name: sum}}, roleRef: {{kind: ClusterRole, name: sum}}, subjects: [{{kind: User, name: ann}}]}}"
        );
    }
    text
}

fn has(edge: &Edge, split: (&[String], &[String]), version: u16) -> bool {
    let namespace = if let Place::Only(it) = edge.place { it } else { "shop" };
    let text = setting(edge) + &user(split.0, split.1, namespace);
    let step = format!(" -{}-> ", edge.id);
    edges_of(&text, version).iter().any(|it| it.starts_with("User ann") && it.contains(&step))
}

/// Rules for rights, by where they have to be.
fn split(edge: &Edge, without: Option<usize>) -> (Vec<String>, Vec<String>) {
    let mut split = (Vec::new(), Vec::new());
    for (_, right) in edge.rights.iter().enumerate().filter(|(it, _)| Some(*it) != without) {
        let mut rule = rule(right);
        if edge.when == When::Account {
            rule = rule.replace('}', ", resourceNames: [web-token-abc]}");
        }
        let is_everywhere = edge.place == Place::Cluster || right.at == At::Cluster;
        if is_everywhere { split.0.push(rule) } else { split.1.push(rule) }
    }
    split
}

#[test]
fn every_way_takes_all_of_its_rights_and_no_more() {
    for edge in catalogue::edges().filter(|it| it.from == From::Holder) {
        let version = edge.until.map_or(37, |it| it.0);
        let (everywhere, within) = split(edge, None);
        assert!(has(edge, (&everywhere, &within), version), "{}", edge.id);
        for (number, right) in edge.rights.iter().enumerate() {
            let (everywhere, within) = split(edge, Some(number));
            assert!(!has(edge, (&everywhere, &within), version), "{} without {right}", edge.id);
        }
        if let Some(until) = edge.until {
            assert!(!has(edge, (&everywhere, &within), until.0 + 1), "{}", edge.id);
        }
        if let Some(since) = edge.since {
            assert!(!has(edge, (&everywhere, &within), since.0 - 1), "{}", edge.id);
        }
    }
}

#[test]
fn a_right_outside_of_namespaces_is_not_had_in_one() {
    for edge in
        catalogue::edges().filter(|it| it.from == From::Holder && it.place == Place::Cluster)
    {
        let version = edge.until.map_or(37, |it| it.0);
        let (everywhere, _) = split(edge, None);
        assert!(!has(edge, (&[], &everywhere), version), "{}", edge.id);
    }
}

#[test]
fn rights_of_several_bindings_come_together() {
    for edge in catalogue::edges().filter(|it| it.from == From::Holder && it.rights.len() > 1) {
        let (everywhere, within) = split(edge, None);
        let together: Vec<_> = everywhere.iter().chain(&within).cloned().collect();
        for one in 0..together.len() {
            // One of them in the namespace, if it may be, and the others everywhere.
            let mut others = together.clone();
            let own = others.remove(one);
            let may_be = edge.place == Place::Namespace && edge.rights[one].at == At::Place;
            if may_be && edge.when != When::Aggregated && !everywhere.contains(&own) {
                assert!(has(edge, (&others, &[own]), 37), "{} {one}", edge.id);
            }
        }
    }
}

#[test]
fn names_take_away_what_they_spoil() {
    for edge in catalogue::edges().filter(|it| it.from == From::Holder) {
        let version = edge.until.map_or(37, |it| it.0);
        for (number, right) in edge.rights.iter().enumerate() {
            let (mut everywhere, mut within) = split(edge, Some(number));
            let other = rule(right).replace('}', ", resourceNames: [none-of-this-name]}");
            let is_everywhere = edge.place == Place::Cluster || right.at == At::Cluster;
            if is_everywhere {
                everywhere.push(other);
            } else {
                within.push(other);
            }
            let is_spoilt = match right.names {
                Names::DoNotMatter => false,
                // A user, a group or a role may be called so; accounts and pods are not known to be.
                Names::Reach => continue,
                _ => true,
            };
            assert_eq!(
                !has(edge, (&everywhere, &within), version),
                is_spoilt,
                "{} {right}",
                edge.id
            );
        }
    }
}

#[test]
fn what_is_there_is_changed_by_its_name_and_nothing_is_created_by_it() {
    let mut tried = 0;
    for edge in catalogue::edges() {
        for right in edge.rights.iter().filter(|it| it.names == Names::SpoilCreation) {
            let named = rule(right).replace('}', ", resourceNames: [known]}");
            for (verbs, is_enough) in
                [("create", false), ("update", true), ("create, patch", true), ("get", false)]
            {
                let rule = named.replace("['create']", &format!("[{verbs}]"));
                assert_eq!(has(edge, (&[], &[rule]), 37), is_enough, "{} {verbs}", edge.id);
            }
            tried += 1;
        }
    }
    assert!(tried > 0);
}

fn has_edge(text: &str, edge: &str) -> bool {
    edges_of(text, 37).iter().any(|it| it == edge)
}

fn rules(rules: &[&str]) -> String {
    let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
    user(&rules, &[], "shop")
}

const BIND: &str =
    "{verbs: [bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]";
const WRITE: &str =
    "{verbs: [create], apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings]}";

#[test]
fn a_role_that_is_bound_gives_what_it_holds() {
    let helper = "---\n{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: helper}, rules: [{verbs: [list], apiGroups: [''], resources: [secrets]}]}\n";
    let text = rules(&[WRITE, &format!("{BIND}, resourceNames: [helper]}}")]) + helper;
    assert!(has_edge(&text, "User ann -bind-cluster-role-> holder of ClusterRole helper"));
    assert!(has_edge(&text, "holder of ClusterRole helper -list-secrets-> every Secret"));
    assert!(!has_edge(&text, "User ann -bind-cluster-role-> cluster-admin"));
    let any = rules(&[WRITE, &format!("{BIND}}}")]);
    assert!(has_edge(&any, "User ann -bind-cluster-role-> cluster-admin"));
}

#[test]
fn a_binding_can_be_changed_only_to_the_role_that_it_is_to() {
    let change = WRITE.replace("create", "update");
    let text = rules(&[&change, &format!("{BIND}}}")]);
    assert!(!has_edge(&text, "User ann -bind-cluster-role-> cluster-admin"));
    let admins = "---\n{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: admins}, roleRef: {kind: ClusterRole, name: cluster-admin}, subjects: []}\n";
    assert!(has_edge(&(text.clone() + admins), "User ann -bind-cluster-role-> cluster-admin"));
    for (name, is_one) in [("admins", true), ("others", false)] {
        let named = change.replace('}', &format!(", resourceNames: [{name}]}}"));
        let text = rules(&[&named, &format!("{BIND}}}")]) + admins;
        assert_eq!(
            has_edge(&text, "User ann -bind-cluster-role-> cluster-admin"),
            is_one,
            "{name}"
        );
    }
}

#[test]
fn pod_security_prevents_by_the_label_of_the_namespace() {
    let create = "{verbs: [create], apiGroups: [''], resources: [pods]}".to_owned();
    for (level, prevented) in [
        ("privileged", ""),
        ("baseline", "-prevented"),
        ("restricted", "-prevented"),
        ("odd", "-prevented"),
    ] {
        let namespace = format!(
            "---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: shop, labels: {{pod-security.kubernetes.io/enforce: {level}}}}}}}\n"
        );
        let text = user(&[], std::slice::from_ref(&create), "shop") + &namespace;
        assert!(has_edge(&text, "User ann -create-pods-> pods of any account in shop"));
        let step =
            format!("pods of any account in shop -privileged-pod{prevented}-> root of any node");
        assert!(has_edge(&text, &step), "{level}");
    }
}

#[test]
fn a_namespace_that_may_be_relabelled_is_found_by_its_name_too() {
    let create = "{verbs: [create], apiGroups: [''], resources: [pods]}";
    let label = |name: &str| {
        format!(
            "{{verbs: [patch], apiGroups: [''], resources: [namespaces], resourceNames: [{name}]}}"
        )
    };
    let namespace = "---\n{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}}\n";
    let text = |name: &str| rules(&[create, &label(name)]) + namespace;
    assert!(has_edge(&text("shop"), "User ann -unlabel-namespace-> root of any node"));
    assert!(!has_edge(&text("other"), "User ann -unlabel-namespace-> root of any node"));
}

#[test]
fn the_identity_of_a_pod_is_that_of_its_account() {
    let exec = "{verbs: [create], apiGroups: [''], resources: [pods/exec], resourceNames: [web]}"
        .to_owned();
    let pod = |spec: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop}}, spec: {{serviceAccountName: api, containers: [{{}}]{spec}}}}}\n"
        )
    };
    let text = user(&[], &[exec], "shop");
    let own = text.clone() + &pod("");
    assert!(has_edge(&own, "User ann -exec-> Pod shop/web"));
    assert!(has_edge(&own, "Pod shop/web -token-of-pod-> ServiceAccount shop/api"));
    let without = text + &pod(", automountServiceAccountToken: false");
    assert!(!has_edge(&without, "Pod shop/web -token-of-pod-> ServiceAccount shop/api"));
}

#[test]
fn a_group_alone_is_not_impersonated() {
    let group = "{verbs: [impersonate], apiGroups: [''], resources: [groups]}";
    let user = "{verbs: [impersonate], apiGroups: [''], resources: [users], resourceNames: [bob]}";
    assert!(!has_edge(&rules(&[group]), "User ann -impersonate-group-> Group system:masters"));
    assert!(has_edge(&rules(&[group, user]), "User ann -impersonate-group-> Group system:masters"));
}

#[test]
fn an_account_is_not_impersonated_as_a_user() {
    let user = "{verbs: [impersonate], apiGroups: [''], resources: [users], resourceNames: [bob, 'system:serviceaccount:shop:web']}";
    let text = rules(&[user]);
    assert!(has_edge(&text, "User ann -impersonate-user-> User bob"));
    assert!(!has_edge(&text, "User ann -impersonate-user-> ServiceAccount shop/web"));
}

#[test]
fn a_role_of_aws_comes_back_as_a_group() {
    let text = "
{apiVersion: v1, kind: ServiceAccount, metadata: {name: ci, namespace: ci, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::1:role/ci'}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data:
  mapRoles: |
    - rolearn: arn:aws:iam::1:role/ci
      groups: ['system:masters']
";
    assert!(has_edge(text, "ServiceAccount ci/ci -cloud-role-> cloud role arn:aws:iam::1:role/ci"));
    assert!(has_edge(
        text,
        "cloud role arn:aws:iam::1:role/ci -mapped-role-> Group system:masters"
    ));
}

#[test]
fn nothing_that_is_odd_is_read_as_a_right() {
    for odd in [
        "null",
        "1",
        "[]",
        "{}",
        "{verbs: create}",
        "{verbs: [null], apiGroups: [1], resources: [{}]}",
    ] {
        assert!(
            !edges_of(&rules(&[odd]), 37)
                .iter()
                .any(|it| it.starts_with("User ann") && !it.contains("-member->")),
            "{odd}"
        );
    }
}
