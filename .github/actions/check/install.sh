#!/usr/bin/env bash
# Downloads the release for this machine, and unpacks it only if it has the digest that was pinned.
#
# Runs as a step of action.yml, on Linux, macOS with its bash 3.2, and Windows with Git's bash.
set -euo pipefail

# Ends with a message that GitHub shows at the top of the run.
fail() {
  local message=${1//'%'/%25}
  message=${message//$'\r'/%0D}
  echo "::error title=kubectl harden::${message//$'\n'/%0A}"
  exit 2
}

case "$RUNNER_OS-$RUNNER_ARCH" in
Linux-X64) suffix=linux-amd64.tar.gz ;;
Linux-ARM64) suffix=linux-arm64.tar.gz ;;
macOS-X64) suffix=darwin-amd64.tar.gz ;;
macOS-ARM64) suffix=darwin-arm64.tar.gz ;;
# Windows on ARM runs programs for x86-64.
Windows-X64 | Windows-ARM64) suffix=windows-amd64.zip ;;
*) fail "there is no release for $RUNNER_OS on $RUNNER_ARCH" ;;
esac

version=${INPUT_VERSION#v}
digest=
sums=$INPUT_SHA256
if [ -z "$sums" ] && [ -f "$GITHUB_ACTION_PATH/SHA256SUMS" ]; then
  sums=$(cat "$GITHUB_ACTION_PATH/SHA256SUMS")
fi
if [[ $sums =~ ^[[:space:]]*([0-9a-fA-F]{64})[[:space:]]*$ ]]; then
  digest=${BASH_REMATCH[1]}
else
  # Lines of sha256sum: a digest, then the name, with a star before it where it was read as binary.
  while read -r sum name _; do
    name=${name#'*'}
    name=${name%$'\r'}
    if [[ $sum =~ ^[0-9a-fA-F]{64}$ && $name == kubectl-harden-v*-"$suffix" ]]; then
      named=${name#kubectl-harden-v}
      named=${named%-"$suffix"}
      if [ "$named" = "${version:-$named}" ]; then
        version=$named
        digest=$sum
        break
      fi
    fi
  done <<<"$sums"
fi

[ -n "$version" ] ||
  fail "no release is pinned here: use the action at a commit after a release, or give version and sha256"
[[ $version =~ ^[0-9A-Za-z][0-9A-Za-z.+-]*$ ]] || fail "version is not one such as v0.1.0: $version"
[ -n "$digest" ] ||
  fail "no digest is known of version $version for this machine: give sha256, from the line of the release's SHA256SUMS that ends with $suffix"

temporary=$RUNNER_TEMP
if command -v cygpath >/dev/null; then temporary=$(cygpath -u "$temporary"); fi
folder=$(mktemp -d "$temporary/kubectl-harden.XXXXXX")
archive="$folder/kubectl-harden-v$version-$suffix"
url="${INPUT_BASE_URL%/}/v$version/kubectl-harden-v$version-$suffix"
curl --fail --silent --show-error --location --retry 3 --proto =https,http --proto-redir =https \
  --output "$archive" "$url" || fail "$url could not be downloaded"

if command -v sha256sum >/dev/null; then
  actual=$(sha256sum <"$archive")
else
  actual=$(shasum -a 256 <"$archive")
fi
actual=${actual%% *}
wanted=$(tr '[:upper:]' '[:lower:]' <<<"$digest")
[ "$actual" = "$wanted" ] || fail "$url has the digest $actual, but $wanted is pinned: it is not run"

case "$suffix" in
*.zip) unzip -q "$archive" -d "$folder" ;;
*) tar -xzf "$archive" -C "$folder" ;;
esac
rm "$archive"

program="$folder/kubectl-harden"
if command -v cygpath >/dev/null; then
  program=$(cygpath -m "$program.exe")
  folder=$(cygpath -w "$folder")
fi
"$program" version
# Later steps have the command, too, as `kubectl harden`.
echo "$folder" >>"$GITHUB_PATH"
echo "program=$program" >>"$GITHUB_OUTPUT"
