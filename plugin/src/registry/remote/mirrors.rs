//! Where the images of a registry are instead, by `registries.conf` of podman, CRI-O and buildah.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;

use super::local_file;
use crate::registry::fault::Fault;
use crate::registry::reference::{DOCKER, Reference, check_path, host_of};

/// Where the images of registries are instead.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mirrors {
    registries: BTreeMap<String, Registry>,
    /// Names without a registry are searched for in these by others, which we do not.
    searched: Vec<String>,
}

/// Where a repository is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) registry: String,
    pub(super) repository: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Written {
    unqualified_search_registries: Option<Vec<String>>,
    registry: Vec<Registry>,
    /// The first version of the format had these.
    registries: Option<toml::Value>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Registry {
    prefix: String,
    location: String,
    blocked: bool,
    mirror_by_digest_only: bool,
    mirror: Vec<Mirror>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Mirror {
    location: String,
    pull_from_mirror: String,
}

impl Mirrors {
    /// Reads files of which the later count before the earlier. A file that is not there is none.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or is none of version 2.
    pub(super) fn read<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<Self, Fault> {
        let mut mirrors = Self::default();
        for path in paths {
            match local_file(path) {
                Ok(text) => mirrors.add(&text).map_err(|it| it.of(&path.display()))?,
                Err(ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(kind) => {
                    return Err(Fault::wrong(format!(
                        "{}: it cannot be read: {kind}",
                        path.display()
                    )));
                }
            }
        }
        Ok(mirrors)
    }

    pub(super) fn add(&mut self, text: &str) -> Result<(), Fault> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|it| text.get(..it.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Fault::wrong(format!(
                "line {line}: {}",
                error.message().lines().next().unwrap_or_default()
            ))
        })?;
        if written.registries.is_some() {
            return Err(Fault::wrong(
                "it is of version 1, which podman does not read any more: name registries as [[registry]]",
            ));
        }
        if let Some(searched) = written.unqualified_search_registries {
            self.searched = searched;
        }
        for mut registry in written.registry {
            if registry.prefix.is_empty() {
                registry.prefix.clone_from(&registry.location);
            }
            if registry.prefix.is_empty() {
                return Err(Fault::wrong("a [[registry]] has neither a prefix nor a location"));
            }
            let prefix = registry.prefix.trim_end_matches('/').to_owned();
            registry.prefix.clone_from(&prefix);
            self.registries.insert(prefix, registry);
        }
        Ok(())
    }

    /// Where an image is asked for, one after the other.
    ///
    /// # Errors
    ///
    /// It must not be pulled, or is said to be where nothing can be.
    pub(super) fn endpoints(&self, image: &Reference) -> Result<Vec<Endpoint>, Fault> {
        let own =
            Endpoint { registry: image.registry.clone(), repository: image.repository.clone() };
        let name = image.name();
        let matching =
            self.registries.values().filter_map(|it| Some((it, rest_behind(&it.prefix, &name)?)));
        let Some((registry, rest)) = matching.max_by_key(|(it, _)| it.prefix.len()) else {
            return Ok(vec![own]);
        };
        if registry.blocked {
            return Err(Fault::denied(format!("{name} is blocked by registries.conf")));
        }
        let is_digest = image.digest.is_some();
        let is_asked = |mirror: &&Mirror| match &*mirror.pull_from_mirror {
            "digest-only" => is_digest,
            "tag-only" => !is_digest,
            _ => is_digest || !registry.mirror_by_digest_only,
        };
        let mirrors = registry.mirror.iter().filter(is_asked);
        let mut all =
            mirrors.map(|it| Endpoint::at(&it.location, rest)).collect::<Result<Vec<_>, _>>()?;
        let is_moved = !registry.location.is_empty() && registry.location != registry.prefix;
        all.push(if is_moved { Endpoint::at(&registry.location, rest)? } else { own });
        all.dedup();
        Ok(all)
    }

    /// What is to be said of an image whose name has no registry, and is searched for by others.
    pub(super) fn remark(&self, image: &Reference) -> Option<String> {
        let is_searched = image.is_short && self.searched.iter().any(|it| it != DOCKER);
        is_searched.then(|| {
            format!(
                "the name has no registry, so {image} is meant; podman searches {} here: write the registry",
                self.searched.join(", ")
            )
        })
    }
}

/// What of a name is behind a prefix, which may be `*.example.com`.
fn rest_behind<'a>(prefix: &str, name: &'a str) -> Option<&'a str> {
    if let Some(domain) = prefix.strip_prefix('*') {
        let host = name.split('/').next()?;
        let bare = host.split(':').next()?;
        return bare.ends_with(domain).then(|| name.get(host.len()..)).flatten();
    }
    let rest = name.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

