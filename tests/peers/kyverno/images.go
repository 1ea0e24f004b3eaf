package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	_ "unsafe" // Of go:linkname.

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	policiesv1beta1 "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	celengine "github.com/kyverno/kyverno/pkg/cel/engine"
	"github.com/kyverno/kyverno/pkg/cel/libs"
	"github.com/kyverno/kyverno/pkg/cel/matching"
	ivpolengine "github.com/kyverno/kyverno/pkg/cel/policies/ivpol/engine"
	"github.com/kyverno/kyverno/pkg/engine"
	"github.com/kyverno/kyverno/pkg/engine/adapters"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	"github.com/kyverno/kyverno/pkg/engine/factories"
	imageverifycache "github.com/kyverno/kyverno/pkg/image/verification/cache"
	"github.com/kyverno/kyverno/pkg/image/verification/evaluator"
	"github.com/kyverno/kyverno/pkg/sigstoretuf"
	"github.com/kyverno/sdk/extensions/regcreds"
	"github.com/kyverno/sdk/extensions/registryclient"
	"github.com/sigstore/sigstore-go/pkg/root"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/klog/v2"
)

// What Kyverno asks the public sigstore by, which signed nothing here.

//go:linkname initialize github.com/kyverno/kyverno/pkg/image/verifiers/ivpol/cosign.tufInitializeFn
var initialize func(context.Context, string, []byte) error

//go:linkname trustedRoot github.com/kyverno/kyverno/pkg/image/verifiers/ivpol/cosign.getTrustedRootFromTUFFn
var trustedRoot func(context.Context, *policiesv1beta1.TUF) (*root.TrustedRoot, error)

// imagesAt has all registries and the public sigstore where signed-images listens.
var imagesAt = sync.OnceValue(func() error {
	address := os.Getenv("HARDEN_IMAGES")
	if address == "" {
		return errors.New("HARDEN_IMAGES does not say where signed-images listens")
	}
	klog.SetOutput(io.Discard)
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	for _, transport := range []*http.Transport{remote.DefaultTransport.(*http.Transport), regcreds.DefaultTransport} {
		transport.Proxy, transport.DialContext, transport.DialTLSContext = nil, dial, dial
	}
	mirror := "http://" + address + "/tuf"
	answer, err := http.Get(mirror + "/root.json")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "kyverno")
	if err != nil {
		return err
	}
	if err := os.Setenv("TUF_ROOT", folder); err != nil {
		return err
	}
	if err := sigstoretuf.Initialize(context.Background(), mirror, text); err != nil {
		return err
	}
	trusted, err := sigstoretuf.TrustedRoot(context.Background())
	initialize = func(context.Context, string, []byte) error { return nil }
	trustedRoot = func(context.Context, *policiesv1beta1.TUF) (*root.TrustedRoot, error) { return trusted, nil }
	return err
})

// verifier is a policy that first changes an object and then says of the rest of the change what it thinks.
type verifier = func(admissionv1.AdmissionRequest) (json.RawMessage, []engineapi.RuleResponse, error)

// images are what policies make of each request, as a letter each: p where it is let in, P where its tags are replaced
// by digests, too, f where it is not, e where that is an error, - where no policy is about it.
func (it asked) images(question question) (said answer, err error) {
	if err := imagesAt(); err != nil {
		return answer{}, err
	}
	said.Rules = [][3]string{}
	var all []verifier
	for _, policy := range question.Images {
		one, err := it.verifier(policy)
		if err != nil {
			return answer{}, err
		}
		all = append(all, one)
	}
	for index, one := range question.Requests {
		one.Operation = admissionv1.Create
		if one.Old != nil {
			one.Operation = admissionv1.Update
		}
		letter, messages := verdict('-'), []string{}
		before := one.Object
		for _, verify := range all {
			request, err := one.request()
			if err != nil {
				return answer{}, fmt.Errorf("request %d: %w", index, err)
			}
			resource, _ := meta.UnsafeGuessKindToResource(schema.GroupVersionKind(request.Kind))
			request.Resource = metav1.GroupVersionResource(resource)
			request.SubResource = one.Subresource
			request.RequestResource = &request.Resource
			after, rules, err := verify(request)
			if err != nil {
				return answer{}, fmt.Errorf("request %d: %w", index, err)
			}
			one.Object = after
			for _, rule := range rules {
				letter = letter.and(rule.Status())
				if rule.Status() != engineapi.RuleStatusPass {
					messages = append(messages, rule.Message())
				}
			}
		}
		if letter == 'p' && strings.Count(string(one.Object), "@sha256:") > strings.Count(string(before), "@sha256:") {
			letter = 'P'
		}
		said.Verdicts += string(rune(letter))
		if len(messages) > 0 {
			said.Rules = append(said.Rules, [3]string{fmt.Sprint(index), string(rune(letter)), strings.Join(messages, "; ")})
		}
	}
	return said, nil
}

