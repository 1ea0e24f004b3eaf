#!/usr/bin/env python3
"""Measures how the CPU time and memory of `kubectl harden` grow with what it reads.

Every shape is made with half a megabyte and with one: the second may take at most 2.2 times the CPU time of
the first, and one second at the most. With another binary, such as one of an earlier commit, its figures are
beside. Usage: growth.py [--shape NAME]... [--output FORMAT] PATH_OF_KUBECTL_HARDEN [PATH_OF_ANOTHER]
"""

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile

MEGABYTE = 1_000_000
MOST_GROWTH = 2.2
MOST_SECONDS = 1.0
GIVEN_UP_AFTER = 12

SHAPES = {}


def shape(function):
    """Lists a function that makes `n` of something, as a text or as files by their names."""
    SHAPES[function.__name__.replace("_", "-")] = function
    return function


def pod(name, more="", containers="[{name: a, image: a}]", kind="Pod"):
    return f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: a\n{more}spec:\n  containers: {containers}\n"


def deployment(name, namespace="a", label=None):
    label = label or name
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: {namespace}\nspec:\n  selector:\n    matchLabels:\n      app: {label}\n"
        f"  template:\n    metadata:\n      labels:\n        app: {label}\n    spec:\n      containers:\n      - image: a\n        name: a\n"
    )


def documents(texts):
    return "---\n".join(texts)


def item(text):
    first, *rest = text.splitlines()
    return "\n".join(["- " + first, *("  " + line for line in rest)]) + "\n"


def a_list(texts):
    return "apiVersion: v1\nitems:\n" + "".join(map(item, texts)) + "kind: List\nmetadata:\n  resourceVersion: \"\"\n"


def json_pod(n, **more):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p-{n}", "namespace": "a", **more}, "spec": {"containers": [{"name": "a", "image": "a"}]}}


def json_list(items):
    return {"apiVersion": "v1", "kind": "List", "items": items}


def in_pod(lines, containers="  containers: [{name: a, image: a}]\n"):
    return "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: a}\nspec:\n" + lines + containers


# Documents and lists

@shape
def documents_of_pods(n):
    return documents(pod(f"p-{i}") for i in range(n))


@shape
def documents_of_deployments(n):
    return documents(deployment(f"d-{i}") for i in range(n))


@shape
def files_of_pods(n):
    return {f"{i}.yaml": pod(f"p-{i}") for i in range(n)}


@shape
def yaml_list(n):
    return a_list(pod(f"p-{i}") for i in range(n))


@shape
def yaml_list_in_flow(n):
    items = ", ".join(json.dumps(json_pod(i)).replace('"', "") for i in range(n))
    return "apiVersion: v1\nkind: List\nitems: [" + items + "]\n"


@shape
def yaml_list_of_nothing(n):
    return "apiVersion: v1\nkind: List\nitems:\n" + "- {}\n" * n


@shape
def yaml_list_of_broken_items(n):
    return a_list(pod(f"p-{i}").replace("kind: Pod\n", "") for i in range(n))


@shape
def yaml_lists_in_lists(n):
    return a_list(json.dumps(json_list([json_pod(i)])) for i in range(n))


@shape
def json_list_in_one_line(n):
    return {"list.json": json.dumps(json_list([json_pod(i) for i in range(n)]))}


@shape
def json_list_indented(n):
    return {"list.json": json.dumps(json_list([json_pod(i) for i in range(n)]), indent=4)}


@shape
def json_list_on_stdin(n):
    return {"-": json.dumps(json_list([json_pod(i) for i in range(n)]))}


@shape
def json_list_of_numbers(n):
    return {"list.json": json.dumps(json_list([1] * n))}


@shape
def json_documents_in_a_row(n):
    return {"list.json": "".join(json.dumps(json_pod(i)) + "\n" for i in range(n))}


@shape
def json_in_yaml_documents(n):
    return documents(json.dumps(json_pod(i)) + "\n" for i in range(n))


@shape
def json_list_ending_in_its_kind(n):
    return {"list.json": json.dumps({"items": [{k: v for k, v in json_pod(i).items() if k != "kind"} for i in range(n)], "apiVersion": "v1", "kind": "PodList"})}


@shape
def one_long_line(n):
    return pod("a", f"  annotations: {{a: \"{'x y ' * n}\"}}\n")


@shape
def one_long_line_of_secrets(n):
    return pod("a", f"  annotations: {{a: \"{'password=abc123def ' * n}\"}}\n")


@shape
def one_long_block_scalar(n):
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: a}\ndata:\n  a: |\n" + "    some line of text\n" * n


@shape
def one_long_block_scalar_of_secrets(n):
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: a}\ndata:\n  a: |\n" + "".join(f"    password_{i}: abc123{i}def\n" for i in range(n))


@shape
def one_folded_plain_scalar(n):
    return pod("a", "  annotations:\n    a: text\n" + "      and more\n" * n)


@shape
def empty_documents(n):
    return "---\n" * n + pod("a")


@shape
def foreign_documents(n):
    return documents(f"a: {i}\n" for i in range(n)) + "---\n" + pod("a")


