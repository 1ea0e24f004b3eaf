// Package oracle answers questions, a JSON line for a JSON line, with upstream's own code.
package oracle

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// answerer answers one question; its error becomes the answer {"error": ...}.
type answerer func(question []byte) (any, error)

// kinds make the answerer of each kind of question.
var kinds = map[string]func() (answerer, error){
	"psa":             func() (answerer, error) { return newPodSecurity(asWritten) },
	"psa-defaulted":   func() (answerer, error) { return newPodSecurity(podDefaulted) },
	"psa-created":     func() (answerer, error) { return newPodSecurity(podCreated) },
	"pod-defaults":    stateless(podDefaults),
	"pod-validate":    stateless(podValidate),
	"yaml":            stateless(yamlLenient),
	"yaml-strict":     stateless(yamlStrict),
	"audit":           func() (answerer, error) { return new(auditPolicy).answer, nil },
	"audit-load":      stateless(auditLoad),
	"encryption":      newEncryption,
	"rbac":            stateless(rbacAnswer),
	"rbac-covers":     stateless(rbacCovers),
	"selector":        stateless(selector),
	"quantity":        stateless(quantity),
	"cel":             newCEL,
	"policy-validate": stateless(policyValidate),
}

func stateless(answer answerer) func() (answerer, error) {
	return func() (answerer, error) { return answer, nil }
}

// Main answers the questions of standard input until it ends and returns the exit status.
func Main(args []string) int {
	if len(args) != 1 || kinds[args[0]] == nil {
		known := slices.Sorted(maps.Keys(kinds))
		fmt.Fprintf(os.Stderr, "usage: oracle KIND, one of %s\n", strings.Join(known, ", "))
		return 2
	}
	answer, err := kinds[args[0]]()
	if err == nil {
		err = serve(os.Stdin, os.Stdout, answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// serve writes out what it has when no whole question waits, so that a caller may ask one at a
// time or send all at once.
func serve(in io.Reader, out io.Writer, answer answerer) error {
	questions := bufio.NewReaderSize(in, 1<<16)
	answers := bufio.NewWriterSize(out, 1<<16)
	encoder := json.NewEncoder(answers)
	encoder.SetEscapeHTML(false)
	for {
		line, err := questions.ReadBytes('\n')
		if question := bytes.TrimSpace(line); len(question) > 0 {
			if err := encoder.Encode(checked(answer, question)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return answers.Flush()
		}
		if err != nil {
			return err
		}
		if waiting, _ := questions.Peek(questions.Buffered()); !bytes.Contains(waiting, []byte{'\n'}) {
			if err := answers.Flush(); err != nil {
				return err
			}
		}
	}
}

// failure is the answer to a question that has none.
type failure struct {
	Error string `json:"error"`
}

func checked(answer answerer, question []byte) any {
	result, err := answer(question)
	if err != nil {
		return failure{err.Error()}
	}
	return result
}

// parse decodes the envelope of a question and refuses fields that it does not have.
func parse(question []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(question))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("the question: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the question: more than one value on a line")
	}
	return nil
}
