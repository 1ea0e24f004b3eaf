//! What the names of images bind them to.

use harden_yaml::Place;

use crate::pod_security::Container;
use crate::rule::Workload;

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

/// The images of a pod's containers that are pulled from a registry.
pub(super) fn of<'w, 'd>(
    workload: &'w Workload<'d>,
) -> impl Iterator<Item = (&'w Container<'d>, Place<'d>, &'d str)> {
    workload.containers().iter().filter_map(|container| {
        let place = container.place().at("image");
        let image = place.as_str().filter(|it| !it.is_empty() && !is_blank(it))?;
        let is_local = container.place().at("imagePullPolicy").as_str() == Some("Never");
        (!is_local).then_some((container, place, image))
    })
}

/// Whether a tool has yet to write the image here.
fn is_blank(image: &str) -> bool {
    image.contains(['$', '{', '<', '%'])
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
            assert_eq!(super::pin(image), pin, "{image}");
        }
    }
}
