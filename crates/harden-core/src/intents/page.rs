//! An intent as a page for people, with what each engine is told.

use std::fmt::Write as _;

use super::{Demand, Engine, Intent, KyvernoKind, Mode, Policy, Values};
use crate::kubernetes::MinorVersion;
use crate::rule::page::{capitalised, example, section};
use crate::{ManifestFormat, render};

/// Every engine with a kind of policy, and what it is called.
const WAYS: [(&str, Engine, KyvernoKind); 4] = [
    ("The API server itself", Engine::Kubernetes, KyvernoKind::ValidatingPolicy),
    ("Kyverno", Engine::Kyverno, KyvernoKind::ValidatingPolicy),
    ("Kyverno before 1.17", Engine::Kyverno, KyvernoKind::ClusterPolicy),
    ("Gatekeeper", Engine::Gatekeeper, KyvernoKind::ValidatingPolicy),
];

impl Intent {
    /// The intent as a page: what is not let in, why, and the policy of each engine, with the values that its
    /// parameters show as examples.
    pub fn page(&self) -> String {
        let verb = match self.demand {
            Demand::Change(_) => "Sets what is safe where",
            Demand::Hold(_) | Demand::Never(_) | Demand::Across(_) => "Refuses that",
        };
        let mut page = format!("# {}\n\n{verb} {}.\n\n", self.id, self.summary());
        page.push_str("```sh\nkubectl harden admission-policy ");
        page.push_str(self.id);
        for (name, value) in self.examples() {
            let _ = write!(page, " --set '{name}={value}'");
        }
        page.push_str("\n```\n\n");
        if self.rule().is_some() {
            let _ = writeln!(
                page,
                "`check` finds the same in what is there: [{0}](../rules/{0}.md).\n",
                self.id
            );
        }
        section(&mut page, "Why", self.why());
        section(&mut page, "What to do", &format!("{}.", capitalised(self.remedy())));
        self.tell_parameters(&mut page);
        let (bad, good) = match self.demand {
            Demand::Hold(_) => ("Refused", "Let in"),
            Demand::Never(_) => ("Refused, as the API server makes it of the request", "Let in"),
            Demand::Across(_) => ("Refused, the last of them", "Let in"),
            Demand::Change(change) => {
                section(&mut page, "What may break", change.breaks);
                ("Changed", "What it becomes")
            }
        };
        example(&mut page, bad, self.bad());
        if !self.good().is_empty() {
            example(&mut page, good, self.good());
        }
        let newest = MinorVersion::NEWEST_KNOWN;
        let Ok(values) = Values::new(self.parameters, &self.examples()) else { return page };
        // Pages are made of the values in the lists, which live as long as the program.
        let Some(intent) = super::find(self.id) else { return page };
        let policy = Policy {
            intent,
            version: newest,
            standards: newest,
            values,
            mode: Mode::Deny,
            exempt: Vec::new(),
            break_glass: Vec::new(),
        };
        for (title, engine, kind) in WAYS {
            match policy.manifests(engine, kind) {
                Ok(manifests) => {
                    example(&mut page, title, &render(&manifests, ManifestFormat::Yaml, false));
                }
                Err(unsaid) => section(&mut page, title, &format!("{}.", capitalised(&unsaid.0))),
            }
        }
        page.truncate(page.trim_end().len());
        page.push('\n');
        page
    }

    fn tell_parameters(&self, page: &mut String) {
        if self.parameters.is_empty() {
            return;
        }
        page.push_str(
            "## What it takes\n\n| `--set` | what | unless it is said |\n|---|---|---|\n",
        );
        for it in self.parameters {
            let usual: Vec<_> = it.default.iter().map(|value| format!("`{value}`")).collect();
            let usual = if usual.is_empty() { "must be said".to_owned() } else { usual.join(", ") };
            let _ = writeln!(page, "| `{}` | {} | {usual} |", it.name, it.summary);
        }
        page.push('\n');
    }
}

/// The list of all intents, as a page.
pub fn index() -> String {
    let mut page = "# Intents\n\nWhat `kubectl harden admission-policy` does not let in. An intent is called as the flaw \
                    is that it refuses: `kubectl harden check` finds the same in what is there.\n"
        .to_owned();
    for list in super::CATEGORIES {
        let Some(first) = list.first() else { continue };
        let _ = write!(
            page,
            "\n## {}\n\n| intent | level | what it refuses |\n|---|---|---|\n",
            match first.demand {
                Demand::Hold(_) => first.category().name(),
                Demand::Never(_) => "What is done to pods that run",
                Demand::Change(_) => "What is set where it is not said",
                Demand::Across(_) => "Beside other objects",
            }
        );
        for it in *list {
            let level = it.level().map(|it| it.to_string()).unwrap_or_default();
            let _ = writeln!(page, "| [`{0}`]({0}.md) | {level} | {1} |", it.id, it.summary());
        }
    }
    page
}
