package oracle

import (
	"context"
	"encoding/json"
	"fmt"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	rules "k8s.io/component-helpers/auth/rbac/validation"
	"k8s.io/kubernetes/pkg/registry/rbac/validation"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
	kjson "sigs.k8s.io/json"
)

type rbacQuestion struct {
	// Objects are Roles, ClusterRoles, RoleBindings and ClusterRoleBindings, told apart by kind.
	Objects    []json.RawMessage `json:"objects"`
	User       string            `json:"user"`
	Groups     []string          `json:"groups"`
	Attributes attributes        `json:"attributes"`
	// Requests are asked of the same objects; each names its user and groups.
	Requests []attributes `json:"requests"`
}

type rbacAnswerer struct {
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason"`
}

// rbacAnswers are those to several requests, in their order.
type rbacAnswers struct {
	Answers []rbacAnswerer `json:"answers"`
}

// rbacAnswer decides as the RBAC authorizer does; ClusterRoles are taken as they are, without
// aggregation, which is a controller's work. It knows no system:masters: that group is above RBAC.
func rbacAnswer(question []byte) (any, error) {
	var q rbacQuestion
	if err := parse(question, &q); err != nil {
		return nil, err
	}
	objects, err := readRBAC(q.Objects)
	if err != nil {
		return nil, err
	}
	_, static := validation.NewTestRuleResolver(objects.roles, objects.roleBindings, objects.clusterRoles, objects.clusterRoleBindings)
	authorize := func(request attributes) (answer rbacAnswerer, err error) {
		decision, reason, err := rbac.New(static, static, static, static).Authorize(context.Background(), request.record())
		return rbacAnswerer{Allowed: decision == authorizer.DecisionAllow, Reason: reason}, err
	}
	if q.Requests == nil {
		request := q.Attributes
		if request.User == "" {
			request.User, request.Groups = q.User, q.Groups
		}
		return authorize(request)
	}
	answers := rbacAnswers{Answers: make([]rbacAnswerer, 0, len(q.Requests))}
	for _, request := range q.Requests {
		answer, err := authorize(request)
		if err != nil {
			return nil, err
		}
		answers.Answers = append(answers.Answers, answer)
	}
	return answers, nil
}

type coversQuestion struct {
	Owner   []rbacv1.PolicyRule `json:"owner"`
	Servant []rbacv1.PolicyRule `json:"servant"`
}

type coversAnswer struct {
	Covers bool `json:"covers"`
}

// rbacCovers says whether the rules of an owner cover those of a servant, as the API server asks before it lets
// somebody give a role.
func rbacCovers(question []byte) (any, error) {
	var q coversQuestion
	if err := parse(question, &q); err != nil {
		return nil, err
	}
	covers, _ := rules.Covers(q.Owner, q.Servant)
	return coversAnswer{Covers: covers}, nil
}

type rbacObjects struct {
	roles               []*rbacv1.Role
	clusterRoles        []*rbacv1.ClusterRole
	roleBindings        []*rbacv1.RoleBinding
	clusterRoleBindings []*rbacv1.ClusterRoleBinding
}

func readRBAC(texts []json.RawMessage) (objects rbacObjects, err error) {
	for _, text := range texts {
		var meta struct {
			Kind string `json:"kind"`
		}
		if err = json.Unmarshal(text, &meta); err != nil {
			return objects, err
		}
		switch meta.Kind {
		case "Role":
			err = appendObject(&objects.roles, text)
		case "ClusterRole":
			err = appendObject(&objects.clusterRoles, text)
		case "RoleBinding":
			err = appendObject(&objects.roleBindings, text)
		case "ClusterRoleBinding":
			err = appendObject(&objects.clusterRoleBindings, text)
		default:
			err = fmt.Errorf("kind %q is not of RBAC", meta.Kind)
		}
		if err != nil {
			return objects, err
		}
	}
	return objects, nil
}

func appendObject[T any](to *[]*T, text []byte) error {
	object := new(T)
	*to = append(*to, object)
	return kjson.UnmarshalCaseSensitivePreserveInts(text, object)
}
