// Command runner starts the control plane of a directory of programs (the envtest convention).
// It needs nothing but the standard library, so it builds in a second.
package main

import (
	"fmt"
	"os"

	"control-plane/internal/run"
	"control-plane/internal/stored"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == "etcd-get" {
		os.Exit(stored.Main(os.Args[2:]))
	}
	if len(os.Args) > 1 && os.Args[1] == "run" {
		os.Exit(run.Main(os.Args[2:], run.AssetsOnly))
	}
	fmt.Fprintln(os.Stderr, "usage: runner run --assets DIR [FLAGS]\n       runner etcd-get KEY")
	os.Exit(2)
}
