"""Makes a cluster of workloads under policies: python3 network.py WORKLOADS PODS NAMESPACES POLICIES [distinct]."""
import json
import random
import sys


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


def main():
    workloads, pods, namespaces, policies = map(int, sys.argv[1:5])
    distinct = sys.argv[5:] == ["distinct"]
    random.seed(7)
    out = sys.stdout
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


main()
