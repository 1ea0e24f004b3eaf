//! Random numbers that are the same everywhere for the same seed.

use serde_json::{Value, json};

/// A xorshift generator, and how odd the pod in the making is to be.
pub(crate) struct Random {
    state: u64,
    /// How often, in a hundred times, a field is not what a hardened pod has.
    pub(crate) wildness: u64,
    /// Whether the pod has what level restricted demands, but for its wild fields.
    pub(crate) is_strict: bool,
}

impl Random {
    /// A generator; every seed but 0 makes another sequence, and 0 is like 1.
    pub(crate) fn new(seed: u64) -> Self {
        let state = seed.max(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self { state, wildness: 0, is_strict: false }
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    /// True in `percent` of a hundred times.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// True as often as the pod is wild.
    pub(crate) fn wild(&mut self) -> bool {
        let wildness = self.wildness;
        self.chance(wildness)
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = self.below(from.len() as u64);
        &from[usize::try_from(index).unwrap()]
    }

    /// Another order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1);
            items.swap(last, usize::try_from(other).unwrap());
        }
    }

    /// True, false or null.
    pub(crate) fn boolean(&mut self) -> Value {
        self.pick(&[json!(true), json!(false), json!(true), json!(false), Value::Null]).clone()
    }
}
