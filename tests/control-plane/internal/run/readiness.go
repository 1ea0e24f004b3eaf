package run

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"time"
)

// client asks the API server what decides whether the control plane is ready.
type client struct {
	http   *http.Client
	server string
	token  string
}

func newClient(l layout, token string) (*client, error) {
	ca, err := os.ReadFile(l.file("ca.crt"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	return &client{
		http:   &http.Client{Transport: transport, Timeout: 5 * time.Second},
		server: l.serverURL(),
		token:  token,
	}, nil
}

// get returns the body of a successful answer.
func (c *client) get(ctx context.Context, path string) ([]byte, bool) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server+path, nil)
	if err != nil {
		return nil, false
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return body, err == nil && response.StatusCode == http.StatusOK
}

func (c *client) serverReady(ctx context.Context) bool {
	_, ok := c.get(ctx, "/readyz")
	return ok
}

// defaultServiceAccount: without it no Pod is admitted.
func (c *client) defaultServiceAccount(ctx context.Context) bool {
	_, ok := c.get(ctx, "/api/v1/namespaces/default/serviceaccounts/default")
	return ok
}

// aggregatedClusterRoles: view, edit and admin are empty until a controller fills them.
func (c *client) aggregatedClusterRoles(ctx context.Context) bool {
	for _, name := range []string{"view", "edit", "admin"} {
		body, ok := c.get(ctx, "/apis/rbac.authorization.k8s.io/v1/clusterroles/"+name)
		var role struct {
			Rules []json.RawMessage `json:"rules"`
		}
		if !ok || json.Unmarshal(body, &role) != nil || len(role.Rules) == 0 {
			return false
		}
	}
	return true
}
