//! A rule as a page for people, in Markdown that also reads well in a terminal.

use std::fmt::Write as _;

use super::{Reference, Rule};

impl Rule {
    /// The rule as a page: what is wrong, why, what to do, what may break, an example.
    pub fn page(&self) -> String {
        let mut page = format!("# {}\n\n{}.\n\n", self.id, capitalised(self.summary));
        let level = match self.level {
            Some(level) => format!("forbidden by the Pod Security Standard {level}"),
            None if self.category == super::Category::Workload => {
                "beyond the Pod Security Standards".to_owned()
            }
            None => String::new(),
        };
        let facts = [self.severity.name().to_owned(), self.category.name().to_owned(), level];
        let facts: Vec<_> = facts.into_iter().filter(|it| !it.is_empty()).collect();
        let _ = writeln!(page, "Severity and kind: {}.\n", facts.join(", "));
        section(&mut page, "Why", self.why);
        section(&mut page, "What to do", &format!("{}.", capitalised(self.remedy)));
        if !self.breaks.is_empty() {
            section(&mut page, "What may break", self.breaks);
        }
        if let Some(lock) = self.check.lock() {
            example(&mut page, "The lock", lock);
        }
        example(&mut page, "Flagged", self.bad);
        example(&mut page, "Not flagged", self.good);
        page.push_str("## Where the field says the same\n\n");
        for reference in self.references {
            let _ = match reference {
                Reference::Page(address) => writeln!(page, "- <{address}>"),
                other => writeln!(page, "- {other}"),
            };
        }
        let _ = write!(
            page,
            "\n## To leave it be\n\n`# harden: ignore[{id}] reason` on the line or above the object, or the annotation\n\
             `{prefix}{id}: reason`, or an entry in `.kubectl-harden.yaml`.\n",
            id = self.id,
            prefix = crate::ignore::ANNOTATION_PREFIX,
        );
        page
    }
}

pub(crate) fn section(page: &mut String, title: &str, text: &str) {
    let _ = writeln!(page, "## {title}\n\n{}\n", wrapped(text));
}

pub(crate) fn example(page: &mut String, title: &str, text: &str) {
    let _ = writeln!(page, "## {title}\n\n```yaml\n{}\n```\n", text.trim_end());
}

pub(crate) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Lines of at most 100 characters, where words allow.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > 100 {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}
