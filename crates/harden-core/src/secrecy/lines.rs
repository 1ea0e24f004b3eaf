//! The values that may be secret in a text that cannot be read: broken documents, templates, comments.

use harden_yaml::Span;

use super::Reason;
use super::credentials::{self, Language};
use super::kinds;
use crate::external_secrets::GROUP;
use crate::schema;

/// What may be secret in the lines of a document, from their beginning, and why.
pub(super) fn read(text: &str) -> (Vec<Reason>, Vec<Span>) {
    match judge(text) {
        Some(reason) => (vec![reason], hidden(text)),
        None => generous(text),
    }
}

/// Passwords and the like in lines of which nobody knows where a value ends.
pub(super) fn generous(text: &str) -> (Vec<Reason>, Vec<Span>) {
    let (mut reasons, mut spans) = credentials(text);
    for span in &mut spans {
        let rest = text.get(span.end as usize..).unwrap_or_default();
        let end = span.end as usize + rest.find(['\n', '\r']).unwrap_or(rest.len());
        *span = Span::new(span.start as usize, end);
    }
    let named = named(text);
    if reasons.is_empty() && !(named.is_empty() && spans.is_empty()) {
        reasons.push(Reason::Credential("a password"));
    }
    spans.extend(named);
    (reasons, spans)
}

/// Passwords and the like, wherever they stand.
pub(super) fn credentials(text: &str) -> (Vec<Reason>, Vec<Span>) {
    // What is commented out counts, too.
    let text = text.replace('#', " ");
    let found = credentials::all_in(&text, Language::Settings);
    let mut reasons = Vec::new();
    for reason in found.iter().map(|it| Reason::Credential(it.what)) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let spans = found.iter().map(|it| Span::new(it.span.start, it.span.end));
    (reasons, spans.chain(accounts(&text)).collect())
}

/// What stands behind names of secrets, whatever it is.
fn named(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut start, mut is_named) = (0, false);
    for line in text.split_inclusive(['\n', '\r']) {
        let end = start + line.trim_end().len();
        for (at, _) in line.match_indices([':', '=']) {
            let lead = line.get(..at).unwrap_or_default().trim_end_matches([' ', '"', '\'', '\\']);
            let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
            let name = lead.rsplit(|it| !is_part(it)).next().unwrap_or_default();
            let value = line.get(at + 1..).unwrap_or_default().trim();
            let first = value.split([',', '}', ' ']).next().unwrap_or_default();
            if name == "name" {
                is_named = credentials::is_secret_name(first.trim_matches(['"', '\'']));
            } else if !value.is_empty()
                && (is_named && name == "value" || credentials::is_secret_name(name))
            {
                add(&mut spans, start + at + 1, end);
            }
        }
        let is_command =
            ["mysql", "mariadb", "sshpass", "login"].iter().any(|it| line.contains(it));
        if let Some(at) = line.find(" -p").filter(|_| is_command) {
            add(&mut spans, start + at + 3, end);
        }
        start += line.len();
    }
    spans
}

/// What stands before `@` in URLs, whatever it is, and where a number should be if there is no `@`.
pub(super) fn accounts(text: &str) -> impl Iterator<Item = Span> {
    text.match_indices("://").filter_map(|(at, sign)| {
        let start = at + sign.len();
        let rest = text.get(start..)?;
        let rest = rest.get(..rest.find(char::is_whitespace).unwrap_or(rest.len()))?;
        let account = match rest.rsplit_once('@') {
            Some((account, _)) => account,
            None => rest.split(['/', '?', '#', '"', '\'', ',', ']', '}']).next()?,
        };
        let (user, secret) = account.split_once(':')?;
        let number = secret.trim_end_matches(|it: char| it.is_ascii_punctuation());
        let is_port = !secret.is_empty() && number.bytes().all(|it| it.is_ascii_digit())
            || secret.starts_with(['$', '{']);
        let is_secret =
            rest.contains('@') || !is_port && !secret.is_empty() && !user.starts_with('[');
        is_secret.then(|| Span::new(start + user.len() + 1, start + account.len()))
    })
}

/// Why a document that cannot be read may be made of secrets; none where it is known not to be.
fn judge(text: &str) -> Option<Reason> {
    let mut own = None;
    let mut least = usize::MAX;
    for (indent, kind) in kinds_in(text) {
        match kinds::of_kind(kind) {
            Some(kinds::Confidential::Encryption) => return Some(Reason::EncryptionConfiguration),
            Some(_) => return Some(Reason::Secret),
            None => {}
        }
        if indent < least {
            (least, own) = (indent, Some(kind));
        }
    }
    let lower = text.to_lowercase();
    if lower.contains("stringdata") {
        return Some(Reason::Unknown);
    }
    if lower.contains("users:") && lower.contains("clusters:") {
        return Some(Reason::Kubeconfig);
    }
    // The line that says `fake` may be the one that is missing.
    let has_values = || ["value", "valueMap"].iter().any(|it| has_key(text, it));
    let is_of_operator = || ["secretstore", GROUP].iter().any(|it| lower.contains(it));
    if has_key(text, "fake") && lower.contains("store") || has_values() && is_of_operator() {
        return Some(Reason::FakeStore);
    }
    let is_known = own.is_some_and(|kind| {
        schema::is_kind(kind) && !kind.ends_with("List")
            // A custom kind says its group, which has a dot.
            || kind.starts_with(|it: char| it.is_ascii_uppercase()) && has_custom_group(text)
    });
    // What stands further in than other keys may be about another object.
    (!is_known || least > least_indent(text)).then_some(Reason::Unknown)
}

