use super::*;
use crate::network::End;

/// The flows of a text, `from > to TCP 80`, and its gaps.
fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let mut reader = Reader::new("default");
    reader.learn(&Source::new("app.yaml", text));
    let wanted = reader.finish();
    let shown = |it: &Flow| {
        let port = it.port.as_ref().map(|port| {
            crate::kubernetes::PolicyPort { port: port.clone(), protocol: it.protocol }.to_string()
        });
        let end = |it: &End| it.to_string().replace("default/", "");
        format!("{} > {} {}", end(&it.from), end(&it.to), port.unwrap_or_default())
    };
    let flows = wanted.flows.keys().map(|it| shown(it).trim_end().to_owned()).collect();
    (flows, wanted.gaps.into_iter().map(|it| format!("{}: {}", it.reason, it.what)).collect())
}

fn flows(text: &str) -> Vec<String> {
    read(text).0
}

fn deployment(name: &str, container: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  selector: \
         {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
         spec:\n      containers:\n      - {{name: c, {container}}}\n"
    )
}

fn service(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: \
         {name}}}, {spec}}}\n"
    )
}

/// `web` with a container, and `api` behind a Service with port 80, which is its port `http`, 8080.
fn web(container: &str) -> String {
    let api = deployment("api", "ports: [{name: http, containerPort: 8080}]");
    let service = service("api", "ports: [{name: web, port: 80, targetPort: http}]");
    format!("{api}{service}{}", deployment("web", container))
}

const WEB_TO_API: [&str; 1] = ["web[Deployment] > api[Deployment] 8080"];

#[test]
fn a_service_is_named_in_many_ways() {
    for container in [
        "env: [{name: API, value: api}]",
        "env: [{name: API, value: 'api:80'}]",
        "env: [{name: API, value: 'http://api/v1'}]",
        "env: [{name: API, value: 'http://api.default'}]",
        "env: [{name: API, value: 'api.default.svc.cluster.local:80'}]",
        "env: [{name: API, value: 'api.default.svc.'}]",
        "env: [{name: HOST, value: api}, {name: API, value: 'http://$(HOST):80'}]",
        "env: [{name: API, value: 'x:y@api:80/db'}]",
        "args: ['--backend=api:80']",
        "args: ['--backend', api]",
        "command: [sh, -c, 'wget http://api/health']",
    ] {
        assert_eq!(flows(&web(container)), WEB_TO_API, "{container}");
    }
    for container in [
        "env: [{name: API, value: 'api:81'}]",
        "env: [{name: API, value: api.other}]",
        "env: [{name: API, value: apis}]",
        "env: [{name: API, value: /etc/api}]",
        "env: [{name: API, value: 80}]",
        "env: null",
        "env: [null, {name: null, value: null}, 7]",
        "args: {a: b}",
        "image: 'api:1.2'",
    ] {
        assert_eq!(flows(&web(container)), [""; 0], "{container}");
    }
}

#[test]
fn values_of_config_maps_count_where_they_are_used() {
    let map = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n  API: api\n  \
               OTHER: words\n  app.conf: |\n    # api:80\n    upstream = http://api\n";
    let of = |container: &str| flows(&format!("{}{map}", web(container)));
    let key = |it| {
        format!("env: [{{name: A, valueFrom: {{configMapKeyRef: {{name: settings, key: {it}}}}}}}]")
    };
    assert_eq!(of("envFrom: [{configMapRef: {name: settings}}]"), WEB_TO_API);
    assert_eq!(of(&key("API")), WEB_TO_API);
    assert_eq!(of(&key("app.conf")), WEB_TO_API);
    assert_eq!(of(&key("OTHER")), [""; 0]);
    assert_eq!(of("envFrom: [{configMapRef: {name: others}}]"), [""; 0]);
    let volume = "image: x}\n      volumes:\n      - {name: v, configMap: {name: settings}";
    assert_eq!(of(volume), WEB_TO_API);
}

