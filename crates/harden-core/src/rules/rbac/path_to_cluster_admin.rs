//! Bindings by which somebody becomes cluster-admin by way of somebody else.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::paths::{Path, Paths};
use crate::escalation::{Facts, Party, Ways};
use crate::kubernetes::{GroupKind, Level};
use crate::object::Object;
use crate::rbac::authorization::{Authorization, Origin, Reader, Settings};
use crate::rbac::{self, Binding, Subject};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "path-to-cluster-admin",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a binding lets its holder become somebody who is cluster-admin",
    why: "What is bound in a namespace looks harmless by itself. But whoever runs pods beside an \
          account that may do everything, or takes its token, may do everything, too.",
    remedy: "keep accounts with rights in the whole cluster in namespaces of their own",
    breaks: "",
    mend: Mend::ByHand("which of the bindings is needed"),
    references: &[
        Reference::Mitre("T1098.006"),
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
        ),
    ],
    reads: rbac::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: deployer
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
- kind: ServiceAccount
  name: deployer
  namespace: team-a
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: developers
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: edit
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: developers
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: deployer
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
- kind: ServiceAccount
  name: deployer
  namespace: deployment
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: developers
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: edit
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: developers
",
};

/// The file, kind, namespace and name of a binding.
type Key<'k> = (&'k str, &'k str, &'k str, Cow<'k, str>);

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let placed = || world.of_kinds(rbac::KINDS).filter(|it| has_place(it));
    let own: Vec<_> = placed().filter_map(Binding::read_own).collect();
    if own.is_empty() {
        return;
    }
    let origin = Origin::Files(Some(reporter.version()));
    let mut reader = Reader::new(Settings { origin, namespace: String::new() });
    let mut facts = Facts::new(Level::Privileged, "");
    for object in placed() {
        reader.learn_object(object, reporter.text_of(object));
        if object.is_of(GroupKind::SERVICE_ACCOUNT) {
            facts.learn(object);
        }
    }
    learn_pods(world, &mut facts);
    let authorization = reader.finish();
    let ways = Ways::new(&authorization, &facts, reporter.version(), []);
    if let Some(paths) = Paths::of(&ways) {
        flag(&own, world, &authorization, &paths, reporter);
    }
}

