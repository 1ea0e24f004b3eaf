//! Every store that `external-secret` can make: each provider with each way of proving oneself.

use std::path::PathBuf;

/// The folder with the operator's own definitions; `None`, said aloud, where it is not at hand.
pub(crate) fn definitions() -> Option<PathBuf> {
    harness::Need::Definitions.at("external-secrets/config/crds/bases")
}

/// What follows `external-secret app -n team-a …`.
pub(crate) const STORES: [&str; 23] = [
    "--store vault --vault-server https://vault.vault.svc:8200",
    "--store vault --vault-server https://vault.vault.svc:8200 --vault-kv v1 --vault-mount kv/team --auth kubernetes --vault-role reader --vault-auth-mount clusters/a --vault-namespace admin --ca-config-map vault-ca",
    "--store vault --vault-server https://vault.vault.svc:8200 --auth jwt",
    "--store vault --vault-server https://vault.vault.svc:8200 --auth approle",
    "--store vault --vault-server https://vault.vault.svc:8200 --auth static",
    "--store aws-secrets-manager --aws-region eu-west-1 --aws-role arn:aws:iam::123456789012:role/eso",
    "--store aws-secrets-manager --aws-region eu-west-1 --auth static",
    "--store aws-secrets-manager --aws-region eu-west-1 --auth static --aws-role arn:aws:iam::123456789012:role/eso --credentials aws",
    "--store aws-parameter-store --aws-region eu-west-1 --aws-role arn:aws:iam::123456789012:role/eso",
    "--store aws-parameter-store --aws-region eu-west-1 --auth static",
    "--store gcp --gcp-project my-project",
    "--store gcp --gcp-project my-project --gcp-cluster prod --gcp-cluster-location europe-west1 --gcp-service-account eso@my-project.iam.gserviceaccount.com",
    "--store gcp --gcp-project my-project --auth static",
    "--store azure --azure-vault https://kv-prod.vault.azure.net --azure-client 11111111-1111-1111-1111-111111111111",
    "--store azure --azure-vault https://kv-prod.vault.azure.net --azure-client 11111111-1111-1111-1111-111111111111 --azure-tenant 22222222-2222-2222-2222-222222222222",
    "--store azure --azure-vault https://kv-prod.vault.azure.net --azure-tenant 22222222-2222-2222-2222-222222222222 --auth static",
    "--store onepassword --onepassword-vault production",
    "--store onepassword --onepassword-vault production --onepassword-host https://connect.onepassword.svc:8443",
    "--store kubernetes --kubernetes-namespace shared",
    "--store kubernetes --kubernetes-namespace shared --service-account reader",
    "--store kubernetes --kubernetes-namespace shared --kubernetes-server https://10.0.0.1:6443 --ca-config-map other-ca",
    "--store kubernetes --kubernetes-namespace shared --auth static",
    "--store fake",
];

/// What is to come from the store, and how.
pub(crate) const SECRETS: [&str; 6] = [
    "--key password,user",
    "--data-from --refresh-policy on-change",
    "--type tls --creation-policy orphan --deletion-policy delete",
    "--type dockerconfigjson --refresh-policy created-once",
    "--type basic-auth --creation-policy merge --deletion-policy merge",
    "--type ssh-auth --creation-policy create-or-merge --refresh-interval 30m",
];

/// Each store as each kind, with every Secret, numbered so that all of them can be in one cluster.
pub(crate) fn everything() -> Vec<String> {
    let mut lines = Vec::new();
    for store in STORES {
        for kind in ["SecretStore", "ClusterSecretStore"] {
            for secret in SECRETS {
                let number = lines.len();
                // A fake store takes nothing, and 1Password takes single keys only.
                let is_onepassword = store.contains("onepassword");
                let is_rejected =
                    store.contains("fake") || (is_onepassword && secret.contains("--data-from"));
                let push = if is_rejected { "" } else { " --push" };
                let allow =
                    if kind == "SecretStore" { "" } else { " --allow-namespace-label team=a" };
                lines.push(format!(
                    "external-secret app-{number} -n team-a {secret} {store} --store-kind {kind} --store-name store-{number}{push}{allow}"
                ));
            }
        }
    }
    lines
}
