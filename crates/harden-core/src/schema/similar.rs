//! What somebody meant who mistyped a name.

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
            distance(mistyped, name)
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

/// How many letters are added, left out, changed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (row, letter) in a.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in b.iter().enumerate() {
            let at =
                |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&last, column + 1) + 1)
                .min(at(&current, column) + 1)
                .min(at(&last, column) + usize::from(letter != *other));
            let left = column.checked_sub(1).and_then(|it| b.get(it));
            if left == Some(&letter) && previous == Some(*other) {
                best = best.min(at(&before, column - 1) + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut last, current);
        previous = Some(letter);
    }
    last.last().copied().unwrap_or_default()
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

    #[test]
    fn distances_count_edits() {
        for (a, b, edits) in
            [("", "", 0), ("a", "", 1), ("", "ab", 2), ("ab", "ba", 1), ("abc", "adc", 1)]
        {
            assert_eq!(distance(a, b), edits, "{a} {b}");
        }
    }
}
