package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/url"
	"time"

	"github.com/cyberphone/json-canonicalization/go/src/webpki.org/jsoncanonicalizer"
	ct "github.com/google/certificate-transparency-go"
	cttls "github.com/google/certificate-transparency-go/tls"
	ctx509 "github.com/google/certificate-transparency-go/x509"
	"github.com/sigstore/cosign/v3/pkg/cosign/bundle"
	"github.com/sigstore/rekor/pkg/generated/client/entries"
	"github.com/sigstore/rekor/pkg/generated/models"
	"github.com/sigstore/rekor/pkg/types"
	"github.com/sigstore/rekor/pkg/util"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore/pkg/signature"
)

// sigstore certifies signers and logs what they sign.
type sigstore struct {
	whose                                            string
	rootKey, authorityKey, logKey, certificateLogKey *ecdsa.PrivateKey
	root, authority                                  *x509.Certificate
}

var (
	began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ends  = time.Date(2066, 1, 1, 0, 0, 0, 0, time.UTC)
)

// keyOf makes a key of a word. It protects nothing.
func keyOf(word string) *ecdsa.PrivateKey {
	number := sha256.Sum256([]byte("key of the tests of kubectl-harden: " + word))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), number[:])
	if err != nil {
		panic(err)
	}
	return key
}

func publicDER(key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err)
	}
	return der
}

func publicPEM(key *ecdsa.PrivateKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER(key)}))
}

func newSigstore(whose string) (*sigstore, error) {
	it := &sigstore{
		whose: whose, rootKey: keyOf(whose + " root"), authorityKey: keyOf(whose + " authority"),
		logKey: keyOf(whose + " log"), certificateLogKey: keyOf(whose + " certificate log"),
	}
	authority := func(number int64, name string, depth int) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(number), NotBefore: began, NotAfter: ends,
			Subject:  pkix.Name{Organization: []string{it.whose}, CommonName: name},
			KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
			BasicConstraintsValid: true, IsCA: true, MaxPathLen: depth, MaxPathLenZero: depth == 0,
		}
	}
	var err error
	root := authority(1, "root", 1)
	if it.root, err = certify(root, root, &it.rootKey.PublicKey, it.rootKey); err != nil {
		return nil, err
	}
	it.authority, err = certify(authority(2, "authority", 0), it.root, &it.authorityKey.PublicKey, it.rootKey)
	return it, err
}

// certify makes the same certificate each time: without a source of chance, the signature is made of the key alone.
func certify(template, parent *x509.Certificate, public, signer any) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(nil, template, parent, public, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func (it *sigstore) trustedRoot() ([]byte, error) {
	log := func(key *ecdsa.PrivateKey, address string) map[string]*root.TransparencyLog {
		id := sha256.Sum256(publicDER(key))
		return map[string]*root.TransparencyLog{hex.EncodeToString(id[:]): {
			BaseURL: address, ID: id[:], ValidityPeriodStart: began, ValidityPeriodEnd: ends,
			HashFunc: crypto.SHA256, PublicKey: key.Public(), SignatureHashFunc: crypto.SHA256,
		}}
	}
	authority := &root.FulcioCertificateAuthority{
		Root: it.root, Intermediates: []*x509.Certificate{it.authority},
		ValidityPeriodStart: began, ValidityPeriodEnd: ends, URI: "https://fulcio." + it.whose + ".example",
	}
	made, err := root.NewTrustedRoot(root.TrustedRootMediaType01, []root.CertificateAuthority{authority},
		log(it.certificateLogKey, "https://ctfe."+it.whose+".example"), nil, log(it.logKey, "https://rekor."+it.whose+".example"))
	if err != nil {
		return nil, err
	}
	text, err := made.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return jsoncanonicalizer.Transform(text)
}

// certificate is what a signer without a key of its own gets, with a proof that it was logged.
func (it *sigstore) certificate(subject, issuer string, public any) (*x509.Certificate, error) {
	address, err := url.Parse(subject)
	if err != nil {
		return nil, err
	}
	encoded, err := asn1.MarshalWithParams(issuer, "utf8")
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC().Truncate(time.Second)
	oid := func(last int) asn1.ObjectIdentifier {
		return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, last}
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(3), NotBefore: now.Add(-time.Minute), NotAfter: now.Add(9 * time.Minute),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		URIs:            []*url.URL{address},
		ExtraExtensions: []pkix.Extension{{Id: oid(1), Value: []byte(issuer)}, {Id: oid(8), Value: encoded}},
	}
	bare, err := certify(template, it.authority, public, it.authorityKey)
	if err != nil {
		return nil, err
	}
	proof, err := it.proof(bare, now)
	if err != nil {
		return nil, err
	}
	template.ExtraExtensions = append(template.ExtraExtensions,
		pkix.Extension{Id: asn1.ObjectIdentifier(ctx509.OIDExtensionCTSCT), Value: proof})
	return certify(template, it.authority, public, it.authorityKey)
}

