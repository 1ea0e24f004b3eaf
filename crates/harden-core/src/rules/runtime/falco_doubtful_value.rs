//! Values that may be meant as something else.

use harden_yaml::Document;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::runtime::Code;

pub(super) static RULE: Rule = Rule {
    id: "falco-doubtful-value",
    category: Category::Runtime,
    severity: Severity::Low,
    level: None,
    summary: "a condition of Falco compares with a value that may be meant as something else",
    why: "A field on the right side is a text, unless val() is around it; <NA> is what Falco \
          prints for a value that is not there, and compares with as a text. Such a condition \
          holds never, or always.",
    remedy: "write val(field) for a field, and exists for a value that is there",
    breaks: "",
    mend: Mend::ByHand("whether the text was meant"),
    references: &[Reference::Page("https://falco.org/docs/concepts/rules/conditions/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.name = proc.pname
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
",
    good: "\
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.name = val(proc.pname)
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    super::report(document, reporter, |it| match it.code {
        Code::ConditionWarning | Code::UnsafeNaCheck => {
            Some(format!("Falco warns: {}", it.message))
        }
        _ => None,
    });
}