func (it asked) verifier(policy json.RawMessage) (verifier, error) {
	var kind metav1.TypeMeta
	if err := json.Unmarshal(policy, &kind); err != nil {
		return nil, err
	}
	switch kind.Kind {
	case "ClusterPolicy":
		return it.imagesOfClusterPolicy(policy)
	case "ImageValidatingPolicy":
		return it.imageValidatingPolicy(policy)
	}
	return nil, fmt.Errorf("%s is no policy that verifies images", kind.Kind)
}

func (it asked) imageValidatingPolicy(text json.RawMessage) (verifier, error) {
	var policy policiesv1beta1.ImageValidatingPolicy
	if err := strictly(text, &policy); err != nil {
		return nil, err
	}
	if _, err := evaluator.Validate(&policy, nil); err != nil {
		return nil, err
	}
	provider, err := ivpolengine.NewProvider([]policiesv1beta1.ImageValidatingPolicyLike{&policy}, nil)
	if err != nil {
		return nil, err
	}
	namespace := func(name string) *corev1.Namespace {
		labels := map[string]string{corev1.LabelMetadataName: name}
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	}
	engine := ivpolengine.NewEngine(provider, namespace, matching.NewMatcher(), nil,
		imageverifycache.DisabledImageVerifyCache(), it.configuration)
	return func(request admissionv1.AdmissionRequest) (json.RawMessage, []engineapi.RuleResponse, error) {
		ctx := context.Background()
		var rules []engineapi.RuleResponse
		asked := celengine.RequestFromAdmission(libs.GetLibsCtx(), request)
		changed, patches, err := engine.HandleMutating(ctx, asked, nil)
		if err != nil {
			return nil, nil, err
		}
		for _, one := range changed.Policies {
			rules = append(rules, one.Result)
		}
		if len(patches) > 0 {
			text, err := json.Marshal(patches)
			if err != nil {
				return nil, nil, err
			}
			patch, err := jsonpatch.DecodePatch(text)
			if err != nil {
				return nil, nil, err
			}
			if request.Object.Raw, err = patch.Apply(request.Object.Raw); err != nil {
				return nil, nil, err
			}
		}
		response, err := engine.HandleValidating(ctx, celengine.RequestFromAdmission(libs.GetLibsCtx(), request), nil)
		for _, one := range response.Policies {
			rules = append(rules, one.Result)
		}
		return request.Object.Raw, rules, err
	}, nil
}

func (it asked) imagesOfClusterPolicy(text json.RawMessage) (verifier, error) {
	var policy kyvernov1.ClusterPolicy
	if err := strictly(text, &policy); err != nil {
		return nil, err
	}
	reports := false
	engine := engine.NewEngine(it.configuration, it.expressions, nil,
		factories.DefaultRegistryClientFactory(adapters.RegistryClient(registryclient.New()), nil),
		imageverifycache.DisabledImageVerifyCache(), factories.DefaultContextLoaderFactory(nil), nil, &reports)
	return func(request admissionv1.AdmissionRequest) (json.RawMessage, []engineapi.RuleResponse, error) {
		ctx := context.Background()
		about, err := it.about(request, question{})
		if err != nil {
			return nil, nil, err
		}
		changed, verified := engine.VerifyAndPatchImages(ctx, about.WithPolicy(&policy))
		object, err := changed.PatchedResource.MarshalJSON()
		if err != nil {
			return nil, nil, err
		}
		if !verified.IsEmpty() {
			// What the first webhook verified, it tells the second by an annotation.
			patches, err := verified.Patches(len(changed.PatchedResource.GetAnnotations()) != 0, klog.Background())
			if err != nil {
				return nil, nil, err
			}
			text, err := json.Marshal(patches)
			if err != nil {
				return nil, nil, err
			}
			patch, err := jsonpatch.DecodePatch(text)
			if err != nil {
				return nil, nil, err
			}
			options := jsonpatch.NewApplyOptions()
			options.EnsurePathExistsOnAdd = true
			if object, err = patch.ApplyWithOptions(object, options); err != nil {
				return nil, nil, err
			}
		}
		request.Object.Raw = object
		if about, err = it.about(request, question{}); err != nil {
			return nil, nil, err
		}
		response := engine.Validate(ctx, about.WithPolicy(&policy))
		return object, append(changed.PolicyResponse.Rules, response.PolicyResponse.Rules...), nil
	}, nil
}
