#!/usr/bin/env bash
# Measures `kubectl harden namespace team-a` beside `kubectl version --client`: wall time and peak
# memory of whole processes, in turn, so that both see the same machine. Medians of 21 runs.
# Usage: start-up.sh PATH_OF_KUBECTL [PATH_OF_KUBECTL_HARDEN]
set -euo pipefail
kubectl=${1:?usage: start-up.sh PATH_OF_KUBECTL [PATH_OF_KUBECTL_HARDEN]}
harden=${2:-target/release/kubectl-harden}
command -v python3 >/dev/null || { echo "python3 is needed to measure" >&2; exit 2; }
exec python3 - "$kubectl" "$harden" <<'PYTHON'
import os, statistics, sys, time

def run(words):
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.execv(words[0], words)
    _, status, usage = os.wait4(pid, 0)
    assert status == 0, words
    return (time.perf_counter() - start) * 1000, usage.ru_maxrss / 1024

kubectl, harden = (os.path.abspath(it) for it in sys.argv[1:])
peers = {
    "kubectl harden namespace team-a": [harden, "namespace", "team-a"],
    "kubectl version --client": [kubectl, "version", "--client"],
}
seen = {name: [] for name in peers}
for turn in range(22):
    for name, words in peers.items():
        figures = run(words)
        if turn:
            seen[name].append(figures)
medians = {name: [statistics.median(column) for column in zip(*runs)] for name, runs in seen.items()}
for name, (time_ms, memory) in medians.items():
    print(f"{name:34} {time_ms:8.2f} ms {memory:8.1f} MB")
ours, theirs = medians.values()
print(f"{'ratio':34} {theirs[0] / ours[0]:7.1f} x  {theirs[1] / ours[1]:7.1f} x")
PYTHON
