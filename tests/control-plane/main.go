// Command control-plane holds etcd, kube-apiserver, kube-controller-manager and kubectl of one
// Kubernetes release, starts them together for tests, and answers questions with upstream's code.
//
// Called by the name of a component, as through a symbolic link, it is that component.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	_ "time/tzdata" // CronJobs may name a time zone on a machine without a zone database.

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/component-base/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"

	"control-plane/internal/oracle"
	"control-plane/internal/run"
	"control-plane/internal/stored"
)

const usage = `usage: control-plane run [FLAGS]           start etcd, kube-apiserver and kube-controller-manager
       control-plane oracle KIND           answer JSON lines with upstream's own code
       control-plane etcd-get KEY          print the raw value that etcd holds
       control-plane etcd|kube-apiserver|kube-controller-manager|kubectl ARGS
       control-plane version
`

func main() {
	if component := components[filepath.Base(os.Args[0])]; component != nil {
		os.Exit(component())
	}
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	name, args := os.Args[1], os.Args[2:]
	if component := components[name]; component != nil {
		os.Args = os.Args[1:]
		os.Exit(component())
	}
	switch name {
	case "run":
		os.Exit(run.Main(args, run.Embedded))
	case "oracle":
		os.Exit(oracle.Main(args))
	case "etcd-get":
		os.Exit(stored.Main(args))
	case "version":
		fmt.Println(version.Get().GitVersion)
	case "help", "-h", "--help":
		fmt.Print(usage)
	default:
		fmt.Fprintf(os.Stderr, "unknown command %q\n%s", name, usage)
		os.Exit(2)
	}
}

// components are upstream's programs by name; each reads os.Args and returns its exit status.
var components = map[string]func() int{
	"etcd": func() int {
		etcdmain.Main(os.Args)
		return 0
	},
	"kube-apiserver":          cobraProgram(apiserver.NewAPIServerCommand),
	"kube-controller-manager": cobraProgram(controllers.NewControllerManagerCommand),
	"kubectl": func() int {
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			kubectlutil.CheckErr(err)
		}
		return 0
	},
}

func cobraProgram(command func() *cobra.Command) func() int {
	return func() int { return cli.Run(command()) }
}
