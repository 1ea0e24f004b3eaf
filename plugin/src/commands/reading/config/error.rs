//! What is wrong with the file, and where.

use anyhow::anyhow;
use harden_core::schema::similar;

use super::Config;

/// Reads the text of the file. An error is one line that begins with the place.
pub(super) fn read(name: &str, text: &str) -> anyhow::Result<Config> {
    serde_yaml::from_str(text).map_err(|error| {
        let place = error.location().map(|it| format!(":{}:{}", it.line(), it.column()));
        anyhow!("{name}{}: {}", place.unwrap_or_default(), message(&error.to_string()))
    })
}

/// The message without its place, in the words of people.
fn message(text: &str) -> String {
    let text = text.rsplit_once(" at line ").map_or(text, |(text, _)| text);
    let Some((above, rest)) = text.split_once("unknown field `") else {
        let text = text.replace("a sequence", "a list").replace("a map", "keys and values");
        return text.replace("a boolean", "true or false").replace("usize", "a whole number");
    };
    let (key, known) = rest.split_once('`').unwrap_or((rest, ""));
    let known: Vec<_> = known.split('`').skip(1).step_by(2).collect();
    match similar(key, known.iter().copied()) {
        Some(meant) => format!("{above}there is no key `{key}`; did you mean `{meant}`?"),
        None => format!("{above}there is no key `{key}`; there are {}", known.join(", ")),
    }
}
