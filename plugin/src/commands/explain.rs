//! `explain` and `rules`: what is checked, and why.

use anyhow::bail;
use harden_core::finding::{Reference, Severity};
use harden_core::kubernetes::Level;
use harden_core::rule::{Category, Rule};
use harden_core::rules;
use serde_json::{Value, json};

use crate::deliver::outputs::Outputs;
use crate::terminal::{self, Exit};

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// Rule to explain, e.g. privileged-container; an upstream check id does too, e.g. hostPorts
    #[arg(value_name = "RULE")]
    rule: String,
}

pub(crate) fn explain(options: &Explain) -> super::Result {
    let by_check = |rule: &&'static Rule| {
        let is_its = |it: &Reference<_>| *it == Reference::PodSecurity(options.rule.as_str());
        rule.references.iter().any(is_its)
    };
    let Some(rule) = rules::find(&options.rule).or_else(|| rules::all().find(by_check)) else {
        let near: Vec<_> =
            rules::all().filter(|it| shares_a_word(it.id, &options.rule)).map(|it| it.id).collect();
        if near.is_empty() {
            bail!("there is no rule `{}`; `kubectl harden rules` lists them", options.rule);
        }
        bail!("there is no rule `{}`; did you mean {}?", options.rule, near.join(", "));
    };
    terminal::print(&rule.page())?;
    Ok(Exit::Done)
}

fn shares_a_word(id: &str, text: &str) -> bool {
    let words = |text: &str| {
        text.to_lowercase().split(['-', '_', ' ']).map(str::to_owned).collect::<Vec<_>>()
    };
    let (id, text) = (words(id), words(text));
    text.iter().any(|word| word.len() > 3 && id.contains(word))
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Only rules of this category, repeatable
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',', value_parser = category)]
    category: Vec<Category>,

    /// Only rules of at least this severity
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    min_severity: Option<Severity>,

    /// Only rules of the Pod Security Standards up to this level
    #[arg(long, value_name = "LEVEL")]
    level: Option<Level>,

    #[command(flatten)]
    outputs: Outputs<Format>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// A line each
    Text,
    /// Only the ids
    Name,
    /// A JSON array with everything that is known
    Json,
    /// A Markdown table
    Markdown,
}

pub(crate) fn list(options: &List) -> super::Result {
    let rules: Vec<_> = rules::all()
        .filter(|it| options.category.is_empty() || options.category.contains(&it.category))
        .filter(|it| options.min_severity.is_none_or(|severity| it.severity >= severity))
        .filter(|it| {
            options.level.is_none_or(|level| it.level.is_some_and(|of_rule| of_rule <= level))
        })
        .collect();
    options.outputs.check(&[])?;
    options.outputs.write(|format| lines(&rules, *format))
}

fn lines(rules: &[&Rule], format: Format) -> String {
    match format {
        Format::Text => {
            let width = rules.iter().map(|it| it.id.len()).max().unwrap_or_default();
            rules
                .iter()
                .map(|it| {
                    let request = if rules::is_on_request(it) { " (on request)" } else { "" };
                    format!("{:width$}  {:8}  {}{request}\n", it.id, it.severity.name(), it.summary)
                })
                .collect()
        }
        Format::Name => rules.iter().map(|it| format!("{}\n", it.id)).collect(),
        Format::Json => {
            format!("{:#}\n", Value::from(rules.iter().map(|it| to_json(it)).collect::<Vec<_>>()))
        }
        Format::Markdown => {
            let head = "| rule | severity | kind | what it finds |\n|---|---|---|---|\n".to_owned();
            let rows = rules.iter().map(|it| {
                format!(
                    "| [`{0}`]({0}.md) | {1} | {2} | {3} |\n",
                    it.id,
                    it.severity.name(),
                    it.category.name(),
                    it.summary
                )
            });
            head + &rows.collect::<String>()
        }
    }
}

fn to_json(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "category": rule.category.name(),
        "severity": rule.severity.name(),
        "level": rule.level.map(|it| it.to_string()),
        "summary": rule.summary,
        "why": rule.why,
        "remedy": rule.remedy,
        "breaks": rule.breaks,
        "onRequest": rules::is_on_request(rule),
        "references": rule.references.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn category(text: &str) -> Result<Category, String> {
    let known = || rules::CATEGORIES.iter().map(|(category, _)| *category);
    known().find(|it| it.name() == text).ok_or_else(|| {
        format!("must be one of {}", known().map(Category::name).collect::<Vec<_>>().join(", "))
    })
}

/// Reads a severity by its name.
pub(super) fn severity(text: &str) -> Result<Severity, String> {
    Severity::ALL
        .into_iter()
        .find(|it| it.name() == text)
        .ok_or_else(|| format!("must be one of {}", Severity::ALL.map(Severity::name).join(", ")))
}
