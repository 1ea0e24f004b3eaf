//! Writes values as YAML or JSON, in all the ways in which people write them.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::random_pods::Random;

/// A document in the making.
pub(crate) struct Writer<'r> {
    random: &'r mut Random,
    text: String,
    step: usize,
    /// How often, in a hundred times, there is a comment.
    comments: u64,
    /// How often a list or a map is written in brackets.
    brackets: u64,
    /// How often a value is anchored, and what equals one an alias; never where people write plainly.
    anchors: u64,
    known: Vec<(Value, String)>,
    names: usize,
    /// Whether a comment that is indented would belong to a text.
    is_behind_text: bool,
}

/// A document without its marker.
pub(crate) fn yaml(random: &mut Random, value: &Value) -> String {
    let step = [1, 2, 2, 2, 4, 3][usize::try_from(random.below(6)).unwrap()];
    let comments = *random.pick(&[0, 5, 30]);
    let brackets = *random.pick(&[2, 2, 10, 40]);
    let anchors = *random.pick(&[0, 0, 0, 0, 8, 25]);
    let mut writer = Writer {
        random,
        text: String::new(),
        step,
        comments,
        brackets,
        anchors,
        known: Vec::new(),
        names: 0,
        is_behind_text: false,
    };
    writer.between(0);
    match value {
        Value::Object(map) if !map.is_empty() => writer.map(map, 0),
        other => {
            writer.flow(other, 0);
            writer.end();
        }
    }
    writer.between(0);
    writer.text
}

/// A document of JSON.
pub(crate) fn json(random: &mut Random, value: &Value) -> String {
    let pretty = || serde_json::to_string_pretty(value).unwrap();
    match random.below(4) {
        0 => value.to_string(),
        1 => pretty().replace("  ", "\t"),
        2 => pretty(),
        _ => pretty() + "\n",
    }
}

