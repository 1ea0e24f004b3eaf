package oracle

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	internal "k8s.io/kubernetes/pkg/apis/core"
	core "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/apis/core/validation"
)

// podDefaults answers with the Pod as API defaulting leaves it, before any admission plugin.
func podDefaults(question []byte) (any, error) {
	pod, err := decodePod(question)
	if err != nil {
		return nil, err
	}
	core.SetObjectDefaults_Pod(pod)
	return pod, nil
}

type validationAnswer struct {
	Errors []string `json:"errors"`
}

// podValidate answers with the errors of API validation for a Pod that is created, after
// defaulting. A Pod without a namespace is taken to be in `default`.
func podValidate(question []byte) (any, error) {
	pod, err := decodePod(question)
	if err != nil {
		return nil, err
	}
	if pod.Namespace == "" {
		pod.Namespace = corev1.NamespaceDefault
	}
	core.SetObjectDefaults_Pod(pod)
	converted := new(internal.Pod)
	if err := core.Convert_v1_Pod_To_core_Pod(pod, converted, nil); err != nil {
		return nil, fmt.Errorf("converting the Pod: %w", err)
	}
	podutil.DropDisabledPodFields(converted, nil)
	options := podutil.GetValidationOptionsFromPodSpecAndMeta(&converted.Spec, nil, &converted.ObjectMeta, nil)
	options.ResourceIsPod = true
	answer := validationAnswer{Errors: []string{}}
	for _, err := range validation.ValidatePodCreate(converted, options) {
		answer.Errors = append(answer.Errors, err.Error())
	}
	return answer, nil
}
