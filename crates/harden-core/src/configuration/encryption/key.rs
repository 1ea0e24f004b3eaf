//! Keys, of which nothing but their length and their quality ever leaves this file.

use harden_yaml::{Place, decode_base64};
use zeroize::Zeroizing;

use super::ProviderKind;
use crate::configuration::Fault;

/// A key without its secret.
#[derive(Debug, Clone)]
pub struct Key<'d> {
    /// Where it is.
    pub place: Place<'d>,
    /// Its name, which etcd holds in clear.
    pub name: &'d str,
    /// Bytes of the secret; 0 when it is missing or not base64.
    pub length: usize,
    /// Whether the secret does not look drawn at random: a phrase, a sample, a repetition.
    pub is_guessable: bool,
}

impl<'d> Key<'d> {
    pub(super) fn read(place: Place<'d>) -> Self {
        let secret = place.at("secret").as_str().and_then(decode_base64).unwrap_or_default();
        Self {
            place,
            name: place.at("name").as_str().unwrap_or_default(),
            length: secret.len(),
            is_guessable: is_guessable(&secret),
        }
    }
}

/// What the server minds of the keys of a provider; `path` is that of its list.
pub(super) fn faults<'d>(keys: Place<'d>, path: &str, kind: ProviderKind) -> Vec<Fault<'d>> {
    if keys.is_empty() {
        let message = format!("{path}: Required value: at least one keys is required");
        return vec![Fault::new(keys, message)];
    }
    let mut faults = Vec::new();
    for (index, key) in keys.items().enumerate() {
        let path = format!("{path}[{index}]");
        let (name, secret) = (key.at("name"), key.at("secret"));
        if name.as_str().is_none_or(str::is_empty) {
            let message =
                format!("{path}.name: Required value: name is a mandatory field for a key");
            faults.push(Fault::new(name, message));
        }
        if let Some(error) = secret_error(secret, kind) {
            faults.push(Fault::new(secret, format!("{path}.secret: {error}")));
        }
    }
    faults
}

fn secret_error(secret: Place<'_>, kind: ProviderKind) -> Option<String> {
    let text = secret.as_str().unwrap_or_default();
    if text.is_empty() {
        return Some("Required value: secret is a mandatory field for a key".to_owned());
    }
    let Some(bytes) = decode_base64(text) else {
        return Some(r#"Invalid value: "REDACTED": secrets must be base64 encoded"#.to_owned());
    };
    let lengths = kind.key_lengths();
    (!lengths.contains(&bytes.len())).then(|| {
        let expected: Vec<_> = lengths.iter().map(ToString::to_string).collect();
        format!(
            "Invalid value: \"REDACTED\": secret is not of the expected length, got {}, expected \
             one of [{}]",
            bytes.len(),
            expected.join(" ")
        )
    })
}

/// Tests that a key drawn at random does not meet in the lifetime of all clusters.
fn is_guessable(secret: &[u8]) -> bool {
    if secret.len() < 16 {
        return false;
    }
    let distinct = (0..=u8::MAX).filter(|byte| secret.contains(byte)).count();
    let steps = secret.windows(2);
    let is_run = |pair: &&[u8]| matches!(pair, [a, b] if b.wrapping_sub(*a) == 1);
    let runs = steps.filter(is_run).count();
    let repeats = (1..=secret.len() / 2)
        .any(|period| secret.iter().zip(secret.iter().skip(period)).all(|(a, b)| a == b));
    let is_text = secret.iter().all(|it| it.is_ascii_graphic() || it.is_ascii_whitespace());
    let text = Zeroizing::new(String::from_utf8_lossy(secret).to_ascii_lowercase());
    let words =
        ["secret", "passw", "change", "example", "sample", "test", "encrypt", "kubern", "key"];
    distinct <= secret.len() / 4
        || runs >= secret.len() / 3
        || repeats
        || is_text && (text.contains(' ') || words.iter().any(|word| text.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_samples_and_repetitions_are_guessable() {
        for secret in [
            b"this is very sec".as_slice(),
            b"0123456789abcdef0123456789abcdef",
            b"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
            b"abcdefghijklmnopqrstuvwxyz012345",
            b"MyClusterEncryptionKey0000000042",
            &[0; 32],
        ] {
            assert!(is_guessable(secret), "{secret:?}");
        }
    }

    #[test]
    fn random_bytes_and_random_text_are_not_guessable() {
        let mut state = 1_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        for length in [16, 24, 32] {
            for _ in 0..2_000 {
                let bytes: Vec<u8> = (0..length).map(|_| next()).collect();
                assert!(!is_guessable(&bytes), "{bytes:?}");
            }
        }
        assert!(!is_guessable(b"9f86d081884c7d659a2feaa0c55ad015"));
    }
}
