//! What texts must be like: names of objects, ports, variables, keys and paths.

use std::net::IpAddr;

use crate::kubernetes::{is_label_name, is_label_value, is_qualified_name, is_subdomain};

/// What is wrong with a text, if anything.
pub(super) type Flaw = Option<&'static str>;

/// An RFC 1123 label.
pub(super) fn label(text: &str) -> Flaw {
    (!is_label_name(text)).then_some(
        "must be at most 63 lower-case letters, digits and `-`, and begin and end with a letter or digit \
         (RFC 1123 label)",
    )
}

/// An RFC 1123 subdomain.
pub(super) fn subdomain(text: &str) -> Flaw {
    (!is_subdomain(text)).then_some(
        "must be at most 253 lower-case letters, digits, `-` and `.`, and begin and end with a letter or \
         digit (RFC 1123 subdomain)",
    )
}

/// An RFC 1035 label.
pub(super) fn label_1035(text: &str) -> Flaw {
    let begins_well = text.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
    (!begins_well || !is_label_name(text)).then_some(
        "must be at most 63 lower-case letters, digits and `-`, begin with a letter and end with a letter \
         or digit (RFC 1035 label)",
    )
}

/// A search domain: subdomains whose labels may hold `_`, and `.`.
pub(super) fn search_domain(text: &str) -> Flaw {
    let text = if text == "." { return None } else { text.strip_suffix('.').unwrap_or(text) };
    let is_good = text.len() <= 253
        && text
            .split('.')
            .all(|label| is_subdomain(&label.strip_prefix('_').unwrap_or(label).replace('_', "-")));
    (!is_good).then_some("must be a domain")
}

/// The key of a label or an annotation.
pub(super) fn qualified_name(text: &str) -> Flaw {
    (!is_qualified_name(text)).then_some(
        "must be an optional lower-case domain and `/`, then at most 63 letters, digits, `-`, `_` and `.`, \
         beginning and ending with a letter or digit",
    )
}

/// The value of a label.
pub(super) fn label_value(text: &str) -> Flaw {
    (!is_label_value(text)).then_some(
        "must be at most 63 letters, digits, `-`, `_` and `.`, and begin and end with a letter or digit",
    )
}

/// The key of a ConfigMap or a Secret.
pub(super) fn data_key(text: &str) -> Flaw {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_good = !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(is_allowed)
        && text != "."
        && !text.starts_with("..");
    (!is_good).then_some(
        "must be at most 253 letters, digits, `-`, `_` and `.`, and neither be `.` nor begin with `..`",
    )
}

/// The name of an environment variable since 1.32.
pub(super) fn variable(text: &str) -> Flaw {
    let is_good = text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=');
    (!is_good).then_some("must be printable ASCII characters other than `=`")
}

/// The name of an environment variable before 1.32.
pub(super) fn old_variable(text: &str) -> Flaw {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let begins_well = text.as_bytes().first().is_none_or(|byte| !byte.is_ascii_digit());
    let is_good =
        begins_well && text.bytes().all(is_allowed) && text != "." && !text.starts_with("..");
    (!is_good)
        .then_some("must be letters, digits, `-`, `_` and `.`, and not begin with a digit or `..`")
}

/// The name of an HTTP header.
pub(super) fn header(text: &str) -> Flaw {
    let is_good =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (!is_good).then_some("must be letters, digits and `-`")
}

/// The name of a kernel parameter.
pub(super) fn kernel_parameter(text: &str) -> Flaw {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_segment = |segment: &str| {
        let bytes = segment.as_bytes();
        bytes.first().copied().is_some_and(is_allowed)
            && bytes.last().copied().is_some_and(is_allowed)
            && bytes.iter().all(|byte| is_allowed(*byte) || b"-_".contains(byte))
    };
    let is_good = text.len() <= 253 && text.split(['.', '/']).all(is_segment);
    (!is_good).then_some("must be lower-case letters, digits, `-` and `_` between dots or slashes")
}

/// A path without `..`.
pub(super) fn path(text: &str) -> Flaw {
    text.split('/').any(|part| part == "..").then_some("must not contain `..`")
}

/// A relative path without `..`.
pub(super) fn relative_path(text: &str) -> Flaw {
    if text.starts_with('/') { Some("must be a relative path") } else { path(text) }
}

/// A relative path of which no part is kept for Kubernetes.
pub(super) fn file_path(text: &str) -> Flaw {
    let is_reserved = text.starts_with("..") && !text.starts_with("../");
    relative_path(text).or_else(|| is_reserved.then_some("must not begin with `..`"))
}

/// An address. Since 1.36 leading zeros and IPv4 in IPv6 are refused, before nothing that was understood.
pub(super) fn address(text: &str, is_strict: bool) -> Flaw {
    let parsed = text.parse::<IpAddr>().ok();
    let is_mapped =
        matches!(parsed, Some(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some());
    if is_strict && is_mapped {
        return Some("must not be an IPv4-mapped IPv6 address");
    }
    let is_good = parsed.is_some() || (!is_strict && is_padded(text));
    (!is_good).then_some("must be an IP address")
}

/// Whether a text is an IPv4 address, leading zeros aside.
fn is_padded(text: &str) -> bool {
    let is_byte = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|it| it <= 255)
    };
    text.split('.').count() == 4 && text.split('.').all(is_byte)
}

/// A prefix as the API server tries whether a name can come of it.
pub(super) fn with_an_end(prefix: &str) -> String {
    match prefix.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => {
            let mut name: String = rest.to_owned();
            name.pop();
            name + "a"
        }
        _ => prefix.to_owned(),
    }
}

/// What can stand between two slashes of a URL.
pub(super) fn segment(name: &str) -> Flaw {
    match name {
        "." | ".." => Some("may not be `.` or `..`"),
        _ => name.contains(['/', '%']).then_some("may not contain `/` or `%`"),
    }
}
