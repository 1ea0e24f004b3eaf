//! What somebody sends to take each way; `NAME` stands for who it is.

use harness::ControlPlane;
use serde_json::{Value, json};

/// What there is before each of them.
pub(crate) const SETTING: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: provers}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: known, namespace: shop}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: app, image: web}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {replicas: 0, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: web}]}}}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: victim, namespace: shop}, rules: [{verbs: [get], apiGroups: [''], resources: [secrets]}]}
---
{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: known}, webhooks: []}
";

const ACCOUNT_REQUEST: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIb01JR1BBZ0VBTUMweEt6QXBCZ05WQkFNTUluTjVjM1JsYlRwelpYSjJhV05sWVdOamIzVnVkRHB6YUc5dwpPbVJsWm1GMWJIUXdXVEFUQmdjcWhrak9QUUlCQmdncWhrak9QUU1CQndOQ0FBUURDQXlQbDJZdHJiR0N2WkpDCk1scW0zbFBYeWlYUzNaUE5sYVNsYld3Vm42Y1pvZkpXVXRNM2trbEJGbkN1ZGpFVW9USFhzMFBDQ21rekhmK0UKWUVRNW9BQXdDZ1lJS29aSXpqMEVBd0lEU0FBd1JRSWhBT09kcUF3WnNtZEVuNUdneVkrK1czVmhBaW41Q3k4RwpIaC9ReE5yNFlDN0RBaUJwL0JjbDZ6VEY3NTlyak92akJoNVcxYWZZWEp4YWFlaDZWLzlrN3JaaFpBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";
const NODE_REQUEST: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIeE1JR1lBZ0VBTURZeEZUQVRCZ05WQkFvTURITjVjM1JsYlRwdWIyUmxjekVkTUJzR0ExVUVBd3dVYzNsegpkR1Z0T201dlpHVTZjM1J5WVc1blpYSXdXVEFUQmdjcWhrak9QUUlCQmdncWhrak9QUU1CQndOQ0FBUXAwaDRRCnhPZlR5KzJ6OFprY0doQitnSlpBV2pBWDZTcDBpMGxHNmFFNjAzZnpEc21wdzZUQmNEZmRpMjErWDE5bDd4TVoKRmhTS3puVEdHWXFhMEtQSm9BQXdDZ1lJS29aSXpqMEVBd0lEU0FBd1JRSWdicEFCdmtCdHlzbWRKenFGc3pnawptc3ZWa2d4NldTc0hKa3pZWEtuTmlSQUNJUUNNVG5oY0ZabXZObHBuWEZYcE9UbVcyYXF0dFoyaElkZXByL1NGCklzRlFQQT09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=";

/// A request to the API server.
pub(crate) struct Request {
    pub(crate) verb: &'static str,
    pub(crate) path: String,
    /// What it carries; an object that is there may be asked for.
    pub(crate) body: Box<dyn Fn(&ControlPlane) -> String>,
    pub(crate) flags: Vec<&'static str>,
    /// What it is let through with where the rest of it takes a node.
    enough: &'static str,
}

impl Request {
    /// Whether it was let through, and only what comes after failed.
    pub(crate) fn is_enough(&self, words: &str) -> bool {
        !self.enough.is_empty() && words.contains(self.enough)
    }

    fn with(self, flags: &[&'static str]) -> Self {
        Self { flags: flags.to_vec(), ..self }
    }

    fn until(self, enough: &'static str) -> Self {
        Self { enough, ..self }
    }
}

fn request(verb: &'static str, path: &str, body: Value) -> Request {
    Request {
        verb,
        path: path.to_owned(),
        body: Box::new(move |_| body.to_string()),
        flags: Vec::new(),
        enough: "",
    }
}

fn get(path: &str) -> Request {
    request("GET", path, Value::Null)
}

fn post(path: &str, body: Value) -> Request {
    request("POST", path, body)
}

/// An object that is there, with something else in it.
fn change(path: &'static str, edit: fn(&mut Value)) -> Request {
    let body = move |plane: &ControlPlane| {
        let whole = path.replace("/ephemeralcontainers", "");
        let mut object: Value =
            serde_json::from_str(&plane.kubectl_ok(["get", "--raw", &whole])).unwrap();
        edit(&mut object);
        object.to_string()
    };
    Request { body: Box::new(body), ..request("PUT", path, Value::Null) }
}

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
const ADMISSION: &str = "/apis/admissionregistration.k8s.io/v1";
const SHOP: &str = "/api/v1/namespaces/shop";

fn role(kind: &str, metadata: &Value) -> Value {
    let all = json!([{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]);
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": all})
}

fn binding(kind: &str, role_kind: &str, role: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": "NAME-taken"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": "NAME", "namespace": "provers"}],
    })
}

