package run

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// plane is a control plane that runs: its components in the order they were started.
type plane struct {
	components []*component
	died       chan *component
}

// startOnce starts every component in dir and returns when the control plane is ready.
// The plane is there for stopping even beside an error.
func startOnce(ctx context.Context, options *options, dir, kubeconfig string) (*plane, error) {
	p := &plane{died: make(chan *component, 3)}
	ctx, cancel := context.WithTimeoutCause(ctx, options.timeout, errTimeout)
	defer cancel()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return p, err
	}
	ports, err := freePorts(3)
	if err != nil {
		return p, err
	}
	layout := layout{dir: dir, etcdData: filepath.Join(dir, "etcd"), clientPort: ports[0], peerPort: ports[1], serverPort: ports[2]}
	if options.dataDir != "" {
		layout.etcdData = filepath.Join(options.dataDir, "etcd")
	}
	users, err := layout.writeCredentials()
	if err != nil {
		return p, err
	}
	if err := layout.writeKubeconfigs(users, kubeconfig); err != nil {
		return p, err
	}

	if err := p.launch(options, layout, "etcd", etcdArguments(layout)); err != nil {
		return p, err
	}
	if err := p.until(ctx, "etcd to accept connections", accepts(layout.clientPort)); err != nil {
		return p, err
	}
	if err := p.launch(options, layout, "kube-apiserver", apiserverArguments(layout, options)); err != nil {
		return p, err
	}
	client, err := newClient(layout, users[0].token)
	if err != nil {
		return p, err
	}
	if err := p.until(ctx, "the API server's /readyz", client.serverReady); err != nil {
		return p, err
	}
	if options.controllers == "" {
		return p, nil
	}
	if err := p.launch(options, layout, "kube-controller-manager", controllerArguments(layout, options)); err != nil {
		return p, err
	}
	if err := p.until(ctx, "the ServiceAccount default/default", client.defaultServiceAccount); err != nil {
		return p, err
	}
	return p, p.until(ctx, "the aggregated ClusterRoles", client.aggregatedClusterRoles)
}

func (p *plane) launch(options *options, layout layout, name string, arguments []string) error {
	c, err := launch(name, options.program(name), arguments, layout.dir, p.died)
	if err == nil {
		p.components = append(p.components, c)
	}
	return err
}

// until polls a condition; it ends early when a component dies.
func (p *plane) until(ctx context.Context, what string, condition func(context.Context) bool) error {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for !condition(ctx) {
		select {
		case <-ctx.Done():
			return p.late(what, context.Cause(ctx))
		case c := <-p.died:
			return c.failure()
		case <-tick.C:
		}
	}
	return nil
}

// wait returns nil when ctx ends and an error when a component dies first.
func (p *plane) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case c := <-p.died:
		return c.failure()
	}
}

// stop ends the components, the last started first: each needs the ones before it.
func (p *plane) stop() {
	if p == nil {
		return
	}
	for i := len(p.components) - 1; i >= 0; i-- {
		p.components[i].stop()
	}
}
