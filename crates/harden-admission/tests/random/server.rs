//! A real API server that is asked about objects.

use std::fs;

use harden_admission::{Cluster, Object, Operation, Request, User};
use harden_core::kubernetes::MinorVersion;
use harness::{ControlPlane, Options, eventually};
use serde_json::{Value, json};

use crate::Said;

/// A server, with namespaces and params.
pub(crate) struct Server {
    plane: ControlPlane,
    folder: tempfile::TempDir,
}

const GIVEN: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {team: x}}
---
apiVersion: v1
kind: Namespace
metadata: {name: b, labels: {team: z}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: params, namespace: a, labels: {only: one}}
data: {k: nginx}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: params, namespace: b}
data: {k: a}
";

/// Refuses one object, so that its being at work says that all are.
const SENTINEL: &str = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: sentinel}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}]
    objectSelector: {matchLabels: {policy: sentinel}}
  validations: [{expression: 'false'}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: sentinel}
spec: {policyName: sentinel, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: sentinel}
spec:
  reinvocationPolicy: Never
  matchConstraints:
    resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: ['*']}]
    objectSelector: {matchLabels: {policy: sentinel}}
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration: {expression: 'Object{metadata: Object.metadata{name: [][0]}}'}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: sentinel}
spec: {policyName: sentinel}
";

/// What is said of a policy at which the server panics.
pub(crate) const PANICKED: &str = "the server panicked";

impl Server {
    /// None where there is no control plane.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&Options { no_controllers: true, ..Options::default() })
    }

    /// None where there is no control plane.
    pub(crate) fn start_with(options: &Options) -> Option<Self> {
        let plane = ControlPlane::for_test(options)?;
        plane.apply(GIVEN);
        Some(Self { plane, folder: tempfile::tempdir().unwrap() })
    }

    /// What kubectl prints of the creation of objects: its output, and what it says of those that fail.
    fn create(&self, objects: &[Value], flags: &[&str]) -> (String, String) {
        let path = self.folder.path().join("objects.json");
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        fs::write(&path, list.to_string()).unwrap();
        let mut command = self.plane.kubectl(["create", "--validate=false", "-f"]);
        let output = command.arg(&path).args(flags).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr))
    }

    /// Objects as the server would store them.
    pub(crate) fn defaulted(&self, objects: &[Value]) -> Vec<Value> {
        let flags = ["--dry-run=server", "-o", "json", "--show-managed-fields"];
        let (out, errors) = self.create(objects, &flags);
        assert!(!errors.contains("rror") && !errors.contains("invalid"), "{errors}");
        serde_json::Deserializer::from_str(&out).into_iter().map(Result::unwrap).collect()
    }

    /// A namespace with all that controllers put there.
    pub(crate) fn make_namespace(&self, name: &str) {
        self.plane.kubectl_ok(["create", "namespace", name]);
        let account = ["get", "serviceaccount", "default", "-n", name];
        eventually("the service account", || {
            self.plane.kubectl(account).output().unwrap().status.success().then_some(())
        });
    }

    /// Stores definitions of kinds, and waits until they are served.
    pub(crate) fn define(&self, definitions: &[Value]) {
        if definitions.is_empty() {
            return;
        }
        let (_, errors) = self.create(definitions, &[]);
        assert!(!errors.contains("rror") && !errors.contains("invalid"), "{errors}");
        let wait = ["wait", "--for=condition=Established", "customresourcedefinitions", "--all"];
        eventually("the definitions to be served", || {
            // kubectl takes it for wrong that a definition has no conditions yet.
            self.plane.kubectl(wait).output().unwrap().status.success().then_some(())
        });
    }

    /// Whether the server would store objects without a word about them.
    pub(crate) fn takes_strictly(&self, objects: &[Value]) -> Result<(), String> {
        let (_, errors) = self.create(objects, &["--validate=strict", "--dry-run=server"]);
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// What the server warns of in the types of expressions, once it looked at so many policies.
    pub(crate) fn warnings(&self, count: usize) -> Vec<String> {
        let get = ["get", "validatingadmissionpolicies", "-o", "json"];
        let policies = eventually("the types to be checked", || {
            let list: Value = serde_json::from_str(&self.plane.kubectl_ok(get)).unwrap();
            let mut policies = list["items"].as_array().unwrap().clone();
            policies.retain(|it| it.pointer("/status/observedGeneration").is_some());
            (policies.len() >= count).then_some(policies)
        });
        let warnings = policies.iter().filter_map(|it| {
            let found = it.pointer("/status/typeChecking/expressionWarnings")?;
            Some(format!("{}: {found}", it["metadata"]["name"]))
        });
        warnings.collect()
    }

    /// Stores policies with their bindings, and waits until they work: why each is refused, if it is.
    pub(crate) fn store(&self, policies: &[[Value; 2]]) -> Vec<Option<String>> {
        let mut stored = Vec::new();
        for chunk in policies.chunks(50) {
            let firsts: Vec<Value> = chunk.iter().map(|it| it[0].clone()).collect();
            let (_, errors) = self.create(&firsts, &[]);
            let there = self.plane.kubectl_ok([
                "get",
                "validatingadmissionpolicies,mutatingadmissionpolicies",
                "-o",
                "name",
            ]);
            for policy in &firsts {
                let name = policy["metadata"]["name"].as_str().unwrap();
                let refusal = paragraph(&errors, &format!("\"{name}\""));
                let is_there = there.lines().any(|it| it.ends_with(&format!("/{name}")));
                stored.push(refusal.or_else(|| (!is_there).then(|| PANICKED.to_owned())));
            }
        }
        let bound: Vec<Value> = policies.iter().map(|it| it[1].clone()).collect();
        let (_, errors) = self.create(&bound, &[]);
        assert!(!errors.contains("rror"), "{errors}");
        self.plane.apply(SENTINEL);
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "s", "namespace": "a", "labels": {"policy": "sentinel"}},
            "spec": {"containers": [{"name": "c", "image": "i"}]},
        });
        eventually("the policies to work", || {
            let (_, errors) = self.create(std::slice::from_ref(&pod), &["--dry-run=server"]);
            // The mutating one has an error, and is asked first.
            errors.contains("policy 'sentinel'").then_some(())
        });
        self.plane.kubectl_ok(["delete", "mutatingadmissionpolicy", "sentinel"]);
        eventually("the validating policies to work", || {
            let (_, errors) = self.create(std::slice::from_ref(&pod), &["--dry-run=server"]);
            errors.contains("ValidatingAdmissionPolicy 'sentinel'").then_some(())
        });
        stored
    }

    /// What the server says of each object under each policy.
    pub(crate) fn ask(&self, policies: &[usize], objects: &[Value]) -> Said {
        let mut said = Said::new();
        for chunk in policies.chunks(20) {
            let asked: Vec<Value> = chunk
                .iter()
                .flat_map(|policy| objects.iter().map(|it| labelled(it, *policy)))
                .collect();
            let (_, errors) = self.create(&asked, &["--dry-run=server"]);
            for policy in chunk {
                for object in 0..objects.len() {
                    let denied = paragraph(&errors, &format!("\"web-{object}-p{policy}\""));
                    let message = denied.map(|it| {
                        let start = it.find("ValidatingAdmissionPolicy '").unwrap_or_default();
                        it[start..].trim_end().to_owned()
                    });
                    said.insert((*policy, object), message);
                }
            }
        }
        said
    }

    /// What the server makes of each object, or why it refuses it.
    pub(crate) fn created(&self, objects: &[Value]) -> Vec<Result<Value, String>> {
        let mut created = Vec::new();
        for chunk in objects.chunks(200) {
            let (out, errors) = self.create(chunk, &["--dry-run=server", "-o", "json"]);
            let made: Vec<Value> =
                serde_json::Deserializer::from_str(&out).into_iter().map(Result::unwrap).collect();
            for object in chunk {
                let name = &object["metadata"]["name"];
                let found = made.iter().find(|it| it["metadata"]["name"] == *name);
                let why = || {
                    let name = name.as_str().unwrap();
                    // A mutating policy that refuses says of which object it is nowhere.
                    let policy = format!("'{}'", name.rsplit('-').next().unwrap());
                    let mut lines: Vec<&str> =
                        errors.lines().filter(|it| it.contains(&policy)).collect();
                    lines.dedup();
                    paragraph(&errors, &format!("\"{name}\""))
                        .unwrap_or_else(|| format!("any of: {}", lines.join("\n")))
                };
                created.push(found.cloned().ok_or_else(why));
            }
        }
        created
    }

    /// The server as policies see it.
    pub(crate) fn cluster(&self) -> Cluster {
        let mut cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
        cluster.is_whole = true;
        for object in self.objects() {
            cluster.add(Object::new(object));
        }
        cluster
    }

    /// What else the server has.
    pub(crate) fn objects(&self) -> Vec<Value> {
        let out = self.plane.kubectl_ok(["get", "namespaces,configmaps", "-A", "-o", "json"]);
        let list: Value = serde_json::from_str(&out).unwrap();
        list["items"].as_array().unwrap().clone()
    }
}

