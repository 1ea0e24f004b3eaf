package run

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// marker is in every kubeconfig that this program writes, and in no other.
const marker = "name: control-plane.test/etcd"

// writeKubeconfigs writes the one for tests and the one for the controllers.
func (l layout) writeKubeconfigs(users []user, path string) error {
	ca, err := os.ReadFile(l.file("ca.crt"))
	if err != nil {
		return err
	}
	last := len(users) - 1
	if err := replace(path, l.kubeconfig(ca, users[:last])); err != nil {
		return err
	}
	return replace(l.file("controllers.kubeconfig"), l.kubeconfig(ca, users[last:]))
}

// kubeconfig has a context for each user, named like the user; the first is the current one.
// Its cluster extension says where etcd listens.
func (l layout) kubeconfig(ca []byte, users []user) []byte {
	var text bytes.Buffer
	fmt.Fprintf(&text, `apiVersion: v1
kind: Config
current-context: %[1]s
clusters:
- name: control-plane
  cluster:
    server: %[2]s
    certificate-authority-data: %[3]s
    extensions:
    - %[4]s
      extension:
        etcd: %[5]s
`, users[0].name, l.serverURL(), base64.StdEncoding.EncodeToString(ca), marker, l.etcdURL())
	fmt.Fprintln(&text, "contexts:")
	for _, u := range users {
		fmt.Fprintf(&text, "- name: %[1]s\n  context:\n    cluster: control-plane\n    user: %[1]s\n", u.name)
	}
	fmt.Fprintln(&text, "users:")
	for _, u := range users {
		fmt.Fprintf(&text, "- name: %s\n  user:\n    token: %q\n", u.name, u.token)
	}
	return text.Bytes()
}

// replace writes a file that only its owner reads, whole or not at all.
func replace(path string, content []byte) error {
	partial := path + ".partial"
	if err := os.WriteFile(partial, content, 0o600); err != nil {
		return err
	}
	if err := os.Rename(partial, path); err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	return nil
}

// checkReplaceable refuses a file that holds anything but an earlier kubeconfig of this program.
func checkReplaceable(path string) error {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(content) > 0 && !bytes.Contains(content, []byte(marker)) {
		return fmt.Errorf("--kubeconfig %s is a file that this program did not write: name another", path)
	}
	return nil
}
