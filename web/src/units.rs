//! Bytes of UTF-8 to the UTF-16 units that browsers count.

use harden_yaml::Span;

use crate::protocol::Units;

/// Every so many bytes, the number of units before is kept.
const STEP: usize = 1024;

/// An index over one text, made once per answer.
#[derive(Debug)]
pub(crate) struct UnitIndex<'t> {
    text: &'t str,
    /// Units before each step; empty when the text is ASCII, where both counts are the same.
    before: Vec<u32>,
}

impl<'t> UnitIndex<'t> {
    /// Reads a text once.
    pub(crate) fn new(text: &'t str) -> Self {
        let mut before = Vec::new();
        if !text.is_ascii() {
            let mut units = 0;
            for chunk in text.as_bytes().chunks(STEP) {
                before.push(units);
                units += chunk.iter().map(|byte| width(*byte)).sum::<u32>();
            }
        }
        Self { text, before }
    }

    /// A span as the browser counts it.
    pub(crate) fn units(&self, span: Span) -> Units {
        Units { from: self.offset(span.start), to: self.offset(span.end) }
    }

    /// The units before a byte.
    pub(crate) fn offset(&self, byte: u32) -> u32 {
        if self.before.is_empty() {
            return byte;
        }
        let at = (byte as usize).min(self.text.len());
        let step = (at / STEP).min(self.before.len() - 1);
        let rest = self.text.as_bytes().get(step * STEP..at).unwrap_or_default();
        let before = self.before.get(step).copied().unwrap_or_default();
        before + rest.iter().map(|byte| width(*byte)).sum::<u32>()
    }
}

/// The units that a character counts, counted at its first byte.
fn width(byte: u8) -> u32 {
    match byte {
        0x80..0xC0 => 0,
        0xF0.. => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_a_browser_at_every_character() {
        let text: String = "aé😀\n汉".chars().cycle().take(4000).collect();
        let index = UnitIndex::new(&text);
        let mut units = 0;
        for (byte, character) in text.char_indices() {
            assert_eq!(index.offset(u32::try_from(byte).expect("short")), units, "byte {byte}");
            units += u32::try_from(character.len_utf16()).expect("one or two");
        }
        assert_eq!(index.offset(u32::MAX), units);
    }

    #[test]
    fn bytes_and_units_of_ascii_are_the_same() {
        assert_eq!(UnitIndex::new("abc").units(Span::new(1, 3)), Units { from: 1, to: 3 });
    }
}
