//! The tokens that wait to be taken.

use crate::scanner::Token;

/// Once this many tokens are taken from a queue that never ran empty, it is moved to the front.
const WORN: usize = 256;

/// A queue that is nearly always empty or short.
#[derive(Debug, Default)]
pub(super) struct Queue {
    tokens: Vec<Token>,
    head: usize,
}

impl Queue {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.tokens.len() - self.head
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.head == self.tokens.len()
    }

    #[inline]
    pub(super) fn front(&self) -> Option<Token> {
        self.tokens.get(self.head).copied()
    }

    #[inline]
    pub(super) fn push(&mut self, token: Token) {
        self.tokens.push(token);
    }

    /// Puts a token before the one at `index`, which is at most the length.
    pub(super) fn insert(&mut self, index: usize, token: Token) {
        self.tokens.insert(self.head + index, token);
    }

    /// Drops the first token; whether there was one.
    #[inline]
    pub(super) fn pop_front(&mut self) -> bool {
        if self.is_empty() {
            return false;
        }
        self.head += 1;
        if self.is_empty() {
            self.tokens.clear();
            self.head = 0;
        } else if self.head >= WORN && self.head * 2 > self.tokens.len() {
            self.tokens.drain(..self.head);
            self.head = 0;
        }
        true
    }
}
