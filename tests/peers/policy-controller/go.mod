module policy-controller

go 1.26

require github.com/sigstore/policy-controller v0.15.1

// The controller's own replacements.
replace github.com/golang/glog => github.com/jdolitsky/glog v0.0.0-20220729172235-78744e90d087

replace k8s.io/code-generator => k8s.io/code-generator v0.29.4

// One that the Go module proxy serves.
replace github.com/google/go-containerregistry/pkg/authn/kubernetes => github.com/google/go-containerregistry/pkg/authn/kubernetes v0.0.0-20260224031529-85f2bf5f7303

replace github.com/google/go-containerregistry/pkg/authn/k8schain => github.com/google/go-containerregistry/pkg/authn/k8schain v0.0.0-20260205022027-93aa2732266a
