//! One table of exit codes: what every command ends with, and when. `docs/exit-codes.md` shows it.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use crate::harden::{command, finish};

/// A command, when it ends so, the words after the command, standard input, and the exit code.
pub(crate) type Cell = (&'static str, &'static str, &'static str, &'static str, i32);

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: web:1, securityContext: {privileged: true}}]}\n";
const OTHER: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: other}\nspec: {containers: [{name: app, image: web:1}]}\n";
const NAMELESS: &str = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-}\nspec: {containers: [{name: app, image: web:1}]}\n";
const SOUND: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: sound}\nspec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: app, image: web:1, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}\n";
const CLEAN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n";
const POLICY: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n";
const EVENT: &str = "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\",\"auditID\":\"a\",\"stage\":\"ResponseComplete\",\"requestURI\":\"/api/v1/pods\",\"verb\":\"list\",\"user\":{\"username\":\"alice\",\"groups\":[\"system:authenticated\"]},\"objectRef\":{\"resource\":\"pods\",\"apiVersion\":\"v1\"}}\n";
const ACCESS: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: team}\nrules: [{apiGroups: [x.io], resources: [xs], verbs: [get]}]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: team}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}]\n";
const DISCOVERY: &str = "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\",\"stage\":\"ResponseComplete\",\"requestURI\":\"/api\",\"verb\":\"get\",\"user\":{\"username\":\"alice\"},\"responseStatus\":{\"code\":200}}\n";
const ENCRYPTION: &str = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - secretbox: {keys: [{name: k1, secret: J2P5BUt5/zrdCAwDGRUOid9eeA+4anSEFAdGK8ob6es=}]}\n  - identity: {}\n";

const ADMISSION: &str = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: a}\nspec:\n  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}]}\n  validations: [{expression: \"object.metadata.name == 'sound'\"}]\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: a}\nspec: {policyName: a, validationActions: [Deny]}\n";
const RULE: &str = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: a}\nspec: {rules: [{name: b, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {message: no, pattern: {metadata: {name: sound}}}}]}\n";
const NETWORK: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: a, labels: {app: web}}, spec: {containers: [{name: a, image: a}]}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: a}, spec: {containers: [{name: a, image: a}]}}\n---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: a}, spec: {podSelector: {matchLabels: {app: web}}}}\n";
const OPEN: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: a, labels: {app: web}}, spec: {containers: [{name: a, image: a}]}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: a}, spec: {containers: [{name: a, image: a}]}}\n";
const REFUSED: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: a, labels: {app: web}}, spec: {containers: [{name: a, image: a}]}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: a}, spec: {containers: [{name: a, image: a}]}}\n---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: a}, spec: {podSelector: {}, policyTypes: [Inwards]}}\n";
const PATHS: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: ops}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}]\n";
const TEST: &str = "apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: a}\npolicies: [policy.yaml]\nresources: [pod.yaml]\nresults: [{policy: a, rule: b, kind: Pod, resources: [web], result: fail}]\n";

/// The files that the cells name.
const FILES: &[(&str, &str)] = &[
    ("pod.yaml", POD),
    ("other.yaml", OTHER),
    ("images.lock", "version: v1\n"),
    ("bad.lock", "version: v2\n"),
    (
        "public.pem",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2yofQeyMgowvqbfy14eV+vV3yxAr\nLf4SwZcGIneQfLmEk/7vOa9LT78dITMosqTHACgn54cDl3u/Z1v3hsnUeA==\n-----END PUBLIC KEY-----\n",
    ),
    ("nameless.yaml", NAMELESS),
    ("clean.yaml", CLEAN),
    ("sound.yaml", SOUND),
    ("untyped.yaml", "kind: ConfigMap\nmetadata: {name: a}\n"),
    ("broken.yaml", "a: [\n"),
    ("template.yaml", TEMPLATE),
    ("empty.yaml", ""),
    ("text.yaml", "hello\n"),
    ("foreign.yaml", "replicas: 3\n"),
    ("kind.yaml", "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n"),
    ("kubeadm.yaml", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"),
    ("mixed/clean.yaml", CLEAN),
    ("mixed/broken.yaml", "a: [\n"),
    ("flawed/pod.yaml", POD),
    ("flawed/broken.yaml", "a: [\n"),
    ("bare/notes.txt", "hello\n"),
    ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("chart/values.yaml", "image: web:1\n"),
    ("chart/templates/a.yaml", TEMPLATE),
    ("chart/templates/b.yaml", TEMPLATE),
    ("access.yaml", ACCESS),
    ("roles/access.yaml", ACCESS),
    ("roles/broken.yaml", "kind: Role\n  a: b\n"),
    ("net.yaml", NETWORK),
    ("nets/net.yaml", NETWORK),
    ("nets/broken.yaml", "kind: NetworkPolicy\n  a: b\n"),
    ("open.yaml", OPEN),
    ("doubted.yaml", REFUSED),
    ("paths.yaml", PATHS),
    ("paths/paths.yaml", PATHS),
    ("paths/broken.yaml", "kind: Role\n  a: b\n"),
    ("policy.yaml", POLICY),
    ("binding.yaml", ADMISSION),
    (
        "unbound.yaml",
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: a}\nspec: {validations: [{expression: '1 +'}]}\n",
    ),
    ("kyverno/policy.yaml", RULE),
    ("kyverno/pod.yaml", POD),
    ("kyverno/kyverno-test.yaml", TEST),
    ("differs/policy.yaml", RULE),
    ("differs/pod.yaml", SOUND),
    (
        "differs/kyverno-test.yaml",
        "apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: a}\npolicies: [policy.yaml]\nresources: [pod.yaml]\nresults: [{policy: a, rule: b, kind: Pod, resources: [sound], result: fail}]\n",
    ),
    ("refused.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: All}]\n"),
    ("event.json", EVENT),
    ("audit.log", EVENT),
    ("discovery.log", DISCOVERY),
    (
        "gadget.yaml",
        "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: a, namespace: b}\n",
    ),
    ("torn.log", "{\"level\":\n"),
    ("app.yaml", crate::network_policy::APP),
    ("outside.yaml", crate::network_policy::OUTSIDE),
    ("wall.yaml", crate::network_policy::WALL),
    ("encryption.yaml", ENCRYPTION),
    (
        "plain.key",
        "-----BEGIN EC PRIVATE KEY-----\nMDECAQEEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHoAoGCCqGSM49\nAwEH\n-----END EC PRIVATE KEY-----\n",
    ),
    ("teams.txt", "team-a\n"),
    ("known.json", "{\"version\":\"v1\",\"findings\":{}}\n"),
];

