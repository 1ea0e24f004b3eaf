#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use harden_yaml::{Action, Document};

use super::*;
use crate::object::objects;

/// `path: message` of every flaw.
fn flaws_in(text: &str, version: u16, crds: &Crds) -> Vec<String> {
    let document = Document::parse_yaml(text);
    assert!(!document.is_rejected(), "{:?}", document.problems());
    objects(document.root())
        .flat_map(|object| check(&object, MinorVersion(version), crds))
        .map(|it| format!("{}: {}", it.place.path(), it.message))
        .collect()
}

fn flaws(text: &str) -> Vec<String> {
    flaws_in(text, 37, &Crds::default())
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {spec}\n")
}

fn container(fields: &str) -> String {
    pod(&format!("{{containers: [{{name: a, image: b, {fields}}}]}}"))
}

#[test]
fn a_sound_object_has_no_flaws() {
    let text = container(
        "args: [], command: , ports: [{containerPort: 80}], livenessProbe: {httpGet: {port: http}}, \
         resources: {limits: {cpu: 1, memory: 1.5Gi, example.com/gpu: 0.5}}, env: [{name: A, value: '1'}]",
    );
    assert_eq!(flaws(&text), [""; 0]);
}

#[test]
fn typing_errors_are_told_from_their_neighbours() {
    for (fields, said) in [
        ("securityContext: {runAsNonRot: true}", "did you mean `runAsNonRoot`"),
        ("SecurityContext: {}", "did you mean `securityContext`"),
        ("privileged: true", "it belongs into `securityContext`"),
        ("hostNetwork: true", "it belongs into `spec` above"),
        ("frobnicate: 1", "Container has no field `frobnicate`"),
    ] {
        let found = flaws(&container(fields));
        assert_eq!(found.len(), 1, "{fields}: {found:?}");
        assert!(found[0].ends_with(said), "{fields}: {found:?}");
    }
    let found = flaws(&pod("{containers: [{name: a}], securityContext: {privileged: true}}"));
    assert!(found[0].ends_with("only the securityContext of a container has it"), "{found:?}");
    let found = flaws("apiVersion: v1\nkind: Pod\nspce: {}\n");
    assert_eq!(found, ["spce: Pod has no field `spce`; did you mean `spec`"]);
}

#[test]
fn types_are_those_of_gos_decoder() {
    for (fields, is_wrong) in [
        ("stdin: 'true'", true),
        ("stdin: yes", false),
        ("image: 1.25", true),
        ("args: [1]", true),
        ("args: [[a]]", true),
        ("args: a", true),
        ("args: [null]", false),
        ("env: {A: b}", true),
        ("resources: {limits: {memory: 1GB}}", true),
        ("resources: {limits: {memory: 1e9}}", false),
        ("resources: {limits: {memory: ' 1Gi '}}", false),
        ("resources: {limits: {memory: true}}", true),
        ("livenessProbe: {periodSeconds: 1.0}", false),
        ("livenessProbe: {periodSeconds: 1.5}", true),
        ("livenessProbe: {periodSeconds: 3000000000}", true),
        ("livenessProbe: {httpGet: {port: 1.5}}", true),
        ("livenessProbe: {httpGet: {port: true}}", true),
        ("securityContext: {runAsUser: 3000000000}", false),
        ("securityContext: {runAsUser: 99999999999999999999}", true),
        ("image: '{{ .Values.image }}'", false),
        ("livenessProbe: {periodSeconds: '${PERIOD}'}", false),
    ] {
        let found = flaws(&container(fields));
        let found: Vec<_> = found.iter().filter(|it| it.contains(" and must be ")).collect();
        assert_eq!(!found.is_empty(), is_wrong, "{fields}: {found:?}");
    }
}