@shape
def broken_documents(n):
    return documents(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p-{i}\n" for i in range(n))


@shape
def broken_secrets(n):
    return documents(f"apiVersion: v1\nkind: Secret\nmetadata: {{name: p-{i}}}\nstringData:\n  password: abc\n bad\n" for i in range(n))


@shape
def one_broken_document(n):
    return pod("a") + "".join(f"a{i}: b\n" for i in range(n)) + "  - [\n"


@shape
def templates(n):
    return documents(pod("{{ .Values.name }}", "{{- if .Values.a }}\n  labels: {a: b}\n{{- end }}\n") for i in range(n))


@shape
def one_template(n):
    return pod("a") + "".join(f"{{{{- if .Values.a{i} }}}}\n{{{{- end }}}}\n" for i in range(n))


@shape
def duplicate_names(n):
    return documents(pod("same") for i in range(n))


@shape
def duplicate_keys(n):
    return pod("a", "  labels:\n" + "    same: a\n" * n)


@shape
def blank_lines(n):
    return pod("a") + "\n" * n + "---\n" + pod("b")


@shape
def deep_flow(n):
    return documents(pod(f"p-{i}") + "x: " + "[" * 60 + "]" * 60 + "\n" for i in range(n))


@shape
def nested_past_the_limit(n):
    return pod("a") + "x: " + "[" * n + "]" * n + "\n"


@shape
def deep_blocks(n):
    deep = "".join(" " * level + "a:\n" for level in range(60)) + " " * 60 + "b: c\n"
    return documents(f"apiVersion: example.com/v1\nkind: Odd\nmetadata: {{name: o-{i}}}\n" + deep for i in range(n))


@shape
def aliases(n):
    return pod("a", "  labels:\n    a: &a b\n" + "".join(f"    l-{i}: *a\n" for i in range(n)))


@shape
def anchors(n):
    return pod("a", "  labels:\n" + "".join(f"    l-{i}: &a{i} b\n    m-{i}: *a{i}\n" for i in range(n)))


@shape
def aliases_of_containers(n):
    return "apiVersion: v1\nkind: List\nx: &a [{name: a, image: a}]\nitems:\n" + "".join(item(pod(f"p-{i}", containers="*a")) for i in range(n))


# Ignores

@shape
def comments_in_a_row(n):
    return "# harden: ignore[privileged-container] why\n" * n + pod("a")


@shape
def comments_in_a_row_in_a_pod(n):
    return in_pod("  # harden: ignore[privileged-container] why\n" * n)


@shape
def comments_without_meaning(n):
    return in_pod("  # some remark\n" * n)


@shape
def comments_behind_values(n):
    return pod("a", "  labels:\n" + "".join(f"    l-{i}: a # harden: ignore[privileged-container] why\n" for i in range(n)))


@shape
def a_comment_per_pod(n):
    return documents("# harden: ignore[missing-memory-limit] why\n" + pod(f"p-{i}") for i in range(n))


@shape
def a_comment_per_item(n):
    return a_list([]).replace("items:\n", "items:\n" + "".join("# harden: ignore[missing-memory-limit] why\n" + item(pod(f"p-{i}")) for i in range(n)))


@shape
def a_comment_in_every_item(n):
    return a_list(pod(f"p-{i}", containers="[{name: a, image: a}] # harden: ignore[missing-memory-limit] why") for i in range(n))


@shape
def a_comment_on_every_container(n):
    return in_pod("  containers:\n" + "".join(f"  - {{name: c-{i}, image: a}} # harden: ignore[missing-memory-limit] why\n" for i in range(n)), "")


@shape
def a_mark_per_item(n):
    return a_list(pod(f"p-{i}", "  annotations: {harden.kubectl.io/ignore.missing-memory-limit: why}\n") for i in range(n))


def config(entries):
    return "ignore:\n" + "".join(f"- {json.dumps(it | {'reason': 'why'})}\n" for it in entries)


@shape
def a_config_entry_per_pod(n):
    return {"config.yaml": config({"rule": "*", "kind": "Pod", "namespace": "a", "name": f"p-{i}"} for i in range(n)), "a.yaml": documents_of_pods(n)}


@shape
def a_config_entry_with_a_star_per_pod(n):
    return {"config.yaml": config({"rule": "missing-memory-limit", "name": f"*p-{i}*"} for i in range(n)), "a.yaml": documents_of_pods(n)}


@shape
def a_config_entry_per_container(n):
    return {"config.yaml": config({"rule": "*", "container": f"c-{i}"} for i in range(n)), "a.yaml": containers(n)}


@shape
def a_config_entry_per_container_of_many_pods(n):
    pods = (pod(f"p-{i}", containers=f"[{{name: c-{i}, image: a}}]") for i in range(n))
    return {"config.yaml": config({"rule": "*", "container": f"c-{i}"} for i in range(n)), "a.yaml": documents(pods)}


@shape
def one_config_entry_again_and_again(n):
    return {"config.yaml": config({"rule": "*", "kind": "Pod"} for i in range(n)), "a.yaml": documents_of_pods(n)}


@shape
def a_config_entry_per_label(n):
    entries = ({"rule": "*", "labels": {"app": f"d-{i}"}} for i in range(n))
    return {"config.yaml": config(entries), "a.yaml": documents(pod(f"p-{i}", f"  labels: {{app: d-{i}}}\n") for i in range(n))}


@shape
def a_config_entry_per_file(n):
    return {"config.yaml": config({"rule": "*", "path": f"*/{i}.yaml"} for i in range(n)), **files_of_pods(n)}


# One pod

@shape
def containers(n):
    return in_pod("  containers:\n" + "".join(f"  - {{name: c-{i}, image: a}}\n" for i in range(n)), "")


@shape
def containers_in_blocks(n):
    return in_pod("  containers:\n" + "".join(f"  - image: a\n    name: c-{i}\n" for i in range(n)), "")


@shape
def containers_of_one_name(n):
    return in_pod("  containers:\n" + "  - {name: same, image: a}\n" * n, "")


@shape
def containers_with_everything(n):
    one = "  - {{name: c-{0}, image: a, ports: [{{containerPort: {0}, hostPort: {0}, name: p{0}}}], volumeMounts: [{{name: v-{0}, mountPath: /v/{0}}}], securityContext: {{privileged: true, procMount: Unmasked, capabilities: {{add: [SYS_ADMIN, C{0}]}}}}}}\n"
    volumes = "  volumes:\n" + "".join(f"  - {{name: v-{i}, hostPath: {{path: /v/{i}}}}}\n" for i in range(n))
    return in_pod(volumes + "  containers:\n" + "".join(one.format(i) for i in range(n)), "")


@shape
def init_containers(n):
    return in_pod("  initContainers:\n" + "".join(f"  - {{name: c-{i}, image: a}}\n" for i in range(n)))


@shape
def volumes(n):
    return in_pod("  volumes:\n" + "".join(f"  - {{name: v-{i}, emptyDir: {{}}}}\n" for i in range(n)))


@shape
def host_volumes(n):
    return in_pod("  volumes:\n" + "".join(f"  - {{name: v-{i}, hostPath: {{path: /v/{i}}}}}\n" for i in range(n)))


@shape
def volumes_of_one_name(n):
    return in_pod("  volumes:\n" + "  - {name: v, emptyDir: {}}\n" * n)


@shape
def volume_mounts(n):
    mounts = ", ".join(f"{{name: v-{i}, mountPath: /v/{i}}}" for i in range(n))
    return in_pod("", f"  containers:\n  - {{name: a, image: a, volumeMounts: [{mounts}]}}\n")


@shape
def environment(n):
    lines = "".join(f"    - name: NAME_{i}\n      value: some value\n" for i in range(n))
    return in_pod("", "  containers:\n  - name: a\n    image: a\n    env:\n" + lines)


@shape
def environment_of_secrets(n):
    lines = "".join(f"    - name: PASSWORD_{i}\n      value: abc123def{i}\n" for i in range(n))
    return in_pod("", "  containers:\n  - name: a\n    image: a\n    env:\n" + lines)


@shape
def environment_of_one_name(n):
    return in_pod("", "  containers:\n  - name: a\n    image: a\n    env:\n" + "    - {name: SAME, value: a}\n" * n)


@shape
def arguments(n):
    return in_pod("", "  containers:\n  - name: a\n    image: a\n    args:\n" + "".join(f"    - --password-{i}=abc123\n" for i in range(n)))


@shape
def ports(n):
    return in_pod("", "  containers:\n  - name: a\n    image: a\n    ports:\n" + "".join(f"    - {{containerPort: {i + 1}, name: p-{i}}}\n" for i in range(n)))


@shape
def host_ports(n):
    return in_pod("", "  containers:\n  - name: a\n    image: a\n    ports:\n" + "".join(f"    - {{containerPort: {i % 65535 + 1}, hostPort: {i % 65535 + 1}}}\n" for i in range(n)))


@shape
def capabilities(n):
    return in_pod("", "  containers:\n  - name: a\n    image: a\n    securityContext: {capabilities: {add: [" + ", ".join(f"CAP_{i}" for i in range(n)) + "]}}\n")


@shape
def sysctls(n):
    return in_pod("  securityContext:\n    sysctls:\n" + "".join(f"    - {{name: kernel.a{i}, value: '1'}}\n" for i in range(n)))


@shape
def tolerations(n):
    return in_pod("  tolerations:\n" + "".join(f"  - {{key: k-{i}, operator: Exists}}\n" for i in range(n)))


@shape
def labels(n):
    return pod("a", "  labels:\n" + "".join(f"    l-{i}: a\n" for i in range(n)))


@shape
def annotations(n):
    return pod("a", "  annotations:\n" + "".join(f"    container.apparmor.security.beta.kubernetes.io/c-{i}: unconfined\n" for i in range(n)))


@shape
def unknown_fields(n):
    return in_pod("".join(f"  unknown{i}: a\n" for i in range(n)))


@shape
def unknown_fields_in_containers(n):
    return in_pod("  containers:\n" + "".join(f"  - {{name: c-{i}, image: a, imagePullPolice: a}}\n" for i in range(n)), "")


@shape
def wrong_types(n):
    return in_pod("", "  containers:\n  - name: a\n    image: a\n    env:\n" + "".join(f"    - {{name: A{i}, value: {i}}}\n" for i in range(n)))


@shape
def keys(n):
    return "".join(f"k{i}: a\n" for i in range(n)) + pod("a")


# Objects that speak of each other

@shape
def namespaces(n):
    return documents(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: n-{i}}}\n---\n" + deployment("d", f"n-{i}") for i in range(n))


