package oracle

import (
	"encoding/json"

	"sigs.k8s.io/yaml"
)

type yamlAnswer struct {
	// JSON is passed on byte for byte: numbers keep their digits.
	JSON json.RawMessage `json:"json"`
}

func yamlLenient(question []byte) (any, error) { return yamlToJSON(question, yaml.YAMLToJSON) }

func yamlStrict(question []byte) (any, error) { return yamlToJSON(question, yaml.YAMLToJSONStrict) }

// yamlToJSON takes a string or, for bytes that are not UTF-8, {"base64": ...}.
func yamlToJSON(question []byte, convert func([]byte) ([]byte, error)) (any, error) {
	var binary struct {
		Base64 []byte `json:"base64"`
	}
	text := &binary.Base64
	if question[0] == '{' {
		if err := parse(question, &binary); err != nil {
			return nil, err
		}
	} else {
		var plain string
		if err := parse(question, &plain); err != nil {
			return nil, err
		}
		*text = []byte(plain)
	}
	converted, err := convert(*text)
	if err != nil {
		return nil, err
	}
	return yamlAnswer{JSON: converted}, nil
}
