//! The name of an image, read as container runtimes read it.

use std::fmt;
use std::str::FromStr;

use harden_sigstore::Digest;

/// The registry of names without one.
pub(crate) const DOCKER: &str = "docker.io";
/// As long as a name may be, without its tag and its digest.
const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;

/// An image in a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Reference {
    /// `docker.io`, `ghcr.io`, `localhost:5000`, `[::1]:5000`.
    pub(crate) registry: String,
    /// `library/nginx`.
    pub(crate) repository: String,
    /// `latest` where the name has neither a tag nor a digest.
    pub(crate) tag: Option<String>,
    /// It counts, and not the tag, where there are both.
    pub(crate) digest: Option<Digest>,
    /// The name has no registry, so it means that of Docker, whatever registries a machine searches.
    pub(crate) is_short: bool,
}

impl Reference {
    /// What a registry is asked for: the digest, or else the tag.
    pub(crate) fn version(&self) -> String {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, Some(tag)) => tag.clone(),
            (None, None) => "latest".to_owned(),
        }
    }

    /// The name without tag and digest, in full.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }
}

impl fmt::Display for Reference {
    /// The name in full: `docker.io/library/nginx:1.27@sha256:…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        self.tag.as_ref().map_or(Ok(()), |tag| write!(f, ":{tag}"))?;
        self.digest.as_ref().map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

impl FromStr for Reference {
    type Err = String;

    /// Reads a name as `github.com/distribution/reference` does.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as one sentence that does not repeat it.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(format!("a name of an image has no scheme: leave out `{scheme}://`"));
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest_of(digest)?)),
            None => (text, None),
        };
        let (name, tag) = match rest.rsplit_once(':') {
            // A colon before a slash is that of a port, and one before a bracket that of an address.
            Some((name, tag)) if !tag.contains(['/', ']']) => (name, Some(tag_of(tag)?)),
            _ => (rest, None),
        };
        let (registry, path) = match name.split_once('/') {
            Some((first, rest)) if is_registry(first) => (Some(first), rest),
            _ => (None, name),
        };
        let host = registry.map(host_of).transpose()?;
        let host = host.map(|it| if it == "index.docker.io" { DOCKER.to_owned() } else { it });
        let is_short = host.is_none();
        let registry = host.unwrap_or_else(|| DOCKER.to_owned());
        check_path(path)?;
        if is_short && path.len() == 64 && path.bytes().all(|it| it.is_ascii_hexdigit()) {
            return Err("this is the id of an image and no name".to_owned());
        }
        let is_official = registry == DOCKER && !path.contains('/');
        let repository = if is_official { format!("library/{path}") } else { path.to_owned() };
        if registry.len() + 1 + repository.len() > LONGEST_NAME {
            return Err(format!("the name is longer than {LONGEST_NAME} characters"));
        }
        let tag = tag.or_else(|| digest.is_none().then(|| "latest".to_owned()));
        Ok(Self { registry, repository, tag, digest, is_short })
    }
}

fn digest_of(text: &str) -> Result<Digest, String> {
    text.parse().map_err(|_| match text.split_once(':') {
        Some((algorithm, _)) if algorithm != "sha256" && !algorithm.is_empty() => {
            format!(
                "its digest is not of sha256 but of `{}`, which is not supported",
                shown(algorithm)
            )
        }
        _ => "behind @ a digest is `sha256:` and 64 small hexadecimal digits".to_owned(),
    })
}

fn tag_of(text: &str) -> Result<String, String> {
    let mut bytes = text.bytes();
    let is_word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    let is_right = bytes.next().is_some_and(is_word)
        && bytes.all(|it| is_word(it) || matches!(it, b'.' | b'-'))
        && text.len() <= LONGEST_TAG;
    let wrong = || {
        format!(
            "a tag is at most {LONGEST_TAG} letters, digits, `_`, `.` and `-`, and begins with none of the last two"
        )
    };
    is_right.then(|| text.to_owned()).ok_or_else(wrong)
}

/// Whether the first step of a name is that of a registry.
fn is_registry(step: &str) -> bool {
    step == "localhost"
        || step.contains(['.', ':', '['])
        || step.bytes().any(|it| it.is_ascii_uppercase())
}

/// The host, with its port; in small letters, because hosts are the same in all.
pub(super) fn host_of(text: &str) -> Result<String, String> {
    let wrong = || "the registry is no host name with an optional port".to_owned();
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or_else(wrong)?;
            address.parse::<std::net::Ipv6Addr>().map_err(|_| wrong())?;
            (address, port.strip_prefix(':').or_else(|| port.is_empty().then_some("")))
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port).filter(|it| !it.is_empty())),
            None => (text, Some("")),
        },
    };
    let port = port.ok_or_else(wrong)?;
    let is_port =
        port.is_empty() || (port.parse::<u16>().is_ok_and(|it| it > 0) && !port.starts_with('+'));
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
    };
    let is_host = text.starts_with('[') || host.split('.').all(is_label);
    if is_port && is_host { Ok(text.to_ascii_lowercase()) } else { Err(wrong()) }
}

