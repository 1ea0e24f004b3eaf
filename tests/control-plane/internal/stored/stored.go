// Package stored reads what etcd holds, past the API server: the bytes as they are at rest.
package stored

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"time"
)

// Main prints the raw value of a key and returns the exit status.
func Main(args []string) int {
	flags := flag.NewFlagSet("etcd-get", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", os.Getenv("KUBECONFIG"), "`FILE` that `run` wrote")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: etcd-get [--kubeconfig FILE] KEY, as /registry/secrets/default/name")
		return 2
	}
	value, err := get(*kubeconfig, flags.Arg(0))
	if err == nil {
		_, err = os.Stdout.Write(value)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

var endpoint = regexp.MustCompile(`(?m)^\s*etcd: (http://127\.0\.0\.1:\d+)$`)

func get(kubeconfig, key string) ([]byte, error) {
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("reading the kubeconfig: %w", err)
	}
	found := endpoint.FindSubmatch(text)
	if found == nil {
		return nil, fmt.Errorf("%s does not say where etcd is: it is not of `control-plane run`", kubeconfig)
	}
	return rangeOne(string(found[1]), key)
}

// rangeOne asks etcd's HTTP gateway, which needs no client library.
func rangeOne(endpoint, key string) ([]byte, error) {
	question, err := json.Marshal(map[string][]byte{"key": []byte(key)})
	if err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: 10 * time.Second}
	response, err := client.Post(endpoint+"/v3/kv/range", "application/json", bytes.NewReader(question))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer struct {
		KVs []struct {
			Value []byte `json:"value"`
		} `json:"kvs"`
		Message string `json:"message"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("etcd's answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("etcd answers %s: %s", response.Status, answer.Message)
	}
	if len(answer.KVs) == 0 {
		return nil, fmt.Errorf("etcd holds no key %s", key)
	}
	return answer.KVs[0].Value, nil
}
