//! What somebody meant who mistyped a name.

use strsim::osa_distance;

/// The name that is nearest to a mistyped one, if one is near enough that it must have been meant.
pub fn similar<'n>(mistyped: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
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

/// Whether a key is another one, misspelt.
pub(super) fn is_near(key: &str, wanted: &str) -> bool {
    // What charts call the version of what they install.
    if key == wanted || key == "appVersion" {
        return false;
    }
    let letters = |text: &str| -> String {
        text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let most = if wanted.len() < 8 { 1 } else { 2 };
    let (key, wanted) = (letters(key), letters(wanted));
    key.len().abs_diff(wanted.len()) <= most && osa_distance(&key, &wanted) <= most
}

/// Without case and separators: `run_as_user`, `RunAsUser` and `runAsUser` are the same to people.
fn folded(name: &str) -> String {
    name.chars().filter(|it| !matches!(it, '_' | '-')).map(|it| it.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_near_that_differ_by_case_separators_and_a_slip() {
        for key in [
            "apiversion",
            "ApiVersion",
            "api_version",
            "apiVersoin",
            "apiVerson",
            "\u{430}piVersion",
        ] {
            assert!(is_near(key, "apiVersion"), "{key}");
        }
        for key in ["Kind", "KIND", "kinds", "knd", "kidn", "kind "] {
            assert!(is_near(key, "kind"), "{key}");
        }
        for (key, wanted) in [
            ("kind", "kind"),
            ("appVersion", "apiVersion"),
            ("version", "apiVersion"),
            ("", "kind"),
        ] {
            assert!(!is_near(key, wanted), "{key}");
        }
    }

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
