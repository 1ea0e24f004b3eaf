#!/usr/bin/env bash
# Measures `kubectl harden check` over 20,000 Deployments (half of them hardened, 100 a file) beside
# kube-score over the same files in the same run: wall time and peak memory of whole processes, in
# turn. Also how time grows with the number of documents, and a stream of 20,000 pods. With another binary
# of kubectl-harden, such as one of an earlier commit, CPU time and memory as ratios beside it.
# Usage: check.sh [PATH_OF_KUBECTL_HARDEN [PATH_OF_ANOTHER]]; needs python3, and Go for the peer.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
harden=${1:-$here/../../target/release/kubectl-harden}
peers=${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-harden/peers
if [ ! -x "$peers/kube-score" ]; then
  GOBIN=$peers go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec 3>&1
python3 - "$harden" "$peers/kube-score" "$work" "$here/deployments.py" "${2:-}" <<'PYTHON'
import glob, json, os, statistics, subprocess, sys, time

harden, peer, work, generator, other = sys.argv[1:]

def run(words, allowed, stdin=os.devnull):
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(os.open(stdin, os.O_RDONLY), 0)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execv(words[0], words)
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in allowed, (words[:3], code)
    return time.perf_counter() - start, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime

def medians(times, *arguments, **options):
    runs = [run(*arguments, **options) for _ in range(times)]
    return [statistics.median(column) for column in zip(*runs)][:2]

def beside_other(name, *words, stdin=os.devnull):
    if not other:
        return
    new, old = [], []
    for turn in range(5):
        old.append(run([other, *words], (0, 1, 3), stdin))
        new.append(run([harden, *words], (0, 1), stdin))
    new, old = ([statistics.median(column) for column in zip(*runs)] for runs in (new, old))
    print(f"{name:46} {new[2] / old[2]:.2f} x the CPU time of the other binary, {new[1] / old[1]:.2f} x its memory ({new[1]:.0f} MB)", flush=True)

def row(name, seconds, memory, note=""):
    print(f"{name:46} {seconds * 1000:9.1f} ms {memory:8.1f} MB  {note}", flush=True)

def manifests(count):
    folder = os.path.join(work, str(count))
    subprocess.run([sys.executable, generator, folder, str(count)], check=True)
    return folder

folder = manifests(20_000)
files = sorted(glob.glob(folder + "/*.yaml"))
run([harden, "check", "-f", folder, "-o", "json"], (0, 1))
ours, theirs = [], []
for turn in range(3):
    ours.append(run([harden, "check", "-f", folder, "-o", "json"], (0, 1)))
    theirs.append(run([peer, "score", "--output-format", "json", *files], (0, 1)))
ours = [statistics.median(column) for column in zip(*ours)]
theirs = [statistics.median(column) for column in zip(*theirs)]
ours, theirs = ours[:2], theirs[:2]
row("check, 20,000 Deployments, -o json", *ours)
row("kube-score, the same", *theirs, note=f"{theirs[0] / ours[0]:.1f} x the time, {theirs[1] / ours[1]:.1f} x the memory")
row("check, the same, -o text", *medians(3, [harden, "check", "-f", folder], (0, 1)))
beside_other("check, 20,000 Deployments, -o json", "check", "-f", folder, "-o", "json")
beside_other("check, the same, -o text", "check", "-f", folder)
for count in (1_000, 10_000, 100_000):
    folder = manifests(count)
    seconds, memory = medians(3, [harden, "check", "-f", folder, "-o", "json"], (0, 1))
    row(f"check, {count:,} Deployments, -o json", seconds, memory, f"{seconds / count * 1e6:.1f} us a document")
one = os.path.join(work, "one.yaml")
with open(one, "w") as file:
    file.write("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n")
row("check, one small file", *medians(11, [harden, "check", "-f", one], (0, 1)))

container = {"name": "app", "image": "nginx", "env": [{"name": f"NAME_{n}", "value": "x" * 80} for n in range(25)]}
pods = os.path.join(work, "pods.json")
with open(pods, "w") as file:
    file.write('{\n    "apiVersion": "v1",\n    "items": [\n')
    for n in range(20_000):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"pod-{n}", "namespace": f"team-{n % 50}"}, "spec": {"containers": [container]}}
        file.write(json.dumps(pod, indent=4) + (",\n" if n < 19_999 else "\n"))
    file.write('    ],\n    "kind": "List"\n}\n')
size = os.path.getsize(pods) / 1e6
row(f"check, 20,000 pods ({size:.0f} MB of JSON) from stdin", *medians(3, [harden, "check", "-f", "-", "-o", "json"], (0, 1), stdin=pods))
beside_other("check, 20,000 pods from stdin", "check", "-f", "-", "-o", "json", stdin=pods)
beside_other("check, 20,000 pods from a file", "check", "-f", pods, "-o", "json")
PYTHON
