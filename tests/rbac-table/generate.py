#!/usr/bin/env python3
"""Makes the table of the roles and bindings that Kubernetes 1.25 to 1.37 and kubeadm make themselves.

Usage: generate.py [FOLDER]

Without a folder, k8s.io/kubernetes of each minor version is downloaded as a Go module. FOLDER/MINOR then holds
bootstrappolicy/testdata of that version. README.md beside this file explains the table. Needs PyYAML.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import yaml

VERSIONS = [
    "v1.25.16", "v1.26.15", "v1.27.16", "v1.28.15", "v1.29.6", "v1.30.14", "v1.31.14", "v1.32.13",
    "v1.33.13", "v1.34.4", "v1.35.4", "v1.36.3", "v1.37.2",
]  # fmt: skip
DATA = "plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata"
TABLE = Path(__file__).resolve().parents[2] / "crates/harden-core/src/rbac/built_in/table.txt"

# Which roles fill the aggregated ones.
AGGREGATED = {
    "view": ["system:aggregate-to-view"],
    "edit": ["system:aggregate-to-edit", "system:aggregate-to-view"],
    "admin": ["system:aggregate-to-admin", "system:aggregate-to-edit", "system:aggregate-to-view"],
}

KUBEADM = Path(__file__).resolve().parent / "kubeadm.yaml"


# What only a feature gate brings, which is off unless somebody turns it on.
GATED = "cluster-roles-featuregates.yaml"


def main():
    # Of each role, the versions of each atom; of each binding, those of each subject. `None` is kubeadm, or a gate.
    rules = defaultdict(lambda: defaultdict(set))
    bindings = defaultdict(lambda: defaultdict(set))
    for it in yaml.safe_load_all(KUBEADM.read_text()):
        take(it, None, rules, bindings)
    for version in VERSIONS:
        minor = int(version.split(".")[1])
        for file in sorted(folder(version).glob("*.yaml")):
            by = None if file.name == GATED else minor
            for it in yaml.safe_load(file.read_text())["items"]:
                take(it, by, rules, bindings)
    for name, parts in AGGREGATED.items():
        for part in parts:
            for key, versions in rules["ClusterRole", "", part].items():
                rules["ClusterRole", "", name][key] |= versions
    lines = []
    for (kind, namespace, name), atoms in sorted(rules.items()):
        lines.append(f"{kind} {namespace or '-'} {name}{span(atoms.pop(WHOLE))}")
        lines += [f" {it}" for it in compact(atoms)]
    for (kind, namespace, name, role), subjects in sorted(bindings.items()):
        whole = span(subjects.pop(WHOLE))
        them = [it + span(versions).strip() * (span(versions) != whole) for it, versions in sorted(subjects.items())]
        lines.append(" ".join([kind, namespace or "-", name, role, *them]) + whole)
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join(lines) + "\n")


def folder(version):
    if len(sys.argv) > 1:
        return Path(sys.argv[1]) / version.split(".")[1] / "bootstrappolicy/testdata"
    command = ["go", "mod", "download", "-json", f"k8s.io/kubernetes@{version}"]
    answer = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parent)
    return Path(json.loads(answer.stdout)["Dir"]) / DATA


# Stands for the role or binding as a whole.
WHOLE = ()


def span(versions):
    """How a line says in which versions it holds; nothing for all of them."""
    known = sorted(it for it in versions if it is not None)
    if not known:
        return " @-"
    first, last = int(VERSIONS[0].split(".")[1]), int(VERSIONS[-1].split(".")[1])
    runs = []
    for minor in known:
        if runs and runs[-1][1] == minor - 1:
            runs[-1][1] = minor
        else:
            runs.append([minor, minor])
    if runs == [[first, last]]:
        return ""
    return " @" + ",".join(f"{'' if since == first else since}-{'' if until == last else until}" for since, until in runs)


def take(it, version, rules, bindings):
    """Adds what an object allows in a version, or whom it binds."""
    key = (it["kind"], it["metadata"].get("namespace", ""), it["metadata"]["name"])
    if "roleRef" in it:
        role = f"{it['roleRef']['kind']}/{it['roleRef']['name']}"
        binding = bindings[(*key, role)]
        for them in [WHOLE, *map(subject, it.get("subjects") or [])]:
            binding[them].add(version)
        return
    role = rules[key]
    role[WHOLE].add(version)
    for rule in it.get("rules") or []:
        names = ",".join(sorted(rule.get("resourceNames", [])))
        for url in rule.get("nonResourceURLs", []):
            for verb in rule["verbs"]:
                role["url", url, "", verb].add(version)
        for group in rule.get("apiGroups", []):
            for resource in rule["resources"]:
                for verb in rule["verbs"]:
                    role[group or "core", resource, names, verb].add(version)


def subject(it):
    namespace = it.get("namespace", "") + "/" if it["kind"] == "ServiceAccount" else ""
    return f"{it['kind']}/{namespace}{it['name']}"


def compact(atoms):
    """One line for what the same verbs are allowed on in the same versions, in one group."""
    verbs = defaultdict(list)
    for (group, resource, names, verb), versions in atoms.items():
        verbs[group, resource, names, span(versions)].append(verb)
    together = defaultdict(list)
    for (group, resource, names, versions), those in verbs.items():
        together[",".join(sorted(those)), group, names, versions].append(resource)
    for (verbs, group, names, versions), resources in sorted(together.items()):
        yield " ".join([verbs, group, ",".join(sorted(resources)), names]).rstrip() + versions


if __name__ == "__main__":
    main()
