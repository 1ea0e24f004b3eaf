// Package run starts a control plane of child processes for tests and ends it without a trace.
package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// Source says where the programs of the control plane come from.
type Source int

const (
	// Embedded means that this executable is every component, called by its name.
	Embedded Source = iota
	// AssetsOnly means that the programs must be given with --assets.
	AssetsOnly
)

// attempts is how often a start is tried when another process took a chosen port.
const attempts = 3

// Main runs a control plane until it is told to end and returns the exit status.
func Main(args []string, source Source) int {
	options, err := parseOptions(args, source)
	if err != nil {
		if !errors.Is(err, errHelp) {
			fmt.Fprintln(os.Stderr, err)
		}
		return 2
	}
	// Linux kills a child when the thread that started it ends, not the process.
	runtime.LockOSThread()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	endWith(ctx, cancel, options.untilStdinCloses)
	if err := run(ctx, options); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// endWith cancels on a signal, when standard input closes if asked, and when the parent dies.
func endWith(ctx context.Context, cancel context.CancelFunc, stdin bool) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	// Without a receiver a reader that went away would end this process before it cleans up.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	if stdin {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			cancel()
		}()
	}
	parent := os.Getppid()
	go func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-signals:
				cancel()
			case <-tick.C:
				if os.Getppid() != parent {
					cancel()
				}
			}
		}
	}()
}

func run(ctx context.Context, options *options) error {
	work, err := os.MkdirTemp("", "control-plane-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	kubeconfig := options.kubeconfig
	if kubeconfig == "" {
		kubeconfig = filepath.Join(work, "kubeconfig")
	} else if err := checkReplaceable(kubeconfig); err != nil {
		return err
	}
	defer os.Remove(kubeconfig)
	plane, err := start(ctx, options, work, kubeconfig)
	if ctx.Err() != nil {
		plane.stop()
		return nil
	}
	if err != nil {
		return err
	}
	defer plane.stop()
	if _, err := fmt.Printf("ready %s\n", kubeconfig); err != nil {
		return fmt.Errorf("nobody reads standard output: %w", err)
	}
	return plane.wait(ctx)
}

// start tries again with other ports when one of the chosen ones was taken meanwhile.
func start(ctx context.Context, options *options, work, kubeconfig string) (*plane, error) {
	for attempt := 1; ; attempt++ {
		dir := filepath.Join(work, fmt.Sprintf("attempt-%d", attempt))
		plane, err := startOnce(ctx, options, dir, kubeconfig)
		if err == nil || ctx.Err() != nil {
			return plane, err
		}
		plane.stop()
		os.Remove(kubeconfig)
		if attempt == attempts || !plane.lostPort() {
			return nil, err
		}
	}
}
