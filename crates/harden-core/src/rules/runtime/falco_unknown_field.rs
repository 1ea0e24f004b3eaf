//! Fields that events do not have.

use harden_yaml::Document;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::runtime::{Code, Missing};

pub(super) static RULE: Rule = Rule {
    id: "falco-unknown-field",
    category: Category::Runtime,
    severity: Severity::High,
    level: None,
    summary: "a rule of Falco names a field that events do not have",
    why: "Falco does not start with a condition or an output that names a field it does not \
          know, and all rules are off with it. With skip-if-unknown-filter it leaves out the \
          rule, and says so only in its log.",
    remedy: "correct the name of the field",
    breaks: "",
    mend: Mend::ByHand("which field was meant"),
    references: &[Reference::Page("https://falco.org/docs/concepts/rules/conditions/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.nane = bash
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
",
    good: "\
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.name = bash
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    super::report(document, reporter, |it| {
        let is_it = matches!(it.missing, Some(Missing::Field(_)));
        let end = if it.code == Code::UnknownFilter {
            "Falco leaves out the rule"
        } else {
            "Falco does not start"
        };
        is_it.then(|| format!("{end}: {}", it.message))
    });
}