impl Endpoint {
    fn at(location: &str, rest: &str) -> Result<Self, Fault> {
        let full = format!("{}{rest}", location.trim_end_matches('/'));
        let wrong = |why: &str| {
            Fault::wrong(format!("registries.conf names the location `{location}`: {why}"))
        };
        let (host, path) =
            full.split_once('/').ok_or_else(|| wrong("there is no repository behind it"))?;
        let registry = host_of(host).map_err(|it| wrong(&it))?;
        check_path(path).map_err(|it| wrong(&it))?;
        let is_official = registry == DOCKER && !path.contains('/');
        let repository = if is_official { format!("library/{path}") } else { path.to_owned() };
        Ok(Self { registry, repository })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// The examples of containers-registries.conf(5), and others.
    const CONF: &str = r#"
unqualified-search-registries = ["registry.fedoraproject.org", "docker.io"]
short-name-mode = "enforcing"

[[registry]]
prefix = "example.com/foo"
insecure = false
blocked = false
location = "internal-registry-for-example.com/bar"

[[registry.mirror]]
location = "example-mirror-0.local/mirror-for-foo"

[[registry.mirror]]
location = "example-mirror-1.local/mirrors/foo"
insecure = true
pull-from-mirror = "digest-only"

[[registry.mirror]]
location = "tags.local/foo"
pull-from-mirror = "tag-only"

[[registry]]
location = "docker.io"
mirror-by-digest-only = true
[[registry.mirror]]
location = "mirror.local:5000/hub"

[[registry]]
prefix = "*.blocked.example"
blocked = true

[[registry]]
prefix = "example.com/foo/deeper"

[[registry]]
location = "docker.io/grafana"
prefix = "grafana.example"

[[registry]]
prefix = "odd.example"
location = "ODD/UPPER"
"#;

    fn asked(image: &str) -> String {
        let mut mirrors = Mirrors::default();
        mirrors.add(CONF).unwrap();
        match mirrors.endpoints(&image.parse().unwrap()) {
            Ok(all) => all
                .iter()
                .map(|it| format!("{}/{}", it.registry, it.repository))
                .collect::<Vec<_>>()
                .join(" "),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn mirrors_are_asked_before_what_they_mirror() {
        let foo = "example-mirror-0.local/mirror-for-foo/image";
        let moved = "internal-registry-for-example.com/bar/image";
        for (image, all) in [
            ("example.com/foo/image:1", format!("{foo} tags.local/foo/image {moved}")),
            (
                &format!("example.com/foo/image@{DIGEST}"),
                format!("{foo} example-mirror-1.local/mirrors/foo/image {moved}"),
            ),
            ("example.com/foo/deeper/image", "example.com/foo/deeper/image".to_owned()),
            ("example.com/foobar", "example.com/foobar".to_owned()),
            ("nginx", "docker.io/library/nginx".to_owned()),
            (
                &format!("nginx@{DIGEST}"),
                "mirror.local:5000/hub/library/nginx docker.io/library/nginx".to_owned(),
            ),
            ("grafana.example/loki", "docker.io/grafana/loki".to_owned()),
            (
                "a.blocked.example:5000/x",
                "a.blocked.example:5000/x is blocked by registries.conf".to_owned(),
            ),
            ("blocked.example/x", "blocked.example/x".to_owned()),
            ("notblocked.example/x", "notblocked.example/x".to_owned()),
        ] {
            assert_eq!(asked(image), all, "{image}");
        }
        assert!(asked("odd.example/a").contains("names the location `ODD/UPPER`"));
    }

    #[test]
    fn a_name_without_a_registry_is_that_of_docker_and_it_is_said() {
        let mut mirrors = Mirrors::default();
        assert_eq!(mirrors.remark(&"nginx".parse().unwrap()), None);
        mirrors.add(CONF).unwrap();
        let said = mirrors.remark(&"nginx".parse().unwrap()).unwrap();
        assert!(said.contains("docker.io/library/nginx:latest is meant"), "{said}");
        assert_eq!(mirrors.remark(&"docker.io/nginx".parse().unwrap()), None);
    }

    #[test]
    fn a_later_file_counts_before_an_earlier_and_a_wrong_one_is_one_sentence() {
        let mut mirrors = Mirrors::default();
        mirrors.add(CONF).unwrap();
        mirrors.add("[[registry]]\nprefix = 'example.com/foo'\nblocked = true").unwrap();
        assert!(mirrors.endpoints(&"example.com/foo/a".parse().unwrap()).is_err());
        for (text, why) in [
            ("[[registry]]\nblocked = 'x'", "line 2: "),
            ("\n\n[[registry", "line 3: "),
            ("[[registry]]\nblocked = true", "neither a prefix nor a location"),
            ("[registries.search]\nregistries = ['a']", "version 1"),
            ("registry = 7", "line 1: "),
        ] {
            let said = mirrors.add(text).unwrap_err().to_string();
            assert!(said.contains(why) && !said.contains('\n'), "{text}: {said}");
        }
    }
}