#[test]
fn values_are_held_to_what_the_server_accepts() {
    for (fields, said) in [
        (
            "imagePullPolicy: always",
            "must be one of `Always`, `IfNotPresent`, `Never`; did you mean `Always`",
        ),
        ("imagePullPolicy: ''", ""),
        ("imagePullPolicy: '{{ .Values.pull }}'", ""),
        ("terminationMessagePolicy: Fallback", "must be `FallbackToLogsOnError` or `File`"),
        ("ports: [{containerPort: 0}]", "`containerPort` must be from 1 to 65535"),
        ("ports: [{containerPort: 80, hostPort: 0}]", ""),
        ("ports: [{containerPort: 80, protocol: Tcp}]", "did you mean `TCP`"),
        ("resources: {limits: {cpu: -1}}", "`cpu` in `limits` must not be below zero"),
        ("resources: {limits: {cpu: '-0'}}", ""),
        ("livenessProbe: {periodSeconds: -1}", "`periodSeconds` must be 0 or more"),
        ("livenessProbe: {httpGet: {port: 65536}}", "`port` must be a port from 1 to 65535"),
        ("livenessProbe: {httpGet: {port: '80'}}", "`port` must be a port from 1 to 65535"),
        ("livenessProbe: {httpGet: {port: web--1}}", "`port` must be a port from 1 to 65535"),
        ("livenessProbe: {httpGet: {port: web-1}}", ""),
        ("securityContext: {runAsUser: -1}", "must be from 0 to 2147483647"),
        ("securityContext: {seccompProfile: {type: unconfined}}", "did you mean `Unconfined`"),
        ("args: [], name: ''", "`name` is required in `containers` and must not be empty"),
        ("env: [{name: ''}]", "`name` is required in `env` and must not be empty"),
        (
            "livenessProbe: {exec: {command: []}}",
            "`command` is required in `exec` and must not be empty",
        ),
    ] {
        let found = flaws(&pod(&format!(
            "{{containers: [{{name: a, image: b}}, {{image: b, {fields}}}]}}"
        )));
        let found: Vec<_> =
            found.iter().filter(|it| !it.ends_with("`name` is required in `containers`")).collect();
        assert_eq!(found.len(), usize::from(!said.is_empty()), "{fields}: {found:?}");
        assert!(found.iter().all(|it| it.contains(said)), "{fields}: {found:?}");
    }
    let mode = pod(
        "{containers: [{name: a, image: b}], volumes: [{name: v, configMap: {name: c, defaultMode: 777}}]}",
    );
    let found = flaws(&mode);
    assert!(found[0].ends_with("must be from 0 to 511, in octal 0777"), "{found:?}");
    let budget = |value: &str| {
        flaws(&format!(
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nspec: {{minAvailable: {value}}}\n"
        ))
    };
    for (value, is_wrong) in [
        ("1", false),
        ("50%", false),
        ("101%", true),
        ("'1'", true),
        ("-1", true),
        ("50 %", true),
        ("''", true),
    ] {
        assert_eq!(!budget(value).is_empty(), is_wrong, "{value}");
    }
}

#[test]
fn values_come_with_versions() {
    let job = "apiVersion: batch/v1\nkind: Job\nspec:\n  podReplacementPolicy: TerminatingOrFailed\n  \
               podFailurePolicy: {rules: [{action: FailIndex}]}\n  template: {spec: {containers: [{name: a, image: b}]}}\n";
    assert_eq!(flaws_in(job, 28, &Crds::default()), [""; 0]);
    let found = flaws_in(job, 27, &Crds::default());
    assert!(
        found.iter().any(|it| it.ends_with("`FailIndex` is accepted from v1.28 on")),
        "{found:?}"
    );
}

#[test]
fn what_openapi_requires_and_the_server_does_not_is_no_flaw() {
    for text in [
        "apiVersion: storagemigration.k8s.io/v1\nkind: StorageVersionMigration\nspec: {resource: {resource: secrets}}\n",
        "apiVersion: storage.k8s.io/v1\nkind: CSINode\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: Event\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: LimitRange\nspec: {}\n",
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: b, lifecycle: {preStop: {sleep: {}}}}]}\n",
    ] {
        assert_eq!(flaws(text), [""; 0], "{text}");
    }
}

#[test]
fn values_of_secrets_are_never_repeated() {
    let text =
        "apiVersion: v1\nkind: Secret\ndata: {password: hunter2!}\nstringData: {pin: 4711}\n";
    let document = Document::parse_yaml(text);
    let object = objects(document.root()).next().unwrap();
    let found = check(&object, MinorVersion(37), &Crds::default());
    assert_eq!(found.len(), 2, "{found:?}");
    for flaw in found {
        assert!(!flaw.message.contains("hunter2") && !flaw.message.contains("4711"));
        assert_eq!(flaw.change, None);
    }
}

#[test]
fn quotes_that_are_missing_or_too_many_can_be_mended() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {labels: {a: on}}\n\
                spec: {replicas: '2', paused: 'true'}\n";
    let document = Document::parse_yaml(text);
    let object = objects(document.root()).next().unwrap();
    let found = check(&object, MinorVersion(37), &Crds::default());
    let changes: Vec<_> = found.into_iter().map(|it| it.change).collect();
    let set = [Some(Action::set("on")), Some(Action::set(2)), Some(Action::set(true))];
    assert_eq!(changes, set);
}

#[test]
fn null_is_nothing() {
    assert_eq!(flaws(&pod("{containers: [{name: a}], volumes: , hostNetwork: null}")), [""; 0]);
    let found = flaws(&pod("{containers: null, initContainers: [{name: a, image: b}]}"));
    assert_eq!(found, ["spec.containers: `containers` is required in `spec`"]);
}

