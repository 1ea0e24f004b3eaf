#!/usr/bin/env python3
"""Records what the tests of harden-sigstore read: record.py ADDRESS FOLDER.

ADDRESS is where `signed-images` serves. FOLDER gets `images.jsonl`, a line for each signature and
statement, and `public.json`, the trusted root of the sigstore that stands for the public one.
"""
import base64
import json
import pathlib
import sys
import urllib.request

WHO = "key key-unlogged own-key own-workflow workflow workflow-lone fork longer other-issuer other-key"
IMAGES = [f"{who}-{form}-plain" for who in WHO.split() for form in ["bundle", "tag"]]
IMAGES += [f"{who}-{form}-all" for who in ["key-unlogged", "own-workflow"] for form in ["bundle", "tag"]]


def main(address, folder):
    folder = pathlib.Path(folder)

    def get(path):
        headers = {"Host": "registry.example", "Accept": "*/*"}
        request = urllib.request.Request(f"http://{address}{path}", headers=headers)
        with urllib.request.urlopen(request) as answer:
            return answer.read(), answer.headers

    with open(folder / "images.jsonl", "w") as out:
        for image in IMAGES:
            base = f"/v2/team/{image}"
            _, headers = get(f"{base}/manifests/1")
            digest = headers["Docker-Content-Digest"]
            manifests = json.loads(get(f"{base}/referrers/{digest}")[0])["manifests"]
            at = [it["digest"] for it in manifests]
            tags = json.loads(get(f"{base}/tags/list")[0])["tags"]
            at += [it for it in tags if it.startswith(digest.replace(":", "-") + ".")]
            for reference in at:
                manifest = json.loads(get(f"{base}/manifests/{reference}")[0])
                for layer in manifest["layers"]:
                    payload, _ = get(f"{base}/blobs/{layer['digest']}")
                    line = {
                        "image": image,
                        "digest": digest,
                        "mediaType": layer["mediaType"],
                        "annotations": layer.get("annotations", {}),
                        "payload": base64.b64encode(payload).decode(),
                    }
                    out.write(json.dumps(line, sort_keys=True) + "\n")
    (folder / "public.json").write_bytes(get("/tuf/targets/trusted_root.json")[0])


main(*sys.argv[1:])
