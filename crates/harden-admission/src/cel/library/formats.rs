//! Named formats.

use super::super::functions::FORMATS;
use super::{Budget, Failure, Result, Value};

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const OLD_LABEL: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

pub(super) fn call(name: &str, args: &[Value], _: &mut Budget) -> Option<Result<Value>> {
    let known = |name: &str| FORMATS.into_iter().find(|it| *it == name);
    Some(match (name, args) {
        ("format.named", [Value::String(name)]) => Ok(match known(name) {
            Some(name) => Value::some(Value::Format(name)),
            None => Value::Optional(None),
        }),
        ("validate", [Value::Format(format), Value::String(text)]) => validate(format, text),
        (name, []) => Ok(Value::Format(known(name.strip_prefix("format.")?)?)),
        _ => return None,
    })
}

fn validate(format: &str, text: &str) -> Result<Value> {
    let (bare, is_prefix) = format.strip_suffix("Prefix").map_or((format, false), |it| (it, true));
    // A prefix may end with the sign that the rest of a name follows.
    let masked =
        text.strip_suffix('-').filter(|it| is_prefix && !it.is_empty()).map(|it| format!("{it}a"));
    let text = masked.as_deref().unwrap_or(text);
    let mut flaws = Vec::new();
    let mut check = |fits: bool, message: &str, longest: usize| {
        if text.len() > longest {
            flaws.push(format!("must be no more than {longest} bytes"));
        }
        if !fits {
            flaws.push(message.to_owned());
        }
    };
    let is_subdomain = text.split('.').all(is_label);
    match bare {
        "dns1123Label" if is_subdomain => check(is_label(text), "must not contain dots", 63),
        "dns1123Label" => check(is_label(text), LABEL, 63),
        "dns1035Label" => {
            check(
                is_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase()),
                OLD_LABEL,
                63,
            );
        }
        "dns1123Subdomain" => check(is_subdomain, SUBDOMAIN, 253),
        "labelValue" => check(is_label_value(text), LABEL_VALUE, 63),
        "uuid" => {
            if !is_uuid(text) {
                flaws.push("does not match the UUID format".to_owned());
            }
        }
        _ => return Failure::not_judged(format!("the format `{format}`")),
    }
    if flaws.is_empty() {
        return Ok(Value::Optional(None));
    }
    Ok(Value::some(Value::list(flaws.into_iter().map(Value::text).collect())))
}

fn is_label(text: &str) -> bool {
    let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.chars().all(|c| is_end(c) || c == '-')
        && text.starts_with(is_end)
        && text.ends_with(is_end)
}

fn is_label_value(text: &str) -> bool {
    let is_end = |c: char| c.is_ascii_alphanumeric();
    text.is_empty()
        || text.chars().all(|c| is_end(c) || matches!(c, '-' | '_' | '.'))
            && text.starts_with(is_end)
            && text.ends_with(is_end)
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|it| it.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|it| it.bytes().all(|it| it.is_ascii_hexdigit()))
}