pub(crate) const CELLS: &[Cell] = &[
    ("check", "there is nothing to say", "-f clean.yaml", "", 0),
    ("check", "what is found is below --fail-on", "-f pod.yaml --fail-on never", "", 0),
    (
        "check",
        "--allow-incomplete, and something was not read",
        "-f mixed --allow-incomplete",
        "",
        0,
    ),
    (
        "check",
        "--allow-incomplete, and there was nothing to check",
        "-f empty.yaml --allow-incomplete",
        "",
        0,
    ),
    ("check", "something else than a manifest lies beside", "-f clean.yaml -f foreign.yaml", "", 0),
    ("check", "a file of another program lies beside", "-f clean.yaml -f kind.yaml", "", 0),
    ("check", "all of it was there before", "-f pod.yaml --against pod.yaml", "", 0),
    ("check", "there are findings", "-f pod.yaml", "", 1),
    ("check", "something is new", "-f pod.yaml --against clean.yaml", "", 1),
    ("check", "there are findings, and something was not read", "-f flawed", "", 1),
    ("check", "an object does not say what it is", "-f untyped.yaml", "", 1),
    ("check", "the worst of what is found is left out", "-f pod.yaml --max-findings 0", "", 1),
    ("check", "an option is wrong", "-f pod.yaml --fail-on urgent", "", 2),
    ("check", "a file of settings is wrong", "-f pod.yaml --config clean.yaml", "", 2),
    ("check", "labels choose among something else than a cluster", "-f clean.yaml -l a=b", "", 2),
    (
        "check",
        "options leave no rule to run",
        "-f pod.yaml --rule host-aliases --skip host-aliases",
        "",
        2,
    ),
    ("check", "--apply, and the format is no report for a cluster", "--apply", "", 2),
    ("check", "--apply, and files are named", "-f pod.yaml -o policyreport --apply", "", 2),
    ("check", "nothing is named", "", "", 2),
    (
        "check",
        "two reports go to one file",
        "clean.yaml --output-file json=a --output-file csv=a",
        "",
        2,
    ),
    ("check", "an address is not one of https", "http://127.0.0.1:1/pod.yaml", "", 2),
    ("check", "a named file is not there", "-f nowhere.yaml -f pod.yaml", "", 2),
    ("check", "a named folder of a kustomization is not there", "-k nowhere", "", 2),
    ("check", "a file of --crd is not there", "-f clean.yaml --crd nowhere.yaml", "", 2),
    (
        "check",
        "a report cannot be written",
        "-f clean.yaml --output-file json=nowhere/out.json",
        "",
        2,
    ),
    (
        "check",
        "a baseline cannot be written",
        "-f clean.yaml --write-baseline nowhere/known.json",
        "",
        2,
    ),
    ("check", "--against names nothing that is there", "-f pod.yaml --against nowhere", "", 2),
    (
        "check",
        "--against names something else than manifests or a report of check",
        "-f pod.yaml --against known.json",
        "",
        2,
    ),
    ("check", "nothing is new, and something was not read", "-f flawed --against flawed", "", 3),
    ("check", "a document cannot be read", "-f broken.yaml", "", 3),
    ("check", "one of several documents cannot be read", "-f mixed", "", 3),
    ("check", "a document is a template", "-f template.yaml", "", 3),
    ("check", "a chart is named", "-f chart -R", "", 3),
    ("check", "a chart is named without its templates", "-f chart", "", 3),
    ("check", "an address cannot be reached", "https://127.0.0.1:1/pod.yaml", "", 3),
    ("check", "a file is empty", "-f empty.yaml", "", 3),
    ("check", "a file is mere text", "-f text.yaml", "", 3),
    ("check", "there is no object in what was read", "-f foreign.yaml", "", 3),
    ("check", "there are only files of other programs", "-f kind.yaml -f kubeadm.yaml", "", 3),
    ("check", "a folder has no manifest", "-f bare", "", 3),
    ("check", "everything is excluded", "-f pod.yaml --exclude pod.yaml", "", 3),
    ("check", "standard input is empty", "-f -", "", 3),
    ("check", "a file is there and cannot be read", "-f unreadable.yaml", "", 3),
    ("check", "a file of --crd defines nothing", "-f clean.yaml --crd clean.yaml", "", 3),
    ("check", "there is no kubectl to build a kustomization", "-k bare", "", 3),
    ("simulate network", "all connections are listed", "-f net.yaml", "", 0),
    (
        "simulate network",
        "the connection goes through",
        "net.yaml --from a/web --to a/db:80",
        "",
        0,
    ),
    (
        "simulate network",
        "--allow-incomplete, and something was not read",
        "-f nets --allow-incomplete",
        "",
        0,
    ),
    ("simulate network", "the connection is refused", "net.yaml --from a/db --to a/web:80", "", 1),
    ("simulate network", "a change opens something", "open.yaml --against net.yaml", "", 1),
    ("simulate network", "an option is wrong", "net.yaml --from a/b/c", "", 2),
    ("simulate network", "nobody has the name", "net.yaml --from a/x --to a/db", "", 2),
    ("simulate network", "a named file is not there", "nowhere.yaml", "", 2),
    ("simulate network", "no cluster is known", "", "", 2),
    ("simulate network", "something was not read", "-f nets", "", 3),
    (
        "simulate network",
        "the API server refuses a policy that may be for one end",
        "doubted.yaml --from a/web --to a/db:80",
        "",
        3,
    ),
    ("simulate admission", "everything is admitted", "sound.yaml --policy binding.yaml", "", 0),
    (
        "simulate admission",
        "--allow-incomplete, and something was not read",
        "-f sound.yaml -f broken.yaml --policy binding.yaml --allow-incomplete",
        "",
        0,
    ),
    ("simulate admission", "all tests of policies are as they expect", "--test kyverno", "", 0),
    ("simulate admission", "something is refused", "-f pod.yaml --policy binding.yaml", "", 1),
    (
        "simulate admission",
        "something is refused, and something was not read",
        "-f pod.yaml -f broken.yaml --policy binding.yaml",
        "",
        1,
    ),
    ("simulate admission", "a test of a policy is not as it expects", "--test differs", "", 1),
    (
        "simulate admission",
        "an option is wrong",
        "pod.yaml --policy binding.yaml --operation patch",
        "",
        2,
    ),
    ("simulate admission", "nothing is named", "", "", 2),
    ("simulate admission", "there is no cluster to ask", "pod.yaml", "", 2),
    (
        "simulate admission",
        "a named file is not there",
        "nowhere.yaml --policy binding.yaml",
        "",
        2,
    ),
    (
        "simulate admission",
        "a file of policies is not there",
        "pod.yaml --policy nowhere.yaml",
        "",
        2,
    ),
    ("simulate admission", "a folder of tests is not there", "--test nowhere", "", 2),
    (
        "simulate admission",
        "an output cannot be written",
        "sound.yaml --policy binding.yaml --output-file json=nowhere/out.json",
        "",
        2,
    ),
    (
        "simulate admission",
        "a document cannot be read",
        "-f sound.yaml -f broken.yaml --policy binding.yaml",
        "",
        3,
    ),
    (
        "simulate admission",
        "the API server would refuse a policy",
        "sound.yaml --policy unbound.yaml",
        "",
        3,
    ),
    (
        "simulate admission",
        "what an object was before is not known",
        "sound.yaml --policy binding.yaml --operation update",
        "",
        3,
    ),
    ("simulate admission", "there is no policy", "sound.yaml --policy clean.yaml", "", 3),
    ("simulate admission", "there is nothing to judge", "empty.yaml --policy binding.yaml", "", 3),
    ("simulate admission", "there is no test", "--test bare", "", 3),
    ("simulate pod-security", "everything is let in", "-f pod.yaml --level privileged", "", 0),
    (
        "simulate pod-security",
        "--allow-incomplete, and something was not read",
        "-f mixed.json --allow-incomplete",
        "",
        0,
    ),
    ("simulate pod-security", "something is rejected", "-f pod.yaml", "", 1),
    ("simulate pod-security", "an option is wrong", "-f pod.yaml --level strict", "", 2),
    ("simulate pod-security", "a named file is not there", "-f nowhere.yaml", "", 2),
    ("simulate pod-security", "there is nothing to ask about", "-f clean.yaml", "", 3),
    ("simulate pod-security", "a document cannot be read", "-f broken.yaml", "", 3),
    (
        "simulate pod-security",
        "the server cannot decode an object",
        "-f -",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, generation: '1'}\nspec: {containers: [{name: a, image: a}]}\n",
        3,
    ),
    ("simulate pod-security", "standard input is empty", "-f -", "", 3),
    ("simulate pod-security", "a file is there and cannot be read", "-f unreadable.yaml", "", 3),
    ("plan", "everything meets the level", "-f sound.yaml", "", 0),
    (
        "plan",
        "--allow-incomplete, and something was not read",
        "-f sound.yaml -f broken.yaml --allow-incomplete",
        "",
        0,
    ),
    ("plan", "something is in the way of the level", "-f pod.yaml", "", 1),
    (
        "plan",
        "something is in the way of the level, and something was not read",
        "-f flawed",
        "",
        1,
    ),
    ("plan", "an option is wrong", "-f pod.yaml --level strict", "", 2),
    ("plan", "there is no level to reach", "-f pod.yaml --level privileged", "", 2),
    ("plan", "a namespace is not there", "nowhere -f pod.yaml", "", 2),
    ("plan", "a named file is not there", "-f nowhere.yaml", "", 2),
    (
        "plan",
        "an API server would not take the configuration",
        "-f pod.yaml --admission-config clean.yaml",
        "",
        2,
    ),
    ("plan", "no cluster is known", "", "", 2),
    ("plan", "a document cannot be read", "-f sound.yaml -f broken.yaml", "", 3),
    ("plan", "there is nothing that is or makes a pod", "-f clean.yaml", "", 3),
    ("who-can", "somebody may", "get xs.x.io -f access.yaml", "", 0),
    (
        "who-can",
        "--allow-incomplete, and something was not read",
        "get xs.x.io -f roles --allow-incomplete",
        "",
        0,
    ),
    ("who-can", "nobody may but system:masters", "shred xs.x.io -f access.yaml", "", 1),
    ("who-can", "a path has a name", "get /healthz web -f access.yaml", "", 2),
    (
        "who-can",
        "labels choose among something else than a cluster",
        "get xs.x.io -f access.yaml -l a=b",
        "",
        2,
    ),
    ("who-can", "a named file is not there", "get xs.x.io -f nowhere.yaml", "", 2),
    ("who-can", "no cluster is known", "get pods", "", 2),
    ("who-can", "somebody may, and something was not read", "get xs.x.io -f roles", "", 3),
    ("who-can", "nobody may by what could be read", "shred xs.x.io -f roles", "", 3),
    ("what-can", "there is something", "ann -f access.yaml", "", 0),
    ("what-can", "roles with wildcards are listed", "* -f access.yaml", "", 0),
    ("what-can", "nothing is granted anew", "* -f access.yaml --against access.yaml", "", 0),
    ("what-can", "something is granted anew", "* -f access.yaml --against clean.yaml", "", 1),
    ("what-can", "the name is none of a ServiceAccount", "sa:web -f access.yaml", "", 2),
    (
        "what-can",
        "--against names nothing that is there",
        "ann -f access.yaml --against nowhere",
        "",
        2,
    ),
    ("what-can", "no cluster is known", "ann", "", 2),
    ("what-can", "something was not read", "ann -f roles", "", 3),
    ("who-can become", "somebody can", "secrets -f paths.yaml", "", 0),
    (
        "who-can become",
        "--allow-incomplete, and something was not read",
        "secrets -f paths --allow-incomplete",
        "",
        0,
    ),
    ("who-can become", "nobody can", "secrets --from bob -f paths.yaml", "", 1),
    ("who-can become", "the target is nobody", "user: -f paths.yaml", "", 2),
    (
        "who-can become",
        "a part of a cluster is asked about",
        "secrets -f paths.yaml -n team",
        "",
        2,
    ),
    ("who-can become", "a named file is not there", "secrets -f nowhere.yaml", "", 2),
    ("who-can become", "no cluster is known", "secrets", "", 2),
    ("who-can become", "somebody can, and something was not read", "secrets -f paths", "", 3),
    ("who-can become", "nobody can by what could be read", "secrets --from bob -f paths", "", 3),
    (
        "verify",
        "the file is not what was signed",
        "--file pod.yaml --bundle pod.yaml --key public.pem",
        "",
        1,
    ),
    ("verify", "nobody is named who must have signed", "a.example/web:1", "", 2),
    ("verify", "nobody answers for the registry", "127.0.0.1:1/a:1 --key public.pem", "", 3),
    ("sign", "the image has no digest", "a.example/web:1 --key none.key", "", 2),
    (
        "sign",
        "nobody answers for the registry",
        "127.0.0.1:1/a@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --key plain.key",
        "",
        3,
    ),
    ("fix", "every workload reaches its level", "-f pod.yaml", "", 0),
    ("fix", "there is nothing to mend", "-f clean.yaml", "", 0),
    (
        "fix",
        "a patch is made, and every workload reaches its level",
        "-f pod.yaml --patch ssa",
        "",
        0,
    ),
    ("fix", "--allow-incomplete, and something was not read", "-f mixed --allow-incomplete", "", 0),
    ("fix", "a workload does not reach its level", "-f pod.yaml --safe-only", "", 1),
    (
        "fix",
        "a workload does not reach its level, and something was not read",
        "-f flawed --safe-only",
        "",
        1,
    ),
    ("fix", "an option is wrong", "-f pod.yaml --level strict", "", 2),
    ("fix", "--pin, and there is no lock", "-f pod.yaml --pin", "", 2),
    ("fix", "the lock is none", "-f pod.yaml --pin --lock bad.lock", "", 2),
    (
        "fix",
        "options leave no rule to run",
        "-f pod.yaml --rule host-aliases --skip host-aliases",
        "",
        2,
    ),
    ("fix", "nothing is named", "", "", 2),
    ("fix", "a named file is not there", "-f nowhere.yaml", "", 2),
    ("fix", "there is no file to change", "- --write", POD, 2),
    ("fix", "there is no terminal to ask on", "-f pod.yaml --interactive", "", 2),
    ("fix", "an output cannot be written", "-f pod.yaml --output-file nowhere/a.diff", "", 2),
    ("fix", "--patch makes a folder, and none is named", "-f pod.yaml --patch kustomize", "", 2),
    (
        "fix",
        "--patch is to print patches of several objects",
        "-f pod.yaml -f other.yaml --patch json6902",
        "",
        2,
    ),
    (
        "fix",
        "an object that is mended cannot be patched",
        "-f nameless.yaml --patch json6902",
        "",
        2,
    ),
    ("fix", "--patch and --write exclude each other", "-f pod.yaml --patch ssa --write", "", 2),
    ("fix", "a document cannot be read", "-f broken.yaml", "", 3),
    ("fix", "--pin, and the lock lacks an image", "-f pod.yaml --pin --lock images.lock", "", 3),
    ("fix", "a document is a template", "-f template.yaml", "", 3),
    ("fix", "a file is empty", "-f empty.yaml", "", 3),
    ("fix", "standard input is empty", "-f -", "", 3),
    (
        "simulate audit",
        "a request is answered",
        "-f policy.yaml --user alice --verb get --resource pods",
        "",
        0,
    ),
    ("simulate audit", "a log is answered", "-f policy.yaml --events audit.log", "", 0),
    (
        "simulate audit",
        "--allow-incomplete, and some of the log was not read",
        "-f policy.yaml --events torn.log --allow-incomplete",
        "",
        0,
    ),
    (
        "simulate audit",
        "the API server refuses the policy",
        "-f refused.yaml --user alice --verb get --resource pods",
        "",
        1,
    ),
    ("simulate audit", "an option is wrong", "-f policy.yaml --verb get --resource pods", "", 2),
    (
        "simulate audit",
        "the policy is not there",
        "-f nowhere.yaml --user alice --verb get --resource pods",
        "",
        2,
    ),
    ("simulate audit", "the log is not there", "-f policy.yaml --events nowhere.log", "", 2),
    ("simulate audit", "a line of the log is no event", "-f policy.yaml --events torn.log", "", 3),
    ("simulate audit", "the log is empty", "-f policy.yaml --events empty.yaml", "", 3),
    ("simulate audit", "the event is none", "-f policy.yaml --event clean.yaml", "", 3),
    (
        "simulate audit",
        "the policy is there and cannot be read",
        "-f unreadable.yaml --user alice --verb get --resource pods",
        "",
        3,
    ),
    (
        "simulate audit",
        "the log is there and cannot be read",
        "-f policy.yaml --events bare",
        "",
        3,
    ),
    ("namespace", "objects are made", "team-a", "", 0),
    ("namespace", "an option is wrong", "team-a --size huge", "", 2),
    ("namespace", "a file of names is not there", "-f nowhere.txt", "", 2),
    ("namespace", "a file cannot be written", "team-a --output-file nowhere/a.yaml", "", 2),
    ("namespace", "a folder cannot be written", "team-a --output-dir clean.yaml/x", "", 2),
    ("namespace", "no cluster is known", "team-a --apply", "", 2),
    ("namespace", "a file of names is there and cannot be read", "-f bare", "", 3),
    ("external-secret", "objects are made", "app -n team-a --key a --store-name vault", "", 0),
    ("external-secret", "an option is wrong", "app -n team-a --key a --store rot13", "", 2),
    (
        "external-secret",
        "no cluster is known",
        "-n team-a --from-cluster app --store-name vault",
        "",
        2,
    ),
    ("audit-policy", "a policy is made", "", "", 0),
    (
        "audit-policy",
        "--allow-incomplete, and some of the log was not read",
        "--estimate mixed.log --allow-incomplete",
        "",
        0,
    ),
    ("audit-policy", "the platform takes no policy", "--platform gke", "", 1),
    ("audit-policy", "an option is wrong", "--profile loud", "", 2),
    ("audit-policy", "the log is not there", "--estimate nowhere.log", "", 2),
    ("audit-policy", "a file cannot be written", "--output-file nowhere/policy.yaml", "", 2),
    ("audit-policy", "there is no event in the log", "--estimate empty.yaml", "", 3),
    ("audit-policy", "a line of the log is no event", "--estimate mixed.log", "", 3),
    ("audit-policy", "the log is there and cannot be read", "--estimate bare", "", 3),
    ("role", "a role is made", "--from-audit audit.log --user alice", "", 0),
    (
        "role",
        "--allow-incomplete, and some of the log was not read",
        "--from-audit mixed.log --user alice --allow-incomplete",
        "",
        0,
    ),
    (
        "role",
        "nothing was used that needs a role",
        "--from-audit discovery.log --user alice",
        "",
        1,
    ),
    ("role", "an option is wrong", "--from-audit audit.log", "", 2),
    ("role", "the log is not there", "--from-audit nowhere.log --user alice", "", 2),
    ("role", "there is no event of them in the log", "--from-audit audit.log --user bob", "", 3),
    ("role", "a line of the log is no event", "--from-audit mixed.log --user alice", "", 3),
    (
        "role",
        "some of the roles that are there could not be read",
        "--from-audit audit.log --user alice -f roles",
        "",
        3,
    ),
    ("role", "the resource of a kind is not known", "--for-manifests gadget.yaml", "", 3),
    ("admission-policy", "policies are made", "host-port", "", 0),
    ("admission-policy", "policies are converted", "-f binding.yaml --engine kyverno", "", 0),
    (
        "admission-policy",
        "an option is wrong",
        "host-port --exempt-image '*' --exempt-reason a",
        "",
        2,
    ),
    ("admission-policy", "there is no such intent", "no-such-intent", "", 2),
    (
        "admission-policy",
        "an engine has no words for one of several",
        "pod-access host-port --engine gatekeeper",
        "",
        3,
    ),
    (
        "admission-policy",
        "an engine has no words for it",
        "host-port --kubernetes-version 1.29",
        "",
        2,
    ),
    ("admission-policy", "a file is not there", "-f nowhere.yaml", "", 2),
    ("admission-policy", "a file has no policy", "-f clean.yaml", "", 2),
    (
        "admission-policy",
        "a policy is left out, or a document cannot be read",
        "-f broken.yaml",
        "",
        3,
    ),
    ("network-policy", "policies are made", "-f app.yaml", "", 0),
    ("network-policy", "a file is not there", "-f nowhere.yaml", "", 2),
    ("network-policy", "there is no workload", "-f clean.yaml", "", 2),
    ("network-policy", "there is no cluster to ask", "", "", 2),
    ("network-policy", "--snapshot and files are named", "--snapshot a -f app.yaml", "", 2),
    (
        "network-policy",
        "something that is wanted would not pass, or something else would",
        "-f app.yaml -f wall.yaml",
        "",
        1,
    ),
    (
        "network-policy",
        "something is wanted of which more has to be said",
        "-f outside.yaml",
        "",
        3,
    ),
    (
        "network-policy",
        "the same, and --allow-incomplete",
        "-f outside.yaml --allow-incomplete",
        "",
        0,
    ),
    ("image-policy", "a policy is made", "-f pod.yaml --key k8s://a/b", "", 0),
    ("image-policy", "a signer is wrong", "-f pod.yaml --issuer https://a.example", "", 2),
    ("image-policy", "the lock has no signer", "-f pod.yaml --lock images.lock", "", 2),
    ("image-policy", "a file is not there", "-f nowhere.yaml --key k8s://a/b", "", 2),
    ("image-policy", "nothing there names an image", "-f clean.yaml --key k8s://a/b", "", 2),
    ("image-policy", "there is no cluster to ask", "--key k8s://a/b", "", 2),
    (
        "image-policy",
        "--snapshot and files are named",
        "--snapshot a -f pod.yaml --key k8s://a/b",
        "",
        2,
    ),
    ("image-policy", "-A and files are named", "-A -f pod.yaml --key k8s://a/b", "", 2),
    ("image-policy", "a document cannot be read", "flawed --key k8s://a/b", "", 3),
    (
        "image-policy",
        "the same, and --allow-incomplete",
        "flawed --key k8s://a/b --allow-incomplete",
        "",
        0,
    ),
    ("image-policy", "nothing can be read", "-f broken.yaml --key k8s://a/b", "", 3),
    ("pod-security", "a configuration is made", "", "", 0),
    ("pod-security", "the platform takes no configuration", "--platform openshift", "", 1),
    ("pod-security", "an option is wrong", "--level strict", "", 2),
    ("pod-security", "a file cannot be written", "--output-file nowhere/admission.yaml", "", 2),
    ("encryption", "a configuration is made", "", "", 0),
    ("encryption", "the platform takes no configuration", "--platform aks", "", 1),
    ("encryption", "an option is wrong", "--provider rot13", "", 2),
    ("encryption", "a file cannot be written", "--output-file nowhere/encryption.yaml", "", 2),
    ("encryption enable", "a plan is made", "", "", 0),
    ("encryption enable", "the platform replaces its keys itself", "--platform k3s", "", 1),
    ("encryption enable", "an option is wrong", "--provider rot13", "", 2),
    ("encryption enable", "the file is not there", "-f nowhere.yaml", "", 2),
    ("encryption enable", "the file is there and cannot be read", "-f bare", "", 3),
    ("encryption rotate", "a stage is told", "-f encryption.yaml --stage status", "", 0),
    ("encryption rotate", "the platform replaces its keys itself", "--platform k3s", "", 1),
    ("encryption rotate", "an option is wrong", "-f encryption.yaml --stage never", "", 2),
    (
        "encryption rotate",
        "no cluster is known",
        "-f encryption.yaml --stage status --verify",
        "",
        2,
    ),
    ("encryption rotate", "the file is there and cannot be read", "-f bare", "", 3),
    ("encryption disable", "a stage is told", "-f encryption.yaml --stage status", "", 0),
    ("encryption disable", "the platform replaces its keys itself", "--platform k3s", "", 1),
    ("encryption disable", "an option is wrong", "-f encryption.yaml --stage never", "", 2),
    ("encryption disable", "the file is there and cannot be read", "-f bare", "", 3),
    ("explain", "a rule is explained", "host-port", "", 0),
    ("explain", "there is no such rule", "nonsense", "", 2),
    ("rules", "rules are listed", "", "", 0),
    ("rules", "a file cannot be written", "--output-file nowhere/rules.txt", "", 2),
    ("rules", "an option is wrong", "--min-severity urgent", "", 2),
    ("completion", "a script is printed", "bash", "", 0),
    ("completion", "there is no such shell", "tcl", "", 2),
    ("help", "a command is explained", "check", "", 0),
    ("help", "there is no such command", "nonsense", "", 2),
    ("version", "the version is printed", "", "", 0),
    ("version", "an option is wrong", "-o xml", "", 2),
    ("check", "--snapshot names what is not there", "--snapshot nowhere", "", 2),
    ("check", "--watch and files are named", "--watch -f pod.yaml", "", 2),
    ("check", "--watch, and a format that is one document", "--watch -o sarif", "", 2),
    ("check", "--snapshot and files are named", "--snapshot pod.yaml -f pod.yaml", "", 2),
    ("snapshot", "an option is wrong", "-n a -A", "", 2),
    ("snapshot", "no cluster is known", "-A", "", 2),
    ("playground", "an option is wrong", "--port x", "", 2),
    ("mcp", "the client closes standard input", "", "", 0),
    ("mcp", "an option is wrong", "--max-bytes 1", "", 2),
    ("mcp", "--listen without --transport http", "--listen 127.0.0.1:1", "", 2),
    (
        "mcp",
        "--listen is reached from elsewhere, and no name is said",
        "--transport http --listen 0.0.0.0:1",
        "",
        2,
    ),
    (
        "mcp",
        "the client speaks something else",
        "",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n",
        2,
    ),
];