impl Writer<'_> {
    fn indent(&mut self, column: usize) {
        self.text.extend(std::iter::repeat_n(' ', column));
    }

    fn comment(&mut self) {
        let number = self.text.len();
        write!(self.text, "# c{number}").unwrap();
    }

    fn one_of(&mut self, words: &[&str]) {
        let word = self.random.pick(words);
        self.text.push_str(word);
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.random.chance(percent)
    }

    /// The end of a line.
    fn end(&mut self) {
        if self.chance(self.comments) {
            // No tab may follow a dash.
            let blanks: &[&str] =
                if self.text.ends_with('-') { &[" ", "  "] } else { &[" ", "  ", "\t"] };
            self.one_of(blanks);
            self.comment();
        }
        self.text.push('\n');
        self.is_behind_text = false;
    }

    /// Lines between entries.
    fn between(&mut self, column: usize) {
        if self.chance(self.comments / 2) {
            let columns = [column, column, column + 2, 0];
            let column = if self.is_behind_text { 0 } else { *self.random.pick(&columns) };
            self.indent(column);
            self.comment();
            self.text.push('\n');
            self.is_behind_text = false;
        }
        if self.chance(3) {
            self.text.push('\n');
        }
    }

    /// Entries, each on its line; the first goes where the text is.
    fn map(&mut self, map: &Map<String, Value>, column: usize) {
        let merged = self.merged(map);
        let mut is_first = true;
        if let Some((_, name)) = &merged {
            write!(self.text, "<<: *{name}").unwrap();
            self.end();
            is_first = false;
        }
        let is_left = |key: &String| merged.as_ref().is_none_or(|it| !it.0.contains_key(key));
        for (key, value) in map.iter().filter(|it| is_left(it.0)) {
            if !is_first {
                self.between(column);
                self.indent(column);
            }
            is_first = false;
            let key = self.key(key);
            write!(self.text, "{key}:").unwrap();
            self.value(value, column, true);
        }
    }

    /// An anchored map that has nothing that this one has not.
    fn merged(&mut self, map: &Map<String, Value>) -> Option<(Map<String, Value>, String)> {
        if self.anchors == 0 || !self.chance(30) {
            return None;
        }
        let fits = |it: &Map<String, Value>| {
            !it.is_empty() && it.iter().all(|(key, value)| map.get(key) == Some(value))
        };
        let mut known = self.known.iter();
        known.find_map(|(value, name)| {
            let value = value.as_object().filter(|it| fits(it))?;
            Some((value.clone(), name.clone()))
        })
    }

    fn list(&mut self, items: &[Value], column: usize) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.between(column);
                self.indent(column);
            }
            self.text.push('-');
            self.value(item, column, false);
        }
    }

    /// What follows a key or a dash.
    fn value(&mut self, value: &Value, column: usize, is_entry: bool) {
        if let Some(name) = self.alias(value) {
            write!(self.text, " *{name}").unwrap();
            return self.end();
        }
        let anchor = self.chance(self.anchors).then(|| {
            self.names += 1;
            format!("a{}", self.names)
        });
        if let Some(name) = &anchor {
            write!(self.text, " &{name}").unwrap();
        }
        let is_open = self.chance(self.brackets);
        match value {
            Value::Object(map) if !map.is_empty() && !is_open => {
                self.below(column, is_entry, anchor.is_some(), |it, column| it.map(map, column));
            }
            Value::Array(items) if !items.is_empty() && !is_open => {
                if is_entry {
                    let column = column + *self.random.pick(&[0, 0, self.step]);
                    self.end();
                    self.between(column);
                    self.indent(column);
                    self.list(items, column);
                } else {
                    self.below(column, false, anchor.is_some(), |it, column| {
                        it.list(items, column);
                    });
                }
            }
            Value::String(text) if self.is_block(text) => self.block(text, column),
            Value::Null if anchor.is_none() && self.chance(50) => self.end(),
            other => {
                self.text.push(' ');
                self.flow(other, 0);
                self.end();
            }
        }
        if let Some(name) = anchor {
            self.known.push((value.clone(), name));
        }
    }

    /// A map or a list on lines of its own, or behind a dash.
    fn below(
        &mut self,
        column: usize,
        is_entry: bool,
        is_anchored: bool,
        write: impl FnOnce(&mut Self, usize),
    ) {
        if is_entry || is_anchored || self.chance(5) {
            let column = column + self.step;
            self.end();
            self.between(column);
            self.indent(column);
            write(self, column);
        } else {
            let wide = *self.random.pick(&[1, 1, 1, 1, 3]);
            self.indent(wide);
            write(self, column + 1 + wide);
        }
    }

    fn alias(&mut self, value: &Value) -> Option<String> {
        if self.anchors == 0 || !self.chance(70) {
            return None;
        }
        let mut known = self.known.iter().rev();
        known.find(|it| it.0 == *value).map(|it| it.1.clone())
    }

    fn is_block(&mut self, text: &str) -> bool {
        let is_plain = |it: char| it == '\n' || (' '..='~').contains(&it);
        let is_sound = text.chars().all(is_plain)
            && text.lines().all(|it| !it.starts_with(' ') && !it.is_empty())
            && !text.ends_with("\n\n")
            && !text.trim().is_empty();
        is_sound && (text.contains('\n') || self.chance(3))
    }

    fn block(&mut self, text: &str, column: usize) {
        let style = match (text.ends_with('\n'), text.contains('\n')) {
            (true, _) => "|",
            (false, false) if self.chance(50) => ">-",
            _ => "|-",
        };
        write!(self.text, " {style}").unwrap();
        self.end();
        for line in text.lines() {
            self.indent(column + self.step);
            writeln!(self.text, "{line}").unwrap();
        }
        self.is_behind_text = true;
    }

    /// A value within a line; or, in brackets, over several.
    fn flow(&mut self, value: &Value, depth: usize) {
        let (open, close, count) = match value {
            Value::Array(items) => ('[', ']', items.len()),
            Value::Object(map) => ('{', '}', map.len()),
            Value::String(text) => {
                let text = self.string(text);
                return self.text.push_str(&text);
            }
            Value::Bool(true) => {
                return self.one_of(&["true", "true", "yes", "on"]);
            }
            Value::Bool(false) => {
                return self.one_of(&["false", "false", "no", "off"]);
            }
            Value::Null => return self.one_of(&["null", "~"]),
            Value::Number(number) => return self.text.push_str(&number.to_string()),
        };
        // The last line of brackets may not be less indented than what they are in.
        let is_wide = count > 0 && self.chance(10);
        let gap = if is_wide {
            format!("\n{}", " ".repeat(40 + 2 * depth))
        } else {
            (*self.random.pick(&["", "", " "])).to_owned()
        };
        self.text.push(open);
        for index in 0..count {
            if index > 0 {
                self.text.push(',');
                if is_wide && self.chance(self.comments / 3) {
                    self.text.push(' ');
                    self.comment();
                }
            }
            self.text.push_str(if index > 0 && gap.is_empty() { " " } else { &gap });
            match value {
                Value::Object(map) => {
                    let (key, value) = map.iter().nth(index).unwrap();
                    let key = self.key(key);
                    write!(self.text, "{key}: ").unwrap();
                    self.flow(value, depth + 1);
                }
                Value::Array(items) => self.flow(&items[index], depth + 1),
                _ => unreachable!(),
            }
        }
        if count > 0 {
            if self.chance(5) {
                self.text.push(',');
            }
            self.text.push_str(&gap);
        }
        self.text.push(close);
    }

    fn key(&mut self, key: &str) -> String {
        if self.chance(3) { quoted(key) } else { plain(key) }
    }

    fn string(&mut self, text: &str) -> String {
        let is_printable = text.chars().all(|it| (' '..='~').contains(&it));
        match self.random.below(10) {
            0 => quoted(text),
            1 if is_printable => format!("'{}'", text.replace('\'', "''")),
            _ => plain(text),
        }
    }
}

/// A text without quotes, where it can be.
fn plain(text: &str) -> String {
    let written = harden_yaml::write(&Value::String(text.to_owned()));
    let line = written.trim_end();
    let is_safe = !line.contains(['\n', ',', '[', ']', '{', '}']) && line.is_ascii();
    if is_safe { line.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for it in text.chars() {
        match it {
            '"' | '\\' => quoted.extend(['\\', it]),
            ' '..='~' => quoted.push(it),
            _ => write!(quoted, "\\U{:08x}", u32::from(it)).unwrap(),
        }
    }
    quoted.push('"');
    quoted
}
