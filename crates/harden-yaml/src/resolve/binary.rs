//! Base64 as Go's standard encoding reads it: padded, and with line breaks anywhere.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Go ignores bits that the last digit has and no byte needs.
const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// The bytes that a base64 text stands for, which may be secret, as Go decodes `!!binary` and `[]byte`;
/// `None` when it is no base64.
pub fn decode_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // As large as they can get from the start: a buffer that grows leaves copies behind.
    let mut digits = Zeroizing::new(Vec::with_capacity(text.len()));
    digits.extend(text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')));
    let most = base64::decoded_len_estimate(digits.len());
    let mut bytes = Zeroizing::new(Vec::with_capacity(most));
    STANDARD.decode_vec(&*digits, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_required_and_line_breaks_are_not_seen() {
        for (text, bytes) in [
            ("", ""),
            ("aGk=", "hi"),
            ("aG\nk=\r\n", "hi"),
            ("aGk\n=", "hi"),
            ("aGVs", "hel"),
            ("aGl=", "hi"),
            ("YR==", "a"),
        ] {
            assert_eq!(decode_base64(text).as_deref().map(Vec::as_slice), Some(bytes.as_bytes()));
        }
        assert!(decode_base64("+/+/").is_some());
        for text in [
            "a", "aGk", "aGk==", "a===", "Y=Q=", "====", "aG k=", "aGk=aGk=", "YWJj ", "hunter2!",
            "_-_-",
        ] {
            assert_eq!(decode_base64(text), None, "{text}");
        }
    }
}