#[test]
fn patches_are_not_asked_for_what_they_leave_alone() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2}\n";
    assert_eq!(flaws(patch), [""; 0]);
    let patch =
        "apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - {name: http, $patch: delete}\n";
    assert_eq!(flaws(patch), [""; 0]);
    let whole = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n\
                 spec: {template: {spec: {containers: [{name: a, image: b}]}}}\n";
    assert_eq!(flaws(whole), ["spec.selector: `selector` is required in `spec`"]);
}

#[test]
fn api_versions_come_and_go() {
    for (api_version, kind, version, said) in [
        ("extensions/v1beta1", "Ingress", 37, "not served since v1.22; use networking.k8s.io/v1"),
        ("batch/v1beta1", "CronJob", 30, "not served since v1.25; use batch/v1"),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 26, "since v1.26; use autoscaling/v2"),
        ("policy/v1beta1", "PodSecurityPolicy", 37, "a level of the Pod Security Standards"),
        (
            "flowcontrol.apiserver.k8s.io/v1beta2",
            "FlowSchema",
            29,
            "flowcontrol.apiserver.k8s.io/v1",
        ),
        (
            "admissionregistration.k8s.io/v1",
            "ValidatingAdmissionPolicy",
            28,
            "v1.30 on, not in v1.28",
        ),
    ] {
        let found = flaws_in(
            &format!("apiVersion: {api_version}\nkind: {kind}\n"),
            version,
            &Crds::default(),
        );
        assert!(found.iter().any(|it| it.contains(said)), "{kind}: {found:?}");
    }
    let hpa = "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\n";
    assert!(!flaws_in(hpa, 25, &Crds::default()).iter().any(|it| it.contains("served")));
}

#[test]
fn kinds_that_are_gone_are_known_in_every_group() {
    for (api_version, kind, version, said) in [
        (
            "policy/v1",
            "PodSecurityPolicy",
            37,
            "policy has no PodSecurityPolicy; it was in policy/v1beta1 before v1.25; \
             PodSecurityPolicy is gone: label namespaces",
        ),
        (
            "v1",
            "PodSecurityPolicy",
            37,
            "the core group has no PodSecurityPolicy; it was in policy/",
        ),
        (
            "apps/v1",
            "PodSecurityPolicy",
            37,
            "apps has no PodSecurityPolicy; it was in policy/v1beta1",
        ),
        (
            "extensions/v1",
            "PodSecurityPolicy",
            37,
            "no API group `extensions`; PodSecurityPolicy was in",
        ),
        ("settings.k8s.io/v1", "PodPreset", 37, "no API group `settings.k8s.io`; PodPreset was in"),
        (
            "settings.k8s.io/v1alpha1",
            "PodPreset",
            37,
            "is not served since v1.20; PodPreset is gone",
        ),
        ("auditregistration.k8s.io/v1", "AuditSink", 37, "AuditSink is gone: start the API server"),
        ("v1", "PetSet", 37, "PetSet is gone: use StatefulSet of apps/v1"),
        (
            "networking.k8s.io/v1",
            "ClusterCIDR",
            37,
            "it was in networking.k8s.io/v1alpha1 before v1.29",
        ),
        (
            "resource.k8s.io/v1",
            "ResourceClass",
            37,
            "it was in resource.k8s.io/v1alpha2 before v1.31",
        ),
    ] {
        let text = format!("apiVersion: {api_version}\nkind: {kind}\n");
        let found = flaws_in(&text, version, &Crds::default());
        assert!(found.iter().any(|it| it.contains(said)), "{api_version} {kind}: {found:?}");
    }
    let custom = "apiVersion: example.com/v1\nkind: PodSecurityPolicy\n";
    assert_eq!(flaws(custom), [""; 0]);
}

#[test]
fn files_of_the_api_server_are_known_by_version_and_kind() {
    assert_eq!(flaws("apiVersion: v1\nkind: EncryptionConfig\n"), [""; 0]);
    assert_eq!(flaws("apiVersion: v1\nkind: Config\n"), [""; 0]);
    for other in ["apiVersion: apps/v1\nkind: EncryptionConfig\n", "apiVersion: v2\nkind: Config\n"]
    {
        assert_eq!(flaws(other).len(), 1, "{other}");
    }
}

#[test]
fn fields_come_and_go() {
    let text = container("resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}]");
    assert_eq!(flaws_in(&text, 27, &Crds::default()), [""; 0]);
    let found = flaws_in(&text, 26, &Crds::default());
    assert!(
        found[0].ends_with(
            "v1.26 has no field `resizePolicy` here and drops it; it is there only from v1.27 on"
        ),
        "{found:?}"
    );
}

