//! Templates that were not rendered.

use harden_yaml::{Document, Span};

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

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
    mend: Mend::ByHand("the values that the template is rendered with"),
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
    // Of a chart, the coverage speaks once.
    if let Some(span) = document.template().filter(|_| !reporter.is_in_chart()) {
        let is_of_helm = span.text(document.text()).starts_with("{{");
        let example = if is_of_helm { ", as with `helm template`," } else { "" };
        let span = Span { end: span.start.saturating_add(2).min(span.end), ..span };
        reporter.flag_text(
            span,
            format!("this is a template: render it first{example} and check the result"),
        );
    }
}
