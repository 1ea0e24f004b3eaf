//! Whole numbers of any size.

use std::cmp::Ordering;

/// A whole number, 32 bits a part, the lowest first and the highest not zero.
#[derive(Clone)]
pub(super) struct Natural(Vec<u32>);

impl From<u64> for Natural {
    fn from(value: u64) -> Self {
        let mut sections = Vec::with_capacity(4);
        let mut rest = value;
        while rest > 0 {
            sections.push(low(rest));
            rest >>= 32;
        }
        Self(sections)
    }
}

impl Natural {
    pub(super) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bits it has.
    pub(super) fn bits(&self) -> i32 {
        let highest = self.0.last().map_or(0, |it| it.leading_zeros());
        i32::try_from(self.0.len() * 32).unwrap_or(i32::MAX) - highest.cast_signed()
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let lengths = self.0.len().cmp(&other.0.len());
        lengths.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// Multiplies, and adds.
    pub(super) fn scale(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for part in &mut self.0 {
            let sum = u64::from(*part) * u64::from(factor) + carry;
            *part = low(sum);
            carry = sum >> 32;
        }
        if carry > 0 {
            self.0.push(low(carry));
        }
    }

    /// Multiplies by a power of a number up to ten.
    pub(super) fn scale_by_power(&mut self, base: u32, power: u32) {
        let mut rest = power;
        while rest > 0 {
            let step = rest.min(9);
            self.scale(base.pow(step), 0);
            rest -= step;
        }
    }

    /// The difference to what is not larger.
    pub(super) fn minus(&self, other: &Self) -> Self {
        let mut difference = self.clone();
        difference.subtract(other);
        difference
    }

    /// Subtracts what is not larger.
    pub(super) fn subtract(&mut self, other: &Self) {
        let mut borrows = false;
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        for (part, other) in self.0.iter_mut().zip(others) {
            (*part, borrows) = part.borrowing_sub(other, borrows);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "this is what it is for")]
fn low(value: u64) -> u32 {
    value as u32
}
