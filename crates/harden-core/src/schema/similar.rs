//! What somebody meant who mistyped a name.

use strsim::osa_distance;

/// The name that is nearest to a mistyped one, if one is near enough that it must have been meant.
pub(super) fn similar<'n>(
    mistyped: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let most = match mistyped.len() {
        0..=2 => 0,
        3..=4 => 1,
        5..=10 => 2,
        _ => 3,
    };
    let near = names.into_iter().filter_map(|name| {
        let distance = if folded(name) == folded(mistyped) {
            0
        } else if name.len().abs_diff(mistyped.len()) <= most {
            osa_distance(mistyped, name)
        } else {
            return None;
        };
        (distance <= most).then_some((distance, name))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// Without case and separators: `run_as_user`, `RunAsUser` and `runAsUser` are the same to people.
fn folded(name: &str) -> String {
    name.chars().filter(|it| !matches!(it, '_' | '-')).map(|it| it.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_meant() {
        let names = ["runAsUser", "runAsNonRoot", "runAsGroup", "seccompProfile"];
        for (mistyped, meant) in [
            ("runAsNonRot", Some("runAsNonRoot")),
            ("runasuser", Some("runAsUser")),
            ("run_as_group", Some("runAsGroup")),
            ("secompProfiel", Some("seccompProfile")),
            ("privileged", None),
            ("", None),
        ] {
            assert_eq!(similar(mistyped, names), meant, "{mistyped}");
        }
    }
}
