#!/usr/bin/env python3
"""Measures what `kubectl harden who-can`, `what-can` and `who-can become` take over many roles and bindings.

There are 5,000 roles, 5,000 bindings and 2,000 subjects, from a seed; each question may take one second of processor
time and 100 MB, all paths included.
Usage: become.py [PATH_OF_KUBECTL_HARDEN] [ROLES] [SUBJECTS]
"""

import json
import os
import random
import sys
import tempfile

MOST_SECONDS = 1.0
MOST_MEMORY = 100
NAMESPACES = 100
RBAC = "rbac.authorization.k8s.io"
READING = ["get", "list", "watch"]
WRITING = ["create", "update", "patch", "delete"]
# What most roles allow, and what leads somewhere.
USUAL = [
    ("", "configmaps", READING),
    ("", "events", ["create", "patch"]),
    ("", "pods", READING),
    ("", "services", READING),
    ("apps", "deployments", READING),
    ("coordination.k8s.io", "leases", READING + WRITING),
    ("discovery.k8s.io", "endpointslices", READING),
    ("networking.k8s.io", "ingresses", READING + WRITING),
]
RISKY = [
    ("", "secrets", READING),
    ("", "pods", ["create"]),
    ("", "pods/exec", ["create"]),
    ("", "serviceaccounts/token", ["create"]),
    ("apps", "deployments", WRITING),
    ("batch", "jobs", WRITING),
    (RBAC, "rolebindings", WRITING),
    (RBAC, "roles", ["bind", "escalate"] + WRITING),
    ("", "serviceaccounts", ["impersonate"]),
]


def role(number, is_everywhere, namespace, dice):
    """One role of one to six rules, one in four of which leads somewhere."""
    rules = []
    for _ in range(dice.randint(1, 6)):
        group, resource, verbs = dice.choice(RISKY if dice.random() < 0.25 else USUAL)
        rules.append({"apiGroups": [group], "resources": [resource], "verbs": verbs})
    if is_everywhere and dice.random() < 0.01:
        rules.append({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]})
    return manifest(RBAC + "/v1", "ClusterRole" if is_everywhere else "Role", f"role-{number}", namespace, rules=rules)


def binding(number, kind, name, namespace, subjects):
    reference = {"apiGroup": RBAC, "kind": kind, "name": name}
    whole = "RoleBinding" if namespace else "ClusterRoleBinding"
    return manifest(RBAC + "/v1", whole, f"binding-{number}", namespace, roleRef=reference, subjects=subjects)


def manifest(version, kind, name, namespace, **rest):
    metadata = {"name": name, "labels": {"app.kubernetes.io/name": name}}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def subject(number):
    """Half are ServiceAccounts, the rest users and groups."""
    if number % 2:
        return {"kind": "ServiceAccount", "name": f"account-{number}", "namespace": f"space-{number % NAMESPACES}"}
    kind = "User" if number % 4 else "Group"
    return {"apiGroup": RBAC, "kind": kind, "name": f"{kind.lower()}-{number}"}


def cluster(roles, subjects, dice):
    yield from (manifest("v1", "Namespace", f"space-{it}", None) for it in range(NAMESPACES))
    all_subjects = [subject(it) for it in range(subjects)]
    for it in all_subjects:
        if it["kind"] == "ServiceAccount":
            yield manifest("v1", "ServiceAccount", it["name"], it["namespace"])
            if dice.random() < 0.5:
                spec = {"serviceAccountName": it["name"], "containers": [{"name": "app", "image": "example.com/app:1"}]}
                yield manifest("v1", "Pod", it["name"], it["namespace"], spec=spec)
    for number in range(roles):
        is_everywhere, namespace = number % 5 == 0, f"space-{dice.randrange(NAMESPACES)}"
        yield role(number, is_everywhere, None if is_everywhere else namespace, dice)
        # One ClusterRole in four is bound for the whole cluster.
        place = None if is_everywhere and dice.random() < 0.25 else namespace
        kind = "ClusterRole" if is_everywhere else "Role"
        yield binding(number, kind, f"role-{number}", place, dice.sample(all_subjects, dice.randint(1, 3)))


def block(value, indent=0):
    """YAML as kubectl writes it."""
    space = "  " * indent
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, (dict, list)):
                yield f"{space}{key}:"
                yield from block(inner, indent if isinstance(inner, list) else indent + 1)
            else:
                yield f"{space}{key}: {json.dumps(inner)}"
    else:
        for inner in value:
            if isinstance(inner, dict):
                lines = list(block(inner, indent + 1))
                yield f"{space}- {lines[0].lstrip()}"
                yield from lines[1:]
            else:
                yield f"{space}- {json.dumps(inner)}"


def measure(harden, words):
    """Seconds of processor time, and the most memory in MB."""
    child = os.spawnv(os.P_NOWAIT, harden, [harden, *words, "-o", "json", "--output-file", "/dev/null"])
    _, status, usage = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 1), f"exit status {code}"
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    harden = sys.argv[1] if len(sys.argv) > 1 else f"{here}/../../target/release/kubectl-harden"
    roles = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    subjects = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/cluster.yaml"
        with open(file, "w") as out:
            for it in cluster(roles, subjects, random.Random(1)):
                out.write("---\n" + "\n".join(block(it)) + "\n")
        print(f"{roles} roles, {roles} bindings, {subjects} subjects: {os.path.getsize(file) / 1e6:.1f} MB")
        over = []
        for words in (
            ["who-can", "*", "*"],
            ["what-can", "user-2"],
            ["who-can", "become", "cluster-admin"],
            ["who-can", "become", "cluster-admin", "--cut"],
            ["who-can", "become", "cluster-admin", "--cut=rules"],
            ["who-can", "become", "node", "--cut"],
        ):
            seconds, memory = measure(harden, [*words, "-f", file])
            print(f"  {' '.join(words)}: {seconds:.2f} s, {memory:.0f} MB")
            if seconds > MOST_SECONDS or memory > MOST_MEMORY:
                over.append(" ".join(words))
        assert not over, f"it takes too much: {', '.join(over)}"


main()