@shape
def namespaces_with_levels(n):
    levels = "    pod-security.kubernetes.io/enforce: baseline\n    pod-security.kubernetes.io/enforce-version: v1.{0}\n"
    return documents(f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: n-{i}\n  labels:\n" + levels.format(i % 40) + "---\n" + deployment("d", f"n-{i}") for i in range(n))


@shape
def namespaces_of_one_name_in_files(n):
    return {f"{i}/a.yaml": f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: n, labels: {{pod-security.kubernetes.io/enforce-version: v1.{i % 40}}}}}\n---\n" + deployment("d", "n") for i in range(n)}


@shape
def namespaces_with_policies(n):
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: n-{0}}}\nspec: {{podSelector: {{matchLabels: {{app: d}}}}, ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: n-{1}}}}}}}]}}]}}\n---\n"
    return documents(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: n-{i}}}\n---\n" + policy.format(i, i + 1) + deployment("d", f"n-{i}") for i in range(n))


@shape
def policies_in_one_namespace(n):
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p-{0}, namespace: a}}\nspec: {{podSelector: {{matchLabels: {{app: d-{0}}}}}, policyTypes: [Ingress, Egress], ingress: [{{from: [{{podSelector: {{matchLabels: {{app: d-{1}}}}}}}]}}]}}\n---\n"
    return documents(policy.format(i, i + 1) + deployment(f"d-{i}") for i in range(n))


