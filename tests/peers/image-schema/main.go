// Says whether an OCI layout is as the published JSON schemas of the image specification have it.
//
//	image-schema FOLDER
//
// It follows every descriptor from index.json, prints a line for each document, and ends with 1 where one of
// them does not keep to its schema.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/opencontainers/image-spec/schema"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: image-schema FOLDER")
		os.Exit(2)
	}
	folder := os.Args[1]
	err := validate(folder, "oci-layout", v1.MediaTypeLayoutHeader)
	if err == nil {
		err = validate(folder, "index.json", v1.MediaTypeImageIndex)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// validate holds a document to the schema of its media type, and what it refers to, to theirs.
func validate(folder, name, mediaType string) error {
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return err
	}
	if err := schema.Validator(mediaType).Validate(bytes.NewReader(content)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Println("valid", mediaType, name)
	var document struct {
		Config    *v1.Descriptor
		Manifests []v1.Descriptor
	}
	if err := json.Unmarshal(content, &document); err != nil {
		return err
	}
	// The configuration of a container stands under the same key as the descriptor of it.
	if mediaType == v1.MediaTypeImageManifest && document.Config != nil {
		document.Manifests = append(document.Manifests, *document.Config)
	}
	for _, it := range document.Manifests {
		blob := filepath.Join("blobs", it.Digest.Algorithm().String(), it.Digest.Encoded())
		if err := validate(folder, blob, it.MediaType); err != nil {
			return err
		}
	}
	return nil
}
