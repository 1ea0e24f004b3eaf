//! `explain` and `rules`: what is checked, and why.

use anyhow::anyhow;
use harden_core::finding::{Reference, Severity};
use harden_core::kubernetes::Level;
use harden_core::rule::{Category, Rule};
use serde_json::{Map, Value};

use crate::deliver::outputs::Outputs;
use crate::rules;
use crate::terminal::{self, Exit};

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// Rule to explain, e.g. privileged-container; an upstream check id does too, e.g. hostPorts
    #[arg(value_name = "RULE")]
    rule: String,
}

pub(crate) fn explain(options: &Explain) -> super::Result {
    let rule = find(&options.rule)
        .map_err(|near| anyhow!("there is no rule `{}`; {near}", options.rule))?;
    terminal::print(&rule.page())?;
    Ok(Exit::Done)
}

/// The rule of an id, or of the upstream check of an id; where there is none, what may be meant.
pub(crate) fn find(id: &str) -> Result<&'static Rule, String> {
    let by_check = |rule: &&'static Rule| {
        let is_its = |it: &Reference<_>| *it == Reference::PodSecurity(id);
        rule.references.iter().any(is_its)
    };
    rules::find(id).or_else(|| rules::all().find(by_check)).ok_or_else(|| {
        let near: Vec<_> =
            rules::all().filter(|it| shares_a_word(it.id, id)).map(|it| it.id).collect();
        if near.is_empty() {
            "`kubectl harden rules` lists them".to_owned()
        } else {
            format!("did you mean {}?", near.join(", "))
        }
    })
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

/// The rules that the options choose.
pub(crate) fn chosen(options: &List) -> Vec<&'static Rule> {
    rules::all()
        .filter(|it| options.category.is_empty() || options.category.contains(&it.category))
        .filter(|it| options.min_severity.is_none_or(|severity| it.severity >= severity))
        .filter(|it| {
            options.level.is_none_or(|level| it.level.is_some_and(|of_rule| of_rule <= level))
        })
        .collect()
}

pub(crate) fn list(options: &List) -> super::Result {
    let rules = chosen(options);
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
            let all = rules.iter().map(|it| Value::Object(to_json(it)));
            format!("{:#}\n", Value::Array(all.collect()))
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

/// All that is known of a rule, but for its examples.
pub(crate) fn to_json(rule: &Rule) -> Map<String, Value> {
    let references: Vec<_> = rule.references.iter().map(ToString::to_string).collect();
    let fields: [(&str, Value); 10] = [
        ("id", rule.id.into()),
        ("category", rule.category.name().into()),
        ("severity", rule.severity.name().into()),
        ("level", rule.level.map(|it| it.to_string()).into()),
        ("summary", rule.summary.into()),
        ("why", rule.why.into()),
        ("remedy", rule.remedy.into()),
        ("breaks", rule.breaks.into()),
        ("onRequest", rules::is_on_request(rule).into()),
        ("references", references.into()),
    ];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
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
