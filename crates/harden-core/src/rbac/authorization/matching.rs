//! Whether a rule allows a request, as `k8s.io/kubernetes/pkg/apis/rbac/v1` decides it.

use super::records::RuleRecord;
use super::words::{List, Word, Words};
use super::{Request, ResourceRequest};

/// A request in the words that were met; none of a text that no rule has.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    Resource {
        verb: Option<Word>,
        group: Option<Word>,
        path: Option<Word>,
        /// `*/scale`, where a subresource is asked for.
        any: Option<Word>,
        name: Option<Word>,
        /// Whether only rules for some names are left out.
        ignores_names: bool,
    },
    Url {
        verb: Option<Word>,
        path: Box<str>,
    },
}

impl Asked {
    pub(super) fn of(request: &Request, words: &Words) -> Self {
        match request {
            Request::Url { verb, path } => {
                Self::Url { verb: words.find(verb), path: path.as_str().into() }
            }
            Request::Resource(it) => Self::of_resource(it, words),
        }
    }

    fn of_resource(request: &ResourceRequest, words: &Words) -> Self {
        let ResourceRequest { verb, group, subresource, name, .. } = request;
        let any = (!subresource.is_empty()).then(|| format!("*/{subresource}"));
        Self::Resource {
            verb: words.find(verb),
            group: words.find(group),
            path: words.find(&request.path()),
            any: any.and_then(|it| words.find(&it)),
            name: words.find(name),
            ignores_names: false,
        }
    }

    /// The same, whatever names a rule is for.
    pub(super) fn by_any_name(mut self) -> Self {
        if let Self::Resource { ignores_names, .. } = &mut self {
            *ignores_names = true;
        }
        self
    }

    /// As RuleAllows does.
    pub(super) fn is_allowed(&self, rule: &RuleRecord, words: &Words) -> bool {
        match self {
            Self::Resource { verb, group, path, any, name, ignores_names } => {
                has(words, rule.verbs, *verb)
                    && has(words, rule.groups, *group)
                    && (has(words, rule.resources, *path) || lists(words, rule.resources, *any))
                    && (*ignores_names || {
                        let names = words.words(rule.names);
                        names.is_empty() || name.is_some_and(|it| names.contains(&it))
                    })
            }
            Self::Url { verb, path } => {
                has(words, rule.verbs, *verb)
                    && words.texts(rule.urls).any(|own| url_covers(own, path))
            }
        }
    }
}

/// Whether a list holds a word or `*`.
fn has(words: &Words, list: List, word: Option<Word>) -> bool {
    let list = words.words(list);
    list.contains(&Words::ALL) || word.is_some_and(|it| list.contains(&it))
}

fn lists(words: &Words, list: List, word: Option<Word>) -> bool {
    word.is_some_and(|it| words.words(list).contains(&it))
}

/// As NonResourceURLMatches does.
pub(super) fn url_covers(own: &str, path: &str) -> bool {
    own == "*" || own == path || own.ends_with('*') && path.starts_with(own.trim_end_matches('*'))
}
