#!/usr/bin/env bash
# Builds the loader of each Kubernetes release into a folder: build.sh FOLDER [MINOR...]
set -euo pipefail

# The last patch of each minor version.
patches="25.16 26.15 27.16 28.15 29.15 30.14 31.14 32.13 33.13 34.13 35.10 36.6 37.2"

here=$(cd "$(dirname "$0")" && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
shift
for patch in $patches; do
  minor=${patch%.*}
  if [ $# -gt 0 ] && [[ " $* " != *" $minor "* ]]; then continue; fi
  source=$(mktemp -d)
  cp "$here"/*.go "$source"
  cd "$source"
  go mod init loader >/dev/null 2>&1
  go get "k8s.io/api@v0.$patch" "k8s.io/apimachinery@v0.$patch" "k8s.io/apiserver@v0.$patch" \
    "k8s.io/pod-security-admission@v0.$patch"
  CGO_ENABLED=0 go build -p 2 -trimpath -ldflags "-s -w" -mod=mod -tags "minor$minor" -o "$folder/v1.$minor" .
  rm -rf "$source"
  echo "v1.$minor"
done
