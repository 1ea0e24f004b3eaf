// Loads what is made for a Kubernetes release with that release's own code, and says what it makes of it.
//
// Each line of standard input is a question, {"kind": …, "text": …}, and gets a line of JSON:
// {"ok": true}, or {"ok": false, "error": …} in the words of the release.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"log"
	"os"
	"strings"

	"k8s.io/klog/v2"
)

type question struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

type answer struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

// loaders are asked by the kind of what they load.
var loaders = map[string]func(text string) error{
	"admission":  loadAdmission,
	"audit":      loadAudit,
	"encryption": loadEncryption,
	"objects":    decodeObjects,
}

func main() {
	klog.LogToStderr(false)
	klog.SetOutput(nowhere{})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		load := loaders[asked.Kind]
		if load == nil {
			log.Fatalf("nothing loads %q", asked.Kind)
		}
		given := answer{OK: true}
		if err := load(asked.Text); err != nil {
			given = answer{Error: err.Error()}
		}
		if err := out.Encode(given); err != nil {
			log.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}

// withFile lends a text as a file, which is called FILE in errors.
func withFile(text string, load func(path string) error) error {
	file, err := os.CreateTemp("", "loader-*.yaml")
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(file.Name())
	if _, err := file.WriteString(text); err != nil {
		log.Fatal(err)
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
	if err := load(file.Name()); err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), file.Name(), "FILE"))
	}
	return nil
}

// nowhere takes what the release logs while it loads.
type nowhere struct{}

func (nowhere) Write(bytes []byte) (int, error) { return len(bytes), nil }

