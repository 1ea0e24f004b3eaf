//! Secrets that stand in the command line of a container.

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};
use crate::secrecy::credentials;

pub(super) static RULE: Rule = Rule {
    id: "secret-in-arguments",
    category: Category::Workload,
    severity: Severity::High,
    level: None,
    summary: "a secret stands in a container's command or arguments",
    why: "Whoever may read the workload, its history in version control or a backup of it has the \
          secret, without any right to read Secrets. On the node and in the pod every user sees it \
          in the list of processes.",
    remedy: "put it into a Secret, mount that as a file, and replace the value that was exposed",
    breaks: "A program that takes the secret only as an argument can get it as $(VARIABLE) from \
          the environment; it is then still in the list of processes.",
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
    args: [--db-password=violet-anchor-meadow]
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
    args: [--db-password-file=/run/secrets/db/password]
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut first = None;
    let mut places = Vec::new();
    for container in workload.containers() {
        let command = container.place().at("command");
        let program = command.items().next().and_then(|it| it.as_str()).unwrap_or_default();
        for (list, program) in [(command, ""), (container.place().at("args"), program)] {
            for argument in credentials::arguments(list, program) {
                first = first.or(Some((argument.name, argument.what)));
                places.push((argument.place, container.label(), None));
            }
        }
    }
    if let Some((name, what)) = first {
        let message = if name.is_empty() {
            format!("an argument holds {what} in plain text")
        } else {
            format!("option `{name}` holds {what} in plain text")
        };
        reporter.flag_all(message, places);
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
    fn options_are_read_in_both_spellings() {
        for arguments in [
            "args: [--password=hunter22]",
            "args: [--password, hunter22]",
            "command: [java, -Dspring.datasource.password=hunter22, -jar, app.jar]",
            "command: [redis-server, --requirepass, hunter22]",
            "args: ['curl https://me:hunter22@example.com/']",
            "args: [sh, -c, 'if [ -z $PASSWORD ]; then password=hunter22; fi']",
            "args: [sh, -c, 'mysql -uroot -phunter22 < /init.sql']",
            "command: [mysqladmin], args: [ping, -phunter22]",
        ] {
            let messages = says("", arguments);
            assert_eq!(messages.len(), 1, "{arguments}");
            assert!(messages.iter().all(|it| !it.contains("hunter22")), "{messages:?}");
        }
    }

    #[test]
    fn options_that_lead_to_a_secret_are_none() {
        for arguments in [
            "args: [--password=$(DB_PASSWORD)]",
            "args: [--password-file=/run/secrets/db]",
            "args: [--password, --verbose]",
            "args: [--password]",
            "args: [--token-ttl=24h, --secret=shop/web-tls, hunter22]",
            "args: ['if [ -z $PASSWORD ]; then password=$1; fi']",
            "args: [1, true]",
        ] {
            assert!(says("", arguments).is_empty(), "{arguments}");
        }
    }
}
