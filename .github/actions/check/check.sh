#!/usr/bin/env bash
# Checks what a pull request changes, or what is named, and leaves the findings where GitHub shows them.
#
# Runs as a step of action.yml, on Linux, macOS with its bash 3.2, and Windows with Git's bash. It fails only
# where nothing could be checked at all; the exit code of the check is an output, and passed on by the last step.
set -euo pipefail

# Ends with a message that GitHub shows at the top of the run.
fail() {
  local message=${1//'%'/%25}
  message=${message//$'\r'/%0D}
  echo "::error title=kubectl harden::${message//$'\n'/%0A}"
  exit 2
}

# Reads the lines of a text into the array `lines`; empty ones are left out.
read_lines() {
  lines=()
  local line
  while IFS= read -r line; do
    line=${line%$'\r'}
    if [ -n "$line" ]; then lines+=("$line"); fi
  done <<<"$1"
}

# Fetches without the history where the checkout has none, and with it where it has.
fetch() {
  local depth=()
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then depth=(--depth=1); fi
  git fetch --quiet --no-tags ${depth[@]+"${depth[@]}"} origin "$@"
}

# Prints the commit that a revision names, after a look at the server if it is not here.
find_revision() {
  if [[ $1 == -* ]]; then return 1; fi
  if git rev-parse --verify --quiet "$1^{commit}"; then return; fi
  fetch "$1" >&2 && git rev-parse --verify --quiet 'FETCH_HEAD^{commit}'
}

# Prints the commit that the pull request is compared with.
find_base() {
  local parents tip base
  # GitHub checks out the merge that it would make, whose first parent is what would be merged into. A
  # shallow checkout does not have that commit, but its name.
  parents=$(git cat-file commit HEAD | sed -n -e '/^$/q' -e 's/^parent //p')
  if [ "$(git rev-parse HEAD)" = "${GITHUB_SHA:-}" ] && [ "$(wc -l <<<"$parents")" -eq 2 ]; then
    find_revision "${parents%%$'\n'*}"
    return
  fi
  # Something else was checked out: what it shares with the base branch.
  fetch "refs/heads/$GITHUB_BASE_REF" >&2 || return
  tip=$(git rev-parse FETCH_HEAD)
  until base=$(git merge-base "$tip" HEAD); do
    if [ "$(git rev-parse --is-shallow-repository)" != true ]; then return 1; fi
    git fetch --quiet --no-tags --deepen=100 origin "$tip" "$(git rev-parse HEAD)" >&2 || return
  done
  echo "$base"
}

# Writes the outputs of the step: exit code, file in SARIF, numbers of new findings and of those that are gone.
output() {
  printf '%s\n' "exit-code=$1" "sarif-file=$2" "new=$3" "gone=$4" >>"$GITHUB_OUTPUT"
}

# Prints a text for the summary of the job, if somebody wants one.
summarize() {
  if [ "$INPUT_SUMMARY" = true ]; then cat >>"$GITHUB_STEP_SUMMARY"; else cat >/dev/null; fi
}

# Says that there was nothing to check, and ends well.
succeed_without() {
  echo "::notice title=kubectl harden::$1"
  echo "kubectl harden: $1" | summarize
  output 0 "" 0 0
  exit 0
}

base=
if [ -n "${GITHUB_BASE_REF:-}" ] && { [ -z "$INPUT_PATHS" ] || [ -z "$INPUT_AGAINST" ]; }; then
  base=$(find_base) ||
    fail "what this pull request is to be merged into could not be fetched: give actions/checkout fetch-depth: 0"
fi

against=$INPUT_AGAINST
case "$against" in
"") against=$base ;;
none) against= ;;
*)
  if [ ! -e "$against" ]; then
    against=$(find_revision "${against#git:}") || fail "against is no revision, folder or file: $INPUT_AGAINST"
  fi
  ;;
esac

folder=$(mktemp -d "${PROGRAM%/*}/findings.XXXXXX")
manifests=(':(icase)*.yaml' ':(icase)*.yml' ':(icase)*.json')
read_lines "$INPUT_PATHS"
paths=(${lines[@]+"${lines[@]}"})
if [ ${#paths[@]} -eq 0 ] && [ -n "$base" ]; then
  git diff --name-only -z --no-renames --diff-filter=d "$base" HEAD -- "${manifests[@]}" >"$folder/changed"
  while IFS= read -r -d '' path; do
    paths+=("$path")
  done <"$folder/changed"
  if [ ${#paths[@]} -eq 0 ]; then succeed_without "this pull request changes no manifest"; fi
  if [ "$against" = "$base" ] &&
    [ -n "$(git diff --name-only --no-renames --diff-filter=D "$base" HEAD -- "${manifests[@]}")" ]; then
    # A revision is read where the files are now. Some have gone or moved, so what was there is laid out.
    against="$folder/before"
    export GIT_INDEX_FILE="$folder/index"
    git read-tree "$base"
    git diff --name-only -z --no-renames --diff-filter=a "$base" HEAD -- "${manifests[@]}" |
      git checkout-index --quiet --prefix="$against/" -z --stdin
    unset GIT_INDEX_FILE
  fi
elif [ ${#paths[@]} -eq 0 ]; then
  paths=(.)
fi

options=(
  --recursive
  --output github
  --output-file "sarif=$folder/kubectl-harden.sarif"
  --output-file "markdown=$folder/summary.md"
  --output-file "json=$folder/report.json"
)
if [ -n "$INPUT_FAIL_ON" ]; then options+=(--fail-on "$INPUT_FAIL_ON"); fi
if [ -n "$against" ]; then options+=(--against "$against"); fi
read_lines "$INPUT_ARGS"
options+=(${lines[@]+"${lines[@]}"})

code=0
"$PROGRAM" check "${options[@]}" -- "${paths[@]}" || code=$?

report=
if [ -f "$folder/report.json" ]; then report=$(cat "$folder/report.json"); fi

# Of what a pull request changes, much may be no manifest: workflows, values of charts, package.json.
nothing='"incomplete":\[\{"what":"the input","why":"[^"]*"\}\]'
if [ "$code" -eq 3 ] && [ -z "$INPUT_PATHS" ] && [ -n "$base" ] && [[ $report =~ $nothing ]]; then
  succeed_without "this pull request changes no manifest"
fi

# Prints a number of a part of the report: the first with that name.
count() {
  local part="\"$1\":{" number="\"$2\":([0-9]+)"
  if [[ ${report#*"$part"} =~ $number ]]; then echo "${BASH_REMATCH[1]}"; else echo 0; fi
}

if [ -f "$folder/summary.md" ]; then summarize <"$folder/summary.md"; fi

sarif=
if [ -f "$folder/kubectl-harden.sarif" ]; then sarif="$folder/kubectl-harden.sarif"; fi
if [ -n "$against" ]; then
  output "$code" "$sarif" "$(count against new)" "$(count against gone)"
else
  output "$code" "$sarif" "$(count summary findings)" 0
fi
