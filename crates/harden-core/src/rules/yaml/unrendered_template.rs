//! Templates that were not rendered.

use harden_yaml::{Document, Span};

use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unrendered-template",
    category: Category::Yaml,
    severity: Severity::Low,
    level: None,
    summary: "a template was given instead of what it renders to",
    why: "A template says nothing until its values are filled in, so nothing in it was \
          checked.",
    remedy: "render it first, as with `helm template`, and check the result",
    breaks: "",
    references: &[Reference::Page("https://helm.sh/docs/helm/helm_template/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
apiVersion: v1
kind: Service
metadata:
  name: {{ include \"web.fullname\" . }}
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: web
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    if !document.has_template() || !document.is_rejected() {
        return;
    }
    let span = document.span();
    let start = span.text(document.text()).find("{{").and_then(|at| u32::try_from(at).ok());
    let start = span.start.saturating_add(start.unwrap_or_default());
    let end = start.saturating_add(2).min(span.end);
    reporter.flag_text(
        Span { start, end },
        "this is a template: render it first, as with `helm template`, and check the result",
    );
}
