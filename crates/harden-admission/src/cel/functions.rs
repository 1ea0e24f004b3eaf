//! The functions of the server, with the versions that have them.

use std::collections::BTreeMap;

use harden_core::kubernetes::MinorVersion;

use super::types::{Overload, overload};

/// All ways to call each function.
pub(super) type Functions = BTreeMap<String, Vec<Overload>>;

/// What a version has.
pub(super) fn functions(version: MinorVersion) -> Functions {
    let mut functions = Functions::new();
    let mut is_there = true;
    for line in TABLE.lines().map(str::trim) {
        if let Some(span) = line.strip_prefix("since ") {
            is_there = covers(span, version);
        } else if is_there && let Some((name, overload)) = overload(line) {
            functions.entry(name.to_owned()).or_default().push(overload);
        }
    }
    for name in FORMATS {
        if covers("1.31", version)
            && let Some((name, overload)) = overload(&format!("format.{name}() -> Format"))
        {
            functions.entry(name.to_owned()).or_default().push(overload);
        }
    }
    functions
}

/// Whether a span such as `1.28` or `1.0 before 1.29` has the version in it.
fn covers(span: &str, version: MinorVersion) -> bool {
    let minor = |text: &str| text.trim_start_matches("1.").parse().map(MinorVersion);
    let (from, before) = span.split_once(" before ").map_or((span, None), |(a, b)| (a, Some(b)));
    minor(from).is_ok_and(|from| from <= version)
        && before.is_none_or(|before| minor(before).is_ok_and(|before| version < before))
}

/// The named formats of `format.NAME()`.
pub(super) const FORMATS: [&str; 13] = [
    "dns1123Label",
    "dns1123Subdomain",
    "dns1035Label",
    "qualifiedName",
    "dns1123LabelPrefix",
    "dns1123SubdomainPrefix",
    "dns1035LabelPrefix",
    "labelValue",
    "uri",
    "uuid",
    "byte",
    "date",
    "datetime",
];

/// `k8s.io/apiserver/pkg/cel/environment` and the libraries that it names: a line is a way to call a
/// function, after `since` and the versions that have it.
const TABLE: &str = include_str!("functions/table.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_signature() {
        let lines =
            TABLE.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with("since "));
        let unread: Vec<&str> = lines.filter(|it| overload(it).is_none()).collect();
        assert!(unread.is_empty(), "{unread:?}");
    }

    #[test]
    fn a_version_has_what_was_introduced_by_then() {
        assert!(!functions(MinorVersion(27)).contains_key("quantity"));
        assert!(functions(MinorVersion(28)).contains_key("quantity"));
        assert!(!functions(MinorVersion(36)).contains_key("includes"));
        assert!(functions(MinorVersion(37)).contains_key("includes"));
        assert!(functions(MinorVersion(31)).contains_key("format.uuid"));
    }
}
