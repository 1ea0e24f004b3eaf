//! `resourceRules` as the kinds of a constraint, with conditions on the request for what a constraint cannot say.

use harden_core::schema::built_in_kinds;
use serde_json::{Value, json};

use super::super::logic::Term;
use super::super::loss::Loss;
use super::super::renaming::renamed;
use super::super::text::quoted;
use crate::Resource;
use crate::kyverno::policy::field::{items, text, texts};

/// The only part of objects that has the kind of its whole, and that Gatekeeper is asked about.
const EPHEMERAL: &str = "ephemeralcontainers";

/// What requests a policy is about.
#[derive(Debug)]
pub(super) struct Requests {
    /// `spec.match.kinds`; empty for all.
    pub(super) kinds: Vec<Value>,
    /// `spec.match.scope`.
    pub(super) scope: Option<String>,
    term: Term,
    pub(super) lost: Vec<Loss>,
}

/// Rules that ask the same of a request beside its kind.
#[derive(Debug)]
struct Part {
    /// Groups with kinds.
    kinds: Vec<(String, String)>,
    asks: Term,
}

/// A reader of rules.
struct Reader {
    is_exact: bool,
    /// Whether the policy asks for what only a request has.
    asks_who: bool,
    parts: Vec<Part>,
    lost: Vec<Loss>,
}

/// Whether expressions ask for more of a request than is known of an object that was there before.
pub(super) fn asks_who(expressions: &[&str]) -> bool {
    const KNOWN: [&str; 4] = ["operation", "kind", "name", "namespace"];
    // No expression has this character.
    const MARK: &str = "\u{1}";
    expressions.iter().any(|expression| {
        renamed(expression, "request", MARK).split(MARK).skip(1).any(|rest| {
            let field = rest.trim_start().trim_start_matches(['.', '?']);
            let end = field.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(field.len());
            !KNOWN.contains(&field.get(..end).unwrap_or_default())
        })
    })
}

impl Requests {
    /// Reads the rules of a policy.
    ///
    /// # Errors
    ///
    /// Gatekeeper is asked about nothing of it, or cannot say it.
    pub(super) fn read(constraints: &Value, is_exact: bool, asks_who: bool) -> Result<Self, Loss> {
        let at = "/spec/matchConstraints/resourceRules";
        let rules = items(constraints, "resourceRules");
        let scope = |rule: &Value| match text(rule, "scope") {
            "*" => String::new(),
            other => other.to_owned(),
        };
        let scopes: Vec<String> = rules.iter().map(scope).collect();
        if scopes.iter().any(|it| Some(it) != scopes.first()) {
            return Err(Loss::new(at, "a constraint has one scope for all kinds"));
        }
        let mut reader = Reader { is_exact, asks_who, parts: Vec::new(), lost: Vec::new() };
        for (index, rule) in rules.iter().enumerate() {
            reader.add(rule, &format!("{at}/{index}"));
        }
        let Reader { parts: included, lost, .. } = reader;
        if included.is_empty() {
            let why = lost.into_iter().next().map(|it| it.why);
            return Err(Loss::new(at, why.unwrap_or_else(|| "it is about no requests".to_owned())));
        }
        let mut reader = Reader { is_exact, asks_who: false, parts: Vec::new(), lost: Vec::new() };
        for rule in items(constraints, "excludeResourceRules") {
            reader.add(rule, "");
        }
        let excluded =
            Term::any(reader.parts.iter().map(|it| Term::all([it.is_kind(), it.asks.clone()])));
        let term = match included.as_slice() {
            [only] => only.asks.clone(),
            several => {
                Term::any(several.iter().map(|it| Term::all([it.is_kind(), it.asks.clone()])))
            }
        };
        let scope = scopes.into_iter().next().filter(|it| !it.is_empty());
        Ok(Self { kinds: kinds(&included), scope, term: Term::all([term, excluded.not()]), lost })
    }

    /// What a request must be like beside the kind of its object.
    pub(super) fn conditions(&self) -> Vec<Value> {
        if self.term.is(true) {
            return Vec::new();
        }
        vec![json!({"name": "request", "expression": self.term.to_string()})]
    }

    /// Whether Namespaces may be meant.
    pub(super) fn may_be_namespaces(&self) -> bool {
        let names = |it: &Value, key: &str, word: &str| {
            texts(it, key).iter().any(|it| it == "*" || it == word)
        };
        self.kinds.is_empty()
            || self
                .kinds
                .iter()
                .any(|it| names(it, "apiGroups", "") && names(it, "kinds", "Namespace"))
    }
}

/// The kinds of a constraint; none where all are meant.
fn kinds(parts: &[Part]) -> Vec<Value> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for (group, kind) in parts.iter().flat_map(|it| &it.kinds) {
        match all.iter_mut().find(|(it, _)| it == group) {
            Some((_, kinds)) if kinds.contains(&kind.as_str()) => {}
            Some((_, kinds)) => kinds.push(kind),
            None => all.push((group, vec![kind])),
        }
    }
    if all.iter().any(|(group, kinds)| *group == "*" && kinds.contains(&"*")) {
        return Vec::new();
    }
    let written = all.into_iter().map(|(group, kinds)| {
        let kinds = if kinds.contains(&"*") { vec!["*"] } else { kinds };
        json!({"apiGroups": [group], "kinds": kinds})
    });
    written.collect()
}

