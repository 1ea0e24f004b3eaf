//! Rules that put ConfigMaps into the log.

use crate::configuration::audit::Sensitive;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-config-map-bodies",
    category: Category::Configuration,
    severity: Severity::Low,
    level: None,
    summary: "an audit policy logs the contents of ConfigMaps",
    why: "ConfigMaps are not meant for secrets, and often hold them: connection strings, tokens \
          of scripts, whole configuration files. CIS asks for no more than their metadata.",
    remedy: "put a rule of level Metadata for configmaps before it",
    breaks: "Changes of ConfigMaps can no longer be read from the log.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        Reference::Cis("3.2.2"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources:
  - group: \"\"
    resources: [secrets]
- level: RequestResponse
  resources:
  - group: \"\"
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
    let config_maps = |it: Sensitive| it == Sensitive::ConfigMaps;
    super::flag_bodies(config_maps, object, reporter);
}
