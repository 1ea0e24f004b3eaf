//! Claims that the LimitRange of their namespace rejects.

use harden_yaml::Place;

use crate::kubernetes::GroupKind;
use crate::object::{Object, quantity};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

const CLAIM: GroupKind = GroupKind::new("", "PersistentVolumeClaim");
const STATEFUL_SET: GroupKind = GroupKind::new("apps", "StatefulSet");

pub(super) static RULE: Rule = Rule {
    id: "limit-range-rejects-claim",
    category: Category::Namespace,
    severity: Severity::High,
    level: None,
    summary: "a claim is beyond the LimitRange of the namespace",
    why: "The API server rejects the claim. A StatefulSet is accepted all the same and stays without pods; \
          only its events say why.",
    remedy: "request a size that the LimitRange admits, or change the LimitRange",
    breaks: "",
    mend: Mend::ByHand("whether the claim or the LimitRange is to change, and to what"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/tasks/administer-cluster/limit-storage-consumption/",
    )],
    reads: &[GroupKind::LIMIT_RANGE, CLAIM, STATEFUL_SET],
    check: Check::World(check),
    bad: "\
apiVersion: v1
kind: LimitRange
metadata:
  name: storage
  namespace: team-a
spec:
  limits:
  - type: PersistentVolumeClaim
    max:
      storage: 5Gi
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: team-a
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 10Gi
",
    good: "\
apiVersion: v1
kind: LimitRange
metadata:
  name: storage
  namespace: team-a
spec:
  limits:
  - type: PersistentVolumeClaim
    max:
      storage: 10Gi
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: team-a
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 10Gi
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    for object in world.of_kinds(&[CLAIM, STATEFUL_SET]) {
        let spec = object.place.at("spec");
        // What has an identity was accepted.
        if object.place.at("metadata").at("uid").exists() {
            continue;
        }
        if object.is_of(CLAIM) {
            hold(object, spec, "", reporter);
        } else if spec.at("replicas").as_i64() != Some(0) {
            for claim in spec.at("volumeClaimTemplates").items() {
                let name = claim.at("metadata").at("name").as_str().unwrap_or_default();
                hold(object, claim.at("spec"), &format!("a claim `{name}` "), reporter);
            }
        }
    }
}

/// Holds one claim to what LimitRanges say of claims.
fn hold<'d>(object: &Object<'d>, claim: Place<'d>, what: &str, reporter: &mut Reporter<'_, 'd>) {
    let around = reporter.context_of(object);
    let Some(limits) = around.limits(object.namespace().unwrap_or_default()) else { return };
    let requests = claim.follow("resources.requests");
    for (resource, bounds) in &limits.claim {
        let place = requests.get(resource);
        let requested = place.and_then(quantity);
        let place = place.unwrap_or(requests);
        // What is no quantity is the flaw of another rule.
        if requested.is_none() && place.exists() && !place.is_map() {
            continue;
        }
        let says = requested.as_ref().map_or_else(
            || format!("requests no {resource}"),
            |it| format!("requests {it} of {resource}"),
        );
        let is_below = |it: &&_| requested.as_ref().is_none_or(|own| own < *it);
        let is_above = |it: &&_| requested.as_ref().is_none_or(|own| own > *it);
        let admits = if let Some(min) = bounds.min.as_ref().filter(is_below) {
            format!("no less than {min}")
        } else if let Some(max) = bounds.max.as_ref().filter(is_above) {
            format!("no more than {max}")
        } else {
            continue;
        };
        let message = format!("{what}{says}, and the LimitRange of the namespace admits {admits}");
        reporter.flag_in(object, place, message, None);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn says(limits: &str, kind: &str, spec: &str) -> Vec<String> {
        let metadata = "metadata: {name: a, namespace: team}";
        let group = if kind == "StatefulSet" { "apps/v1" } else { "v1" };
        let text = format!(
            "{{apiVersion: {group}, kind: {kind}, {metadata}, spec: {{{spec}}}}}\n---\n{{apiVersion: v1, kind: \
             LimitRange, {metadata}, spec: {{limits: [{limits}]}}}}\n"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn a_claim_is_held_to_both_bounds() {
        let limits = "{type: PersistentVolumeClaim, min: {storage: 1Gi}, max: {storage: 5Gi}}";
        let of = |storage: &str| {
            let spec = format!("resources: {{requests: {{storage: {storage}}}}}");
            says(limits, "PersistentVolumeClaim", &spec)
        };
        let admits = "and the LimitRange of the namespace admits";
        assert_eq!(of("512Mi"), [format!("requests 512Mi of storage, {admits} no less than 1Gi")]);
        assert_eq!(of("6Gi"), [format!("requests 6Gi of storage, {admits} no more than 5Gi")]);
        for good in ["1Gi", "5Gi", "5368709120", "5120Mi", "oops"] {
            assert_eq!(of(good), [] as [&str; 0], "{good}");
        }
        let none = [format!("requests no storage, {admits} no less than 1Gi")];
        assert_eq!(says(limits, "PersistentVolumeClaim", ""), none);
        let of_container = limits.replace("PersistentVolumeClaim", "Container");
        assert!(says(&of_container, "PersistentVolumeClaim", "").is_empty());
    }

    #[test]
    fn claims_of_a_stateful_set_are_named() {
        let limits = "{type: PersistentVolumeClaim, max: {storage: 5Gi}}";
        let templates = "volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 6Gi}}}}]";
        let said = says(limits, "StatefulSet", templates);
        assert!(said.len() == 1 && said[0].starts_with("a claim `data` requests 6Gi"), "{said:?}");
        assert!(says(limits, "StatefulSet", &format!("replicas: 0, {templates}")).is_empty());
        let live = RULE.bad.replace("  name: data\n", "  name: data\n  uid: a\n");
        assert!(messages(&RULE, &live).is_empty());
        assert!(messages(&RULE, &RULE.bad.replacen("team-a", "other", 1)).is_empty());
    }
}
