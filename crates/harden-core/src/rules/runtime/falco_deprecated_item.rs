//! Keys and fields of old.

use harden_yaml::Document;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::runtime::Code;

pub(super) static RULE: Rule = Rule {
    id: "falco-deprecated-item",
    category: Category::Runtime,
    severity: Severity::Low,
    level: None,
    summary: "a file for Falco uses what a later Falco takes away",
    why: "Falco warns of the key or the field in its log, and a later version does not start \
          with it. Fields about the start of a call have no value any more: evt.dir is always \
          <, so that a rule about > never fires.",
    remedy: "use override, and leave out the field",
    breaks: "",
    mend: Mend::ByHand("what the item was to do"),
    references: &[Reference::Page("https://falco.org/docs/concepts/rules/overriding/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.dir = < and evt.type in (execve, execveat) and container.id != host and proc.name = bash
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
        (it.code == Code::DeprecatedItem).then(|| format!("Falco warns: {}", it.message))
    });
}
