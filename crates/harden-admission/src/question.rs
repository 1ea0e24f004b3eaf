//! What somebody asks about objects, and the requests that it comes to.

mod decoded;

use serde_json::Value;

use crate::{Cluster, Object, Operation, Request, User};

/// What is asked about objects.
#[derive(Debug, Clone)]
pub struct Question {
    /// What would be done; none to create what is new, and to update what is there.
    pub operation: Option<Operation>,
    /// Who would do it.
    pub user: User,
    /// The namespace of objects that name none.
    pub namespace: String,
}

/// Kinds that are sent to subresources, with the kind of the object and the subresource.
const CONNECTIONS: [(&str, &str); 6] = [
    ("NodeProxyOptions", "proxy"),
    ("PodAttachOptions", "attach"),
    ("PodExecOptions", "exec"),
    ("PodPortForwardOptions", "portforward"),
    ("PodProxyOptions", "proxy"),
    ("ServiceProxyOptions", "proxy"),
];

const DEFINITIONS: &str = "apiextensions.k8s.io";
const DEFINITION: &str = "CustomResourceDefinition";

impl Question {
    /// The object as policies see it: in a namespace, if its kind is in one, and as an API server decodes it.
    pub fn place(&self, object: Object, cluster: &Cluster) -> Object {
        let is_in_one = cluster.resource(object.group(), object.kind()).is_namespaced;
        let names_one = !object.namespace().is_empty();
        let mut json = object.into_json();
        if let Some(fields) = json.as_object_mut().filter(|_| is_in_one) {
            let metadata = fields.entry("metadata").or_insert(Value::Null);
            if metadata.is_null() {
                *metadata = Value::Object(serde_json::Map::new());
            }
            if let Some(metadata) = metadata.as_object_mut().filter(|_| !names_one) {
                metadata.insert("namespace".to_owned(), self.namespace.clone().into());
            }
        }
        decoded::decode(&mut json, cluster.version);
        Object::new(json)
    }

    /// Puts objects as they are written into a cluster, each layer over those before it; definitions say how kinds
    /// are served before any object is put in its place. Those of one name in one layer that are not alike are
    /// handed back, and are not at hand.
    pub fn put(&self, layers: Vec<Vec<Object>>, cluster: &mut Cluster) -> Vec<Object> {
        for definition in layers.iter().flatten().filter(|it| it.is(DEFINITIONS, DEFINITION)) {
            cluster.add(definition.clone());
        }
        let mut twins = Vec::new();
        for layer in layers {
            let placed: Vec<Object> = layer.into_iter().map(|it| self.place(it, cluster)).collect();
            twins.extend(cluster.add_all(placed));
        }
        twins
    }

    /// The request about an object in its place; `old` is what is there before, if that is known.
    ///
    /// # Errors
    ///
    /// A sentence where such a request needs what is there before, or there is no such request.
    pub fn request<'c>(
        &self,
        object: Object,
        old: Option<Object>,
        cluster: &'c Cluster,
    ) -> Result<Request<'c>, String> {
        let found = if old.is_some() { Operation::Update } else { Operation::Create };
        let operation = self.operation.unwrap_or(found);
        let (object, old) = match (operation, old) {
            (Operation::Create | Operation::Connect, _) => (Some(object), None),
            (Operation::Update, None) => {
                return Err("what is there before is not known: name it with --old".to_owned());
            }
            (Operation::Update, old) => (Some(object), old),
            (Operation::Delete, old) => (None, Some(old.unwrap_or(object))),
        };
        let connection = object.as_ref().filter(|_| operation == Operation::Connect);
        let subresource = connection.and_then(|it| {
            let of_kind = CONNECTIONS.iter().find(|(kind, _)| it.is("", kind));
            of_kind.map(|(_, name)| *name)
        });
        if operation == Operation::Connect && subresource.is_none() {
            let kinds = CONNECTIONS.map(|(kind, _)| kind).join(", ");
            return Err(format!("nothing connects to such an object, but by one of {kinds}"));
        }
        let object = match operation {
            Operation::Create => object.map(|it| decoded::admit(it, cluster)),
            _ => object,
        };
        Ok(Request {
            operation,
            object,
            old,
            subresource: subresource.unwrap_or_default().to_owned(),
            user: self.user.clone(),
            is_dry_run: false,
            cluster,
        })
    }
}

