package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/apis/apiserver/install"
	admissionapi "k8s.io/pod-security-admission/admission/api"
	"k8s.io/pod-security-admission/admission/api/load"
	"k8s.io/pod-security-admission/admission/api/validation"
)

// loadAdmission loads an AdmissionConfiguration, and what it tells PodSecurity, as kube-apiserver and
// the plugin do when they start.
func loadAdmission(text string) error {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	utilruntime.Must(apiserver.AddToScheme(scheme))
	return withFile(text, func(path string) error {
		provider, err := admission.ReadAdmissionConfiguration([]string{"PodSecurity"}, path, scheme)
		if err != nil {
			return fmt.Errorf("failed to read plugin config: %w", err)
		}
		reader, err := provider.ConfigFor("PodSecurity")
		if err != nil {
			return err
		}
		configuration, err := load.LoadFromReader(reader)
		if err != nil {
			return err
		}
		if _, err := admissionapi.ToPolicy(configuration.Defaults); err != nil {
			return fmt.Errorf("PodSecurity configuration error: %w", err)
		}
		if errs := validation.ValidatePodSecurityConfiguration(configuration); len(errs) > 0 {
			return fmt.Errorf("PodSecurity invalid: %w", errs.ToAggregate())
		}
		return nil
	})
}
