package oracle

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apiserver/pkg/server/options/encryptionconfig"
	kms "k8s.io/kms/pkg/service"
)

type encryptionAnswer struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

// newEncryption says whether an API server with an EncryptionConfiguration, a JSON string, starts.
// In errors the file is called FILE. No KMS plugin is called: each counts as not there yet, with
// which the API server starts.
func newEncryption() (answerer, error) {
	encryptionconfig.EnvelopeKMSv2ServiceFactory = func(context.Context, string, string, time.Duration) (kms.Service, error) {
		return absentPlugin{}, nil
	}
	return func(question []byte) (any, error) {
		var text string
		if err := parse(question, &text); err != nil {
			return nil, err
		}
		dir, err := os.MkdirTemp("", "control-plane-oracle-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		file := filepath.Join(dir, "encryption.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		if _, err := encryptionconfig.LoadEncryptionConfig(ctx, file, false, "oracle"); err != nil {
			return encryptionAnswer{Error: strings.ReplaceAll(err.Error(), file, "FILE")}, nil
		}
		return encryptionAnswer{OK: true}, nil
	}, nil
}

// absentPlugin is a KMS plugin that is not running.
type absentPlugin struct{}

var errAbsent = errors.New("no KMS plugin runs here")

// Decrypt fails.
func (absentPlugin) Decrypt(context.Context, string, *kms.DecryptRequest) ([]byte, error) {
	return nil, errAbsent
}

// Encrypt fails.
func (absentPlugin) Encrypt(context.Context, string, []byte) (*kms.EncryptResponse, error) {
	return nil, errAbsent
}

// Status fails.
func (absentPlugin) Status(context.Context) (*kms.StatusResponse, error) {
	return nil, errAbsent
}
