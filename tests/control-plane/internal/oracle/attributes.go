package oracle

import (
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// attributes describe a request to the API server.
type attributes struct {
	User        string   `json:"user"`
	Groups      []string `json:"groups"`
	Verb        string   `json:"verb"`
	Namespace   string   `json:"namespace"`
	APIGroup    string   `json:"apiGroup"`
	APIVersion  string   `json:"apiVersion"`
	Resource    string   `json:"resource"`
	Subresource string   `json:"subresource"`
	Name        string   `json:"name"`
	Path        string   `json:"path"`
	// IsResourceRequest follows from Resource when it is left out.
	IsResourceRequest *bool `json:"isResourceRequest"`
}

func (a attributes) record() authorizer.AttributesRecord {
	ofResource := a.Resource != ""
	if a.IsResourceRequest != nil {
		ofResource = *a.IsResourceRequest
	}
	return authorizer.AttributesRecord{
		User:            &user.DefaultInfo{Name: a.User, Groups: a.Groups},
		Verb:            a.Verb,
		Namespace:       a.Namespace,
		APIGroup:        a.APIGroup,
		APIVersion:      a.APIVersion,
		Resource:        a.Resource,
		Subresource:     a.Subresource,
		Name:            a.Name,
		Path:            a.Path,
		ResourceRequest: ofResource,
	}
}
