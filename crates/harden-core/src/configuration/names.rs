//! What the API server says of names that break RFC 1123, and of values that it quotes.

use harden_yaml::json;

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/// What is wrong with a subdomain; nothing when it is one.
pub(super) fn subdomain_errors(name: &str) -> Vec<String> {
    let mut errors = too_long(name, 253);
    if !name.split('.').all(is_word) {
        errors.push(format!(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' \
             or '.', and must start and end with an alphanumeric character (e.g. 'example.com', \
             regex used for validation is '{LABEL}(\\.{LABEL})*')"
        ));
    }
    errors
}

/// What is wrong with a label; nothing when it is one.
pub(super) fn label_errors(name: &str) -> Vec<String> {
    let mut errors = too_long(name, 63);
    if is_word(name) {
        return errors;
    }
    errors.push(if name.split('.').all(is_word) {
        "must not contain dots".to_owned()
    } else {
        format!(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', \
             and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', \
             regex used for validation is '{LABEL}')"
        )
    });
    errors
}

/// A list of texts as Go's `encoding/json` prints it.
pub(super) fn json_list(texts: &[&str]) -> String {
    let texts: Vec<_> = texts.iter().map(|it| json::quoted(it)).collect();
    format!("[{}]", texts.join(","))
}

fn too_long(name: &str, most: usize) -> Vec<String> {
    let error = || format!("must be no more than {most} characters");
    if name.len() > most { vec![error()] } else { Vec::new() }
}

/// A label of any length.
fn is_word(text: &str) -> bool {
    let is_edge =
        |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    let bytes = text.as_bytes();
    is_edge(bytes.first())
        && is_edge(bytes.last())
        && bytes.iter().all(|it| is_edge(Some(it)) || *it == b'-')
}
