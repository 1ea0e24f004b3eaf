//! The cluster-wide configuration of Pod Security on a real API server.

use harness::{ControlPlane, Options};

use crate::harden::line;

fn start(words: &str, folder: &std::path::Path) -> Option<ControlPlane> {
    let path = folder.join("admission.yaml");
    line(&format!("pod-security {words} --output-file {}", path.display())).ok();
    ControlPlane::for_test(&Options {
        admission_config: Some(path),
        no_controllers: true,
        ..Options::default()
    })
}

/// What the server says to a pod: whether it is there now, and in which words.
fn answer(plane: &ControlPlane, namespace: &str, name: &str, spec: &str) -> (bool, String) {
    let pod = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {namespace}}}, spec: {spec}}}"
    );
    let output = plane.try_apply(&pod);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), words)
}

const PLAIN: &str = "{containers: [{name: app, image: web}]}";
const HOST: &str = "{hostNetwork: true, containers: [{name: app, image: web}]}";
const RUNTIME: &str =
    "{hostNetwork: true, runtimeClassName: kata, containers: [{name: app, image: web}]}";

#[test]
fn namespaces_without_labels_are_held_to_what_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let words = "--level baseline --exempt-namespace kube-system,gpu --exempt-runtime-class kata --exempt-user alice";
    let Some(plane) = start(words, folder.path()) else { return };
    plane.apply(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: plain}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: gpu}\n\
         ---\napiVersion: v1\nkind: Namespace\nmetadata: {name: own, labels: {pod-security.kubernetes.io/enforce: privileged}}\n\
         ---\napiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: kata}\nhandler: kata\n\
         ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: alice}\n\
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n\
         subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]\n",
    );
    let (is_there, words) = answer(&plane, "plain", "host", HOST);
    assert!(
        !is_there && words.contains("violates PodSecurity \"baseline:v1.37\": host namespaces"),
        "{words}"
    );
    let (is_there, words) = answer(&plane, "plain", "warned", PLAIN);
    assert!(
        is_there && words.contains("would violate PodSecurity \"restricted:v1.37\""),
        "{words}"
    );
    let (is_there, words) = answer(&plane, "gpu", "host", HOST);
    assert!(is_there && words.is_empty(), "an exempt namespace: {words}");
    let (is_there, words) = answer(&plane, "plain", "kata", RUNTIME);
    assert!(is_there && words.is_empty(), "an exempt runtime class: {words}");
    let (is_there, words) = answer(&plane, "own", "host", HOST);
    assert!(is_there, "a label wins: {words}");
    let file = folder.path().join("host.yaml");
    std::fs::write(&file, format!("{{apiVersion: v1, kind: Pod, metadata: {{name: alice, namespace: plain}}, spec: {HOST}}}")).unwrap();
    plane.kubectl_ok(["--context", "alice", "apply", "-f", file.to_str().unwrap()]);
}

#[test]
fn a_labelled_namespace_that_is_exempt_lets_everything_in() {
    let folder = tempfile::tempdir().unwrap();
    let Some(plane) = start("--level restricted --exempt-namespace shop", folder.path()) else {
        return;
    };
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}\n";
    let words = String::from_utf8(plane.try_apply(namespace).stderr).unwrap();
    assert_eq!(words, "", "the server says nothing of labels that ask for its own defaults");
    assert!(answer(&plane, "shop", "host", HOST).0);
    let rejected = answer(&plane, "default", "plain", PLAIN);
    assert!(!rejected.0 && rejected.1.contains("restricted:v1.37"), "{}", rejected.1);
    let input = folder.path().join("namespace.yaml");
    std::fs::write(&input, namespace).unwrap();
    let words = format!("check -f {} --fail-on never -o json", folder.path().display());
    assert!(line(&words).ok().contains("admission-exempt-namespace-labelled"));
}

