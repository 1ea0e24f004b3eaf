//! What somebody meant who mistyped a name.

use strsim::osa_distance;

/// The name that is nearest to a mistyped one, if one is near enough that it must have been meant.
pub fn similar<'n>(mistyped: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    near(mistyped, names).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// The same where no other name is nearly as near, so that nothing else can have been meant.
pub(super) fn only_similar<'n>(
    mistyped: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let mut best: Option<(usize, &str)> = None;
    let mut next = usize::MAX;
    for (distance, name) in near(mistyped, names) {
        match best {
            Some((least, _)) if distance >= least => next = next.min(distance),
            _ => {
                next = best.map_or(usize::MAX, |(least, _)| least);
                best = Some((distance, name));
            }
        }
    }
    let is_only = |least: usize| next > least && (least == 0 || next > least + 1);
    best.filter(|(least, _)| is_only(*least)).map(|(_, name)| name)
}

/// The names that are near enough to a mistyped one, and how far each is.
fn near<'n>(
    mistyped: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> impl Iterator<Item = (usize, &'n str)> {
    let most = match mistyped.len() {
        0..=2 => 0,
        3..=4 => 1,
        5..=10 => 2,
        _ => 3,
    };
    let all = folded(mistyped);
    names.into_iter().filter_map(move |name| {
        let distance = if folded(name) == all {
            0
        } else if name.len().abs_diff(mistyped.len()) <= most {
            osa_distance(mistyped, name)
        } else {
            return None;
        };
        (distance <= most).then_some((distance, name))
    })
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
    fn a_name_that_two_others_are_as_near_to_means_neither_of_them() {
        assert_eq!(only_similar("hostIP", ["hostIPC", "hostPID", "hostname"]), None);
        assert_eq!(only_similar("hostIPc", ["hostIPC", "hostPID"]), Some("hostIPC"));
        assert_eq!(only_similar("replica", ["replicas", "paused"]), Some("replicas"));
        assert_eq!(only_similar("", ["a"]), None);
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