fn pod(spec: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "NAME"}, "spec": spec})
}

fn privileged() -> Value {
    pod(
        &json!({"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": true}}]}),
    )
}

fn signing(request: &str, signer: &str, usage: &[&str]) -> Value {
    json!({
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": "NAME"},
        "spec": {"request": request, "signerName": signer, "usages": usage},
    })
}

fn approval(signing: &Value) -> Value {
    let mut object = signing.clone();
    object["status"] = json!({"conditions": [{"type": "Approved", "status": "True", "reason": "a", "message": "a"}]});
    object
}

const SIGNING: &str = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

/// What somebody sends to take a way.
pub(crate) fn steps(id: &str) -> Vec<Request> {
    let in_shop = |rest: &str| format!("{RBAC}/namespaces/shop/{rest}");
    match id {
        "all-permissions" => vec![get("/api/v1/secrets")],
        "all-permissions-in-namespace" | "list-secrets" => vec![get(&format!("{SHOP}/secrets"))],
        "bind-cluster-role" => vec![post(
            &format!("{RBAC}/clusterrolebindings"),
            binding("ClusterRoleBinding", "ClusterRole", "cluster-admin"),
        )],
        "bind-cluster-role-in-namespace" => vec![post(
            &in_shop("rolebindings"),
            binding("RoleBinding", "ClusterRole", "cluster-admin"),
        )],
        "bind-role" => {
            vec![post(&in_shop("rolebindings"), binding("RoleBinding", "Role", "victim"))]
        }
        "escalate-and-bind" => vec![
            post(&in_shop("roles"), role("Role", &json!({"name": "NAME-taken"}))),
            post(&in_shop("rolebindings"), binding("RoleBinding", "Role", "NAME-taken")),
        ],
        "escalate-own-cluster-role" => vec![request(
            "PUT",
            &format!("{RBAC}/clusterroles/NAME"),
            role("ClusterRole", &json!({"name": "NAME"})),
        )],
        "escalate-own-role" => vec![request(
            "PUT",
            &in_shop("roles/NAME"),
            role("Role", &json!({"name": "NAME", "namespace": "shop"})),
        )],
        "escalate-by-aggregation" => vec![
            post(
                &format!("{RBAC}/clusterroles"),
                role("ClusterRole", &json!({"name": "NAME-taken", "labels": {"for": "NAME"}})),
            ),
        ],
        "impersonate-user" => vec![get("/version").with(&["--as", "ann"])],
        "impersonate-group" => {
            let flags = ["--as", "ann", "--as-group", "system:masters"];
            vec![get("/api/v1/secrets").with(&flags)]
        }
        "impersonate-account" => {
            vec![get("/version").with(&["--as", "system:serviceaccount:shop:default"])]
        }
        "token-request" => vec![post(
            &format!("{SHOP}/serviceaccounts/default/token"),
            json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}),
        )],
        "token-secret" => vec![
            post(
                &format!("{SHOP}/secrets"),
                json!({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token", "metadata": {"name": "NAME", "annotations": {"kubernetes.io/service-account.name": "default"}}}),
            ).until("already exists"),
            get(&format!("{SHOP}/secrets/NAME")),
        ],
        "get-secrets" | "get-token-secret" => vec![get(&format!("{SHOP}/secrets/known"))],
        _ => of_workloads(id).or_else(|| of_the_cluster(id)).unwrap_or_else(|| panic!("no step takes {id}")),
    }
}

