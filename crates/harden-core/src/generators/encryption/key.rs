//! Keys: their names, which etcd holds in clear, and their secrets, which nothing may show.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harden_yaml::Place;
use zeroize::Zeroizing;

use crate::kubernetes::Date;

/// How many bytes a new key has: all that each provider takes.
pub(super) const LENGTH: usize = 32;

/// A key of a provider.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: KeyName,
    /// Base64 in one line.
    pub(super) secret: Zeroizing<String>,
}

/// The name of a key: what stands before each value that it wrote, up to a colon.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyName(String);

/// Why a text is no name for a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be at most 63 letters, digits, '-', '_' and '.'")]
pub struct InvalidKeyName;

impl Key {
    /// Takes a key from a file that was found right.
    pub(super) fn read(place: Place<'_>) -> Self {
        let text = |key| place.at(key).as_str().unwrap_or_default();
        let written = text("secret");
        let mut secret = Zeroizing::new(String::with_capacity(written.len()));
        // Base64 may go over several lines to the server, and never needs to.
        secret.extend(written.chars().filter(|it| !matches!(it, '\r' | '\n')));
        Self { name: KeyName(text("name").to_owned()), secret }
    }

    /// Makes a key of bytes that nobody can guess.
    pub(super) fn new(name: KeyName, bytes: &[u8]) -> Self {
        Self { name, secret: base64(bytes) }
    }
}

/// Leaves out the secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("name", &self.name).finish_non_exhaustive()
    }
}

impl KeyName {
    /// `key-2026-11-23`, or `key-2026-11-23-2` and so on: always later than every name that is taken,
    /// which is how the newest key is known. None when no number is left after one that is taken.
    pub(super) fn dated(today: Date, taken: &[&Self]) -> Option<Self> {
        let latest = taken.iter().filter_map(|it| it.date()).max();
        let (date, number) = match latest.filter(|(date, _)| *date >= today) {
            Some((date, number)) => (date, number.checked_add(1)?),
            None => (today, 1),
        };
        Some(Self(if number > 1 { format!("key-{date}-{number}") } else { format!("key-{date}") }))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// When it was made, if it says so: the date, and the number on that day.
    pub(super) fn date(&self) -> Option<(Date, u32)> {
        let rest = self.0.strip_prefix("key-")?;
        let mut parts = rest.splitn(4, '-');
        let year = parts.next().filter(|it| it.len() == 4)?.parse().ok()?;
        let month = parts.next().filter(|it| it.len() == 2)?.parse().ok()?;
        let day = parts.next().filter(|it| it.len() == 2)?.parse().ok()?;
        let number = parts.next().map_or(Ok(1), str::parse).ok()?;
        Some((Date { year, month, day }, number))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyName {
    type Err = InvalidKeyName;

    fn from_str(text: &str) -> Result<Self, InvalidKeyName> {
        let is_named = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if (1..=63).contains(&text.len()) && text.bytes().all(is_named) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKeyName)
        }
    }
}

/// Leaves no copy behind, as a text that grows would.
fn base64(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(vec![0; bytes.len().div_ceil(3) * 4]);
    let written = STANDARD.encode_slice(bytes, &mut text).unwrap_or_default();
    text.truncate(written);
    Zeroizing::new(String::from_utf8(std::mem::take(&mut *text)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_written_as_go_reads_it() {
        for (bytes, text) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj")] {
            assert_eq!(base64(bytes.as_bytes()).as_str(), text);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xbf, 0]).as_str(), "+/+/AA==");
    }

    #[test]
    fn names_are_dated_and_never_taken_twice() {
        let today = Date { year: 2026, month: 11, day: 23 };
        let first = KeyName::dated(today, &[]).unwrap();
        let second = KeyName::dated(today, &[&first]).unwrap();
        let third = KeyName::dated(today, &[&second, &first]).unwrap();
        assert_eq!(
            [first.as_str(), second.as_str(), third.as_str()],
            ["key-2026-11-23", "key-2026-11-23-2", "key-2026-11-23-3"]
        );
        assert!(first.date() < second.date() && second.date() < third.date());
        let future: KeyName = "key-2027-01-01-7".parse().unwrap();
        let next = KeyName::dated(today, &[&first, &future]).unwrap();
        assert_eq!(next.as_str(), "key-2027-01-01-8");
        let last: KeyName = "key-2027-01-01-4294967295".parse().unwrap();
        assert_eq!(KeyName::dated(today, &[&first, &last]), None, "never a name that is taken");
        for name in ["key1", "key-2026", "key-2026-11", "key-2026-11-23-x", "key-26-11-23"] {
            assert_eq!(name.parse::<KeyName>().ok().and_then(|it| it.date()), None, "{name}");
        }
    }

    #[test]
    fn names_that_would_end_early_or_not_be_seen_are_rejected() {
        for name in ["", "a:b", "a b", "ä", &"a".repeat(64)] {
            assert_eq!(name.parse::<KeyName>(), Err(InvalidKeyName), "{name}");
        }
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = Key::new(KeyName("a".to_owned()), &[7; 32]);
        let shown = format!("{key:?}");
        assert!(!shown.contains(key.secret.as_str()), "{shown}");
    }
}
