//! Examples for every command, which its help ends with.

use clap::Command;

/// A command, and what is typed after `kubectl harden`.
pub(super) const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "check manifests/",
            "namespace team-a | kubectl apply --server-side -f -",
            "namespace team-a --apply --diff",
            "simulate pod-security -f pod.yaml",
        ],
    ),
    (
        "check",
        &[
            "check manifests/ -R",
            "check pod.yaml --level baseline --kubernetes-version 1.30",
            "check -k deploy/ --output-file sarif=harden.sarif",
            "check - --fail-on never -o wide",
            "check https://example.com/pod.yaml --rule host-port",
            "check --snapshot cluster.snapshot -n team-a",
        ],
    ),
    (
        "plan",
        &[
            "plan team-a",
            "plan -A --level baseline -o markdown",
            "plan -f manifests/ -R",
            "plan -A --admission-config admission.yaml -o json",
        ],
    ),
    (
        "fix",
        &[
            "fix manifests/ -R",
            "fix pod.yaml --level baseline --write",
            "fix - -o yaml | kubectl apply --server-side -f -",
            "fix manifests/ --patch kustomize --output-dir overlay/",
            "fix manifests/ --pin --write",
        ],
    ),
    (
        "sign",
        &[
            "sign --new-key cosign.key",
            "sign shop.example/web@sha256:… --key cosign.key",
            "sign shop.example/web@sha256:… --key cosign.key \\\n    --predicate provenance.json --type slsa-provenance",
        ],
    ),
    (
        "who-can",
        &[
            "who-can get secrets -n team-a",
            "who-can create deployments.apps/scale web -f manifests/ -R",
            "who-can get /metrics --include-system",
            "who-can '*' '*' -o json",
            "who-can escalate clusterroles --near-misses",
        ],
    ),
    (
        "what-can",
        &[
            "what-can alice --group dev",
            "what-can team-a/web -f manifests/ -R",
            "what-can '*' -o csv",
            "what-can '*' -f manifests/ -R --against origin/main",
        ],
    ),
    ("explain", &["explain privileged-container", "explain hostPorts"]),
    ("rules", &["rules --category network", "rules --min-severity high -o json"]),
    (
        "who-can become",
        &[
            "who-can become cluster-admin --cut",
            "who-can become node --from team-a/ci -f manifests/ -R",
            "who-can become secrets --from group:developers -o wide",
            "who-can become shop/operator --snapshot cluster.snapshot",
            "who-can become kube-system -o mermaid",
        ],
    ),
    (
        "verify",
        &[
            "verify registry.example/shop/web:1.4 --key cosign.pub",
            "verify -f manifests/ --key cosign.pub --lock",
            "verify -A --lock -o json",
            "verify --file app.tar.gz --bundle app.sigstore.json --key k.pub",
        ],
    ),
    (
        "simulate",
        &[
            "simulate admission manifests/ --policy policies/",
            "simulate pod-security -f pod.yaml",
            "simulate audit -f policy.yaml --events audit.log",
            "simulate network manifests/ --from team-a/web --to db/postgres:5432",
        ],
    ),
    (
        "simulate admission",
        &[
            "simulate admission manifests/ -R",
            "simulate admission pod.yaml --policy policies/ --user alice",
            "simulate admission - --policy policy.yaml --operation delete -o json",
            "simulate admission new.yaml --old old.yaml --snapshot cluster.snapshot",
        ],
    ),
    (
        "simulate network",
        &[
            "simulate network manifests/ -R",
            "simulate network --from team-a/web --to db/postgres:5432",
            "simulate network manifests/ --against origin/main",
            "simulate network manifests/ --output-file svg=network.svg",
        ],
    ),
    (
        "simulate pod-security",
        &[
            "simulate pod-security -f pod.yaml --level baseline",
            "simulate pod-security -f - -o json --kubernetes-version 1.30",
        ],
    ),
    (
        "simulate audit",
        &[
            "simulate audit -f policy.yaml --user alice --verb get --resource pods",
            "simulate audit -f policy.yaml --user alice --verb get \\\n    --non-resource-url /metrics",
            "simulate audit -f policy.yaml --events audit.log --summary",
        ],
    ),
    (
        "namespace",
        &[
            "namespace team-a | kubectl apply --server-side -f -",
            "namespace team-a --apply --dry-run=server --diff",
            "namespace team-a --allow-from ingress-nginx:8080 --output-dir team-a/",
        ],
    ),
    (
        "role",
        &[
            "role read-only -n team-a --group team-a",
            "role --from-audit audit.log --user alice",
            "role --from-audit audit.log --user alice --unused -f roles.yaml",
            "role --for-manifests chart.yaml --serviceaccount ci/deployer",
        ],
    ),
    (
        "network-policy",
        &[
            "network-policy manifests/ -R",
            "network-policy -f app.yaml -n shop --ingress-from ingress-nginx",
            "network-policy -A --allow-apiserver cluster --dns cluster",
            "network-policy -k overlays/prod --enforcer cilium",
        ],
    ),
    (
        "pod-security",
        &[
            "pod-security --output-file admission.yaml",
            "pod-security --level baseline --print-flags",
        ],
    ),
    (
        "admission-policy",
        &[
            "admission-policy restricted --mode audit",
            "admission-policy mutable-image-tag host-port --engine kyverno",
            "admission-policy pod-access --break-glass on-call --apply",
            "admission-policy unlisted-registry --set registry=ghcr.io/example",
            "admission-policy -f policies.yaml --engine kyverno",
        ],
    ),
    (
        "image-policy",
        &[
            "image-policy -A --key cosign.pub",
            "image-policy manifests/ -R --key cosign.pub --output-dir policies/",
            "image-policy --registry ghcr.io/example --key awskms:///alias/release",
            "image-policy manifests/ --lock kubectl-harden.lock",
            "image-policy --registry ghcr.io/example \\\n    --issuer https://token.actions.githubusercontent.com \\\n    --subject-regexp '^https://github\\.com/example/.+$'",
        ],
    ),
    (
        "external-secret",
        &[
            "external-secret -f secret.yaml --store vault",
            "external-secret app -n team-a --from-cluster app --store-name vault",
        ],
    ),
    (
        "encryption",
        &[
            "encryption --output-file encryption.yaml",
            "encryption --print-flags --automatic-reload",
        ],
    ),
    (
        "encryption enable",
        &["encryption enable", "encryption enable --stage add --output-file added.yaml"],
    ),
    (
        "encryption rotate",
        &[
            "encryption rotate -f encryption.yaml --output-dir rotation/",
            "encryption rotate -f encryption.yaml --stage status --verify",
        ],
    ),
    ("encryption disable", &["encryption disable -f encryption.yaml --output-dir plain/"]),
    (
        "audit-policy",
        &[
            "audit-policy --output-file audit-policy.yaml",
            "audit-policy --profile minimal --estimate audit.log",
        ],
    ),
    (
        "snapshot",
        &["snapshot -A --output-file cluster.snapshot", "snapshot -n team-a | ssh desk 'cat > a'"],
    ),
    (
        "mcp",
        &[
            "mcp",
            "mcp --context staging --as auditor",
            "mcp --transport http --listen 127.0.0.1:8484",
        ],
    ),
    ("playground", &["playground", "playground --port 8080 --no-open"]),
    ("completion", &["completion bash", "completion zsh"]),
    ("version", &["version -o json"]),
    ("help", &["help check", "help simulate audit"]),
];