@shape
def policies_by_expressions(n):
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p-{0}, namespace: a}}\nspec: {{podSelector: {{matchExpressions: [{{key: app, operator: NotIn, values: [d-{0}]}}]}}, policyTypes: [Ingress]}}\n---\n"
    return documents(policy.format(i) + deployment(f"d-{i}") for i in range(n))


@shape
def policies_that_fit_nothing(n):
    return documents(f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p-{i}, namespace: a}}\nspec: {{podSelector: {{matchLabels: {{app: odd-{i}}}}}}}\n---\n" + deployment(f"d-{i}") for i in range(n))


def policy(name, selector):
    return f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: a}}\nspec: {{podSelector: {{{selector}}}}}\n"


def on_host(name, labels):
    return pod(name, f"  labels: {{{labels}}}\n").replace("spec:\n", "spec:\n  hostNetwork: true\n")


def word(number, length=7):
    """A word of letters that is not near that of another number."""
    letters = ""
    for _ in range(length):
        number = (number * 1103515245 + 12345) % 2**31
        letters += chr(97 + number // 65536 % 26)
    return letters


@shape
def policies_beside_pods_on_the_host(n):
    return documents(policy(f"p-{i}", f"matchLabels: {{app: d-{i}}}") + "---\n" + on_host(f"e-{i}", f"app: e-{i}") for i in range(n))


@shape
def policies_for_pods_on_the_host(n):
    return documents(policy(f"p-{i}", f"matchLabels: {{tier: a, app: d-{i}}}") + "---\n" + on_host(f"e-{i}", f"tier: a, app: d-{i}") for i in range(n))


@shape
def policies_by_values_beside_pods_on_the_host(n):
    return documents(policy(f"p-{i}", f"matchExpressions: [{{key: app, operator: In, values: [d-{i}]}}]") + "---\n" + on_host(f"e-{i}", f"app: e-{i}") for i in range(n))


@shape
def policies_by_keys_beside_pods_on_the_host(n):
    return documents(policy(f"p-{i}", f"matchExpressions: [{{key: d-{i}, operator: Exists}}]") + "---\n" + on_host(f"e-{i}", f"app: e-{i}") for i in range(n))


@shape
def policies_by_other_values_beside_pods_on_the_host(n):
    return documents(policy(f"p-{i}", "matchExpressions: [{key: app, operator: NotIn, values: [e]}]") + "---\n" + on_host(f"e-{i}", "app: e") for i in range(n))


@shape
def policies_of_words(n):
    return documents(policy(f"p-{i}", f"matchLabels: {{app: {word(i)}}}") + "---\n" + pod(f"e-{i}", f"  labels: {{app: {word(i + 100_000)}}}\n") for i in range(n))


@shape
def policies_of_misspelt_words(n):
    return documents(policy(f"p-{i}", f"matchLabels: {{app: {word(i)}}}") + "---\n" + pod(f"e-{i}", f"  labels: {{app: {word(i)}s}}\n") for i in range(n))


@shape
def policies_of_one_misspelt_word(n):
    return documents(policy(f"p-{i}", f"matchLabels: {{app: frontned, role: r-{i}}}") + "---\n" + pod(f"e-{i}", f"  labels: {{app: frontend, role: s-{i}}}\n") for i in range(n))


@shape
def policies_with_split_peers(n):
    split = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p-{0}, namespace: a}}\nspec: {{podSelector: {{}}, ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{a: b}}}}}}, {{podSelector: {{matchLabels: {{app: d-{0}}}}}}}]}}]}}\n"
    return documents(split.format(i) + "---\n" + pod(f"e-{i}", f"  labels: {{app: e-{i}}}\n") for i in range(n))


@shape
def peers_of_one_policy(n):
    peers = "".join(f"    - podSelector: {{matchLabels: {{app: d-{i}}}}}\n" for i in range(n))
    return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: a}\nspec:\n  podSelector: {}\n  ingress:\n  - from:\n" + peers


@shape
def addresses_of_one_policy(n):
    peers = "".join(f"    - ipBlock: {{cidr: 10.{i // 256 % 256}.{i % 256}.0/24}}\n" for i in range(n))
    return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: a}\nspec:\n  podSelector: {}\n  egress:\n  - to:\n" + peers


