//! Splitting a JSON list that is too large to keep.

use std::collections::VecDeque;

use crate::{Problem, ProblemKind};

/// Splits a JSON object into the elements of its `items` and the rest, chunk by chunk.
///
/// It keeps no more than the rest, the element it is in, and the elements nobody has fetched yet.
/// It finds where values begin and end; whether they are sound JSON shows when they are read.
#[derive(Debug, Clone, Default)]
pub struct ListSplitter {
    state: State,
    /// Brackets open within the current value.
    depth: u32,
    in_string: bool,
    escaped: bool,
    envelope: Vec<u8>,
    /// The key at the top level that was read last, quotes included.
    key: Vec<u8>,
    item: Vec<u8>,
    ready: VecDeque<Vec<u8>>,
    position: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Start,
    /// At the top level, before a key.
    Key,
    /// In a key.
    InKey,
    /// Between a key and its value.
    Colon,
    /// In the value of a key.
    Value,
    /// Between items.
    Items,
    /// In an item.
    Item,
    End,
}

impl ListSplitter {
    /// A splitter at the start of a text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the text.
    ///
    /// # Errors
    ///
    /// When the text is no JSON object; the position counts from the start of the text.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), Problem> {
        let mut rest = chunk;
        while !rest.is_empty() {
            let taken = match self.state {
                State::Item => self.take_item(rest),
                State::Value => self.take_value(rest),
                _ => self.take_structure(rest)?,
            };
            self.position += taken;
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// The next whole item, as it stands in the text.
    pub fn next_item(&mut self) -> Option<Vec<u8>> {
        self.ready.pop_front()
    }

    /// Ends the text, and gives the list without its items.
    ///
    /// # Errors
    ///
    /// When the object is not closed, or what is left of it is not UTF-8.
    pub fn finish(self) -> Result<String, Problem> {
        if self.state != State::End {
            return Err(self.wrong("the JSON text ends too early: it was cut off"));
        }
        String::from_utf8(self.envelope)
            .map_err(|_| Problem::new(0, 0, ProblemKind::Encoding("not UTF-8: send UTF-8")))
    }

    fn take_structure(&mut self, rest: &[u8]) -> Result<usize, Problem> {
        let Some(&byte) = rest.first() else {
            return Ok(0);
        };
        let blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let next = match (self.state, byte) {
            (State::InKey, _) => {
                self.key.push(byte);
                if self.ends_string(byte) { State::Colon } else { State::InKey }
            }
            (State::Items, b',') => return Ok(1),
            (state, _) if blank => {
                if state == State::Items {
                    return Ok(1);
                }
                state
            }
            (State::Start, b'{') | (State::Key, b',') | (State::Items, b']') => State::Key,
            (State::Key, b'"') => {
                self.key.clear();
                self.key.push(byte);
                self.in_string = true;
                State::InKey
            }
            (State::Key, b'}') => State::End,
            (State::Colon, b':') => State::Colon,
            (State::Colon, b'[') if self.key == b"\"items\"" => State::Items,
            (State::Colon, _) => {
                self.state = State::Value;
                return Ok(0);
            }
            (State::Items, b'}') => {
                return Err(self.wrong("an item or `]` is missing here"));
            }
            (State::Items, _) => {
                self.state = State::Item;
                return Ok(0);
            }
            (State::Start, _) => {
                return Err(self.wrong("a JSON list begins with `{`: this is none"));
            }
            _ => return Err(self.wrong("a key or `}` is missing here")),
        };
        self.envelope.push(byte);
        self.state = next;
        Ok(1)
    }

    fn take_item(&mut self, rest: &[u8]) -> usize {
        let (length, ended) = self.value_end(rest);
        self.item.extend_from_slice(rest.get(..length).unwrap_or_default());
        if ended {
            self.ready.push_back(std::mem::take(&mut self.item));
            self.state = State::Items;
        }
        length
    }

    fn take_value(&mut self, rest: &[u8]) -> usize {
        let (length, ended) = self.value_end(rest);
        self.envelope.extend_from_slice(rest.get(..length).unwrap_or_default());
        if ended {
            self.state = State::Key;
        }
        length
    }

    /// How much of `rest` belongs to the value that it is in, and whether the value ends there.
    fn value_end(&mut self, rest: &[u8]) -> (usize, bool) {
        let mut index = 0;
        while let Some(&byte) = rest.get(index) {
            index += 1;
            if self.in_string {
                if self.ends_string(byte) && self.depth == 0 {
                    return (index, true);
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                // A scalar ends before what follows it, a collection with its bracket.
                b'}' | b']' | b',' | b' ' | b'\t' | b'\n' | b'\r' if self.depth == 0 => {
                    return (index - 1, true);
                }
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (index, true);
                    }
                }
                _ => {}
            }
        }
        (index, false)
    }

    /// Passes one byte of a string; whether it closes it.
    fn ends_string(&mut self, byte: u8) -> bool {
        if self.escaped {
            self.escaped = false;
        } else if byte == b'\\' {
            self.escaped = true;
        } else if byte == b'"' {
            self.in_string = false;
            return true;
        }
        false
    }

    fn wrong(&self, what: &'static str) -> Problem {
        Problem::new(self.position, self.position + 1, ProblemKind::Syntax(what))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    const LIST: &str = r#"{ "kind" : "PodList", "metadata": {"continue": "a\"]},{", "items": [1]},
 "items": [ {"a": "]"}, {"b": [[{}], "\\"]} ,3,"x" ], "last": true }"#;

    fn split(chunk: usize) -> (Vec<String>, String) {
        let mut splitter = ListSplitter::new();
        let mut items = Vec::new();
        for part in LIST.as_bytes().chunks(chunk) {
            splitter.push(part).unwrap();
            while let Some(item) = splitter.next_item() {
                items.push(String::from_utf8(item).unwrap());
            }
        }
        (items, splitter.finish().unwrap())
    }

    #[test]
    fn items_come_whole_however_the_text_is_cut() {
        for chunk in 1..=LIST.len() {
            let (items, rest) = split(chunk);
            assert_eq!(items, [r#"{"a": "]"}"#, r#"{"b": [[{}], "\\"]}"#, "3", "\"x\""]);
            assert!(rest.contains(r#""items": [], "last": true }"#), "{rest}");
            assert!(rest.contains(r#"{"continue": "a\"]},{", "items": [1]}"#), "{rest}");
        }
    }

    #[test]
    fn a_list_that_is_cut_off_or_no_list_is_an_error() {
        let mut splitter = ListSplitter::new();
        splitter.push(b"{\"items\": [{\"a\": 1}, {").unwrap();
        assert!(splitter.next_item().is_some());
        assert!(splitter.next_item().is_none());
        assert!(splitter.finish().is_err());
        assert!(ListSplitter::new().push(b"[1]").is_err());
        assert_eq!(ListSplitter::new().push(b"{\"a\": 1 x").unwrap_err().span.start, 8);
        assert_eq!(ListSplitter::new().push(b"{\"items\": [1,}").unwrap_err().span.start, 13);
    }
}
