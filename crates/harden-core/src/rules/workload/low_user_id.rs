//! Containers that run as a user that the node is likely to have, too.

use std::borrow::Cow;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "low-user-id",
    category: Category::Workload,
    severity: Severity::Low,
    level: None,
    summary: "a container runs as a user number below 10000",
    why: "User numbers mean the same in the container and on the node. Low ones belong there to \
          people and services, whose files and processes are then open to whoever breaks out or \
          meets them on a hostPath.",
    remedy: "set runAsUser to a number from 10000 up, or hostUsers to false",
    breaks: "Files of the image and of volumes that belong to the old number; change their owner, \
          or set fsGroup.",
    mend: Mend::ByHand("which user number owns the files of the image and of the volumes"),
    references: &[
        Reference::NsaCisa("Pod security: Non-root containers and rootless container engines"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
    ],
    reads: &[],
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
    securityContext:
      runAsUser: 1000
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
    securityContext:
      runAsUser: 10001
",
};

/// What distributions leave to people and services.
const RESERVED: std::ops::Range<i64> = 1..10_000;

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if workload.at("hostUsers").as_bool() == Some(false) {
        return;
    }
    let mut low = Vec::new();
    let pod = workload.at("securityContext").at("runAsUser");
    if let Some(user) = pod.as_i64().filter(|it| RESERVED.contains(it)) {
        low.push((user, pod, Cow::default(), None));
    }
    for container in workload.containers() {
        if let Some(user) = container.security.run_as_user.filter(|it| RESERVED.contains(it)) {
            let field = container.security.field("runAsUser");
            low.push((user, field, container.label(), None));
        }
    }
    if let Some((user, ..)) = low.first() {
        let message = format!("runs as user {user}, which the node may have, too");
        reporter.flag_all(
            message,
            low.into_iter().map(|(_, place, name, change)| (place, name, change)),
        );
    }
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
    fn the_bounds_are_exact() {
        for (user, count) in [(0, 0), (1, 1), (9_999, 1), (10_000, 0), (-1, 0)] {
            let security = format!("securityContext: {{runAsUser: {user}}}");
            assert_eq!(says("", &security).len(), count, "{user}");
            assert_eq!(says(&format!("{security},"), "").len(), count, "{user}");
        }
    }

    #[test]
    fn users_of_a_namespace_of_their_own_are_nobody_on_the_node() {
        assert!(says("hostUsers: false, securityContext: {runAsUser: 1000},", "").is_empty());
    }
}
