//! Random choices that are the same everywhere for the same seed.

use serde_json::{Value, json};

/// A xorshift generator.
pub(crate) struct Random {
    state: u64,
    /// How often, in a hundred times, something is not as it should be.
    wildness: usize,
}

impl Random {
    /// A generator; every seed but 0 makes another sequence, and 0 is like 1.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed.max(1).wrapping_mul(0x9E37_79B9_7F4A_7C15), wildness: 0 }
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % bound
    }

    /// True in `percent` of a hundred times.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Decides how wild what comes next will be.
    pub(crate) fn be_wild_or_tame(&mut self) {
        self.wildness = [0, 1, 3, 8][self.below(4)];
    }

    /// True when something is not to be as it should.
    pub(crate) fn wild(&mut self) -> bool {
        self.chance(self.wildness)
    }

    /// One that is as it should be, or else one that is not.
    pub(crate) fn either<'a>(&mut self, good: &[&'a str], bad: &[&'a str]) -> &'a str {
        if self.wild() { self.pick(bad) } else { self.pick(good) }
    }

    /// One of several.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// A list of up to `most` entries.
    pub(crate) fn list(&mut self, most: usize, mut entry: impl FnMut(&mut Self) -> Value) -> Value {
        (0..self.below(most + 1)).map(|_| entry(self)).collect()
    }

    /// A list of up to `most` entries, seldom empty.
    pub(crate) fn some(&mut self, most: usize, mut entry: impl FnMut(&mut Self) -> Value) -> Value {
        let count = if self.wild() { 0 } else { 1 + self.below(most) };
        (0..count).map(|_| entry(self)).collect()
    }

    /// A value of any type, seldom; otherwise this one.
    pub(crate) fn usually(&mut self, value: impl Into<Value>) -> Value {
        if !self.wild() {
            return value.into();
        }
        let odd =
            [json!(null), json!(7), json!(1.5), json!(true), json!("x"), json!([]), json!({})];
        odd[self.below(odd.len())].clone()
    }

    /// A text as a file: JSON, or YAML with a line per field; damaged now and then.
    pub(crate) fn file(&mut self, value: &Value) -> String {
        if self.chance(20) {
            return value.to_string();
        }
        let fields = value.as_object().unwrap().iter();
        let mut lines: Vec<String> =
            fields.map(|(key, value)| format!("{key}: {value}\n")).collect();
        if self.wild() {
            let twice = lines[self.below(lines.len())].clone();
            lines.push(twice);
        }
        if self.chance(3) {
            lines.push("---\nkind: Other\n".to_owned());
        }
        let mut text = lines.concat();
        if self.wild() {
            let at = self.below(text.len());
            if text.is_char_boundary(at) {
                text.truncate(at);
            }
        }
        text
    }
}