fn of_workloads(id: &str) -> Option<Vec<Request>> {
    let pods = format!("{SHOP}/pods");
    let plain = || pod(&json!({"containers": [{"name": "a", "image": "a"}]}));
    let template = json!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a", "image": "a"}]}});
    let steps = match id {
        "create-pods" => vec![post(&pods, plain())],
        "create-workloads" => vec![post(
            "/apis/apps/v1/namespaces/shop/deployments",
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "NAME"}, "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "a"}}, "template": template}}),
        )],
        "change-workloads" => vec![change("/apis/apps/v1/namespaces/shop/deployments/web", |it| {
            it["spec"]["template"]["spec"]["serviceAccountName"] = json!("other");
        })],
        "change-pods" => vec![change("/api/v1/namespaces/shop/pods/web", |it| {
            it["spec"]["containers"][0]["image"] = json!("other");
        })],
        "exec" => {
            vec![post(&format!("{pods}/web/exec?command=id&stdout=true"), Value::Null).until("does not have a host assigned")]
        }
        "ephemeral-containers" => {
            vec![change("/api/v1/namespaces/shop/pods/web/ephemeralcontainers", |it| {
                let own = it["spec"]["ephemeralContainers"].as_array().map_or(0, Vec::len);
                let mut all = it["spec"]["ephemeralContainers"].as_array().cloned().unwrap_or_default();
                all.push(json!({"name": format!("debug-{own}"), "image": "a"}));
                it["spec"]["ephemeralContainers"] = json!(all);
            })]
        }
        "host-path-volume" => vec![
            post(
                "/api/v1/persistentvolumes",
                json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "NAME"}, "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteMany"], "storageClassName": "none", "hostPath": {"path": "/"}}}),
            ).until("already exists"),
            post(
                &format!("{SHOP}/persistentvolumeclaims"),
                json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "NAME"}, "spec": {"accessModes": ["ReadWriteMany"], "storageClassName": "none", "volumeName": "NAME", "resources": {"requests": {"storage": "1Gi"}}}}),
            ).until("already exists"),
            post(
                &pods,
                pod(&json!({"containers": [{"name": "a", "image": "a", "volumeMounts": [{"name": "a", "mountPath": "/host"}]}], "volumes": [{"name": "a", "persistentVolumeClaim": {"claimName": "NAME"}}]})),
            ),
        ],
        "unlabel-namespace" => vec![
            change(SHOP, |it| {
                it["metadata"]["labels"] = json!({"kubernetes.io/metadata.name": "shop"});
            }),
            post(&pods, privileged()),
        ],
        "new-namespace" => vec![
            post(
                "/api/v1/namespaces",
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "NAME"}}),
            ).until("already exists"),
            post("/api/v1/namespaces/NAME/pods", privileged()),
        ],
        _ => return None,
    };
    Some(steps)
}

fn of_the_cluster(id: &str) -> Option<Vec<Request>> {
    let approved = |object: Value| {
        vec![
            post(SIGNING, object.clone()).until("already exists"),
            request("PUT", &format!("{SIGNING}/NAME/approval"), approval(&object)),
        ]
    };
    let webhook = |name: &str| json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration", "metadata": {"name": name}, "webhooks": []});
    let steps = match id {
        "node-proxy" => vec![get("/api/v1/nodes/none/proxy/pods").until("not found")],
        "client-certificate" => approved(signing(
            ACCOUNT_REQUEST,
            "kubernetes.io/kube-apiserver-client",
            &["client auth"],
        )),
        "kubelet-certificate" => approved(signing(
            NODE_REQUEST,
            "kubernetes.io/kube-apiserver-client-kubelet",
            &["client auth", "digital signature"],
        )),
        "new-mutating-webhook" => {
            vec![post(&format!("{ADMISSION}/mutatingwebhookconfigurations"), webhook("NAME"))]
        }
        "change-mutating-webhook" => vec![change(
            "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/known",
            |it| it["metadata"]["labels"] = json!({"changed": "true"}),
        )],
        "mutating-policy" => vec![
            post(
                &format!("{ADMISSION}/mutatingadmissionpolicies"),
                json!({
                    "apiVersion": "admissionregistration.k8s.io/v1",
                    "kind": "MutatingAdmissionPolicy",
                    "metadata": {"name": "NAME"},
                    "spec": {
                        "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}], "namespaceSelector": {"matchLabels": {"none": "none"}}},
                        "reinvocationPolicy": "Never",
                        "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "Object{metadata: Object.metadata{labels: {\"a\": \"b\"}}}"}}],
                    },
                }),
            ).until("already exists"),
            post(
                &format!("{ADMISSION}/mutatingadmissionpolicybindings"),
                json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": "NAME"}, "spec": {"policyName": "NAME"}}),
            ),
        ],
        _ => return None,
    };
    Some(steps)
}
