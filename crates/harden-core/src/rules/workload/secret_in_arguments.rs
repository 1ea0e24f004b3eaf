//! Secrets that stand in the command line of a container.

use super::credentials;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity, Workload};

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
    args: [--db-password=hunter22]
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
        for list in ["command", "args"] {
            let mut option = None;
            for place in container.place().at(list).items() {
                let Some(text) = place.as_str() else { continue };
                let found = found_in(text, option);
                if let Some((name, what)) = found {
                    first = first.or(Some((name, what)));
                    places.push((place, container.name.to_owned(), None));
                }
                option = name_of(text).filter(|_| !text.contains('='));
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

/// What a word of a command line gives away, and the option that it belongs to, which may be the
/// word before.
fn found_in<'t>(text: &'t str, before: Option<&'t str>) -> Option<(&'t str, &'static str)> {
    if let Some(what) = credentials::find_in(text) {
        return Some(("", what));
    }
    if let Some((name, value)) = name_of(text).and_then(|_| text.split_once('=')) {
        let what = credentials::identify_by_name(option_name(name), value)?;
        return Some((name, what));
    }
    let name = before.filter(|_| !text.starts_with('-'))?;
    Some((name, credentials::identify_by_name(option_name(name), text)?))
}

/// The word, if it is an option: `--password` or `-Dspring.password=…`. One with blanks is a script,
/// whose `=` may be anything.
fn name_of(text: &str) -> Option<&str> {
    (text.starts_with('-') && !text.contains(char::is_whitespace)).then_some(text)
}

fn option_name(text: &str) -> &str {
    text.strip_prefix("-D").unwrap_or(text).trim_start_matches('-')
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
            "args: ['if [ -z $PASSWORD ]; then password=hunter22; fi']",
            "args: [1, true]",
        ] {
            assert!(says("", arguments).is_empty(), "{arguments}");
        }
    }
}