/// Whether a text holds an object that is made of secrets: a kind and something of it.
pub(super) fn embeds_secret(text: &str) -> bool {
    let says_kind = |at: usize| {
        let rest = text.get(at + "kind".len()..).unwrap_or_default();
        let value = rest.trim_start_matches([' ', '\t', ':', '"', '\'', '\\']);
        let is_part = |it: char| !it.is_ascii_alphanumeric();
        kinds::of_kind(value.split(is_part).next().unwrap_or_default()).is_some()
    };
    // No key is without a colon.
    if !text.contains(':') {
        return false;
    }
    let is_kubeconfig = || has_key(text, "users") && has_key(text, "clusters");
    text.match_indices("kind").any(|(at, _)| says_kind(at))
        && ["data", "stringData", "secret"].iter().any(|it| has_key(text, it))
        || is_kubeconfig()
}

/// Whether a text names a kind.
pub(super) fn names_kind(text: &str) -> bool {
    kinds_in(text).next().is_some()
}

/// The kinds that a text names, and how far they are indented; in flow style, how deep they are.
fn kinds_in(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive(['\n', '\r']).flat_map(move |line| {
        let indent = line.len() - line.trim_start_matches([' ', '\t', '#', '\u{feff}']).len();
        let before = text.get(..start).unwrap_or_default();
        start += line.len();
        line.match_indices("kind").filter_map(move |(at, word)| {
            let rest = line.get(at + word.len()..)?.trim_start_matches(['"', '\'']);
            let value = rest.trim_start_matches([' ', '\t']).strip_prefix(':')?;
            let lead = line.get(..at)?.trim_end_matches(['"', '\'']);
            let is_key = lead.ends_with([' ', '\t', '{', ',', '#', '\u{feff}']) || lead.is_empty();
            let depth = depth(before) + depth(lead);
            let at = if depth > 0 { depth - 1 } else { indent + (lead.trim_start().len() & 2) };
            let value = value.trim_start_matches([' ', '\t', '"', '\'']);
            let end = value.find(['\n', '\r', ',', '}', '"', '\'', '#']);
            is_key.then(|| (at, value.get(..end.unwrap_or(value.len())).unwrap_or_default().trim()))
        })
    })
}

/// Whether a text has a key, quoted or not.
pub(super) fn has_key(text: &str, key: &str) -> bool {
    text.match_indices(key).any(|(at, _)| {
        let rest = text.get(at + key.len()..).unwrap_or_default();
        let is_whole = !text.get(..at).is_some_and(|it| it.ends_with(char::is_alphanumeric));
        is_whole && rest.trim_start_matches(['"', '\'', ' ', '\t', '\\']).starts_with(':')
    })
}

/// How many braces are open at the end of a text.
fn depth(text: &str) -> usize {
    if !text.contains(['{', '}']) {
        return 0;
    }
    let count = |it: char| text.matches(it).count();
    count('{').saturating_sub(count('}'))
}

fn least_indent(text: &str) -> usize {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return 0;
    }
    let keys = text.split(['\n', '\r']).filter(|it| it.contains(':'));
    let lead = [' ', '\t', '#', '\u{feff}'];
    let indents = keys.map(|it| it.len() - it.trim_start_matches(lead).len());
    indents.min().unwrap_or(0)
}

/// Whether a text says an `apiVersion` of a group that is not one of Kubernetes' own.
fn has_custom_group(text: &str) -> bool {
    let mut values = text.split("apiVersion").skip(1).filter_map(|it| {
        let value = it.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?;
        value
            .trim_start()
            .trim_start_matches(['"', '\''])
            .split(|it: char| it.is_whitespace() || matches!(it, ',' | '"' | '\'' | '}'))
            .next()
    });
    values.any(|it| it.split_once('/').is_some_and(|(group, _)| group.contains('.')))
}

/// All that is no key of a map, and no value that every object says.
pub(super) fn hidden(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    // How far the key of the literal is indented in which we are.
    let mut literal: Option<usize> = None;
    for line in text.split_inclusive(['\n', '\r']) {
        let content = line.trim_end_matches(['\n', '\r']);
        let lead = content.trim_start_matches([' ', '\t', '#', '\u{feff}']);
        let indent = content.len() - lead.len();
        let first = lead.split(':').next();
        let is_over = first.is_some_and(is_known_key) && literal.is_some_and(|it| indent <= it);
        if is_over {
            literal = None;
        }
        if literal.is_some() {
            add(&mut spans, start + indent, start + content.len());
        } else {
            Line { text: content, start, at: indent, is_flow: false }.hide(&mut spans);
            let end = content.split(" #").next().unwrap_or_default().trim_end();
            let header =
                end.trim_end_matches(|it: char| it.is_ascii_digit() || it == '-' || it == '+');
            if header.ends_with(['|', '>']) {
                literal = Some(indent);
            }
        }
        start += line.len();
    }
    spans
}

