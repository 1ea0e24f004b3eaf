//! Ways through a document, as text.

use std::borrow::Cow;
use std::fmt;

/// A JSON pointer (RFC 6901): the way from a value down to a place below it, whether or not anything
/// is there. The way to the value itself is the default.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(Box<str>);

impl Pointer {
    /// One step down: to the value of a key, or to the item whose index the key spells.
    #[must_use]
    pub fn at(&self, key: &str) -> Self {
        Self::of(&self.0, [Cow::Borrowed(key)])
    }

    /// This way, and from its end another.
    #[must_use]
    pub fn then(&self, rest: &Self) -> Self {
        if self.0.is_empty() {
            return rest.clone();
        }
        Self([&*self.0, &*rest.0].concat().into())
    }

    /// The keys and indices on the way.
    pub fn steps(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.split('/').skip(1).map(|step| {
            if step.contains('~') {
                Cow::Owned(step.replace("~1", "/").replace("~0", "~"))
            } else {
                Cow::Borrowed(step)
            }
        })
    }

    /// The pointer as RFC 6901 writes it: empty, or with a slash before every step.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A way that goes on by these steps.
    pub(crate) fn of<'s>(start: &str, steps: impl IntoIterator<Item = Cow<'s, str>>) -> Self {
        let mut pointer = start.to_owned();
        for step in steps {
            pointer.push('/');
            for character in step.chars() {
                match character {
                    '~' => pointer.push_str("~0"),
                    '/' => pointer.push_str("~1"),
                    other => pointer.push(other),
                }
            }
        }
        Self(pointer.into())
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_the_keys_that_a_pointer_was_made_of() {
        let keys = ["", "a", "a/b", "~", "~1", "~01", "a.b", "\"", "0", "-", "é😀", ""];
        let pointer = keys.iter().fold(Pointer::default(), |pointer, key| pointer.at(key));
        assert_eq!(pointer.steps().collect::<Vec<_>>(), keys);
        assert_eq!(pointer.as_str(), "//a/a~1b/~0/~01/~001/a.b/\"/0/-/é😀/");
        assert_eq!(Pointer::default().steps().count(), 0);
        assert_eq!(Pointer::default().at("").steps().collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn a_way_that_goes_on_is_the_whole_way() {
        let (start, rest) = (Pointer::default().at("items").at("3"), Pointer::default().at("a/b"));
        assert_eq!(start.then(&rest).as_str(), "/items/3/a~1b");
        assert_eq!(start.then(&Pointer::default()), start);
        assert_eq!(Pointer::default().then(&rest), rest);
    }
}