@shape
def owned_pods(n):
    owners = "  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: r-{0}}}]\n"
    return a_list(text for i in range(n) for text in (pod(f"p-{i}", owners.format(i // 3)), deployment(f"r-{i}").replace("Deployment", "ReplicaSet")))


@shape
def pods_owned_by_each_other(n):
    owners = "  ownerReferences: [{{apiVersion: v1, kind: Pod, name: p-{0}}}]\n"
    return a_list(pod(f"p-{i}", owners.format(i + 1)) for i in range(n))


@shape
def owners_of_one_pod(n):
    return pod("a", "  ownerReferences:\n" + "".join(f"  - {{apiVersion: v1, kind: Pod, name: p-{i}}}\n" for i in range(n)))


@shape
def gateways_and_routes(n):
    gateway = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: g-{0}, namespace: a}}\nspec: {{gatewayClassName: a, listeners: [{{name: l, port: 80, protocol: HTTP, hostname: h{0}.example.com}}]}}\n---\n"
    route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: r-{0}, namespace: a}}\nspec: {{hostnames: [h{0}.example.com], parentRefs: [{{name: g-{0}}}]}}\n"
    return documents(gateway.format(i) + route.format(i) for i in range(n))


@shape
def services(n):
    return documents(f"apiVersion: v1\nkind: Service\nmetadata: {{name: s-{i}, namespace: a}}\nspec: {{type: LoadBalancer, selector: {{app: d-{i}}}, ports: [{{port: 80}}]}}\n---\n" + deployment(f"d-{i}") for i in range(n))


@shape
def rules_and_certificates_of_one_ingress(n):
    hosts = "  tls:\n" + "".join(f"  - {{hosts: [t{i}.example.com], secretName: s}}\n" for i in range(n))
    return rules_of_one_ingress(n) + hosts


@shape
def ingresses(n):
    return documents(f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: s-{i}, namespace: a}}\nspec: {{rules: [{{host: h{i}.example.com, http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: s-{i}, port: {{number: 80}}}}}}}}]}}}}]}}\n" for i in range(n))


@shape
def rules_of_one_ingress(n):
    rules = "".join(f"  - {{host: h{i}.example.com, http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: s, port: {{number: 80}}}}}}}}]}}}}\n" for i in range(n))
    return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: s, namespace: a}\nspec:\n  rules:\n" + rules


def role(name, kind="Role"):
    return f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: a}}\nrules: [{{apiGroups: [''], resources: [secrets], verbs: [get, list]}}]\n".replace(", namespace: a" if kind == "ClusterRole" else "\0", "")


def binding(name, of, subject, kind="Role"):
    where = "" if kind == "ClusterRole" else ", namespace: a"
    return f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}Binding\nmetadata: {{name: {name}{where}}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {kind}, name: {of}}}\nsubjects: [{{kind: ServiceAccount, name: {subject}, namespace: a}}]\n"


@shape
def roles_and_bindings(n):
    return documents(role(f"r-{i}") + "---\n" + binding(f"b-{i}", f"r-{i}", f"s-{i}") for i in range(n))


@shape
def cluster_roles_and_bindings(n):
    return documents(role(f"r-{i}", "ClusterRole") + "---\n" + binding(f"b-{i}", f"r-{i}", f"s-{i}", "ClusterRole") for i in range(n))


@shape
def roles_and_bindings_of_words(n):
    return documents(role(word(i)) + "---\n" + binding(f"b-{i}", word(i + 100_000), f"s-{i}") for i in range(n))


@shape
def service_accounts_of_words(n):
    return documents(f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {word(i)}, namespace: a}}\n---\n" + binding(f"b-{i}", "r", word(i + 100_000)) for i in range(n))


@shape
def roles_of_one_name_in_files(n):
    return {f"{i}/a.yaml": role("r") + "---\n" + binding("b", "r", "s") for i in range(n)}


@shape
def service_accounts_of_one_name_in_files(n):
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s, namespace: a}\n---\n"
    return {f"{i}/a.yaml": account + pod("p").replace("spec:\n", "spec:\n  serviceAccountName: s\n") for i in range(n)}


@shape
def bindings_of_one_role(n):
    return role("r") + "---\n" + documents(binding(f"b-{i}", "r", f"s-{i}") for i in range(n))


@shape
def bindings_for_one_account(n):
    return documents(role(f"r-{i}") + "---\n" + binding(f"b-{i}", f"r-{i}", "s") for i in range(n))


@shape
def aggregated_roles(n):
    one = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r-{0}, labels: {{l-{0}: 'true'}}}}\naggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{l-{1}: 'true'}}}}]}}\nrules: []\n"
    return documents(one.format(i, i + 1) for i in range(n))


@shape
def rules_of_one_role(n):
    return "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: a}\nrules:\n" + "".join(f"- {{apiGroups: [''], resources: [secrets], resourceNames: [n-{i}], verbs: [get]}}\n" for i in range(n))


@shape
def resources_of_one_role(n):
    return "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: a}\nrules:\n- apiGroups: ['']\n  verbs: [get]\n  resources:\n" + "".join(f"  - thing{i}\n" for i in range(n))


@shape
def subjects_of_one_binding(n):
    subjects = "".join(f"- {{kind: ServiceAccount, name: s-{i}, namespace: a}}\n" for i in range(n))
    return role("r") + "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: a}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}\nsubjects:\n" + subjects


@shape
def service_accounts(n):
    return documents(f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: s-{i}, namespace: a}}\n---\n" + pod(f"p-{i}").replace("spec:\n", f"spec:\n  serviceAccountName: s-{i}\n") + "---\n" + binding(f"b-{i}", "r", f"s-{i}") for i in range(n))


@shape
def limit_ranges(n):
    return documents(f"apiVersion: v1\nkind: LimitRange\nmetadata: {{name: l-{i}, namespace: a}}\nspec: {{limits: [{{type: Container, default: {{memory: 1Gi}}}}]}}\n---\n" + pod(f"p-{i}") for i in range(n))


