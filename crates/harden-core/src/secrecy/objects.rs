//! The values of a sound document that may be secret.

use harden_yaml::{Document, Kind, Place, Span, Style, is_one_word};

use super::credentials;
use super::kinds::{self, Confidential};
use super::{LAST_APPLIED, Reason, lines};
use crate::configuration::looks_like_key;
use crate::external_secrets::GROUP;
use crate::object::objects;
use crate::schema;

/// What is secret in a document, and why.
#[derive(Debug, Default)]
pub(super) struct Found<'d> {
    pub(super) reasons: Vec<Reason>,
    /// Values of the document, and parts of such.
    pub(super) spans: Vec<Span>,
    /// Values that are secret as a whole.
    pub(super) values: Vec<Place<'d>>,
}

impl<'d> Found<'d> {
    /// Adds a Secret.
    pub(super) fn hide_secret(&mut self, secret: Place<'d>) {
        self.add_reason(Reason::Secret);
        hide(secret, Confidential::Secret, self);
    }

    pub(super) fn add_reason(&mut self, reason: Reason) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

/// A place that is yet to be looked at.
#[derive(Clone, Copy)]
struct Step<'d> {
    place: Place<'d>,
    /// The nearest key above it.
    key: &'d str,
    /// What is run with the arguments here.
    program: &'d str,
    /// Whether it is in a store of External Secrets that keeps its own values.
    is_store: bool,
}

/// Looks at a document that could be read.
pub(super) fn read<'d>(document: &'d Document<'d>) -> Found<'d> {
    let mut found = Found::default();
    let root = document.root();
    if !root.is_map() && !root.is_list() {
        // A part of a literal in which `---` stands is such a document.
        if root.exists() {
            found.add_reason(Reason::Unknown);
            found.values.push(root);
            comments(root, &mut found);
        }
        return found;
    }
    for object in objects(root) {
        let is_misspelt = object.group.is_empty() && schema::is_custom(&object);
        if is_misspelt && kinds::of_map(object.place, false).is_none() {
            found.add_reason(Reason::Unknown);
            hide(object.place, Confidential::Secret, &mut found);
        }
    }
    read_below(root, &mut found);
    found
}

/// The same of what a cluster lists: what its Secrets are called is no secret, and only annotations are anybody's
/// own words there.
pub(super) fn read_listed<'d>(document: &'d Document<'d>) -> Found<'d> {
    let mut found = read(document);
    for secret in objects(document.root()).filter(|it| it.is("", "Secret")) {
        let metadata = secret.place.at("metadata");
        let annotations = metadata.at("annotations");
        let is_open = |it: Span| is_in(it, metadata) && !is_in(it, annotations);
        found.values.retain(|it| !is_open(it.span()));
        found.spans.retain(|it| !is_open(*it));
    }
    found
}

fn is_in(span: Span, place: Place<'_>) -> bool {
    let around = place.span();
    place.exists() && around.start <= span.start && span.end <= around.end
}

/// Looks at a value and all that is below it.
pub(super) fn read_below<'d>(root: Place<'d>, found: &mut Found<'d>) {
    // Explicit, because texts can be deeper than a stack.
    let mut steps = vec![Step { place: root, key: "", program: "", is_store: false }];
    while let Some(step) = steps.pop() {
        match step.place.kind() {
            Kind::Map => map(step, &mut steps, found),
            Kind::List => {
                if matches!(step.key, "args" | "command") {
                    arguments(step.place, step.program, found);
                    continue;
                }
                steps.extend(step.place.items().map(|place| Step { place, ..step }));
            }
            Kind::String => string(step, found),
            _ => {}
        }
    }
}

fn map<'d>(step: Step<'d>, steps: &mut Vec<Step<'d>>, found: &mut Found<'d>) {
    let map = step.place;
    let is_inside = !matches!(step.key, "" | "items" | "objects");
    if let Some(confidential) = kinds::of_map(map, is_inside) {
        found.add_reason(match confidential {
            Confidential::Secret => Reason::Secret,
            Confidential::Encryption => Reason::EncryptionConfiguration,
            Confidential::Kubeconfig => Reason::Kubeconfig,
        });
        hide(map, confidential, found);
        return;
    }
    let api_version = map.at("apiVersion").as_str().unwrap_or_default();
    let kind = map.at("kind").as_str().unwrap_or_default();
    let is_store = step.is_store || api_version.starts_with(GROUP) || kind.ends_with("SecretStore");
    let program = map.at("command").items().next().and_then(|it| it.as_str()).unwrap_or_default();
    let name = map.at("name").as_str();
    for (key, value) in map.entries() {
        let below = Step { place: value, key, program, is_store };
        if key == LAST_APPLIED {
            applied(value, found);
        } else if is_store && matches!(key, "fake" | "value" | "valueMap") {
            fake(value, found);
        } else if let (Some(name), "value", Some(text)) = (name, key, value.as_str()) {
            named(value, name, text, found);
        } else if key == "value" && name.is_some_and(credentials::is_secret_name) {
            // Of a wrong type, but no less secret.
            if value.is_map() || value.is_list() {
                found.add_reason(Reason::Credential("a password"));
            }
            found.values.push(value);
        } else {
            steps.push(below);
        }
    }
}

