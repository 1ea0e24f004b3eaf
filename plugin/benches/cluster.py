#!/usr/bin/env python3
"""How long `check -A` takes on a large cluster, what it costs the API server, and how much memory it takes.

    plugin/benches/cluster.py COMMAND [--namespaces 2000] [--pods 20000] [--rbac 5000] [--few 5000]

Starts the control plane of the tests, fills it up to `--few` pods, measures, fills it up to `--pods` and
measures again: memory has to stay the same. Then it measures what `--watch` holds, and how soon it says that
something changed. Needs the binary of `cargo xtask control-plane`.
"""

import argparse
import glob
import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

AT_A_TIME = 24
PROGRAMS = ("kube-apiserver", "etcd")
TICKS = os.sysconf("SC_CLK_TCK")


def plane_binary():
    home = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
    found = glob.glob(f"{home}/kubectl-harden/control-plane-*/control-plane")
    if not found:
        sys.exit("there is no control plane: `cargo xtask control-plane` builds it")
    return max(found, key=os.path.getmtime)


class Api:
    """Sends objects, on connections that stay open."""

    def __init__(self, kubeconfig):
        text = open(kubeconfig, encoding="utf-8").read()
        self.address = re.search(r"server: https://(\S+)", text).group(1)
        self.token = re.search(r'name: admin\n  user:\n    token: "(\S+)"', text).group(1)
        self.own = threading.local()

    def post(self, path, body):
        for attempt in range(8):
            try:
                status, said = self.send(path, json.dumps(body))
            except (OSError, http.client.HTTPException):
                self.own.connection = None
                status, said = 0, b""
            if status in (200, 201, 409):
                return json.loads(said)
            if status not in (0, 403, 429, 500, 503, 504):
                break
            time.sleep(0.2 * 2**attempt)
        sys.exit(f"{path}: {status} {said[:300]}")

    def send(self, path, body):
        connection = getattr(self.own, "connection", None)
        if connection is None:
            context = ssl._create_unverified_context()  # It was started by this script, on this machine.
            connection = http.client.HTTPSConnection(self.address, context=context, timeout=60)
            self.own.connection = connection
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request("POST", path, body, head)
        answer = connection.getresponse()
        return answer.status, answer.read()


def template(name):
    """A pod with as much to read as pods have, and something to find."""
    env = [{"name": f"SETTING_{it}", "value": f"value {it} of {name}"} for it in range(12)]
    container = {
        "name": "app",
        "image": f"registry.example.com/{name}:1.4.2",
        "env": env,
        "ports": [{"containerPort": 8080}],
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
    }
    spec = {"containers": [container, {**container, "name": "side", "ports": []}]}
    return {"metadata": {"labels": {"app": name, "team": name[:3]}}, "spec": spec}


def owner(made):
    names = {"apiVersion": "apps/v1", "kind": made["kind"], "name": made["metadata"]["name"]}
    return {"ownerReferences": [{**names, "uid": made["metadata"]["uid"], "controller": True}]}


def one_namespace(api, number):
    """A namespace with a Deployment and its ReplicaSet; returns the ReplicaSet."""
    name = f"team-{number:04}"
    api.post("/api/v1/namespaces", {"metadata": {"name": name}})
    pod = template(f"app-{number}")
    spec = {"replicas": 0, "selector": {"matchLabels": {"app": f"app-{number}"}}, "template": pod}
    apps = f"/apis/apps/v1/namespaces/{name}"
    made = api.post(f"{apps}/deployments", {"metadata": {"name": "app"}, "spec": spec})
    made["kind"] = "Deployment"
    body = {"metadata": {"name": "app-1", **owner(made)}, "spec": spec}
    made = api.post(f"{apps}/replicasets", body)
    made["kind"] = "ReplicaSet"
    return name, number, made


def one_pod(api, place, number):
    namespace, team, replica_set = place
    pod = template(f"app-{team}")
    pod["metadata"].update({"name": f"app-1-{number:05}", **owner(replica_set)})
    api.post(f"/api/v1/namespaces/{namespace}/pods", pod)


