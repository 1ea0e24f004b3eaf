package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

const (
	trusted = "trusted"
	issuer  = "https://token.actions.githubusercontent.com"
	subject = "https://github.com/example/app/.github/workflows/release.yaml@refs/heads/main"

	builder = "https://github.com/actions/runner/github-hosted"
	source  = "https://github.com/example/app"

	signs           = "https://sigstore.dev/cosign/sign/v1"
	provenance      = "https://slsa.dev/provenance/v1"
	spdx            = "https://spdx.dev/Document"
	vulnerabilities = "https://cosign.sigstore.dev/attestation/vuln/v1"
)

// signers are by whom images are signed, by the first part of their names.
func signers(it, own *sigstore) map[string]*signer {
	return map[string]*signer{
		"key":           {sigstore: it, key: keyOf(trusted), isLogged: true},
		"key-unlogged":  {sigstore: it, key: keyOf(trusted)},
		"other-key":     {sigstore: it, key: keyOf("other"), isLogged: true},
		"workflow":      {sigstore: it, key: keyOf("ephemeral"), subject: subject, issuer: issuer, isLogged: true},
		"fork":          {sigstore: it, key: keyOf("ephemeral"), subject: strings.Replace(subject, "example", "mallory", 1), issuer: issuer, isLogged: true},
		"longer":        {sigstore: it, key: keyOf("ephemeral"), subject: subject + "-2", issuer: issuer, isLogged: true},
		"other-issuer":  {sigstore: it, key: keyOf("ephemeral"), subject: subject, issuer: "https://issuer.example", isLogged: true},
		"own-key":       {sigstore: own, key: keyOf(trusted), isLogged: true},
		"own-workflow":  {sigstore: own, key: keyOf("ephemeral"), subject: subject, issuer: issuer, isLogged: true},
		"workflow-lone": {sigstore: it, key: keyOf("ephemeral"), subject: subject, issuer: issuer},
	}
}

// statement is a type and what is said.
type statement struct {
	predicate string
	says      any
	// Who signs it, where it is not the signer of the image.
	by string
}

type object = map[string]any

func built(builder any, parameters any) statement {
	return statement{predicate: provenance, says: object{
		"buildDefinition": object{"buildType": "https://a.example/t", "externalParameters": parameters},
		"runDetails":      object{"builder": object{"id": builder}},
	}}
}

func workflow(repository any) object {
	return object{"workflow": object{"repository": repository, "ref": "refs/heads/main"}}
}

func by(signer string, it statement) statement {
	it.by = signer
	return it
}

// said is what is signed of an image beside it, by the last part of its name.
var said = map[string][]statement{
	"plain":         {},
	"provenance":    {built(builder, workflow(source))},
	"sources":       {built(builder, object{"source": object{"uri": "git+" + source + "@refs/heads/main"}})},
	"source":        {built(builder, object{"source": object{"uri": "git+" + source}})},
	"elsewhere":     {built("https://builder.example", workflow(source))},
	"forked":        {built(builder, workflow("https://github.com/mallory/app"))},
	"longer-source": {built(builder, object{"source": object{"uri": "git+" + source + "-2"}, "workflow": object{"repository": source + "-2"}})},
	"wrong-types":   {built(1, workflow(nil))},
	"empty":         {{predicate: provenance, says: object{}}},
	"sbom":          {{predicate: spdx, says: object{"spdxVersion": "SPDX-2.3"}}},
	"all": {built(builder, workflow(source)), {predicate: spdx, says: object{"spdxVersion": "SPDX-2.3"}},
		{predicate: vulnerabilities, says: object{"scanner": object{"uri": "https://a.example"}}}},
	"statement-of-key": {by("other-key", built(builder, workflow(source)))},
	// What another adds to an image, in a registry that he can write to, takes nothing away.
	"joined": {built(builder, workflow(source)), by("other-key", built("https://builder.example", workflow("https://github.com/mallory/app")))},
}

