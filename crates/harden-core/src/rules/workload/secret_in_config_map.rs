//! Secrets that stand in a ConfigMap.

use super::containers::quoted;
use super::credentials;
use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

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
  DB_PASSWORD: hunter22
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
    let mut places = Vec::new();
    for (key, place) in object.place.at("data").entries() {
        let Some(text) = place.as_str() else { continue };
        let what = credentials::identify(key, text).or_else(|| {
            let mut settings = is_configuration(key).then(|| credentials::settings(text))?;
            settings.find_map(|(name, value)| credentials::identify_by_name(name, value))
        });
        if let Some(what) = what {
            found.push((key, what));
            places.push((place, String::new(), None));
        }
    }
    let message = match found.as_slice() {
        [] => return,
        [(key, what)] => format!("`{key}` holds {what} in plain text"),
        several => {
            format!("{} hold secrets in plain text", quoted(several.iter().map(|(key, _)| *key)))
        }
    };
    reporter.flag_all(message, places);
}

/// Whether a key names a file of settings, one in a line.
fn is_configuration(key: &str) -> bool {
    const ENDS: [&str; 9] =
        [".cfg", ".cnf", ".conf", ".env", ".ini", ".properties", ".toml", ".yaml", ".yml"];
    ENDS.iter().any(|end| key.ends_with(end))
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
            "  run.sh: |\n    password=hunter22\n",
            "  DB_PASSWORD_FILE: /run/secrets/db\n",
            "  DB_PASSWORD: 7\n",
        ] {
            assert!(says(data).is_empty(), "{data}");
        }
        let secret = "{apiVersion: v1, kind: Secret, stringData: {DB_PASSWORD: hunter22}}";
        assert!(messages(&RULE, secret).is_empty());
    }
}
