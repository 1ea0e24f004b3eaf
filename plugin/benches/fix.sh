#!/usr/bin/env bash
# Measures `kubectl harden fix -o yaml` over 20,000 Deployments (half of them hardened, 100 a file) beside
# `check -o json` of the same binary over the same files, in turn: wall time, CPU time and peak memory of whole
# processes, each writing to a file. The first figure is what a fix costs in checks, which is to stay under 2.
# Usage: fix.sh [PATH_OF_KUBECTL_HARDEN]; needs python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
harden=${1:-$here/../../target/release/kubectl-harden}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/deployments.py" "$work/manifests" 20000
python3 - "$harden" "$work" <<'PYTHON'
import os, statistics, sys, time

harden, work = sys.argv[1:]
ROUNDS = 9

def run(command, name, *options):
    out = os.path.join(work, name)
    words = [harden, command, os.path.join(work, "manifests"), *options, "--output-file", out]
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        os.execv(words[0], words)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 1), (words, code)
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.path.getsize(out) / 1e6

check = lambda: run("check", "check.json", "-o", "json")
fix = lambda: run("fix", "fixed.yaml", "-o", "yaml")
check(), fix()
checks, fixes = [], []
for _ in range(ROUNDS):
    checks.append(check())
    fixes.append(fix())
medians = lambda runs: [statistics.median(column) for column in zip(*runs)]
for name, (wall, cpu, memory, size) in (("check -o json", medians(checks)), ("fix -o yaml", medians(fixes))):
    print(f"{name:14} {wall * 1000:8.0f} ms  {cpu * 1000:8.0f} ms of CPU  {memory:6.0f} MB  writes {size:.0f} MB")
# Each fix beside the check that ran just before it, so that what else the machine does weighs on both.
ratios = medians([[fix[0] / check[0], fix[1] / check[1], fix[2] / check[2]] for check, fix in zip(checks, fixes)])
print("fix is {:.2f} x a check by wall time, {:.2f} x by CPU time, {:.2f} x by memory".format(*ratios))
PYTHON
