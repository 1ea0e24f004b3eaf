// sigstore's policy-controller, asked about images a line.
//
// A line of standard input is a question, and a line of standard output its answer. Policies and trusted roots are
// validated as the webhook does it, and nothing is looked up in a cluster.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/sigstore/policy-controller/pkg/apis/config"
	"github.com/sigstore/policy-controller/pkg/apis/policy/v1alpha1"
	"github.com/sigstore/policy-controller/pkg/policy"
	"github.com/sigstore/sigstore/pkg/tuf"
	"go.uber.org/zap"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"knative.dev/pkg/apis"
	"knative.dev/pkg/logging"
)

// question is objects of policy-controller and names of images.
type question struct {
	Images []json.RawMessage
	Asked  []string
}

// answer is what becomes of each image: p where it is let in, w where that is told as a warning, f where it is not.
type answer struct {
	Verdicts string `json:"verdicts,omitempty"`
	// Why images are not let in, by their place.
	Rules [][3]string `json:"rules"`
	// Why there is none of this.
	Error string `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		said, err := reply(lines.Bytes())
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

// imagesAt has all registries and the public sigstore where signed-images listens.
var imagesAt = sync.OnceValue(func() error {
	address := os.Getenv("HARDEN_IMAGES")
	if address == "" {
		return errors.New("HARDEN_IMAGES does not say where signed-images listens")
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	transport := remote.DefaultTransport.(*http.Transport)
	transport.Proxy, transport.DialContext, transport.DialTLSContext = nil, dial, dial
	mirror := "http://" + address + "/tuf"
	said, err := http.Get(mirror + "/root.json")
	if err != nil {
		return err
	}
	defer said.Body.Close()
	text, err := io.ReadAll(said.Body)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "policy-controller")
	if err != nil {
		return err
	}
	if err := os.Setenv("TUF_ROOT", folder); err != nil {
		return err
	}
	return tuf.Initialize(context.Background(), mirror, text)
})

func reply(line []byte) (said answer, err error) {
	if err := imagesAt(); err != nil {
		return answer{}, err
	}
	said.Rules = [][3]string{}
	var question question
	if err := json.Unmarshal(line, &question); err != nil {
		return answer{}, err
	}
	ctx := logging.WithLogger(context.Background(), zap.NewNop().Sugar())
	keys := config.SigstoreKeysMap{SigstoreKeys: map[string]*config.SigstoreKeys{}}
	var policies []string
	for _, text := range question.Images {
		var kind metav1.TypeMeta
		if err := json.Unmarshal(text, &kind); err != nil {
			return answer{}, err
		}
		if kind.Kind != "TrustRoot" {
			policies = append(policies, string(text))
			continue
		}
		var root v1alpha1.TrustRoot
		if err := strictly(text, &root); err != nil {
			return answer{}, err
		}
		if invalid := root.Validate(ctx); invalid != nil {
			return answer{}, invalid
		}
		converted, err := config.ConvertSigstoreKeys(ctx, root.Spec.SigstoreKeys)
		if err != nil {
			return answer{}, err
		}
		keys.SigstoreKeys[root.Name] = converted
	}
	document := strings.Join(policies, "\n---\n")
	about := policy.Verification{NoMatchPolicy: "deny", Policies: &[]policy.Source{{Data: document}}}
	if invalid := about.Validate(ctx); invalid.Filter(apis.ErrorLevel) != nil {
		return answer{}, invalid
	}
	configured := config.FromContextOrDefaults(ctx)
	configured.SigstoreKeysConfig = &keys
	ctx = config.ToContext(ctx, configured)
	for index, image := range question.Asked {
		letter, message, err := ask(ctx, about, image)
		if err != nil {
			return answer{}, err
		}
		said.Verdicts += letter
		if message != "" {
			said.Rules = append(said.Rules, [3]string{fmt.Sprint(index), letter, message})
		}
	}
	return said, nil
}

// ask says what becomes of an image. The first webhook of the controller replaces tags by digests, and the second
// refuses what has none.
func ask(ctx context.Context, about policy.Verification, image string) (letter, message string, err error) {
	var warnings []string
	warn := func(format string, values ...any) { warnings = append(warnings, fmt.Sprintf(format, values...)) }
	verifier, err := policy.Compile(ctx, about, warn)
	if err != nil {
		return "", "", err
	}
	reference, err := name.ParseReference(image)
	if err != nil {
		return "", "", err
	}
	if found, err := remote.Head(reference); err == nil {
		reference = reference.Context().Digest(found.Digest.String())
	}
	if err := verifier.Verify(ctx, reference, authn.DefaultKeychain); err != nil {
		return "f", err.Error(), nil
	}
	if len(warnings) > 0 {
		return "w", strings.Join(warnings, "; "), nil
	}
	return "p", "", nil
}

func strictly(text json.RawMessage, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
