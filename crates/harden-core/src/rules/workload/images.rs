//! What the names of images bind them to.

mod written_paths;

use std::borrow::Cow;

use harden_yaml::Place;

pub(super) use written_paths::written_by;

use super::containers::quoted;
use crate::lock::Found;
use crate::pod_security::Container;
use crate::rule::{Reporter, Workload};

/// What the name of an image binds it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pin {
    /// Its content.
    Digest,
    /// A tag that is meant to stay.
    Tag,
    /// A tag that is meant to move, or the tag `latest` that stands in for none.
    Moving,
}

/// Tags that name a stage or a branch.
const MOVING: [&str; 15] = [
    "alpine", "canary", "dev", "develop", "edge", "head", "latest", "main", "master", "nightly",
    "rolling", "slim", "snapshot", "stable", "unstable",
];

/// An image that a pod pulls from a registry.
#[derive(Debug)]
pub(super) struct Image<'d> {
    /// Who has it pulled: `container` or `volume`.
    user: &'static str,
    /// The name of the container or volume.
    name: Cow<'d, str>,
    /// Where it is named.
    place: Place<'d>,
    /// How it is named.
    text: &'d str,
}

/// The lock of the examples.
pub(super) const LOCK: &str = "\
version: v1
images:
- image: registry.example.com/web:1.4.2
  digest: sha256:4f06b3c4d1a7e2f4b2c3a5968778695a4b3c2d1e0f9e8d7c6b5a493827160f1e
  verified: 2026-11-28
";

/// Fields beside an image with which operators put together what they pull.
const REST: [&str; 8] =
    ["digest", "hub", "imageTag", "registry", "repository", "sha", "tag", "version"];

/// Reports the images with such a pin: those of containers as one flaw, and those of volumes as another.
pub(super) fn flag<'d>(
    workload: &Workload<'d>,
    reporter: &mut Reporter<'_, 'd>,
    pin: Pin,
    flaw: &str,
) {
    let lock = reporter.lock();
    let is_locked =
        |it: &&Image<'_>| lock.is_some_and(|lock| matches!(lock.find(it.text), Found::Same(_)));
    let images: Vec<_> = of(workload).filter(|it| self::pin(it.text) == pin).collect();
    for of_one_user in images.chunk_by(|a, b| a.user == b.user) {
        let [Image { user, .. }, others @ ..] = of_one_user else { continue };
        let plural = if others.is_empty() { "" } else { "s" };
        let names = quoted(of_one_user.iter().map(|it| &*it.name));
        let texts = quoted(of_one_user.iter().map(|it| it.text));
        let locked = quoted(of_one_user.iter().filter(is_locked).map(|it| it.text));
        let known = match () {
            () if locked.is_empty() => String::new(),
            () if locked == texts => {
                "; the lock has its digest, and fix --pin writes it".to_owned()
            }
            () => format!("; the lock has the digest of {locked}, and fix --pin writes it"),
        };
        reporter.flag_all(
            format!("{user}{plural} {names}: {flaw} {texts}{known}"),
            of_one_user.iter().map(|it| (it.place, &it.name, None)),
        );
    }
}

/// Reports the images of which something is so, each user of them as one flaw.
pub(super) fn flag_found<'d>(
    workload: &Workload<'d>,
    reporter: &mut Reporter<'_, 'd>,
    flaw: &str,
    is_found: impl Fn(&str) -> bool,
) {
    let images: Vec<_> = of(workload).filter(|it| is_found(it.text)).collect();
    for of_one_user in images.chunk_by(|a, b| a.user == b.user) {
        let [Image { user, .. }, others @ ..] = of_one_user else { continue };
        let plural = if others.is_empty() { "" } else { "s" };
        let names = quoted(of_one_user.iter().map(|it| &*it.name));
        let texts = quoted(of_one_user.iter().map(|it| it.text));
        reporter.flag_all(
            format!("{user}{plural} {names}: {flaw}: {texts}"),
            of_one_user.iter().map(|it| (it.place, &it.name, None)),
        );
    }
}

