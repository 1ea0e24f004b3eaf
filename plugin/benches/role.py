#!/usr/bin/env python3
"""Measures how long `kubectl harden role --from-audit` takes over a million events, and what memory.

A tenth of the log goes first: the whole may take at most 1.3 times its memory, and ten seconds.
Usage: role.py [PATH_OF_KUBECTL_HARDEN] [EVENTS]
"""

import datetime
import json
import os
import random
import sys
import tempfile
import time

MOST_SECONDS = 10
MOST_GROWTH = 1.3
USERS = ["alice", "bob", "system:serviceaccount:ci:runner", "system:kube-scheduler"]
RESOURCES = [("", "pods"), ("apps", "deployments"), ("", "configmaps"), ("", "secrets"), ("batch", "jobs")]


def event(number, dice):
    """One event, as a real API server writes it."""
    group, resource = dice.choice(RESOURCES)
    namespace, name = f"team-{dice.randrange(8)}", f"object-{dice.randrange(40)}"
    path = f"/apis/{group}/v1" if group else "/api/v1"
    moment = datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=number)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"
    return json.dumps(
        {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "level": "Metadata",
            "auditID": f"{number:08x}-0000-4000-8000-{number:012x}",
            "stage": "ResponseComplete",
            "requestURI": f"{path}/namespaces/{namespace}/{resource}/{name}",
            "verb": dice.choice(["get", "list", "watch", "patch", "create", "delete"]),
            "user": {"username": dice.choice(USERS), "groups": ["dev", "system:authenticated"]},
            "sourceIPs": ["10.0.0.1"],
            "userAgent": "kubectl/v1.37.0 (linux/amd64) kubernetes/abcdef0",
            "objectRef": {"resource": resource, "namespace": namespace, "name": name, "apiGroup": group, "apiVersion": "v1"},
            "responseStatus": {"metadata": {}, "code": dice.choice([200, 200, 200, 404])},
            "requestReceivedTimestamp": text,
            "stageTimestamp": text,
            "annotations": {
                "authorization.k8s.io/decision": "allow",
                "authorization.k8s.io/reason": 'RBAC: allowed by ClusterRoleBinding "edit" of ClusterRole "edit" to Group "dev"',
            },
        },
        separators=(",", ":"),
    )


def measure(harden, log):
    """Seconds, and the most memory in MB."""
    start = time.monotonic()
    child = os.spawnv(os.P_NOWAIT, harden, [harden, "role", "--from-audit", log, "--user", "alice", "--output-file", "/dev/null"])
    _, status, usage = os.wait4(child, 0)
    assert status == 0, f"exit status {status}"
    return time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    harden = sys.argv[1] if len(sys.argv) > 1 else f"{here}/../../target/release/kubectl-harden"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    dice = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        tenth, whole = f"{folder}/tenth.log", f"{folder}/whole.log"
        with open(whole, "w") as out, open(tenth, "w") as few:
            for number in range(count):
                line = event(number, dice) + "\n"
                out.write(line)
                if number < count // 10:
                    few.write(line)
        _, before = measure(harden, tenth)
        seconds, after = measure(harden, whole)
        size = os.path.getsize(whole) / 1e6
    print(f"{count} events, {size:.0f} MB: {seconds:.1f} s, {after:.0f} MB of memory ({before:.0f} MB for a tenth)")
    assert seconds <= MOST_SECONDS, "it takes too long"
    assert after <= MOST_GROWTH * before, "memory grows with the log"


main()
