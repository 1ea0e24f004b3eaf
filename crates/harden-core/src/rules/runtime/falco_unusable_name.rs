//! Names that Falco cannot find again.

use harden_yaml::Document;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::runtime::Code;

pub(super) static RULE: Rule = Rule {
    id: "falco-unusable-name",
    category: Category::Runtime,
    severity: Severity::Medium,
    level: None,
    summary: "a macro, a list, an exception or a source has a name that Falco cannot use",
    why: "A macro or a list whose name has other characters than its grammar takes cannot be \
          named in a condition; of two exceptions of one name the second cannot be added to; \
          and rules of a source that no plugin has are left out.",
    remedy: "rename it",
    breaks: "",
    mend: Mend::ByHand("which name it gets"),
    references: &[Reference::Page("https://falco.org/docs/concepts/rules/basic-elements/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- macro: a-shell
  condition: proc.name = bash
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.name = bash
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
",
    good: "\
- macro: a_shell
  condition: proc.name = bash
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and a_shell
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    super::report(document, reporter, |it| match it.code {
        Code::InvalidMacroName
        | Code::InvalidListName
        | Code::ExceptionNameNotUnique
        | Code::UnknownSource => Some(format!("Falco warns: {}", it.message)),
        _ => None,
    });
}
