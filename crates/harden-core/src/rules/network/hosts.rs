//! Names of hosts, and the wildcards that stand for them.

/// Whether a certificate for one name, which may begin with a wildcard for one label, is for the other.
pub(super) fn covers(name: &str, host: &str) -> bool {
    let after_label = |it: &str| it.split_once('.').map(|(_, rest)| rest.to_ascii_lowercase());
    name.eq_ignore_ascii_case(host)
        || name.starts_with("*.")
            && !host.starts_with('.')
            && after_label(name) == after_label(host)
}
