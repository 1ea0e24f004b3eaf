package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/sigstore/cosign/v3/pkg/cosign/bundle"
	"github.com/sigstore/cosign/v3/pkg/oci"
	"github.com/sigstore/cosign/v3/pkg/oci/mutate"
	ociremote "github.com/sigstore/cosign/v3/pkg/oci/remote"
	"github.com/sigstore/cosign/v3/pkg/oci/static"
	cosigntypes "github.com/sigstore/cosign/v3/pkg/types"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/rekor/pkg/generated/client/entries"
	"github.com/sigstore/rekor/pkg/pki"
	"github.com/sigstore/rekor/pkg/types"
	dsseentry "github.com/sigstore/rekor/pkg/types/dsse"
	"github.com/sigstore/rekor/pkg/types/hashedrekord"
	"github.com/sigstore/sigstore-go/pkg/sign"
	"github.com/sigstore/sigstore/pkg/signature/payload"
	"google.golang.org/protobuf/encoding/protojson"
)

const intoto = "application/vnd.in-toto+json"

// signer signs with a key, or by an identity that it proved.
type signer struct {
	sigstore *sigstore
	key      *ecdsa.PrivateKey
	// Who it is, where the key is none that anybody knows.
	subject, issuer string
	isLogged        bool
}

// The functions of sign.Keypair.

func (it *signer) GetHashAlgorithm() protocommon.HashAlgorithm {
	return protocommon.HashAlgorithm_SHA2_256
}

func (it *signer) GetSigningAlgorithm() protocommon.PublicKeyDetails {
	return protocommon.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256
}

func (it *signer) GetHint() []byte {
	hash := sha256.Sum256(publicDER(it.key))
	return []byte(base64.StdEncoding.EncodeToString(hash[:]))
}

func (it *signer) GetKeyAlgorithm() string          { return "ECDSA" }
func (it *signer) GetPublicKey() crypto.PublicKey   { return it.key.Public() }
func (it *signer) GetPublicKeyPem() (string, error) { return publicPEM(it.key), nil }

func (it *signer) SignData(_ context.Context, data []byte) ([]byte, []byte, error) {
	hash := sha256.Sum256(data)
	signed, err := it.key.Sign(nil, hash[:], crypto.SHA256)
	return signed, hash[:], err
}

// GetCertificate is what Fulcio would hand out.
func (it *signer) GetCertificate(context.Context, sign.Keypair, *sign.CertificateProviderOptions) ([]byte, error) {
	certificate, err := it.sigstore.certificate(it.subject, it.issuer, it.key.Public())
	if err != nil {
		return nil, err
	}
	return certificate.Raw, nil
}

// bundle signs a statement as cosign 3 does, beside the image.
func (it *signer) bundle(ctx context.Context, image name.Digest, statement []byte, predicate string) error {
	options := sign.BundleOptions{Context: ctx}
	if it.subject != "" {
		options.CertificateProvider = it
	}
	if it.isLogged {
		options.TransparencyLogs = []sign.Transparency{sign.NewRekor(&sign.RekorOptions{Client: it.sigstore})}
	}
	made, err := sign.Bundle(&sign.DSSEData{Data: statement, PayloadType: intoto}, it, options)
	if err != nil {
		return err
	}
	text, err := protojson.Marshal(made)
	if err != nil {
		return err
	}
	return ociremote.WriteAttestationNewBundleFormat(image, text, predicate)
}

// tag signs an image as cosign 2 does, by a tag that ends in .sig.
func (it *signer) tag(ctx context.Context, image name.Digest, digest string) error {
	at, err := name.NewDigest(image.Context().Digest(digest).String())
	if err != nil {
		return err
	}
	text, err := payload.Cosign{Image: at}.MarshalJSON()
	if err != nil {
		return err
	}
	signed, hash, err := it.SignData(ctx, text)
	if err != nil {
		return err
	}
	options, err := it.evidence(ctx, hashedrekord.KIND, types.ArtifactProperties{
		PKIFormat: string(pki.X509), SignatureBytes: signed, ArtifactHash: hex.EncodeToString(hash),
	})
	if err != nil {
		return err
	}
	made, err := static.NewSignature(text, base64.StdEncoding.EncodeToString(signed), options...)
	if err != nil {
		return err
	}
	return attach(image, made, mutate.AttachSignatureToEntity, ociremote.WriteSignatures)
}

// tagStatement signs a statement as cosign 2 does, by a tag that ends in .att.
func (it *signer) tagStatement(ctx context.Context, image name.Digest, statement []byte, predicate string) error {
	signed, _, err := it.SignData(ctx, dsse.PAE(intoto, statement))
	if err != nil {
		return err
	}
	envelope, err := json.Marshal(dsse.Envelope{
		PayloadType: intoto, Payload: base64.StdEncoding.EncodeToString(statement),
		Signatures: []dsse.Signature{{Sig: base64.StdEncoding.EncodeToString(signed)}},
	})
	if err != nil {
		return err
	}
	options, err := it.evidence(ctx, dsseentry.KIND, types.ArtifactProperties{ArtifactBytes: envelope})
	if err != nil {
		return err
	}
	options = append(options, static.WithLayerMediaType(cosigntypes.DssePayloadType),
		static.WithAnnotations(map[string]string{"predicateType": predicate}))
	made, err := static.NewAttestation(envelope, options...)
	if err != nil {
		return err
	}
	return attach(image, made, mutate.AttachAttestationToEntity, ociremote.WriteAttestations)
}

// evidence is what a signature of cosign 2 has beside it: the certificate and what the log says.
func (it *signer) evidence(ctx context.Context, kind string, properties types.ArtifactProperties) ([]static.Option, error) {
	var options []static.Option
	properties.PublicKeyBytes = [][]byte{[]byte(publicPEM(it.key))}
	if it.subject != "" {
		der, err := it.GetCertificate(ctx, nil, nil)
		if err != nil {
			return nil, err
		}
		text := encode(der)
		chain := bytes.Join([][]byte{encode(it.sigstore.authority.Raw), encode(it.sigstore.root.Raw)}, nil)
		options = append(options, static.WithCertChain(text, chain))
		properties.PublicKeyBytes = [][]byte{text}
	}
	if !it.isLogged {
		return options, nil
	}
	proposed, err := types.NewProposedEntry(ctx, kind, "", properties)
	if err != nil {
		return nil, err
	}
	logged, err := it.sigstore.CreateLogEntry(&entries.CreateLogEntryParams{ProposedEntry: proposed})
	if err != nil {
		return nil, err
	}
	for _, entry := range logged.Payload {
		options = append(options, static.WithBundle(&bundle.RekorBundle{
			SignedEntryTimestamp: entry.Verification.SignedEntryTimestamp,
			Payload: bundle.RekorPayload{
				Body: entry.Body, IntegratedTime: *entry.IntegratedTime, LogIndex: *entry.LogIndex, LogID: *entry.LogID,
			},
		}))
	}
	return options, nil
}

func encode(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func attach[S any](
	image name.Digest, made oci.Signature,
	to func(oci.SignedEntity, oci.Signature, ...S) (oci.SignedEntity, error),
	write func(name.Repository, oci.SignedEntity, ...ociremote.Option) error,
) error {
	entity, err := ociremote.SignedEntity(image)
	if err != nil {
		return err
	}
	if entity, err = to(entity, made); err != nil {
		return err
	}
	return write(image.Context(), entity)
}
