package run

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

var errHelp = flag.ErrHelp

// options are what the command line of `run` says, checked.
type options struct {
	source           Source
	assets           string
	kubeconfig       string
	dataDir          string
	encryptionConfig string
	auditPolicy      string
	auditLog         string
	admissionConfig  string
	emulatedVersion  string
	apiserverArgs    arguments
	controllerArgs   arguments
	controllers      string
	untilStdinCloses bool
	timeout          time.Duration
}

// arguments collects a flag that may be repeated: KEY=VALUE becomes --KEY=VALUE.
type arguments []string

func (a *arguments) String() string { return strings.Join(*a, " ") }

// Set adds one argument.
func (a *arguments) Set(value string) error {
	name := strings.TrimLeft(value, "-")
	if name == "" || strings.HasPrefix(name, "=") {
		return errors.New("must be KEY=VALUE")
	}
	*a = append(*a, "--"+name)
	return nil
}

func parseOptions(args []string, source Source) (*options, error) {
	o := &options{source: source}
	var noControllers bool
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.StringVar(&o.assets, "assets", "", "`DIR` with etcd and kube-apiserver to start (KUBEBUILDER_ASSETS of envtest)")
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "`FILE` to write the kubeconfig to, removed at the end")
	flags.StringVar(&o.dataDir, "data-dir", "", "`DIR` that keeps what etcd stores for the next start")
	flags.StringVar(&o.encryptionConfig, "encryption-config", "", "EncryptionConfiguration `FILE`")
	flags.StringVar(&o.auditPolicy, "audit-policy", "", "audit Policy `FILE`")
	flags.StringVar(&o.auditLog, "audit-log", "", "`FILE` for the audit events")
	flags.StringVar(&o.admissionConfig, "admission-config", "", "AdmissionConfiguration `FILE`")
	flags.StringVar(&o.emulatedVersion, "emulated-version", "", "Kubernetes `MINOR` to behave as, such as 1.34")
	flags.Var(&o.apiserverArgs, "apiserver-arg", "`KEY=VALUE` for kube-apiserver, may be repeated")
	flags.Var(&o.controllerArgs, "controller-manager-arg", "`KEY=VALUE` for kube-controller-manager, may be repeated")
	flags.BoolVar(&noControllers, "no-controllers", false, "start no kube-controller-manager and need no ServiceAccount in Pods")
	flags.BoolVar(&o.untilStdinCloses, "until-stdin-closes", false, "end when standard input closes")
	flags.DurationVar(&o.timeout, "timeout", time.Minute, "how long until it must be ready")
	if err := flags.Parse(args); err != nil {
		return nil, errHelp // The flag package has printed the error.
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if !noControllers {
		o.controllers = strings.Join(controllers, ",")
	}
	return o, o.check()
}

// check refuses what cannot work before anything is started, and makes paths absolute.
func (o *options) check() error {
	if o.source == AssetsOnly && o.assets == "" {
		return errors.New("--assets is missing: this program holds no control plane itself")
	}
	if (o.auditPolicy == "") != (o.auditLog == "") {
		return errors.New("--audit-policy and --audit-log need each other")
	}
	for _, file := range []string{o.encryptionConfig, o.auditPolicy, o.admissionConfig} {
		if file == "" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			return err
		}
	}
	for _, path := range []*string{&o.kubeconfig, &o.dataDir, &o.auditLog, &o.assets} {
		if *path == "" {
			continue
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	if o.dataDir != "" {
		// etcd refuses a directory that others can read.
		if err := os.MkdirAll(o.dataDir, 0o700); err != nil {
			return err
		}
	}
	return o.checkAssets()
}

func (o *options) checkAssets() error {
	if o.assets == "" {
		return nil
	}
	for _, name := range []string{"etcd", "kube-apiserver"} {
		if _, err := os.Stat(filepath.Join(o.assets, name)); err != nil {
			return fmt.Errorf("--assets holds no %s: %w", name, err)
		}
	}
	if o.source == AssetsOnly && o.controllers != "" && !o.inAssets("kube-controller-manager") {
		fmt.Fprintln(os.Stderr, "no kube-controller-manager in --assets: starting without controllers")
		o.controllers = ""
	}
	return nil
}

func (o *options) inAssets(name string) bool {
	if o.assets == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(o.assets, name))
	return err == nil
}

// program is the command that runs a component: that of --assets or this executable by name.
func (o *options) program(name string) []string {
	if o.inAssets(name) {
		return []string{filepath.Join(o.assets, name)}
	}
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return []string{self, name}
}
