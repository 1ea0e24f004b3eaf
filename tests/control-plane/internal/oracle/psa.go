package oracle

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	internal "k8s.io/kubernetes/pkg/apis/core"
	core "k8s.io/kubernetes/pkg/apis/core/v1"
	registry "k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	kjson "sigs.k8s.io/json"
)

type podSecurityQuestion struct {
	ID      json.RawMessage `json:"id"`
	Level   string          `json:"level"`
	Version string          `json:"version"`
	Pod     json.RawMessage `json:"pod"`
	Default bool            `json:"default"`
}

type podSecurityAnswer struct {
	ID      json.RawMessage `json:"id,omitempty"`
	Allowed bool            `json:"allowed"`
	// Message is what follows `violates PodSecurity "LEVEL:VERSION": `.
	Message string `json:"message"`
	// Checks are the identifiers of the checks that failed, in the order of the message.
	Checks []policy.CheckID `json:"checks"`
}

// preparation brings a Pod to where it is evaluated.
type preparation func(*corev1.Pod) (*corev1.Pod, error)

func asWritten(pod *corev1.Pod) (*corev1.Pod, error) { return pod, nil }

func podDefaulted(pod *corev1.Pod) (*corev1.Pod, error) {
	core.SetObjectDefaults_Pod(pod)
	return pod, nil
}

// podCreated returns the Pod as the API server has it when it comes to validating admission, if no
// mutating admission changes it: AppArmor annotations are fields, for one.
func podCreated(pod *corev1.Pod) (*corev1.Pod, error) {
	core.SetObjectDefaults_Pod(pod)
	converted, created := new(internal.Pod), new(corev1.Pod)
	if err := core.Convert_v1_Pod_To_core_Pod(pod, converted, nil); err != nil {
		return nil, fmt.Errorf("converting the Pod: %w", err)
	}
	registry.Strategy.PrepareForCreate(context.Background(), converted)
	if err := core.Convert_core_Pod_To_v1_Pod(converted, created, nil); err != nil {
		return nil, fmt.Errorf("converting the Pod back: %w", err)
	}
	return created, nil
}

// newPodSecurity evaluates Pods as the PodSecurity admission plugin does, after a preparation and,
// when the question asks for it, API defaulting.
func newPodSecurity(prepare preparation) (answerer, error) {
	failed := []policy.CheckID{}
	evaluator, err := policy.NewEvaluator(recording(&failed), nil)
	if err != nil {
		return nil, err
	}
	return func(question []byte) (any, error) {
		var q podSecurityQuestion
		if err := parse(question, &q); err != nil {
			return nil, err
		}
		level, err := api.ParseLevel(q.Level)
		if err != nil {
			return nil, err
		}
		version, err := api.ParseVersion(q.Version)
		if err != nil {
			return nil, err
		}
		pod, err := decodePod(q.Pod)
		if err != nil {
			return nil, err
		}
		if q.Default {
			core.SetObjectDefaults_Pod(pod)
		}
		if pod, err = prepare(pod); err != nil {
			return nil, err
		}
		failed = []policy.CheckID{}
		results := evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, &pod.ObjectMeta, &pod.Spec)
		verdict := policy.AggregateCheckResults(results)
		return podSecurityAnswer{ID: q.ID, Allowed: verdict.Allowed, Message: verdict.ForbiddenDetail(), Checks: failed}, nil
	}, nil
}

// recording returns upstream's checks, each noting its identifier when it forbids a Pod: the
// evaluator's results do not say whose they are.
func recording(failed *[]policy.CheckID) []policy.Check {
	checks := policy.DefaultChecks()
	for _, check := range checks {
		for i, version := range check.Versions {
			evaluate, id := version.CheckPod, check.ID
			check.Versions[i].CheckPod = func(meta *metav1.ObjectMeta, spec *corev1.PodSpec) policy.CheckResult {
				result := evaluate(meta, spec)
				if !result.Allowed {
					*failed = append(*failed, id)
				}
				return result
			}
		}
	}
	return checks
}

// decodePod reads JSON as the API server does: field names are case-sensitive.
func decodePod(text []byte) (*corev1.Pod, error) {
	pod := new(corev1.Pod)
	return pod, kjson.UnmarshalCaseSensitivePreserveInts(text, pod)
}
