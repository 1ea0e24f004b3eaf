//! Containers that get secrets as environment variables.

use harden_yaml::Place;

use super::containers::quoted;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "environment-from-secret",
    category: Category::Workload,
    severity: Severity::Low,
    level: None,
    summary: "secrets are handed over as environment variables",
    why: "The environment is inherited by every child process, ends up in crash reports and debug \
          pages, and is read from /proc by whoever runs as the same user. It also stays as it was \
          at the start: a rotated secret reaches the program only after a restart.",
    remedy: "mount the secret as a file, and let the program read it there",
    breaks: "A program that knows only the variable needs to learn the file; many take the path in \
          a variable that ends in _FILE.",
    mend: Mend::ByHand("from which file the program can read the secret"),
    references: &[
        Reference::Cis("5.4.1"),
        Reference::Mitre("T1552.007"),
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
      valueFrom:
        secretKeyRef:
          name: db
          key: password
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
    volumeMounts:
    - name: db
      mountPath: /run/secrets/db
      readOnly: true
  volumes:
  - name: db
    secret:
      secretName: db
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut secrets = Vec::new();
    let mut places = Vec::new();
    for container in workload.containers() {
        let variables = container.place().at("env").items();
        let sources = container.place().at("envFrom").items();
        let references = variables
            .map(|it| it.at("valueFrom").at("secretKeyRef"))
            .chain(sources.map(|it| it.at("secretRef")));
        for reference in references.filter(Place::exists) {
            secrets.push(reference.at("name").as_str().unwrap_or(""));
            places.push((container, reference, None));
        }
    }
    if !places.is_empty() {
        let flaw = format!("secrets as environment variables, from {}", quoted(secrets));
        reporter.flag_containers(&flaw, places);
    }
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
    fn whole_secrets_are_found_and_config_maps_are_not() {
        let whole = says("", "envFrom: [{secretRef: {name: db}}, {configMapRef: {name: web}}]");
        assert_eq!(whole, ["container `app`: secrets as environment variables, from `db`"]);
        assert!(says("", "envFrom: [{configMapRef: {name: web}}]").is_empty());
        let key = "env: [{name: A, valueFrom: {configMapKeyRef: {name: web, key: a}}}]";
        assert!(says("", key).is_empty());
    }
}