impl Part {
    /// That the object is of one of the kinds.
    fn is_kind(&self) -> Term {
        let is = |part: &str, word: &str| match word {
            "*" => Term::TRUE,
            word => Term::atom(format!("request.kind.{part} == {}", quoted(word))),
        };
        Term::any(
            self.kinds
                .iter()
                .map(|(group, kind)| Term::all([is("kind", kind), is("group", group)])),
        )
    }
}

impl Reader {
    fn add(&mut self, rule: &Value, at: &str) {
        let mut operations: Vec<String> = Vec::new();
        for word in texts(rule, "operations") {
            let (kept, unasked): (&[&str], &[&str]) = match word.as_str() {
                "*" => (&["CREATE", "UPDATE", "DELETE"], &["DELETE", "CONNECT"]),
                "DELETE" => (&["DELETE"], &["DELETE"]),
                "CONNECT" => (&[], &["CONNECT"]),
                "CREATE" => (&["CREATE"], &[]),
                _ => (&["UPDATE"], &[]),
            };
            operations.extend(kept.iter().map(|it| (*it).to_owned()));
            if !unasked.is_empty() {
                let why = format!(
                    "Gatekeeper, as it is installed, is not asked about {}",
                    unasked.join(" and ")
                );
                self.lost.push(Loss::of_part(&format!("{at}/operations"), why));
            }
        }
        if operations.is_empty() {
            return;
        }
        let named = texts(rule, "resources");
        let plain: Vec<&str> = named
            .iter()
            .map(|it| it.strip_suffix("/*").unwrap_or(it))
            .filter(|it| !it.contains('/'))
            .collect();
        let is_part = |it: &String| {
            let (resource, part) = it.split_once('/').unwrap_or((it, ""));
            matches!(resource, "*" | "pods") && matches!(part, "*" | EPHEMERAL)
        };
        let has_ephemeral = named.iter().any(is_part);
        let is_lost = |it: &&String| it.contains('/') && !it.ends_with(&format!("/{EPHEMERAL}"));
        if let Some(it) = named.iter().find(is_lost) {
            let why = format!(
                "of {it}, Gatekeeper is asked about the whole, and about {EPHEMERAL}, at most"
            );
            self.lost.push(Loss::of_part(&format!("{at}/resources"), why));
        }
        let groups = texts(rule, "apiGroups");
        let has_pods = plain.iter().any(|it| matches!(*it, "*" | "pods"));
        // Nothing else has such a part.
        let parts: &[&str] = if has_ephemeral && has_pods { &["", EPHEMERAL] } else { &[""] };
        let about = self.about(rule, &operations);
        for resource in plain {
            for group in &groups {
                self.push(group, resource, parts, &about);
            }
        }
        if has_ephemeral && !has_pods && groups.iter().any(|it| it.is_empty() || it == "*") {
            self.push("", "pods", &[EPHEMERAL], &about);
        }
    }

    /// What a rule asks of a request beside its resource.
    fn about(&self, rule: &Value, operations: &[String]) -> Vec<Term> {
        let is_listed = |of: &str, words: &[&str]| {
            let words: Vec<String> = words.iter().map(|it| quoted(it)).collect();
            Term::atom(match words.as_slice() {
                [word] => format!("{of} == {word}"),
                words => format!("{of} in [{}]", words.join(", ")),
            })
        };
        // What audits and tests look at has no operation, and is judged as if it were made.
        let mut words: Vec<&str> = Vec::new();
        if operations.iter().any(|it| it == "CREATE") && !self.asks_who {
            words.push("");
        }
        let mut operations: Vec<&str> = operations.iter().map(String::as_str).collect();
        operations.sort_unstable();
        operations.dedup();
        words.extend(operations);
        let mut about = vec![is_listed("request.?operation.orValue(\"\")", &words)];
        let versions = texts(rule, "apiVersions");
        if self.is_exact && !versions.iter().any(|it| it == "*") {
            let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
            about.push(is_listed("request.kind.version", &versions));
        }
        let names = texts(rule, "resourceNames");
        if !names.is_empty() {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            about.push(is_listed("variables.anyObject.metadata.?name.orValue(\"\")", &names));
        }
        about
    }

    fn push(&mut self, group: &str, resource: &str, parts: &[&str], about: &[Term]) {
        let part = "request.?subResource.orValue(\"\")";
        let is_part = match parts {
            [only] => format!("{part} == {}", quoted(only)),
            _ => format!(
                "{part} in [{}]",
                parts.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ")
            ),
        };
        let mut terms = about.to_vec();
        terms.push(Term::atom(is_part));
        let kind = match resource {
            "*" => "*".to_owned(),
            _ => kind(group, resource).unwrap_or_else(|| {
                // Only a request tells what something is served as.
                let is =
                    format!("request.?resource.resource.orValue(\"\") == {}", quoted(resource));
                terms.push(Term::atom(is));
                "*".to_owned()
            }),
        };
        let (kind, asks) = ((group.to_owned(), kind), Term::all(terms));
        match self.parts.iter_mut().find(|it| it.asks == asks) {
            Some(part) if part.kinds.contains(&kind) => {}
            Some(part) => part.kinds.push(kind),
            None => self.parts.push(Part { kinds: vec![kind], asks }),
        }
    }
}

/// The kind that Kubernetes itself serves as a resource of a group, or of any.
fn kind(group: &str, resource: &str) -> Option<String> {
    let is = |it: &(&str, &str)| {
        (it.0 == group || group == "*") && Resource::of(it.0, it.1).name == resource
    };
    built_in_kinds().find(is).map(|(_, kind)| kind.to_owned())
}