@shape
def limits_of_one_limit_range(n):
    return "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l, namespace: a}\nspec:\n  limits:\n" + "  - {type: Container, max: {memory: 1Gi}}\n" * n + "---\n" + pod("a")


@shape
def quotas(n):
    return documents(f"apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: q-{i}, namespace: a}}\nspec: {{hard: {{limits.memory: 1Gi, pods: 10}}}}\n---\n" + pod(f"p-{i}") for i in range(n))


def quota(name, spec):
    return f"apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: {name}, namespace: a}}\nspec: {{{spec}}}\n"


def limit_range(name, item):
    return f"apiVersion: v1\nkind: LimitRange\nmetadata: {{name: {name}, namespace: a}}\nspec: {{limits: [{{{item}}}]}}\n"


def in_class(name, containers="[{name: a, image: a}]"):
    return pod(name, containers=containers).replace("spec:\n", f"spec:\n  priorityClassName: {name}\n")


@shape
def quotas_of_classes(n):
    scope = "hard: {{pods: 0}}, scopeSelector: {{matchExpressions: [{{scopeName: PriorityClass, operator: In, values: [p-{0}]}}]}}"
    return documents(quota(f"q-{i}", scope.format(i)) + "---\n" + in_class(f"p-{i}") for i in range(n))


@shape
def quotas_of_other_classes(n):
    scope = "hard: {{pods: 0}}, scopeSelector: {{matchExpressions: [{{scopeName: PriorityClass, operator: NotIn, values: [p-{0}]}}]}}"
    return documents(quota(f"q-{i}", scope.format(i)) + "---\n" + in_class(f"p-{i}") for i in range(n))


@shape
def classes_of_one_quota(n):
    scope = "hard: {{pods: 0}}, scopeSelector: {{matchExpressions: [{{scopeName: PriorityClass, operator: In, values: [{0}]}}]}}"
    return quota("q", scope.format(", ".join(f"p-{i}" for i in range(n)))) + "---\n" + documents(in_class(f"p-{i}") for i in range(n))


@shape
def quotas_of_resources(n):
    return documents(quota(f"q-{i}", f"hard: {{requests.example.com/r{i}: 0}}") + "---\n" + pod(f"p-{i}", containers=f"[{{name: a, image: a, resources: {{limits: {{example.com/r{i}: 1}}}}}}]") for i in range(n))


@shape
def resources_of_one_quota(n):
    hard = ", ".join(f"requests.example.com/r{i}: 0" for i in range(n))
    return quota("q", f"hard: {{{hard}}}") + "---\n" + documents(pod(f"p-{i}") for i in range(n))


@shape
def quotas_that_differ(n):
    return {f"{i}/a.yaml": quota("q", f"hard: {{pods: {i}}}") + "---\n" + pod(f"p-{i}") for i in range(n)}


@shape
def quotas_of_many_names_that_differ(n):
    halves = (documents(quota(f"q-{i}", f"hard: {{pods: {j}}}") + "---\n" + pod(f"p-{i}") for i in range(n)) for j in range(2))
    return {f"{j}/a.yaml": text for j, text in enumerate(halves)} | {"b.yaml": ""}


@shape
def quotas_and_workloads(n):
    return documents(quota(f"q-{i}", f"hard: {{limits.memory: {i}Gi, pods: 2}}") + "---\n" + deployment(f"d-{i}").replace("spec:\n  selector", "spec:\n  replicas: 3\n  selector") + "        resources: {limits: {memory: 2Gi}}\n" for i in range(n))


@shape
def quotas_and_services(n):
    return documents(quota(f"q-{i}", "hard: {services: 0}") + f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: s-{i}, namespace: a}}\nspec: {{selector: {{a: b}}, ports: [{{port: 80}}]}}\n" for i in range(n))


@shape
def limit_ranges_that_differ(n):
    return {f"{i}/a.yaml": limit_range("l", f"type: Container, max: {{memory: {i + 1}Gi}}") + "---\n" + pod(f"p-{i}") for i in range(n)}


@shape
def limit_ranges_of_resources_that_differ(n):
    return {f"{i}/a.yaml": limit_range("l", f"type: Container, max: {{r{i}: 1}}") + "---\n" + pod(f"p-{i}") for i in range(n)}


@shape
def limit_ranges_of_many_names_that_differ(n):
    halves = (documents(limit_range(f"l-{i}", f"type: Container, max: {{memory: {j + 1}Gi}}") + "---\n" + pod(f"p-{i}") for i in range(n)) for j in range(2))
    return {f"{j}/a.yaml": text for j, text in enumerate(halves)} | {"b.yaml": ""}


@shape
def resources_of_one_limit_range(n):
    item = ", ".join(f"r{i}: 1" for i in range(n))
    return limit_range("l", f"type: Container, max: {{{item}}}") + "---\n" + documents(pod(f"p-{i}") for i in range(n))


@shape
def limit_ranges_and_claims(n):
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: c-{0}, namespace: a}}\nspec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 9Gi}}}}}}\n"
    return documents(limit_range(f"l-{i}", "type: PersistentVolumeClaim, max: {storage: 5Gi}") + "---\n" + claim.format(i) for i in range(n))


@shape
def kustomizations(n):
    return {name: text for i in range(n) for name, text in ((f"{i}/kustomization.yaml", "namespace: a\nresources: [pod.yaml]\npatches: [{path: patch.yaml}]\n"), (f"{i}/pod.yaml", pod(f"p-{i}")))}


