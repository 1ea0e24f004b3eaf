#!/usr/bin/env bash
# Checks what Flux would apply of a Kustomization, built as Flux does, with its patches and substitutions.
#
#   check.sh apps clusters/production/apps.yaml ./apps/production [ARGUMENT OF check]...
#
# The Flux Kustomization's name, the file that holds it, and the folder that is its spec.path. Needs flux and
# kubectl-harden on PATH, and no cluster: --dry-run leaves out what substituteFrom would read there.
set -euo pipefail

name=$1 file=$2 folder=$3
shift 3
flux build kustomization "$name" --kustomization-file "$file" --path "$folder" --dry-run |
  kubectl-harden check "$@" -f -
