package run

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
)

// freePorts chooses loopback ports below the range that kernels give to outgoing connections, so
// that only another listener can take one before its component listens.
func freePorts(count int) ([]int, error) {
	const lowest, highest = 11000, 29000
	var ports []int
	for range 1000 {
		port := lowest + rand.IntN(highest-lowest)
		listener, err := net.Listen("tcp", address(port))
		if err != nil {
			continue
		}
		// Held until all are chosen, so that none is chosen twice.
		defer listener.Close()
		if ports = append(ports, port); len(ports) == count {
			return ports, nil
		}
	}
	return nil, fmt.Errorf("no %d free ports on 127.0.0.1 between %d and %d", count, lowest, highest)
}

func address(port int) string {
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// accepts is the condition that something listens on the port.
func accepts(port int) func(context.Context) bool {
	return func(ctx context.Context) bool {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", address(port))
		if err != nil {
			return false
		}
		connection.Close()
		return true
	}
}
