package oracle

import (
	"bytes"
	"io"
	"strings"

	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/audit"
	"k8s.io/apiserver/pkg/audit/policy"
	"k8s.io/klog/v2"
)

type auditQuestion struct {
	Policy string     `json:"policy"`
	Event  attributes `json:"event"`
}

type auditAnswer struct {
	Level             auditinternal.Level   `json:"level"`
	OmitStages        []auditinternal.Stage `json:"omitStages"`
	OmitManagedFields bool                  `json:"omitManagedFields"`
}

// auditPolicy keeps the policy of the last question: most questions repeat it.
type auditPolicy struct {
	text      string
	evaluator audit.PolicyRuleEvaluator
}

func (p *auditPolicy) answer(question []byte) (any, error) {
	var q auditQuestion
	if err := parse(question, &q); err != nil {
		return nil, err
	}
	if p.evaluator == nil || p.text != q.Policy {
		loaded, err := policy.LoadPolicyFromBytes([]byte(q.Policy))
		if err != nil {
			return nil, err
		}
		p.text, p.evaluator = q.Policy, policy.NewPolicyRuleEvaluator(loaded)
	}
	config := p.evaluator.EvaluatePolicyRule(q.Event.record())
	stages := append([]auditinternal.Stage{}, config.OmitStages...)
	return auditAnswer{Level: config.Level, OmitStages: stages, OmitManagedFields: config.OmitManagedFields}, nil
}

type auditLoadAnswer struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	// Warnings are the first lines of the warnings that the API server logs.
	Warnings []string `json:"warnings"`
}

// auditLoad says whether an API server with this policy, a JSON string, starts.
func auditLoad(question []byte) (any, error) {
	var text string
	if err := parse(question, &text); err != nil {
		return nil, err
	}
	var log bytes.Buffer
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard) // klog repeats a warning in the log of every lower severity.
	klog.SetOutputBySeverity("WARNING", &log)
	_, err := policy.LoadPolicyFromBytes([]byte(text))
	klog.Flush()
	answer := auditLoadAnswer{OK: err == nil, Warnings: warnings(log.String())}
	if err != nil {
		answer.Error = err.Error()
	}
	return answer, nil
}

// warnings are the messages of the log lines of that severity, without klog's header.
func warnings(log string) []string {
	found := []string{}
	for line := range strings.Lines(log) {
		if _, message, ok := strings.Cut(line, "] "); ok && strings.HasPrefix(line, "W") {
			found = append(found, strings.TrimSpace(message))
		}
	}
	return found
}
