package oracle

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	core "k8s.io/kubernetes/pkg/apis/core/v1"
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

// newPodSecurity evaluates Pods as the PodSecurity admission plugin does, after API defaulting
// when the question or the kind asks for it.
func newPodSecurity(always bool) (answerer, error) {
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
		if always || q.Default {
			core.SetObjectDefaults_Pod(pod)
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
