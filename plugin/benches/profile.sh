#!/usr/bin/env bash
# Says where the time of `kubectl harden check -o json` goes over 20,000 Deployments, by part of the
# program, as sampled by perf on all threads.
# Usage: profile.sh [PATH_OF_KUBECTL_HARDEN]; needs python3 and perf.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
harden=${1:-$here/../../target/release/kubectl-harden}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/deployments.py" "$work/manifests" 20000
perf record --quiet --freq 4000 --output "$work/perf.data" -- \
  "$harden" check -f "$work/manifests" -o json --fail-on never >"$work/report.json"
perf script --input "$work/perf.data" --fields ip,sym 2>"$work/perf.log" >"$work/samples"
python3 - "$work/samples" <<'PYTHON'
import collections, sys

PARTS = [
    ("parsing", ("harden_yaml::",)),
    ("Pod Security", ("harden_core::pod_security",)),
    ("schema", ("harden_core::schema",)),
    ("rules", ("harden_core::rules", "harden_core::check::workload", "harden_core::kubernetes")),
    ("findings", ("harden_core::check", "harden_core::finding", "harden_core::ignore", "core::slice::sort")),
    ("writing", ("harden_core::report", "serde_json::", "serde_core::", "rayon::")),
    ("memory", ("malloc", "cfree", "realloc", "free", "_int_", "unlink_chunk", "sysmalloc", "__mem", "alloc::raw_vec")),
]
counts = collections.Counter()
for line in open(sys.argv[1], errors="replace"):
    address, _, symbol = line.strip().partition(" ")
    symbol = symbol.strip().lstrip("<&")
    if address.startswith("ffffffff"):
        part = "kernel"
    else:
        part = next((name for name, marks in PARTS if any(it in symbol for it in marks)), "other")
    counts[part] += 1
total = sum(counts.values())
for part, count in counts.most_common():
    print(f"{part:14} {100 * count / total:5.1f} %")
PYTHON
