//! Fetching all that a store has.

use crate::external_secrets::external_secret;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unbounded-find",
    category: Category::ExternalSecrets,
    severity: Severity::Low,
    level: None,
    summary: "dataFrom.find takes everything that the store has",
    why: "The Secret gets every value that the store can reach, of other applications as well, and \
          whoever mounts it has them all; what is added to the store later comes along unasked.",
    remedy: "bound it by path, by a regular expression for the name, or by tags",
    breaks: "",
    mend: Mend::ByHand("which secrets of the store are needed"),
    references: &[Reference::Page("https://external-secrets.io/latest/guides/getallsecrets/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: app
  namespace: team-a
spec:
  refreshInterval: 1h0m0s
  secretStoreRef:
    kind: SecretStore
    name: vault
  dataFrom:
  - find:
      name:
        regexp: .*
",
    good: "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: app
  namespace: team-a
spec:
  refreshInterval: 1h0m0s
  secretStoreRef:
    kind: SecretStore
    name: vault
  dataFrom:
  - find:
      path: team-a/
      name:
        regexp: ^app-.*
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(spec) = external_secret(object) else { return };
    for item in spec.at("dataFrom").items() {
        let find = item.at("find");
        let has_path = find.at("path").as_str().is_some_and(|it| !matches!(it, "" | "/"));
        let regexp = find.at("name").at("regexp").as_str().unwrap_or_default();
        let has_name = !matches!(regexp, "" | ".*" | "^.*$" | "^.*" | ".*$" | ".+" | "^.+$" | ".");
        if find.is_map() && !has_path && !has_name && find.at("tags").is_empty() {
            reporter.flag(find, "takes everything that the store has", None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn one_bound_is_enough() {
        let find = |text: &str| {
            messages(
                &RULE,
                &format!(
                    "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {{dataFrom: [{{find: {text}}}]}}}}"
                ),
            )
            .len()
        };
        assert_eq!(find("{}"), 1);
        assert_eq!(find("{path: /}"), 1);
        assert_eq!(find("{path: /team-a}"), 0);
        assert_eq!(find("{tags: {team: a}}"), 0);
        assert_eq!(find("{name: {regexp: '^a'}}"), 0);
    }
}
