#!/usr/bin/env python3
"""Measures what `kubectl harden simulate network` takes over many pods and policies.

There are 20,000 pods of 2,000 workloads in 500 namespaces under 5,000 policies, from a seed; all connections may take two
seconds of processor time and 200 MB. The same number of pods that no two policies take for alike may take longer.
Usage: network.py [PATH_OF_KUBECTL_HARDEN]
"""

import json
import os
import random
import sys
import tempfile

MOST_SECONDS = 2.0
MOST_MEMORY = 200


def labels(number, distinct):
    own = {"app": f"app-{number}", "tier": ["web", "api", "db", "job"][number % 4]}
    if distinct:
        own["unique"] = f"u-{number}"
    return own


def policy(number, namespaces, workloads, distinct):
    namespace = f"team-{number % namespaces}"
    app = number % workloads
    if number < namespaces:
        return namespace, "default-deny", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    peer = random.randrange(workloads)
    pods = {"matchLabels": {"app": f"app-{peer}"}}
    other = {"matchLabels": {"kubernetes.io/metadata.name": f"team-{peer % namespaces}"}}
    ports = [{"port": random.choice([80, 443, 5432, 8080]), "protocol": "TCP"}]
    peers = [{"namespaceSelector": other, "podSelector": pods}]
    if number % 5 == 0:
        peers.append({"ipBlock": {"cidr": f"10.{number % 200}.0.0/16"}})
    selector = {"unique": f"u-{app}"} if distinct else {"app": f"app-{app}"}
    spec = {"podSelector": {"matchLabels": selector}, "policyTypes": ["Ingress", "Egress"]}
    spec["ingress"] = [{"from": peers, "ports": ports}]
    spec["egress"] = [{"to": peers, "ports": ports}, {"ports": [{"port": 53, "protocol": "UDP"}]}]
    return namespace, f"allow-{number}", spec


def write(out, workloads, pods, namespaces, policies, distinct):
    out.write('{"apiVersion":"v1","kind":"List","items":[\n')
    objects = []
    for number in range(namespaces):
        name = f"team-{number}"
        objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for number in range(pods):
        owner = number if distinct else number % workloads
        name = f"app-{owner}"
        metadata = {"name": f"{name}-{number}", "namespace": f"team-{owner % namespaces}"}
        metadata["labels"] = labels(owner, distinct)
        reference = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "controller": True}
        metadata["ownerReferences"] = [{**reference, "uid": f"{owner:036d}"}]
        port = {"name": "http", "containerPort": 8080, "protocol": "TCP"}
        address = f"10.{200 + number // 65536}.{number // 256 % 256}.{number % 256}"
        objects.append({
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
            "spec": {"containers": [{"name": "main", "image": "app:1", "ports": [port]}]},
            "status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]},
        })
    for number in range(policies):
        namespace, name, spec = policy(number, namespaces, pods if distinct else workloads, distinct)
        objects.append({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": namespace}, "spec": spec,
        })
    out.write(",\n".join(json.dumps(it, separators=(",", ":")) for it in objects))
    out.write("\n]}\n")


def measure(harden, words):
    """Seconds of processor time, and the most memory in MB."""
    child = os.spawnv(os.P_NOWAIT, harden, [harden, *words, "--output-file", "/dev/null"])
    _, status, usage = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code == 0, f"exit status {code}"
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    harden = sys.argv[1] if len(sys.argv) > 1 else f"{here}/../../target/release/kubectl-harden"
    over = []
    for distinct in (False, True):
        random.seed(7)
        with tempfile.TemporaryDirectory() as folder:
            file = f"{folder}/cluster.json"
            with open(file, "w") as out:
                write(out, 2000, 20000, 500, 5000, distinct)
            which = "all labels distinct" if distinct else "2,000 workloads"
            print(f"20,000 pods, {which}, 500 namespaces, 5,000 policies: {os.path.getsize(file) / 1e6:.1f} MB")
            for words in (["-o", "json"], ["-o", "csv"], ["--policies"]):
                seconds, memory = measure(harden, ["simulate", "network", "-f", file, *words])
                print(f"  {' '.join(words)}: {seconds:.2f} s, {memory:.0f} MB")
                # What no two pods share may take longer, but no more memory.
                if memory > MOST_MEMORY or (seconds > MOST_SECONDS and not distinct):
                    over.append(" ".join(words))
    assert not over, f"it takes too much: {', '.join(over)}"


main()
