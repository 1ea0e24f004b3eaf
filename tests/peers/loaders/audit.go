package main

import "k8s.io/apiserver/pkg/audit/policy"

// loadAudit loads an audit policy as kube-apiserver does when it starts.
func loadAudit(text string) error {
	return withFile(text, func(path string) error {
		_, err := policy.LoadPolicyFromFile(path)
		return err
	})
}
