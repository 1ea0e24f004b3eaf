//! Macros, lists and rules that another file has to have.

use harden_yaml::Document;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::runtime::Missing;

pub(super) static RULE: Rule = Rule {
    id: "falco-missing-definition",
    category: Category::Runtime,
    severity: Severity::Medium,
    level: None,
    summary: "a file for Falco relies on what another file has to define before it",
    why: "Falco knows only what it has read so far: a macro of its own rules, such as \
          spawned_process, is there when its file is loaded before this one. Where it is not, \
          or a later version of that file has it no more, Falco does not start.",
    remedy: "define it in the file, or load the file that does before it",
    breaks: "",
    mend: Mend::ByHand("which file is loaded before"),
    references: &[Reference::Page("https://falco.org/docs/concepts/rules/default-macros/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: spawned_process and container.id != host and proc.name = bash
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
",
    good: "\
- macro: spawned_process
  condition: evt.type in (execve, execveat)
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: spawned_process and container.id != host and proc.name = bash
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    super::report(document, reporter, |it| {
        let what = match it.missing.as_ref()? {
            Missing::List(name) => format!("the list {name}"),
            Missing::Macro(name) => format!("the macro {name}"),
            Missing::Rule(name) => format!("the rule {name}"),
            Missing::Field(_) => return None,
        };
        Some(format!("Falco does not start unless a file before this one defines {what}"))
    });
}