#[test]
fn labels_that_an_exempt_namespace_makes_void_are_warned_about_as_simulated() {
    let folder = tempfile::tempdir().unwrap();
    let words = "--level privileged --kubernetes-version latest --exempt-namespace one,two,three,kube-system";
    let Some(plane) = start(words, folder.path()) else { return };
    let label = |mode: &str, value: &str| format!("pod-security.kubernetes.io/{mode}: {value}");
    for (name, labels) in [
        ("one", vec![label("enforce", "restricted"), label("warn", "baseline")]),
        ("two", vec![label("audit", "baseline"), label("audit-version", "v1.30")]),
        ("three", vec![label("enforce", "privileged")]),
        ("judged", vec![label("enforce", "restricted")]),
    ] {
        let labels = labels.join(", ");
        let namespace = format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{{labels}}}}}}}"
        );
        let file = folder.path().join("namespace.yaml").display().to_string();
        std::fs::write(&file, &namespace).unwrap();
        let words = "--exempt-namespace one --exempt-namespace two --exempt-namespace three";
        let simulated = line(&format!("simulate pod-security -f {file} {words}")).ok();
        let said = String::from_utf8(plane.try_apply(&namespace).stderr).unwrap();
        let warning = said.trim().strip_prefix("Warning: ").unwrap_or_default();
        assert_eq!(simulated.lines().nth(1).unwrap_or_default().trim(), warning, "{labels}");
        assert_eq!(warning.is_empty(), matches!(name, "three" | "judged"), "{said}");
    }
    // Later changes are warned about, too, when what is enforced is another thing than before.
    for (label, is_warned) in [
        ("enforce=baseline", false),
        ("enforce=restricted", true),
        ("warn=restricted", false),
        ("enforce-version=v1.30", true),
    ] {
        let label = format!("pod-security.kubernetes.io/{label}");
        let mut command = plane.kubectl(["label", "--overwrite", "namespace", "one", &label]);
        let said = String::from_utf8(command.output().unwrap().stderr).unwrap();
        assert_eq!(said.contains("is exempt from Pod Security"), is_warned, "{label}: {said}");
    }
}

#[test]
fn an_older_server_takes_every_newer_version_for_its_own() {
    let options = |minor: &str| Options {
        emulated_version: Some(minor.to_owned()),
        no_controllers: true,
        ..Options::default()
    };
    let Some(plane) = ControlPlane::for_test(&options("1.34")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let prefix = "pod-security.kubernetes.io/enforce";
    let pod = "{hostUsers: false, securityContext: {seccompProfile: {type: RuntimeDefault}}, \
               containers: [{name: app, image: web, securityContext: \
               {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}";
    for (index, version) in ["", "latest", "v1.34", "v1.35", "v1.37", "v1.99"].iter().enumerate() {
        let version = if version.is_empty() {
            String::new()
        } else {
            format!(", {prefix}-version: {version}")
        };
        let name = format!("n{index}");
        let namespace = format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: \
             {{{prefix}: restricted{version}}}}}}}\n"
        );
        plane.apply(&namespace);
        let (is_there, said) = answer(&plane, &name, "p", pod);
        assert!(!is_there && said.contains("runAsNonRoot != true"), "{version}: {said}");
        let file = folder.path().join("pod.yaml");
        let manifest = format!(
            "{namespace}---\n{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: {name}}}, spec: {pod}}}\n"
        );
        std::fs::write(&file, manifest).unwrap();
        let asked = |words: &str| line(&format!("{words} -f {}", file.display())).stdout;
        let simulated = asked("simulate pod-security --kubernetes-version v1.34");
        let words = simulated.lines().nth(1).unwrap_or_default().trim();
        assert!(!words.is_empty() && said.contains(words), "{version}: {simulated}{said}");
        let found = |minor: &str| {
            let words = format!("check --rule root-allowed --kubernetes-version {minor}");
            asked(&words).contains("root-allowed")
        };
        assert!(found("v1.34"), "{version}");
        assert_eq!(found("v1.37"), version.contains("v1.34"), "{version}");
    }
}