#[cfg(test)]
mod tests {
    use harden_core::kubernetes::MinorVersion;
    use serde_json::json;

    use super::*;

    fn question(operation: Option<Operation>) -> Question {
        Question { operation, user: User::named("alice", &[]), namespace: "team-a".into() }
    }

    fn object(kind: &str) -> Object {
        Object::new(json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "a"}}))
    }

    #[test]
    fn objects_are_put_in_a_namespace_where_their_kind_is_in_one() {
        let cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
        let question = question(None);
        assert_eq!(question.place(object("Pod"), &cluster).namespace(), "team-a");
        assert_eq!(question.place(object("Namespace"), &cluster).namespace(), "");
        let bare = Object::new(json!({"apiVersion": "v1", "kind": "Pod"}));
        assert_eq!(question.place(bare, &cluster).namespace(), "team-a");
    }

    #[test]
    fn what_is_there_before_makes_an_update() {
        let cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
        let ask = |operation, old: Option<Object>| {
            let request = question(operation).request(object("Pod"), old, &cluster)?;
            Ok::<_, String>((request.operation, request.object.is_some(), request.old.is_some()))
        };
        assert_eq!(ask(None, None), Ok((Operation::Create, true, false)));
        assert_eq!(ask(None, Some(object("Pod"))), Ok((Operation::Update, true, true)));
        assert!(ask(Some(Operation::Update), None).is_err());
        assert_eq!(ask(Some(Operation::Delete), None), Ok((Operation::Delete, false, true)));
        assert!(ask(Some(Operation::Connect), None).is_err());
        let exec =
            question(Some(Operation::Connect)).request(object("PodExecOptions"), None, &cluster);
        assert_eq!(exec.unwrap().subresource, "exec");
    }

    #[test]
    fn what_is_put_together_is_in_its_place_in_any_order() {
        let question = question(None);
        let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": DEFINITION, "metadata": {"name": "as.b"},
            "spec": {"group": "b", "scope": "Cluster", "names": {"kind": "A", "plural": "as"}}});
        let custom = json!({"apiVersion": "b/v1", "kind": "A", "metadata": {"name": "c"}});
        let map = |value: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": value}});
        let all = [custom, definition, map("x"), map("y")].map(Object::new);
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let mut cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
            cluster.is_whole = true;
            let objects = order.iter().map(|it| all[*it].clone()).collect();
            let twins = question.put(vec![objects], &mut cluster);
            assert!(cluster.get("b", "A", "", "c").is_some());
            let names: Vec<_> = twins.iter().map(Object::kind).collect();
            assert_eq!(names, ["ConfigMap"]);
            assert!(cluster.get("", "ConfigMap", "team-a", "c").is_none() && !cluster.is_whole);
            let again = vec![vec![all[2].clone()], vec![all[3].clone(), all[3].clone()]];
            assert!(question.put(again, &mut cluster).is_empty());
            let last = cluster.get("", "ConfigMap", "team-a", "c").unwrap();
            assert_eq!(last.at("/data/a"), Some(&"y".into()));
        }
    }

    #[test]
    fn the_server_adds_groups() {
        let groups = |name| User::named(name, &["a".to_owned()]).groups;
        assert_eq!(groups("alice"), ["a", "system:authenticated"]);
        assert_eq!(groups("system:anonymous"), ["a", "system:unauthenticated"]);
        let account = groups("system:serviceaccount:team-a:robot");
        assert_eq!(account.last().map(String::as_str), Some("system:serviceaccounts:team-a"));
    }
}
