//! Whether two names differ as a misspelling differs from what was meant.

use rustc_hash::FxHashMap;
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

/// Names that may be meant by others, so that not all of them are asked.
#[derive(Debug, Default)]
pub(crate) struct Names<'n>(FxHashMap<String, Vec<(Letters, &'n str)>>);

impl<'n> Names<'n> {
    /// Takes in one more.
    pub(crate) fn add(&mut self, name: &'n str) {
        self.0.entry(digits(name).collect()).or_default().push((Letters::of(name), name));
    }

    /// Those of which a name is probably a misspelling, in the order in which they were added.
    pub(crate) fn meant_by<'s>(
        &'s self,
        name: &'s str,
    ) -> impl Iterator<Item = &'n str> + use<'s, 'n> {
        let alike = self.0.get(&digits(name).collect::<String>()).into_iter().flatten();
        let (letters, slips) = (Letters::of(name), slips(name));
        let may_be_meant = move |it: &&(Letters, &str)| letters.may_become(it.0, slips);
        alike.filter(may_be_meant).map(|it| it.1).filter(move |it| is_misspelt(name, it))
    }
}

/// Which letters and digits a name has, and how many.
#[derive(Debug, Clone, Copy)]
struct Letters {
    which: u64,
    count: usize,
}

impl Letters {
    fn of(name: &str) -> Self {
        let which = letters(name).fold(0, |all, it| all | 1 << (u32::from(it) % 64));
        Self { which, count: letters(name).count() }
    }

    /// Whether so many slips may make one of the other: each makes a letter too many, too few, or another.
    fn may_become(self, other: Self, slips: usize) -> bool {
        let different = (self.which ^ other.which).count_ones() as usize;
        different <= 2 * slips && self.count.abs_diff(other.count) <= slips
    }
}

/// How many slips there may be in a name at most.
fn slips(name: &str) -> usize {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.map(|it| most_slips(it.len())).sum()
}

/// The digits of a name: names that differ in them are never misspellings of each other.
fn digits(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(char::is_ascii_digit)
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase())
}

fn is_slip(word: &str, other: &str) -> bool {
    let shorter = word.len().min(other.len());
    let most = most_slips(shorter);
    most > 0 && digits(word).eq(digits(other)) && osa_distance(word, other) <= most
}

/// How many slips there may be in a word of this length.
fn most_slips(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant_by<'n>(name: &str, other: &'n str) -> Vec<&'n str> {
        let mut names = Names::default();
        ["another", other, "y2k"].into_iter().for_each(|it| names.add(it));
        names.meant_by(name).collect()
    }

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
            assert_eq!(meant_by(name, meant), [meant]);
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
            assert!(meant_by(name, other).is_empty(), "{name} {other}");
        }
    }
}
