//! Images by a tag that is meant to move.

use super::images::{self, Pin};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "mutable-image-tag",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "an image is named by a tag that moves, or by none",
    why: "The same manifest starts another program after every push, on some nodes and not on \
          others, untested and without a trace in the manifest's history; a bad or hijacked push \
          reaches production by a restart. There is no version to roll back to.",
    remedy: "name the version that was tested, with its digest",
    breaks: "",
    mend: Mend::ByHand("which version was tested"),
    references: &[
        Reference::NsaCisa("Pod security: Building secure container images"),
        Reference::Mitre("T1525"),
        Reference::Mitre("T1195.002"),
        Reference::Page("https://kubernetes.io/docs/concepts/containers/images/"),
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
    image: registry.example.com/web:latest
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
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    images::flag(workload, reporter, Pin::Moving, "whatever was pushed last to");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::messages;

    fn says(container: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, spec: {{containers: [{{name: app, {container}}}]}}}}"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn images_that_are_not_pulled_cannot_change() {
        assert_eq!(says("image: web"), ["container `app`: whatever was pushed last to `web`"]);
        assert!(says("image: web, imagePullPolicy: Never").is_empty());
    }

    #[test]
    fn a_container_without_a_name_is_called_by_its_place() {
        let says = |name: &str| {
            let text = format!(
                "{{apiVersion: v1, kind: Pod, spec: {{initContainers: [{{name: a, image: 'web:1'}}, {{{name} image: web}}]}}}}"
            );
            messages(&RULE, &text)
        };
        let called = ["container `initContainers[1]`: whatever was pushed last to `web`"];
        assert_eq!(says(""), called);
        assert_eq!(says("name: '',"), called);
        assert_eq!(says("name: b,"), ["container `b`: whatever was pushed last to `web`"]);
    }

    #[test]
    fn images_that_are_mounted_are_pulled_like_those_that_run() {
        let says = |volume: &str| {
            let text = format!(
                "{{apiVersion: v1, kind: Pod, spec: {{containers: [{{name: app, image: 'web:1'}}], \
                 volumes: [{{name: data, {volume}}}]}}}}"
            );
            messages(&RULE, &text)
        };
        assert_eq!(
            says("image: {reference: data}"),
            ["volume `data`: whatever was pushed last to `data`"]
        );
        assert!(says("image: {reference: 'data:1'}").is_empty());
        assert!(says("image: {reference: data, pullPolicy: Never}").is_empty());
        assert!(says("image: null").is_empty());
    }

    #[test]
    fn operators_may_put_a_name_together() {
        let says = |rest: &str| {
            let driver = format!("driver: {{image: driver, env: [], {rest}}}");
            let kind = "apiVersion: example.com/v1, kind: A";
            messages(&RULE, &format!("{{{kind}, metadata: {{name: a}}, spec: {{{driver}}}}}")).len()
        };
        assert_eq!(says(""), 1);
        assert_eq!(says("version: 550.54, repository: nvcr.io/nvidia"), 0);
        assert_eq!(says("tag: null"), 1);
        assert_eq!(self::says("image: web, tag: '1'").len(), 1, "a pod has no such field");
    }

    #[test]
    fn blanks_are_no_images() {
        for image in ["''", "'{{ .Values.image }}'", "${IMAGE}", "<image>"] {
            assert!(says(&format!("image: {image}")).is_empty(), "{image}");
        }
        assert!(says("").is_empty());
    }
}
