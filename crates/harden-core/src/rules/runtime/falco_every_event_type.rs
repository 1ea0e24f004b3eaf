//! Rules that look at every event.

use harden_yaml::Document;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::runtime::Code;

pub(super) static RULE: Rule = Rule {
    id: "falco-every-event-type",
    category: Category::Runtime,
    severity: Severity::Low,
    level: None,
    summary: "a rule of Falco names no type of events",
    why: "Falco evaluates the condition for every event of the node. That takes so much of its \
          time that under load it loses events, those of other rules included.",
    remedy: "begin the condition with evt.type",
    breaks: "",
    mend: Mend::ByHand("which types of events the rule is about"),
    references: &[Reference::Page("https://falco.org/docs/concepts/rules/style-guide/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: container.id != host and proc.name = bash
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
        let message = "the rule is about every type of events, or nearly: name those it needs";
        (it.code == Code::NoEvttype).then(|| String::from(message))
    });
}
