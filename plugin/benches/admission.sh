#!/usr/bin/env bash
# Measures `kubectl harden simulate admission` over 20,000 Deployments with 20 policies of each engine: CPU time
# and peak memory of whole processes, beside a bare evaluator that reads the same files, converts each object once
# and evaluates (the example `bare` of harden-admission; also its evaluations alone), and beside Kyverno's CLI and
# gator over a tenth of the objects, for they are slow: CPU time an object is compared. The policies of Kyverno and
# Gatekeeper are those that the tests compare with (../shared/conformance, or CONFORMANCE); without them only the
# API server's own are measured.
# Usage: admission.sh [PATH_OF_KUBECTL_HARDEN [PATH_OF_BARE]]; needs python3, and Go for the peers, unless KYVERNO
# and GATOR say where they are. COUNT is the number of Deployments.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../../target/release
harden=${1:-$target/kubectl-harden}
bare=${2:-$target/examples/bare}
conformance=${CONFORMANCE:-$here/../../../shared/conformance}
peers=${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-harden/peers
if [ -d "$conformance" ]; then
  if [ -z "${GATOR:-}" ] && [ ! -x "$peers/gator" ]; then
    CGO_ENABLED=0 GOBIN=$peers go install github.com/open-policy-agent/gatekeeper/v3/cmd/gator@v3.23.1
  fi
  if [ -z "${KYVERNO:-}" ] && [ ! -x "$peers/kyverno" ]; then
    # Its module replaces others, so that it can only be built in its own folder.
    build=$(mktemp -d)
    module=$(cd "$build" && go mod download -json github.com/kyverno/kyverno@v1.19.1 |
      python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
    cp -r "$module/." "$build"
    chmod -R u+w "$build"
    (cd "$build" && CGO_ENABLED=0 go build -o "$peers/kyverno" ./cmd/cli/kubectl-kyverno)
    rm -rf "$build"
  fi
else
  echo "NOT MEASURED: Kyverno and Gatekeeper, because there is no folder $conformance with their policies" >&2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec 3>&1
python3 - "$harden" "$bare" "${KYVERNO:-$peers/kyverno}" "${GATOR:-$peers/gator}" "$work" "$here/deployments.py" \
  "$conformance" "${COUNT:-20000}" <<'PYTHON'
import glob, os, re, statistics, subprocess, sys

harden, bare, kyverno, gator, work, generator, conformance, count = sys.argv[1:]
count = int(count)
tenth = max(count // 10, 1)

# Expressions over a Deployment, from a comparison to nested macros.
EXPRESSIONS = [
    "has(object.spec.replicas) && object.spec.replicas <= 5",
    "object.metadata.name.startsWith('app-')",
    "object.metadata.namespace != 'default'",
    "object.spec.template.spec.containers.all(c, c.image.contains('@sha256:'))",
    "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest'))",
    "object.spec.template.spec.containers.all(c, c.image.matches('^example[.]com/'))",
    "object.spec.template.spec.?securityContext.?runAsNonRoot.orValue(false) == true",
    "variables.containers.all(c, c.?securityContext.?readOnlyRootFilesystem.orValue(false))",
    "variables.containers.all(c, !c.?securityContext.?privileged.orValue(false))",
    "variables.containers.all(c, !c.?securityContext.?allowPrivilegeEscalation.orValue(true))",
    "variables.containers.all(c, has(c.resources.limits) && 'memory' in c.resources.limits)",
    "variables.containers.all(c, c.?resources.?requests.?memory.hasValue() && quantity(c.resources.requests.memory).isLessThan(quantity('2Gi')))",
    "variables.containers.all(c, c.?ports.orValue([]).all(p, p.containerPort >= 1024))",
    "variables.containers.exists(c, c.name == 'app')",
    "variables.containers.map(c, c.name).isSorted()",
    "!object.spec.template.spec.?hostNetwork.orValue(false) && !object.spec.template.spec.?hostPID.orValue(false)",
    "object.spec.selector.matchLabels.all(k, object.spec.template.metadata.labels[k] == object.spec.selector.matchLabels[k])",
    "object.spec.template.spec.?volumes.orValue([]).all(v, !has(v.hostPath))",
    "object.spec.template.spec.?serviceAccountName.orValue('default') != 'default'",
    "variables.containers.all(c, c.?securityContext.?capabilities.?drop.orValue([]).exists(d, d == 'ALL'))",
]

VALIDATING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: own-{n}}}
spec:
  matchConstraints:
    resourceRules: [{{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}}]
  variables: [{{name: containers, expression: object.spec.template.spec.containers}}]
  validations: [{{expression: "{expression}", message: rule {n} is not kept}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: own-{n}}}
spec: {{policyName: own-{n}, validationActions: [Deny]}}
"""

EXPANSION = """\
apiVersion: expansion.gatekeeper.sh/v1beta1
kind: ExpansionTemplate
metadata: {name: deployments}
spec:
  applyTo: [{groups: [apps], kinds: [Deployment], versions: [v1]}]
  templateSource: spec.template
  generatedGVK: {group: "", version: v1, kind: Pod}
"""

def folder(name, files):
    path = os.path.join(work, name)
    os.makedirs(path)
    for at, text in enumerate(files):
        with open(os.path.join(path, f"{at:02}.yaml"), "w") as file:
            file.write(text)
    return path

def read(path):
    with open(path) as file:
        return file.read()

def own():
    return folder("own", [VALIDATING.format(n=n, expression=it) for n, it in enumerate(EXPRESSIONS)])

def of_kyverno():
    """The first 20 ClusterPolicies that validate pods by what is in them alone."""
    found = []
    for part in ("pod-security/baseline", "pod-security/restricted", "best-practices", "other"):
        for path in sorted(glob.glob(f"{conformance}/kyverno-policies/{part}/*/*.yaml")):
            text = read(path)
            others = re.search(r"^ *-? *(mutate|generate|verifyImages|context|apiCall|imageRegistry):", text, re.M)
            if "kind: ClusterPolicy" in text and re.search(r"^ *validate:", text, re.M) and re.search(r"- Pod$", text, re.M) and not others:
                found.append(text)
    assert len(found) >= 20, len(found)
    return folder("kyverno", found[:20])

def of_gatekeeper():
    """20 constraints on the pods that an ExpansionTemplate makes of Deployments, and their templates."""
    found, templates = [], set()
    for path in sorted(glob.glob(f"{conformance}/gatekeeper-library/library/*/*/samples/*/constraint.yaml")):
        text = read(path)
        group, kind = ("", "Pod") if '["Pod"]' in text else ("apps", "Deployment")
        if kind == "Deployment" and "requiredannotations" not in path:
            continue
        match = f'  match: {{kinds: [{{apiGroups: ["{group}"], kinds: [{kind}]}}]}}\n'
        found.append(re.sub(r"^  match:.*\n(?:   .*\n?)*", match, text, flags=re.M))
        templates.add(os.path.normpath(f"{path}/../../../template.yaml"))
    assert len(found) >= 20, len(found)
    needed = [read(it) for it in sorted(templates)]
    return folder("gatekeeper", needed + found[:20] + [EXPANSION])

def run(words, allowed=(0, 1)):
    """CPU seconds, and peak memory in MB."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        os.execv(words[0], words)
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in allowed, (words, code)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

def manifests(count):
    path = os.path.join(work, f"objects-{count}")
    if not os.path.exists(path):
        subprocess.run([sys.executable, generator, path, str(count)], check=True)
    return path

def ours(name, *policies):
    objects = manifests(count)
    named = [word for it in policies for word in ("--policy", it)]
    runs = [run([harden, "simulate", "admission", objects, *named, "-o", "json"], (0, 1)) for _ in range(3)]
    seconds, memory = (statistics.median(column) for column in zip(*runs))
    line = f"{name:28} {seconds:6.2f} s CPU {memory:5.0f} MB"
    if os.path.exists(bare):
        runs = [run([bare, objects, *policies]) for _ in range(3)]
        whole = statistics.median(seconds for seconds, _ in runs)
        said = subprocess.run([bare, objects, *policies], check=True, capture_output=True, text=True).stdout
        alone = int(said.split()[0]) / 1000
        line += f"  {seconds / whole:4.2f} x the bare evaluator ({whole:.2f} s), {seconds / alone:4.2f} x its evaluations alone"
    else:
        line += f"  (no bare evaluator: {bare} is not there)"
    print(line, flush=True)
    return seconds

def beside(name, seconds, words):
    theirs, memory = run(words, (0, 1))
    times = theirs * count / tenth / seconds
    print(f"{name:28} {theirs:6.2f} s CPU {memory:5.0f} MB  for {tenth:,} Deployments: {times:.1f} x ours an object", flush=True)

print(f"{count:,} Deployments")
sets = [own()]
ours("20 of the API server's own", sets[0])
if os.path.isdir(conformance):
    sets.append(of_kyverno())
    of_them = ours("20 of Kyverno's", sets[-1])
    beside("  Kyverno's CLI", of_them, [kyverno, "apply", sets[-1], "--resource", manifests(tenth)])
    sets.append(of_gatekeeper())
    of_them = ours("20 of Gatekeeper's", sets[-1])
    beside("  gator", of_them, [gator, "test", "--filename", sets[-1], "--filename", manifests(tenth), "--output", "json"])
    ours("all 60", *sets)
PYTHON
