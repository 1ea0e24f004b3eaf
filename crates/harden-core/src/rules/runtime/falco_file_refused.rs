//! Files with which Falco does not start.

use harden_yaml::Document;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "falco-file-refused",
    category: Category::Runtime,
    severity: Severity::High,
    level: None,
    summary: "a file of rules keeps Falco from starting",
    why: "Falco reads its files at its start, and stops at the first error: every rule is off, \
          those of other files included, and nothing watches the nodes until somebody looks at \
          the pods of its DaemonSet.",
    remedy: "correct what Falco says",
    breaks: "Rules take effect that never did.",
    mend: Mend::ByHand("what the item was to say"),
    references: &[Reference::Page("https://falco.org/docs/concepts/rules/basic-elements/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.name = bash and
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
        let is_told_elsewhere = it.missing.is_some() || super::list_as_text(it).is_some();
        let is_it = it.code.is_error() && !is_told_elsewhere;
        is_it.then(|| format!("Falco does not start: {} ({})", it.message, it.code.as_str()))
    });
}
