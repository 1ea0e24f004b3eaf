//! ExternalSecrets that fetch once by accident.

use harden_yaml::Action;

use crate::configuration::duration;
use crate::external_secrets::external_secret;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "external-secret-never-refreshed",
    category: Category::ExternalSecrets,
    severity: Severity::Low,
    level: None,
    summary: "an interval of 0 keeps the Secret from being refreshed",
    why: "A value that is rotated or revoked in the store stays in use in the cluster, and nothing \
          says so.",
    remedy: "set refreshInterval to a time above 0, or say refreshPolicy: CreatedOnce if it is meant",
    breaks: "",
    mend: Mend::Safe,
    references: &[Reference::Page("https://external-secrets.io/latest/api/externalsecret/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: app
  namespace: team-a
spec:
  refreshInterval: \"0\"
  secretStoreRef:
    kind: SecretStore
    name: vault
  data:
  - secretKey: password
    remoteRef:
      key: team-a/app
      property: password
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
  data:
  - secretKey: password
    remoteRef:
      key: team-a/app
      property: password
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(spec) = external_secret(object) else { return };
    let is_periodic = matches!(spec.at("refreshPolicy").as_str(), None | Some("" | "Periodic"));
    let interval = spec.at("refreshInterval");
    if is_periodic
        && interval.as_str().is_some_and(|it| duration::parse(it).is_ok_and(|it| it <= 0))
    {
        reporter.flag(
            interval,
            "the store is asked once and never again",
            Some(Action::set("1h0m0s")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn spec(spec: &str) -> usize {
        let text = format!(
            "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {{{spec}}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn no_interval_is_an_hour() {
        assert_eq!(spec(""), 0);
        assert_eq!(spec("refreshInterval: 0s"), 1);
        assert_eq!(spec("refreshInterval: 0h0m"), 1);
        assert_eq!(spec("refreshInterval: 10s"), 0);
    }

    #[test]
    fn whoever_says_so_means_it() {
        assert_eq!(spec("refreshPolicy: CreatedOnce, refreshInterval: 0s"), 0);
    }
}
