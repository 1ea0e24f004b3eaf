//! Rules that put Secrets and tokens into the log.

use crate::configuration::audit::Sensitive;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-secret-bodies",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "an audit policy logs the contents of Secrets or tokens",
    why: "At level Request and above, the bodies of requests are logged: the log, its backups and \
          every system that it is sent to then hold the Secrets and tokens in plain, for longer \
          and for more eyes than etcd does.",
    remedy: "put a rule of level Metadata for secrets, serviceaccounts/token and tokenreviews \
             before it",
    breaks: "Who changed what in a Secret can no longer be read from the log.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        Reference::Cis("3.2.2"),
        Reference::Mitre("T1552"),
        Reference::Owasp("K03"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: RequestResponse
  resources:
  - group: \"\"
    resources: [secrets]
- level: Metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources:
  - group: \"\"
    resources: [secrets, configmaps, serviceaccounts/token]
  - group: authentication.k8s.io
    resources: [tokenreviews]
- level: RequestResponse
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let secrets = |it: Sensitive| it != Sensitive::ConfigMaps;
    super::flag_bodies(secrets, object, reporter);
}
