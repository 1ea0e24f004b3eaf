//! Parts of image references.

use regex_lite::Regex;

/// What is set of a reference; what is empty stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) domain: String,
    pub(super) path: String,
    /// With its colon or at sign.
    pub(super) tag: String,
}

const DOMAIN: &str = r"(^\w[\w\-_]*\.[\w\-_\.]*[\w](:\d+)?$)|(^localhost(:\d+)?$)";
const PATH: &str = r"^[a-z0-9]+(?:(?:(?:[._/]|__|[-]*)[a-z0-9]+)+)?$";
const TAG: &str = r"(^:[\w][\w.-]{0,127}$)|(^@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*[:][0-9A-Fa-f]{32,}$)";

impl Image {
    /// Whether it can be set.
    pub(super) fn check(&self) -> Result<(), String> {
        let fits = |pattern: &str, text: &str| {
            text.is_empty() || Regex::new(pattern).is_ok_and(|it| it.is_match(text))
        };
        let (domain, path, tag) = (&self.domain, &self.path, &self.tag);
        if domain.is_empty() && path.is_empty() && tag.is_empty() {
            return Err(
                "at least one of [assignDomain, assignPath, assignTag] must be set".to_owned()
            );
        }
        if !fits(DOMAIN, domain) {
            return Err(format!(
                "assignDomain {domain:?} must be a fully-qualified domain name or localhost"
            ));
        }
        if !fits(PATH, path) {
            return Err(format!("assignPath {path:?} must be a valid docker image path"));
        }
        if !fits(TAG, tag) {
            return Err(format!(
                "assignTag {tag:?} must be a valid docker image tag or digest starting with ':' or '@'"
            ));
        }
        if domain.is_empty() && split_domain(path).0.is_some() {
            return Err(format!(
                "assignDomain must be set if the first part of assignPath {path:?} can be interpreted as \
                 part of a domain"
            ));
        }
        Ok(())
    }

    /// A reference with what is set.
    pub(super) fn of(&self, reference: &str) -> String {
        let (domain, rest) = split_domain(reference);
        let (path, tag) = rest.split_at(rest.find([':', '@']).unwrap_or(rest.len()));
        let set = |new: &'_ str, old: &'_ str| {
            if new.is_empty() { old.to_owned() } else { new.to_owned() }
        };
        let mut domain = set(&self.domain, domain.unwrap_or_default());
        if !domain.is_empty() {
            domain.push('/');
        }
        format!("{domain}{}{}", set(&self.path, path), set(&self.tag, tag))
    }
}

fn split_domain(reference: &str) -> (Option<&str>, &str) {
    match reference.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            (Some(first), rest)
        }
        _ => (None, reference),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(domain: &str, path: &str, tag: &str) -> Image {
        Image { domain: domain.to_owned(), path: path.to_owned(), tag: tag.to_owned() }
    }

    #[test]
    fn only_what_is_set_is_changed() {
        assert_eq!(image("r.example", "", "").of("nginx:1"), "r.example/nginx:1");
        assert_eq!(
            image("r.example:5000", "", "").of("localhost/a/b@sha256:0"),
            "r.example:5000/a/b@sha256:0"
        );
        assert_eq!(image("", "x/y", "").of("docker.io/a:1"), "docker.io/x/y:1");
        assert_eq!(image("", "", ":2").of("a/b"), "a/b:2");
        assert_eq!(image("", "x", ":2").of(""), "x:2");
    }

    #[test]
    fn parts_that_would_be_read_as_others_are_refused() {
        assert!(image("r.example", "a/b", ":1").check().is_ok());
        assert!(image("localhost:5000", "", "").check().is_ok());
        for it in [
            image("", "", ""),
            image("registry", "", ""),
            image("", "A", ""),
            image("", "a:1", ""),
            image("", "r.example/a", ""),
            image("", "", "1"),
            image("", "", "@sha256:12"),
        ] {
            assert!(it.check().is_err(), "{it:?}");
        }
    }
}
