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


def main():
    rules = defaultdict(lambda: defaultdict(set))
    bindings = defaultdict(set)
    objects = list(yaml.safe_load_all(KUBEADM.read_text()))
    for version in VERSIONS:
        for file in sorted(folder(version).glob("*.yaml")):
            objects += yaml.safe_load(file.read_text())["items"]
    for it in objects:
        take(it, rules, bindings)
    for name, parts in AGGREGATED.items():
        for part in parts:
            for key, verbs in rules["ClusterRole", "", part].items():
                rules["ClusterRole", "", name][key] |= verbs
    lines = []
    for (kind, namespace, name), atoms in sorted(rules.items()):
        lines.append(f"{kind} {namespace or '-'} {name}")
        lines += [f" {it}" for it in compact(atoms)]
    for (kind, namespace, name, role), subjects in sorted(bindings.items()):
        lines.append(" ".join([kind, namespace or "-", name, role, *sorted(subjects)]))
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join(lines) + "\n")


def folder(version):
    if len(sys.argv) > 1:
        return Path(sys.argv[1]) / version.split(".")[1] / "bootstrappolicy/testdata"
    command = ["go", "mod", "download", "-json", f"k8s.io/kubernetes@{version}"]
    answer = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parent)
    return Path(json.loads(answer.stdout)["Dir"]) / DATA


def take(it, rules, bindings):
    """Adds what an object allows, or whom it binds."""
    key = (it["kind"], it["metadata"].get("namespace", ""), it["metadata"]["name"])
    if "roleRef" in it:
        role = f"{it['roleRef']['kind']}/{it['roleRef']['name']}"
        bindings[(*key, role)] |= {subject(them) for them in it.get("subjects") or []}
        return
    role = rules[key]
    for rule in it.get("rules") or []:
        names = ",".join(sorted(rule.get("resourceNames", [])))
        for url in rule.get("nonResourceURLs", []):
            role["url", url, ""] |= set(rule["verbs"])
        for group in rule.get("apiGroups", []):
            for resource in rule["resources"]:
                role[group or "core", resource, names] |= set(rule["verbs"])


def subject(it):
    namespace = it.get("namespace", "") + "/" if it["kind"] == "ServiceAccount" else ""
    return f"{it['kind']}/{namespace}{it['name']}"


def compact(atoms):
    """One line for what the same verbs are allowed on, in one group."""
    together = defaultdict(list)
    for (group, resource, names), verbs in atoms.items():
        together[",".join(sorted(verbs)), group, names].append(resource)
    for (verbs, group, names), resources in sorted(together.items()):
        yield " ".join([verbs, group, ",".join(sorted(resources)), names]).rstrip()


if __name__ == "__main__":
    main()
