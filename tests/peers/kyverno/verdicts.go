package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	policiesv1beta1 "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	celengine "github.com/kyverno/kyverno/pkg/cel/engine"
	"github.com/kyverno/kyverno/pkg/cel/libs"
	"github.com/kyverno/kyverno/pkg/cel/matching"
	vpolcompiler "github.com/kyverno/kyverno/pkg/cel/policies/vpol/compiler"
	vpolengine "github.com/kyverno/kyverno/pkg/cel/policies/vpol/engine"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// verdict is a letter, the later of which stands for several rules: none, skip, pass, fail, error.
type verdict byte

const order = "-spfe"

func (it verdict) and(status engineapi.RuleStatus) verdict {
	letters := map[engineapi.RuleStatus]byte{
		engineapi.RuleStatusSkip: 's', engineapi.RuleStatusPass: 'p', engineapi.RuleStatusFail: 'f',
	}
	letter, known := letters[status]
	if !known {
		letter = 'e'
	}
	if bytes.IndexByte([]byte(order), letter) > bytes.IndexByte([]byte(order), byte(it)) {
		return verdict(letter)
	}
	return it
}

// verdicts are what policies say of each request, as a letter each, and the first message of each that is an error.
func (it asked) verdicts(question question) (said answer, err error) {
	told, err := it.told(question.Policies)
	if err != nil {
		return answer{}, err
	}
	letters := make([]byte, 0, len(question.Requests))
	for index, one := range question.Requests {
		one.Operation = admissionv1.Create
		if one.Old != nil {
			one.Operation = admissionv1.Update
		}
		request, err := one.request()
		if err != nil {
			return answer{}, fmt.Errorf("request %d: %w", index, err)
		}
		rules, err := told(request)
		if err != nil {
			return answer{}, fmt.Errorf("request %d: %w", index, err)
		}
		letter := verdict('-')
		for _, rule := range rules {
			letter = letter.and(rule.Status())
			if rule.Status() == engineapi.RuleStatusError && len(said.Rules) < 20 {
				said.Rules = append(said.Rules, [3]string{fmt.Sprint(index), string(rule.Status()), rule.Message()})
			}
		}
		letters = append(letters, byte(letter))
	}
	said.Verdicts = string(letters)
	return said, nil
}

type judge = func(admissionv1.AdmissionRequest) ([]engineapi.RuleResponse, error)

// told are policies of both kinds, read strictly, as one judge.
func (it asked) told(policies []json.RawMessage) (judge, error) {
	var judges []judge
	for _, policy := range policies {
		var kind metav1.TypeMeta
		if err := json.Unmarshal(policy, &kind); err != nil {
			return nil, err
		}
		var one judge
		var err error
		switch kind.Kind {
		case "ClusterPolicy":
			one, err = it.clusterPolicy(policy)
		case "ValidatingPolicy":
			one, err = validatingPolicy(policy)
		default:
			err = fmt.Errorf("%s is no policy that is asked here", kind.Kind)
		}
		if err != nil {
			return nil, err
		}
		judges = append(judges, one)
	}
	return func(request admissionv1.AdmissionRequest) (all []engineapi.RuleResponse, err error) {
		for _, one := range judges {
			rules, err := one(request)
			if err != nil {
				return nil, err
			}
			all = append(all, rules...)
		}
		return all, nil
	}, nil
}

func (it asked) clusterPolicy(text json.RawMessage) (judge, error) {
	var policy kyvernov1.ClusterPolicy
	if err := strictly(text, &policy); err != nil {
		return nil, err
	}
	return func(request admissionv1.AdmissionRequest) ([]engineapi.RuleResponse, error) {
		about, err := it.about(request, question{})
		if err != nil {
			return nil, err
		}
		response := it.engine.Validate(context.Background(), about.WithPolicy(&policy))
		return response.PolicyResponse.Rules, nil
	}, nil
}

func validatingPolicy(text json.RawMessage) (judge, error) {
	var policy policiesv1beta1.ValidatingPolicy
	if err := strictly(text, &policy); err != nil {
		return nil, err
	}
	policies := []policiesv1beta1.ValidatingPolicyLike{&policy}
	provider, err := vpolengine.NewProvider(vpolcompiler.NewCompiler(), policies, nil)
	if err != nil {
		return nil, err
	}
	namespace := func(name string) *corev1.Namespace {
		labels := map[string]string{corev1.LabelMetadataName: name}
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	}
	engine := vpolengine.NewEngine(provider, namespace, matching.NewMatcher())
	return func(request admissionv1.AdmissionRequest) (all []engineapi.RuleResponse, err error) {
		resource, _ := meta.UnsafeGuessKindToResource(schema.GroupVersionKind(request.Kind))
		request.Resource = metav1.GroupVersionResource(resource)
		asked := celengine.RequestFromAdmission(libs.GetLibsCtx(), request)
		response, err := engine.Handle(context.Background(), asked, nil)
		for _, one := range response.Policies {
			all = append(all, one.Rules...)
		}
		return all, err
	}, nil
}

func strictly(text json.RawMessage, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