// proof is the list of timestamps by which the log of certificates says that it knows one.
func (it *sigstore) proof(bare *x509.Certificate, now time.Time) ([]byte, error) {
	sct := ct.SignedCertificateTimestamp{
		SCTVersion: ct.V1, Timestamp: uint64(now.UnixMilli()),
		LogID: ct.LogID{KeyID: sha256.Sum256(publicDER(it.certificateLogKey))},
	}
	entry := ct.LogEntry{Leaf: ct.MerkleTreeLeaf{Version: ct.V1, LeafType: ct.TimestampedEntryLeafType,
		TimestampedEntry: &ct.TimestampedEntry{
			EntryType: ct.PrecertLogEntryType,
			PrecertEntry: &ct.PreCert{
				IssuerKeyHash:  sha256.Sum256(publicDER(it.authorityKey)),
				TBSCertificate: bare.RawTBSCertificate,
			},
		}}}
	input, err := ct.SerializeSCTSignatureInput(sct, entry)
	if err != nil {
		return nil, err
	}
	signed, err := cttls.CreateSignature(*it.certificateLogKey, cttls.SHA256, input)
	if err != nil {
		return nil, err
	}
	sct.Signature = ct.DigitallySigned(signed)
	text, err := cttls.Marshal(sct)
	if err != nil {
		return nil, err
	}
	list, err := cttls.Marshal(ctx509.SignedCertificateTimestampList{SCTList: []ctx509.SerializedSCT{{Val: text}}})
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(list)
}

// CreateLogEntry enters something in the log, as its only entry.
func (it *sigstore) CreateLogEntry(params *entries.CreateLogEntryParams, _ ...entries.ClientOption) (*entries.CreateLogEntryCreated, error) {
	ctx := context.Background()
	entry, err := types.CreateVersionedEntry(params.ProposedEntry)
	if err != nil {
		return nil, err
	}
	body, err := types.CanonicalizeEntry(ctx, entry)
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(publicDER(it.logKey))
	payload := bundle.RekorPayload{
		Body: base64.StdEncoding.EncodeToString(body), IntegratedTime: time.Now().Unix(),
		LogID: hex.EncodeToString(id[:]),
	}
	promise, err := it.promise(payload)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(append([]byte{0}, body...))
	signer, err := signature.LoadECDSASignerVerifier(it.logKey, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	checkpoint, err := util.CreateAndSignCheckpoint(ctx, "rekor."+it.whose+".example", 1, 1, hash[:], signer)
	if err != nil {
		return nil, err
	}
	text, index, size, rootHash := string(checkpoint), int64(0), int64(1), hex.EncodeToString(hash[:])
	return &entries.CreateLogEntryCreated{ETag: rootHash, Payload: models.LogEntry{rootHash: models.LogEntryAnon{
		Body: payload.Body, IntegratedTime: &payload.IntegratedTime, LogID: &payload.LogID, LogIndex: &index,
		Verification: &models.LogEntryAnonVerification{
			SignedEntryTimestamp: promise,
			InclusionProof: &models.InclusionProof{
				Checkpoint: &text, Hashes: []string{}, LogIndex: &index, RootHash: &rootHash, TreeSize: &size,
			},
		},
	}}}, nil
}

// GetLogEntryByUUID finds nothing: nobody enters anything twice.
func (it *sigstore) GetLogEntryByUUID(*entries.GetLogEntryByUUIDParams, ...entries.ClientOption) (*entries.GetLogEntryByUUIDOK, error) {
	return nil, entries.NewGetLogEntryByUUIDNotFound()
}

// promise is the signature by which the log promises to include an entry.
func (it *sigstore) promise(payload bundle.RekorPayload) ([]byte, error) {
	text, err := json.Marshal(payload)
	if err != nil {
		return nil, err
	}
	canonical, err := jsoncanonicalizer.Transform(text)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(canonical)
	return it.logKey.Sign(nil, hash[:], crypto.SHA256)
}
