package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
)

// typed has a registry list what refers to an image by the type of the artifact, as the distribution specification has
// it. The registry of go-containerregistry names the type of its configuration instead.
func typed(registry http.Handler) http.Handler {
	ask := func(r *http.Request, path string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		again := r.Clone(r.Context())
		again.URL.Path, again.URL.RawQuery = path, ""
		registry.ServeHTTP(answer, again)
		return answer
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		repository, _, isList := strings.Cut(r.URL.Path, "/referrers/")
		if !isList || r.Method != http.MethodGet {
			registry.ServeHTTP(w, r)
			return
		}
		answer := ask(r, r.URL.Path)
		var list object
		if json.Unmarshal(answer.Body.Bytes(), &list) != nil {
			http.Error(w, "no list", http.StatusInternalServerError)
			return
		}
		manifests, _ := list["manifests"].([]any)
		for _, one := range manifests {
			one := one.(object)
			var manifest struct{ ArtifactType string }
			text := ask(r, repository+"/manifests/"+one["digest"].(string)).Body.Bytes()
			if json.Unmarshal(text, &manifest) == nil && manifest.ArtifactType != "" {
				one["artifactType"] = manifest.ArtifactType
			}
		}
		text, err := json.Marshal(list)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		w.WriteHeader(answer.Code)
		_, _ = bytes.NewReader(text).WriteTo(w)
	})
}
