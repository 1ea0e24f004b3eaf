#!/bin/sh
# Has images signed by cosign, and has cosign verify what others signed: see README.md.
#
#   ask.sh TOOLS record           signs with cosign, and writes keys/ and signed/ anew
#   ask.sh TOOLS verify FOLDER    prints how cosign answers to each signature in FOLDER
set -eu

tools=$1 what=$2
here=$(cd "$(dirname "$0")" && pwd)
[ $# -lt 3 ] || folder=$(cd "$3" && pwd)
work=$(mktemp -d)
export PATH="$tools:$PATH" HOME="$work" COSIGN_PASSWORD="the password of the tests"
cd "$work"

crane registry serve --address 127.0.0.1:0 >registry.log 2>&1 &
registry=$!
trap 'kill $registry; rm -rf "$work"' EXIT
until port=$(sed -n 's/.*serving on port //p' registry.log) && [ -n "$port" ]; do sleep 0.1; done
address=127.0.0.1:$port
# Whatever the name of a registry, it is at this address.
export HTTP_PROXY="http://$address"
cosign signing-config create --out signing-config.json 2>/dev/null

digest() { sha256sum "$1" | cut -c 1-64; }

# blob REPOSITORY FILE
blob() {
	to=$(curl -fsS -X POST -D - -o /dev/null "http://$address/v2/$1/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
	curl -fsS -o /dev/null -X PUT --data-binary "@$2" -H 'Content-Type: application/octet-stream' \
		"http://$address$to?digest=sha256:$(digest "$2")"
}

# manifest REPOSITORY TAG FILE
manifest() {
	curl -fsS -o /dev/null -X PUT --data-binary "@$3" -H "Content-Type: application/vnd.oci.image.$4.v1+json" \
		"http://$address/v2/$1/manifests/$2"
}

# images REPOSITORY
images() {
	printf '{}' >empty
	blob "$1" empty
	manifest "$1" image "$here/image.json" manifest
	manifest "$1" index "$here/index.json" index
}

# subject WHAT: the file of what is signed
subject() { case $1 in index) echo "$here/index.json" ;; *) echo "$here/image.json" ;; esac; }

# flags KEY: what cosign has to be told of a key to verify what it signed itself
flags() { case $1 in p384) echo --signature-digest-algorithm=sha384 ;; esac; }

record() {
	mkdir -p "$here/keys" "$here/signed"
	rm -f "$here"/signed/*
	for key in p256 p384 ed25519 rsa; do
		[ -f "$here/keys/$key.key" ] || new "$key"
		for format in bundle legacy; do
			for what in image index provenance; do one; done
		done
	done
	mv answers "$here/signed/answers.txt"
}

new() {
	case $1 in
	p256) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 ;;
	p384) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 ;;
	ed25519) openssl genpkey -algorithm ED25519 ;;
	rsa) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 ;;
	esac >plain.pem
	cosign import-key-pair --key plain.pem -o "$here/keys/$1" -y 2>/dev/null
	rm plain.pem
}

# Signs what, in a format, with a key, and keeps it.
one() {
	repository=shop/$key-$format-$what
	images "$repository"
	image=registry.example/$repository@sha256:$(digest "$(subject "$what")")
	case $format in
	bundle) how="--signing-config=signing-config.json" ;;
	legacy) how="--use-signing-config=false --tlog-upload=false --new-bundle-format=false" ;;
	esac
	case $what in
	provenance) cosign attest -y --key "$here/keys/$key.key" $how --allow-http-registry --type slsaprovenance1 \
		--predicate "$here/provenance.json" "$image" ;;
	*) cosign sign -y --key "$here/keys/$key.key" $how --allow-http-registry "$image" ;;
	esac >/dev/null 2>said.log || { cat said.log; exit 1; }
	tag=sha256-${image##*:}
	case $format-$what in
	bundle-*) at=$(crane manifest --insecure "$address/$repository:$tag" | grep -o '"digest":"[^"]*"' | cut -d '"' -f 4) ;;
	legacy-provenance) at=$(crane digest "$address/$repository:$tag.att") ;;
	legacy-*) at=$(crane digest "$address/$repository:$tag.sig") ;;
	esac
	crane manifest "$address/$repository@$at" >"$here/signed/$key-$format-$what.manifest.json"
	layer=$(grep -o '"layers":.*' "$here/signed/$key-$format-$what.manifest.json" | grep -o 'sha256:[0-9a-f]*' | head -n 1)
	crane blob "$address/$repository@$layer" >"$here/signed/$key-$format-$what.layer.json"
	answer=$(asked)
	echo "$key-$format-$what $answer" >>answers
}

# How cosign answers about what of the repository.
asked() {
	case $format in bundle) how= ;; legacy) how=--new-bundle-format=false ;; esac
	image=registry.example/$repository@sha256:$(digest "$(subject "$what")")
	case $what in
	provenance) set -- verify-attestation --type slsaprovenance1 ;;
	review) set -- verify-attestation --type https://example.com/review/v1 ;;
	*) set -- verify ;;
	esac
	code=0
	cosign "$@" --key "$here/keys/$key.pub" --insecure-ignore-tlog $how $(flags "$key") --allow-http-registry "$image" \
		>said.json 2>said.log || code=$?
	echo "$code"
}

# Each signature is three files, KEY-FORMAT-WHAT.{manifest,config,layer}.json; each key one, NAME.key, of which
# cosign prints the public half.
verify() {
	for file in "$folder"/*.manifest.json; do
		name=$(basename "$file" .manifest.json)
		key=${name%%-*} what=${name##*-} format=${name#*-} format=${format%-*}
		repository=shop/$name
		images "$repository"
		blob "$repository" "$folder/$name.layer.json"
		blob "$repository" "$folder/$name.config.json"
		of=$(digest "$(subject "$what")")
		case $format-$what in
		bundle-*)
			manifest "$repository" "sha256:$(digest "$file")" "$file" manifest
			printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"%s","size":%s,"digest":"sha256:%s","artifactType":"%s"}]}' \
				application/vnd.oci.image.manifest.v1+json "$(wc -c <"$file" | tr -d ' ')" "$(digest "$file")" \
				application/vnd.dev.sigstore.bundle.v0.3+json >referrers
			manifest "$repository" "sha256-$of" referrers index
			;;
		legacy-image | legacy-index) manifest "$repository" "sha256-$of.sig" "$file" manifest ;;
		legacy-*) manifest "$repository" "sha256-$of.att" "$file" manifest ;;
		esac
		echo "$(digest "$file") $(asked) $name"
	done
	for file in "$folder"/*.key; do
		code=0
		cosign public-key --key "$file" >public.pem 2>said.log && cmp -s public.pem "${file%.key}.pub" || code=1
		echo "$(digest "$file") $code $(basename "$file")"
	done
}

$what
