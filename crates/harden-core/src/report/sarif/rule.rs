//! A rule, as SARIF describes it.

use serde::Serialize;

use super::log::Message;
use crate::finding::{About, Example, Reference, Severity};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'a> {
    id: &'a str,
    short_description: Message<String>,
    full_description: Message<&'a str>,
    help: Help,
    help_uri: String,
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

impl<'a> Descriptor<'a> {
    pub(super) fn new(about: &'a About) -> Self {
        Self {
            id: &about.id,
            short_description: Message { text: sentence(&about.title) },
            full_description: Message { text: &about.why },
            help: Help { text: text(about), markdown: markdown(about) },
            help_uri: about.page(),
            default_configuration: Configuration { level: level(about.severity) },
            properties: Properties {
                tags: tags(about),
                precision: "high",
                security_severity: score(about.severity),
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

fn tags(about: &About) -> Vec<String> {
    let mut tags = vec!["security".to_owned(), "kubernetes".to_owned(), about.category.to_string()];
    tags.extend(about.level.map(|level| format!("pod-security/{level}")));
    tags.extend(about.references.iter().filter_map(|it| match it {
        Reference::Cis(section) => Some(format!("cis/{section}")),
        Reference::Mitre(technique) => Some(format!("mitre/{technique}")),
        Reference::Owasp(item) => Some(format!("owasp/{item}")),
        _ => None,
    }));
    tags
}

fn text(about: &About) -> String {
    let mut text = format!("{} What to do: {}.", about.why, about.remedy);
    if !about.breaks.is_empty() {
        text.push_str(" What may break: ");
        text.push_str(&about.breaks);
    }
    text
}

fn markdown(about: &About) -> String {
    let mut text = format!("{}\n\n**What to do:** {}.\n", about.why, about.remedy);
    if !about.breaks.is_empty() {
        text.push_str("\n**What may break:** ");
        text.push_str(&about.breaks);
        text.push('\n');
    }
    if let Some(Example { bad, good }) = &about.example {
        text.extend(
            [("Flagged", bad), ("Not flagged", good)]
                .map(|(title, manifest)| format!("\n**{title}:**\n\n```yaml\n{manifest}```\n")),
        );
    }
    if !about.references.is_empty() {
        text.push('\n');
        text.extend(about.references.iter().map(|it| format!("- {it}\n")));
    }
    text
}

/// The words with a capital letter and a full stop.
fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(chars).chain(['.']).collect()
}