/// What only a cluster answers, and where that is tested.
const ASKED: &[(&str, &str, i32)] = &[
    ("namespace", "--diff shows a difference", 1),
    ("external-secret", "--diff shows a difference", 1),
    ("admission-policy", "--diff shows a difference", 1),
    ("image-policy", "--diff shows a difference", 1),
    ("network-policy", "--diff shows a difference", 1),
    ("role", "--diff shows a difference", 1),
    ("image-policy", "--dry-run=server, and something could not be checked", 3),
    ("namespace", "the API server rejects an object of --apply", 2),
    ("external-secret", "the API server rejects an object of --apply", 2),
    ("namespace", "--dry-run=server, and something could not be checked", 3),
    ("external-secret", "--dry-run=server, and something could not be checked", 3),
    ("encryption enable", "--verify, and the answer is no", 1),
    ("encryption rotate", "--verify, and the answer is no", 1),
    ("encryption disable", "--verify, and the answer is no", 1),
    ("encryption enable", "--verify, and the API server does not tell", 3),
    ("encryption rotate", "--verify, and the API server does not tell", 3),
    ("encryption disable", "--verify, and the API server does not tell", 3),
    ("check", "--watch is ended, and what was found last is below --fail-on", 0),
    ("check", "--watch is ended, and there were findings at last", 1),
    ("verify", "every image is verified", 0),
    ("verify", "an image is not signed as expected, or what is demanded is missing", 1),
    ("sign", "the signature is pushed, or is there already", 0),
    ("snapshot", "a snapshot is written", 0),
    ("snapshot", "something could not be read", 3),
    ("playground", "it is stopped", 0),
    ("mcp", "--transport http, and it is stopped", 0),
];

