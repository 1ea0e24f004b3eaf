//! Lists that are compared as a text.

use harden_yaml::Document;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "falco-list-as-text",
    category: Category::Runtime,
    severity: Severity::High,
    level: None,
    summary: "a condition of Falco compares with a list by an operator for one text",
    why: "Falco puts what is in a list in place of its name, wherever the name stands. After = \
          that is no condition, and Falco does not start; where the list has one item, or is \
          in no file, it compares with one text, and the rule fires for nothing else.",
    remedy: "write in, and the name of the list in parentheses",
    breaks: "The rule fires for every item of the list.",
    mend: Mend::ByHand("whether the list or the text was meant"),
    references: &[Reference::Page("https://falco.org/docs/concepts/rules/conditions/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- list: shells
  items: [bash, zsh]
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.name = shells
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
",
    good: "\
- list: shells
  items: [bash, zsh]
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.name in (shells)
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    super::report(document, reporter, |it| {
        let name = super::list_as_text(it)?;
        Some(format!("Falco does not start: {name} is a list, write `in ({name})`"))
    });
}
