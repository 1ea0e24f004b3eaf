//! Default ServiceAccounts that put a token into every pod.

use harden_yaml::Action;

use super::is_system;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "default-service-account-token",
    category: Category::Namespace,
    severity: Severity::Low,
    level: None,
    summary: "the ServiceAccount default puts its token into pods",
    why: "Every pod that names no ServiceAccount carries a token for the API server that it \
          does not need: whoever gets in can ask the API server with it, and has whatever is \
          ever bound to the account.",
    remedy: "set automountServiceAccountToken to false on the ServiceAccount default",
    breaks: "Pods that use the token without naming a ServiceAccount lose it; give them an \
          account of their own.",
    mend: Mend::WithThought,
    references: &[
        Reference::Cis("5.1.5"),
        Reference::Cis("5.1.6"),
        Reference::Mitre("T1528"),
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: default
  namespace: team-a
",
    good: "\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: default
  namespace: team-a
automountServiceAccountToken: false
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("", "ServiceAccount")
        || object.name() != "default"
        || is_system(object.namespace().unwrap_or(""))
    {
        return;
    }
    let field = object.place.at("automountServiceAccountToken");
    if field.as_bool() != Some(false) {
        let message = "pods that name no ServiceAccount get a token of this one";
        reporter.flag(field, message, Some(Action::set(false)));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn account(name: &str, namespace: &str, rest: &str) -> usize {
        let text = format!(
            "{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: {name}, namespace: {namespace}}}{rest}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn no_word_is_a_yes() {
        assert_eq!(account("default", "team", ""), 1);
        assert_eq!(account("default", "team", ", automountServiceAccountToken: true"), 1);
        assert_eq!(account("default", "team", ", automountServiceAccountToken: no"), 0);
    }

    #[test]
    fn other_accounts_are_made_for_their_token() {
        assert_eq!(account("web", "team", ""), 0);
        assert_eq!(account("default", "kube-system", ""), 0);
    }
}
