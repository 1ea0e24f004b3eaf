//! Keys that do nothing.

use harden_yaml::Document;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::runtime::{Code, is_meant};

pub(super) static RULE: Rule = Rule {
    id: "falco-ignored-key",
    category: Category::Runtime,
    severity: Severity::Medium,
    level: None,
    summary: "a file for Falco has a key or an item that is ignored",
    why: "What Falco does not know it leaves out, with a warning in its log at most: an \
          exception with value in place of values silences nothing, a rule with tag has no \
          tags, and an override that is misspelt replaces a whole list.",
    remedy: "correct the name of the key",
    breaks: "What the key says takes effect.",
    mend: Mend::ByHand("which key was meant"),
    references: &[Reference::Page("https://falco.org/docs/concepts/rules/exceptions/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.name = bash
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
  exceptions:
  - name: builds
    fields: [container.image.repository]
    value:
    - [registry.example.com/build]
",
    good: "\
- rule: Shell in a container
  desc: A shell was started in a container.
  condition: evt.type in (execve, execveat) and container.id != host and proc.name = bash
  output: Shell in %container.name | command=%proc.cmdline
  priority: NOTICE
  exceptions:
  - name: builds
    fields: [container.image.repository]
    values:
    - [registry.example.com/build]
",
};

const KEYS: [&str; 4] = ["name", "fields", "comps", "values"];

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    super::report(document, reporter, |it| match it.code {
        Code::UnknownKey | Code::UnknownItem | Code::AppendNoValues => {
            Some(format!("Falco warns: {}", it.message))
        }
        _ => None,
    });
    if !is_meant(document) {
        return;
    }
    let exceptions = document.root().items().flat_map(|it| it.at("exceptions").items());
    let unknown = exceptions.flat_map(|it| it.entries()).filter(|it| !KEYS.contains(&it.0));
    for (key, value) in unknown {
        let message = format!("Falco ignores the key {key} of an exception, and says nothing");
        reporter.flag_text(value.key_span().unwrap_or_else(|| value.grip()), message);
    }
}