fn add(spans: &mut Vec<Span>, start: usize, end: usize) {
    if start < end {
        spans.push(Span::new(start, end));
    }
}

/// What is left to read of a line.
struct Line<'t> {
    text: &'t str,
    /// Where it begins in the document.
    start: usize,
    at: usize,
    /// Whether a bracket was opened.
    is_flow: bool,
}

impl Line<'_> {
    fn hide(mut self, spans: &mut Vec<Span>) {
        let mut key = None;
        while let Some(rest) = self.text.get(self.at..).filter(|it| !it.is_empty()) {
            let Some(first) = rest.chars().next() else { return };
            let is_item =
                first == '-' && matches!(rest.as_bytes().get(1), None | Some(b' ' | b'\t'));
            if first.is_whitespace()
                || is_item
                || matches!(first, '{' | '}' | '[' | ']' | ',' | ':')
            {
                self.is_flow |= matches!(first, '{' | '[');
                if matches!(first, ',' | '{' | '[') {
                    key = None;
                }
                self.at += first.len_utf8();
                continue;
            }
            let (inner, length) = self.word(rest, first);
            let after = rest.get(length..).unwrap_or_default();
            let is_quoted = matches!(first, '"' | '\'');
            let colon = after.trim_start_matches([' ', '\t']).strip_prefix(':');
            let is_key =
                colon.is_some_and(|it| is_quoted || it.is_empty() || it.starts_with([' ', '\t']));
            let is_shown = if is_key && key.is_none() {
                // Nobody writes a blank behind a key: what stands there may be a value.
                is_key_name(inner) && (is_known_key(inner) || is_quoted || after.starts_with(':'))
            } else {
                key.is_some_and(|key| says_openly(key, inner))
            };
            let from = self.start + self.at;
            if !is_shown {
                add(spans, from, from + length);
            }
            if is_key && key.is_none() {
                key = Some(inner);
            } else if !self.is_flow {
                // The rest of the line belongs to the value.
                if !is_shown || !after.trim_start().starts_with('#') {
                    add(spans, from + length, self.start + self.text.trim_end().len());
                } else {
                    add(spans, from + length, self.start + self.text.len());
                }
                return;
            }
            self.at += length;
        }
    }

    /// The word at the beginning, without quotes, and its length with them.
    fn word<'r>(&self, rest: &'r str, first: char) -> (&'r str, usize) {
        if matches!(first, '"' | '\'') {
            let mut is_escaped = false;
            let end = rest.char_indices().skip(1).find(|(_, it)| {
                let is_end = *it == first && !is_escaped;
                is_escaped = *it == '\\' && first == '"' && !is_escaped;
                is_end
            });
            let end = end.map_or(rest.len(), |(at, _)| at);
            let inner = rest.get(1..end).unwrap_or_default();
            return (inner, (end + 1).min(rest.len()));
        }
        let ends = |(at, it): (usize, char)| match it {
            ':' => rest.get(at + 1..).is_none_or(|it| it.is_empty() || it.starts_with([' ', '\t'])),
            ',' | '{' | '}' | '[' | ']' => self.is_flow,
            _ => false,
        };
        let end = rest.char_indices().find(|it| ends(*it)).map_or(rest.len(), |(at, _)| at);
        let word = rest.get(..end).unwrap_or_default();
        (word.trim_end(), word.trim_end().len().max(first.len_utf8()))
    }
}

/// Whether a key can be shown: it is a name, and not a value in the place of one.
fn is_key_name(key: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || b"_-./".contains(&it);
    is_known_key(key)
        || !key.is_empty()
            && key.len() <= 40
            && key.bytes().all(is_letter)
            && !credentials::looks_random(key)
}

/// Keys that objects have, by which a literal is known to be over.
fn is_known_key(key: &str) -> bool {
    const KNOWN: [&str; 12] = [
        "annotations",
        "apiVersion",
        "data",
        "immutable",
        "items",
        "kind",
        "labels",
        "metadata",
        "resources",
        "spec",
        "stringData",
        "type",
    ];
    KNOWN.contains(&key.trim_matches(['"', '\'', ' ', '-']))
}

/// Whether a value is one that objects say openly, whatever else stands around it.
fn says_openly(key: &str, value: &str) -> bool {
    match key {
        "kind" => {
            schema::is_kind(value) || matches!(value, "EncryptionConfiguration" | "List" | "Config")
        }
        "apiVersion" => {
            let version = value.rsplit('/').next().unwrap_or_default();
            value.len() <= 40 && version.starts_with('v') && version.len() <= 10
        }
        "type" => value == "Opaque" || value.starts_with("kubernetes.io/"),
        "immutable" => matches!(value, "true" | "false"),
        _ => false,
    }
}
