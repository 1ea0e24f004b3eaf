//! What an expression saw, but for what is secret.

use harden_core::secrecy::HIDDEN;
use serde_json::Value as Json;

use super::activation::Activation;
use super::expression::Expression;
use super::facts::Facts;
use crate::Object;

/// Values that are told with one answer, and characters of each.
const VALUES: usize = 8;
const LENGTH: usize = 200;

/// What nobody is told of a request.
#[derive(Debug, Default)]
pub(crate) struct Hidden {
    /// Variables that hold a Secret.
    variables: Vec<&'static str>,
    /// Values of Secrets.
    values: Vec<String>,
}

/// What can be told of a Secret.
const OPEN: [&str; 6] =
    ["kind", "apiVersion", "type", "metadata.name", "metadata.namespace", "metadata.labels"];

impl Hidden {
    pub(crate) fn of(facts: &Facts<'_>, params: Option<&Object>) -> Self {
        let request = facts.request;
        let mut hidden = Self::default();
        for (variable, object) in [
            ("object", request.object.as_ref()),
            ("oldObject", request.old.as_ref()),
            ("params", params),
        ] {
            if let Some(object) = object {
                hidden.add(variable, object);
            }
        }
        hidden
    }

    /// Hides what an object has that is a Secret; the variable is that which holds it.
    pub(crate) fn add(&mut self, variable: &'static str, object: &Object) {
        if !object.is("", "Secret") {
            return;
        }
        self.variables.push(variable);
        for key in ["data", "stringData"] {
            let values = object.json().get(key).and_then(Json::as_object);
            let texts = values.into_iter().flat_map(|it| it.values()).filter_map(Json::as_str);
            self.values.extend(texts.filter(|it| it.len() > 3).map(str::to_owned));
        }
        self.values.sort_by_key(|it| std::cmp::Reverse(it.len()));
    }

    /// A text without values of Secrets.
    pub(crate) fn masked(&self, text: &str) -> String {
        self.values.iter().fold(text.to_owned(), |text, it| text.replace(it.as_str(), HIDDEN))
    }

    fn hides(&self, path: &str) -> bool {
        // Kyverno's requests hold the objects, too.
        let of_objects = |it: &&str| it.starts_with("object") || it.starts_with("oldObject");
        let path = path.strip_prefix("request.").filter(of_objects).unwrap_or(path);
        if self.variables.is_empty() || path.starts_with("request.") {
            return false;
        }
        let (root, rest) = path.split_once('.').unwrap_or((path, ""));
        let is_secret = root == "variables" || self.variables.contains(&root);
        is_secret && !OPEN.iter().any(|it| rest.starts_with(it))
    }
}

/// The paths that an expression names, and what is there as JSON.
pub(super) fn seen(
    expression: &Expression,
    activation: &Activation<'_>,
    hidden: &Hidden,
) -> Vec<(String, String)> {
    told(expression.seen(activation), hidden)
}

/// The first of some values by their paths, as they are told.
pub(crate) fn told(values: Vec<(String, Option<Json>)>, hidden: &Hidden) -> Vec<(String, String)> {
    let shown = |(path, value): (String, Option<Json>)| {
        let text = match value {
            _ if hidden.hides(&path) => HIDDEN.to_owned(),
            Some(value) => cut(&value.to_string()),
            None => "absent".to_owned(),
        };
        (path, text)
    };
    values.into_iter().take(VALUES).map(shown).collect()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
