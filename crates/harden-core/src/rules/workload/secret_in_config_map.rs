//! Secrets that stand in a ConfigMap.

use harden_yaml::{Place, Span, Style};

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::secrecy::credentials;

pub(super) static RULE: Rule = Rule {
    id: "secret-in-config-map",
    category: Category::Workload,
    severity: Severity::High,
    level: None,
    summary: "a secret stands in a ConfigMap",
    why: "ConfigMaps are for what everybody may read: roles such as view include them, encryption \
          at rest usually leaves them out, and tools print them freely. A secret there is open to \
          all of those.",
    remedy: "move it into a Secret, and replace the value that was exposed",
    breaks: "Workloads that mount the ConfigMap have to mount the Secret, too.",
    mend: Mend::ByHand("where the secret is kept, and what replaces the one that was exposed"),
    references: &[
        Reference::Cis("5.4.1"),
        Reference::NsaCisa("Network separation and hardening: Secrets"),
        Reference::Mitre("T1552.007"),
        Reference::Owasp("K03"),
        Reference::Page("https://kubernetes.io/docs/concepts/configuration/configmap/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  DB_PASSWORD: violet-anchor-meadow
",
    good: "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  DB_PASSWORD_FILE: /run/secrets/db/password
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("", "ConfigMap") {
        return;
    }
    let mut found = Vec::new();
    let mut parts = Vec::new();
    for (key, place) in object.place.at("data").entries() {
        let Some(text) = place.as_str() else { continue };
        if let Some(what) = credentials::identify_by_name(key, text) {
            found.push((format!("`{key}`"), what));
            parts.push((place, place.span()));
            continue;
        }
        let credentials = credentials::all_in_file(key, text);
        let Some(first) = credentials.first() else { continue };
        let name = if first.name.is_empty() || first.name == key {
            format!("`{key}`")
        } else {
            format!("`{}` in `{key}`", first.name)
        };
        found.push((name, first.what));
        parts.extend(spans(key, place, credentials.len()).map(|span| (place, span)));
    }
    let message = match found.as_slice() {
        [] => return,
        [(name, what)] => format!("{name} holds {what} in plain text"),
        several => {
            let names: Vec<_> = several.iter().map(|(name, _)| name.as_str()).collect();
            format!("{} hold secrets in plain text", names.join(", "))
        }
    };
    reporter.flag_parts(message, parts);
}

/// Where the secrets of a file are: inside of a literal, whose lines stand as they are written, else all of
/// it.
fn spans(key: &str, place: Place<'_>, count: usize) -> impl Iterator<Item = Span> {
    let start = place.span().start as usize;
    let mut spans: Vec<_> = Vec::new();
    if place.style() == Style::Literal {
        let written = credentials::all_in_file(key, place.source());
        spans
            .extend(written.iter().map(|it| Span::new(start + it.span.start, start + it.span.end)));
    }
    if spans.len() < count {
        spans = vec![place.span()];
    }
    spans.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::messages;

    fn says(data: &str) -> Vec<String> {
        let text =
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\ndata:\n{data}");
        messages(&RULE, &text)
    }

    #[test]
    fn settings_in_files_are_read_line_by_line() {
        for data in [
            "  app.properties: |\n    # the database\n    db.user=app\n    db.password=hunter22\n",
            "  run.sh: |\n    password=hunter22\n",
            "  app.yaml: |\n    db:\n      password: \"hunter22\"\n",
            "  key.pem: |\n    -----BEGIN PRIVATE KEY-----\n    MIIEvQIBADANBgkqhkiG9w0\n",
        ] {
            assert_eq!(says(data).len(), 1, "{data}");
        }
    }

    #[test]
    fn settings_that_refer_to_secrets_are_none() {
        for data in [
            "  app.properties: |\n    db.password=${DB_PASSWORD}\n    #db.password=hunter22\n",
            "  app.yaml: |\n    password_file: /run/secrets/db\n    password: password\n    tokenUrl: https://a/\n",
            "  run.sh: |\n    password=$1\n",
            "  DB_PASSWORD_FILE: /run/secrets/db\n",
            "  DB_PASSWORD: 7\n",
        ] {
            assert!(says(data).is_empty(), "{data}");
        }
        let secret = "{apiVersion: v1, kind: Secret, stringData: {DB_PASSWORD: hunter22}}";
        assert!(messages(&RULE, secret).is_empty());
    }
}