#[test]
fn what_is_open_to_others_says_to_whom() {
    let load_balancer = service("api", "type: LoadBalancer, ports: [{port: 80, targetPort: 8080}]");
    let api = deployment("api", "image: x");
    assert_eq!(flows(&format!("{api}{load_balancer}")), ["all > api[Deployment] 8080"]);
    let hidden = service("api", "ports: [{port: 80, targetPort: 8080, protocol: UDP}]");
    let route = |text: &str| flows(&format!("{api}{hidden}---\n{text}"));
    let expected = ["ingress > api[Deployment] 8080/udp"];
    for text in [
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, spec: {rules: [{http: {paths: [{backend: {service: {name: api, port: {number: 80}}}}]}}]}}",
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, spec: {defaultBackend: {service: {name: api}}}}",
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, spec: {rules: [{backendRefs: [{name: api, port: 80}]}]}}",
        "{apiVersion: route.openshift.io/v1, kind: Route, spec: {to: {name: api}, port: {targetPort: 8080}}}",
    ] {
        assert_eq!(route(text), expected, "{text}");
    }
    let hook = "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, webhooks: \
                [{clientConfig: {service: {namespace: default, name: api, port: 80}}}]}";
    assert_eq!(route(hook), ["kube-apiserver > api[Deployment] 8080/udp"]);
    let none = "{apiVersion: networking.k8s.io/v1, kind: Ingress, spec: {rules: [{http: {paths: [{backend: {service: {name: api, port: {number: 81}}}}]}}]}}";
    let (flows, gaps) = read(&format!("{api}{hidden}---\n{none}"));
    assert_eq!(flows, [""; 0]);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
}

#[test]
fn the_api_server_is_for_those_with_a_token_and_rights() {
    let binding = "---\n{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b}, \
                   roleRef: {kind: Role, name: r}, subjects: [{kind: ServiceAccount, name: default}]}\n";
    let api = deployment("web", "image: x");
    let expected = ["web[Deployment] > kube-apiserver"];
    assert_eq!(flows(&format!("{api}{binding}")), expected);
    assert_eq!(flows(&api), [""; 0]);
    let off = "---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}, automountServiceAccountToken: false}";
    assert_eq!(flows(&format!("{api}{binding}{off}")), [""; 0]);
    let named = deployment("web", "args: ['https://kubernetes.default.svc']");
    assert_eq!(flows(&named), expected);
}

#[test]
fn hosts_outside_are_named_without_what_stands_around_them() {
    for (value, expected) in [
        ("https://api.example.com/v1", "web[Deployment] > api.example.com 443"),
        ("https://user:hunter2@api.example.com:8443", "web[Deployment] > api.example.com 8443"),
        ("smtp.example.com:587", "web[Deployment] > smtp.example.com 587"),
    ] {
        let text = deployment("web", &format!("env: [{{name: A, value: '{value}'}}]"));
        assert_eq!(flows(&text), [expected]);
    }
    for value in ["example.com", "nginx.conf", "v1.2.3", "app.kubernetes.io/name", "a.b:latest"] {
        let text = deployment("web", &format!("env: [{{name: A, value: '{value}'}}]"));
        assert_eq!(flows(&text), [""; 0], "{value}");
    }
    let name = "---\n{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {type: ExternalName, externalName: db.example.com}}";
    let text = deployment("web", "env: [{name: A, value: 'postgres://u:p@db'}]");
    assert_eq!(flows(&format!("{text}{name}")), ["web[Deployment] > db.example.com 5432"]);
}

#[test]
fn what_is_missing_is_a_gap_at_its_line() {
    let text = deployment("web", "args: ['http://api.other.svc:80']");
    assert_eq!(
        read(&text).1,
        [
            "app.yaml:11: argument: default/web[Deployment] names the Service other/api, which was not read"
        ]
    );
    let (flows, gaps) = read(&format!("{text}---\n{{a: b\n"));
    assert_eq!((flows.len(), gaps.len()), (0, 1));
}

#[test]
fn pods_that_others_make_anew_are_not_counted_twice() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web-1-x, ownerReferences: [{controller: true, \
               apiVersion: apps/v1, kind: ReplicaSet, name: web-1}]}, spec: {containers: []}}";
    let mut reader = Reader::new("default");
    reader.learn(&Source::new("a", pod));
    assert!(reader.finish().workloads.is_empty());
}

#[test]
fn nothing_is_read_of_fields_of_another_type() {
    for kind in ["Service", "ConfigMap", "Pod", "ServiceAccount"] {
        for body in [
            "spec: 7",
            "spec: {ports: {a: b}, selector: [], containers: {}}",
            "data: [a]",
            "metadata: []",
        ] {
            let text = format!("{{apiVersion: v1, kind: {kind}, {body}}}");
            assert_eq!(flows(&text), [""; 0], "{text}");
        }
    }
}
