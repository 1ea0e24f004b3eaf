//! What the name of an image begins with.

/// The registry at the beginning of a text, with its port, and what follows it; none where there is none that is
/// surely one.
pub fn host(text: &str) -> Option<(&str, &str)> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '.';
    let end = text.find(|it| !is_part(it)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let (first, last) = (name.split('.').next()?, name.rsplit('.').next()?);
    let is_host = name.contains('.')
        && name.split('.').all(|it| !it.is_empty())
        && first.starts_with(|it: char| it.is_ascii_alphanumeric())
        && last.len() >= 2
        && last.bytes().all(|it| it.is_ascii_alphabetic());
    let digits =
        rest.strip_prefix(':').map_or(0, |it| it.bytes().take_while(u8::is_ascii_digit).count());
    let port = if digits > 0 { digits + 1 } else { 0 };
    let at = end + port;
    is_host.then(|| text.split_at_checked(at)).flatten()
}

/// Whether a text is no more than a registry, so that names of others begin with it, too:
/// `registry.example.com` begins `registry.example.com.evil.example/app`.
pub fn is_open_prefix(text: &str) -> bool {
    host(text).is_some_and(|(_, rest)| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_are_told_from_names() {
        assert_eq!(host("registry.example.com/a"), Some(("registry.example.com", "/a")));
        assert_eq!(host("registry.example.com:5000/a"), Some(("registry.example.com:5000", "/a")));
        assert_eq!(host("ghcr.io"), Some(("ghcr.io", "")));
        assert_eq!(host("ghcr.io*"), Some(("ghcr.io", "*")));
        for none in
            ["nginx", "nginx/a.b", ".*", "", "1.25", "a..b", "-a.io", "localhost/a", "v1.2.3"]
        {
            assert_eq!(host(none), None, "{none}");
        }
        assert!(is_open_prefix("ghcr.io") && !is_open_prefix("ghcr.io/") && !is_open_prefix("a"));
    }
}
