package run

import "syscall"

// childAttributes makes the kernel kill the child with this process, and keeps a terminal's
// interrupt from it: the components must end in order.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