/// What a command never ends with: it finds nothing, or reads nothing.
const NEVER: &[(&str, &[i32])] = &[
    ("encryption", &[3]),
    ("pod-security", &[3]),
    ("explain", &[1, 3]),
    ("rules", &[1, 3]),
    ("completion", &[1, 3]),
    ("version", &[1, 3]),
    ("help", &[1, 3]),
    ("snapshot", &[1]),
    ("playground", &[1, 3]),
    ("mcp", &[1, 3]),
    ("sign", &[1]),
];

pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    // No text in any encoding; also for whoever may read every file.
    write("unreadable.yaml", b"kind: \xff\xfe\xff\n");
    write("mixed.log", format!("{{\"level\":\n{EVENT}").as_bytes());
    write("mixed.json", format!("{CLEAN}---\na: [\n").as_bytes());
    folder
}

pub(crate) fn command_of(folder: &Path, name: &str, words: &str) -> std::process::Command {
    let mut it = command();
    it.args(name.split(' ')).args(words.split_whitespace()).current_dir(folder);
    it.env("PATH", "/nonexistent");
    it
}

/// The commands that can be run as they are, in the order of the page.
fn leaves() -> Vec<String> {
    fn collect(above: &str, command: &clap::Command, leaves: &mut Vec<String>) {
        let name = format!("{above} {}", command.get_name()).trim().to_owned();
        command.get_subcommands().for_each(|it| collect(&name, it, leaves));
        if !command.is_subcommand_required_set() {
            leaves.push(name);
        }
    }
    let mut all = Vec::new();
    kubectl_harden::command().get_subcommands().for_each(|it| collect("", it, &mut all));
    all
}