/// Adds all values of an object but those that it says openly.
fn hide<'d>(object: Place<'d>, confidential: Confidential, found: &mut Found<'d>) {
    let mut rest: Vec<(Place<'d>, Vec<&str>)> = vec![(object, Vec::new())];
    while let Some((place, keys)) = rest.pop() {
        if place.is_map() {
            // A value may have got to where a key belongs.
            let is_inside = confidential == Confidential::Secret && is_value(&keys);
            let misplaced = place.entries().filter(|(key, value)| {
                let is_word = is_one_word(key) && !key.contains('=') && !is_block(*value);
                is_inside || !is_word || looks_like_key(key)
            });
            found.spans.extend(misplaced.filter_map(|(_, value)| value.key_span()));
            rest.extend(place.entries().map(|(key, value)| {
                let keys = keys.iter().copied().chain([key]).take(8).collect();
                (value, keys)
            }));
        } else if place.is_list() {
            // No list belongs in there.
            let is_misplaced = keys.first() == Some(&"metadata");
            let keys = if is_misplaced { Vec::new() } else { keys };
            rest.extend(place.items().map(|it| (it, keys.clone())));
        } else if place.exists() && !confidential.is_open(&keys, place) {
            found.values.push(place);
        }
    }
    comments(object, found);
}

/// Whether the key of a value is written as a block.
fn is_block(value: Place<'_>) -> bool {
    let text = value.document().text();
    value.key_span().is_some_and(|it| it.text(text).starts_with(['|', '>']))
}

/// Whether a value of a Secret is here, which has no keys of its own.
fn is_value(keys: &[&str]) -> bool {
    let keys = keys.strip_prefix(&["items"]).unwrap_or(keys);
    match keys {
        ["metadata", "labels" | "annotations", ..] => keys.len() > 2,
        ["metadata", key, ..] => matches!(*key, "name" | "namespace" | "generateName"),
        ["data" | "stringData", ..] => keys.len() > 1,
        [key] => matches!(*key, "apiVersion" | "kind" | "type" | "immutable"),
        _ => false,
    }
}

/// The object as it was applied, which may be a Secret, or hold a password.
fn applied<'d>(value: Place<'d>, found: &mut Found<'d>) {
    let Some(text) = value.as_str() else { return };
    let inner = Document::parse_json(text);
    let reasons = if inner.is_rejected() { lines::read(text).0 } else { read(&inner).reasons };
    if !reasons.is_empty() {
        reasons.into_iter().for_each(|it| found.add_reason(it));
        found.values.push(value);
    }
}

/// The values of a store that has them in its own manifest: all but what they are asked for by.
fn fake<'d>(fake: Place<'d>, found: &mut Found<'d>) {
    let mut rest = vec![(fake, fake.key() == Some("valueMap"))];
    while let Some((place, is_secret)) = rest.pop() {
        if place.is_map() {
            for (key, value) in place.entries() {
                if is_secret || !matches!(key, "key" | "version" | "validationResult") {
                    rest.push((value, is_secret || key == "valueMap"));
                }
            }
        } else if place.is_list() {
            rest.extend(place.items().map(|it| (it, is_secret)));
        } else if place.exists() {
            found.add_reason(Reason::FakeStore);
            found.values.push(place);
        }
    }
    comments(fake, found);
}

/// What was commented out beside secrets.
fn comments<'d>(place: Place<'d>, found: &mut Found<'d>) {
    for comment in place.document().comments() {
        if !comment.text.starts_with("harden:") {
            found.spans.push(comment.span);
        }
    }
}

