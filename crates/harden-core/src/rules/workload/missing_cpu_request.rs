//! Containers that are promised no share of a CPU.

use super::missing_ephemeral_storage_limit;
use super::silence::{IsMissing, silences, with_others};
use crate::kubernetes::GroupKind;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "missing-cpu-request",
    category: Category::Workload,
    severity: Severity::Low,
    level: None,
    summary: "a container requests no CPU",
    why: "The scheduler counts it as nothing and packs the node until the container starves when \
          its neighbours are busy; autoscalers have nothing to measure against. A CPU limit is \
          another matter and is not asked for: requests already divide a busy CPU fairly, and a \
          limit slows the container down even on an idle node.",
    remedy: "set resources.requests.cpu to what the container needs under load",
    breaks: "Pods that do not fit stay pending; that is the shortage that was hidden before.",
    mend: Mend::ByHand("how much CPU the container needs under load"),
    references: &[
        Reference::NsaCisa("Network separation and hardening: Resource policies"),
        Reference::Owasp("K01"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
        ),
    ],
    reads: &[GroupKind::LIMIT_RANGE],
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
    resources:
      limits:
        memory: 256Mi
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
    resources:
      requests:
        cpu: 250m
      limits:
        memory: 256Mi
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let is_wanted: IsMissing = |it| it.cpu_request && !(it.is_whole && it.memory_limit);
    let without = silences(workload, reporter.context(), is_wanted);
    if without.is_empty() {
        return;
    }
    let others: [(&str, IsMissing); 1] =
        [(missing_ephemeral_storage_limit::FLAW, |it| it.storage_limit)];
    let flaw = with_others(FLAW.to_owned(), &without, &others);
    reporter.flag_containers(
        &flaw,
        without.iter().map(|(container, _)| {
            let requests = container.place().at("resources").at("requests");
            (*container, requests.at("cpu"), None)
        }),
    );
}

/// What it says of a container.
pub(super) const FLAW: &str = "no CPU request";

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
    fn limits_are_requests_that_are_not_written() {
        assert_eq!(says("", "resources: {limits: {memory: 1Gi}}").len(), 1);
        assert_eq!(says("", "resources: {requests: {cpu: 0}}").len(), 1);
        assert!(says("", "").is_empty(), "the rule about memory says it");
        assert!(says("", "resources: {limits: {cpu: 1}}").is_empty());
        assert!(says("resources: {requests: {cpu: 1}},", "").is_empty());
    }

    #[test]
    fn containers_that_end_before_the_others_start_need_none() {
        let init = |more| format!("initContainers: [{{name: init, image: init{more}}}],");
        let request = "resources: {requests: {cpu: 1}}";
        assert!(says(&init(""), request).is_empty());
        let limited = ", restartPolicy: Always, resources: {limits: {memory: 1Gi}}";
        let sidecar = says(&init(limited), request);
        assert_eq!(sidecar, ["container `init`: no CPU request"]);
    }
}
