//! What was said of objects that came before those that they made, so that repetitions need not be kept.

use std::hash::{Hash, Hasher as _};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::draft::{Draft, Held};
use super::owners::{Name, Owned, name};
use crate::finding::Finding;
use crate::inventory::PodSummary;
use crate::kubernetes::Level;

/// Labels that controllers add to those of the pod template.
const ADDED: [&str; 9] = [
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-uid",
];

/// What was said of the objects so far, as hashes.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Objects, rules and messages.
    said: FxHashSet<u64>,
    /// Objects, and the rules that have yet to confirm something of their pods.
    held: FxHashSet<u64>,
    /// Objects and the levels of their pods.
    levels: FxHashSet<u64>,
    /// What is known of the pods of objects.
    pods: FxHashMap<u64, u64>,
    /// Kinds and names of those that made objects that may have made others.
    owners: FxHashMap<u64, Vec<(String, String)>>,
}

impl Ahead {
    /// Leaves out of a draft what was said of the owners of its objects, and remembers what else it says. What
    /// is no repetition stays, whoever owns it.
    pub(super) fn take(&mut self, draft: &mut Draft) {
        let mut owned = std::mem::take(&mut draft.owned);
        if let [it] = owned.as_slice()
            && self.is_retired(it)
        {
            retire(draft, it);
            return;
        }
        let is_known = |it: &Owned, level: Level| {
            let mut owners = it.owners();
            owners.any(|owner| self.levels.contains(&of_level(owner, level)))
        };
        for it in &mut owned {
            let levels = std::mem::take(&mut it.levels);
            let (known, unknown): (Vec<_>, Vec<_>) =
                levels.into_iter().partition(|level| is_known(it, *level));
            it.levels = unknown;
            for level in known {
                if let Some(count) = draft.coverage.levels.get_mut(level as usize) {
                    *count = count.saturating_sub(1);
                }
            }
        }
        let mut repeated = FxHashSet::default();
        let is_new = |finding: &Finding| {
            let Some(object) = &finding.object else { return true };
            let is_its = |it: &&Owned| it.document == finding.document && it.object == *object;
            let mut owners = owned.iter().filter(is_its).flat_map(Owned::owners);
            let is_said = owners.any(|it| self.said.contains(&of_finding(it, finding)));
            if is_said {
                repeated.insert((finding.document, of(name(object))));
            }
            !is_said
        };
        let findings: Vec<bool> = draft.findings.iter().map(is_new).collect();
        let is_new = |held: &Held| {
            let Some(pod) = draft.pods.get(held.pod) else { return true };
            !owners_of(pod, &owned).any(|it| self.held.contains(&of_held(it, held, pod)))
        };
        let held: Vec<bool> = draft.held.iter().map(is_new).collect();
        let is_repetition = |pod: &PodSummary| {
            owners_of(pod, &owned).any(|it| self.pods.get(&of(it)) == Some(&of_pod(pod)))
        };
        let adds_nothing = draft.pods.iter().all(is_repetition);
        // What was said of an owner may have been left out there, because its own owner says it.
        for it in &mut owned {
            let above = it.owners().filter_map(|owner| self.owners.get(&of(owner)));
            let above: Vec<_> = above.flatten().cloned().collect();
            it.add_owners(above);
        }
        self.remember(draft, &owned);
        draft.coverage.owned += repeated.len();
        retain(&mut draft.findings, findings);
        retain(&mut draft.held, held);
        if draft.held.is_empty() && adds_nothing {
            draft.pods.clear();
        } else {
            // Rules over all objects may say more of it, which its owners say, too.
            draft.owned = owned;
        }
    }

    /// Whether it is an earlier state of a Deployment that was read: nothing runs by it, and the Deployment says
    /// what is to run.
    fn is_retired(&self, owned: &Owned) -> bool {
        let is_deployment = |it: Name<'_>| it.0 == "Deployment" && self.pods.contains_key(&of(it));
        owned.is_retired && owned.owners().any(is_deployment)
    }