@shape
def resources_of_one_kustomization(n):
    return {"kustomization.yaml": "namespace: a\nresources:\n" + "".join(f"- {i}.yaml\n" for i in range(n)), **files_of_pods(n)}


@shape
def custom_definitions(n):
    one = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: odds{0}.example.com}}\nspec: {{group: example.com, scope: Namespaced, names: {{plural: odds{0}, kind: Odd{0}}}, versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{a: {{type: string}}}}}}}}}}}}}}]}}\n---\napiVersion: example.com/v1\nkind: Odd{0}\nmetadata: {{name: o, namespace: a}}\nspec: {{a: b, c: d}}\n"
    return documents(one.format(i) for i in range(n))


@shape
def one_custom_definition(n):
    fields = "".join(f"              f{i}: {{type: string}}\n" for i in range(n))
    return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: odds.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: odds, kind: Odd}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          spec:\n            type: object\n            properties:\n" + fields


@shape
def objects_of_a_custom_definition(n):
    return one_custom_definition(1) + "---\n" + documents(f"apiVersion: example.com/v1\nkind: Odd\nmetadata: {{name: o-{i}, namespace: a}}\nspec: {{f0: a, g0: b}}\n" for i in range(n))


@shape
def long_fields_of_a_custom_object(n):
    fields = one_custom_definition(n).replace("  f", "  theFieldOfNumber")
    return fields + "---\napiVersion: example.com/v1\nkind: Odd\nmetadata: {name: o, namespace: a}\nspec:\n" + "".join(f"  theFieldOfNumber{i}: a\n" for i in range(n))


@shape
def definitions_of_one_kind(n):
    return documents(one_custom_definition(1) for i in range(n)) + "---\napiVersion: example.com/v1\nkind: Odd\nmetadata: {name: o, namespace: a}\nspec: {g0: a}\n"


@shape
def fields_of_a_custom_object(n):
    return one_custom_definition(n) + "---\napiVersion: example.com/v1\nkind: Odd\nmetadata: {name: o, namespace: a}\nspec:\n" + "".join(f"  f{i}: a\n  g{i}: a\n" for i in range(n))


@shape
def unknown_kinds(n):
    return documents(f"apiVersion: example.com/v1\nkind: Odd{i}\nmetadata: {{name: o, namespace: a}}\nspec: {{a: b}}\n" for i in range(n))


@shape
def config_maps_with_manifests(n):
    body = "".join("    " + line + "\n" for line in pod("p").splitlines())
    return documents(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m-{i}, namespace: a}}\ndata:\n  a.yaml: |\n{body}" for i in range(n))


@shape
def keys_of_one_config_map_with_manifests(n):
    body = "".join("    " + line + "\n" for line in pod("p").splitlines())
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: a}\ndata:\n" + "".join(f"  a{i}.yaml: |\n{body}" for i in range(n))


@shape
def manifests_in_one_key(n):
    body = "".join("    " + line + "\n" for line in documents_of_pods(n).splitlines())
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: a}\ndata:\n  a.yaml: |\n" + body


@shape
def secrets(n):
    return documents(f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s-{i}, namespace: a}}\nstringData: {{password: abc123def{i}}}\n" for i in range(n))


@shape
def keys_of_one_secret(n):
    return "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: a}\nstringData:\n" + "".join(f"  k{i}: abc123def{i}\n" for i in range(n))


@shape
def keys_of_one_config_map(n):
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s, namespace: a}\ndata:\n" + "".join(f"  password{i}: abc123def{i}\n" for i in range(n))


@shape
def external_secrets(n):
    return documents(f"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: e-{i}, namespace: a}}\nspec: {{secretStoreRef: {{name: s-{i}}}, target: {{name: t-{i}}}, data: [{{secretKey: a, remoteRef: {{key: b}}}}]}}\n---\napiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {{name: s-{i}, namespace: a}}\nspec: {{provider: {{vault: {{server: 'http://a', path: a, auth: {{}}}}}}}}\n" for i in range(n))


@shape
def external_secrets_of_one_target(n):
    return documents(f"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: e-{i}, namespace: a}}\nspec: {{secretStoreRef: {{name: s}}, target: {{name: same}}, data: [{{secretKey: a, remoteRef: {{key: b}}}}]}}\n" for i in range(n))


@shape
def data_of_one_external_secret(n):
    return "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e, namespace: a}\nspec:\n  secretStoreRef: {name: s}\n  target: {name: t}\n  data:\n" + "".join(f"  - {{secretKey: k{i}, remoteRef: {{key: b}}}}\n" for i in range(n))


# Files of the API server

@shape
def encryption_entries(n):
    return "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n" + "".join(f"- {{resources: [r{i}], providers: [{{identity: {{}}}}]}}\n" for i in range(n))


@shape
def encryption_resources(n):
    return "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- providers: [{identity: {}}]\n  resources:\n" + "".join(f"  - r{i}\n" for i in range(n))


@shape
def encryption_providers(n):
    return "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n" + "".join(f"  - kms: {{apiVersion: v2, name: k{i}, endpoint: 'unix:///a{i}'}}\n" for i in range(n))


@shape
def encryption_keys(n):
    return "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc:\n      keys:\n" + "".join(f"      - {{name: k{i}, secret: c2VjcmV0IGlzIHNlY3VyZSwgSSB0aGluaw==}}\n" for i in range(n))


@shape
def audit_rules(n):
    return "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n" + "".join(f"- {{level: Metadata, resources: [{{group: '', resources: [r{i}]}}]}}\n" for i in range(n))


