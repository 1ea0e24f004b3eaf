//! Rules in the place of Falco's own.

use harden_yaml::{Document, Place};

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::runtime::{is_meant, is_stock_rule};

pub(super) static RULE: Rule = Rule {
    id: "falco-stock-rule-replaced",
    category: Category::Runtime,
    severity: Severity::Medium,
    level: None,
    summary: "a rule has the name of one of Falco's own, and takes its place",
    why: "Of two rules of one name, Falco keeps the last and says nothing. Falco's own rule is \
          off, with its exceptions, and what later versions improve of it does not arrive.",
    remedy: "change the rule by override, or give it a name of its own",
    breaks: "Falco's own rule reports again.",
    mend: Mend::ByHand("whether Falco's own rule is to be replaced"),
    references: &[Reference::Page("https://falco.org/docs/concepts/rules/overriding/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- rule: Terminal shell in container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.name = bash
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

/// So many names of Falco's own rules, and more, are a version of its own files.
const OWN: usize = 8;

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    if !is_meant(document) {
        return;
    }
    let is_changed = |it: Place<'_>| it.get("override").is_some() || it.get("append").is_some();
    let all =
        document.root().items().filter(|it| !is_changed(*it) && it.get("condition").is_some());
    let names = all.map(|it| it.at("rule"));
    let stock: Vec<_> = names.filter(|it| it.as_str().is_some_and(is_stock_rule)).collect();
    if stock.len() < OWN {
        for it in stock {
            let message = "Falco's own rule of this name is off: override it, or rename this one";
            reporter.flag_text(it.grip(), message);
        }
    }
}
