//! `!!binary`: standard base64 with padding, as Go decodes it.

/// The bytes that `text` stands for; line breaks count for nothing.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let symbols: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let groups = symbols.chunks_exact(4);
    if !groups.remainder().is_empty() {
        return None;
    }
    let mut bytes = Vec::with_capacity(symbols.len() / 4 * 3);
    let last = groups.len().saturating_sub(1);
    for (index, group) in groups.enumerate() {
        let padding = group.iter().rev().take_while(|symbol| **symbol == b'=').count();
        if padding > 2 || (padding > 0 && index != last) {
            return None;
        }
        let mut bits = 0;
        for symbol in group.iter().take(4 - padding) {
            bits = (bits << 6) | value(*symbol)?;
        }
        bits <<= 6 * padding;
        let [_, first, second, third] = u32::to_be_bytes(bits);
        bytes.extend([first, second, third].iter().take(3 - padding));
    }
    Some(bytes)
}

fn value(symbol: u8) -> Option<u32> {
    Some(u32::from(match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_required_and_line_breaks_are_not_seen() {
        assert_eq!(decode("aGk="), Some(b"hi".to_vec()));
        assert_eq!(decode("aG\nk="), Some(b"hi".to_vec()));
        assert_eq!(decode("aGVs"), Some(b"hel".to_vec()));
        assert_eq!(decode(""), Some(Vec::new()));
        for text in ["aGk", "aGk==", "a===", "aG k=", "aGk=aGk="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