@shape
def audit_rules_that_never_apply(n):
    return "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n" + "".join(f"- {{level: None, users: [u{i}]}}\n" for i in range(n))


@shape
def audit_rules_of_users(n):
    return "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n" + "".join(f"- {{level: None, users: [u{i}], verbs: [get], namespaces: [n{i}]}}\n" for i in range(n)) + "- level: Metadata\n"


@shape
def audit_users(n):
    return "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n  users:\n" + "".join(f"  - u{i}\n" for i in range(n)) + "- level: Metadata\n"


def admission(exemptions):
    return "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: PodSecurity\n  configuration:\n    apiVersion: pod-security.admission.config.k8s.io/v1\n    kind: PodSecurityConfiguration\n    defaults: {enforce: baseline}\n    exemptions:\n" + exemptions


@shape
def exempt_namespaces(n):
    return admission("      namespaces:\n" + "".join(f"      - n{i}\n" for i in range(n)))


@shape
def exempt_namespaces_beside_namespaces(n):
    labels = "{pod-security.kubernetes.io/enforce: baseline}"
    return exempt_namespaces(n) + "---\n" + documents(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: m{i}, labels: {labels}}}\n" for i in range(n))


@shape
def exempt_users(n):
    return admission("      usernames:\n" + "".join(f"      - u{i}\n" for i in range(n)))


@shape
def admission_plugins(n):
    return "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n" + "".join(f"- {{name: P{i}, path: /p{i}.yaml}}\n" for i in range(n))


# Measuring

def size_of(made):
    return sum(map(len, made.values())) if isinstance(made, dict) else len(made)


def fitting(function, size):
    """The number for which a shape has about this size."""
    few, many = size_of(function(64)), size_of(function(128))
    each = max((many - few) / 64, 1)
    return max(int((size - few) / each) + 64, 1)


def written(made, folder):
    """Writes files, and returns the words of the command and its standard input."""
    if not isinstance(made, dict):
        made = {"input.yaml": made}
    os.makedirs(os.path.join(folder, "input"))
    words, stdin = [], os.devnull
    for name, text in made.items():
        if name == "config.yaml":
            path = os.path.join(folder, name)
            words += ["--config", path]
        else:
            path = os.path.join(folder, "input", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        if name == "-":
            stdin = path
    if stdin != os.devnull:
        words += ["-f", "-"]
    elif len(made) < 3:
        words += ["-f", os.path.join(folder, "input", next(it for it in made if it != "config.yaml"))]
    else:
        words += ["-R", "-f", os.path.join(folder, "input")]
    return words, stdin


def run(binary, words, stdin):
    """CPU seconds, megabytes at most, and the exit code."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(os.open(stdin, os.O_RDONLY), 0)
        os.dup2(null, 1)
        os.dup2(null, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (GIVEN_UP_AFTER, GIVEN_UP_AFTER))
        os.execv(binary, [binary, "check", *words])
    _, status, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def measured(binary, inputs):
    """The best of some runs with half and with all of an input, in turn."""
    halves, wholes = [], []
    for _ in range(4):
        halves.append(run(binary, *inputs[0]))
        wholes.append(run(binary, *inputs[1]))
        if wholes[-1][0] > 1:
            break
    return min(halves), min(wholes)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("other", nargs="?")
    parser.add_argument("--shape", action="append", choices=SHAPES, metavar="NAME")
    parser.add_argument("--output", default="json", metavar="FORMAT")
    parser.add_argument("--size", type=int, default=MEGABYTE, metavar="BYTES")
    arguments = parser.parse_args()
    binaries = [os.path.abspath(it) for it in (arguments.binary, arguments.other) if it]
    work = tempfile.mkdtemp()
    os.chdir(work)
    tiny = written(pod("a"), os.path.join(work, "tiny"))
    start = [min(run(it, *tiny)[0] for _ in range(5)) for it in binaries]
    heads = "".join(f"{name:>9} {'2n':>9} {'growth':>7} {'memory':>9}" for name in ("n", "other n")[: len(binaries)])
    print(f"{'shape, with -o ' + arguments.output:40} {heads}", flush=True)
    missed = []
    for name in arguments.shape or SHAPES:
        count = fitting(SHAPES[name], arguments.size) // 2
        inputs = []
        for number in (count, 2 * count):
            words, stdin = written(SHAPES[name](number), os.path.join(work, name, str(number)))
            inputs.append((["-o", arguments.output, *words], stdin))
        row, verdict = "", ""
        for index, binary in enumerate(binaries):
            half, whole = measured(binary, inputs)
            growth = (whole[0] - start[index]) / max(half[0] - start[index], 0.001)
            dead = [str(it[2]) for it in (half, whole) if it[2] not in (0, 1, 3)]
            row += f"{half[0]:8.3f}s {whole[0]:8.3f}s {growth:7.1f} {whole[1]:6.0f} MB" + "".join(f" exit {it}" for it in dead)
            # What takes less than a few hundredths of a second is mere noise.
            grows = growth > MOST_GROWTH and whole[0] > start[0] + 0.03
            if index == 0 and (dead or grows or whole[0] > MOST_SECONDS):
                missed.append(name)
                verdict = "  missed"
        print(f"{name:40} {row}{verdict}", flush=True)
        shutil.rmtree(os.path.join(work, name))
    shutil.rmtree(work)
    print(f"{len(missed)} missed: {', '.join(missed)}" if missed else "nothing missed")
    sys.exit(bool(missed))


main()
