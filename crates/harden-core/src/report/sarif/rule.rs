//! A rule, as SARIF describes it.

use serde::Serialize;

use super::log::Message;
use crate::rule::{Reference, Rule, Severity};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    id: &'static str,
    short_description: Message<String>,
    full_description: Message<&'static str>,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'static str>,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Properties {
    tags: Vec<String>,
    precision: &'static str,
    security_severity: &'static str,
}

impl Descriptor {
    pub(super) fn new(rule: &'static Rule) -> Self {
        let page = rule.references.iter().find_map(|it| match it {
            Reference::Page(address) => Some(*address),
            _ => None,
        });
        Self {
            id: rule.id,
            short_description: Message { text: sentence(rule.summary) },
            full_description: Message { text: rule.why },
            help: Help { text: text(rule), markdown: markdown(rule) },
            help_uri: page,
            default_configuration: Configuration { level: level(rule.severity) },
            properties: Properties {
                tags: tags(rule),
                precision: "high",
                security_severity: score(rule.severity),
            },
        }
    }
}

/// The level of results.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// A score in the range that GitHub calls by the severity's name.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn tags(rule: &Rule) -> Vec<String> {
    let mut tags =
        vec!["security".to_owned(), "kubernetes".to_owned(), rule.category.name().to_owned()];
    tags.extend(rule.level.map(|level| format!("pod-security/{level}")));
    tags.extend(rule.references.iter().filter_map(|it| match it {
        Reference::Cis(section) => Some(format!("cis/{section}")),
        Reference::Mitre(technique) => Some(format!("mitre/{technique}")),
        Reference::Owasp(item) => Some(format!("owasp/{item}")),
        _ => None,
    }));
    tags
}

fn text(rule: &Rule) -> String {
    let mut text = format!("{} What to do: {}.", rule.why, rule.remedy);
    if !rule.breaks.is_empty() {
        text.push_str(" What may break: ");
        text.push_str(rule.breaks);
    }
    text
}

fn markdown(rule: &Rule) -> String {
    let mut text = format!("{}\n\n**What to do:** {}.\n", rule.why, rule.remedy);
    if !rule.breaks.is_empty() {
        text.push_str("\n**What may break:** ");
        text.push_str(rule.breaks);
        text.push('\n');
    }
    let examples = [("Flagged", rule.bad), ("Not flagged", rule.good)];
    text.extend(
        examples.map(|(title, manifest)| format!("\n**{title}:**\n\n```yaml\n{manifest}```\n")),
    );
    if !rule.references.is_empty() {
        text.push('\n');
        text.extend(rule.references.iter().map(|it| format!("- {it}\n")));
    }
    text
}

/// The words with a capital letter and a full stop.
fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(chars).chain(['.']).collect()
}