def one_rbac(api, place, number):
    base = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{place[0]}"
    rules = [{"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["get", "list"]}]
    if number % 2 == 0:
        api.post(f"{base}/roles", {"metadata": {"name": f"reader-{number}"}, "rules": rules})
        return
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": f"reader-{number - 1}"}
    subject = {"kind": "ServiceAccount", "name": "default", "namespace": place[0]}
    body = {"metadata": {"name": f"reader-{number}"}, "roleRef": role, "subjects": [subject]}
    api.post(f"{base}/rolebindings", body)


def children(pid):
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            fields = open(path, encoding="utf-8").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(path.split("/")[2])
            yield child
            yield from children(child)


def server_seconds(pid):
    """What all of a control plane has computed so far, by its programs."""
    seconds = {}
    for child in children(pid):
        try:
            fields = open(f"/proc/{child}/stat", encoding="utf-8").read().rsplit(")", 1)[1].split()
            words = open(f"/proc/{child}/cmdline", encoding="utf-8").read().split("\0")
        except OSError:
            continue
        # One binary is all of them.
        name = next((it for it in PROGRAMS if any(it in word for word in words[:3])), "others")
        seconds[name] = seconds.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICKS
    return seconds


def measure(command, kubeconfig, pid, pods):
    words = [command, "check", "-A", "-q", "--fail-on", "never", "-o", "json"]
    environment = {**os.environ, "KUBECONFIG": kubeconfig}
    before, start = server_seconds(pid), time.monotonic()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(words, env=environment, stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    wall, after = time.monotonic() - start, server_seconds(pid)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"the check ended with {process.returncode}")
    server = ", ".join(f"{name} {after[name] - before.get(name, 0):.1f} s" for name in sorted(after))
    own = usage.ru_utime + usage.ru_stime
    print(
        f"{pods} pods: {wall:.1f} s, of which {own:.1f} s of CPU here ({server}), "
        f"{usage.ru_maxrss / 1024:.0f} MB at most",
        flush=True,
    )


def peak(pid):
    """The most memory that a process has had so far, in megabytes."""
    text = open(f"/proc/{pid}/status", encoding="utf-8").read()
    return int(re.search(r"VmHWM:\s+(\d+)", text).group(1)) / 1024


def resident(pid):
    text = open(f"/proc/{pid}/status", encoding="utf-8").read()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024


def measure_watch(command, kubeconfig, api, pods):
    words = [command, "check", "-A", "--watch", "--fail-on", "never", "-o", "json"]
    environment = {**os.environ, "KUBECONFIG": kubeconfig}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    start = time.monotonic()
    with subprocess.Popen(words, env=environment, text=True, **pipes) as process:
        process.stdout.readline()
        if not any("watching" in line for line in process.stderr):
            sys.exit("the watch did not begin")
        first = time.monotonic() - start
        said = f"{pods} pods watched after {first:.1f} s with {peak(process.pid):.0f} MB at most"
        for number in range(3):
            start = time.monotonic()
            api.post("/api/v1/namespaces", {"metadata": {"name": f"watched-{number}"}})
            process.stdout.readline()
            took = time.monotonic() - start
            said += f"; a change was said after {took:.1f} s"
        said += f"; {resident(process.pid):.0f} MB now, {peak(process.pid):.0f} MB at most"
        print(said, flush=True)
        process.send_signal(signal.SIGINT)
        process.wait()


def fill(what, make, items):
    start = time.monotonic()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        made = list(pool.map(make, items))
    print(f"made {len(made)} {what} in {time.monotonic() - start:.0f} s", flush=True)
    return made


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("--namespaces", type=int, default=2000)
    parser.add_argument("--pods", type=int, default=20000)
    parser.add_argument("--rbac", type=int, default=5000)
    parser.add_argument("--few", type=int, help="pods of the first measurement [default: a quarter]")
    options = parser.parse_args()
    few = options.pods // 4 if options.few is None else options.few
    # Pods then need no ServiceAccount, and nothing is made or removed while it is measured.
    words = [plane_binary(), "run", "--until-stdin-closes", "--no-controllers"]
    plane = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        kubeconfig = plane.stdout.readline().strip().removeprefix("ready ")
        api = Api(kubeconfig)
        places = fill("namespaces", lambda it: one_namespace(api, it), range(options.namespaces))
        place = lambda it: places[it % len(places)]
        fill("RBAC objects", lambda it: one_rbac(api, place(it // 2), it), range(options.rbac))
        fill("pods", lambda it: one_pod(api, place(it), it), range(few))
        measure(options.command, kubeconfig, plane.pid, few)
        fill("pods", lambda it: one_pod(api, place(it), it), range(few, options.pods))
        for _ in range(2):
            measure(options.command, kubeconfig, plane.pid, options.pods)
        measure_watch(options.command, kubeconfig, api, options.pods)
    finally:
        plane.stdin.close()
        plane.wait()


if __name__ == "__main__":
    main()