/// Adds the examples of a command and of those below it, before what it says at the end.
pub(super) fn with_examples(command: Command, name: &str) -> Command {
    let command = command.mut_subcommands(|it| {
        let name = format!("{name} {}", it.get_name()).trim().to_owned();
        with_examples(it, &name)
    });
    let Some((_, examples)) = EXAMPLES.iter().find(|(it, _)| *it == name) else { return command };
    let mut text = "Examples:".to_owned();
    for example in *examples {
        text.push_str("\n  kubectl harden ");
        text.push_str(example);
    }
    if let Some(end) = command.get_after_help() {
        text.push_str("\n\n");
        text.push_str(&end.to_string());
    }
    command.after_help(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(above: &str, command: &Command, names: &mut Vec<String>) {
        names.push(above.to_owned());
        for inner in command.get_subcommands() {
            self::names(format!("{above} {}", inner.get_name()).trim(), inner, names);
        }
    }

    #[test]
    fn every_command_has_examples_that_it_reads_itself() {
        let command = crate::cli::command();
        let mut all = Vec::new();
        names("", &command, &mut all);
        all.sort();
        let mut there: Vec<_> = EXAMPLES.iter().map(|(name, _)| (*name).to_owned()).collect();
        there.sort();
        assert_eq!(all, there);
        for (name, examples) in EXAMPLES {
            assert!(!examples.is_empty());
            for example in *examples {
                assert!(example.starts_with(name), "{name}: {example}");
                let words = example.split(" | ").next().unwrap_or_default();
                let words = words.split_whitespace().filter(|it| *it != "\\");
                let words = ["kubectl-harden"].into_iter().chain(words);
                command.clone().try_get_matches_from(words).expect(example);
                let widths =
                    example.lines().map(|it| it.chars().count() + "  kubectl harden ".len());
                assert!(widths.max() <= Some(88), "{example} is cut on a terminal of 80 columns");
            }
        }
    }
}
