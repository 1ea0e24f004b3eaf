//! What intents ask of the names of images, in CEL.

use crate::intents::Validation;

/// A pattern, as a literal, of what names an image. What does not is for a tool to replace.
pub(super) const REFERENCE: &str = r"'^([A-Za-z0-9._:\\[\\]-]*[.:A-Z][A-Za-z0-9._:\\[\\]-]*/)?[a-z0-9._-]+(/[a-z0-9._-]+)*(:[A-Za-z0-9._-]*)?(@|$)'";

/// A pattern, as a literal, of images with a tag that names a stage or a branch.
pub(super) const MOVING: &str = "':((?i:alpine|canary|dev|develop|edge|head|latest|main|master|nightly|rolling|slim|\
                                 snapshot|stable|unstable)|[^/:]*-latest|latest-[^/:]*)$'";

/// The volumes that are images.
pub(super) const IMAGE_VOLUMES: &str =
    "variables.spec.?volumes.orValue([]).filter(v, has(v.image))";

/// A condition for every image that a pod pulls from a registry, by an expression for its name: those of its
/// containers and those that are mounted as volumes.
pub(super) fn validations(condition: impl Fn(&str) -> String, message: &str) -> Vec<Validation> {
    let of = |image: &str, policy: &str| {
        let image = format!("string({image}.orValue(''))");
        format!("{policy}.orValue('') == 'Never' || {}", condition(&image))
    };
    vec![
        Validation::of_containers(&of("c.?image", "c.?imagePullPolicy"), message),
        Validation::of_each(
            IMAGE_VOLUMES,
            "c",
            &of("c.image.?reference", "c.image.?pullPolicy"),
            "c.?name.orValue('')",
            message,
        ),
    ]
}
