//go:build !linux

package run

import "syscall"

// childAttributes keeps a terminal's interrupt from the child: the components must end in order.
// Here a child outlives this process when that is killed by force.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