/// The value of a variable, or of something else that has a name beside it.
fn named<'d>(value: Place<'d>, name: &str, text: &str, found: &mut Found<'d>) {
    if let Some(what) = credentials::identify(name, text) {
        found.add_reason(Reason::Credential(what));
        found.values.push(value);
    } else if credentials::is_secret_name(name) {
        found.values.push(value);
    } else if HEADERS.iter().any(|it| name.eq_ignore_ascii_case(it)) && !text.is_empty() {
        found.add_reason(Reason::Credential("a header that proves who asks"));
        found.values.push(value);
    } else {
        accounts(value, found);
    }
}

/// Headers of HTTP whose values are credentials, as probes send them.
const HEADERS: [&str; 3] = ["Authorization", "Proxy-Authorization", "Cookie"];

/// Passwords in URLs, cut ones included.
fn accounts<'d>(value: Place<'d>, found: &mut Found<'d>) {
    let start = value.span().start;
    let shift = |it: Span| Span { start: start + it.start, end: start + it.end };
    let before = found.spans.len();
    found.spans.extend(lines::accounts(value.source()).map(shift));
    if found.spans.len() > before {
        found.add_reason(Reason::Credential("a URL with a password"));
    }
}

fn arguments<'d>(list: Place<'d>, program: &'d str, found: &mut Found<'d>) {
    for argument in credentials::arguments(list, program) {
        found.add_reason(Reason::Credential(argument.what));
        found.values.push(argument.place);
    }
}

/// Whether more got into what an object is called: lines below by bad indentation, or words behind a kind.
fn is_folded(step: Step<'_>) -> bool {
    let source = step.place.source();
    match step.key {
        "apiVersion" | "kind" => source.trim().contains(char::is_whitespace),
        "name" | "namespace" | "type" => {
            step.place.style() == Style::Plain && source.contains(['\n', '\r'])
        }
        _ => false,
    }
}

/// A text that may hold something secret, by its key or by what it looks like.
fn string<'d>(step: Step<'d>, found: &mut Found<'d>) {
    let Some(text) = step.place.as_str() else { return };
    if is_folded(step) {
        found.add_reason(Reason::Unknown);
        return found.values.push(step.place);
    }
    // A store whose provider became a text: `fake` and its values are in there.
    if step.is_store && text.contains('\n') && text.contains(':') {
        found.add_reason(Reason::FakeStore);
        return found.values.push(step.place);
    }
    if lines::embeds_secret(text) {
        found.add_reason(Reason::Credential("a Secret"));
        if step.place.style() != Style::Literal {
            return found.values.push(step.place);
        }
        let span = super::content(step.place);
        let text = span.text(step.place.document().text());
        let shift = |it: Span| Span { start: span.start + it.start, end: span.start + it.end };
        return found.spans.extend(lines::hidden(text).into_iter().map(shift));
    }
    let credentials = credentials::all_in_file(step.key, text);
    if let Some(first) = credentials.first() {
        found.add_reason(Reason::Credential(first.what));
    } else if credentials::is_secret_name(text) {
        // The name of what holds the secret.
        return;
    } else if let Some(what) = credentials::identify_rest(step.key, text) {
        found.add_reason(Reason::Credential(what));
        return found.values.push(step.place);
    } else {
        return accounts(step.place, found);
    }
    let start = step.place.span().start as usize;
    let source = step.place.source();
    let written = credentials::all_in_file(step.key, source);
    let is_as_written = step.place.style() == Style::Literal || source == text;
    if is_as_written && written.len() >= credentials.len() {
        let spans = written.iter().map(|it| Span::new(start + it.span.start, start + it.span.end));
        found.spans.extend(spans);
    } else {
        found.values.push(step.place);
    }
}

#[cfg(test)]
mod tests {
    use super::super::confidences;

    #[test]
    fn a_value_of_a_wrong_type_is_no_less_secret() {
        for text in [
            "kind: Secret\napiVersion: v1\nimmutable: hunter22\n",
            "kind: Secret\napiVersion: v1\nmetadata: {name: [hunter22]}\n",
            "kind: Secret\napiVersion: v1\nmetadata: {labels: {a: {b: hunter22}}}\n",
            "kind: Pod\nspec: {containers: [{env: [{name: PASSWORD, value: [hunter22]}]}]}\n",
            "kind: Pod\nspec: {containers: [{env: [{name: PASSWORD, value: {a: hunter22}}]}]}\n",
            "kind: Pod\nspec: {containers: [{livenessProbe: {httpGet: {httpHeaders: [{name: authorization, value: Bearer hunter22}]}}}]}\n",
        ] {
            let found = confidences(text);
            let values = || found.iter().flat_map(|it| &it.values).map(|it| it.text(text));
            assert!(values().any(|it| it.contains("hunter22")), "{text}{found:?}");
        }
    }
}
