package oracle

import (
	"encoding/json"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	kjson "sigs.k8s.io/json"
)

type selectorQuestion struct {
	// Selector is a LabelSelector or, as on kubectl's command line, a string.
	Selector json.RawMessage `json:"selector"`
	Labels   labels.Set      `json:"labels"`
}

type selectorAnswer struct {
	Matches bool `json:"matches"`
}

func selector(question []byte) (any, error) {
	var q selectorQuestion
	if err := parse(question, &q); err != nil {
		return nil, err
	}
	parsed, err := parseSelector(q.Selector)
	if err != nil {
		return nil, err
	}
	return selectorAnswer{Matches: parsed.Matches(q.Labels)}, nil
}

func parseSelector(text []byte) (labels.Selector, error) {
	if len(text) > 0 && text[0] == '"' {
		var requirements string
		if err := json.Unmarshal(text, &requirements); err != nil {
			return nil, err
		}
		return labels.Parse(requirements)
	}
	var structured *metav1.LabelSelector
	if len(text) > 0 {
		if err := kjson.UnmarshalCaseSensitivePreserveInts(text, &structured); err != nil {
			return nil, err
		}
	}
	return metav1.LabelSelectorAsSelector(structured)
}

type quantityAnswer struct {
	Canonical string `json:"canonical"`
	// Value is the exact decimal number.
	Value string `json:"value"`
}

// quantity reads a JSON string as a resource quantity.
func quantity(question []byte) (any, error) {
	var text string
	if err := parse(question, &text); err != nil {
		return nil, err
	}
	parsed, err := resource.ParseQuantity(text)
	if err != nil {
		return nil, err
	}
	return quantityAnswer{Canonical: parsed.String(), Value: parsed.AsDec().String()}, nil
}