// write puts all images into the registries.
func write(ctx context.Context, public, own *sigstore) error {
	all := signers(public, own)
	registries := []string{"registry.example/team", "registry.example/teams", "older.example/team", "index.docker.io/library", "other.example/team"}
	for _, registry := range registries {
		if _, _, err := push(registry + "/unsigned"); err != nil {
			return err
		}
		for who, signer := range all {
			for what, statements := range said {
				// Other registries need no more than one of each.
				if registry != registries[0] && what != "plain" && what != "all" {
					continue
				}
				for _, form := range []string{"bundle", "tag"} {
					image, digest, err := push(fmt.Sprintf("%s/%s-%s-%s", registry, who, form, what))
					if err != nil {
						return err
					}
					if err := signer.sign(ctx, image, digest, form); err != nil {
						return fmt.Errorf("%s: %w", image, err)
					}
					if err := add(ctx, all, signer, image, digest, form, statements); err != nil {
						return fmt.Errorf("%s: %w", image, err)
					}
				}
			}
		}
	}
	for _, who := range []string{"key", "workflow"} {
		for _, form := range []string{"bundle", "tag"} {
			// An image of which there are statements, and no signature.
			image, digest, err := push(fmt.Sprintf("registry.example/team/%s-%s-unsigned-all", who, form))
			if err != nil {
				return err
			}
			if err := add(ctx, all, all[who], image, digest, form, said["all"]); err != nil {
				return err
			}
			// One that has got the signature of another.
			image, _, err = push(fmt.Sprintf("registry.example/team/%s-%s-copied", who, form))
			if err != nil {
				return err
			}
			_, other, err := push(fmt.Sprintf("registry.example/team/%s-%s-plain", who, form))
			if err != nil {
				return err
			}
			if err := all[who].sign(ctx, image, other, form); err != nil {
				return err
			}
			// One that two have signed.
			image, digest, err = push(fmt.Sprintf("registry.example/team/%s-%s-twice", who, form))
			if err != nil {
				return err
			}
			for _, it := range []*signer{all["other-key"], all[who]} {
				if err := it.sign(ctx, image, digest, form); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func add(ctx context.Context, all map[string]*signer, signer *signer, image name.Digest, digest, form string, statements []statement) error {
	for _, it := range statements {
		by := signer
		if it.by != "" {
			by = all[it.by]
		}
		text, err := it.text(digest)
		if err != nil {
			return err
		}
		if form == "bundle" {
			err = by.bundle(ctx, image, text, it.predicate)
		} else {
			err = by.tagStatement(ctx, image, text, it.predicate)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sign signs an image as a version of cosign does.
func (it *signer) sign(ctx context.Context, image name.Digest, digest, form string) error {
	if form == "tag" {
		return it.tag(ctx, image, digest)
	}
	text, err := statement{predicate: signs, says: object{}}.text(digest)
	if err != nil {
		return err
	}
	return it.bundle(ctx, image, text, signs)
}

func (it statement) text(digest string) ([]byte, error) {
	return json.Marshal(object{
		"_type": "https://in-toto.io/Statement/v1", "predicateType": it.predicate, "predicate": it.says,
		"subject": []object{{"name": "image", "digest": object{"sha256": strings.TrimPrefix(digest, "sha256:")}}},
	})
}

// push makes an image of its name, which is another for each name and the same each time.
func push(repository string) (name.Digest, string, error) {
	tag, err := name.NewTag(repository + ":1")
	if err != nil {
		return name.Digest{}, "", err
	}
	image, err := mutate.Config(empty.Image, v1.Config{Labels: map[string]string{"name": repository}})
	if err != nil {
		return name.Digest{}, "", err
	}
	if err := remote.Write(tag, image); err != nil {
		return name.Digest{}, "", err
	}
	digest, err := image.Digest()
	if err != nil {
		return name.Digest{}, "", err
	}
	return tag.Context().Digest(digest.String()), digest.String(), nil
}