/// The images that a pod pulls: those of its containers, then those that are mounted as volumes.
fn of<'d>(workload: &Workload<'d>) -> impl Iterator<Item = Image<'d>> {
    let is_whole = |container: &&Container<'_>| {
        let place = container.place();
        !workload.template.is_partial || !REST.iter().any(|it| place.at(it).exists())
    };
    let containers = workload.containers().iter().filter(is_whole).map(|it| {
        let place = it.place();
        let name = it.label();
        ("container", name, place.at("image"), place.at("imagePullPolicy"))
    });
    let volumes = workload.at("volumes").items().map(|it| {
        let (name, image) = (it.at("name").as_str().unwrap_or(""), it.at("image"));
        ("volume", name.into(), image.at("reference"), image.at("pullPolicy"))
    });
    containers.chain(volumes).filter_map(|(user, name, place, policy)| {
        let text = place.as_str().filter(|it| is_reference(it))?;
        (policy.as_str() != Some("Never")).then_some(Image { user, name, place, text })
    })
}

/// Whether it names an image. What does not is for a tool to replace: a blank such as `$IMAGE`, or the
/// program that `ko://…` has built.
fn is_reference(image: &str) -> bool {
    let name = image.split_once('@').map_or(image, |(name, _)| name);
    let (domain, path) = match name.split_once('/') {
        Some((first, rest)) if is_domain(first) => (first, rest),
        _ => ("", name),
    };
    let (path, tag) = path.split_once(':').unwrap_or((path, ""));
    let is_step = |step: &str| {
        !step.is_empty()
            && step.bytes().all(|it| {
                it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'.' | b'_' | b'-')
            })
    };
    let is_word = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'_' | b'-');
    domain.bytes().all(|it| is_word(it) || matches!(it, b':' | b'[' | b']'))
        && path.split('/').all(is_step)
        && tag.bytes().all(is_word)
}

/// Whether the first step of a name is that of a registry, as runtimes decide it.
fn is_domain(step: &str) -> bool {
    !step.is_empty()
        && (step == "localhost"
            || step.contains(['.', ':'])
            || step.bytes().any(|it| it.is_ascii_uppercase()))
}

/// What the name of an image binds it to.
pub(super) fn pin(image: &str) -> Pin {
    if image.contains('@') {
        return Pin::Digest;
    }
    // A colon before a slash is that of the registry's port.
    let tag = image.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/'));
    match tag {
        Some(tag) if !is_moving(tag) => Pin::Tag,
        _ => Pin::Moving,
    }
}

fn is_moving(tag: &str) -> bool {
    let is_in_list = |tag: &str| MOVING.iter().any(|it| tag.eq_ignore_ascii_case(it));
    is_in_list(tag) || tag.ends_with("-latest") || tag.starts_with("latest-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_runtimes_read_them() {
        for (image, pin) in [
            ("nginx", Pin::Moving),
            ("nginx:latest", Pin::Moving),
            ("nginx:stable", Pin::Moving),
            ("registry:5000/nginx", Pin::Moving),
            ("ghcr.io/a/b:main", Pin::Moving),
            ("vllm:cpu-latest", Pin::Moving),
            ("nginx:1.27", Pin::Tag),
            ("registry:5000/nginx:1", Pin::Tag),
            ("nginx:1.27-alpine", Pin::Tag),
            ("nginx@sha256:00", Pin::Digest),
            ("nginx:latest@sha256:00", Pin::Digest),
        ] {
            assert!(is_reference(image), "{image}");
            assert_eq!(super::pin(image), pin, "{image}");
        }
    }

    #[test]
    fn what_no_runtime_reads_is_for_a_tool_to_replace() {
        for blank in [
            "",
            "{{ .Values.image }}",
            "${IMAGE}",
            "<image>",
            "nginx:%VERSION%",
            "ko://example.com/cmd/controller",
            "IMAGE",
            "IMAGE_NAME:latest",
            "//cmd:image",
            "web: 1",
        ] {
            assert!(!is_reference(blank), "{blank}");
        }
        for image in ["REGISTRY/web:latest", "localhost/web", "[fd00::1]:5000/web", "a__b/web:V1"] {
            assert!(is_reference(image), "{image}");
        }
    }
}
