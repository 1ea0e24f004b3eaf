//! Pods beyond the Pod Security Standards.

use super::{of, verdicts};

#[test]
fn paths_of_the_node_are_judged_however_they_are_spelt() {
    let Some(verdicts) = verdicts(&["host-path-spellings.yaml"]) else { return };
    let critical: Vec<_> = verdicts.iter().filter(|it| it.severity == "critical").collect();
    assert_eq!(critical.len(), 2, "{verdicts:?}");
    assert_eq!(of(&verdicts, "container-runtime-socket").len(), 1, "{verdicts:?}");
    let places: usize = critical.iter().map(|it| it.paths.len()).sum();
    assert_eq!(places, 8, "{critical:?}");
}

#[test]
fn images_that_are_mounted_are_images() {
    let Some(verdicts) = verdicts(&["image-volume.yaml"]) else { return };
    for (rule, path) in [
        ("mutable-image-tag", "spec.volumes[0].image.reference"),
        ("unpinned-image", "spec.volumes[1].image.reference"),
    ] {
        let found = of(&verdicts, rule);
        assert_eq!(found.len(), 1, "{rule}: {verdicts:?}");
        assert!(found.iter().all(|it| it.paths == [path]), "{rule}: {verdicts:?}");
    }
}

#[test]
fn a_program_that_is_yet_to_be_built_has_no_tag() {
    let Some(verdicts) = verdicts(&["ko-image.yaml"]) else { return };
    for rule in ["mutable-image-tag", "unpinned-image"] {
        assert!(of(&verdicts, rule).is_empty(), "{verdicts:?}");
    }
}
