//! Keys without `?`, which only a later `:` makes keys, and the block maps and lists they indent.

use crate::ProblemKind;
use crate::problem::Fault;
use crate::scanner::{MAX_DEPTH, Scanned, Scanner, TokenKind};

/// A simple key must fit one line and this many characters.
const MAX_KEY: usize = 1024;

/// A place where a simple key may have begun, which only a later `:` tells.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SimpleKey {
    pub(super) possible: bool,
    /// Whether its token waits in the queue for the `:`.
    pub(super) awaited: bool,
    pub(super) required: bool,
    pub(super) token: usize,
    pub(super) start: usize,
    pub(super) index: usize,
    pub(super) line_start: usize,
}

impl Scanner<'_> {
    pub(super) fn may_become_key(&mut self) -> Scanned<bool> {
        let index = match self.simple_keys.as_slice() {
            [only] => (only.possible && only.awaited && only.token == self.taken).then_some(0),
            keys => {
                let from = keys.partition_point(|key| key.token < self.taken);
                keys.iter()
                    .enumerate()
                    .skip(from)
                    .take_while(|(_, key)| key.token == self.taken)
                    .find(|(_, key)| key.possible && key.awaited)
                    .map(|(index, _)| index)
            }
        };
        match index {
            Some(index) => self.is_valid_key(index),
            None => Ok(false),
        }
    }

    pub(super) fn is_valid_key(&mut self, index: usize) -> Scanned<bool> {
        let (line_start, position) = (self.cursor.line_start, self.cursor.index());
        let Some(key) = self.simple_keys.get_mut(index) else {
            return Ok(false);
        };
        if !key.possible {
            return Ok(false);
        }
        if key.line_start < line_start || key.index + MAX_KEY < position {
            if key.required {
                return Err(missing_colon(*key));
            }
            key.possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    pub(super) fn save_simple_key(&mut self) -> Scanned {
        if self.simple_key_allowed {
            let required = self.flow_level == 0 && self.indent == self.cursor.column();
            let key = SimpleKey {
                possible: true,
                awaited: true,
                required,
                token: self.taken + self.tokens.len(),
                start: self.cursor.position,
                index: self.cursor.index(),
                line_start: self.cursor.line_start,
            };
            self.remove_simple_key()?;
            if let Some(last) = self.simple_keys.last_mut() {
                *last = key;
            }
        }
        Ok(())
    }

    pub(super) fn remove_simple_key(&mut self) -> Scanned {
        match self.simple_keys.last_mut() {
            Some(key) if key.possible => {
                if key.required {
                    return Err(missing_colon(*key));
                }
                key.possible = false;
            }
            _ => {}
        }
        Ok(())
    }

    /// Puts what begins an entry before the key that a `:` confirmed.
    pub(super) fn begin_entry(&mut self, index: usize) -> Scanned {
        let Some(key) = self.simple_keys.get_mut(index) else {
            return Ok(());
        };
        key.possible = false;
        let key = *key;
        self.insert(TokenKind::Key, key.start, Some(key.token));
        let column = isize::try_from(key.index - key.line_start).unwrap_or(isize::MAX);
        self.roll_indent(column, Some(key.token), TokenKind::BlockMappingStart, key.start)?;
        self.simple_key_allowed = false;
        Ok(())
    }

    pub(super) fn roll_indent(
        &mut self,
        column: isize,
        number: Option<usize>,
        kind: TokenKind,
        at: usize,
    ) -> Scanned {
        if self.flow_level == 0 && self.indent < column {
            self.indents.push(self.indent);
            self.indent = column;
            if self.indents.len() > MAX_DEPTH {
                return Err(Fault::new(at, at, ProblemKind::TooDeep));
            }
            self.insert(kind, at, number);
        }
        Ok(())
    }

    pub(super) fn unroll_indent(&mut self, column: isize) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.insert(TokenKind::BlockEnd, self.cursor.position, None);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}

fn missing_colon(key: SimpleKey) -> Fault {
    let what =
        "a `:` is missing after this key: add it, or indent the line to continue the text above";
    Fault::new(key.start, key.start + 1, ProblemKind::Syntax(what))
}
