package oracle

import (
	"bytes"
	"strings"
	"testing"
)

// ask sends lines to a kind and returns its answers.
func ask(t *testing.T, kind string, lines ...string) []string {
	t.Helper()
	answer, err := kinds[kind]()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := serve(strings.NewReader(strings.Join(lines, "\n")), &out, answer); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

func TestAnswers(t *testing.T) {
	const hostNetwork = `{"metadata":{"name":"p"},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}]}]}}`
	const appArmor = `{"metadata":{"name":"p","annotations":{"container.apparmor.security.beta.kubernetes.io/c":"unconfined"}},"spec":{"containers":[{"name":"c","image":"i"}]}}`
	for name, test := range map[string]struct{ kind, question, answer string }{
		"a check that fails is named": {"psa",
			`{"id":7,"level":"baseline","version":"latest","pod":` + hostNetwork + `}`,
			`{"id":7,"allowed":false,"message":"host namespaces (hostNetwork=true)","checks":["hostNamespaces"]}`},
		"defaulting sets the host port": {"psa-defaulted",
			`{"level":"baseline","version":"v1.30","pod":` + hostNetwork + `}`,
			`{"allowed":false,"message":"host namespaces (hostNetwork=true), hostPort (container \"c\" uses hostPort 80)","checks":["hostNamespaces","hostPorts"]}`},
		"creation makes fields of AppArmor annotations": {"psa-created",
			`{"level":"baseline","version":"latest","pod":` + appArmor + `}`,
			`{"allowed":false,"message":"forbidden AppArmor profiles (container \"c\" and annotation must not set AppArmor profile type to \"Unconfined\", \"container.apparmor.security.beta.kubernetes.io/c=\"unconfined\"\")","checks":["appArmorProfile"]}`},
		"defaulting does not": {"psa-defaulted",
			`{"level":"baseline","version":"latest","pod":` + appArmor + `}`,
			`{"allowed":false,"message":"forbidden AppArmor profile (annotation must not set AppArmor profile type to \"container.apparmor.security.beta.kubernetes.io/c=\"unconfined\"\")","checks":["appArmorProfile"]}`},
		"field names are case-sensitive": {"psa",
			`{"level":"baseline","version":"latest","pod":{"spec":{"HostNetwork":true,"containers":[]}}}`,
			`{"allowed":true,"message":"","checks":[]}`},
		"an unknown level is an error": {"psa",
			`{"level":"strict","version":"latest","pod":{}}`,
			`{"error":"must be one of privileged, baseline, restricted"}`},
		"a misspelt field of a question is an error": {"psa",
			`{"levels":"baseline"}`,
			`{"error":"the question: json: unknown field \"levels\""}`},
		"validation names the field": {"pod-validate",
			`{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}`,
			`{"errors":["spec.containers[0].image: Required value"]}`},
		"a large number is what Go makes of it": {"yaml",
			`"a: 123456789012345678901"`,
			`{"json":{"a":123456789012345680000}}`},
		"bytes that are not UTF-8": {"yaml",
			`{"base64":"YTog/w=="}`,
			`{"error":"yaml: invalid leading UTF-8 octet"}`},
		"a repeated key is an error when strict": {"yaml-strict",
			`"a: 1\na: 2"`,
			`{"error":"yaml: unmarshal errors:\n  line 2: key \"a\" already set in map"}`},
		"an expression has a value, a type and a cost": {"cel",
			`{"expression":"object.spec.replicas + 1","object":{"spec":{"replicas":2}}}`,
			`{"value":"3","type":"int","cost":4}`},
		"a typed object has no field that is empty": {"cel",
			`{"expression":"has(object.spec.hostNetwork)","typed":true,"object":{"apiVersion":"v1","kind":"Pod","spec":{"hostNetwork":false}}}`,
			`{"value":"false","type":"bool","cost":2}`},
		"an expression that does not compile is refused": {"cel",
			`{"expression":"nope"}`,
			`{"refused":"ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope\n | ^"}`},
		"patches are made only where they are asked for": {"cel",
			`{"expression":"[JSONPatch{op: 'add', path: '/a', value: Object{b: 1}}]","patch":true}`,
			`{"value":"[patch \"add\" \"/a\" \"\" Object {\"b\":1}]","type":"list(JSONPatch)","cost":90}`},
		"a policy without rules is refused": {"policy-validate",
			`{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"p"},"spec":{"validations":[{"expression":"true"}]}}`,
			`{"errors":["spec.matchConstraints: Required value"]}`},
		"the first audit rule that matches decides": {"audit",
			`{"policy":"apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Request\n  resources: [{resources: [pods/*]}]\n- level: None\n","event":{"user":"u","verb":"get","resource":"pods"}}`,
			`{"level":"Request","omitStages":["RequestReceived"],"omitManagedFields":false}`},
		"an unknown audit field only warns": {"audit-load",
			`"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n  verb: [get]\n"`,
			`{"ok":true,"warnings":["Audit policy contains errors, falling back to lenient decoding: strict decoding error: unknown field \"rules[0].verb\""]}`},
		"a KMS plugin need not be there": {"encryption",
			`"apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - kms: {apiVersion: v2, name: k, endpoint: 'unix:///nowhere'}\n"`,
			`{"ok":true}`},
		"an empty encryption configuration": {"encryption", `""`,
			`{"ok":false,"error":"error while parsing file: error while loading file: encryption provider configuration file \"FILE\" is empty"}`},
		"a binding in a namespace allows there": {"rbac",
			`{"objects":[{"kind":"Role","metadata":{"namespace":"n","name":"r"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]},{"kind":"RoleBinding","metadata":{"namespace":"n","name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"g"}]}],"user":"u","groups":["g"],"attributes":{"verb":"get","resource":"pods","namespace":"n"}}`,
			`{"allowed":true,"reason":"RBAC: allowed by RoleBinding \"b/n\" of Role \"r\" to Group \"g\""}`},
		"nothing allows without a binding": {"rbac",
			`{"objects":[],"user":"u","attributes":{"verb":"get","path":"/healthz"}}`,
			`{"allowed":false,"reason":""}`},
		"a label selector": {"selector",
			`{"selector":{"matchExpressions":[{"key":"a","operator":"NotIn","values":["b"]}]},"labels":{}}`,
			`{"matches":true}`},
		"a selector of the command line": {"selector",
			`{"selector":"a in (b, c),!d","labels":{"a":"c"}}`,
			`{"matches":true}`},
		"a quantity": {"quantity", `"1500m"`, `{"canonical":"1500m","value":"1.500"}`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ask(t, test.kind, test.question)[0]; got != test.answer {
				t.Errorf("got  %s\nwant %s", got, test.answer)
			}
		})
	}
}

func TestEveryLineHasOneAnswer(t *testing.T) {
	answers := ask(t, "quantity", `"1Gi"`, ``, `not JSON`, `"2" "3"`, `"4"`)
	if len(answers) != 4 || !strings.Contains(answers[0], "1Gi") || !strings.Contains(answers[3], `"4"`) {
		t.Errorf("got %q", answers)
	}
	for _, answer := range answers[1:3] {
		if !strings.HasPrefix(answer, `{"error":"the question: `) {
			t.Errorf("got %s", answer)
		}
	}
}

func TestPodDefaults(t *testing.T) {
	answer := ask(t, "pod-defaults", `{"metadata":{"name":"p"},"spec":{"volumes":[{"name":"v"}],"containers":[{"name":"c","image":"i:1"}]}}`)[0]
	for _, expected := range []string{`"emptyDir":{}`, `"imagePullPolicy":"IfNotPresent"`, `"restartPolicy":"Always"`} {
		if !strings.Contains(answer, expected) {
			t.Errorf("%s is not in %s", expected, answer)
		}
	}
}
