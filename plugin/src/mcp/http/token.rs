//! What clients must show: a word that nobody can guess.

use std::fmt;

use anyhow::{anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// What clients must show.
pub(crate) struct Token {
    word: Zeroizing<String>,
    is_fresh: bool,
}

/// Shorter ones could be found by trying.
const SHORTEST: usize = 16;

/// How many random bytes a new token has.
const BYTES: usize = 32;

impl Token {
    /// A new one, which nobody knows yet.
    pub(crate) fn fresh() -> anyhow::Result<Self> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        getrandom::fill(bytes.as_mut())
            .map_err(|error| anyhow!("the operating system gave no random bytes: {error}"))?;
        let word = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_ref()));
        Ok(Self { word, is_fresh: true })
    }

    /// One that the clients know already; `source` is where it is from.
    pub(crate) fn known(text: &str, source: &str) -> anyhow::Result<Self> {
        let word = text.trim();
        let is_plain = word.bytes().all(|it| it.is_ascii_graphic());
        if word.len() < SHORTEST || !is_plain {
            bail!(
                "{source}: a token has at least {SHORTEST} letters, digits or signs and no spaces, such as `openssl rand -hex 32` prints"
            );
        }
        Ok(Self { word: Zeroizing::new(word.to_owned()), is_fresh: false })
    }

    /// Whether the user has yet to be told.
    pub(super) fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// The word itself, to be told once.
    pub(super) fn shown(&self) -> &str {
        &self.word
    }

    /// Whether a header shows it. How long that takes says nothing of the word.
    pub(super) fn is_shown_in(&self, header: &[u8]) -> bool {
        let Some((scheme, word)) = header.split_at_checked("Bearer ".len()) else { return false };
        let word = word.trim_ascii();
        let pairs = word.iter().zip(self.word.as_bytes());
        let difference = pairs.fold(0, |difference, (one, other)| difference | (one ^ other));
        scheme.eq_ignore_ascii_case(b"Bearer ") && word.len() == self.word.len() && difference == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_word_opens() {
        let token = Token::known("  0123456789abcdef\n", "file").unwrap();
        for (header, opens) in [
            ("Bearer 0123456789abcdef", true),
            ("bearer 0123456789abcdef ", true),
            ("Bearer 0123456789abcdeF", false),
            ("Bearer 0123456789abcde", false),
            ("Bearer 0123456789abcdef0", false),
            ("Bearer ", false),
            ("Basic 0123456789abcdef", false),
            ("", false),
        ] {
            assert_eq!(token.is_shown_in(header.as_bytes()), opens, "{header}");
        }
        assert!(!format!("{token:?}").contains("0123"));
    }

    #[test]
    fn new_words_are_long_and_differ() {
        let (one, other) = (Token::fresh().unwrap(), Token::fresh().unwrap());
        assert!(one.shown().len() >= 43 && one.shown() != other.shown());
    }

    #[test]
    fn short_words_are_refused_without_being_repeated() {
        for word in ["", "hunter22", "0123456789 abcdef", "0123456789abcde\u{e9}"] {
            let error = Token::known(word, "file").unwrap_err().to_string();
            assert!(word.is_empty() || !error.contains(word), "{error}");
        }
    }
}
