#!/usr/bin/env python3
"""Measures `kubectl harden verify` over 100 images of a registry on this machine, beside cosign in a loop.

The whole may take a third of cosign's time, and 150 MB. The registry is that of `tests/peers/registry`, which Go builds;
cosign is the program that COSIGN names (3.1), and is left out where it names none.
Usage: verify.py [PATH_OF_KUBECTL_HARDEN]
"""

import hashlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time

COUNT = 100
MOST_MEMORY = 150
HERE = os.path.dirname(os.path.abspath(__file__))


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def push(address, number):
    """Pushes an image that is like no other, and returns its name with its digest."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"User": str(number)}}).encode()
    media = "application/vnd.oci.image"
    manifest = json.dumps({
        "schemaVersion": 2,
        "mediaType": f"{media}.manifest.v1+json",
        "config": {"mediaType": f"{media}.config.v1+json", "size": len(config), "digest": digest(config)},
        "layers": [],
    }).encode()
    repository = f"shop/app-{number}"
    client = http.client.HTTPConnection(address)
    client.request("POST", f"/v2/{repository}/blobs/uploads/")
    answer = client.getresponse()
    answer.read()
    place = answer.getheader("Location")
    client.request("PUT", f"{place}?digest={digest(config)}", config)
    client.getresponse().read()
    client.request("PUT", f"/v2/{repository}/manifests/1", manifest, {"Content-Type": f"{media}.manifest.v1+json"})
    answer = client.getresponse()
    answer.read()
    assert answer.status == 201, answer.status
    return f"{address}/{repository}@{digest(manifest)}"


def measure(words, environment):
    """Seconds by the clock and of processor time, and the most memory in MB."""
    begun = time.monotonic()
    out = os.open("/dev/null", os.O_WRONLY)
    child = os.posix_spawn(words[0], words, environment, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)])
    _, status, usage = os.wait4(child, 0)
    os.close(out)
    code = os.waitstatus_to_exitcode(status)
    assert code == 0, f"exit status {code}: {words[:3]}"
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    harden = sys.argv[1] if len(sys.argv) > 1 else f"{HERE}/../../target/release/kubectl-harden"
    harden = os.path.abspath(harden)
    cosign = os.environ.get("COSIGN")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["go", "build", "-o", f"{folder}/registry", "."], cwd=f"{HERE}/../../tests/peers/registry", check=True)
        registry = subprocess.Popen([f"{folder}/registry", "127.0.0.1:0", "lists"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        address = registry.stdout.readline().split()[1]
        environment = {**os.environ, "HOME": folder, "COSIGN_PASSWORD": "sesame"}
        key = f"{folder}/cosign.key"
        subprocess.run([harden, "sign", "--new-key", key], env=environment, check=True, stderr=subprocess.DEVNULL)
        images = [push(address, number) for number in range(COUNT)]
        for image in images:
            words = [harden, "sign", image, "--key", key]
            subprocess.run(words, env=environment, check=True, stderr=subprocess.DEVNULL)
        public = f"{folder}/cosign.pub"
        clock, cpu, memory = measure([harden, "verify", *images, "--key", public], environment)
        print(f"{COUNT} images: {clock:.2f} s, {cpu:.2f} s of processor time, {memory:.0f} MB")
        over = memory > MOST_MEMORY
        if cosign:
            words = [cosign, "verify", "--key", public, "--insecure-ignore-tlog"]
            each = [measure([*words, image], environment) for image in images]
            clocks, cpus = sum(it[0] for it in each), sum(it[1] for it in each)
            print(f"  cosign in a loop: {clocks:.2f} s, {cpus:.2f} s of processor time, {max(it[2] for it in each):.0f} MB")
            print(f"  its time in ours: {clocks / clock:.1f} by the clock, {cpus / cpu:.1f} of processor time")
            over = over or clock * 3 > clocks
        registry.stdin.close()
        registry.wait()
    assert not over, "it takes too much"


main()
