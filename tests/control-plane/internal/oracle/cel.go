package oracle

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/cel/common"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
	"k8s.io/apiserver/pkg/cel/mutation"
	"k8s.io/apiserver/pkg/cel/mutation/dynamic"
	"k8s.io/client-go/kubernetes/scheme"
	kjson "sigs.k8s.io/json"
)

type celQuestion struct {
	Expression string `json:"expression"`
	// Object is the variable object; without one that of the question before stays.
	Object json.RawMessage `json:"object"`
	// Typed says that the server knows the kind of the object, and has no map of it.
	Typed bool `json:"typed"`
	// Patch adds what the expressions of MutatingAdmissionPolicies have.
	Patch bool `json:"patch"`
}

// celAnswer has one of Value, Refused, Unplanned and Failed.
type celAnswer struct {
	Value     string `json:"value,omitempty"`
	Type      string `json:"type,omitempty"`
	Refused   string `json:"refused,omitempty"`
	Unplanned string `json:"unplanned,omitempty"`
	Failed    string `json:"failed,omitempty"`
	Cost      uint64 `json:"cost,omitempty"`
}

// celExpressions compiles and evaluates expressions as the API server does those that it has stored.
type celExpressions struct {
	plain, patch *cel.Env
	object       any
}

func newCEL() (answerer, error) {
	variables := environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions:        []cel.EnvOption{cel.Variable("object", cel.DynType)},
	}
	base, err := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()).Extend(variables)
	if err != nil {
		return nil, err
	}
	patch, err := base.Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions: []cel.EnvOption{
			common.ResolverEnvOption(&mutation.DynamicTypeResolver{}),
			environment.UnversionedLib(library.JSONPatch),
		},
	})
	if err != nil {
		return nil, err
	}
	expressions := celExpressions{plain: base.StoredExpressionsEnv(), patch: patch.StoredExpressionsEnv()}
	return expressions.answer, nil
}

func (c *celExpressions) answer(question []byte) (found any, err error) {
	// The validator of literals panics at some optional elements, as it does in the server.
	defer func() {
		if panicked := recover(); panicked != nil {
			found, err = nil, fmt.Errorf("panic: %v", panicked)
		}
	}()
	var q celQuestion
	if err := parse(question, &q); err != nil {
		return nil, err
	}
	if len(q.Object) > 0 {
		object, err := celObject(q.Object, q.Typed)
		if err != nil {
			return nil, err
		}
		c.object = object
	}
	env := c.plain
	if q.Patch {
		env = c.patch
	}
	ast, issues := env.Compile(q.Expression)
	if issues.Err() != nil {
		return celAnswer{Refused: issues.String()}, nil
	}
	program, err := env.Program(ast)
	if err != nil {
		return celAnswer{Unplanned: err.Error()}, nil
	}
	answer := celAnswer{Type: ast.OutputType().String()}
	value, details, err := program.Eval(map[string]any{"object": c.object})
	if details != nil && details.ActualCost() != nil {
		answer.Cost = *details.ActualCost()
	}
	if err != nil {
		answer.Failed = err.Error()
	} else {
		answer.Value = shown(value)
	}
	return answer, nil
}

func celObject(text []byte, typed bool) (any, error) {
	if typed {
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(text, nil, nil)
		if err != nil {
			return nil, err
		}
		return common.SchemalessTypedToVal(object), nil
	}
	var object map[string]any
	if err := kjson.UnmarshalCaseSensitivePreserveInts(text, &object); err != nil {
		return nil, err
	}
	return object, nil
}

// shown writes a value so that another program can write the same.
func shown(value ref.Val) string {
	switch it := value.(type) {
	case types.Null:
		return "null"
	case types.Bool:
		return strconv.FormatBool(bool(it))
	case types.Int:
		return strconv.FormatInt(int64(it), 10)
	case types.Uint:
		return strconv.FormatUint(uint64(it), 10) + "u"
	case types.Double:
		if math.IsNaN(float64(it)) {
			return "double NaN"
		}
		return fmt.Sprintf("double %016x", math.Float64bits(float64(it)))
	case types.String:
		return quoted(string(it))
	case types.Bytes:
		return "bytes " + base64.StdEncoding.EncodeToString(it)
	case types.Duration:
		return fmt.Sprintf("duration %d", it.Nanoseconds())
	case types.Timestamp:
		return fmt.Sprintf("timestamp %d.%09d", it.Unix(), it.Nanosecond())
	case *types.Optional:
		if !it.HasValue() {
			return "none"
		}
		return "some " + shown(it.GetValue())
	case *types.Type:
		return "type " + it.TypeName()
	case *dynamic.ObjectVal:
		// Only the whole of it can be read: Go's order of keys is JSON's.
		text, err := json.Marshal(it.Value())
		if err != nil {
			return err.Error()
		}
		return it.Type().TypeName() + " " + string(text)
	case *mutation.JSONPatchVal:
		value := "nothing"
		if it.Val != nil {
			value = shown(it.Val)
		}
		return fmt.Sprintf("patch %q %q %q %s", it.Op, it.Path, it.From, value)
	case traits.Mapper:
		var entries []string
		for each := it.Iterator(); each.HasNext() == types.True; {
			key := each.Next()
			entries = append(entries, shown(key)+": "+shown(it.Get(key)))
		}
		slices.Sort(entries)
		return "{" + strings.Join(entries, ", ") + "}"
	case traits.Lister:
		var items []string
		for each := it.Iterator(); each.HasNext() == types.True; {
			items = append(items, shown(each.Next()))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return value.Type().TypeName()
}

func quoted(text string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(out.String())
}
