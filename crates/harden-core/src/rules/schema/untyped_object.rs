//! Objects that do not say what they are.

use super::report;
use crate::configuration;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema::FlawKind;

pub(super) static RULE: Rule = Rule {
    id: "untyped-object",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "an object does not say its apiVersion or its kind",
    why: "kubectl refuses the object: what it was to defend stays open, and whoever applies it by other \
          means gets something else than what was reviewed.",
    remedy: "write apiVersion and kind, spelt just so",
    breaks: "The object is applied.",
    mend: Mend::WithThought,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/#required-fields",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiversion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    // Of files that the API server reads, another rule says it.
    if configuration::missing_type(object.place).is_none() {
        report(FlawKind::Untyped, reporter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{findings, messages};

    const REST: &str = "metadata: {name: a}\nspec: {containers: [{name: c, image: 'a:1'}]}\n";

    #[test]
    fn what_stands_in_place_of_the_right_key_is_named() {
        for (head, said) in [
            ("kind: Pod\n", "kubectl refuses an object without `apiVersion`; Pod is in v1"),
            ("apiVersion: v1\n", "kubectl refuses an object without `kind`"),
            (
                "apiVersion: v1\nKind: Pod\n",
                "`Kind` is not `kind`, without which kubectl refuses the object",
            ),
            (
                "apiVersion: v1\nkinds: Pod\n",
                "`kinds` is not `kind`, without which kubectl refuses the object",
            ),
            (
                "apiversion: v1\nkind: Pod\n",
                "`apiversion` is not `apiVersion`, without which kubectl refuses the object",
            ),
            (
                "apiVersoin: v1\nkind: Pod\n",
                "`apiVersoin` is not `apiVersion`, without which kubectl refuses the object",
            ),
            ("apiVersion: v1\nkind: 5\n", "kubectl refuses an object whose `kind` is not a text"),
            (
                "apiVersion:\nkind: Pod\n",
                "kubectl refuses an object whose `apiVersion` is not a text",
            ),
            (
                "apiVersion: 1\nkind: Pod\n",
                "kubectl refuses an object whose `apiVersion` is not a text",
            ),
            ("apiVersion: v1\nkind: ''\n", "kubectl refuses an object whose `kind` is not a text"),
            ("", "kubectl refuses an object without `apiVersion` and `kind`"),
        ] {
            assert_eq!(messages(&RULE, &format!("{head}{REST}")), [said], "{head}");
        }
        let both = format!("apiversion: v1\nKind: Pod\n{REST}");
        assert_eq!(messages(&RULE, &both).len(), 2);
    }

    #[test]
    fn the_key_is_pointed_at() {
        let text = format!("apiVersion: v1\nKind: Pod\n{REST}");
        let spots: Vec<_> =
            findings(&RULE, &text).iter().flat_map(|it| it.spots.to_vec()).collect();
        assert_eq!(spots.iter().map(|it| it.span.text(&text)).collect::<Vec<_>>(), ["Kind"]);
    }

    #[test]
    fn items_of_a_list_and_the_list_itself_are_objects() {
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}}";
        for (text, count) in [
            (format!("{{apiVersion: v1, kind: List, items: [{pod}]}}"), 0),
            (format!("{{kind: List, items: [{pod}]}}"), 1),
            (format!("{{apiVersion: v1, Kind: List, items: [{pod}]}}"), 1),
            (format!("{{apiVersion: v1, items: [{pod}]}}"), 1),
            (format!("{{apiVersion: v1, kind: List, items: [{{a: 1}}, 5, null, {pod}]}}"), 3),
            (
                "{apiVersion: v1, kind: List, items: [{kind: Pod, metadata: {name: a}}]}"
                    .to_owned(),
                1,
            ),
            ("{apiVersion: v1, kind: PodList, items: [{metadata: {name: a}}]}".to_owned(), 0),
            (format!("[{pod}, {{kind: Pod, metadata: {{name: a}}}}]"), 1),
        ] {
            assert_eq!(messages(&RULE, &text).len(), count, "{text}");
        }
    }

    #[test]
    fn other_files_are_no_objects() {
        for text in [
            "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: v1\n",
            "kind: DaemonSet\nimage: {repository: a}\nreplicaCount: 2\n",
            "kind: pipeline\ntype: docker\nname: default\nsteps: []\n",
            "kind: Deploy\ntype: container\nname: a\nspec: {image: a}\n",
            "apiVersion: 1\ndatasources: [{name: a}]\n",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nresources: [a.yaml]\nmetadata: {name: a}\n",
            "kind: Kustomization\nresources: [a.yaml]\n",
            "resources: [a.yaml]\npatches: [{path: b.yaml}]\n",
            "apiVersion: score.dev/v1b1\nmetadata: {name: a}\ncontainers: {a: {image: b}}\n",
            "metadata: {timestamp: '2026-01-01'}\ncomponents: []\n",
            "name: web\nversion: 1.0.0\nscripts: {build: tsc}\n",
            "- {op: add, path: /spec, value: {containers: [{name: a}]}}\n",
            "- hosts: all\n  tasks: [{name: a}]\n",
            "image: web:1\nsecurityContext: {privileged: true}\ncontainers: [{name: a}]\n",
            "openapi: 3.0.0\ninfo: {title: a}\npaths: {}\n",
            "hello\n",
        ] {
            assert_eq!(messages(&RULE, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn another_rule_speaks_of_files_of_the_api_server() {
        let policy = "kind: Policy\nmetadata: {name: a}\nrules: [{level: Metadata}]\n";
        assert_eq!(messages(&RULE, policy), [""; 0]);
    }
}
