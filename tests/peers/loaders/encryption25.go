//go:build minor25

package main

import "k8s.io/apiserver/pkg/server/options/encryptionconfig"

// loadEncryption loads an EncryptionConfiguration as kube-apiserver does when it starts.
func loadEncryption(text string) error {
	return withFile(text, func(path string) error {
		_, err := encryptionconfig.GetTransformerOverrides(path)
		return err
	})
}