#[test]
fn mistyped_kinds_are_told_from_custom_ones() {
    for (api_version, kind, said) in [
        ("apps/v1", "Deploymnet", Some("did you mean Deployment")),
        ("apps/v1", "deployment", Some("did you mean Deployment")),
        ("v1", "Deployment", Some("it is in apps/v1")),
        ("apps/v2", "Deployment", Some("use apps/v1")),
        ("app/v1", "Deployment", Some("is in apps/v1")),
        ("networking.k8s.io/v1", "Frobnicator", Some("has no kind `Frobnicator`")),
        ("networking.k8.io/v1", "Ingress", Some("is in networking.k8s.io/v1")),
        ("serving.knative.dev/v1", "Service", None),
        ("skaffold/v4beta6", "Config", None),
        ("example.com/v1", "Deployment", None),
        ("v1", "Config", None),
        ("v1", "PodList", None),
    ] {
        let found = flaws(&format!("apiVersion: {api_version}\nkind: {kind}\n"));
        let kinds: Vec<_> = found.iter().filter(|it| !it.contains("required")).collect();
        match said {
            None => assert!(kinds.is_empty(), "{api_version} {kind}: {kinds:?}"),
            Some(said) => {
                assert_eq!(kinds.len(), 1, "{api_version} {kind}: {kinds:?}");
                assert!(kinds[0].contains(said), "{api_version} {kind}: {kinds:?}");
            }
        }
    }
}

const WIDGETS: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
  - {name: v1beta1, served: false, storage: false, schema: {openAPIV3Schema: {type: object}}}
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          apiVersion: {type: string}
          kind: {type: string}
          metadata: {type: object}
          spec:
            type: object
            required: [size, colour]
            properties:
              size: {type: integer}
              colour: {type: string, default: red}
              port: {x-kubernetes-int-or-string: true}
              ratio: {type: number}
              labels: {type: object, additionalProperties: {type: string}}
              anything: {x-kubernetes-preserve-unknown-fields: true}
              some:
                type: object
                x-kubernetes-preserve-unknown-fields: true
                properties: {known: {type: boolean}}
              template: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
              list: {type: array, items: {type: object, properties: {a: {type: string}}}}
          status: {type: object, required: [phase], properties: {phase: {type: string}}}
";

#[test]
fn custom_objects_are_held_against_their_definition() {
    let document = Document::parse_yaml(WIDGETS);
    let crds = Crds::read([&document]);
    assert_eq!(crds.len(), 1);
    let of = |spec: &str| {
        flaws_in(&format!("apiVersion: example.com/v1\nkind: Widget\nspec: {spec}\n"), 37, &crds)
    };
    let sound = "{size: 1, port: http, ratio: 1, labels: {a: b}, anything: [1, {b: c}], \
                 some: {known: true, other: 1}, template: {apiVersion: v1, kind: Pod, metadata: {name: a}, x: 1}, list: [{a: b}]}";
    assert_eq!(of(sound), [""; 0]);
    for (spec, said) in [
        ("{}", "spec: `size` is required in `spec`"),
        ("{size: big}", "spec.size: `size` is a string and must be an integer"),
        ("{size: 1, sise: 2}", "spec.sise: there is no field `sise` here; did you mean `size`"),
        (
            "{size: 1, some: {known: 1}}",
            "spec.some.known: `known` is an integer and must be a boolean",
        ),
        ("{size: 1, list: [{b: c}]}", "spec.list[0].b: there is no field `b` here"),
        (
            "{size: 1, labels: {a: 1}}",
            "spec.labels.a: `a` in `labels` is an integer and must be a string: quote it",
        ),
        (
            "{size: 1, template: {apiVersion: v1, kind: Pod, metadata: {nam: a}}}",
            "spec.template.metadata.nam: ObjectMeta has no field `nam`; did you mean `name`",
        ),
    ] {
        assert_eq!(of(spec), [said], "{spec}");
    }
    let found = of("{size: 1, template: {kind: Pod}}");
    assert_eq!(found, ["spec.template.apiVersion: `apiVersion` is required in `template`"]);
    let old = flaws_in("apiVersion: example.com/v1beta1\nkind: Widget\n", 37, &crds);
    assert_eq!(
        old,
        ["apiVersion: its CustomResourceDefinition does not serve `v1beta1`; it serves v1"]
    );
}

#[test]
fn schemas_in_schemas_end() {
    let depth = 3000;
    let text = format!(
        "{{\"apiVersion\": \"apiextensions.k8s.io/v1\", \"kind\": \"CustomResourceDefinition\", \"spec\": \
         {{\"versions\": [{{\"schema\": {{\"openAPIV3Schema\": {}{{}}{} }} }}] }} }}",
        "{\"properties\": {\"a\": ".repeat(depth),
        "}}".repeat(depth),
    );
    let document = Document::parse_json(&text);
    let object = objects(document.root()).next().unwrap();
    let found = check(&object, MinorVersion(37), &Crds::default());
    assert!(found.iter().all(|it| it.kind == FlawKind::MissingField), "{found:?}");
    assert_eq!(Crds::read([&document]).len(), 0);
}
