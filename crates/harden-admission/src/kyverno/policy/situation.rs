//! What is asked of all policies at once, worked out once for all of them.

use std::cell::OnceCell;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::matching::{Fit, Matched};
use super::rule::Rule;
use super::selector::Labels;
use crate::kubernetes::facts::whole;
use crate::kyverno::jmespath::{Scope, floats};
use crate::{Cluster, Object, Operation, Request, User};

/// A request, and what follows from it.
#[derive(Debug)]
pub(in crate::kyverno) struct Situation<'r> {
    pub request: &'r Request<'r>,
    namespace_labels: OnceCell<Known<Labels>>,
    bindings: OnceCell<Known<Bindings>>,
    scope: OnceCell<Scope>,
}

/// Something, or why it is not known.
#[derive(Debug, Clone)]
pub(in crate::kyverno) enum Known<T> {
    Yes(T),
    No(String),
}

/// Roles that whoever asks is bound to.
#[derive(Debug, Clone, Default)]
pub(in crate::kyverno) struct Bindings {
    /// As `namespace:name`.
    pub roles: Vec<String>,
    pub cluster_roles: Vec<String>,
}

impl<'r> Situation<'r> {
    pub(in crate::kyverno) fn new(request: &'r Request<'r>) -> Self {
        Self {
            request,
            namespace_labels: OnceCell::new(),
            bindings: OnceCell::new(),
            scope: OnceCell::new(),
        }
    }

    pub(in crate::kyverno) fn cluster(&self) -> &'r Cluster {
        self.request.cluster
    }

    /// Whether a test asks, so that Kyverno's command answers and not its webhook.
    pub(in crate::kyverno) fn is_test(&self) -> bool {
        self.cluster().stated.is_some()
    }

    /// Group, version and kind of an object; of a subresource those of what it is part of.
    pub(in crate::kyverno) fn kind<'o>(&'o self, object: &'o Object) -> [&'o str; 3] {
        let stated = self.cluster().stated.as_ref().and_then(|it| it.subresource(object));
        match (stated, whole(self.request, object)) {
            (Some(it), _) => it.parent.each_ref().map(String::as_str),
            (None, Some([_, kind])) => ["", "v1", kind],
            (None, None) => [object.group(), object.version(), object.kind()],
        }
    }

    /// What `match` is asked about an object.
    pub(in crate::kyverno) fn matched<'o>(&'o self, object: &'o Object) -> Matched<'o> {
        Matched {
            object,
            kind: self.kind(object),
            subresource: &self.request.subresource,
            operation: self.request.operation.word(),
            user: &self.request.user,
            bindings: self.bindings(),
            namespace_labels: self.namespace_labels(),
        }
    }

    /// Whether a rule would be about an object if somebody created it of whom nothing is known. One with
    /// preconditions never is: Kyverno cannot read them where it asks this.
    pub(in crate::kyverno) fn fits_as_stranger(
        &self,
        rule: &Rule,
        policy_namespace: &str,
        object: &Object,
    ) -> bool {
        if rule.json.get("preconditions").is_some_and(|it| !it.is_null()) {
            return false;
        }
        let user = User {
            name: "kyverno:kyverno-invalid-controller".to_owned(),
            uid: "kyverno:invaliduid".to_owned(),
            groups: vec!["kyverno:invalidgroup".to_owned()],
            ..User::default()
        };
        let invalid = vec!["kyverno:invalidrole".to_owned()];
        let bindings = Known::Yes(Bindings { roles: invalid.clone(), cluster_roles: invalid });
        let matched = Matched {
            kind: [object.group(), object.version(), object.kind()],
            subresource: "",
            operation: Operation::Create.word(),
            user: &user,
            bindings: &bindings,
            ..self.matched(object)
        };
        rule.matching.fits(policy_namespace, &matched) != Fit::No
    }

    /// The labels of the namespace that the object is in.
    pub(in crate::kyverno) fn namespace_labels(&self) -> &Known<Labels> {
        self.namespace_labels.get_or_init(|| {
            let name = self.request.subject().map(Object::namespace).unwrap_or_default();
            let cluster = self.cluster();
            let known = cluster.get("", "Namespace", "", name);
            let labels = |it: &Object| {
                it.at("/metadata/labels").and_then(Value::as_object).cloned().unwrap_or_default()
            };
            match known {
                // Kyverno's command knows the labels that a test gives, and no others.
                Some(it) if self.is_test() => Known::Yes(labels(it)),
                Some(_) => Known::Yes(labels(&cluster.namespace(name))),
                None if name.is_empty() || self.is_test() => Known::Yes(Labels::new()),
                None if cluster.is_whole => Known::Yes(labels(&cluster.namespace(name))),
                None => Known::No(format!("the labels of namespace {name} are not known")),
            }
        })
    }

    /// The roles of whoever asks.
    pub(in crate::kyverno) fn bindings(&self) -> &Known<Bindings> {
        self.bindings.get_or_init(|| {
            let cluster = self.cluster();
            if let Some(stated) = &cluster.stated {
                return Known::Yes(Bindings {
                    roles: stated.roles.clone(),
                    cluster_roles: stated.cluster_roles.clone(),
                });
            }
            let bindings = bindings(cluster, &self.request.user);
            match bindings {
                it if cluster.is_whole => Known::Yes(it),
                it if !it.roles.is_empty() || !it.cluster_roles.is_empty() => Known::Yes(it),
                _ => Known::No("the roles of the user are not known".to_owned()),
            }
        })
    }

    /// What every rule knows at first: the request, and whose account it is.
    pub(in crate::kyverno) fn scope(&self) -> Scope {
        self.scope.get_or_init(|| self.first_scope()).clone()
    }

    fn first_scope(&self) -> Scope {
        let mut scope = Scope::default();
        let request = self.request;
        let object = |it: &Option<Object>| it.as_ref().map(|it| floats(it.json().clone()));
        let (new, old) = (object(&request.object), object(&request.old));
        let subject = request.subject();
        let namespace = subject.map(Object::namespace).unwrap_or_default();
        let mut all = Map::new();
        let is_known = !self.is_test() || request.user != User::default();
        if self.is_test() {
            all.insert("namespace".to_owned(), namespace.into());
            all.insert("operation".to_owned(), request.operation.word().into());
            all.extend(new.map(|it| ("object".to_owned(), it)));
            all.extend(old.map(|it| ("oldObject".to_owned(), it)));
        } else {
            let [group, version, kind] = subject.map(|it| self.kind(it)).unwrap_or_default();
            let resource = self.cluster().resource(group, kind);
            let kind = json!({"group": group, "version": version, "kind": kind});
            let resource = json!({"group": group, "version": version, "resource": resource.name});
            let mut set = |key: &str, value: Value| drop(all.insert(key.to_owned(), value));
            set("uid", "".into());
            set("kind", kind.clone());
            set("resource", resource.clone());
            set("requestKind", kind);
            set("requestResource", resource);
            if !request.subresource.is_empty() {
                set("subResource", request.subresource.as_str().into());
                set("requestSubResource", request.subresource.as_str().into());
            }
            match subject.map(Object::name) {
                None | Some("") => {}
                Some(name) => set("name", name.into()),
            }
            if !namespace.is_empty() {
                set("namespace", namespace.into());
            }
            set("operation", request.operation.word().into());
            set("object", new.unwrap_or_default());
            set("oldObject", old.unwrap_or_default());
            set("dryRun", request.is_dry_run.into());
            set("options", Value::Null);
        }
        if is_known {
            if let Known::Yes(bindings) = self.bindings() {
                let list = |it: &[String]| if it.is_empty() { Value::Null } else { it.into() };
                all.insert("roles".to_owned(), list(&bindings.roles));
                all.insert("clusterRoles".to_owned(), list(&bindings.cluster_roles));
            }
            all.insert("userInfo".to_owned(), user(&request.user));
            let (namespace, name) = service_account(&request.user.name);
            scope.set("serviceAccountName", Value::from(name));
            scope.set("serviceAccountNamespace", Value::from(namespace));
        }
        scope.set("request", Arc::new(Value::Object(all)));
        scope
    }

    /// Whether something is deleted.
    pub(in crate::kyverno) fn is_delete(&self) -> bool {
        self.request.operation == Operation::Delete
    }
}

