//! Containers that are promised no share of a CPU.

use super::containers::{is_bounded, is_complete, keeps_running};
use crate::kubernetes::GroupKind;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity, Workload};

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
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if ["requests", "limits"].iter().any(|it| is_bounded(workload, reporter.context(), it, "cpu")) {
        return;
    }
    let without =
        workload.containers().iter().filter(|it| is_complete(it) && keeps_running(it)).filter_map(
            |it| {
                let resources = it.place().at("resources");
                let field = resources.at("requests").at("cpu");
                // The API server takes a limit for the request that is not written.
                let has_request = field.exists() || resources.at("limits").at("cpu").exists();
                (!has_request).then_some((it, field, None))
            },
        );
    reporter.flag_containers("no CPU request", without);
}

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
        assert_eq!(says("", "").len(), 1);
        assert!(says("", "resources: {limits: {cpu: 1}}").is_empty());
        assert!(says("resources: {requests: {cpu: 1}},", "").is_empty());
    }

    #[test]
    fn containers_that_end_before_the_others_start_need_none() {
        let init = |more| format!("initContainers: [{{name: init, image: init{more}}}],");
        let request = "resources: {requests: {cpu: 1}}";
        assert!(says(&init(""), request).is_empty());
        let sidecar = says(&init(", restartPolicy: Always"), request);
        assert_eq!(sidecar, ["container `init`: no CPU request"]);
    }
}
