package run

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"
)

// user is one that the API server knows by a token.
type user struct {
	name, token, group string
}

// writeCredentials makes the certificates, the key that signs ServiceAccount tokens and the token
// file. The first user is the administrator, the last one the controllers'.
func (l layout) writeCredentials() ([]user, error) {
	ca, caKey, err := l.writeCertificate("ca", nil, nil)
	if err != nil {
		return nil, err
	}
	if _, _, err := l.writeCertificate("server", ca, caKey); err != nil {
		return nil, err
	}
	signing, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if err := l.writeKey("service-account.key", signing); err != nil {
		return nil, err
	}
	users := []user{
		{name: "admin", group: "system:masters"},
		{name: "alice", group: "dev-team"},
		{name: "bob"},
		{name: "system:kube-controller-manager", group: "system:masters"},
	}
	var tokens bytes.Buffer
	for i := range users {
		secret := make([]byte, 16)
		if _, err := rand.Read(secret); err != nil {
			return nil, err
		}
		users[i].token = hex.EncodeToString(secret)
		fmt.Fprintf(&tokens, "%s,%s,%s", users[i].token, users[i].name, users[i].name)
		if users[i].group != "" { // An empty field would be a group without a name.
			fmt.Fprintf(&tokens, ",%q", users[i].group)
		}
		fmt.Fprintln(&tokens)
	}
	return users, os.WriteFile(l.file("tokens.csv"), tokens.Bytes(), 0o600)
}

// writeCertificate writes NAME.crt and NAME.key: a certificate authority when there is no issuer,
// else the API server's certificate.
func (l layout) writeCertificate(name string, issuer *x509.Certificate, issuerKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "control-plane " + name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
	}
	if issuer == nil {
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage = x509.KeyUsageCertSign
		issuer, issuerKey = template, key
	} else {
		template.KeyUsage = x509.KeyUsageDigitalSignature
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		template.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), issuerKey)
	if err != nil {
		return nil, nil, err
	}
	if err := writePEM(l.file(name+".crt"), "CERTIFICATE", der); err != nil {
		return nil, nil, err
	}
	if err := l.writeKey(name+".key", key); err != nil {
		return nil, nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return certificate, key, err
}

func (l layout) writeKey(name string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(l.file(name), "EC PRIVATE KEY", der)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
