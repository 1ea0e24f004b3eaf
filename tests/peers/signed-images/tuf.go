package main

import (
	"encoding/json"
	"net/http"
	"os"
	"time"

	"github.com/theupdateframework/go-tuf"
)

// repository is what hands out the trusted root, and the keys by themselves as older clients want them.
func repository(it *sigstore) (http.Handler, error) {
	root, err := it.trustedRoot()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "signed-images")
	if err != nil {
		return nil, err
	}
	store := tuf.FileSystemStore(folder, nil)
	repo, err := tuf.NewRepo(store)
	if err != nil {
		return nil, err
	}
	if err := repo.Init(false); err != nil {
		return nil, err
	}
	for _, role := range []string{"root", "targets", "snapshot", "timestamp"} {
		if _, err := repo.GenKey(role); err != nil {
			return nil, err
		}
	}
	targets := []struct{ name, usage, text string }{
		{"trusted_root.json", "", string(root)},
		{"rekor.pub", "Rekor", publicPEM(it.logKey)},
		{"ctfe.pub", "CTFE", publicPEM(it.certificateLogKey)},
		{"fulcio.crt.pem", "Fulcio", string(encode(it.root.Raw))},
		{"fulcio_intermediate.crt.pem", "Fulcio", string(encode(it.authority.Raw))},
	}
	if err := os.MkdirAll(folder+"/staged/targets", 0o700); err != nil {
		return nil, err
	}
	for _, target := range targets {
		if err := os.WriteFile(folder+"/staged/targets/"+target.name, []byte(target.text), 0o600); err != nil {
			return nil, err
		}
		var custom json.RawMessage
		if target.usage != "" {
			text, err := json.Marshal(object{"sigstore": object{"usage": target.usage, "status": "Active"}})
			if err != nil {
				return nil, err
			}
			custom = text
		}
		if err := repo.AddTargetWithExpires(target.name, custom, time.Now().AddDate(1, 0, 0)); err != nil {
			return nil, err
		}
	}
	if err := repo.Snapshot(); err != nil {
		return nil, err
	}
	if err := repo.Timestamp(); err != nil {
		return nil, err
	}
	if err := repo.Commit(); err != nil {
		return nil, err
	}
	return http.FileServer(http.Dir(folder + "/repository")), nil
}
