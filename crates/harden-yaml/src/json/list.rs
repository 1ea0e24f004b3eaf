//! Splitting a JSON list that is too large to keep.

use std::collections::VecDeque;

use crate::{Position, Problem, ProblemKind};

/// Splits a JSON object into the elements of its `items` and the rest, chunk by chunk.
///
/// It keeps no more than the rest, the element it is in, and the elements nobody has fetched yet.
/// It finds where values begin and end; whether they are sound JSON shows when they are read.
#[derive(Debug, Clone)]
pub struct ListSplitter {
    state: State,
    /// Brackets open within the current value.
    depth: u32,
    in_string: bool,
    escaped: bool,
    envelope: Vec<u8>,
    /// The key at the top level that was read last, quotes included.
    key: Vec<u8>,
    /// How much of the envelope stands before the first items.
    opening: usize,
    item: Vec<u8>,
    item_start: Position,
    ready: VecDeque<(Vec<u8>, Position)>,
    position: usize,
    start: Position,
    place: Position,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
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
        Self::starting_at(Position { line: 1, column: 1 })
    }

    /// A splitter of a text that begins within another, so that items know their place in that.
    pub fn starting_at(start: Position) -> Self {
        Self {
            state: State::Start,
            depth: 0,
            in_string: false,
            escaped: false,
            envelope: Vec::new(),
            key: Vec::new(),
            opening: 0,
            item: Vec::new(),
            item_start: start,
            ready: VecDeque::new(),
            position: 0,
            start,
            place: start,
        }
    }

    /// Takes the next bytes of the text, and says how many belong to the object: fewer than all when
    /// it ends among them.
    ///
    /// # Errors
    ///
    /// When the text is no JSON object; the position counts from the start of the text.
    pub fn push(&mut self, chunk: &[u8]) -> Result<usize, Problem> {
        let mut rest = chunk;
        while !rest.is_empty() && !self.has_ended() {
            let taken = match self.state {
                State::Item => self.take_item(rest),
                State::Value => self.take_value(rest),
                _ => self.take_structure(rest)?,
            };
            self.position += taken;
            self.pass(rest.get(..taken).unwrap_or_default());
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(chunk.len() - rest.len())
    }

    /// Whether the object is closed, so that what follows is something else.
    pub fn has_ended(&self) -> bool {
        self.state == State::End
    }

    /// Whether nothing was read yet but blanks.
    pub fn is_blank(&self) -> bool {
        self.state == State::Start
    }

    /// How many bytes are held of the item at hand and of the rest.
    pub fn held(&self) -> usize {
        self.item.len().max(self.envelope.len())
    }

    /// Whether there are items to fetch.
    pub fn has_items(&self) -> bool {
        !self.ready.is_empty()
    }

    /// What the list says of itself, as JSON without items: all of it once the object is closed,
    /// otherwise what stands before the items.
    pub fn envelope(&self) -> Vec<u8> {
        if self.has_ended() {
            return self.envelope.clone();
        }
        let mut opening = self.envelope.get(..self.opening).unwrap_or_default().to_vec();
        opening.extend_from_slice(b"]}");
        opening
    }

    /// Where the text begins.
    pub fn start(&self) -> Position {
        self.start
    }

    /// Where the next byte is.
    pub fn place(&self) -> Position {
        self.place
    }

    /// The next whole item, as it stands in the text, and where it begins there.
    pub fn next_item(&mut self) -> Option<(Vec<u8>, Position)> {
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
                self.item_start = self.place;
                return Ok(0);
            }
            (State::Start, _) => {
                return Err(self.wrong("a JSON list begins with `{`: this is none"));
            }
            _ => return Err(self.wrong("a key or `}` is missing here")),
        };
        self.envelope.push(byte);
        if next == State::Items && self.opening == 0 {
            self.opening = self.envelope.len();
        }
        self.state = next;
        Ok(1)
    }

    fn take_item(&mut self, rest: &[u8]) -> usize {
        let (length, ended) = self.value_end(rest);
        self.item.extend_from_slice(rest.get(..length).unwrap_or_default());
        if ended {
            self.ready.push_back((std::mem::take(&mut self.item), self.item_start));
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

    /// Moves the place behind some bytes.
    fn pass(&mut self, bytes: &[u8]) {
        let feeds = bytes.split(|it| *it == b'\n').count() - 1;
        let last = match bytes.iter().rposition(|it| *it == b'\n') {
            Some(feed) => {
                self.place.line = self.place.line.saturating_add(to_u32(feeds));
                self.place.column = 1;
                bytes.get(feed + 1..).unwrap_or_default()
            }
            None => bytes,
        };
        // Bytes that go on with a character begin with the bits 10.
        let characters = last.iter().filter(|it| **it & 0xC0 != 0x80).count();
        self.place.column = self.place.column.saturating_add(to_u32(characters));
    }

    fn wrong(&self, what: &'static str) -> Problem {
        Problem::new(self.position, self.position + 1, ProblemKind::Syntax(what))
    }
}

impl Default for ListSplitter {
    fn default() -> Self {
        Self::new()
    }
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    const LIST: &str = r#"{ "kind" : "PodList", "metadata": {"continue": "a\"]},{", "items": [1]},
 "items": [ {"ä": "]"}, {"b": [[{}], "\\"]} ,3,"x" ], "last": true }"#;

    fn split(chunk: usize) -> (Vec<(String, u32, u32)>, String) {
        let mut splitter = ListSplitter::new();
        let mut items = Vec::new();
        for part in LIST.as_bytes().chunks(chunk) {
            splitter.push(part).unwrap();
            while let Some((item, at)) = splitter.next_item() {
                items.push((String::from_utf8(item).unwrap(), at.line, at.column));
            }
        }
        (items, splitter.finish().unwrap())
    }

    #[test]
    fn items_come_whole_however_the_text_is_cut() {
        for chunk in 1..=LIST.len() {
            let (items, rest) = split(chunk);
            let items: Vec<_> = items.iter().map(|(it, line, at)| (&**it, *line, *at)).collect();
            let expected = [
                (r#"{"ä": "]"}"#, 2, 13),
                (r#"{"b": [[{}], "\\"]}"#, 2, 25),
                ("3", 2, 46),
                ("\"x\"", 2, 48),
            ];
            assert_eq!(items, expected);
            assert!(rest.contains(r#""items": [], "last": true }"#), "{rest}");
            assert!(rest.contains(r#"{"continue": "a\"]},{", "items": [1]}"#), "{rest}");
        }
    }

    #[test]
    fn what_follows_the_object_is_left_to_the_caller() {
        let mut splitter = ListSplitter::new();
        assert_eq!(splitter.push(b"{\"items\": [1]}\n{\"items\": [2]}").unwrap(), 14);
        assert!(splitter.has_ended());
        assert_eq!(splitter.push(b"---").unwrap(), 0);
        assert_eq!(splitter.envelope(), b"{\"items\": []}");
        assert_eq!(splitter.next_item().unwrap().0, b"1");
        assert!(splitter.next_item().is_none());
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