    fn remember(&mut self, draft: &Draft, owned: &[Owned]) {
        for it in owned.iter().filter(|it| it.object.kind != "Pod") {
            let owners = it.owners().map(|(kind, _, name)| (kind.to_owned(), name.to_owned()));
            self.owners.insert(of(name(&it.object)), owners.collect());
        }
        for finding in &draft.findings {
            // Nothing is made by a pod.
            if let Some(object) = finding.object.as_ref().filter(|it| it.kind != "Pod") {
                self.said.insert(of_finding(name(object), finding));
            }
        }
        let makes_pods = |it: &&PodSummary| it.object.kind != "Pod";
        for held in &draft.held {
            if let Some(pod) = draft.pods.get(held.pod).filter(makes_pods) {
                self.held.insert(of_held(name(&pod.object), held, pod));
            }
        }
        for pod in draft.pods.iter().filter(makes_pods) {
            self.levels.extend(pod.level.map(|it| of_level(name(&pod.object), it)));
            self.pods.insert(of(name(&pod.object)), of_pod(pod));
        }
    }
}

/// Leaves out all that a draft says of its only object.
fn retire(draft: &mut Draft, owned: &Owned) {
    for level in &owned.levels {
        if let Some(count) = draft.coverage.levels.get_mut(*level as usize) {
            *count = count.saturating_sub(1);
        }
    }
    draft.findings.clear();
    draft.held.clear();
    draft.pods.clear();
    draft.coverage.owned += 1;
}

/// Those that made the object that a pod is, or whose template it is.
fn owners_of<'o>(pod: &PodSummary, owned: &'o [Owned]) -> impl Iterator<Item = Name<'o>> {
    owned.iter().filter(|it| it.object == pod.object).flat_map(Owned::owners)
}

fn retain<T>(items: &mut Vec<T>, kept: Vec<bool>) {
    let mut kept = kept.into_iter();
    items.retain(|_| kept.next().unwrap_or(true));
}

