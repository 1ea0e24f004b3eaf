//! Mutations of policies for controllers of pods.

use serde_json::Value as Json;

use super::autogen::Place;

/// A specification whose conditions and applied configurations are about the pod within a controller.
pub(super) fn rewritten(mut spec: Json, place: Place) -> Json {
    for (list, pointer) in
        [("/matchConditions", "/expression"), ("/mutations", "/applyConfiguration/expression")]
    {
        let items = spec.pointer_mut(list).and_then(Json::as_array_mut);
        for item in items.into_iter().flatten() {
            if let Some(Json::String(expression)) = item.pointer_mut(pointer) {
                *expression = within(expression, place.path());
            }
        }
    }
    spec
}

/// An expression that looks into a template, and makes one.
fn within(expression: &str, path: &str) -> String {
    let mut text = moved(expression, ".spec", &format!(".{path}.spec"));
    for part in [".metadata.labels", ".metadata.annotations"] {
        text = moved(&text, part, &format!(".{path}{part}"));
    }
    wrapped(&text, path).unwrap_or(text)
}

/// The text with `part` replaced where it follows one of the objects.
fn moved(text: &str, part: &str, by: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(part) {
        result.push_str(before);
        let is_root = ["oldObject", "object", "Object"].iter().any(|root| {
            result.strip_suffix(root).is_some_and(|before| !before.ends_with(is_of_word))
        });
        result.push_str(if is_root { by } else { part });
        rest = after;
    }
    result + rest
}

fn is_of_word(it: char) -> bool {
    it == '_' || it.is_ascii_alphanumeric()
}

/// What stands in an `Object{…}` at the beginning, put into one of the controller.
fn wrapped(text: &str, path: &str) -> Option<String> {
    let rest = text.trim().strip_prefix("Object")?;
    let rest = rest.trim_start_matches([' ', '\t', '\r', '\n']).strip_prefix('{')?;
    let mut depth = 1;
    let (end, _) = rest.char_indices().find(|(_, it)| {
        match it {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    if end == 0 {
        return None;
    }
    let (inner, rest) = (rest.get(..end)?, rest.get(end + 1..)?);
    let (mut opening, mut closing) = ("Object{".to_owned(), "}".to_owned());
    let mut of = "Object".to_owned();
    for part in path.split('.') {
        of = format!("{of}.{part}");
        opening.push_str(&format!("{part}: {of}{{"));
        closing.push('}');
    }
    Some(format!("{opening}{inner}{closing}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_applied_to_a_pod_is_applied_within_its_template() {
        let expression = " Object{spec: Object.spec{a: object.spec.a}} ";
        assert_eq!(
            within(expression, Place::InTemplate.path()),
            "Object{spec: Object.spec{template: Object.spec.template{spec: \
             Object.spec.template.spec{a: object.spec.template.spec.a}}}}"
        );
    }

    #[test]
    fn names_that_only_end_like_an_object_stay() {
        let expression = "namespaceObject.metadata.labels == oldObject.metadata.labels";
        assert_eq!(
            within(expression, Place::InTemplate.path()),
            "namespaceObject.metadata.labels == oldObject.spec.template.metadata.labels"
        );
    }
}
