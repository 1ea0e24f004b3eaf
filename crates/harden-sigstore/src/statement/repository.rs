//! Where source code is: an address that says which repository, revision and commit.

/// An address of source code, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The repository, as an address that people open: no `git+`, no `.git`, no name and password.
    pub repository: String,
    /// What of it: `refs/tags/v1`, or what else stands after `@` or `#`.
    pub reference: Option<String>,
}

/// Takes an address of source code apart: `git+https://github.com/shop/web@refs/tags/v1`,
/// `https://github.com/shop/web.git#main`, `git@github.com:shop/web.git`.
///
/// Upstream: SPDX 2.3, "package download location", for `git+…@…`; Docker's build contexts for `…#…`.
#[must_use]
pub fn address(text: &str) -> Address {
    let text = text.trim();
    let text = text.strip_prefix("git+").unwrap_or(text);
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    let (authority, path) = match (scheme, rest.find('/'), rest.find(':')) {
        // `git@host:path`, the short form of git for SSH.
        (None, slash, Some(colon)) if slash.is_none_or(|slash| colon < slash) => {
            let (authority, path) = rest.split_at(colon);
            (authority, path.trim_start_matches(':'))
        }
        (_, Some(slash), _) => {
            let (authority, path) = rest.split_at(slash);
            (authority, path.trim_start_matches('/'))
        }
        (_, None, _) => (rest, ""),
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
    let (path, reference) = match path.find(['@', '#', '?']) {
        Some(end) => {
            let (path, after) = path.split_at(end);
            let reference = after.get(1..).filter(|it| !it.is_empty() && !after.starts_with('?'));
            (path, reference.map(str::to_owned))
        }
        None => (path, None),
    };
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    // Git takes the same repository by all of these.
    let scheme = match scheme {
        None if authority.contains('@') || host.contains('.') => "https",
        Some("http" | "https" | "ssh" | "git") => "https",
        Some(other) => other,
        None => return Address { repository: format!("{host}/{path}"), reference },
    };
    let slash = if path.is_empty() { "" } else { "/" };
    Address { repository: format!("{scheme}://{host}{slash}{path}"), reference }
}

/// Are two addresses those of one repository? Hosts and, as on the hosts that builders know, paths in any case.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    address(one).repository.eq_ignore_ascii_case(&address(other).repository)
}

#[cfg(test)]
mod tests {
    use super::{Address, address, is_same};

    #[test]
    fn a_repository_is_known_by_all_its_spellings() {
        let web = "https://github.com/shop/web";
        for (spelling, reference) in [
            ("https://github.com/shop/web", None),
            ("git+https://github.com/shop/web@refs/tags/v1", Some("refs/tags/v1")),
            ("git+https://github.com/shop/web.git@refs/heads/a@b", Some("refs/heads/a@b")),
            ("https://GitHub.com/shop/web.git#main", Some("main")),
            ("https://user:secret@github.com/shop/web/", None),
            ("git+ssh://git@github.com/shop/web.git", None),
            ("git@github.com:shop/web.git", None),
            ("github.com/shop/web", None),
            (" git://github.com/shop/web?x=y ", None),
        ] {
            let expected =
                Address { repository: web.to_owned(), reference: reference.map(str::to_owned) };
            assert_eq!(address(spelling), expected, "{spelling}");
        }
        assert!(is_same("https://github.com/Shop/Web", "git+https://github.com/shop/web@v1"));
    }

    #[test]
    fn repositories_that_only_look_alike_are_told_apart() {
        let web = "https://github.com/shop/web";
        for other in [
            "https://github.com/shop/web2",
            "https://github.com/shop/web/sub",
            "https://github.com.evil.example/shop/web",
            "https://github.com@evil.example/shop/web",
            "https://evil.example/github.com/shop/web",
            "https://github.com/evil@github.com/shop/web",
            "gs://github.com/shop/web",
            "github.com",
            "",
            "://",
            "@",
            ":",
            "git+",
        ] {
            assert!(!is_same(web, other), "{other}");
        }
    }
}
