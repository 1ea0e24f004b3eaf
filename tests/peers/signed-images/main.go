// Registries with images that are signed in every way, by a sigstore that stands for the public one and by one of
// somebody's own, and the TUF repository that hands out the trusted root of the first.
//
//	signed-images ADDRESS
//
// Whatever the name of a registry, it is at ADDRESS, as are the files of TUF below /tuf/. The names of images say how
// they are signed. All keys are made of words and all certificates of these keys, so that the trusted root is the same
// each time. That of the second sigstore, and the public key of whom policies trust:
//
//	signed-images root
//	signed-images key
package main

import (
	"context"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: signed-images ADDRESS | root | key")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(asked string) error {
	public, err := newSigstore("public")
	if err != nil {
		return err
	}
	own, err := newSigstore("own")
	if err != nil {
		return err
	}
	switch asked {
	case "root":
		root, err := own.trustedRoot()
		fmt.Println(string(root))
		return err
	case "key":
		fmt.Print(publicPEM(keyOf(trusted)))
		return nil
	}
	files, err := repository(public)
	if err != nil {
		return err
	}
	silent := registry.Logger(stdlog.New(io.Discard, "", 0))
	newer := typed(registry.New(registry.WithReferrersSupport(true), silent))
	// Such as has no list of what refers to an image, so that cosign keeps one as a tag.
	older := registry.New(silent)
	mux := http.NewServeMux()
	mux.Handle("/tuf/", http.StripPrefix("/tuf/", files))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Host, "older.") {
			older.ServeHTTP(w, r)
			return
		}
		newer.ServeHTTP(w, r)
	})
	listener, err := net.Listen("tcp", asked)
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- http.Serve(listener, mux) }()
	dialAlways(listener.Addr().String())
	if err := write(context.Background(), public, own); err != nil {
		return err
	}
	fmt.Println("ready")
	return <-failed
}

// dialAlways has every registry at one address, without TLS.
func dialAlways(address string) {
	transport := remote.DefaultTransport.(*http.Transport)
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	transport.Proxy, transport.DialContext, transport.DialTLSContext = nil, dial, dial
}