#[test]
fn every_command_has_a_cell_for_every_code() {
    let leaves = leaves();
    let cells = CELLS.iter().map(|(name, _, _, _, code)| (*name, *code));
    let asked = ASKED.iter().map(|(name, _, code)| (*name, *code));
    let never = NEVER.iter().flat_map(|(name, codes)| codes.iter().map(move |it| (*name, *it)));
    let never: Vec<_> = never.collect();
    let has: Vec<_> = cells.chain(asked).collect();
    for (name, _) in has.iter().chain(&never) {
        assert!(leaves.iter().any(|it| it == name), "there is no command {name}");
    }
    for leaf in &leaves {
        for code in 0..=3 {
            let is_there = has.contains(&(leaf, code));
            let is_never = never.contains(&(leaf, code));
            assert!(is_there != is_never, "{leaf} and {code}: {is_there}, never: {is_never}");
        }
    }
}

#[test]
fn every_cell_is_so() {
    let folder = folder();
    let mut wrong = Vec::new();
    for cell in CELLS {
        let (name, case, words, input, code) = cell;
        let ended = finish(&mut command_of(folder.path(), name, words), input);
        if ended.code != *code {
            wrong.push(format!(
                "{name} {words} ({case}): {} and not {code}\n{}{}",
                ended.code, ended.stdout, ended.stderr
            ));
        }
        let is_said = ended.stdout.contains("incomplete: ") || *name != "check";
        assert!(*code != 3 || is_said, "{words}: {}", ended.stdout);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_written_is_an_error_and_whoever_goes_away_has_seen_enough() {
    let folder = folder();
    // What nobody asks anything has nothing to write.
    for leaf in leaves().into_iter().filter(|it| it != "mcp") {
        let Some((name, _, words, ..)) =
            CELLS.iter().find(|(name, .., code)| *name == leaf && *code == 0)
        else {
            continue;
        };
        let mut full = command_of(folder.path(), name, words);
        let full = full.stdin(Stdio::null()).stdout(File::create("/dev/full").unwrap());
        let ended = full.stderr(Stdio::null()).status().unwrap();
        assert_eq!(ended.code(), Some(2), "{leaf} to a full disk");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut gone = command_of(folder.path(), name, words);
        let gone = gone.stdin(Stdio::null()).stdout(writer).stderr(Stdio::null());
        assert_eq!(gone.status().unwrap().code(), Some(0), "{leaf} to nobody");
    }
}

#[test]
fn every_format_says_what_is_missing_whatever_the_code() {
    let folder = folder();
    let check = kubectl_harden::command();
    let check = check.find_subcommand("check").unwrap().clone();
    let output = check.get_arguments().find(|it| it.get_id() == "output").unwrap();
    let formats: Vec<_> =
        output.get_possible_values().iter().map(|it| it.get_name().to_owned()).collect();
    assert!(formats.len() > 10, "{formats:?}");
    for format in formats {
        for (words, code, why) in [
            ("-f mixed", 3, "a document could not be read"),
            ("-f flawed", 1, "a document could not be read"),
            ("-f mixed --allow-incomplete", 0, "a document could not be read"),
            ("-f empty.yaml", 3, "it holds no Kubernetes object, so nothing was checked"),
            ("-f chart -R", 3, "a Helm chart, of which 2 templates were not checked"),
            ("-f nowhere.yaml", 2, "No such file or directory"),
        ] {
            let words = format!("{words} -o {format}");
            let ended = finish(&mut command_of(folder.path(), "check", &words), "");
            assert_eq!(ended.code, code, "{words}");
            assert!(ended.stdout.contains(why), "{words}: {}", ended.stdout);
            let is_silent = words.contains("mixed") || words.contains("flawed");
            assert!(
                is_silent || !ended.stdout.contains("no findings"),
                "{words}: {}",
                ended.stdout
            );
        }
    }
}

#[test]
fn the_page_shows_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/exit-codes.md");
    let page = fs::read_to_string(&path).unwrap();
    let (head, _) = page.split_once("\n## ").unwrap_or((&page, ""));
    let mut expected = head.trim_end().to_owned() + "\n";
    for leaf in leaves() {
        let _ = write!(expected, "\n## {leaf}\n\n| code | when |\n|---|---|\n");
        for code in 0..=3 {
            let cells = CELLS.iter().map(|(name, case, _, _, of)| (*name, *case, *of));
            let rows = cells.chain(ASKED.iter().copied());
            for (_, case, _) in rows.filter(|(name, _, of)| *name == leaf && *of == code) {
                let _ = writeln!(expected, "| {code} | {case} |");
            }
        }
    }
    if std::env::var("INSTA_UPDATE").is_ok_and(|it| it == "always") {
        fs::write(&path, &expected).unwrap();
    } else {
        assert_eq!(page, expected, "INSTA_UPDATE=always writes it anew");
    }
}