fn user(user: &User) -> Value {
    let mut all = Map::new();
    if !user.name.is_empty() {
        all.insert("username".to_owned(), user.name.as_str().into());
    }
    if !user.uid.is_empty() {
        all.insert("uid".to_owned(), user.uid.as_str().into());
    }
    if !user.groups.is_empty() {
        all.insert("groups".to_owned(), user.groups.as_slice().into());
    }
    if !user.extra.is_empty() {
        let extra = user.extra.iter().map(|(key, it)| (key.clone(), it.as_slice().into()));
        all.insert("extra".to_owned(), Value::Object(extra.collect()));
    }
    Value::Object(all)
}

/// The namespace and the name of a service account; both empty for others.
fn service_account(user: &str) -> (&str, &str) {
    const PREFIX: &str = "system:serviceaccount:";
    // Kyverno only cuts off as many characters.
    let rest = if user.len() > PREFIX.len() { user.get(PREFIX.len()..) } else { None };
    let mut parts = rest.unwrap_or_default().split(':');
    match (parts.next(), parts.next()) {
        (Some(namespace), Some(name)) => (namespace, name),
        _ => ("", ""),
    }
}

/// What the bindings at hand say of a user.
fn bindings(cluster: &Cluster, user: &User) -> Bindings {
    const GROUP: &str = "rbac.authorization.k8s.io";
    let is_bound = |it: &Object| {
        let subjects = it.json().get("subjects").and_then(Value::as_array);
        subjects.into_iter().flatten().any(|subject| {
            let text = |key: &str| subject.get(key).and_then(Value::as_str).unwrap_or_default();
            match text("kind") {
                "ServiceAccount" => {
                    let namespace = match text("namespace") {
                        "" => it.namespace(),
                        namespace => namespace,
                    };
                    user.name == format!("system:serviceaccount:{namespace}:{}", text("name"))
                }
                "User" => user.name == text("name"),
                "Group" => user.groups.iter().any(|it| it == text("name")),
                _ => false,
            }
        })
    };
    let role = |it: &Object, key: &str| {
        it.at(&format!("/roleRef/{key}")).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut bindings = Bindings::default();
    for it in cluster.list(GROUP, "RoleBinding", None).filter(|it| is_bound(it)) {
        match role(it, "kind").as_str() {
            "Role" => bindings.roles.push(format!("{}:{}", it.namespace(), role(it, "name"))),
            _ => bindings.cluster_roles.push(role(it, "name")),
        }
    }
    for it in cluster.list(GROUP, "ClusterRoleBinding", None).filter(|it| is_bound(it)) {
        bindings.cluster_roles.push(role(it, "name"));
    }
    bindings
}
