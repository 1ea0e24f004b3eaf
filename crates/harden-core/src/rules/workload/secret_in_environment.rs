//! Secrets that stand in the environment of a manifest.

use super::containers::quoted;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};
use crate::secrecy::credentials;

pub(super) static RULE: Rule = Rule {
    id: "secret-in-environment",
    category: Category::Workload,
    severity: Severity::High,
    level: None,
    summary: "a secret stands in the manifest as an environment variable",
    why: "Whoever may read the workload, its history in version control or a backup of it has the \
          secret, without any right to read Secrets; it is neither encrypted at rest with them nor \
          rotated with them.",
    remedy: "put it into a Secret, refer to that, and replace the value that was exposed",
    breaks: "",
    mend: Mend::ByHand("where the secret is kept, and what replaces the one that was exposed"),
    references: &[
        Reference::Cis("5.4.1"),
        Reference::NsaCisa("Network separation and hardening: Secrets"),
        Reference::Mitre("T1552.001"),
        Reference::Owasp("K03"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/secrets-good-practices/"),
    ],
    reads: &[],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    env:
    - name: DB_PASSWORD
      value: violet-anchor-meadow
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    env:
    - name: DB_PASSWORD_FILE
      value: /run/secrets/db/password
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut found = Vec::new();
    let mut places = Vec::new();
    for container in workload.containers() {
        for variable in container.place().at("env").items() {
            let place = variable.at("value");
            let name = variable.at("name").as_str().unwrap_or("");
            if let Some(what) = place.as_str().and_then(|it| credentials::identify(name, it)) {
                found.push((name, what));
                places.push((place, container.label(), None));
            }
        }
    }
    let message = match found.as_slice() {
        [] => return,
        [(name, what)] => format!("environment variable `{name}` holds {what} in plain text"),
        several => {
            let names = quoted(several.iter().map(|(name, _)| *name));
            format!("environment variables {names} hold secrets in plain text")
        }
    };
    reporter.flag_all(message, places);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::messages;

    /// What the rule says of a pod with one container.
    fn says(pod: &str, container: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{pod} containers: \
             [{{name: app, image: web, {container}}}]}}}}"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn references_are_no_secrets() {
        for variable in [
            "name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}",
            "name: DB_PASSWORD, value: $(OTHER)",
            "name: DB_PASSWORD, value: ''",
            "name: DB_PASSWORD",
            "name: DB_PASSWORD_FILE, value: /run/secrets/db",
            "name: ALLOW_EMPTY_PASSWORD, value: 'yes'",
            "name: TLS_SECRET, value: web-tls",
            "value: hunter22",
        ] {
            assert!(says("", &format!("env: [{{{variable}}}]")).is_empty(), "{variable}");
        }
    }

    #[test]
    fn names_are_told_and_values_are_not() {
        let one = says("", "env: [{name: DB_PASSWORD, value: hunter22}]");
        assert_eq!(one, ["environment variable `DB_PASSWORD` holds a password in plain text"]);
        let two = says(
            "",
            "env: [{name: A, value: 'db://a:hunter22@db'}, {name: B_TOKEN, value: a1b2c3d4}]",
        );
        assert_eq!(two, ["environment variables `A`, `B_TOKEN` hold secrets in plain text"]);
    }
}
