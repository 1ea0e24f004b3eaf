//! Documents that hold objects, and are no object.

use harden_yaml::Document;

use super::holds_objects;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema;

pub(super) static RULE: Rule = Rule {
    id: "loose-objects",
    category: Category::Yaml,
    severity: Severity::High,
    level: None,
    summary: "a document is a list or a text where kubectl takes an object",
    why: "kubectl refuses the document, and nothing in it is applied, whatever it was to defend.",
    remedy: "make it a List with `items`, or separate its objects with ---",
    breaks: "Objects that were never applied will be.",
    mend: Mend::ByHand(
        "whether its objects are a List or documents of their own, or its text was to be one",
    ),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/",
    )],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- apiVersion: v1
  kind: ServiceAccount
  metadata:
    name: web
",
    good: "\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ServiceAccount
  metadata:
    name: web
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    let root = document.root();
    if root.is_list() && document.is_readable() {
        if holds_objects(document, reporter.version()) {
            let message =
                "kubectl takes no list of objects: make it a List, or separate them with ---";
            reporter.flag_text(root.grip(), message);
        }
    } else if root.as_str().is_some_and(schema::says_object) && !document.is_rejected() {
        let message = "kubectl takes this for a mere text: write a blank after each `:`";
        reporter.flag_text(root.grip(), message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::messages;

    #[test]
    fn lists_and_texts_that_name_objects_are_flagged() {
        for text in [
            "[{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}]",
            "- kind: Pod\n  metadata: {name: a}\n",
            "[// the first\n {\"apiVersion\": \"v1\", \"kind\": \"Pod\"}]",
            "{apiVersion:v1,kind:Pod}\n---\nkind:Pod\n",
        ] {
            assert_eq!(messages(&RULE, text).len(), 1, "{text}");
        }
    }

    #[test]
    fn other_lists_and_texts_are_not() {
        for text in [
            "- {op: replace, path: /spec/replicas, value: 2}\n",
            "- a\n- b\n",
            "[]",
            "hello, kind: it is not\n",
            "This is a kind word.\n",
            "apiVersion: v1\nkind: List\nitems: []\n",
        ] {
            assert_eq!(messages(&RULE, text), [""; 0], "{text}");
        }
    }
}