pub(super) fn check_path(path: &str) -> Result<(), String> {
    if path.is_empty() {
        return Err("a name of an image is missing".to_owned());
    }
    if path.bytes().any(|it| it.is_ascii_uppercase()) {
        return Err("the repository must be in small letters".to_owned());
    }
    match path.split('/').find(|it| !is_step(it)) {
        Some("") => Err("the repository has an empty part between two slashes".to_owned()),
        Some(step) => Err(format!(
            "the part `{}` of the repository is not of small letters and digits with `.`, `_`, `__` or `-` between them",
            shown(step)
        )),
        None => Ok(()),
    }
}

/// Letters and digits, with separators between them: a dot, one or two underscores, or dashes.
fn is_step(step: &str) -> bool {
    let is_word = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let is_separator =
        |it: &str| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|it| it == b'-');
    step.starts_with(is_word) && step.ends_with(is_word) && step.split(is_word).all(is_separator)
}

/// What of a text can be shown in a sentence.
fn shown(text: &str) -> String {
    text.chars().take(40).filter(|it| !it.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn names_are_completed_as_runtimes_complete_them() {
        for (text, full) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.27", "docker.io/library/nginx:1.27"),
            ("docker.io/nginx", "docker.io/library/nginx:latest"),
            ("index.docker.io/library/nginx", "docker.io/library/nginx:latest"),
            ("grafana/loki:3", "docker.io/grafana/loki:3"),
            ("ghcr.io/a/b/c", "ghcr.io/a/b/c:latest"),
            ("GHCR.io/a/b", "ghcr.io/a/b:latest"),
            ("REGISTRY/web", "registry/web:latest"),
            ("localhost/web", "localhost/web:latest"),
            ("localhost:5000/web:V1_a-b.c", "localhost:5000/web:V1_a-b.c"),
            ("registry:5000/web", "registry:5000/web:latest"),
            ("127.0.0.1:5000/web", "127.0.0.1:5000/web:latest"),
            ("[::1]:5000/web:1", "[::1]:5000/web:1"),
            ("[fd00::1]/web", "[fd00::1]/web:latest"),
            ("a/a__b/c--d.e_f", "docker.io/a/a__b/c--d.e_f:latest"),
        ] {
            assert_eq!(
                text.parse::<Reference>().map(|it| it.to_string()),
                Ok(full.to_owned()),
                "{text}"
            );
        }
        for text in ["nginx", "nginx:1.27"] {
            let reference: Reference = format!("{text}@{DIGEST}").parse().unwrap();
            assert_eq!(reference.version(), DIGEST);
            assert_eq!(reference.tag.is_some(), text.contains(':'));
            assert!(reference.is_short);
        }
    }

    #[test]
    fn what_is_no_name_is_one_sentence() {
        for (text, why) in [
            ("", "is missing"),
            (":1", "is missing"),
            ("ghcr.io/", "is missing"),
            ("https://ghcr.io/a", "leave out `https://`"),
            ("docker://nginx", "leave out `docker://`"),
            ("Nginx", "small letters"),
            ("ghcr.io/A/b", "small letters"),
            ("ghcr.io/a//b", "an empty part"),
            ("a/../b", "the part `..`"),
            ("a/b/", "an empty part"),
            ("/a", "an empty part"),
            ("a/b?x=1", "the part `b?x=1`"),
            ("a/b#x", "the part `b#x`"),
            ("a/ b", "the part ` b`"),
            ("a/-b", "the part `-b`"),
            ("a/b___c", "the part `b___c`"),
            ("a/b._c", "the part `b._c`"),
            ("a/b\u{e9}", "the part"),
            ("a:", "a tag is at most"),
            ("a:-x", "a tag is at most"),
            ("a:x y", "a tag is at most"),
            ("a:x@", "behind @"),
            ("a@sha256:00", "behind @"),
            ("a@sha512:00", "not of sha256 but of `sha512`"),
            ("a@b@c", "behind @"),
            ("user:secret@host.example/a", "behind @"),
            ("exa mple.com/a", "no host name"),
            ("example.com:/a", "no host name"),
            ("example.com:0/a", "no host name"),
            ("example.com:99999/a", "no host name"),
            ("example.com:+1/a", "no host name"),
            ("-example.com/a", "no host name"),
            ("a..b/c", "no host name"),
            ("[::1/a", "no host name"),
            ("[::1]x/a", "no host name"),
            ("[zz]:1/a", "no host name"),
        ] {
            let error = text.parse::<Reference>().unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
        let id = DIGEST.trim_start_matches("sha256:");
        assert!(id.parse::<Reference>().unwrap_err().contains("the id of an image"));
        assert!("a".repeat(250).parse::<Reference>().unwrap_err().contains("longer than 255"));
        let tag = "t".repeat(128);
        assert!(format!("a:{tag}").parse::<Reference>().is_ok());
        assert!(format!("a:{tag}t").parse::<Reference>().is_err());
    }
}
