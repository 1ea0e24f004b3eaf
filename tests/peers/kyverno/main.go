// Kyverno's engine, asked about a request a line.
//
// A line of standard input is a question, and a line of standard output its answer. Policies are not
// validated, and nothing is looked up in a cluster.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	kyvernov2 "github.com/kyverno/kyverno/api/kyverno/v2"
	"github.com/kyverno/kyverno/pkg/config"
	"github.com/kyverno/kyverno/pkg/engine"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	"github.com/kyverno/kyverno/pkg/engine/factories"
	"github.com/kyverno/kyverno/pkg/engine/jmespath"
	"github.com/kyverno/kyverno/pkg/engine/policycontext"
	imageverifycache "github.com/kyverno/kyverno/pkg/image/verification/cache"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// question is a ClusterPolicy and a request.
type question struct {
	Policy    json.RawMessage
	Operation admissionv1.Operation
	// The object that is created, or what it becomes.
	Object json.RawMessage
	// The object that is there before.
	Old json.RawMessage
	// The labels of the namespace.
	Labels map[string]string
	User   authenticationv1.UserInfo
	// Whether the object is mutated, not validated.
	Mutates bool
	// Instead of all this, policies and objects, each of which is created, or updated where it has an old one.
	Policies []json.RawMessage
	Requests []question
	// Or policies that verify images.
	Images []json.RawMessage
	// What of an object is asked for, such as ephemeralcontainers.
	Subresource string
}

// answer is what the rules say, as name, status and message, and what they make of the object.
type answer struct {
	Rules [][3]string `json:"rules"`
	// Where the object is mutated, what becomes of it.
	Object map[string]any `json:"object,omitempty"`
	// What policies say of each request; rules are the first of those with an error then.
	Verdicts string `json:"verdicts,omitempty"`
	// Why there is none of this.
	Error string `json:"error,omitempty"`
}

type asked struct {
	engine        engineapi.Engine
	expressions   jmespath.Interface
	configuration config.Configuration
}

func main() {
	configuration := config.NewDefaultConfiguration(false)
	expressions := jmespath.New(configuration)
	reports := false
	it := asked{
		engine: engine.NewEngine(configuration, expressions, nil, nil, imageverifycache.DisabledImageVerifyCache(),
			factories.DefaultContextLoaderFactory(nil), nil, &reports),
		expressions:   expressions,
		configuration: configuration,
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		said, err := it.answer(lines.Bytes())
		if err != nil {
			said = answer{Error: err.Error()}
		}
		if err := out.Encode(said); err != nil {
			log.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}

func (it asked) answer(line []byte) (said answer, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	var question question
	if err := json.Unmarshal(line, &question); err != nil {
		return answer{}, err
	}
	if question.Images != nil {
		return it.images(question)
	}
	if question.Policies != nil {
		return it.verdicts(question)
	}
	var policy kyvernov1.ClusterPolicy
	if err := json.Unmarshal(question.Policy, &policy); err != nil {
		return answer{}, err
	}
	request, err := question.request()
	if err != nil {
		return answer{}, err
	}
	about, err := it.about(request, question)
	if err != nil {
		return answer{}, err
	}
	about = about.WithPolicy(&policy)
	said.Rules = [][3]string{}
	var response engineapi.EngineResponse
	if question.Mutates {
		response = it.engine.Mutate(context.Background(), about)
		said.Object = response.PatchedResource.Object
	} else {
		response = it.engine.Validate(context.Background(), about)
	}
	for _, rule := range response.PolicyResponse.Rules {
		said.Rules = append(said.Rules, [3]string{rule.Name(), string(rule.Status()), rule.Message()})
	}
	return said, nil
}

// about is what the rules of a ClusterPolicy see of a request.
func (it asked) about(request admissionv1.AdmissionRequest, question question) (*policycontext.PolicyContext, error) {
	about, err := policycontext.NewPolicyContextFromAdmissionRequest(it.expressions, request,
		kyvernov2.RequestInfo{AdmissionUserInfo: question.User}, schema.GroupVersionKind(request.Kind), it.configuration)
	if err != nil {
		return nil, err
	}
	return about.WithNamespaceLabels(question.Labels), nil
}

// request is the question as the API server sends it to a webhook.
func (question question) request() (admissionv1.AdmissionRequest, error) {
	raw := question.Object
	if raw == nil {
		raw = question.Old
	}
	var object unstructured.Unstructured
	if err := object.UnmarshalJSON(raw); err != nil {
		return admissionv1.AdmissionRequest{}, err
	}
	isDryRun := false
	return admissionv1.AdmissionRequest{
		Kind:      metav1.GroupVersionKind(object.GroupVersionKind()),
		Name:      object.GetName(),
		Namespace: object.GetNamespace(),
		Operation: question.Operation,
		UserInfo:  question.User,
		Object:    runtime.RawExtension{Raw: question.Object},
		OldObject: runtime.RawExtension{Raw: question.Old},
		DryRun:    &isDryRun,
	}, nil
}
