package run

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	dir := t.TempDir()
	for name, test := range map[string]struct {
		args   []string
		source Source
		says   string
	}{
		"assets are missing":        {nil, AssetsOnly, "--assets is missing"},
		"assets are empty":          {[]string{"--assets", dir}, Embedded, "holds no etcd"},
		"an audit log alone":        {[]string{"--audit-log", "l"}, Embedded, "need each other"},
		"a file that is not there":  {[]string{"--encryption-config", filepath.Join(dir, "no")}, Embedded, "no such file"},
		"a word that is not a flag": {[]string{"now"}, Embedded, `unexpected argument "now"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseOptions(test.args, test.source)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestComponentArgumentsComeLast(t *testing.T) {
	o, err := parseOptions([]string{"--apiserver-arg", "v=4", "--apiserver-arg=--profiling=false"}, Embedded)
	if err != nil {
		t.Fatal(err)
	}
	arguments := apiserverArguments(layout{dir: t.TempDir()}, o)
	if last := arguments[len(arguments)-2:]; !slices.Equal(last, []string{"--v=4", "--profiling=false"}) {
		t.Errorf("got %q", last)
	}
	if slices.Contains(arguments, "--disable-admission-plugins=ServiceAccount") {
		t.Error("ServiceAccount admission is off beside controllers")
	}
}

func TestWithoutControllersPodsNeedNoServiceAccount(t *testing.T) {
	o, err := parseOptions([]string{"--no-controllers"}, Embedded)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(apiserverArguments(layout{}, o), "--disable-admission-plugins=ServiceAccount") {
		t.Error("ServiceAccount admission is on")
	}
}

func TestOnlyAKubeconfigOfThisProgramIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	if err := checkReplaceable(path); err != nil {
		t.Error(err)
	}
	l := layout{dir: t.TempDir(), clientPort: 1, serverPort: 2}
	if err := replace(path, l.kubeconfig([]byte("ca"), []user{{name: "admin", token: "t"}})); err != nil {
		t.Fatal(err)
	}
	if err := checkReplaceable(path); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
	if err := os.WriteFile(path, []byte("kind: Config\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := checkReplaceable(path); err == nil {
		t.Error("a kubeconfig of another program would be overwritten")
	}
}

func TestPortsDiffer(t *testing.T) {
	ports, err := freePorts(10)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ports)
	if len(slices.Compact(ports)) != 10 {
		t.Errorf("got %v", ports)
	}
}