fn of(value: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

fn of_level(name: Name<'_>, level: Level) -> u64 {
    of((name, level as usize))
}

fn of_finding(name: Name<'_>, finding: &Finding) -> u64 {
    of((name, &*finding.about.id, &*finding.message))
}

fn of_held(name: Name<'_>, held: &Held, pod: &PodSummary) -> u64 {
    of((name, held.rule, service_account(pod), pod.automounts))
}

/// All that is known of a pod but whose it is, and what controllers add.
fn of_pod(pod: &PodSummary) -> u64 {
    let labels = pod.labels.iter().filter(|(key, _)| !ADDED.contains(&key.as_str()));
    let mut labels: Vec<_> = labels.collect();
    labels.sort();
    let level = pod.level.map(|it| it as usize);
    of((labels, service_account(pod), pod.automounts, level, pod.is_host_network, pod.is_patch))
}

/// The ServiceAccount of a pod; the API server writes down which one it is by default.
fn service_account(pod: &PodSummary) -> &str {
    pod.service_account.as_deref().unwrap_or("default")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use harden_yaml::Position;

    use crate::check::{Outcome, Settings, Survey};
    use crate::rules;
    use crate::source::{Cut, Source};

    /// What all rules say of these objects in this order, one source each, as a cluster is read or a file.
    fn judge(texts: &[String], as_cluster: bool) -> Outcome<'static> {
        let cut = || Cut { start: Position { line: 1, column: 1 }, list: Arc::default() };
        let sources: Vec<_> =
            texts.iter().map(|it| Source::cut("c".into(), it.clone(), cut())).collect();
        let mut survey = Survey::new(Settings::new(rules::all()));
        sources.iter().for_each(|it| survey.learn(it));
        let mut run = survey.end();
        if as_cluster {
            run.expect_owners_first();
        }
        for source in sources {
            run.judge(vec![source]);
        }
        run.finish()
    }

    fn said(outcome: &Outcome<'_>) -> Vec<String> {
        let line = |it: &crate::finding::Finding| {
            let object = it.object.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{object} {} {}", it.about.id, it.message)
        };
        let mut lines: Vec<_> = outcome.findings.iter().map(line).collect();
        lines.sort();
        lines
    }

    /// A Deployment, its ReplicaSet and its Pods; `alter` changes what the pods are.
    fn family(name: &str, spec: &str, alter: impl Fn(usize, &str) -> String) -> Vec<String> {
        let template = |hash: &str| {
            format!(r#"{{"metadata":{{"labels":{{"app":"{name}"{hash}}}}},"spec":{spec}}}"#)
        };
        let owner = |kind: &str, name: &str| {
            format!(r#""ownerReferences":[{{"kind":"{kind}","name":"{name}"}}]"#)
        };
        let hash = r#","pod-template-hash":"1""#;
        let make = |kind: &str, own: &str, owner: &str, hash: &str| {
            format!(
                r#"{{"apiVersion":"apps/v1","kind":"{kind}","metadata":{{"name":"{own}","namespace":"n"{owner}}},"spec":{{"selector":{{"matchLabels":{{"app":"{name}"}}}},"template":{}}}}}"#,
                template(hash)
            )
        };
        let pod = |number: usize| {
            let owner = owner("ReplicaSet", &format!("{name}-1"));
            format!(
                r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}-1-{number}","namespace":"n","labels":{{"app":"{name}"{hash}}},{owner}}},"spec":{}}}"#,
                alter(number, spec)
            )
        };
        let mut all = vec![
            make("Deployment", name, "", ""),
            make(
                "ReplicaSet",
                &format!("{name}-1"),
                &format!(",{}", owner("Deployment", name)),
                hash,
            ),
        ];
        all.extend((0..3).map(pod));
        all
    }

    const SPEC: &str =
        r#"{"containers":[{"name":"c","image":"a:1","securityContext":{"privileged":true}}]}"#;

    #[test]
    fn a_cluster_says_what_its_objects_say_as_a_file() {
        let namespace = r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}"#;
        let plain = family("web", SPEC, |_, spec| spec.to_owned());
        let changed = family("db", SPEC, |number, spec| match number {
            // What the API server writes down, what somebody injected, and a pod that is someone else.
            0 => spec.replacen('{', r#"{"serviceAccountName":"default","#, 1),
            1 => spec.replace(r#""name":"c""#, r#""name":"sidecar""#),
            _ => spec.replacen('{', r#"{"serviceAccountName":"other","hostNetwork":true,"#, 1),
        });
        let texts = [vec![namespace.to_owned()], plain, changed].concat();
        let (cluster, file) = (judge(&texts, true), judge(&texts, false));
        assert_eq!(cluster.coverage.levels, file.coverage.levels);
        assert_eq!(cluster.coverage.objects, file.coverage.objects);
        assert_eq!(said(&cluster), said(&file));
        assert!(cluster.sources.len() < file.sources.len());
    }

    #[test]
    fn pods_that_add_nothing_are_not_remembered() {
        let outcome = judge(&family("web", SPEC, |_, spec| spec.to_owned()), true);
        let names = outcome.findings.iter().filter_map(|it| it.object.as_ref());
        assert!({ names }.all(|it| it.kind == "Deployment"), "{:?}", said(&outcome));
        assert_eq!(outcome.sources.iter().map(|it| it.pods.len()).sum::<usize>(), 1);
    }

    #[test]
    fn what_a_deployment_keeps_of_its_past_is_not_held_against_it() {
        let retired = |owner: &str, replicas: u8| {
            format!(
                r#"{{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{{"name":"web-0","namespace":"n","ownerReferences":[{{"kind":"Deployment","name":"{owner}"}}]}},"spec":{{"replicas":{replicas},"selector":{{"matchLabels":{{"app":"web"}}}},"template":{{"metadata":{{"labels":{{"app":"web"}}}},"spec":{{"hostNetwork":true,"containers":[{{"name":"old","image":"a:0"}}]}}}}}}}}"#
            )
        };
        let with = |more: String| {
            judge(&[family("web", SPEC, |_, it| it.to_owned()), vec![more]].concat(), true)
        };
        let without = judge(&family("web", SPEC, |_, it| it.to_owned()), true);
        let past = with(retired("web", 0));
        assert_eq!(said(&past), said(&without));
        assert_eq!(past.coverage.levels, without.coverage.levels);
        // Who runs, or belongs to nobody that was read, is no past.
        for other in [retired("web", 1), retired("nobody", 0)] {
            let said = said(&with(other));
            assert!(said.iter().any(|it| it.contains("web-0 host-namespaces")), "{said:#?}");
        }
    }

    #[test]
    fn whoever_claims_an_owner_hides_nothing_that_is_not_said_of_it() {
        let claim = |name: &str, owner: &str| {
            format!(
                r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}","namespace":"n","ownerReferences":[{{"kind":"Pod","name":"{owner}"}}]}},"spec":{SPEC}}}"#
            )
        };
        let texts = [claim("a", "a"), claim("b", "a"), claim("c", "nobody")];
        let count = |as_cluster| {
            let outcome = judge(&texts, as_cluster);
            outcome.findings.iter().filter(|it| it.about.id == "privileged-container").count()
        };
        assert_eq!(count(true), count(false));
    }
}
