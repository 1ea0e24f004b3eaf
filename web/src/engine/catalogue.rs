//! What the engine knows: rules, versions, scenarios.

use harden_core::kubernetes::MinorVersion;
use harden_core::rule::Rule;

use crate::protocol::engine::{Catalogue, RuleEntry, RulePage, Scenario};

/// The oldest Kubernetes whose schemas the core knows.
const OLDEST: u16 = MinorVersion::OLDEST_KNOWN.0;

/// Manifests from real life: what it shows, what the file is called, the file.
const SCENARIOS: [(&str, &str, &str); 3] = [
    (
        "A web shop as it is deployed every day",
        "shop.yaml",
        include_str!("../../scenarios/shop.yaml"),
    ),
    (
        "A build runner that owns its node",
        "build-runner.yaml",
        include_str!("../../scenarios/build-runner.yaml"),
    ),
    (
        "An operator with the keys to the cluster",
        "operator.yaml",
        include_str!("../../scenarios/operator.yaml"),
    ),
];

/// Everything.
pub(super) fn all() -> Catalogue {
    let versions = (OLDEST..=MinorVersion::NEWEST_KNOWN.0).rev();
    let scenarios = SCENARIOS.map(|(title, name, text)| Scenario {
        title: title.to_owned(),
        name: name.to_owned(),
        text: text.to_owned(),
    });
    Catalogue {
        rules: harden_core::rules::all().map(entry).collect(),
        versions: versions.map(|it| MinorVersion(it).to_string()).collect(),
        scenarios: scenarios.into(),
    }
}

fn entry(rule: &Rule) -> RuleEntry {
    RuleEntry {
        id: rule.id.to_owned(),
        category: rule.category.name().to_owned(),
        severity: rule.severity.name().to_owned(),
        level: rule.level.map(|it| it.to_string()).unwrap_or_default(),
        summary: rule.summary.to_owned(),
        why: rule.why.to_owned(),
        remedy: rule.remedy.to_owned(),
        bad: rule.bad.to_owned(),
    }
}

/// What else there is to say of a rule.
pub(super) fn page(rule: &Rule) -> RulePage {
    RulePage {
        id: rule.id.to_owned(),
        breaks: rule.breaks.to_owned(),
        references: rule.references.iter().map(ToString::to_string).collect(),
        good: rule.good.to_owned(),
    }
}
