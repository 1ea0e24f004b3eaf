//! Containers that may write to their own image's files.

use std::cell::LazyCell;

use harden_yaml::Action;

use super::containers::{is_complete, is_windows};
use super::room::{Names, room};
use crate::pod_security::{Container, ContainerKind};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "writable-root-file-system",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "a container may write to its root file system",
    why: "Whoever gets into the container can replace its programs, change its configuration and \
          leave tools behind; with a read-only root they have to do without.",
    remedy: "set readOnlyRootFilesystem to true",
    breaks: "Programs that write to /tmp, caches or pid files fail; give them an emptyDir there. The fix does so \
          for well-known images; of others it is not known what they write.",
    mend: Mend::WithThought,
    references: &[
        Reference::NsaCisa("Pod security: Immutable container file systems"),
        Reference::Mitre("T1554"),
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
      readOnlyRootFilesystem: true
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if is_windows(workload) {
        return;
    }
    // A debugging container is there to bring tools along.
    let may_write = |it: &&Container<'d>| it.kind != ContainerKind::Ephemeral && is_complete(it);
    let mut names = LazyCell::new(|| Names::of(workload));
    let writable = workload.containers().iter().filter(may_write).filter_map(|it| {
        let field = it.place().at("securityContext").at("readOnlyRootFilesystem");
        let is_writable = field.as_bool() != Some(true);
        is_writable.then(|| (it, field, Some(Action::set(true)), room(workload, it, &mut names)))
    });
    reporter.flag_containers_along("the root file system is writable", writable);
}

#[cfg(test)]
mod tests {
    use rustc_hash::FxHashSet;

    use super::*;
    use crate::check::testing::{findings, messages};

    /// What the rule says of a pod with one container.
    fn says(pod: &str, container: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{pod} containers: \
             [{{name: app, image: web, {container}}}]}}}}"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn only_true_is_read_only() {
        assert_eq!(says("", "").len(), 1);
        assert_eq!(says("", "securityContext: {readOnlyRootFilesystem: false}").len(), 1);
        assert_eq!(says("", "securityContext: {readOnlyRootFilesystem: 'true'}").len(), 1);
        assert_eq!(says("securityContext: {readOnlyRootFilesystem: true},", "").len(), 1);
    }

    #[test]
    fn containers_that_cannot_be_read_only_are_not_asked_for_it() {
        assert!(says("os: {name: windows},", "").is_empty());
        assert!(says("nodeSelector: {kubernetes.io/os: windows},", "").is_empty());
        let debugger = "ephemeralContainers: [{name: debug, image: busybox}],";
        assert!(says(debugger, "securityContext: {readOnlyRootFilesystem: true}").is_empty());
    }

    #[test]
    fn containers_are_one_finding() {
        let init = "initContainers: [{name: init, image: init}],";
        assert_eq!(says(init, ""), ["containers `init`, `app`: the root file system is writable"]);
    }

    /// What the pod becomes by the fix: the mounts of its containers, and its volumes.
    fn mended(image: &str, container: &str, volumes: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{containers: [{{name: app, image: \
             '{image}', {container}}}], {volumes}}}}}"
        );
        let found = findings(&RULE, &text).remove(0);
        let edits = found.fix().unwrap().edits.into_iter();
        let added = edits.filter_map(|it| match it.action {
            Action::Append(value) => Some(format!("{}: {value}", it.pointer)),
            _ => None,
        });
        added.collect()
    }

    #[test]
    fn a_well_known_image_gets_room_where_it_writes() {
        assert_eq!(
            mended("redis:8", "", ""),
            [
                r#"/spec/containers/0/volumeMounts: {"name":"app-data","mountPath":"/data"}"#,
                r#"/spec/volumes: {"name":"app-data","emptyDir":{}}"#,
            ]
        );
        assert!(mended("registry.example.com/redis:8", "", "").is_empty());
        assert!(mended("registry.k8s.io/coredns/coredns:v1.12.0", "", "").is_empty());
    }

    #[test]
    fn what_is_mounted_already_is_not_mounted_again() {
        let count = |mount: &str| {
            mended("nginx", &format!("volumeMounts: [{{name: a, mountPath: {mount}}}]"), "").len()
        };
        assert_eq!(count("/srv"), 4);
        assert_eq!(count("/var/cache/nginx/"), 2);
        assert_eq!([count("/run"), count("/var/run"), count("/var//run/")], [2, 2, 2]);
        assert_eq!([count("/var"), count("/")], [2, 0], "/run is elsewhere");
        assert_eq!(count("/var/run/secrets/db"), 4, "what is inside is mounted inside");
        assert_eq!(mended("nginx", "volumeMounts: x", "").len(), 0);
    }

    #[test]
    fn volumes_get_names_that_nothing_has() {
        let volumes = "volumes: [{name: app-data, emptyDir: {}}, {name: app-data-2, emptyDir: {}}]";
        assert!(mended("redis", "", volumes)[1].contains(r#""name":"app-data-3""#));
        let text = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {volumeClaimTemplates: \
                    [{metadata: {name: app-data}}], template: {spec: {containers: [{name: app, image: redis}, \
                    {name: App_, image: redis}]}}}}";
        let edits = findings(&RULE, text).remove(0).fix().unwrap().edits;
        let names: Vec<_> = edits.iter().map(|it| format!("{:?}", it.action)).collect();
        for name in ["app-data-2", "app-data-3"] {
            let count = names.iter().filter(|it| it.contains(&format!("{name:?}"))).count();
            assert_eq!(count, 2, "{name}: {names:?}");
        }
        let long = "a".repeat(63);
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{containers: [{{name: {long}, image: mongo}}]}}}}"
        );
        let edits = findings(&RULE, &text).remove(0).fix().unwrap().edits;
        let name = |action: &Action| match action {
            Action::Append(value) => value["name"].as_str().map(str::to_owned),
            _ => None,
        };
        let names: FxHashSet<_> = edits.iter().filter_map(|it| name(&it.action)).collect();
        assert_eq!(names.len(), 3);
        assert!(names.iter().all(|it| it.len() <= 63), "{names:?}");
    }
}