/// Reports the subjects of bindings that have a path, those of one path together.
fn flag<'d>(
    own: &[Binding<'d>],
    world: &World<'d>,
    authorization: &Authorization,
    all: &Paths<'_, '_>,
    reporter: &mut Reporter<'_, 'd>,
) {
    let mut numbers: FxHashMap<Key<'_>, Vec<u32>> = FxHashMap::default();
    for it in authorization.bindings().filter(|it| !it.is_assumed()) {
        let key = (it.spot().source, it.kind(), it.namespace(), it.name().into());
        numbers.entry(key).or_default().push(it.id());
    }
    let mut whose: Vec<(usize, Subject<'d>)> = Vec::new();
    let mut paths: Vec<Path> = Vec::new();
    for (number, binding) in own.iter().enumerate() {
        let numbers = numbers.get(&key(binding, world.file(&binding.object)));
        for subject in binding.subjects() {
            let path = party(&subject).and_then(|it| all.find(&it));
            let is_by = |id: &u32| path.as_ref().is_some_and(|it| it.bindings.contains(id));
            if numbers.into_iter().flatten().any(is_by) {
                whose.push((number, subject));
                paths.extend(path);
            }
        }
    }
    if paths.is_empty() {
        return;
    }
    let cut = all.cut(&paths);
    let bindings = authorization.bindings().filter(|it| cut.contains(&it.id()));
    let names: BTreeMap<u32, String> = bindings.map(|it| (it.id(), it.to_string())).collect();
    // By the binding and what is said, whom it is said of.
    let mut said: BTreeMap<(usize, String), Vec<Subject<'d>>> = BTreeMap::new();
    for ((number, subject), path) in whose.into_iter().zip(&paths) {
        let used: Vec<_> =
            path.uses.iter().filter_map(|it| names.get(it).map(String::as_str)).collect();
        let least = match used.as_slice() {
            [] => String::new(),
            some => format!("; the least that ends all such paths takes away {}", some.join(", ")),
        };
        said.entry((number, format!("{}{least}", path.words))).or_default().push(subject);
    }
    for ((number, words), subjects) in said {
        let Some(binding) = own.get(number) else { continue };
        let names: Vec<_> = subjects.iter().map(ToString::to_string).collect();
        let message = format!("{} can become cluster-admin: {words}", names.join(", "));
        let places = subjects.iter().map(|it| (it.place.at("name"), None));
        reporter.flag_all_in(&binding.object, message, places);
    }
}

/// As the authorization has it.
fn key<'k>(binding: &Binding<'k>, file: &'k str) -> Key<'k> {
    let object = &binding.object;
    let namespace = if binding.is_cluster_wide() { "" } else { binding.namespace() };
    let prefix = object.generate_name().map(|it| format!("{it}*"));
    let name = prefix.map_or(Cow::Borrowed(object.name()), Cow::Owned);
    (file, object.kind, namespace, name)
}

/// Whether it is known where an object is: what names no namespace may end up in any.
fn has_place(object: &Object<'_>) -> bool {
    let namespace = object.place.at("metadata").at("namespace");
    object.kind.starts_with("Cluster")
        || object.namespace().is_some_and(|it| !it.is_empty()) && !object.is_parameter(namespace)
}

/// One pod for each account is enough.
fn learn_pods(world: &World<'_>, facts: &mut Facts) {
    let mut pods = BTreeMap::new();
    for pod in world.pods() {
        let of = &*pod.object;
        if !pod.is_patch && pod.automounts != Some(false) && !of.namespace.is_empty() {
            let account = pod.service_account.as_deref().unwrap_or("default");
            let known = pods.entry((of.namespace.as_str(), account, pod.automounts)).or_insert(of);
            *known = of.min(*known);
        }
    }
    for ((_, account, automounts), of) in pods {
        facts.note_pod(of, account, automounts);
    }
}

fn party(subject: &Subject<'_>) -> Option<Party> {
    match subject.kind {
        "User" => Some(Party::user(subject.name)),
        "Group" => Some(Party::group(subject.name)),
        "ServiceAccount" if !subject.namespace.is_empty() => {
            Some(Party::Account(subject.namespace.into(), subject.name.into()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    const GROUP: &str = "rbac.authorization.k8s.io";

    fn role(namespace: &str, name: &str, rules: &str) -> String {
        let kind = if namespace.is_empty() { "ClusterRole" } else { "Role" };
        format!(
            "---\n{{apiVersion: {GROUP}/v1, kind: {kind}, metadata: {{name: {name}, namespace: '{namespace}'}}, rules: [{rules}]}}\n"
        )
    }

    fn bind(namespace: &str, role: &str, subject: &str) -> String {
        let kind = if namespace.is_empty() { "ClusterRoleBinding" } else { "RoleBinding" };
        let of = if role.starts_with("own") { "Role" } else { "ClusterRole" };
        format!(
            "---\n{{apiVersion: {GROUP}/v1, kind: {kind}, metadata: {{name: b-{role}, namespace: '{namespace}'}}, roleRef: {{apiGroup: {GROUP}, kind: {of}, name: {role}}}, subjects: [{subject}]}}\n"
        )
    }

    const ADMIN: &str = "{kind: ServiceAccount, name: admin, namespace: a}";
    const ANN: &str = "{kind: User, name: ann}";
    const PODS: &str = "{apiGroups: [''], resources: [pods], verbs: [create]}";

    #[test]
    fn whoever_runs_pods_beside_a_mighty_account_is_told_with_the_path() {
        let text =
            [bind("", "cluster-admin", ADMIN), role("a", "own", PODS), bind("a", "own", ANN)];
        assert_eq!(
            messages(&RULE, &text.concat()),
            [
                "User ann can become cluster-admin: creates a pod as an account of its choice in a, and becomes \
              ServiceAccount a/admin, who may do everything; the least that ends all such paths takes away \
              ClusterRoleBinding b-cluster-admin"
            ]
        );
    }

    #[test]
    fn the_namespace_has_to_be_that_of_the_account_and_be_written() {
        for namespace in ["b", "''"] {
            let namespace = namespace.trim_matches('\'');
            let own = role("b", "own", PODS)
                .replace("namespace: 'b'", &format!("namespace: '{namespace}'"));
            let bound = bind("b", "own", ANN)
                .replace("namespace: 'b'", &format!("namespace: '{namespace}'"));
            let text = bind("", "cluster-admin", ADMIN) + &own + &bound;
            assert!(messages(&RULE, &text).is_empty(), "{namespace}");
        }
    }

    #[test]
    fn what_one_role_says_by_itself_is_not_said_again() {
        let admin = bind("", "cluster-admin", ADMIN);
        assert!(messages(&RULE, &admin).is_empty());
        let wide = role("", "wide", PODS) + &bind("", "wide", ANN);
        assert!(messages(&RULE, &(admin.clone() + &wide)).is_empty());
        let itself = role("a", "own", PODS) + &bind("a", "own", ADMIN);
        assert!(messages(&RULE, &(admin + &itself)).is_empty());
        let alone = role("a", "own", PODS) + &bind("a", "own", ANN);
        assert!(messages(&RULE, &alone).is_empty(), "nobody there is mighty");
    }

    #[test]
    fn a_path_may_lead_by_way_of_two() {
        let text = bind("", "cluster-admin", ADMIN)
            + &role(
                "a",
                "own",
                "{apiGroups: [''], resources: [serviceaccounts/token], resourceNames: [admin], verbs: [create]}",
            )
            + &bind("a", "own", "{kind: ServiceAccount, name: mid, namespace: m}")
            + &role("m", "own", PODS)
            + &bind("m", "own", ANN);
        let messages = messages(&RULE, &text);
        assert_eq!(messages.len(), 2, "{messages:#?}");
        assert!(messages.iter().any(|it| it.contains("User ann")
            && it.contains("ServiceAccount m/mid, who asks for a token of the account, and becomes ServiceAccount a/admin")));
    }
}
