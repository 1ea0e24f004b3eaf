//! Whether two names differ as a misspelling differs from what was meant.

use strsim::osa_distance;

/// Whether one of two different names is probably the other, misspelt. Names that differ in a digit
/// or in a short part, as `shard-1` and `shard-2` or `team-a` and `team-b` do, are names of two things.
pub(crate) fn is_misspelt(name: &str, other: &str) -> bool {
    if name == other || name.is_empty() {
        return false;
    }
    let separated = |c: char| !c.is_ascii_alphanumeric();
    if letters(name).eq(letters(other)) {
        return true;
    }
    let (mut parts, mut others) = (name.split(separated), other.split(separated));
    loop {
        match (parts.next(), others.next()) {
            (None, None) => return true,
            (Some(part), Some(other)) if part == other || is_slip(part, other) => {}
            _ => return false,
        }
    }
}

/// The digits of a name: names that differ in them are never misspellings of each other.
pub(crate) fn digits(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(char::is_ascii_digit)
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase())
}

fn is_slip(word: &str, other: &str) -> bool {
    let shorter = word.len().min(other.len());
    let most = match shorter {
        0..=3 => return false,
        4..=6 => 1,
        _ => 2,
    };
    digits(word).eq(digits(other)) && osa_distance(word, other) <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        for (name, meant) in [
            ("frontned", "frontend"),
            ("fronted", "frontend"),
            ("pod-readers", "pod-reader"),
            ("Web", "web"),
            ("webapp", "web-app"),
            ("bakcend-api", "backend-api"),
            ("abdc", "abcd"),
        ] {
            assert!(is_misspelt(name, meant), "{name} {meant}");
        }
    }

    #[test]
    fn names_of_two_things_are_two_names() {
        for (name, other) in [
            ("web", "web"),
            ("shard-1", "shard-2"),
            ("redis1", "redis2"),
            ("team-a", "team-b"),
            ("web", "api"),
            ("prod", "prd"),
            ("frontend", "backend"),
            ("api-server", "api"),
            ("", "a"),
        ] {
            assert!(!is_misspelt(name, other), "{name} {other}");
        }
    }
}
