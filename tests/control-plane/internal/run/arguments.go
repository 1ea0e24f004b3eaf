package run

import (
	"fmt"
	"path/filepath"
)

// layout is where one start of the control plane has its files and ports.
type layout struct {
	dir                              string
	etcdData                         string
	clientPort, peerPort, serverPort int
}

func (l layout) file(name string) string { return filepath.Join(l.dir, name) }

func (l layout) etcdURL() string { return "http://" + address(l.clientPort) }

func (l layout) serverURL() string { return "https://" + address(l.serverPort) }

// controllers are those that act on what tests store. Beyond the workload controllers: the
// protection controllers take off the finalizers that admission puts on volumes and claims, without
// which a namespace never ends; the policy status controller type-checks
// ValidatingAdmissionPolicies; the disruption controller lets evictions through.
var controllers = []string{
	"clusterrole-aggregation-controller",
	"cronjob-controller",
	"daemonset-controller",
	"deployment-controller",
	"disruption-controller",
	"endpoints-controller",
	"endpointslice-controller",
	"garbage-collector-controller",
	"job-controller",
	"namespace-controller",
	"persistentvolume-protection-controller",
	"persistentvolumeclaim-protection-controller",
	"replicaset-controller",
	"replicationcontroller-controller",
	"resourcequota-controller",
	"root-ca-certificate-publisher-controller",
	"serviceaccount-controller",
	"serviceaccount-token-controller",
	"statefulset-controller",
	"validatingadmissionpolicy-status-controller",
}

func etcdArguments(l layout) []string {
	peer := "http://" + address(l.peerPort)
	return []string{
		"--name=control-plane",
		"--data-dir=" + l.etcdData,
		"--listen-client-urls=" + l.etcdURL(),
		"--advertise-client-urls=" + l.etcdURL(),
		"--listen-peer-urls=" + peer,
		"--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=control-plane=" + peer,
		// Tests need no data to outlive a power cut.
		"--unsafe-no-fsync=true",
		"--log-level=warn",
	}
}

func apiserverArguments(l layout, o *options) []string {
	arguments := []string{
		"--etcd-servers=" + l.etcdURL(),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", l.serverPort),
		"--cert-dir=" + l.file("certificates"),
		"--tls-cert-file=" + l.file("server.crt"),
		"--tls-private-key-file=" + l.file("server.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + l.file("service-account.key"),
		"--service-account-signing-key-file=" + l.file("service-account.key"),
		"--token-auth-file=" + l.file("tokens.csv"),
		"--authorization-mode=RBAC",
		"--service-cluster-ip-range=10.0.0.0/16",
		"--allow-privileged=true",
		"--endpoint-reconciler-type=none",
	}
	if o.encryptionConfig != "" {
		arguments = append(arguments, "--encryption-provider-config="+o.encryptionConfig)
	}
	if o.auditPolicy != "" {
		arguments = append(arguments, "--audit-policy-file="+o.auditPolicy, "--audit-log-path="+o.auditLog)
	}
	if o.admissionConfig != "" {
		arguments = append(arguments, "--admission-control-config-file="+o.admissionConfig)
	}
	if o.emulatedVersion != "" {
		arguments = append(arguments, "--emulated-version="+o.emulatedVersion)
	}
	if o.controllers == "" {
		// Nobody makes the ServiceAccount that this plugin wants in every Pod.
		arguments = append(arguments, "--disable-admission-plugins=ServiceAccount")
	}
	return append(arguments, o.apiserverArgs...)
}

func controllerArguments(l layout, o *options) []string {
	arguments := []string{
		"--kubeconfig=" + l.file("controllers.kubeconfig"),
		"--controllers=" + o.controllers,
		"--service-account-private-key-file=" + l.file("service-account.key"),
		"--root-ca-file=" + l.file("ca.crt"),
		"--leader-elect=false",
		"--bind-address=127.0.0.1",
		"--secure-port=0",
		// Client-side throttling only makes tests wait.
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
	}
	if o.emulatedVersion != "" {
		arguments = append(arguments, "--emulated-version="+o.emulatedVersion)
	}
	return append(arguments, o.controllerArgs...)
}
