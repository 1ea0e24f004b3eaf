package run

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// grace is how long a component may take to end by itself.
const grace = 10 * time.Second

// tailLines is how much of a component's log a failure shows.
const tailLines = 15

var errTimeout = errors.New("the time given with --timeout is over")

// component is one child process and the file its output goes to.
type component struct {
	name    string
	command *exec.Cmd
	log     string
	ended   chan struct{}
}

// launch starts program; when it ends, for whatever reason, the component is sent to died.
func launch(name string, program []string, arguments []string, dir string, died chan<- *component) (*component, error) {
	log := filepath.Join(dir, name+".log")
	out, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	command := exec.Command(program[0], append(program[1:], arguments...)...)
	command.Stdout, command.Stderr = out, out
	command.Env = environment()
	command.SysProcAttr = childAttributes()
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("%s does not start: %w", name, err)
	}
	c := &component{name: name, command: command, log: log, ended: make(chan struct{})}
	go func() {
		_ = command.Wait()
		close(c.ended)
		died <- c
	}()
	return c, nil
}

// environment leaves out what etcd would take for flags.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "ETCD_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// stop ends the process, by force if it does not end by itself.
func (c *component) stop() {
	_ = c.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.ended:
	case <-time.After(grace):
		_ = c.command.Process.Kill()
		<-c.ended
	}
}

// failure says how the process ended and shows the end of its log.
func (c *component) failure() error {
	return fmt.Errorf("%s ended: %s\n%s", c.name, c.command.ProcessState, c.tail())
}

// late says what was waited for in vain and shows the end of the log of what should have done it.
func (p *plane) late(what string, cause error) error {
	if len(p.components) == 0 {
		return fmt.Errorf("waiting for %s: %w", what, cause)
	}
	last := p.components[len(p.components)-1]
	return fmt.Errorf("waiting for %s: %w\n%s", what, cause, last.tail())
}

func (c *component) tail() string {
	text, err := os.ReadFile(c.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines = lines[max(0, len(lines)-tailLines):]
	return fmt.Sprintf("the last lines of its log:\n  %s", strings.Join(lines, "\n  "))
}

// lostPort tells whether a component could not listen because the port was taken.
func (p *plane) lostPort() bool {
	for _, c := range p.components {
		text, _ := os.ReadFile(c.log)
		if strings.Contains(string(text), "address already in use") {
			return true
		}
	}
	return false
}
