package oracle

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/admissionregistration"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	"k8s.io/kubernetes/pkg/apis/admissionregistration/validation"
)

// policyValidate says what the API server has against a new admission policy or binding, after defaulting.
func policyValidate(question []byte) (any, error) {
	object, _, err := legacyscheme.Codecs.UniversalDecoder().Decode(question, nil, nil)
	if err != nil {
		return nil, err
	}
	var found field.ErrorList
	switch it := object.(type) {
	case *admissionregistration.ValidatingAdmissionPolicy:
		found = validation.ValidateValidatingAdmissionPolicy(it)
	case *admissionregistration.ValidatingAdmissionPolicyBinding:
		found = validation.ValidateValidatingAdmissionPolicyBinding(it)
	case *admissionregistration.MutatingAdmissionPolicy:
		found = validation.ValidateMutatingAdmissionPolicy(it)
	case *admissionregistration.MutatingAdmissionPolicyBinding:
		found = validation.ValidateMutatingAdmissionPolicyBinding(it)
	default:
		return nil, fmt.Errorf("no policy and no binding: %T", object)
	}
	answer := validationAnswer{Errors: []string{}}
	for _, each := range found {
		answer.Errors = append(answer.Errors, each.Error())
	}
	return answer, nil
}
