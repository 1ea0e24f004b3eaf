//! Stores that are asked in plain text.

use harden_yaml::Action;

use crate::external_secrets::provider;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unencrypted-store-server",
    category: Category::ExternalSecrets,
    severity: Severity::Medium,
    level: None,
    summary: "a store is asked over http://",
    why: "Everyone on the way, a pod on the same node included, reads the operator's token and the \
          secrets, and can answer in the place of the store.",
    remedy: "use https://, with caProvider for a CA of your own",
    breaks: "The server must speak TLS at this port, with a certificate of a CA that the operator trusts: name one of your own in caProvider.",
    mend: Mend::WithThought,
    references: &[Reference::Page(
        "https://external-secrets.io/latest/guides/security-best-practices/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  name: store
  namespace: team-a
spec:
  provider:
    vault:
      server: http://vault.vault.svc:8200
      path: secret
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: team-a
          serviceAccountRef:
            name: eso-vault
",
    good: "\
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  name: store
  namespace: team-a
spec:
  provider:
    vault:
      server: https://vault.vault.svc:8200
      path: secret
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: team-a
          serviceAccountRef:
            name: eso-vault
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(provider) = provider(object) else { return };
    for path in ["vault.server", "onepassword.connectHost", "kubernetes.server.url"] {
        let place = provider.follow(path);
        let is_plain = |it: &str| {
            it.get(..7).is_some_and(|it| it.eq_ignore_ascii_case("http://")) && !is_local(it)
        };
        if place.as_str().is_some_and(is_plain) {
            let rest = place.as_str().and_then(|it| it.get(7..)).unwrap_or_default();
            // What may hold a password is not repeated.
            let is_plain = !rest.is_empty() && !rest.contains(['@', '?', '#']);
            let change = is_plain.then(|| Action::set(format!("https://{rest}")));
            reporter.flag(place, "the store is asked in plain text", change);
        }
    }
}

/// Whether the server is beside the operator in its pod.
fn is_local(url: &str) -> bool {
    let host = url.get(7..).unwrap_or_default();
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|it| {
        host.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn an_agent_in_the_same_pod_is_not_on_the_network() {
        let server = |text: &str| {
            messages(
                &RULE,
                &format!(
                    "{{apiVersion: external-secrets.io/v1, kind: SecretStore, spec: {{provider: {{vault: {{server: '{text}'}}}}}}}}"
                ),
            )
            .len()
        };
        assert_eq!(server("http://vault:8200"), 1);
        assert_eq!(server("HTTP://localhost.example.com"), 1);
        assert_eq!(server("http://127.0.0.1:8200"), 0);
        assert_eq!(server("https://vault:8200"), 0);
    }
}
