// A registry for tests, in memory, on an address of this machine.
//
//	registry ADDRESS [lists]
//
// With `lists` it lists what refers to an image; without, that is kept as a tag.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: registry ADDRESS [lists]")
		os.Exit(2)
	}
	lists := len(os.Args) > 2 && os.Args[2] == "lists"
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	fmt.Println("ready", listener.Addr())
	// Whoever started it ends it by closing its standard input, or by ending.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	silent := registry.Logger(log.New(io.Discard, "", 0))
	fmt.Fprintln(os.Stderr, http.Serve(listener, registry.New(registry.WithReferrersSupport(lists), silent)))
	os.Exit(1)
}