/// The object as it is asked for under a policy.
pub(crate) fn labelled(object: &Value, policy: usize) -> Value {
    let mut object = object.clone();
    let metadata = &mut object["metadata"];
    metadata["name"] = format!("{}-p{policy}", metadata["name"].as_str().unwrap()).into();
    if metadata.get("labels").is_none() {
        metadata["labels"] = json!({});
    }
    metadata["labels"]["policy"] = format!("p{policy}").into();
    object
}

/// The object as it is sent, without what the server adds when it stores it.
pub(crate) fn sent(object: &Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove("status");
    let metadata = object["metadata"].as_object_mut().unwrap();
    for key in ["managedFields", "uid", "creationTimestamp", "generation"] {
        metadata.remove(key);
    }
    object
}

/// An object that no policy is about, without what differs each time.
pub(crate) fn unlabelled(object: &Value) -> Value {
    let mut object = object.clone();
    let metadata = object["metadata"].as_object_mut().unwrap();
    for key in ["uid", "creationTimestamp", "managedFields"] {
        metadata.remove(key);
    }
    if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
        labels.insert("policy".to_owned(), "none".into());
    }
    object
}

/// The object that was sent as the server reads it: a status is always there.
pub(crate) fn seen(mut object: Value) -> Value {
    object["status"] = json!({});
    object
}

/// That the administrator asks to make an object.
pub(crate) fn request(object: Value, cluster: &Cluster) -> Request<'_> {
    let groups = ["system:masters", "system:authenticated"].map(str::to_owned).to_vec();
    Request {
        operation: Operation::Create,
        object: Some(Object::new(object)),
        old: None,
        subresource: String::new(),
        user: User { name: "admin".to_owned(), groups, ..User::default() },
        is_dry_run: true,
        cluster,
    }
}

/// What is printed of an object.
fn paragraph(errors: &str, name: &str) -> Option<String> {
    let is_start = |it: &str| it.starts_with("The ") || it.starts_with("Error from server");
    let mut lines = errors.lines().skip_while(|it| !(is_start(it) && it.contains(name)));
    let first = lines.next()?.to_owned();
    Some(lines.take_while(|it| !is_start(it)).fold(first, |text, it| text + "\n" + it))
}
