#!/usr/bin/env python3
"""Writes COUNT Deployments into FOLDER, 100 a file, every other one hardened: deterministic, about
500 bytes each. Usage: deployments.py FOLDER COUNT"""
import os
import sys

PLAIN = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{n}
  namespace: team-{t}
spec:
  selector:
    matchLabels:
      app: app-{n}
  template:
    metadata:
      labels:
        app: app-{n}
    spec:
      containers:
      - name: app
        image: nginx:latest
        ports:
        - containerPort: 8080
"""

HARDENED = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{n}
  namespace: team-{t}
spec:
  selector:
    matchLabels: {{app: app-{n}}}
  template:
    metadata:
      labels: {{app: app-{n}}}
    spec:
      serviceAccountName: app
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {{type: RuntimeDefault}}
      containers:
      - name: app
        image: example.com/app:1.4@sha256:{digest}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {{drop: [ALL]}}
        resources:
          requests: {{cpu: 100m, memory: 1Gi}}
          limits: {{memory: 1Gi, ephemeral-storage: 1Gi}}
        readinessProbe: {{httpGet: {{path: /, port: 80}}}}
"""


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    for first in range(0, count, 100):
        documents = []
        for n in range(first, min(first + 100, count)):
            text = HARDENED if n % 2 else PLAIN
            documents.append(text.format(n=n, t=n % 50, digest=f"{n:064x}"))
        with open(os.path.join(folder, f"{first // 100:05}.yaml"), "w") as file:
            file.write("---\n".join(documents))


main()
