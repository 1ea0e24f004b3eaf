//! Bytes to text.

use std::borrow::Cow;

use crate::{Problem, ProblemKind};

/// The text of a file: UTF-8, or UTF-16 that says so by its byte order mark.
///
/// A byte order mark at the start is dropped, so spans count from the byte after it.
///
/// # Errors
///
/// One problem at the first byte that does not belong.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Problem> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, u16::from_be_bytes).map(Cow::Owned),
        [0xEF, 0xBB, 0xBF, rest @ ..] => decode_utf8(rest, 3).map(Cow::Borrowed),
        _ => decode_utf8(bytes, 0).map(Cow::Borrowed),
    }
}

fn decode_utf8(bytes: &[u8], base: usize) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|error| {
        let start = base + error.valid_up_to();
        let length = error.error_len().unwrap_or(bytes.len() - error.valid_up_to());
        let what = "not UTF-8 from here: save the file as UTF-8";
        Problem::new(start, start + length, ProblemKind::Encoding(what))
    })
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Problem> {
    let pairs = bytes.chunks_exact(2);
    let odd = pairs.remainder().len();
    let units = pairs.map(|pair| match pair {
        [first, second] => unit([*first, *second]),
        _ => 0,
    });
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut position = 2;
    for character in char::decode_utf16(units) {
        let Ok(character) = character else {
            let what = "half a UTF-16 surrogate pair: save the file as UTF-8";
            return Err(Problem::new(position, position + 2, ProblemKind::Encoding(what)));
        };
        position += character.len_utf16() * 2;
        text.push(character);
    }
    if odd > 0 {
        let what = "half a UTF-16 character at the end: save the file as UTF-8";
        return Err(Problem::new(position, position + odd, ProblemKind::Encoding(what)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn every_encoding_that_go_yaml_knows_gives_the_same_text() {
        let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}a: ß😀".encode_utf16().flat_map(bytes).collect()
        };
        assert_eq!(decode("a: ß😀".as_bytes()).unwrap(), "a: ß😀");
        assert_eq!(decode("\u{feff}a: ß😀".as_bytes()).unwrap(), "a: ß😀");
        assert_eq!(decode(&utf16(u16::to_le_bytes)).unwrap(), "a: ß😀");
        assert_eq!(decode(&utf16(u16::to_be_bytes)).unwrap(), "a: ß😀");
        assert_eq!(decode(b"").unwrap(), "");
    }

    #[test]
    fn a_byte_that_does_not_belong_is_pointed_at() {
        assert_eq!(decode(b"a: \xff\n").unwrap_err().span, crate::Span { start: 3, end: 4 });
        assert_eq!(
            decode(b"\xef\xbb\xbfa\xc3").unwrap_err().span,
            crate::Span { start: 4, end: 5 }
        );
        assert_eq!(
            decode(b"\xff\xfea\x00\x00\xd8").unwrap_err().span,
            crate::Span { start: 4, end: 6 }
        );
        assert_eq!(decode(b"\xff\xfea").unwrap_err().span, crate::Span { start: 2, end: 3 });
    }
}
